// The option tables of the programs, as they stand before any configuration is read, and the flags
// of commands that read a program's configuration.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "origin/catalog/database_options.h"
#include "origin/policy/live_policy.h"

namespace CLI {
class App;
}

namespace glint::ctl {

// A program's table with the structs that its rows fill. `program`: "origin" or "edge".
class ProgramTable {
 public:
  static std::unique_ptr<ProgramTable> create(std::string_view program);
  virtual ~ProgramTable() = default;
  virtual OptionTable& table() = 0;
  // The program's own rules across fields, after table().load().
  virtual Status finish() = 0;
};

// --config-file and --config-dir, in the order given. `sources` outlives the command line.
void addConfigFlags(CLI::App& command, std::vector<ConfigSource>& sources);
// Those sources and the environment.
ConfigInputs configInputs(std::vector<ConfigSource> sources);

// The policy files of an origin so configured. Errors: all that is wrong in the configuration.
Result<origin::PolicySources> originPolicySources(const ConfigInputs& inputs);

// Its database. Errors: likewise.
Result<origin::DatabaseOptions> originDatabaseOptions(const ConfigInputs& inputs);

// Where such an origin keeps metadata definitions, and takes their files from. Errors: the same.
struct MetadefSources {
  origin::DatabaseOptions database;
  std::string path;
};
Result<MetadefSources> originMetadefSources(const ConfigInputs& inputs);

// The page docs/configuration.md.
std::string configurationPage();

}  // namespace glint::ctl
