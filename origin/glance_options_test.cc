// A glance-api.conf with every option that Glance knows is accepted, and what Glint has a row for
// means the same by default.
#include "origin/glance_options.h"

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/ini.h"
#include "base/strings.h"
#include "base/units.h"
#include "origin/options.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using Name = std::pair<std::string, std::string>;

// Defaults that differ on purpose.
const std::map<Name, const char*> kOtherDefaults = {
    {{"DEFAULT", "bind_host"}, "127.0.0.1: nothing is open to the network unless it is asked for"},
    {{"DEFAULT", "workers"}, "0 says what an empty value says there: one per core"},
    {{"DEFAULT", "node_staging_uri"}, "in the state directory"},
    {{"DEFAULT", "max_header_line"}, "of the whole head, not of one line"},
    {{"glance_store", "filesystem_store_datadir"}, "in the state directory"},
    {{"oslo_policy", "policy_file"}, "none: nothing is read that was not named"},
    {{"oslo_policy", "policy_dirs"}, "none: nothing is read that was not named"},
    {{"keystone_authtoken", "auth_type"}, "password, the only one used without a word"},
    {{"keystone_authtoken", "http_connect_timeout"}, "bounded; Glance waits for ever"},
    {{"keystone_authtoken", "timeout"}, "bounded; Glance waits for ever"},

};

struct Loaded {
  OriginOptions options = defaultOriginOptions();
  OptionTable table;
  ConfigOutcome outcome;

  explicit Loaded(std::vector<ConfigSource> sources) {
    addOptions(table, options);
    outcome = table.load({.sources = std::move(sources), .overrides = {}, .environment = {}});
  }
};

std::string completeFile() {
  std::string text;
  std::string_view group;
  for (const auto& option : glanceOptions()) {
    if (option.group != group) text += "[" + option.group + "]\n";
    group = option.group;
    text += option.default_text.empty() ? "#" + option.name + " = <None>\n"
                                        : option.name + " = " + option.default_text + "\n";
  }
  return text;
}

std::vector<std::string> itemsOf(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::vector<std::string> items;
  for (const auto item : split(text, ','))
    if (!trim(item).empty()) items.emplace_back(trim(item));
  return items;
}

// Whether both say the same to an option of that type.
bool sameValue(const Option& row, const std::string& theirs) {
  const auto& ours = row.default_text;
  switch (row.type) {
    case OptionType::kBool:
    case OptionType::kChoice:
      return asciiLower(ours) == asciiLower(theirs);
    case OptionType::kList:
      return itemsOf(ours) == itemsOf(theirs);
    case OptionType::kSize: {
      const auto a = parseSize(ours);
      const auto b = parseSize(theirs);
      return a && b && *a == *b;
    }
    case OptionType::kDuration: {  // theirs are seconds
      const auto a = parseDuration(ours);
      const auto b = parseDuration(theirs + "s");
      return a && b && *a == *b;
    }
    default:
      return ours == theirs;
  }
}

}  // namespace

TEST_CASE("GlanceOptions: a file with every option is accepted", "[options][glance]") {
  CHECK(glanceOptions().size() > 600);
  TempDir dir;
  REQUIRE(writeFileAtomic(dir.file("glance-api.conf"), completeFile()));
  const Loaded loaded({{ConfigSource::Kind::kFile, dir.file("glance-api.conf")}});
  CHECK(loaded.outcome.errors == std::vector<std::string>{});
  // What has no meaning here is named, once, in one warning. Old names have warnings of their own.
  const auto ignored = std::ranges::count_if(loaded.outcome.warnings, [](const auto& warning) {
    return warning.find("no meaning here") != std::string::npos;
  });
  CHECK(ignored == 1);
}

