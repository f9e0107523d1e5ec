// `glintctl metadefs load|unload|export`: definition files into the database of an origin, and out
// of it.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "ctl/commands.h"
#include "ctl/program_tables.h"
#include "ctl/text_table.h"
#include "http/json.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/metadef_files.h"

namespace glint::ctl {
namespace {

struct Asked {
  std::vector<ConfigSource> sources;
  std::string path;
  origin::LoadFlags flags;
};

metadefs::Time now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

const char* toString(origin::FileResult result) {
  switch (result) {
    case origin::FileResult::kLoaded:
      return "loaded";
    case origin::FileResult::kMerged:
      return "merged";
    case origin::FileResult::kSkipped:
      return "skipped";
    case origin::FileResult::kFailed:
      return "failed";
  }
  return "failed";
}

void show(const std::vector<origin::FileOutcome>& outcomes, Output& output) {
  if (output.format == OutputFormat::kJson) {
    auto list = nlohmann::json::array();
    for (const auto& outcome : outcomes)
      list.push_back({{"file", outcome.file},
                      {"namespace", outcome.name},
                      {"result", toString(outcome.result)},
                      {"note", outcome.note}});
    output.out += http::dumpJson(list) + "\n";
    return;
  }
  TextTable table({"FILE", "NAMESPACE", "RESULT", "NOTE"});
  for (const auto& outcome : outcomes)
    table.add({outcome.file, outcome.name, toString(outcome.result), outcome.note});
  output.out += table.text();
}

void show(const std::vector<origin::ExportedFile>& files, Output& output) {
  if (output.format == OutputFormat::kJson) {
    auto list = nlohmann::json::array();
    for (const auto& file : files)
      list.push_back({{"file", file.file}, {"namespace", file.name}, {"replaced", file.replaced}});
    output.out += http::dumpJson(list) + "\n";
    return;
  }
  TextTable table({"FILE", "NAMESPACE", "NOTE"});
  for (const auto& file : files) table.add({file.file, file.name, file.replaced ? "replaced" : ""});
  output.out += table.text();
}

// Runs a command's work on what the configuration says and the command line corrects.
CommandLine::Run withSources(const std::shared_ptr<Asked>& asked,
                             int (*work)(const MetadefSources& sources, const Asked& asked,
                                         Output& output)) {
  return [asked, work](const CommonFlags&, Output& output) {
    auto sources = originMetadefSources(configInputs(asked->sources));
    if (!sources) return failed(sources.error(), output);
    if (!asked->path.empty()) sources->path = asked->path;
    return work(*sources, *asked, output);
  };
}

}  // namespace

int metadefsLoad(const MetadefSources& sources, const origin::LoadFlags& flags, Output& output) {
  const auto mode = origin::loadMode(flags);
  if (!mode) return failed(mode.error(), output);
  const auto catalog = origin::openSqlMetadefCatalog(sources.database);
  if (!catalog) return failed(catalog.error(), output);
  const auto outcomes = origin::loadMetadefs({}, **catalog, sources.path, *mode, now());
  if (!outcomes) return failed(outcomes.error(), output);
  if (outcomes->empty())
    return failed({ErrorCode::kNotFound, "there is no *.json in " + sources.path}, output);
  show(*outcomes, output);
  for (const auto& outcome : *outcomes)
    if (outcome.result == origin::FileResult::kFailed) return 1;
  return 0;
}

int metadefsUnload(const MetadefSources& sources, Output& output) {
  const auto catalog = origin::openSqlMetadefCatalog(sources.database);
  if (!catalog) return failed(catalog.error(), output);
  if (auto done = (*catalog)->removeEverything({}); !done) return failed(done.error(), output);
  return 0;
}

int metadefsExport(const MetadefSources& sources, Output& output) {
  const auto catalog = origin::openSqlMetadefCatalog(sources.database);
  if (!catalog) return failed(catalog.error(), output);
  const auto files = origin::exportMetadefs({}, **catalog, sources.path);
  if (!files) return failed(files.error(), output);
  show(*files, output);
  return 0;
}

void addMetadefCommands(CommandLine& line) {
  const auto asked = std::make_shared<Asked>();
  CLI::App& group = line.group("metadefs", "Metadata definitions in the origin's database");
  CLI::App& load = line.command(
      "load", "Load definition files: a file, or all *.json of a directory",
      withSources(asked, [](const MetadefSources& sources, const Asked& given,
                            Output& output) { return metadefsLoad(sources, given.flags, output); }),
      &group);
  CLI::App& unload = line.command(
      "unload", "Delete all namespaces with their content, and all resource types",
      withSources(asked, [](const MetadefSources& sources, const Asked&,
                            Output& output) { return metadefsUnload(sources, output); }),
      &group);
  CLI::App& write = line.command(
      "export", "Write one definition file per namespace",
      withSources(asked, [](const MetadefSources& sources, const Asked&,
                            Output& output) { return metadefsExport(sources, output); }),
      &group);
  for (CLI::App* each : {&load, &unload, &write}) addConfigFlags(*each, asked->sources);
  const char* otherwise = "Instead of [DEFAULT] metadata_source_path";
  load.add_option("--path", asked->path, otherwise)->type_name("PATH");
  write.add_option("--path", asked->path, otherwise)->type_name("DIRECTORY");
  load.add_flag("--merge", asked->flags.merge,
                "Add what namespaces that exist lack; without it they are passed over");
  load.add_flag("--prefer-new,--prefer_new", asked->flags.prefer_new,
                "With --merge: overwrite what the files name");
  load.add_flag("--overwrite", asked->flags.overwrite,
                "With --merge: delete namespaces that exist before they are loaded");
}

}  // namespace glint::ctl
