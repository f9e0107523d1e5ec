#include "image/location_changes.h"

#include <catch2/catch.hpp>

using namespace glint;
using namespace glint::image;

namespace {

const std::string kSha512(128, 'a');
const std::string kMd5(32, 'b');

Image imageWith(std::size_t locations, ImageStatus status = ImageStatus::kActive) {
  Image image;
  image.status = status;
  image.disk_format = "raw";
  image.container_format = "bare";
  if (locations > 0) image.size = 7;
  for (std::size_t i = 0; i < locations; ++i)
    image.locations.push_back({"https://h/" + std::to_string(i), {}});
  return image;
}

LocationRules rules() {
  LocationRules rules;
  rules.quota = 4;
  rules.size_of = [](const Location& location) -> Result<std::uint64_t> {
    if (location.url == "https://h/gone") return fail(ErrorCode::kInvalidArgument, "gone");
    return location.url == "https://h/long" ? 8 : 7;
  };
  return rules;
}

std::string urls(const Image& image) {
  std::string list;
  for (const auto& location : image.locations) list += location.url.substr(10) + " ";
  return list;
}

GivenLocation at(const std::string& url) { return {{url, {}}, std::nullopt}; }

}  // namespace

TEST_CASE("Locations: one is added at its place", "[image]") {
  const auto [element, want] = GENERATE(table<const char*, const char*>({
      {"-", "0 1 new "},
      {"0", "new 0 1 "},
      {"1", "0 new 1 "},
      {"2", "0 1 new "},
      {"99", "0 1 new "},
      {"99999999999999999999", "0 1 new "},
  }));
  auto image = imageWith(2);
  REQUIRE(addLocation(image, at("https://h/new"), element, rules()));
  CHECK(urls(image) == want);
}

TEST_CASE("Locations: adding is refused for reasons", "[image]") {
  struct Row {
    Image image;
    std::string url;
    const char* element;
    ErrorCode want;
  };
  auto no_format = imageWith(0, ImageStatus::kQueued);
  no_format.disk_format.reset();
  const auto row = GENERATE_COPY(values<Row>({
      {imageWith(1, ImageStatus::kDeactivated), "https://h/n", "-", ErrorCode::kConflict},
      {imageWith(0, ImageStatus::kSaving), "https://h/n", "-", ErrorCode::kConflict},
      {imageWith(1), "https://h/n", "x", ErrorCode::kInvalidArgument},
      {imageWith(1), "https://h/n", "-1", ErrorCode::kInvalidArgument},
      {imageWith(1), "https://h/0", "-", ErrorCode::kInvalidArgument},
      {imageWith(4), "https://h/n", "-", ErrorCode::kTooLarge},
      {imageWith(1), "https://h/gone", "-", ErrorCode::kInvalidArgument},
      {imageWith(1), "https://h/long", "-", ErrorCode::kInvalidArgument},
      {no_format, "https://h/n", "-", ErrorCode::kInvalidArgument},
  }));
  auto image = row.image;
  CAPTURE(row.url, row.element);
  CHECK(addLocation(image, at(row.url), row.element, rules()).error().code == row.want);
}

TEST_CASE("Locations: the first one makes a queued image active", "[image]") {
  auto image = imageWith(0, ImageStatus::kQueued);
  auto given = at("https://h/long");
  given.validation = ValidationData{kMd5, "sha512", std::string(128, 'A')};
  REQUIRE(addLocation(image, given, "-", rules()));
  CHECK(image.status == ImageStatus::kActive);
  CHECK(image.size == 8);
  CHECK(image.checksum == kMd5);
  CHECK(image.os_hash_algo == "sha512");
  CHECK(image.os_hash_value == kSha512);

  auto plain = imageWith(0, ImageStatus::kQueued);
  REQUIRE(addLocation(plain, at("https://h/new"), "0", rules()));
  CHECK(plain.status == ImageStatus::kActive);
  CHECK_FALSE(plain.checksum);
}

