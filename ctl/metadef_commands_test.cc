#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "ctl/commands.h"
#include "ctl/program_tables.h"
#include "origin/metadef_files.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

struct MetadefsFixture {
  TestDir dir;
  MetadefSources sources;

  MetadefsFixture() {
    sources.database.connection = "sqlite:///" + dir.file("c.sqlite");
    sources.database.durable = false;
    sources.path = dir.file("files");
    REQUIRE(ensureDirectory(sources.path));
  }
  void write(const std::string& name, const std::string& content) const {
    REQUIRE(writeFileAtomic(sources.path + "/" + name, content));
  }
  int load(Output& output, const origin::LoadFlags& flags = {}) const {
    return metadefsLoad(sources, flags, output);
  }
};

Output jsonOutput() { return {.format = OutputFormat::kJson, .out = {}, .err = {}}; }

}  // namespace

TEST_CASE("metadefs load: every file is told, and one that fails fails the command", "[ctl]") {
  MetadefsFixture f;
  f.write("a.json", R"({"namespace": "A"})");
  auto first = jsonOutput();
  CHECK(f.load(first) == 0);
  CHECK(json::parse(first.out)[0]["result"] == "loaded");
  f.write("b.json", "{");
  auto second = jsonOutput();
  CHECK(f.load(second) == 1);
  const auto told = json::parse(second.out);
  CHECK(told[0]["result"] == "skipped");
  CHECK(told[1]["result"] == "failed");
  Output table;
  f.load(table);
  CHECK_THAT(table.out, Contains("a.json") && Contains("the namespace exists already"));
}

TEST_CASE("metadefs load: flags that do not go together load nothing", "[ctl]") {
  MetadefsFixture f;
  f.write("a.json", R"({"namespace": "A"})");
  Output output;
  CHECK(f.load(output, {.prefer_new = true}) == 1);
  CHECK_THAT(output.err, Contains("prefer_new"));
  auto told = jsonOutput();
  CHECK(f.load(told, {.merge = true}) == 0);
  CHECK(json::parse(told.out)[0]["result"] == "loaded");
}

TEST_CASE("metadefs load: no files is a mistake", "[ctl]") {
  MetadefsFixture f;
  Output output;
  CHECK(f.load(output) == 1);
  CHECK_THAT(output.err, Contains("no *.json"));
}

TEST_CASE("metadefs export and unload", "[ctl]") {
  MetadefsFixture f;
  f.write("a.json", R"({"namespace": "A", "display_name": "The A"})");
  Output output;
  REQUIRE(f.load(output) == 0);
  auto to_elsewhere = f.sources;
  to_elsewhere.path = f.dir.file("out");
  auto exported = jsonOutput();
  CHECK(metadefsExport(to_elsewhere, exported) == 0);
  CHECK(json::parse(exported.out)[0]["file"] == f.dir.file("out/TheA.json"));
  CHECK(metadefsUnload(f.sources, output) == 0);
  auto nothing = jsonOutput();
  CHECK(metadefsExport(to_elsewhere, nothing) == 0);
  CHECK(json::parse(nothing.out).empty());
}

TEST_CASE("metadefs: where the configuration says", "[ctl]") {
  MetadefsFixture f;
  const auto file = f.dir.file("glance-api.conf");
  REQUIRE(writeFileAtomic(file,
                          "[DEFAULT]\nmetadata_source_path = /here\n[database]\n"
                          "connection = sqlite:////there\n"));
  const auto sources = originMetadefSources(configInputs({{ConfigSource::Kind::kFile, file}}));
  REQUIRE(sources);
  CHECK(sources->path == "/here");
  CHECK(sources->database.connection == "sqlite:////there");
}
