#include "origin/policy/live_policy.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"

namespace glint::origin {
namespace {

const Caller kReader{.user_id = "u", .project_id = "p", .roles = {"reader"}};

struct Fixture {
  TestDir dir;
  PolicySources sources{.file = dir.file("policy.yaml"), .dirs = {dir.file("policy.d")}};
  int refused = 0;

  Fixture() { write("policy.yaml", "{}"); }
  void write(const char* name, const std::string& text) const {
    REQUIRE(ensureDirectory(dir.file("policy.d")));
    REQUIRE(writeFileAtomic(dir.file(name), text));
  }
  std::shared_ptr<const Policy> open() {
    auto policy = LivePolicy::open(sources, [this] { ++refused; });
    REQUIRE(policy);
    return *policy;
  }
};

bool mayPublish(const Policy& policy) {
  policy.refresh();
  return policy.allows("publicize_image", kReader, FixedTarget());
}

}  // namespace

TEST_CASE("LivePolicy: the next request obeys a change", "[policy]") {
  Fixture fixture;
  const auto policy = fixture.open();
  CHECK_FALSE(mayPublish(*policy));
  fixture.write("policy.yaml", "publicize_image: role:reader");
  CHECK(mayPublish(*policy));
  fixture.write("policy.yaml", R"({"publicize_image": "role:nobody"})");
  CHECK_FALSE(mayPublish(*policy));
  fixture.write("policy.d/10.yaml", "publicize_image: '!'");
  fixture.write("policy.d/20.json", R"({"publicize_image": "@"})");
  fixture.write("policy.d/30.txt", "publicize_image: '!'");
  CHECK(mayPublish(*policy));
  std::filesystem::remove(fixture.dir.file("policy.d/20.json"));
  CHECK_FALSE(mayPublish(*policy));
  CHECK(fixture.refused == 0);
}

TEST_CASE("LivePolicy: files that become wrong change nothing, and are told once", "[policy]") {
  Fixture fixture;
  fixture.write("policy.yaml", "publicize_image: role:reader");
  const auto policy = fixture.open();
  const auto* wrong = GENERATE("publicize_image: role:x and", "a: [", "- list", "a: rule:nowhere",
                               "a: rule:b\nb: rule:a");
  CAPTURE(wrong);
  fixture.write("policy.yaml", wrong);
  for (int i = 0; i < 3; ++i) CHECK(mayPublish(*policy));
  CHECK(fixture.refused == 1);
  std::filesystem::remove(fixture.dir.file("policy.yaml"));
  CHECK(mayPublish(*policy));
  CHECK(fixture.refused == 2);
  fixture.write("policy.yaml", "publicize_image: '!'");
  CHECK_FALSE(mayPublish(*policy));
}

TEST_CASE("LivePolicy: at the start what is wrong is refused, with file and line", "[policy]") {
  Fixture fixture;
  fixture.write("policy.d/a.yaml", "get_image: '@'\nadd_image: role:x and\n");
  const auto policy = LivePolicy::open(fixture.sources);
  REQUIRE_FALSE(policy);
  using Catch::Matchers::Contains;
  CHECK_THAT(policy.error().message, Contains("a.yaml:2") && Contains("add_image"));
  fixture.sources.file = fixture.dir.file("absent.yaml");
  CHECK_FALSE(LivePolicy::open(fixture.sources));
}

TEST_CASE("LivePolicy: names that no rule has are decided by the default rule", "[policy]") {
  Fixture fixture;
  fixture.write("policy.yaml", "mine: '!'");
  CHECK(fixture.open()->allows("unheard_of", kReader, FixedTarget()));
  fixture.sources.mode.default_rule = "mine";
  CHECK_FALSE(fixture.open()->allows("unheard_of", kReader, FixedTarget()));
}

}  // namespace glint::origin
