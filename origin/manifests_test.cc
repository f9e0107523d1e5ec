// Block manifests through a real server, catalog and store.
#include "origin/manifests.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/file.h"
#include "image/manifest.h"
#include "image/manifest_keys.h"
#include "image/schema.h"
#include "metrics/registry.h"
#include "net/testing/server_fixture.h"
#include "net/worker_pool.h"
#include "origin/api/event_feed.h"
#include "origin/api/image_data.h"
#include "origin/api/routes.h"
#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/identity/static_identity.h"
#include "origin/stores/file_store.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::ImageId;
using net::testing::RawResponse;

constexpr const char* kMember = "token-of-member-0001";
constexpr const char* kStranger = "token-of-other-00001";

std::string writeTokens(const TempDir& dir) {
  const std::string text =
      fmt::format("{} u1 project-a member,reader\n{} u2 project-b member\n", kMember, kStranger);
  REQUIRE(writeFileAtomic(dir.file("tokens"), text, 0600));
  return dir.file("tokens");
}

ImageDataOptions dataOptions(bool at_upload) {
  ImageDataOptions options;
  options.instance = "instance-of-this-test";
  options.ingest.manifest = at_upload;
  return options;
}

struct ManifestFixture {
  explicit ManifestFixture(bool at_upload = true, std::string keys_dir = {})
      : data(services, dataOptions(at_upload), metrics),
        manifests(
            std::make_unique<Manifests>(services, ManifestOptions{std::move(keys_dir)}, metrics)) {}
  ~ManifestFixture() {
    server.server->drain(std::chrono::seconds(5));
    workers.reset();
  }

  ImageId uploaded(const std::string& bytes) {
    image::Image image = testImage();
    REQUIRE(catalog->create(testContext(), image));
    const std::string head = fmt::format(
        "PUT /v2/images/{}/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {}\r\n"
        "Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        image.id.value, kMember, bytes.size());
    net::testing::RawClient client(server.port());
    REQUIRE(client.send(head + bytes));
    REQUIRE(client.receive().status == 204);
    return image.id;
  }
  RawResponse get(const ImageId& id, const std::string& token = kMember) {
    net::testing::RawClient client(server.port());
    REQUIRE(
        client.send(fmt::format("GET /glint/v1/images/{}/manifest HTTP/1.1\r\nHost: x\r\n"
                                "X-Auth-Token: {}\r\n\r\n",
                                id.value, token)));
    return client.receive();
  }

  TempDir dir;
  metrics::Registry registry{metrics::ProgramKind::kOrigin};
  metrics::OriginMetrics metrics{registry};
  std::unique_ptr<Catalog> catalog =
      openSqlCatalog({.connection = "sqlite:///" + dir.file("c.sqlite"), .durable = false}).value();
  std::unique_ptr<MetadefCatalog> metadefs =
      openSqlMetadefCatalog({.connection = "sqlite:///" + dir.file("c.sqlite"), .durable = false})
          .value();
  std::unique_ptr<StaticIdentity> identity =
      StaticIdentity::open(
          {.tokens_file = writeTokens(dir), .admin_token_file = {}, .www_authenticate_uri = {}})
          .value();
  std::shared_ptr<const Policy> policy = Policy::create().value();
  image::ImageSchema schema;
  std::unique_ptr<Store> store = openFileStore({.id = "", .directory = dir.file("images")}).value();
  StoreSet stores{*store};
  ApiServices services{.catalog = *catalog,
                       .metadefs = *metadefs,
                       .identity = *identity,
                       .policy = *policy,
                       .schema = schema,
                       .stores = stores};
  ImageData data;
  std::unique_ptr<Manifests> manifests;
  std::unique_ptr<net::WorkerPool> workers = net::WorkerPool::create({.threads = 4});
  std::shared_ptr<EventFeed> events = EventFeed::create(*catalog);
  std::shared_ptr<net::WorkerHandler> api = net::WorkerHandler::create(
      apiRoutes(services, {.upload = [this](ApiRequest& r) { return data.upload(r); },
                           .download = [this](ApiRequest& r) { return data.download(r); }}),
      apiErrorResponder(services), *workers, {});
  std::shared_ptr<net::WorkerHandler> extensions =
      net::WorkerHandler::create(extensionRoutes(services, *events, manifests->route()),
                                 apiErrorResponder(services), *workers, {});
  net::testing::ServerFixture server{[this](net::ExchangePtr exchange) {
    const bool own = exchange->request().path().starts_with("/glint/");
    (own ? extensions : api)->handle(std::move(exchange));
  }};
};

std::string content() {
  std::string bytes = std::string(2 * image::kPieceBytes, '\0') + "the end";
  bytes[5] = 'x';
  return bytes;
}

image::Manifest expected(const ManifestFixture& f, const ImageId& id, const std::string& bytes) {
  image::ManifestBuilder builder;
  builder.update(std::as_bytes(std::span(bytes.data(), bytes.size())));
  const auto image = f.catalog->get(testContext(), id).value();
  return builder.finish(*image::contentDigest(image), image.checksum.value());
}

}  // namespace

