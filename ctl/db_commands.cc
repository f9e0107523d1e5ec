// `glintctl db` and `glintctl import-glance`: the origin's database, as its configuration names it.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ctl/commands.h"
#include "ctl/program_tables.h"
#include "http/json.h"
#include "origin/catalog/glance_import.h"
#include "origin/catalog/maintenance.h"
#include "origin/catalog/migrations.h"

namespace glint::ctl {
namespace {

using origin::Database;
using origin::DatabaseOptions;

void say(Output& output, const nlohmann::json& json, const std::string& text) {
  output.out += (output.format == OutputFormat::kJson ? http::dumpJson(json) : text) + "\n";
}

Result<std::shared_ptr<Database>> openAsItIs(DatabaseOptions options) {
  options.max_retries = 0;  // who waits at a terminal tries again himself
  return Database::openAsItIs(options);
}

Result<int> versionOf(Database& database) {
  int version = 0;
  auto done = database.statement({}, [&version](origin::Connection& connection) -> Status {
    auto read = origin::schemaVersion(connection);
    if (!read) return tl::unexpected(read.error());
    version = *read;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return version;
}

// Only of the newest schema: what works on rows must know them.
Result<std::shared_ptr<Database>> openCurrent(const DatabaseOptions& options) {
  auto database = openAsItIs(options);
  if (!database) return database;
  const auto version = versionOf(**database);
  if (!version) return tl::unexpected(version.error());
  if (*version < origin::newestVersion())
    return fail(ErrorCode::kConflict,
                fmt::format("database schema is version {}, this program needs {}: run "
                            "`glintctl db sync` first",
                            *version, origin::newestVersion()));
  return database;
}

// A command below `group` that is run on the configured database.
CLI::App& add(CommandLine& line, const char* name, const char* help, CLI::App* group,
              const std::function<int(const DatabaseOptions&, Output&)>& run) {
  const auto sources = std::make_shared<std::vector<ConfigSource>>();
  CLI::App& command = line.command(
      name, help,
      [sources, run](const CommonFlags&, Output& output) {
        const auto options = originDatabaseOptions(configInputs(*sources));
        if (!options) return failed(options.error(), output);
        return run(*options, output);
      },
      group);
  addConfigFlags(command, *sources);
  return command;
}

}  // namespace

int databaseSync(const DatabaseOptions& options, Output& output) {
  auto database = openAsItIs(options);
  if (!database) return failed(database.error(), output);
  const auto before = versionOf(**database);
  if (!before) return failed(before.error(), output);
  auto opened = Database::open(options);  // brings it to the newest version
  if (!opened) return failed(opened.error(), output);
  const int now = origin::newestVersion();
  say(output, {{"before", *before}, {"version", now}},
      *before == now ? fmt::format("version {}, as it was", now)
                     : fmt::format("version {}, was {}", now, *before));
  return 0;
}

int databaseVersion(const DatabaseOptions& options, Output& output) {
  auto database = openAsItIs(options);
  if (!database) return failed(database.error(), output);
  const auto version = versionOf(**database);
  if (!version) return failed(version.error(), output);
  say(output, {{"version", *version}, {"newest", origin::newestVersion()}},
      std::to_string(*version));
  return 0;
}

int databaseCheck(const DatabaseOptions& options, Output& output) {
  auto database = openCurrent(options);
  if (!database) return failed(database.error(), output);
  say(output, {{"version", origin::newestVersion()}, {"current", true}},
      fmt::format("version {}: as this program needs it", origin::newestVersion()));
  return 0;
}

int databasePurge(const DatabaseOptions& options, const PurgeRequest& request, Output& output) {
  auto database = openCurrent(options);
  if (!database) return failed(database.error(), output);
  const auto before =
      std::chrono::system_clock::now() - std::chrono::hours(24) * request.age_in_days;
  auto counts = origin::purgeDeleted(
      **database, {},
      {.deleted_before = std::chrono::time_point_cast<std::chrono::microseconds>(before),
       .most = request.most,
       .ids = request.ids});
  if (!counts) return failed(counts.error(), output);
  say(output, {{"images", counts->images}, {"rows", counts->rows}},
      fmt::format("{} images, {} rows removed", counts->images, counts->rows));
  return 0;
}

int databaseBackup(const DatabaseOptions& options, const std::string& file, Output& output) {
  const auto url = origin::parseDatabaseUrl(options.connection);
  if (!url) return failed(url.error(), output);
  auto database = openAsItIs(options);
  if (!database) return failed(database.error(), output);
  if (auto done = origin::backup(**database, *url, file); !done)
    return failed(done.error(), output);
  say(output, {{"file", file}}, "written to " + file);
  return 0;
}

int importGlance(const DatabaseOptions& options, const std::string& source, Output& output) {
  auto target = Database::open(options);
  if (!target) return failed(target.error(), output);
  const auto found = origin::importGlance(source, **target, {});
  if (!found) return failed(found.error(), output);
  say(output,
      {{"images", found->images},
       {"members", found->members},
       {"deleted", found->deleted},
       {"requeued", found->requeued},
       {"known", found->known}},
      fmt::format("{} images with {} members taken over, {} ids of deleted images\n"
                  "{} of the images are queued again: their upload or import had not ended\n"
                  "{} were here already and stay as they are",
                  found->images, found->members, found->deleted, found->requeued, found->known));
  return 0;
}

void addDatabaseCommands(CommandLine& line) {
  CLI::App& group = line.group("db", "The origin's database");
  add(line, "sync", "Brings the schema to the version of this program", &group, databaseSync);
  add(line, "version", "The version of the schema; 0: empty", &group, databaseVersion);
  add(line, "check", "Exit code 0 when the schema is as this program needs it", &group,
      databaseCheck);

  const auto request = std::make_shared<PurgeRequest>();
  CLI::App& purge = add(line, "purge", "Removes what is kept of images deleted long ago", &group,
                        [request](const DatabaseOptions& options, Output& output) {
                          return databasePurge(options, *request, output);
                        });
  purge.add_option("--age-in-days", request->age_in_days, "Only of images deleted before")
      ->check(CLI::Range(0LL, 100'000LL))
      ->capture_default_str();
  purge.add_option("--max-rows", request->most, "Most images; -1: all of them")
      ->check(CLI::Range(-1LL, 1'000'000'000LL))
      ->capture_default_str();
  purge.add_flag("--ids", request->ids, "Their ids too, which may then be used again");

  const auto file = std::make_shared<std::string>();
  CLI::App& backup = add(line, "backup", "Copies a SQLite database while it is in use", &group,
                         [file](const DatabaseOptions& options, Output& output) {
                           return databaseBackup(options, *file, output);
                         });
  backup.add_option("FILE", *file, "A file that does not exist yet")->required();

  const auto source = std::make_shared<std::string>();
  CLI::App& import = add(line, "import-glance", "Takes over the images of a Glance database",
                         nullptr, [source](const DatabaseOptions& options, Output& output) {
                           return importGlance(options, *source, output);
                         });
  import.add_option("--db", *source, "The [database] connection of Glance; it is only read")
      ->type_name("URL")
      ->required();
}

}  // namespace glint::ctl
