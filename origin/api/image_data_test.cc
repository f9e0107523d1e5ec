// The bytes of images through a real server, catalog and store.
#include "origin/api/image_data.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/file.h"
#include "image/schema.h"
#include "metrics/origin_metrics.h"
#include "metrics/registry.h"
#include "net/testing/server_fixture.h"
#include "net/worker_pool.h"
#include "origin/api/front.h"
#include "origin/api/routes.h"
#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/identity/static_identity.h"
#include "origin/stores/file_store.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageId;
using image::ImageStatus;
using net::testing::eventually;
using net::testing::RawClient;
using net::testing::RawResponse;

constexpr const char* kInstance = "instance-of-this-test";
constexpr const char* kMember = "token-of-member-0001";
constexpr const char* kReader = "token-of-reader-0001";
constexpr const char* kAdmin = "token-of-admin-00001";
constexpr const char* kStranger = "token-of-other-00001";

std::string tokensFile(const TempDir& dir) {
  REQUIRE(writeFileAtomic(dir.file("tokens"),
                          fmt::format("{} u1 project-a member,reader\n{} u2 project-a reader\n"
                                      "{} u3 admin admin,member,reader\n"
                                      "{} u4 project-b member,reader\n",
                                      kMember, kReader, kAdmin, kStranger),
                          0600));
  return dir.file("tokens");
}

// A store whose writes fail as told; the rest is that of another.
class FailingStore final : public Store {
 public:
  explicit FailingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}
  std::optional<ErrorCode> put_error;
  std::optional<ErrorCode> open_error;

  const std::string& id() const override { return inner_->id(); }
  std::string_view type() const override { return inner_->type(); }
  std::vector<StoreProperty> properties() const override { return inner_->properties(); }
  StoreCapabilities capabilities() const override { return inner_->capabilities(); }
  Result<std::unique_ptr<StoreWriter>> put(const RequestContext& context, const ImageId& image,
                                           std::optional<std::uint64_t> size) override {
    if (put_error) return fail(*put_error, "as told");
    return inner_->put(context, image, size);
  }
  Result<http::Body> open(const RequestContext& context, const std::string& location,
                          std::uint64_t offset, std::uint64_t length) override {
    if (open_error) return fail(*open_error, "as told");
    return inner_->open(context, location, offset, length);
  }
  Result<std::uint64_t> size(const RequestContext& context, const std::string& location) override {
    return inner_->size(context, location);
  }
  Status remove(const RequestContext& context, const std::string& location) override {
    return inner_->remove(context, location);
  }
  bool owns(const std::string& location) const override { return inner_->owns(location); }
  std::string locationOf(const ImageId& image) const override { return inner_->locationOf(image); }

 private:
  std::unique_ptr<Store> inner_;
};

ImageDataOptions dataOptions() {
  ImageDataOptions options;
  options.instance = kInstance;
  return options;
}

// The whole of glint-origin but its main.
struct DataFixture {
  explicit DataFixture(ImageDataOptions data_options = dataOptions())
      : data(services, std::move(data_options), metrics) {}

  TestDatabase database;
  TempDir dir;
  RequestContext context = testContext();
  metrics::Registry registry{metrics::ProgramKind::kOrigin};
  metrics::OriginMetrics metrics{registry};
  std::unique_ptr<Catalog> catalog = std::move(openSqlCatalog(database.options()).value());
  std::unique_ptr<MetadefCatalog> metadefs =
      std::move(openSqlMetadefCatalog(database.options()).value());
  std::unique_ptr<StaticIdentity> identity = std::move(
      StaticIdentity::open(
          {.tokens_file = tokensFile(dir), .admin_token_file = {}, .www_authenticate_uri = {}})
          .value());
  std::shared_ptr<const Policy> policy = Policy::create().value();
  image::ImageSchema schema;
  FailingStore store{std::move(openFileStore({.id = "", .directory = dir.file("images")}).value())};
  StoreSet stores{store};
  ApiServices services{.catalog = *catalog,
                       .metadefs = *metadefs,
                       .identity = *identity,
                       .policy = *policy,
                       .schema = schema,
                       .stores = stores};
  ImageData data;
  std::unique_ptr<net::WorkerPool> workers = net::WorkerPool::create({.threads = 4});
  std::shared_ptr<net::WorkerHandler> routes = net::WorkerHandler::create(
      apiRoutes(services, {.upload = [this](ApiRequest& r) { return data.upload(r); },
                           .download = [this](ApiRequest& r) { return data.download(r); }}),
      apiErrorResponder(services), *workers, {});
  net::testing::ServerFixture server{[this](net::ExchangePtr exchange) {
    ApiFront(routes, services, VersionOptions{}).handle(std::move(exchange));
  }};

