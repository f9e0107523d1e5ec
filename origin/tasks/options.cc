#include "origin/tasks/options.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace glint::origin {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::array<std::string_view, 3> kMethods = {"glance-direct", "web-download",
                                                      "copy-image"};

// oslo's bounded list: "[a,b]", the brackets may be left out.
Status parseMethods(std::string_view text, std::vector<std::string>& methods) {
  text = trim(text);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::vector<std::string> parsed;
  for (const std::string_view item : split(text, ',')) {
    const std::string_view name = trim(item);
    if (name.empty()) continue;
    if (std::ranges::find(kMethods, name) == kMethods.end())
      return fail(ErrorCode::kInvalidArgument, "there is no import method " + std::string(name));
    parsed.emplace_back(name);
  }
  methods = std::move(parsed);
  return {};
}

}  // namespace

void addOptions(OptionTable& table, ImportOptions& o) {
  table.group("DEFAULT")
      .custom("enabled_import_methods", "[glance-direct,web-download,copy-image]", "[method,…]",
              "How images may be imported.",
              [&o](std::string_view text) { return parseMethods(text, o.methods); })
      .text("node_staging_uri", o.node_staging_uri,
            "Directory (file://PATH) where bytes wait to be imported; empty: staging in the state "
            "directory.");
  table.group("os_glance_staging_store", "Where bytes wait to be imported.")
      .path("filesystem_store_datadir", o.staging_directory,
            "That directory; wins over node_staging_uri.")
      .ignored({"filesystem_store_chunk_size", "filesystem_store_file_perm"});
  table.group("task", "Work that goes on after its request.")
      .integer("task_time_to_live", o.task_time_to_live,
               "Hours for which a task is shown after its end.", {.min = 1, .max = 24 * 365})
      .oldName("task_time_to_live", "DEFAULT", "task_time_to_live");
  table.group("wsgi", "Threads, as Glance names them.")
      .integer("task_pool_threads", o.threads, "Tasks that run at once.", {.min = 1, .max = 256});
  addOptions(table, o.uris);
}

Status finish(ImportOptions& o, const std::string& state_dir) {
  if (!o.node_staging_uri.empty() && !o.node_staging_uri.starts_with(kFileScheme))
    return fail(ErrorCode::kInvalidArgument, "[DEFAULT] node_staging_uri: must begin with file://");
  if (o.staging_directory.empty() && !o.node_staging_uri.empty())
    o.staging_directory = o.node_staging_uri.substr(kFileScheme.size());
  if (o.staging_directory.empty()) o.staging_directory = state_dir + "/staging";
  if (!o.staging_directory.starts_with('/'))
    return fail(ErrorCode::kInvalidArgument, "the staging directory must be an absolute path");
  return {};
}

}  // namespace glint::origin
