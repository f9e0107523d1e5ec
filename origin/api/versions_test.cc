#include "origin/api/versions.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace glint::origin {

namespace {

using nlohmann::json;

// "2.15 2.9 2.17* …", the current one starred.
std::string listed(const VersionOptions& options) {
  const auto document = json::parse(versionDocument("http://h", options));
  std::string text;
  for (const auto& version : document["versions"]) {
    if (!text.empty()) text += ' ';
    text += version["id"].get<std::string>().substr(1);
    if (version["status"] == "CURRENT") text += '*';
    CHECK(version["links"] == json::parse(R"([{"rel":"self","href":"http://h/v2/"}])"));
  }
  return text;
}

http::RequestHead head(const std::string& target, const std::string& accept = {}) {
  http::RequestHead request;
  request.method = http::Method::kGet;
  request.target = target;
  if (!accept.empty()) request.headers.add("Accept", accept);
  return request;
}

std::string verdict(const Negotiated& negotiated) {
  switch (negotiated.kind) {
    case Negotiated::Kind::kApi:
      return negotiated.target;
    case Negotiated::Kind::kVersions:
      return "200";
    case Negotiated::Kind::kMultipleChoices:
      return "300";
    case Negotiated::Kind::kRedirect:
      return "302 " + negotiated.target;
  }
  return {};
}

}  // namespace

TEST_CASE("Versions: what is listed follows cache and stores, in the API's order", "[api]") {
  const std::string old = "2.7 2.6 2.5 2.4 2.3 2.2 2.1 2.0";
  CHECK(listed({.cache = true, .multi_store = true}) ==
        "2.18* 2.17 2.16 2.15 2.14 2.13 2.12 2.11 2.10 2.9 2.8 " + old);
  CHECK(listed({.cache = true, .multi_store = false}) == "2.18* 2.17 2.16 2.15 2.14 2.9 " + old);
  CHECK(listed({.cache = false, .multi_store = true}) ==
        "2.15 2.13 2.12 2.11 2.10 2.9 2.8 2.17* " + old);
  CHECK(listed({}) == "2.15 2.9 2.17* " + old);
}

TEST_CASE("Versions: the first segment is a version or the list is offered", "[api]") {
  struct Row {
    const char* target;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"/", "300"},
      {"", "300"},
      {"/?x=1", "300"},
      {"/versions", "200"},
      {"/versions/", "200"},
      {"/versions/x/y?z", "200"},
      {"/versionsx", "300"},
      {"/v1/images", "300"},
      {"/v3", "300"},
      {"/v2.99/images", "300"},
      {"/images", "300"},
      {"/v2%2E0/images", "300"},
      {"/V2/images", "300"},
      {"/v2", "302 /v2/"},
      {"/v2.5", "302 /v2/"},
      {"/v2/", "/v2/"},
      {"/v2/images", "/v2/images"},
      {"/v2/images?limit=1&name=x%2Fy", "/v2/images?limit=1&name=x%2Fy"},
      {"/v2.0/images/x", "/v2/images/x"},
      {"/v2.17/images", "/v2/images"},
      {"/v2.9/images", "/v2/images"},
      {"//v2/images", "/v2/images"},
      {"/v2//images", "/v2//images"},
      {"/v2.8/images", "300"},
      {"/v2.14/images", "300"},
      {"/v2.18/images", "300"},
  }));
  CAPTURE(row.target);
  CHECK(verdict(negotiate(head(row.target), {})) == row.want);
}

TEST_CASE("Versions: minor versions depend on what is configured", "[api]") {
  for (const char* id : {"v2.8", "v2.10", "v2.11", "v2.12", "v2.13"}) {
    CHECK(isEnabledVersion(id, {.cache = false, .multi_store = true}));
    CHECK_FALSE(isEnabledVersion(id, {.cache = true, .multi_store = false}));
  }
  for (const char* id : {"v2.14", "v2.16", "v2.18"}) {
    CHECK(isEnabledVersion(id, {.cache = true, .multi_store = false}));
    CHECK_FALSE(isEnabledVersion(id, {.cache = false, .multi_store = true}));
  }
}

TEST_CASE("Versions: the Accept field may name the version, the path then has none", "[api]") {
  const std::string vendor = "application/vnd.openstack.images-";
  CHECK(verdict(negotiate(head("/images?a=b", vendor + "v2.5"), {})) == "/v2/images?a=b");
  CHECK(verdict(negotiate(head("/images", vendor + "v2"), {})) == "/v2/images");
  CHECK(verdict(negotiate(head("/images", vendor + "v9"), {})) == "300");
  CHECK(verdict(negotiate(head("/images", vendor), {})) == "300");
  CHECK(verdict(negotiate(head("/versions", vendor + "v2"), {})) == "200");
  CHECK(verdict(negotiate(head("/v2/images", "application/json"), {})) == "/v2/images");
}

}  // namespace glint::origin