  ~DataFixture() {
    server.server->drain(std::chrono::seconds(5));
    workers.reset();
  }

  ImageId created(const std::function<void(Image&)>& adjust = {}) const {
    Image image = testImage();
    if (adjust) adjust(image);
    REQUIRE(catalog->create(context, image));
    return image.id;
  }
  // An active image with these bytes.
  ImageId stored(const std::string& bytes) {
    const ImageId id = created();
    REQUIRE(upload(id, bytes).status == 204);
    return id;
  }
  Image get(const ImageId& id) const { return catalog->get(context, id).value(); }
  std::string path(const ImageId& id) const { return dir.file("images/" + id.value); }
  bool noFiles() const { return std::filesystem::is_empty(dir.file("images")); }

  RawResponse request(const std::string& head, const std::string& body = {}) const {
    RawClient client(server.port());
    REQUIRE(client.send(head + "Host: x\r\n\r\n" + body));
    return client.receive();
  }
  static std::string putHead(const ImageId& id, const std::string& fields,
                             const std::string& token = kMember) {
    return fmt::format("PUT /v2/images/{}/file HTTP/1.1\r\nX-Auth-Token: {}\r\n{}", id.value, token,
                       fields);
  }
  RawResponse upload(const ImageId& id, const std::string& bytes, const std::string& fields = {},
                     const std::string& token = kMember) const {
    return request(putHead(id,
                           fmt::format("Content-Type: application/octet-stream\r\n"
                                       "Content-Length: {}\r\n{}",
                                       bytes.size(), fields),
                           token),
                   bytes);
  }
  RawResponse uploadChunked(const ImageId& id, const std::string& bytes,
                            const std::string& fields = {}) const {
    return request(putHead(id,
                           "Content-Type: application/octet-stream\r\n"
                           "Transfer-Encoding: chunked\r\n" +
                               fields),
                   fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", bytes.size(), bytes));
  }
  RawResponse download(const ImageId& id, const std::string& fields = {},
                       const std::string& token = kMember, const std::string& query = {}) const {
    return request(fmt::format("GET /v2/images/{}/file{} HTTP/1.1\r\nX-Auth-Token: {}\r\n{}",
                               id.value, query, token, fields));
  }
  // An upload that has sent some of what it announced, and is seen to be saving.
  std::unique_ptr<RawClient> begun(const ImageId& id, std::size_t announced,
                                   const std::string& sent) const {
    auto client = std::make_unique<RawClient>(server.port());
    REQUIRE(client->send(putHead(id, fmt::format("Content-Type: application/octet-stream\r\n"
                                                 "Content-Length: {}\r\nHost: x\r\n\r\n",
                                                 announced)) +
                         sent));
    REQUIRE(eventually([&] { return get(id).status == ImageStatus::kSaving; }));
    return client;
  }
};

void checkQueuedAndEmpty(const DataFixture& f, const ImageId& id) {
  const Image image = f.get(id);
  CHECK(image.status == ImageStatus::kQueued);
  CHECK_FALSE(image.size);
  CHECK_FALSE(image.virtual_size);
  CHECK_FALSE(image.checksum);
  CHECK_FALSE(image.os_hash_value);
  CHECK(image.locations.empty());
  CHECK(f.noFiles());
}

}  // namespace

