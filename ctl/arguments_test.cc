#include "ctl/arguments.h"

#include <catch2/catch.hpp>

using namespace glint;
using namespace glint::ctl;

namespace {

std::variant<Arguments, int> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "glintctl");
  return parseArguments(static_cast<int>(words.size()), words.data());
}
Arguments parsed(std::vector<const char*> words) {
  const auto result = parse(std::move(words));
  REQUIRE(std::holds_alternative<Arguments>(result));
  return std::get<Arguments>(result);
}

}  // namespace

TEST_CASE("Arguments: status asks both programs, or the one that was named", "[ctl]") {
  const Arguments both = parsed({"status"});
  CHECK(both.command == Command::kStatus);
  CHECK(both.ask_origin);
  CHECK(both.ask_edge);
  CHECK(both.origin_url == "http://127.0.0.1:9292");
  CHECK(both.edge_url == "http://127.0.0.1:9393");
  const Arguments edge = parsed({"status", "--edge", "http://e:1/"});
  CHECK_FALSE(edge.ask_origin);
  CHECK(edge.edge_url == "http://e:1");
  CHECK_FALSE(parsed({"--origin", "http://o", "status"}).ask_edge);
}

TEST_CASE("Arguments: common flags may stand anywhere", "[ctl]") {
  const Arguments before =
      parsed({"--json", "--cache-dir", "/c", "--timeout", "500ms", "edge", "ls"});
  const Arguments after =
      parsed({"edge", "ls", "--json", "--cache-dir", "/c", "--timeout", "500ms"});
  for (const Arguments& arguments : {before, after}) {
    CHECK(arguments.command == Command::kEdgeList);
    CHECK(arguments.json);
    CHECK(arguments.cache_dir == "/c");
    CHECK(arguments.timeout == std::chrono::milliseconds(500));
  }
}

TEST_CASE("Arguments: commands with an image", "[ctl]") {
  CHECK(parsed({"edge", "show", "i"}).image_id == "i");
  CHECK(parsed({"edge", "purge", "i", "--json"}).command == Command::kEdgePurge);
}

TEST_CASE("Arguments: token and config show", "[ctl]") {
  CHECK(parsed({"token", "--state-dir", "/s"}).state_dir == "/s");
  CHECK(parsed({"token"}).state_dir.ends_with("/glint"));
  const Arguments config =
      parsed({"config", "show", "--program", "edge", "--config-dir", "d", "--config-file", "f"});
  CHECK(config.command == Command::kConfigShow);
  CHECK(config.program == "edge");
  REQUIRE(config.sources.size() == 2);
  CHECK(config.sources[0].kind == ConfigSource::Kind::kDirectory);
  CHECK(config.sources[1].path == "f");
}

TEST_CASE("Arguments: what is wrong ends with 2", "[ctl]") {
  const auto words = GENERATE(values<std::vector<const char*>>({
      {},
      {"nonsense"},
      {"edge"},
      {"edge", "show"},
      {"edge", "ls", "x"},
      {"status", "--edge", "ftp://x"},
      {"status", "--edge"},
      {"status", "--timeout", "5"},
      {"status", "--timeout", "0"},
      {"config", "show"},
      {"config", "show", "--program", "nova"},
  }));
  const auto result = parse(words);
  REQUIRE(std::holds_alternative<int>(result));
  CHECK(std::get<int>(result) == 2);
}

TEST_CASE("Arguments: --version, --help and --check-config end with 0", "[ctl]") {
  const auto* flag = GENERATE("--version", "--help", "--check-config");
  CHECK(std::get<int>(parse({flag})) == 0);
}
