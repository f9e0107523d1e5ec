// The commands of glintctl: each add…() puts some into the command line; the functions beneath do
// the work, with no command line around them.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "ctl/command_line.h"
#include "ctl/output.h"
#include "ctl/remote.h"

namespace glint::origin {
struct DatabaseOptions;
struct LoadFlags;
struct PolicySources;
}  // namespace glint::origin

namespace glint::ctl {

struct MetadefSources;

void addStatusCommand(CommandLine& line);     // status
void addEdgeCommands(CommandLine& line);      // edge ls, edge show, edge purge
void addLocalCommands(CommandLine& line);     // token, config show
void addInspectCommand(CommandLine& line);    // inspect
void addPolicyCommands(CommandLine& line);    // policy check
void addMetadefCommands(CommandLine& line);   // metadefs load, metadefs unload, metadefs export
void addDatabaseCommands(CommandLine& line);  // db sync|version|check|purge|backup, import-glance
void addKeysCommands(CommandLine& line);      // keys generate, keys rotate
void addFleetCommands(CommandLine& line);     // edges, where

// State of the programs given (either may be null). 0 when each is reached and not "failed".
int status(const Remote* origin, const Remote* edge, Output& output);

int edgeList(const Remote& edge, Output& output);
int edgeShow(const Remote& edge, const std::string& image_id, Output& output);
int edgePurge(const Remote& edge, const std::string& image_id, Output& output);

// The edges that report to the origin.
int fleetEdges(const Remote& origin, Output& output);
// Who holds the image, and until when it boots there without the origin. 1 when nobody does.
int fleetWhere(const Remote& origin, const std::string& image_id, Output& output);

// The admin token that an origin with static identity made for itself.
int printToken(const std::string& state_dir, Output& output);

// Every option of a loaded table, with its value and where that comes from; or all that is wrong.
int configShow(OptionTable& table, const ConfigInputs& inputs, Output& output);

// What disk format the file is of ("-": standard input, read to its end), whether that is safe, and
// as which disk formats an image of these bytes would be accepted. 0: safe.
int inspectFile(const std::string& path, Output& output);

enum class KeysChange : std::uint8_t { kGenerate, kRotate };
int keysChange(KeysChange change, const std::string& dir, Output& output);

// A caller and an image, as policy rules see them.
struct PolicyQuestion {
  std::string user;
  std::string project;
  std::vector<std::string> roles;
  std::string owner;
  std::string visibility = "private";
  std::string rule;  // empty: all
};
// 1 when one rule was asked for and denies.
int policyCheck(const origin::PolicySources& sources, const PolicyQuestion& question,
                Output& output);

// Definition files at `sources.path` into the database. 1 when one could not be loaded.
int metadefsLoad(const MetadefSources& sources, const origin::LoadFlags& flags, Output& output);
// Deletes all metadata definitions.
int metadefsUnload(const MetadefSources& sources, Output& output);
// One file per namespace into the directory `sources.path`.
int metadefsExport(const MetadefSources& sources, Output& output);

// The database of a configuration: brings its schema to the newest version; says which it has; 0
// when it is the newest.
int databaseSync(const origin::DatabaseOptions& options, Output& output);
int databaseVersion(const origin::DatabaseOptions& options, Output& output);
int databaseCheck(const origin::DatabaseOptions& options, Output& output);

struct PurgeRequest {
  long long age_in_days = 30;
  long long most = 100;  // images; negative: all
  bool ids = false;
};
int databasePurge(const origin::DatabaseOptions& options, const PurgeRequest& request,
                  Output& output);
int databaseBackup(const origin::DatabaseOptions& options, const std::string& file, Output& output);
// `source`: the [database] connection of Glance.
int importGlance(const origin::DatabaseOptions& options, const std::string& source, Output& output);

}  // namespace glint::ctl