TEST_CASE("Upload: an accepted body makes the image active", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  const std::string bytes = std::string(700'000, 'x') + "end";
  SECTION("with its length") {
    const auto answer = f.upload(id, bytes);
    CHECK(answer.status == 204);
    CHECK(answer.body.empty());
    CHECK(answer.header("x-openstack-request-id"));
  }
  SECTION("chunked") { CHECK(f.uploadChunked(id, bytes).status == 204); }
  SECTION("chunked with its size declared") {
    CHECK(f.uploadChunked(id, bytes, "x-openstack-image-size: 700003\r\n").status == 204);
  }
  const Image image = f.get(id);
  CHECK(image.status == ImageStatus::kActive);
  CHECK(image.size == bytes.size());
  CHECK(image.virtual_size == bytes.size());
  CHECK(image.checksum == digestHex("md5", std::as_bytes(std::span(bytes))));
  CHECK(image.os_hash_algo == "sha512");
  CHECK(image.os_hash_value == digestHex("sha512", std::as_bytes(std::span(bytes))));
  REQUIRE(image.locations.size() == 1);
  CHECK(image.locations[0].url == "file://" + f.path(id));
  CHECK(readFile(f.path(id), bytes.size()).value() == bytes);
}

TEST_CASE("Upload: no bytes are an image, too", "[image_data]") {
  DataFixture f;
  const ImageId id = f.stored("");
  CHECK(f.get(id).size == 0);
  CHECK_FALSE(f.get(id).virtual_size);
  const auto answer = f.download(id);
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Length") == "0");
  CHECK(f.download(id, "Range: bytes=0-0\r\n").status == 416);
}

TEST_CASE("Upload: refusals leave the image as it was", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  const std::string octets = "Content-Type: application/octet-stream\r\nContent-Length: 3\r\n";
  struct Row {
    std::string fields;
    const char* token;
    int status;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"Content-Length: 3\r\n", kMember, 415},
      {"Content-Type: text/plain\r\nContent-Length: 3\r\n", kMember, 415},
      {octets + "x-openstack-image-size: three\r\n", kMember, 400},
      {octets + "x-openstack-image-size: -1\r\n", kMember, 400},
      {octets + "x-openstack-image-size: 99999999999999999999\r\n", kMember, 400},
      {octets, kReader, 403},
      {octets, kStranger, 404},
      {octets, "token-of-nobody-0001", 401},
  }));
  CAPTURE(row.fields, row.token);
  CHECK(f.request(f.putHead(id, row.fields, row.token), "abc").status == row.status);
  checkQueuedAndEmpty(f, id);
}

TEST_CASE("Upload: parameters of the content type are ignored", "[image_data]") {
  DataFixture f;
  const std::string fields = "Content-Type: Application/Octet-Stream; a=b\r\nContent-Length: 3\r\n";
  CHECK(f.request(f.putHead(f.created(), fields), "abc").status == 204);
}

TEST_CASE("Upload: an unknown image is not found", "[image_data]") {
  DataFixture f;
  CHECK(f.upload(testImage().id, "abc").status == 404);
  CHECK(f.upload({"no-uuid"}, "abc").status == 404);
}

TEST_CASE("Upload: only queued images take bytes", "[image_data]") {
  DataFixture f;
  const auto status = GENERATE(ImageStatus::kSaving, ImageStatus::kActive, ImageStatus::kUploading,
                               ImageStatus::kImporting, ImageStatus::kDeactivated);
  const ImageId id = f.created([&](Image& image) { image.status = status; });
  CHECK(f.upload(id, "abc").status == 409);
  CHECK(f.get(id).status == status);
}

TEST_CASE("Upload: both formats must be set", "[image_data]") {
  DataFixture f;
  const bool disk = GENERATE(false, true);
  const ImageId id = f.created(
      [&](Image& image) { (disk ? image.disk_format : image.container_format) = std::nullopt; });
  CHECK(f.upload(id, "abc").status == 400);
  checkQueuedAndEmpty(f, id);
}

