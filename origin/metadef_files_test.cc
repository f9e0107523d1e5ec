#include "origin/metadef_files.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using metadefs::Time;
using Names = std::vector<std::string>;

constexpr const char* kFirst = R"({"namespace": "OS::One", "display_name": "One, of two",
    "description": "old", "visibility": "public", "protected": true,
    "resource_type_associations": [{"name": "OS::T", "prefix": "p_"}],
    "properties": {"kept": {"title": "old", "type": "string"}},
    "objects": [{"name": "o", "description": "old", "required": ["x"],
                 "properties": {"x": {"title": "X", "type": "string"}}}],
    "tags": [{"name": "old"}]})";
constexpr const char* kSecond = R"({"namespace": "OS::One", "description": "new",
    "resource_type_associations": [{"name": "OS::T", "prefix": "q_"}, {"name": "OS::U"}],
    "properties": {"added": {"title": "new", "type": "string"}},
    "objects": [{"name": "o", "description": "new"}],
    "tags": [{"name": "new"}]})";

struct FilesFixture {
  TestDatabase of_test;
  TempDir dir;
  RequestContext context = testContext();
  std::unique_ptr<MetadefCatalog> catalog =
      std::move(openSqlMetadefCatalog(of_test.options()).value());
  const Time now = Time(std::chrono::seconds(1000));

  void write(const std::string& name, const std::string& content) const {
    REQUIRE(writeFileAtomic(dir.file(name), content));
  }
  std::vector<FileOutcome> load(const std::string& path, LoadMode mode = LoadMode::kSkip) {
    auto outcomes = loadMetadefs(context, *catalog, path, mode, now);
    REQUIRE(outcomes);
    return *outcomes;
  }
  FileResult loadOne(const std::string& name, LoadMode mode = LoadMode::kSkip) {
    const auto outcomes = load(dir.file(name), mode);
    REQUIRE(outcomes.size() == 1);
    return outcomes[0].result;
  }
  metadefs::Namespace record() {
    auto found = catalog->findNamespace(context, "OS::One").value();
    REQUIRE(found);
    return *found;
  }
  metadefs::Content content() { return catalog->content(context, record().id).value(); }
  Names tags() {
    Names names;
    for (const auto& tag : content().tags) names.push_back(tag.name);
    return names;
  }
};

}  // namespace

TEST_CASE("Definition files: which flags go together", "[metadefs]") {
  struct Case {
    LoadFlags flags;
    std::optional<LoadMode> want;
  };
  const auto row = GENERATE(values<Case>({
      {{}, LoadMode::kSkip},
      {{.merge = true}, LoadMode::kAdd},
      {{.merge = true, .prefer_new = true}, LoadMode::kPreferNew},
      {{.merge = true, .overwrite = true}, LoadMode::kOverwrite},
      {{.prefer_new = true}, std::nullopt},
      {{.overwrite = true}, std::nullopt},
      {{.merge = true, .prefer_new = true, .overwrite = true}, std::nullopt},
  }));
  const auto mode = loadMode(row.flags);
  CHECK(mode.has_value() == row.want.has_value());
  if (row.want) CHECK(*mode == *row.want);
}

TEST_CASE("Definition files: a directory is taken file by file", "[metadefs]") {
  FilesFixture f;
  f.write("b.json", kFirst);
  f.write("c.json", R"({"namespace": "OS::Two"})");
  f.write("a.json", "{");
  f.write("d.json", R"({"display_name": "no namespace"})");
  f.write("e.txt", "no definitions");
  std::filesystem::create_directory(f.dir.file("below"));
  f.write("below/f.json", R"({"namespace": "OS::Below"})");
  const auto outcomes = f.load(f.dir.path());
  REQUIRE(outcomes.size() == 4);
  CHECK(outcomes[0].result == FileResult::kFailed);
  CHECK_FALSE(outcomes[0].note.empty());
  CHECK(outcomes[1].result == FileResult::kLoaded);
  CHECK(outcomes[1].name == "OS::One");
  CHECK(outcomes[2].result == FileResult::kLoaded);
  CHECK(outcomes[3].result == FileResult::kFailed);
  CHECK(f.record().owner == "admin");
  CHECK_FALSE(f.record().updated_at);
  CHECK(f.content().objects[0].required == Names{"x"});
  const auto types = f.catalog->resourceTypes(f.context).value();
  REQUIRE(types.size() == 1);
  CHECK(types[0].is_protected);
  CHECK_FALSE(types[0].updated_at);
  CHECK_FALSE(f.catalog->findNamespace(f.context, "OS::Below").value());
  CHECK(f.loadOne("nothing.json") == FileResult::kFailed);
}