TEST_CASE("Manifest: there once the upload is answered", "[manifest]") {
  ManifestFixture f;
  const ImageId id = f.uploaded(content());
  const RawResponse answer = f.get(id);
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == image::kManifestMediaType);
  const auto manifest = image::parseManifest(answer.body);
  REQUIRE(manifest);
  CHECK(*manifest == expected(f, id, content()));
}

TEST_CASE("Manifest: made when it is asked for", "[manifest]") {
  ManifestFixture f(false);
  const ImageId id = f.uploaded(content());
  const RawResponse first = f.get(id);
  CHECK(first.status == 202);
  CHECK(first.header("retry-after") == "2");
  REQUIRE(net::testing::eventually([&] { return f.get(id).status == 200; }));
  CHECK(image::parseManifest(f.get(id).body).value() == expected(f, id, content()));
}

TEST_CASE("Manifest: never made of bytes that are not the image's", "[manifest]") {
  ManifestFixture f(false);
  const ImageId id = f.uploaded(content());
  std::string wrong = content();
  wrong[7] = 'y';
  REQUIRE(writeFileAtomic(f.dir.file("images/" + id.value), wrong));
  CHECK(f.get(id).status == 202);
  REQUIRE(net::testing::eventually([&] {
    return f.registry.text().find("glint_manifests_total{result=\"failed\"} 1") !=
           std::string::npos;
  }));
  CHECK(f.get(id).status == 202);
}

TEST_CASE("Manifest: for those who may download only", "[manifest]") {
  ManifestFixture f;
  const ImageId id = f.uploaded(content());
  CHECK(f.get(id, kStranger).status == 404);
  CHECK(f.get(id, "unknown").status == 401);
  REQUIRE(f.catalog->update(testContext(), id, [](image::Image& image) -> Status {
    image.status = image::ImageStatus::kDeactivated;
    return {};
  }));
  CHECK(f.get(id).status == 403);
}

TEST_CASE("Manifest: gone with its image; none without data", "[manifest]") {
  ManifestFixture f;
  const ImageId id = f.uploaded(content());
  REQUIRE(f.catalog->remove(testContext(), id, [](const image::Image&) { return Status(); }));
  CHECK_FALSE(f.catalog->manifest(testContext(), id).value());
  CHECK(f.get(id).status == 404);
  CHECK(f.catalog->setManifest(testContext(), id, "x").error().code == ErrorCode::kNotFound);

  const image::Image queued = testImage();
  REQUIRE(f.catalog->create(testContext(), queued));
  CHECK(f.get(queued.id).status == 404);
}

TEST_CASE("Manifest: signed with the keys of the moment", "[manifest]") {
  const TempDir keys;
  REQUIRE(image::generateSigningKey(keys.path()));
  const auto pinned = image::loadPublicKeys(image::publicKeysFile(keys.path())).value();
  ManifestFixture f(true, keys.path());
  const ImageId id = f.uploaded(content());
  CHECK(image::verifyManifestSignature(f.get(id).body, pinned));
  REQUIRE(image::rotateSigningKey(keys.path()));
  CHECK(image::verifyManifestSignature(f.get(id).body, pinned));
  REQUIRE(image::rotateSigningKey(keys.path()));
  CHECK_FALSE(image::verifyManifestSignature(f.get(id).body, pinned));
}

}  // namespace glint::origin