TEST_CASE("Upload: more or less than was declared is refused", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  const auto size = GENERATE(0, 2, 4, 1000);
  CHECK(f.upload(id, "abc", fmt::format("x-openstack-image-size: {}\r\n", size)).status == 400);
  checkQueuedAndEmpty(f, id);
  CHECK(f.upload(id, "abc").status == 204);
}

TEST_CASE("Upload: the size cap holds, declared or not", "[image_data]") {
  ImageDataOptions options = dataOptions();
  options.image_size_cap = 10;
  DataFixture f(options);
  const ImageId id = f.created();
  CHECK(f.upload(id, "0123456789a").status == 413);
  CHECK(f.uploadChunked(id, "0123456789a").status == 413);
  checkQueuedAndEmpty(f, id);
  CHECK(f.uploadChunked(id, "0123456789").status == 204);
}

TEST_CASE("Upload: a project's quota holds over all its images", "[image_data]") {
  ImageDataOptions options = dataOptions();
  options.user_storage_quota = 10;
  DataFixture f(options);
  f.stored("123456");
  const ImageId id = f.created();
  CHECK(f.upload(id, "12345").status == 413);
  CHECK(f.uploadChunked(id, "12345").status == 413);
  CHECK(f.upload(id, "1234").status == 204);
}

TEST_CASE("Upload: what the store says becomes an answer", "[image_data][fault]") {
  DataFixture f;
  const ImageId id = f.created();
  const auto [code, status] = GENERATE(table<ErrorCode, int>({
      {ErrorCode::kNoSpace, 413},
      {ErrorCode::kForbidden, 503},
      {ErrorCode::kConflict, 409},
      {ErrorCode::kInternal, 500},
  }));
  f.store.put_error = code;
  CHECK(f.upload(id, "abc").status == status);
  checkQueuedAndEmpty(f, id);
  f.store.put_error.reset();
  CHECK(f.upload(id, "abc").status == 204);
}