TEST_CASE("Definition files: what becomes of a namespace that exists", "[metadefs]") {
  FilesFixture f;
  f.write("first.json", kFirst);
  f.write("second.json", kSecond);
  REQUIRE(f.loadOne("first.json") == FileResult::kLoaded);
  const auto id = f.record().id;

  SECTION("it is passed over") {
    CHECK(f.loadOne("second.json") == FileResult::kSkipped);
    CHECK(f.tags() == Names{"old"});
  }
  SECTION("what it lacks is added") {
    CHECK(f.loadOne("second.json", LoadMode::kAdd) == FileResult::kMerged);
    CHECK(f.record().description == "old");
    CHECK(f.record().is_protected);
    CHECK(f.tags() == Names{"old", "new"});
    CHECK(f.content().properties.size() == 2);
    CHECK(f.content().objects[0].description == "old");
    CHECK(f.content().associations[0].prefix == "p_");
    CHECK(f.content().associations[1].name == "OS::U");
  }
  SECTION("and what it has is overwritten") {
    CHECK(f.loadOne("second.json", LoadMode::kPreferNew) == FileResult::kMerged);
    CHECK(f.record().id == id);
    CHECK(f.record().description == "new");
    CHECK_FALSE(f.record().is_protected);
    CHECK(f.record().updated_at == f.now);
    CHECK(f.tags() == Names{"old", "new"});
    CHECK(f.content().objects[0].description == "new");
    CHECK(f.content().associations[0].prefix == "q_");
  }
  SECTION("it is replaced with all its content") {
    CHECK(f.loadOne("second.json", LoadMode::kOverwrite) == FileResult::kLoaded);
    CHECK(f.record().id != id);
    CHECK(f.tags() == Names{"new"});
    CHECK(f.content().properties.size() == 1);
  }
}

TEST_CASE("Definition files: what was exported can be loaded", "[metadefs]") {
  FilesFixture f;
  f.write("first.json", kFirst);
  f.write("same.json", R"({"namespace": "OS::Same", "display_name": "One of two!"})");
  f.write("plain.json", R"({"namespace": "OS::Plain"})");
  f.load(f.dir.path());
  const auto directory = f.dir.file("out/deep");
  const auto exported = exportMetadefs(f.context, *f.catalog, directory);
  REQUIRE(exported);
  Names files;
  for (const auto& each : *exported) {
    files.push_back(each.file.substr(directory.size() + 1));
    CHECK_FALSE(each.replaced);
  }
  CHECK(files == Names{"Oneoftwo.json", "OSPlain.json", "OSSame.json"});
  CHECK(exportMetadefs(f.context, *f.catalog, directory).value()[0].replaced);

  const auto before = f.content();
  REQUIRE(f.catalog->removeEverything(f.context));
  for (const auto& outcome : f.load(directory)) CHECK(outcome.result == FileResult::kLoaded);
  const auto after = f.content();
  CHECK(after.objects[0].required == before.objects[0].required);
  CHECK(after.objects[0].properties == before.objects[0].properties);
  CHECK(after.properties[0].definition == before.properties[0].definition);
  CHECK(after.associations[0].prefix == before.associations[0].prefix);
}

// The files of the package glance-common, where it is installed: all of them load and unload.
TEST_CASE("Definition files: those of Glance, where they are installed", "[metadefs]") {
  const std::string directory = "/etc/glance/metadefs";
  if (!std::filesystem::is_directory(directory)) {
    WARN("not installed: " << directory);
    return;
  }
  FilesFixture f;
  const auto loaded = f.load(directory);
  CHECK_FALSE(loaded.empty());
  for (const auto& outcome : loaded) {
    CAPTURE(outcome.file, outcome.note);
    CHECK(outcome.result == FileResult::kLoaded);
  }
  for (const auto& outcome : f.load(directory, LoadMode::kPreferNew))
    CHECK(outcome.result == FileResult::kMerged);
  REQUIRE(f.catalog->removeEverything(f.context));
  CHECK(f.catalog->listNamespaces(f.context, {.admin = true}).value().empty());
}

}  // namespace glint::origin
