#include "proxy/prefetch_policy.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

image::Image debian() {
  image::Image image;
  image.id.value = "a";
  image.name = "debian-12-generic";
  image.status = image::ImageStatus::kActive;
  image.visibility = image::Visibility::kPublic;
  image.owner = "p1";
  image.size = 2ull << 30;
  image.disk_format = "qcow2";
  image.tags = {"golden", "lts"};
  image.properties = {{"os_distro", "debian"}, {"os_version", "12.5"}};
  return image;
}

TEST_CASE("Prefetch policy: which images it wants", "[proxy][prefetch]") {
  struct Row {
    const char* text;
    bool wants;
  };
  const auto row = GENERATE(values<Row>({
      {"all:", true},
      {"p: tag=golden", true},
      {"p: tag=silver", false},
      {"p: tag=golden, tag=lts", true},
      {"p: tag=golden, tag=silver", false},
      {"p: name=debian-*", true},
      {"p: name=ubuntu-*", false},
      {"p: owner=p1, visibility=public, disk_format=qcow2", true},
      {"p: owner=p2", false},
      {"p: visibility=private", false},
      {"p: disk_format=raw", false},
      {"p: property.os_distro=debian, property.os_version=12*", true},
      {"p: property.os_distro=ubuntu", false},
      {"p: property.absent=*", false},
      {"p: max_size=2G", true},
      {"p: max_size=2047M", false},
      {"p: min_size=2G, max_size=3G", true},
      {"p: min_size=3G", false},
  }));
  CAPTURE(row.text);
  const auto policy = parsePrefetchPolicy(row.text);
  REQUIRE(policy);
  CHECK(policy->wants(debian()) == row.wants);
}

TEST_CASE("Prefetch policy: only active images that are not hidden", "[proxy][prefetch]") {
  const auto policy = parsePrefetchPolicy("all:").value();
  auto image = debian();
  image.os_hidden = true;
  CHECK_FALSE(policy.wants(image));
  image.os_hidden = false;
  image.status = image::ImageStatus::kDeactivated;
  CHECK_FALSE(policy.wants(image));
}

TEST_CASE("Prefetch policy: the one of the highest priority decides", "[proxy][prefetch]") {
  const std::vector<PrefetchPolicy> policies = {
      parsePrefetchPolicy("low: tag=golden, priority=1").value(),
      parsePrefetchPolicy("high: name=debian-*, priority=9, pin").value(),
      parsePrefetchPolicy("higher: tag=silver, priority=20").value(),
  };
  const auto* policy = policyFor(policies, debian());
  REQUIRE(policy != nullptr);
  CHECK(policy->name == "high");
  CHECK(policy->pin);
  CHECK(policy->priority == 9);
  auto other = debian();
  other.name = "x";
  other.tags.clear();
  CHECK(policyFor(policies, other) == nullptr);
}

TEST_CASE("Prefetch policy: what is wrong is said", "[proxy][prefetch]") {
  const auto* text = GENERATE("", "golden", ": tag=x", "p: tag", "p: colour=red", "p: property.=x",
                              "p: visibility=secret", "p: max_size=big", "p: priority=high");
  const auto policy = parsePrefetchPolicy(text);
  REQUIRE_FALSE(policy);
  CHECK(policy.error().code == ErrorCode::kInvalidArgument);
  CHECK(policy.error().message.find("policy") != std::string::npos);
}

}  // namespace
}  // namespace glint::proxy