TEST_CASE("Upload: content of another format is refused and purged", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created([](Image& image) { image.disk_format = "qcow2"; });
  CHECK(f.upload(id, std::string(100'000, 'r')).status == 415);
  checkQueuedAndEmpty(f, id);
  CHECK(f.download(id).status == 204);
  REQUIRE(f.catalog->update(f.context, id, [](Image& image) -> Status {
    image.disk_format = "raw";
    return {};
  }));
  CHECK(f.upload(id, "other bytes").status == 204);
}

TEST_CASE("Upload: digests promised beforehand must hold", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created([](Image& image) { image.checksum = std::string(32, '0'); });
  CHECK(f.upload(id, "abc").status == 409);
  CHECK(f.get(id).status == ImageStatus::kQueued);
  CHECK(f.noFiles());
}

TEST_CASE("Upload: while it runs others patch, but do not upload", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  auto client = f.begun(id, 6, "abc");
  CHECK(f.upload(id, "xyz").status == 409);
  const std::string patch = R"([{"op":"add","path":"/late","value":"kept"}])";
  CHECK(f.request(fmt::format("PATCH /v2/images/{} HTTP/1.1\r\nX-Auth-Token: {}\r\n"
                              "Content-Type: application/openstack-images-v2.1-json-patch\r\n"
                              "Content-Length: {}\r\n",
                              id.value, kMember, patch.size()),
                  patch)
            .status == 200);
  REQUIRE(client->send("def"));
  CHECK(client->receive().status == 204);
  const Image image = f.get(id);
  CHECK(image.status == ImageStatus::kActive);
  CHECK(image.properties.at("late") == "kept");
}

TEST_CASE("Upload: an image deleted meanwhile is gone", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  auto client = f.begun(id, 6, "abc");
  CHECK(f.request(fmt::format("DELETE /v2/images/{} HTTP/1.1\r\nX-Auth-Token: {}\r\n", id.value,
                              kMember))
            .status == 204);
  REQUIRE(client->send("def"));
  CHECK(client->receive().status == 410);
  CHECK(f.noFiles());
  CHECK(f.catalog->openUploads(f.context, kInstance).value().empty());
}

TEST_CASE("Upload: who lost the image to another is told so", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  auto client = f.begun(id, 6, "abc");
  REQUIRE(recoverUploads(f.context, *f.catalog, f.stores, kInstance));
  CHECK(f.get(id).status == ImageStatus::kQueued);
  CHECK(f.upload(id, "winner").status == 204);
  REQUIRE(client->send("def"));
  const auto answer = client->receive();
  CHECK((answer.status == 410 || answer.status == 409));
  CHECK(f.get(id).status == ImageStatus::kActive);
  CHECK(f.download(id).body == "winner");
}

TEST_CASE("Upload: a client that goes away leaves a queued image and no bytes", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  auto client = f.begun(id, 1 << 20, std::string(1 << 19, 'x'));
  SECTION("reset") { client->reset(); }
  SECTION("closed") { client->close(); }
  REQUIRE(eventually([&] { return f.get(id).status == ImageStatus::kQueued; }));
  checkQueuedAndEmpty(f, id);
  CHECK(f.upload(id, "again").status == 204);
}

TEST_CASE("Recovery: what a dead process left becomes queued and empty", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created();
  const ImageId deleted = f.created();
  const ImageId active = f.stored("untouched");
  for (const ImageId& image : {id, deleted}) {
    REQUIRE(f.catalog->beginUpload(f.context, image, {kInstance, "upload"}));
    std::ofstream(f.path(image)) << "published, not committed";
  }
  REQUIRE(f.catalog->remove(f.context, deleted, [](const Image&) -> Status { return {}; }));
  REQUIRE(recoverUploads(f.context, *f.catalog, f.stores, "somebody else"));
  CHECK(f.get(id).status == ImageStatus::kSaving);
  REQUIRE(recoverUploads(f.context, *f.catalog, f.stores, kInstance));
  CHECK(f.get(id).status == ImageStatus::kQueued);
  CHECK_FALSE(std::filesystem::exists(f.path(id)));
  CHECK_FALSE(std::filesystem::exists(f.path(deleted)));
  CHECK(f.catalog->openUploads(f.context, kInstance).value().empty());
  CHECK(f.download(active).body == "untouched");
  CHECK(f.upload(id, "again").status == 204);
}

TEST_CASE("Download: the whole image with its checksum in hex", "[image_data]") {
  DataFixture f;
  const std::string bytes(300'000, 'b');
  const ImageId id = f.stored(bytes);
  const auto answer = f.download(id);
  CHECK(answer.status == 200);
  CHECK(answer.body == bytes);
  CHECK(answer.header("Content-Type") == "application/octet-stream");
  CHECK(answer.header("Content-Length") == "300000");
  CHECK(answer.header("Content-MD5") == digestHex("md5", std::as_bytes(std::span(bytes))));
  CHECK_FALSE(answer.header("Content-Range"));
}

TEST_CASE("Download: ranges", "[image_data][range]") {
  DataFixture f;
  const ImageId id = f.stored("0123456789");
  struct Row {
    const char* fields;
    int status;
    const char* body;
    const char* content_range;
  };
  const auto row = GENERATE(values<Row>({
      {"Range: bytes=2-4\r\n", 206, "234", "bytes 2-4/10"},
      {"Range: bytes=2-\r\n", 206, "23456789", "bytes 2-9/10"},
      {"Range: bytes=-3\r\n", 206, "789", "bytes 7-9/10"},
      {"Range: bytes=-0\r\n", 206, "0123456789", "bytes 0-9/10"},
      {"Range: bytes=-99\r\n", 206, "0123456789", "bytes 0-9/10"},
      {"Range: bytes=8-99\r\n", 206, "89", "bytes 8-9/10"},
      {"Range: bytes=0-9\r\n", 206, "0123456789", "bytes 0-9/10"},
      {"Range: bytes=10-\r\n", 416, nullptr, nullptr},
      {"Range: bytes=4-2\r\n", 416, nullptr, nullptr},
      {"Range: lines=1-2\r\n", 416, nullptr, nullptr},
      {"Range: bytes=0-1,3-4\r\n", 400, nullptr, nullptr},
      {"Content-Range: bytes 2-4/10\r\n", 206, "234", "bytes 2-4/10"},
      {"Content-Range: bytes 2-4/*\r\n", 206, "234", "bytes 2-4/10"},
      {"Content-Range: bytes 0-20/30\r\n", 416, nullptr, nullptr},
      {"Range: bytes=1-1\r\nContent-Range: bytes 2-4/10\r\n", 206, "1", "bytes 1-1/10"},
  }));
  CAPTURE(row.fields);
  const auto answer = f.download(id, row.fields);
  CHECK(answer.status == row.status);
  if (row.body == nullptr) {
    CHECK_FALSE(answer.header("Content-Range"));
    return;
  }
  CHECK(answer.body == row.body);
  CHECK(answer.header("Content-Range") == row.content_range);
  CHECK(answer.header("Content-MD5") == f.get(id).checksum);
}

TEST_CASE("Download: without bytes there is no content", "[image_data]") {
  DataFixture f;
  const auto fields = GENERATE(values<std::string>({"", "Range: bytes=0-3\r\n"}));
  CHECK(f.download(f.created(), fields).status == 204);
  const ImageId lost = f.stored("bytes");
  std::filesystem::remove(f.path(lost));
  const auto answer = f.download(lost, fields);
  CHECK(answer.status == 204);
  CHECK_FALSE(answer.header("Content-MD5"));
}

TEST_CASE("Download: who may", "[image_data]") {
  DataFixture f;
  const ImageId id = f.stored("bytes");
  CHECK(f.download(id, {}, kReader).status == 403);
  CHECK(f.download(id, {}, kStranger).status == 404);
  CHECK(f.download(id, {}, "token-of-nobody-0001").status == 401);
  CHECK(f.download(id, {}, kAdmin).status == 200);
  CHECK(f.download(testImage().id).status == 404);
  REQUIRE(f.catalog->update(f.context, id, [](Image& image) -> Status {
    image.status = ImageStatus::kDeactivated;
    return {};
  }));
  CHECK(f.download(id).status == 403);
  CHECK(f.download(id, {}, kAdmin).status == 200);
}

TEST_CASE("Download: a single store takes no preference", "[image_data]") {
  DataFixture f;
  const ImageId id = f.stored("bytes");
  CHECK(f.download(id, {}, kMember, "?prefer=fast").status == 400);
  CHECK(f.download(id, {}, kMember, "?prefer=").status == 200);
  CHECK(f.download(id, {}, kMember, "?prefer=,").status == 200);
  CHECK(f.download(id, {}, kMember, "?prefer=%ff").status == 400);
}

TEST_CASE("Download: a body is not expected", "[image_data]") {
  DataFixture f;
  const ImageId id = f.stored("bytes");
  CHECK(f.request(fmt::format("GET /v2/images/{}/file HTTP/1.1\r\nX-Auth-Token: {}\r\n"
                              "Content-Length: 2\r\n",
                              id.value, kMember),
                  "{}")
            .status == 400);
}

TEST_CASE("Download: damage in the store is an error, never wrong bytes", "[image_data][fault]") {
  DataFixture f;
  const ImageId id = f.stored("0123456789");
  SECTION("truncated") { std::filesystem::resize_file(f.path(id), 4); }
  SECTION("unreadable") { f.store.open_error = ErrorCode::kInternal; }
  const auto answer = f.download(id);
  CHECK(answer.status >= 500);
  CHECK(answer.body.find("0123") == std::string::npos);
}

TEST_CASE("Download: a location of no store is an error", "[image_data]") {
  DataFixture f;
  const ImageId id = f.created([](Image& image) {
    image.status = ImageStatus::kActive;
    image.size = 3;
    image.locations = {{"rbd://elsewhere/x", {}}};
  });
  CHECK(f.download(id).status == 500);
}

}  // namespace glint::origin
