#include "base/log.h"

#include <filesystem>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/log_format.h"
#include "base/test_dir.h"

using namespace glint;
using namespace glint::log;
using Catch::Matchers::Contains;

namespace {

constexpr std::chrono::system_clock::time_point kWhen{std::chrono::milliseconds(1'767'323'045'078)};

std::string asText(std::initializer_list<Field> fields) {
  std::string line;
  appendText(line, kWhen, Level::kWarn, "fill_failed", {fields.begin(), fields.size()});
  return line;
}
std::string asJson(std::initializer_list<Field> fields) {
  std::string line;
  appendJson(line, kWhen, Level::kWarn, "fill_failed", {fields.begin(), fields.size()});
  return line;
}

struct Restore {
  ~Restore() { static_cast<void>(configure({})); }
};

}  // namespace

TEST_CASE("Log: a line is time, level, event and fields", "[log]") {
  CHECK(asText({{"piece", 12}, {"upstream", "origin-a"}, {"ok", false}, {"dur_ms", 1.5}}) ==
        "time=2026-01-02T03:04:05.078Z level=warn event=fill_failed piece=12 upstream=origin-a "
        "ok=false dur_ms=1.5");
  CHECK(asJson({{"piece", 12}, {"upstream", "origin-a"}, {"ok", true}, {"dur_ms", 1.5}}) ==
        R"({"time":"2026-01-02T03:04:05.078Z","level":"warn","event":"fill_failed",)"
        R"("piece":12,"upstream":"origin-a","ok":true,"dur_ms":1.5})");
}

TEST_CASE("Log: values are quoted and escaped when they must be", "[log]") {
  struct Row {
    std::string value;
    const char* text;
    const char* json;
  };
  const auto row = GENERATE(values<Row>({
      {"plain-1.2/x:y", "plain-1.2/x:y", "\"plain-1.2/x:y\""},
      {"", "\"\"", "\"\""},
      {"two words", "\"two words\"", "\"two words\""},
      {"a=b", "\"a=b\"", "\"a=b\""},
      {"say \"hi\"\\", R"("say \"hi\"\\")", R"("say \"hi\"\\")"},
      {"x\nlevel=error", R"("x\nlevel=error")", R"("x\nlevel=error")"},
      {"\r\t", R"("\r\t")", R"("\r\t")"},
      {std::string("\0\x1B[2J\x7F", 6), R"("\x00\x1b[2J\x7f")", R"("\u0000\u001b[2J\u007f")"},
      {"größe", "\"größe\"", "\"größe\""},
      {"\xFF\xC3", R"("\xff\xc3")", R"("\ufffd\ufffd")"},
      {"\xC2\x9B"
       "2J",
       R"("\x9b2J")", R"("\u009b2J")"},  // the one-character form of ESC [
  }));
  CAPTURE(row.value);
  CHECK_THAT(asText({{"v", row.value}}), Catch::Matchers::EndsWith(std::string(" v=") + row.text));
  CHECK_THAT(asJson({{"v", row.value}}),
             Catch::Matchers::EndsWith(std::string(",\"v\":") + row.json + "}"));
}

TEST_CASE("Log: fractions have three decimals at most", "[log]") {
  struct Row {
    double value;
    const char* text;
  };
  const auto row = GENERATE(values<Row>({
      {0.0, "0"},
      {1.5, "1.5"},
      {-0.25, "-0.25"},
      {0.064, "0.064"},
      {0.0004, "0"},
      {-2.0006, "-2.001"},
      {0.9999, "1"},
      {12.05, "12.05"},
      {123456.789, "123456.789"},
      {1e15, "1e+15"},
  }));
  CAPTURE(row.value);
  CHECK_THAT(asText({{"v", row.value}}), Catch::Matchers::EndsWith(std::string(" v=") + row.text));
}

TEST_CASE("Log: numbers that JSON lacks are null", "[log]") {
  CHECK_THAT(asJson({{"v", 0.0 / 0.0}}), Contains("\"v\":null"));
  CHECK_THAT(asText({{"v", 1.0 / 0.0}}), Contains("v=nan"));
}

TEST_CASE("Log: an error is written at once, with what waited", "[log]") {
  TestDir dir;
  Restore restore;
  REQUIRE(configure({.level = Level::kInfo, .file = dir.file("log")}));
  info("first");
  debug("below_the_level");
  error("second");
  const std::string text = readFile(dir.file("log"), 10'000).value_or("");
  CHECK_THAT(text, Contains("event=first\n"));
  CHECK_THAT(text, Contains("event=second\n"));
  CHECK_THAT(text, !Contains("below_the_level"));
}

TEST_CASE("Log: a line is on disk soon, without another one", "[log]") {
  TestDir dir;
  Restore restore;
  REQUIRE(configure({.file = dir.file("log")}));
  info("waits");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (readFile(dir.file("log"), 10'000).value_or("").empty() &&
         std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  CHECK_THAT(readFile(dir.file("log"), 10'000).value_or(""), Contains("event=waits\n"));
}

TEST_CASE("Log: after a rotation lines go to the new file", "[log]") {
  TestDir dir;
  Restore restore;
  REQUIRE(configure({.file = dir.file("log")}));
  info("old");
  std::filesystem::rename(dir.file("log"), dir.file("log.1"));
  reopen();
  info("new");
  flush();
  CHECK_THAT(readFile(dir.file("log.1"), 10'000).value_or(""), Contains("event=old\n"));
  const std::string text = readFile(dir.file("log"), 10'000).value_or("");
  CHECK_THAT(text, Contains("event=new\n"));
  CHECK_THAT(text, !Contains("event=old\n"));
}

TEST_CASE("Log: a file that cannot be opened leaves the old destination", "[log]") {
  TestDir dir;
  Restore restore;
  REQUIRE(configure({.file = dir.file("log")}));
  const auto failed = configure({.file = dir.file("missing/log")});
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().message, Contains("missing/log"));
  error("still_here");
  CHECK_THAT(readFile(dir.file("log"), 10'000).value_or(""), Contains("event=still_here\n"));
}

TEST_CASE("Log: lines of several threads stay whole", "[log][threads]") {
  TestDir dir;
  Restore restore;
  REQUIRE(configure({.format = Format::kJson, .file = dir.file("log")}));
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([i] {
        for (int n = 0; n < 500; ++n) info("line", {{"thread", i}, {"text", "some text"}});
      });
  }
  flush();
  const std::string text = readFile(dir.file("log"), 1 << 20).value_or("");
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const auto end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    REQUIRE(text.compare(at, 9, "{\"time\":\"") == 0);
    REQUIRE(text.compare(end - 12, 12, "\"some text\"}") == 0);
    at = end + 1;
  }
  CHECK(lines == 2000);
}
