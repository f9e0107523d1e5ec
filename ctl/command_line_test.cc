#include "ctl/command_line.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "ctl/commands.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

namespace {

using Chosen = CommandLine::Chosen;

std::variant<Chosen, int> parse(std::vector<const char*> words) {
  CommandLine line;
  addStatusCommand(line);
  addEdgeCommands(line);
  addLocalCommands(line);
  words.insert(words.begin(), "glintctl");
  return line.parse(static_cast<int>(words.size()), words.data());
}
Chosen parsed(std::vector<const char*> words) {
  auto result = parse(std::move(words));
  REQUIRE(std::holds_alternative<Chosen>(result));
  return std::get<Chosen>(result);
}

}  // namespace

TEST_CASE("CommandLine: status asks both programs, or the one that was named", "[ctl]") {
  const Chosen both = parsed({"status"});
  CHECK(both.command == "status");
  CHECK(both.common.ask_origin);
  CHECK(both.common.ask_edge);
  CHECK(both.common.origin_url == "http://127.0.0.1:9292");
  CHECK(both.common.edge_url == "http://127.0.0.1:9393");
  const Chosen edge = parsed({"status", "--edge", "http://e:1/"});
  CHECK_FALSE(edge.common.ask_origin);
  CHECK(edge.common.edge_url == "http://e:1");
  CHECK_FALSE(parsed({"--origin", "http://o", "status"}).common.ask_edge);
}

TEST_CASE("CommandLine: common flags may stand anywhere", "[ctl]") {
  const Chosen before = parsed({"--json", "--cache-dir", "/c", "--timeout", "500ms", "edge", "ls"});
  const Chosen after = parsed({"edge", "ls", "--json", "--cache-dir", "/c", "--timeout", "500ms"});
  for (const Chosen& chosen : {before, after}) {
    CHECK(chosen.command == "edge ls");
    CHECK(chosen.common.json);
    CHECK(chosen.common.cache_dir == "/c");
    CHECK(chosen.common.timeout == std::chrono::milliseconds(500));
  }
}

TEST_CASE("CommandLine: commands find their own options", "[ctl]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("admin-token"), "s3cret\n", 0600));
  const Chosen token = parsed({"token", "--state-dir", dir.path().c_str()});
  Output printed;
  CHECK(token.run(token.common, printed) == 0);
  CHECK(printed.out == "s3cret\n");

  REQUIRE(writeFileAtomic(dir.file("one.conf"), "[upstream]\nurl = http://one\n"));
  REQUIRE(writeFileAtomic(dir.file("two"), "[upstream]\nurl = http://two\n"));
  const Chosen config = parsed({"config", "show", "--program", "edge", "--config-dir",
                                dir.path().c_str(), "--config-file", dir.file("two").c_str()});
  CHECK(config.command == "config show");
  Output shown;
  CHECK(config.run(config.common, shown) == 0);
  CHECK_THAT(shown.out, Contains("http://two") && !Contains("http://one"));
}

TEST_CASE("CommandLine: what is wrong ends with 2", "[ctl]") {
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

TEST_CASE("CommandLine: --version, --help and --check-config end with 0", "[ctl]") {
  const auto* flag = GENERATE("--version", "--help", "--check-config");
  CHECK(std::get<int>(parse({flag})) == 0);
}
