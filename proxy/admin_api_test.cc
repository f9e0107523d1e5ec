#include "proxy/admin_api.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "net/testing/client_fixture.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

using net::testing::eventually;
using nlohmann::json;
using testing::EdgeFixture;

const std::string kAdmin = "X-Glint-Admin-Token: admin-secret\r\n";

TEST_CASE("Admin API: status is open, the cache wants the secret", "[proxy]") {
  EdgeFixture edge;
  const auto status = json::parse(edge.get("/glint/v1/status", "").body);
  CHECK(status["program"] == "glint-edge");
  CHECK(status["upstream"]["healthy"] == true);
  CHECK(status["store"]["capacity_bytes"] == 256u << 20);
  CHECK(status["fills_in_flight"] == 0);
  const auto wrong =
      GENERATE("", "X-Glint-Admin-Token: admin-secre\r\n",
               "X-Glint-Admin-Token: admin-secretadmin-secret\r\n", "X-Glint-Admin-Token:\r\n");
  CHECK(edge.get("/glint/v1/cache", "token", wrong).status == 403);
  CHECK(edge.get("/glint/v1/cache/a", "token", wrong).status == 403);
  CHECK(edge.get("/glint/v1/cache", "", kAdmin).status == 200);
}

TEST_CASE("Admin API: shows what is held, and purges it", "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", net::testing::pattern(0, 5000));
  REQUIRE(edge.download("a").status == 200);
  REQUIRE(eventually([&] { return edge.get("/glint/v1/cache/a", "", kAdmin).status == 200; }));
  const auto content = json::parse(edge.get("/glint/v1/cache/a", "", kAdmin).body);
  CHECK(content["size"] == 5000);
  CHECK(content["images"] == json::array({"a"}));
  CHECK(json::parse(edge.get("/glint/v1/cache", "", kAdmin).body)["contents"].size() == 1);
  const auto purge = [&] {
    net::testing::RawClient client(edge.server->port());
    client.send("DELETE /glint/v1/cache/a HTTP/1.1\r\nHost: e\r\n" + kAdmin + "\r\n");
    return client.receive().status;
  };
  CHECK(purge() == 204);
  CHECK(purge() == 404);
  CHECK(edge.get("/glint/v1/cache/a", "", kAdmin).status == 404);
}

TEST_CASE("Admin API: health tells a wrong upstream from a lost one", "[proxy]") {
  EdgeFixture edge;
  CHECK(edge.get("/healthcheck", "").status == 200);
  edge.health->setReachable(false, "connection refused");
  CHECK(edge.get("/healthcheck", "").status == 200);
  CHECK(edge.get("/healthcheck", "").body.find("connection refused") != std::string::npos);
  edge.health->setReachable(true, "answers");
  edge.health->setService(UpstreamService::kOther, "no version document");
  const auto health = edge.get("/healthcheck", "");
  CHECK(health.status == 503);
  CHECK(health.body.find("no Images API") != std::string::npos);
}

TEST_CASE("Admin API: other methods are not allowed, other paths are the upstream's", "[proxy]") {
  EdgeFixture edge;
  net::testing::RawClient client(edge.server->port());
  client.send("POST /glint/v1/cache/a HTTP/1.1\r\nHost: e\r\nContent-Length: 0\r\n\r\n");
  const auto answer = client.receive();
  CHECK(answer.status == 405);
  CHECK(answer.header("Allow") == "GET, HEAD, DELETE");
  CHECK(edge.get("/metricsx", "").status == 404);
  CHECK(edge.upstream.others == 1);
  CHECK(edge.get("/metrics", "").body.find("glint_cache_requests_total") != std::string::npos);
}

TEST_CASE("Admin API: the secret is made once, for its owner only", "[proxy]") {
  const net::testing::TestDirectory directory;
  const auto made = loadAdminToken(directory.path());
  REQUIRE(made);
  CHECK(made->size() == 72);
  CHECK(loadAdminToken(directory.path()).value() == *made);
  struct stat status {};
  REQUIRE(::stat(directory.file("admin-token").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK_FALSE(loadAdminToken(directory.path() + "/none"));
}

}  // namespace
}  // namespace glint::proxy