TEST_CASE("GlanceOptions: each name is a row, an old name, or in the warning",
          "[options][glance]") {
  TempDir dir;
  std::string text;
  std::set<Name> expected;
  const Loaded plain(std::vector<ConfigSource>{});
  for (const auto& option : glanceOptions()) {
    if (plain.table.find(option.group, option.name) != nullptr) continue;
    text += "[" + option.group + "]\n" + option.name + " = x\n";
    expected.emplace(normalizedGroup(option.group), option.name);
  }
  REQUIRE(writeFileAtomic(dir.file("f.conf"), text));
  const Loaded loaded({{ConfigSource::Kind::kFile, dir.file("f.conf")}});
  std::string warnings;
  for (const auto& warning : loaded.outcome.warnings) warnings += warning + "\n";
  for (const auto& [group, name] : expected) {
    CAPTURE(group, name);
    const bool ignored = warnings.find(" " + name + " (") != std::string::npos;
    const bool renamed = warnings.find("] " + name + ": an old name") != std::string::npos;
    CHECK(ignored != renamed);
  }
}

TEST_CASE("GlanceOptions: rows of Glint keep the defaults of Glance", "[options][glance]") {
  const Loaded loaded(std::vector<ConfigSource>{});
  for (const auto& option : glanceOptions()) {
    const Option* row = loaded.table.find(option.group, option.name);
    if (row == nullptr || kOtherDefaults.contains({option.group, option.name})) continue;
    CAPTURE(option.group, option.name, row->default_text, option.default_text);
    CHECK(sameValue(*row, option.default_text));
  }
}

TEST_CASE("GlanceOptions: several files, directories, lists and references", "[options][glance]") {
  TempDir dir;
  REQUIRE(ensureDirectory(dir.file("conf.d")));
  REQUIRE(writeFileAtomic(dir.file("glance-api.conf"),
                          "[DEFAULT]\nbind_host = 192.0.2.1\nimage_tag_quota = 1\n"
                          "log_dir = /var/log/glance\n"
                          "[oslo_policy]\npolicy_dirs = /etc/a\npolicy_dirs = /etc/b\n"
                          "[database]\nconnection = sqlite:////$glance_store.default_store/db\n"
                          "[glance_store]\nfilesystem_store_datadir = ${DEFAULT_DIR}/images\n"));
  REQUIRE(writeFileAtomic(dir.file("glance-image-import.conf"),
                          "[image_format]\ndisk_formats = raw, qcow2,iso\n"
                          "container_formats: bare\n"));
  REQUIRE(writeFileAtomic(dir.file("conf.d/10.conf"),
                          "[DEFAULT]\nimage_tag_quota = 2\n"
                          "[oslo_policy]\npolicy_dirs = /etc/c\n"));
  REQUIRE(writeFileAtomic(dir.file("conf.d/20.conf"),
                          "[DEFAULT]\nimage_tag_quota = 3\n"
                          "public_endpoint = http://$bind_host:9292\n"));
  REQUIRE(writeFileAtomic(dir.file("conf.d/30.txt"), "no configuration"));
  using enum ConfigSource::Kind;
  const Loaded loaded({{kFile, dir.file("glance-api.conf")},
                       {kFile, dir.file("glance-image-import.conf")},
                       {kDirectory, dir.file("conf.d")}});
  REQUIRE(loaded.outcome.errors.size() == 1);  // a reference to nothing
  CHECK(loaded.outcome.errors.front().find("$DEFAULT_DIR") != std::string::npos);
  const auto& options = loaded.options;
  CHECK(options.api.image_tag_quota == 3);
  CHECK(options.api.public_endpoint == "http://192.0.2.1:9292");
  CHECK(options.database.connection == "sqlite:////file/db");
  CHECK(options.policy.dirs == std::vector<std::string>{"/etc/a", "/etc/b", "/etc/c"});
  CHECK(options.schema.disk_formats == std::vector<std::string>{"raw", "qcow2", "iso"});
  CHECK(options.schema.container_formats == std::vector<std::string>{"bare"});
  REQUIRE(loaded.outcome.warnings.size() == 1);
  CHECK(loaded.outcome.warnings.front().find("[DEFAULT] log_dir (") != std::string::npos);
}

}  // namespace glint::origin
