#include "origin/policy/property_protection.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"

namespace glint::origin {
namespace {

std::string allFor(const char* who) {
  const std::string word = who;
  return "[.*]\ncreate=" + word + "\nread=" + word + "\nupdate=" + word + "\ndelete=" + word + "\n";
}

bool mayRead(const PropertyProtection& protection) {
  protection.refresh();
  const Caller caller{.user_id = "u", .project_id = "p", .roles = {"reader"}};
  return protection.allows(image::PropertyAccess::kRead, "x", caller);
}

}  // namespace

TEST_CASE("PropertyProtection: without a file everybody may", "[policy][protection]") {
  const auto protection = PropertyProtection::open({}, Policy::create().value());
  REQUIRE(protection);
  CHECK_FALSE((*protection)->active());
  CHECK(mayRead(**protection));
}

TEST_CASE("PropertyProtection: a change is obeyed, a wrong one leaves what was",
          "[policy][protection]") {
  TestDir dir;
  const ProtectionSources sources{.file = dir.file("p.conf")};
  const auto write = [&](const std::string& text) { REQUIRE(writeFileAtomic(sources.file, text)); };
  int refused = 0;
  CHECK_FALSE(PropertyProtection::open(sources, Policy::create().value()));
  write(allFor("reader"));
  const auto opened =
      PropertyProtection::open(sources, Policy::create().value(), [&] { ++refused; });
  REQUIRE(opened);
  const auto& protection = **opened;
  CHECK(protection.active());
  CHECK(mayRead(protection));
  write(allFor("admin"));
  CHECK_FALSE(mayRead(protection));
  write("[.*]\nread = @\n");
  for (int i = 0; i < 3; ++i) CHECK_FALSE(mayRead(protection));
  CHECK(refused == 1);
  std::filesystem::remove(sources.file);
  CHECK_FALSE(mayRead(protection));
  CHECK(refused == 2);
  write(allFor("@"));
  CHECK(mayRead(protection));
  CHECK(refused == 2);
}

}  // namespace glint::origin