TEST_CASE("Locations: digests that cannot be are in conflict", "[image]") {
  auto known = imageWith(1);
  known.os_hash_algo = "sha512";
  known.os_hash_value = kSha512;
  known.checksum = kMd5;
  const auto attempt = [](Image image, const ValidationData& data) {
    auto given = at("https://h/new");
    given.validation = data;
    const auto added = addLocation(image, given, "-", rules());
    return std::string(added ? "added" : toString(added.error().code));
  };
  const std::string conflict = toString(ErrorCode::kConflict);
  CHECK(attempt(known, {kMd5, "sha512", kSha512}) == "added");
  CHECK(attempt(known, {std::nullopt, "sha512", kSha512}) == "added");
  CHECK(attempt(known, {std::nullopt, "sha256", std::string(64, 'a')}) == conflict);
  CHECK(attempt(known, {std::nullopt, "sha512", std::string(128, 'c')}) == conflict);
  CHECK(attempt(known, {std::string(32, 'c'), "sha512", kSha512}) == conflict);
  const auto queued = imageWith(0, ImageStatus::kQueued);
  CHECK(attempt(queued, {std::nullopt, "sha512", std::string(127, 'a')}) == conflict);
  CHECK(attempt(queued, {std::nullopt, "sha512", std::string(128, 'g')}) == conflict);
  CHECK(attempt(queued, {std::string(32, 'x'), "sha512", kSha512}) == conflict);
  CHECK(attempt(imageWith(1), {std::nullopt, "sha512", kSha512}) == conflict);
}

TEST_CASE("Locations: replacing changes metadata and order, or fills an empty list", "[image]") {
  auto image = imageWith(2);
  const GivenLocation first{{"https://h/0", {{"zone", "a"}}}, std::nullopt};
  REQUIRE(replaceLocations(image, {at("https://h/1"), first}, rules()));
  CHECK(urls(image) == "1 0 ");
  CHECK(image.locations[1].metadata.at("zone") == "a");

  const auto refused = [&](Image of, const std::vector<GivenLocation>& given) {
    return replaceLocations(of, given, rules()).error().code;
  };
  CHECK(refused(image, {}) == ErrorCode::kForbidden);
  CHECK(refused(image, {at("https://h/1")}) == ErrorCode::kInvalidArgument);
  CHECK(refused(image, {at("https://h/1"), at("https://h/1")}) == ErrorCode::kInvalidArgument);
  CHECK(refused(image, {at("https://h/1"), at("https://h/2")}) == ErrorCode::kInvalidArgument);
  CHECK(refused(imageWith(1, ImageStatus::kDeactivated), {at("https://h/0")}) ==
        ErrorCode::kConflict);

  auto queued = imageWith(0, ImageStatus::kQueued);
  REQUIRE(replaceLocations(queued, {at("https://h/a"), at("https://h/b")}, rules()));
  CHECK(urls(queued) == "a b ");
  CHECK(queued.status == ImageStatus::kActive);
  CHECK(refused(imageWith(0, ImageStatus::kQueued), {at("https://h/a"), at("https://h/long")}) ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("Locations: one is removed while another stays", "[image]") {
  const auto removed = [](Image image, const char* element) {
    const auto done = removeLocation(image, element);
    return done ? urls(image) : std::string(toString(done.error().code));
  };
  CHECK(removed(imageWith(3), "-") == "0 1 ");
  CHECK(removed(imageWith(3), "0") == "1 2 ");
  CHECK(removed(imageWith(3), "2") == "0 1 ");
  CHECK(removed(imageWith(3), "3") == toString(ErrorCode::kInvalidArgument));
  CHECK(removed(imageWith(3), "x") == toString(ErrorCode::kInvalidArgument));
  CHECK(removed(imageWith(1), "0") == toString(ErrorCode::kForbidden));
  CHECK(removed(imageWith(2, ImageStatus::kDeactivated), "0") == toString(ErrorCode::kConflict));
  CHECK(removed(imageWith(0), "-") == toString(ErrorCode::kInvalidArgument));
}
