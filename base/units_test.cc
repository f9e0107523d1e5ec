#include "base/units.h"

#include <catch2/catch.hpp>

using namespace glint;
using namespace std::chrono_literals;

TEST_CASE("Units: sizes are binary", "[base]") {
  struct Row {
    const char* text;
    std::uint64_t bytes;
  };
  const auto row = GENERATE(values<Row>({
      {"0", 0},
      {"4096", 4096},
      {"4096B", 4096},
      {"1K", 1024},
      {"1kb", 1024},
      {"64MiB", 64ULL << 20},
      {" 100G ", 100ULL << 30},
      {"100 GB", 100ULL << 30},
      {"1.5T", 3ULL << 39},
      {"0.5k", 512},
      {"1.000000001P", (1ULL << 50) + 1125899},
      {"8191P", 8191ULL << 50},
      {"0.3B", 0},
  }));
  CAPTURE(row.text);
  const auto size = parseSize(row.text);
  REQUIRE(size);
  CHECK(*size == row.bytes);
}

TEST_CASE("Units: a bad size says what is wrong", "[base]") {
  struct Row {
    const char* text;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"", "'' does not begin with a number"},
      {"G", "'G' does not begin with a number"},
      {"-1G", "'-1G' does not begin with a number"},
      {".5G", "'.5G' does not begin with a number"},
      {"1.G", "'1.G' has no digits after the decimal point"},
      {"1.0000000001G", "'1.0000000001G' has more than nine decimals"},
      {"100GX", "'100GX' has the unknown unit 'gx' (known: B, K, M, G, T, P)"},
      {"1,5G", "'1,5G' has the unknown unit ',5g' (known: B, K, M, G, T, P)"},
      {"8192P", "'8192P' is too large"},
      {"99999999999999999999", "'99999999999999999999' is too large"},
  }));
  const auto size = parseSize(row.text);
  REQUIRE_FALSE(size);
  CHECK(size.error().code == ErrorCode::kInvalidArgument);
  CHECK(size.error().message == row.message);
}

TEST_CASE("Units: a printed size reads back as itself", "[base]") {
  const std::uint64_t bytes =
      GENERATE(0ULL, 1ULL, 1000ULL, 1024ULL, 1536ULL, 64ULL << 20, (64ULL << 20) + 1, 3ULL << 39);
  CHECK(parseSize(formatSize(bytes)) == bytes);
  CHECK(formatSize(64ULL << 20) == "64M");
  CHECK(formatSize(1000) == "1000");
}

TEST_CASE("Units: sizes for people are rounded", "[base]") {
  CHECK(humanSize(512) == "512 B");
  CHECK(humanSize(1536) == "1.5 KiB");
  CHECK(humanSize(100ULL << 30) == "100.0 GiB");
}

TEST_CASE("Units: durations have a unit", "[base]") {
  struct Row {
    const char* text;
    std::chrono::milliseconds duration;
  };
  const auto row = GENERATE(values<Row>({
      {"0", 0ms},
      {"500ms", 500ms},
      {"60s", 60s},
      {"1.5m", 90s},
      {"2h", 2h},
      {"7 d", 168h},
      {"0.25s", 250ms},
  }));
  CAPTURE(row.text);
  const auto duration = parseDuration(row.text);
  REQUIRE(duration);
  CHECK(*duration == row.duration);
  CHECK(parseDuration(formatDuration(row.duration)) == row.duration);
}

TEST_CASE("Units: a bad duration says what is wrong", "[base]") {
  struct Row {
    const char* text;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"60", "'60' lacks a unit (ms, s, m, h, d)"},
      {"0.0", "'0.0' lacks a unit (ms, s, m, h, d)"},
      {"60 sec", "'60 sec' has the unknown unit 'sec' (known: ms, s, m, h, d)"},
      {"-1s", "'-1s' does not begin with a number"},
      {"9223372036854775807d", "'9223372036854775807d' is too large"},
  }));
  const auto duration = parseDuration(row.text);
  REQUIRE_FALSE(duration);
  CHECK(duration.error().message == row.message);
}
