#include "ctl/program_tables.h"

#include <cstdlib>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/options_text.h"
#include "base/program.h"
#include "origin/options.h"
#include "proxy/options.h"

namespace glint::ctl {
namespace {

Status finishOf(origin::OriginOptions& options) { return origin::finish(options); }
Status finishOf(proxy::EdgeOptions& options) { return proxy::finish(options); }

// The same rows in the same order as in the program's main.
template <class Options>
class TableOf final : public ProgramTable {
 public:
  explicit TableOf(Options options) : options_(std::move(options)) {
    addOptions(table_, log_);
    addOptions(table_, options_);
  }
  OptionTable& table() override { return table_; }
  Status finish() override {
    Options copy = options_;  // fields that follow from others are not the configuration's
    return finishOf(copy);
  }

 private:
  log::Options log_;
  Options options_;
  OptionTable table_;
};

Result<origin::OriginOptions> originOptions(const ConfigInputs& inputs) {
  auto options = origin::defaultOriginOptions();
  log::Options log;
  OptionTable table;
  addOptions(table, log);
  addOptions(table, options);
  const auto outcome = table.load(inputs);
  if (!outcome.ok()) return fail(ErrorCode::kInvalidArgument, outcome.errors.front());
  return options;
}

// With the fields that follow from others.
Result<origin::OriginOptions> finishedOriginOptions(const ConfigInputs& inputs) {
  auto options = originOptions(inputs);
  if (!options) return options;
  if (auto finished = origin::finish(*options); !finished) return tl::unexpected(finished.error());
  return options;
}

}  // namespace

std::unique_ptr<ProgramTable> ProgramTable::create(std::string_view program) {
  if (program == "edge")
    return std::make_unique<TableOf<proxy::EdgeOptions>>(proxy::defaultEdgeOptions());
  return std::make_unique<TableOf<origin::OriginOptions>>(origin::defaultOriginOptions());
}

void addConfigFlags(CLI::App& command, std::vector<ConfigSource>& sources) {
  const auto add = [&](const char* flag, const char* name, const char* help,
                       ConfigSource::Kind kind) {
    command
        .add_option_function<std::string>(
            flag,
            [&sources, kind](const std::string& path) {
              sources.push_back({kind, path});
            },
            help)
        ->type_name(name)
        ->trigger_on_parse()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  add("--config-file", "FILE", "A configuration file; repeatable", ConfigSource::Kind::kFile);
  add("--config-dir", "DIR", "A directory of *.conf files; repeatable",
      ConfigSource::Kind::kDirectory);
}

ConfigInputs configInputs(std::vector<ConfigSource> sources) {
  return {
      .sources = std::move(sources), .overrides = {}, .environment = [](const std::string& name) {
        return std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
      }};
}

Result<origin::PolicySources> originPolicySources(const ConfigInputs& inputs) {
  auto options = originOptions(inputs);
  if (!options) return tl::unexpected(options.error());
  if (auto settled = origin::settlePolicyMode(*options); !settled)
    return tl::unexpected(std::move(settled.error()));
  return std::move(options->policy);
}

Result<MetadefSources> originMetadefSources(const ConfigInputs& inputs) {
  auto options = finishedOriginOptions(inputs);
  if (!options) return tl::unexpected(options.error());
  return MetadefSources{std::move(options->database), std::move(options->metadata_source_path)};
}

Result<origin::DatabaseOptions> originDatabaseOptions(const ConfigInputs& inputs) {
  auto options = finishedOriginOptions(inputs);
  if (!options) return tl::unexpected(options.error());
  return std::move(options->database);
}

std::string configurationPage() {
  auto origin_options = origin::defaultOriginOptions();
  origin_options.state_dir = "$XDG_STATE_HOME/glint";  // not that of who builds this page
  auto edge_options = proxy::defaultEdgeOptions();
  edge_options.store.dir = "$XDG_CACHE_HOME/glint-edge";
  TableOf<origin::OriginOptions> origin_table(std::move(origin_options));
  TableOf<proxy::EdgeOptions> edge_table(std::move(edge_options));
  return "# Configuration\n\n"
         "Both programs read INI files as OpenStack services do: `--config-file` and "
         "`--config-dir` may be repeated, later\n"
         "values win, `OS_<GROUP>__<OPTION>` in the environment beats files, and the command line "
         "beats both. An unknown\n"
         "option or a value that cannot be read stops the start (exit code 2) with file and line; "
         "`--check-config` checks and\n"
         "stops. `glintctl config show --program edge` shows every value and where it comes "
         "from.\n\n"
         "Values may refer to others: `$option`, `${group.option}`; `$$` is a dollar. Sizes are "
         "binary (`64M`, `100G`, `1.5T`),\n"
         "durations have a unit (`500ms`, `60s`, `2h`), lists are separated by commas.\n\n"
         "This page is generated from the option tables: change those and run `glint_docs`.\n\n"
         "## glint-origin\n" +
         markdown(origin_table.table()) + "\n## glint-edge\n" + markdown(edge_table.table());
}

}  // namespace glint::ctl
