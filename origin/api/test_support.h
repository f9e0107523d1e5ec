// The Images API as clients see it, for the tests of this folder: a real server, routes and
// workers over a catalog in a temporary directory.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "image/schema.h"
#include "net/testing/server_fixture.h"
#include "net/worker_pool.h"
#include "origin/api/front.h"
#include "origin/api/routes.h"
#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/identity/static_identity.h"
#include "origin/stores/file_store.h"
#include "origin/stores/store_set.h"
#include "origin/test_support.h"

namespace glint::origin {

// Tokens of the people in these tests; projects "a" and "b".
inline constexpr const char* kAdmin = "admin-token-0000000";
inline constexpr const char* kMemberA = "member-token-of-a-00";
inline constexpr const char* kReaderA = "reader-token-of-a-00";
inline constexpr const char* kMemberB = "member-token-of-b-00";
inline constexpr const char* kNoRole = "token-without-role-0";
inline constexpr const char* kPatchV21 = "application/openstack-images-v2.1-json-patch";
inline constexpr const char* kPatchV20 = "application/openstack-images-v2.0-json-patch";

struct ApiCall {
  std::string method = "GET";
  std::string target;
  std::string token = kMemberA;  // empty: none
  std::string body = {};
  std::vector<std::string> headers = {};  // "Name: value"
};

struct ApiAnswer : net::testing::RawResponse {
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

// Who may do what there.
struct ApiRules {
  PolicyMode mode = {};
  std::string protection = {};  // a property protection file's text; empty: none
  ProtectionFormat format = ProtectionFormat::kRoles;
};

class ApiFixture {
 public:
  // With `store_ids` there are several stores, the first one the default.
  explicit ApiFixture(ApiOptions options = {}, VersionOptions versions = {},
                      const std::vector<std::string>& store_ids = {}, DataRoutes data = noData(),
                      ApiRules rules = {}, std::vector<std::unique_ptr<Store>> more = {})
      : catalog(openSqlCatalog(database.options()).value()),
        metadefs(openSqlMetadefCatalog(database.options()).value()),
        opened(openStores(store_ids, std::move(more))),
        stores(storeSet(store_ids)),
        identity(openIdentity()),
        policy(Policy::create({}, rules.mode).value()),
        protection(openProtection(rules)),
        services{.catalog = *catalog,
                 .metadefs = *metadefs,
                 .identity = *identity,
                 .policy = *policy,
                 .schema = schema,
                 .stores = stores,
                 .options = std::move(options),
                 .protection = protection.get()},
        pool(net::WorkerPool::create({.threads = 2, .queue_limit = 64})),
        handler(net::WorkerHandler::create(apiRoutes(services, std::move(data)),
                                           apiErrorResponder(services), *pool,
                                           {.gate = apiGate(services)})),
        front(handler, services, versions),
        server(std::make_unique<net::testing::ServerFixture>(
            [this](net::ExchangePtr exchange) { front.handle(std::move(exchange)); })),
        client(std::make_unique<net::testing::RawClient>(server->port())) {}
  static ApiFixture with(ApiRules rules) {
    return ApiFixture({}, {}, {}, {noBytes, noBytes}, std::move(rules));
  }
  ~ApiFixture() {
    client.reset();
    server->server->drain(std::chrono::milliseconds(0));
    pool.reset();
  }

  ApiAnswer call(const ApiCall& call) {
    std::string request = call.method + " " + call.target + " HTTP/1.1\r\nHost: images.test\r\n";
    if (!call.token.empty()) request += "X-Auth-Token: " + call.token + "\r\n";
    for (const auto& header : call.headers) request += header + "\r\n";
    if (!call.body.empty() || call.method == "POST")
      request += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    REQUIRE(client->send(request + "\r\n" + call.body));
    return {client->receive()};
  }
  int status(const ApiCall& request) { return call(request).status; }

  ApiAnswer create(const std::string& body, const std::string& token = kMemberA) {
    return call({.method = "POST", .target = "/v2/images", .token = token, .body = body});
  }
  // The path of a new image.
  std::string made(const std::string& body = "{}", const std::string& token = kMemberA) {
    const auto answer = create(body, token);
    REQUIRE(answer.status == 201);
    return answer.json()["self"].get<std::string>();
  }
  ApiAnswer patch(const std::string& path, const std::string& body,
                  const std::string& token = kMemberA, const std::string& type = kPatchV21) {
    return call({.method = "PATCH",
                 .target = path,
                 .token = token,
                 .body = body,
                 .headers = {"Content-Type: " + type}});
  }
  void change(const std::string& path, const Catalog::Change& change) {
    const image::ImageId id{path.substr(path.rfind('/') + 1)};
    REQUIRE(catalog->update(testContext(), id, change));
  }

  TestDatabase database;
  TempDir dir;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<MetadefCatalog> metadefs;
  std::vector<std::unique_ptr<Store>> opened;
  StoreSet stores;
  std::unique_ptr<StaticIdentity> identity;
  std::shared_ptr<const Policy> policy;
  std::unique_ptr<PropertyProtection> protection;
  image::ImageSchema schema;
  ApiServices services;
  std::unique_ptr<net::WorkerPool> pool;
  std::shared_ptr<net::WorkerHandler> handler;
  ApiFront front;
  std::unique_ptr<net::testing::ServerFixture> server;
  std::unique_ptr<net::testing::RawClient> client;

  static DataRoutes noData() { return {noBytes, noBytes}; }

 private:
  static ApiResult<http::Response> noBytes(ApiRequest&) { return noContent(); }

  std::vector<std::unique_ptr<Store>> openStores(std::vector<std::string> ids,
                                                 std::vector<std::unique_ptr<Store>> more) const {
    if (ids.empty()) ids.emplace_back();
    std::vector<std::unique_ptr<Store>> made;
    for (const auto& id : ids)
      made.push_back(openFileStore({.id = id, .directory = dir.file("store" + id)}).value());
    std::ranges::move(more, std::back_inserter(made));
    return made;
  }

  // The last one has the most weight, and the default one a description.
  StoreSet storeSet(const std::vector<std::string>& ids) const {
    if (ids.empty()) return StoreSet(*opened.front());
    std::vector<StoreEntry> entries;
    for (const auto& store : opened)
      entries.push_back({store.get(), entries.empty() ? "The first." : "",
                         static_cast<std::int64_t>(entries.size())});
    return {std::move(entries), ids.front()};
  }

  std::unique_ptr<PropertyProtection> openProtection(const ApiRules& rules) const {
    ProtectionSources sources{.file = {}, .format = rules.format};
    if (!rules.protection.empty()) {
      sources.file = dir.file("protections.conf");
      REQUIRE(writeFileAtomic(sources.file, rules.protection));
    }
    return PropertyProtection::open(sources, policy).value();
  }

  std::unique_ptr<StaticIdentity> openIdentity() const {
    const std::string tokens = std::string(kAdmin) + " u0 admin admin,member,reader\n" + kMemberA +
                               " u1 a member,reader\n" + kReaderA + " u2 a reader\n" + kMemberB +
                               " u3 b member,reader\n" + kNoRole + " u4 a useless\n";
    REQUIRE(writeFileAtomic(dir.file("tokens"), tokens, 0600));
    return StaticIdentity::open({dir.file("tokens"), {}, "http://keystone.test/v3"}).value();
  }
};

}  // namespace glint::origin
