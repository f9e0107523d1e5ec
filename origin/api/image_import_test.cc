// Staging and importing through a real server, catalog, stores and task engine.
#include "origin/api/image_import.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/digest.h"
#include "image/task.h"
#include "metrics/origin_metrics.h"
#include "metrics/registry.h"
#include "origin/api/test_support.h"
#include "origin/catalog/database.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/catalog/sql_task_catalog.h"
#include "origin/tasks/copy_source.h"
#include "origin/tasks/image_import.h"
#include "origin/tasks/import_lock.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using image::Image;
using image::ImageId;
using image::ImageStatus;
using image::Task;
using image::TaskStatus;
using net::testing::eventually;

constexpr const char* kInstance = "this-origin";
const std::string kDirect = R"({"method":{"name":"glance-direct"}})";
const std::string kRaw = R"({"disk_format":"raw","container_format":"bare"})";

enum class Stores : std::uint8_t { kOne, kTwo };

struct ImportFixture {
  explicit ImportFixture(Stores how_many = Stores::kOne) : several(how_many == Stores::kTwo) {}

  const bool several;
  TestDatabase of_test;
  TempDir dir;
  RequestContext context = testContext();
  metrics::Registry registry{metrics::ProgramKind::kOrigin};
  metrics::OriginMetrics metrics{registry};
  std::shared_ptr<Database> database = std::move(Database::open(of_test.options()).value());
  std::unique_ptr<Catalog> catalog = sqlCatalog(database);
  std::unique_ptr<TaskCatalog> tasks = sqlTaskCatalog(database);
  std::unique_ptr<MetadefCatalog> metadefs = sqlMetadefCatalog(database);
  std::unique_ptr<StaticIdentity> identity = openIdentity();
  std::shared_ptr<const Policy> policy = Policy::create().value();
  image::ImageSchema schema;
  std::unique_ptr<Store> store =
      openFileStore({.id = several ? "a" : "", .directory = dir.file("images")}).value();
  std::unique_ptr<Store> second =
      openFileStore({.id = "b", .directory = dir.file("second")}).value();
  const StoreSet stores =
      several ? StoreSet({{store.get(), {}, 0}, {second.get(), {}, 0}}, "a") : StoreSet(*store);
  std::unique_ptr<Staging> staging = Staging::open(dir.file("staging")).value();
  ApiServices services{
      .catalog = *catalog,
      .metadefs = *metadefs,
      .identity = *identity,
      .policy = *policy,
      .schema = schema,
      .stores = stores,
      .options = {.enabled_import_methods = {"glance-direct", "web-download", "copy-image"}},
      .tasks = tasks.get(),
      .staging = &staging->store()};
  ImageImportApi api{
      services,
      *staging,
      {.limits = {.image_size_cap = 10'000}, .instance = kInstance, .check_uri = checkUri},
      [this] {
        if (engine) engine->wake();
      }};
  std::unique_ptr<net::WorkerPool> workers = net::WorkerPool::create({.threads = 4});
  std::shared_ptr<net::WorkerHandler> routes = net::WorkerHandler::create(
      apiRoutes(services, {.stage = [this](ApiRequest& r) { return api.stage(r); },
                           .import = [this](ApiRequest& r) { return api.import(r); }}),
      apiErrorResponder(services), *workers, {});
  net::testing::ServerFixture server{[this](net::ExchangePtr exchange) {
    ApiFront(routes, services, VersionOptions{}).handle(std::move(exchange));
  }};
  ImageImport imports{
      {.catalog = *catalog,
       .stores = stores,
       .staging = *staging,
       .ingest = {},
       .limits = {.image_size_cap = 5'000},
       .sources = {{image::ImportMethod::kCopyImage, copySource(stores, *staging)},
                   {image::ImportMethod::kWebDownload,
                    [this](TaskRun& run, const image::ImportPlan& plan, const Image& image) {
                      return fetched(run, plan, image);
                    }}}}};
  std::unique_ptr<TaskEngine> engine;

  ~ImportFixture() {
    server.server->drain(5s);
    workers.reset();
    engine.reset();
  }

  std::unique_ptr<StaticIdentity> openIdentity() const {
    REQUIRE(writeFileAtomic(dir.file("tokens"),
                            std::string(kMemberA) + " u1 a member,reader\n" + kReaderA +
                                " u2 a reader\n" + kMemberB + " u3 b member,reader\n" + kAdmin +
                                " u0 admin admin,member,reader\n",
                            0600));
    return StaticIdentity::open({dir.file("tokens"), {}, "http://keystone.test/v3"}).value();
  }
  static Status checkUri(const std::string& uri) {
    if (uri == "http://images.test/x") return {};
    return fail(ErrorCode::kInvalidArgument, "not this one");
  }
  // The web: one image, or what `web_error` says.
  Status fetched(TaskRun& run, const image::ImportPlan& plan, const Image& image) const {
    if (web_error) return fail(ErrorCode::kUpstream, *web_error);
    REQUIRE(plan.request.uri == "http://images.test/x");
    std::ofstream(dir.file("staging/") + image.id.value) << "from the web";
    run.progress(12, 12);
    return {};
  }
  std::optional<std::string> web_error;

  void startEngine() {
    engine =
        TaskEngine::start({.instance = kInstance, .threads = 2, .poll = 20ms}, *tasks,
                          {{image::kImportTask, [this](TaskRun& run) { return imports.run(run); }}},
                          {}, metrics)
            .value();
  }

  ApiAnswer call(const std::string& method, const std::string& target, const std::string& body = {},
                 const std::string& fields = {}, const std::string& token = kMemberA) const {
    net::testing::RawClient client(server.port());
    REQUIRE(
        client.send(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {}\r\n"
                                "Content-Length: {}\r\n{}\r\n{}",
                                method, target, token, body.size(), fields, body)));
    return {client.receive()};
  }
  // The path of a new image.
  std::string made(const std::string& body = kRaw) const {
    const auto answer = call("POST", "/v2/images", body);
    REQUIRE(answer.status == 201);
    return answer.json()["self"].get<std::string>();
  }
  int stage(const std::string& path, const std::string& bytes, const std::string& fields = {},
            const std::string& token = kMemberA) const {
    return call("PUT", path + "/stage", bytes,
                "Content-Type: application/octet-stream\r\n" + fields, token)
        .status;
  }
  int import(const std::string& path, const std::string& body = kDirect,
             const std::string& token = kMemberA) const {
    return call("POST", path + "/import", body, {}, token).status;
  }
  Image get(const std::string& path) const {
    return catalog->get(context, ImageId{path.substr(path.rfind('/') + 1)}).value();
  }
  bool becomes(const std::string& path, ImageStatus status) const {
    return eventually([&] { return get(path).status == status; });
  }
  // The only task of the image.
  Task task(const std::string& path) const {
    const auto found = tasks->ofImage(context, get(path).id).value();
    REQUIRE(found.size() == 1);
    return found.front();
  }
  bool taskEnds(const std::string& path, TaskStatus status) const {
    return eventually([&] { return task(path).status == status; });
  }
  bool empty(const char* folder) const { return std::filesystem::is_empty(dir.file(folder)); }
  void change(const std::string& path, const Catalog::Change& change) const {
    REQUIRE(catalog->update(context, get(path).id, change));
  }
};

TEST_CASE("Stage: bytes wait with the image", "[api][import]") {
  ImportFixture f;
  const auto path = f.made("{}");  // formats may follow later
  REQUIRE(f.stage(path, "staged bytes") == 204);
  const auto image = f.get(path);
  CHECK(image.status == ImageStatus::kUploading);
  CHECK(image.size == 12u);
  CHECK_FALSE(image.checksum);
  CHECK(image.properties.at("os_glance_stage_host") == kInstance);
  CHECK_FALSE(f.call("GET", path).json().contains("os_glance_stage_host"));
  CHECK(f.stage(path, "again") == 409);
  CHECK(f.import(path) == 409);  // formats are missing
  CHECK(f.call("DELETE", path).status == 204);
  CHECK(f.empty("staging"));
}

TEST_CASE("Stage: what is refused leaves a queued image and no bytes", "[api][import]") {
  ImportFixture f;
  const auto path = f.made();
  CHECK(f.call("PUT", path + "/stage", "x").status == 415);
  CHECK(f.stage(path, "x", "x-openstack-image-size: two\r\n") == 400);
  CHECK(f.stage(path, "x", "x-openstack-image-size: 2\r\n") == 400);
  CHECK(f.stage(path, "xyz", "x-openstack-image-size: 2\r\n") == 400);
  CHECK(f.stage(path, std::string(10'001, 'x')) == 413);
  CHECK(f.stage(path, "x", {}, kReaderA) == 403);
  CHECK(f.stage(path, "x", {}, kMemberB) == 404);
  CHECK(f.get(path).status == ImageStatus::kQueued);
  CHECK_FALSE(f.get(path).size);
  CHECK(f.empty("staging"));
  std::ofstream(f.dir.file("staging") + "/" + f.get(path).id.value) << "left";
  CHECK(f.stage(path, "x") == 409);
  CHECK(f.get(path).status == ImageStatus::kQueued);
}

TEST_CASE("Import: staged bytes become the image", "[api][import]") {
  ImportFixture f;
  f.startEngine();
  const auto path = f.made();
  REQUIRE(f.stage(path, "the image") == 204);
  const auto answer = f.call("POST", path + "/import", kDirect);
  CHECK(answer.status == 202);
  CHECK(answer.body.empty());
  REQUIRE(f.taskEnds(path, TaskStatus::kSuccess));
  const auto image = f.get(path);
  CHECK(image.status == ImageStatus::kActive);
  CHECK(image.size == 9u);
  CHECK(image.virtual_size == 9u);
  CHECK(image.checksum == digestHex("md5", std::as_bytes(std::span("the image", 9))));
  CHECK(image.os_hash_algo == "sha512");
  CHECK(image.locations.size() == 1);
  CHECK_FALSE(lockHolder(image));
  CHECK(image.properties.at(kImportingToStores).empty());
  CHECK(image.properties.at(kFailedImport).empty());
  CHECK_FALSE(image.properties.contains("os_glance_stage_host"));
  CHECK(f.empty("staging"));
  CHECK(f.task(path).result == R"({"image_id":")" + image.id.value + R"("})");
  CHECK(f.import(path) == 409);
}

TEST_CASE("Import: refusals in their order", "[api][import]") {
  ImportFixture f;
  const auto queued = f.made();
  CHECK(f.import(queued, "") == 400);
  CHECK(f.import(queued, R"({"method":{"name":"glance-download"}})") == 400);  // not enabled
  CHECK(f.import(queued, kDirect, kReaderA) == 409);  // the status is told before the right
  CHECK(f.import(queued, kDirect, kMemberB) == 404);
  CHECK(f.import("/v2/images/" + makeUuid(), "{") == 400);
  const auto staged = f.made();
  REQUIRE(f.stage(staged, "x") == 204);
  CHECK(f.import(staged, kDirect, kReaderA) == 403);
  CHECK(f.import(staged,
                 R"({"method":{"name":"glance-direct"},"all_stores_must_succeed":false})") == 400);
  CHECK(f.import(staged) == 202);
  CHECK(f.import(staged) == 409);  // the lock is held
}

TEST_CASE("Import: bytes that are not of the format fail the task and leave nothing",
          "[api][import]") {
  ImportFixture f;
  f.startEngine();
  const auto path = f.made(R"({"disk_format":"qcow2","container_format":"bare"})");
  REQUIRE(f.stage(path, std::string(1000, 'x')) == 204);
  REQUIRE(f.import(path) == 202);
  REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
  const auto image = f.get(path);
  CHECK(image.status == ImageStatus::kQueued);
  CHECK_FALSE(image.size);
  CHECK_FALSE(image.checksum);
  CHECK_FALSE(lockHolder(image));
  CHECK(f.empty("staging"));
  CHECK(f.empty("images"));
  CHECK(f.task(path).message.find("refused") != std::string::npos);
  // Another try is free.
  CHECK(f.stage(path, "x") == 204);
}

TEST_CASE("Import: an image that is too large for the store fails", "[api][import]") {
  ImportFixture f;
  f.startEngine();
  const auto path = f.made();
  REQUIRE(f.stage(path, std::string(6'000, 'x')) == 204);
  REQUIRE(f.import(path) == 202);
  REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
  CHECK(f.get(path).status == ImageStatus::kQueued);
  CHECK(f.empty("staging"));
}

TEST_CASE("Import: staged data that is gone, and a deleted image", "[api][import]") {
  ImportFixture f;
  const auto path = f.made();
  REQUIRE(f.stage(path, "x") == 204);
  REQUIRE(f.import(path) == 202);
  std::filesystem::remove(f.dir.file("staging/" + f.get(path).id.value));
  const auto deleted = f.made();
  REQUIRE(f.stage(deleted, "x") == 204);
  REQUIRE(f.import(deleted) == 202);
  const auto orphan = f.task(deleted).id;
  REQUIRE(f.call("DELETE", deleted).status == 204);
  f.startEngine();
  REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
  CHECK(f.get(path).status == ImageStatus::kQueued);
  CHECK(f.task(path).message == "The staged data is gone.");
  REQUIRE(
      eventually([&] { return f.tasks->get(f.context, orphan)->status == TaskStatus::kFailure; }));
  CHECK(f.empty("images"));
}

// What a process that died in the middle of an import leaves, at each point where it may die.
TEST_CASE("Import: another attempt goes on where the first one died", "[api][import]") {
  ImportFixture f;
  const auto path = f.made();
  REQUIRE(f.stage(path, "the image") == 204);
  REQUIRE(f.import(path) == 202);
  const auto id = f.get(path).id.value;
  const auto at =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const TaskWorker dead{.instance = kInstance, .now = at, .lease = 60min, .home_patience = 60min};
  REQUIRE(f.tasks->claim(f.context, dead).value());
  SECTION("before it did anything") {}
  SECTION("once the image was importing") {
    f.change(path, [](Image& image) -> Status {
      image.status = ImageStatus::kImporting;
      return {};
    });
  }
  SECTION("with the object in the store, and not in the record") {
    f.change(path, [](Image& image) -> Status {
      image.status = ImageStatus::kImporting;
      return {};
    });
    std::ofstream(f.dir.file("images/") + id) << "half of";
  }
  SECTION("with the object in the record, and the lock still held") {
    std::ofstream(f.dir.file("images/") + id) << "the image";
    f.change(path, [&](Image& image) -> Status {
      image.status = ImageStatus::kActive;
      image.size = 9;
      image.locations = {{"file://" + f.dir.file("images/") + id, {}}};
      return {};
    });
  }
  f.startEngine();
  REQUIRE(f.taskEnds(path, TaskStatus::kSuccess));
  CHECK(f.task(path).attempts == 2);
  const auto image = f.get(path);
  CHECK(image.status == ImageStatus::kActive);
  CHECK(image.size == 9u);
  CHECK(image.locations.size() == 1);
  CHECK_FALSE(lockHolder(image));
  CHECK(f.empty("staging"));
  std::ifstream stored(f.dir.file("images/") + id);
  CHECK(std::string(std::istreambuf_iterator<char>(stored), {}) == "the image");
}

TEST_CASE("Import: a stale lock is taken over, another is not", "[api][import]") {
  ImportFixture f;
  const auto path = f.made();
  REQUIRE(f.stage(path, "x") == 204);
  Task holder;
  holder.id = makeUuid();
  holder.type = image::kImportTask;
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  SECTION("its task is unknown") {}
  SECTION("its task was not begun for two hours") {
    holder.created_at = holder.updated_at = now - 121min;
    REQUIRE(f.tasks->add(f.context, holder, "elsewhere", now + 1h));
  }
  const auto lock = [&] {
    f.change(path, [&](Image& image) -> Status {
      takeLock(image, holder.id);
      return {};
    });
  };
  lock();
  CHECK(f.import(path) == 202);
  CHECK(lockHolder(f.get(path)) != holder.id);
  if (holder.updated_at != image::Time()) {
    const auto old = f.tasks->get(f.context, holder.id);
    REQUIRE(old);
    CHECK(old->status == TaskStatus::kFailure);
  }
}

TEST_CASE("Import: an upload that came first is left alone", "[api][import]") {
  ImportFixture f;
  const auto path = f.made();
  REQUIRE(f.stage(path, "x") == 204);
  REQUIRE(f.import(path) == 202);
  f.change(path, [](Image& image) -> Status {
    image.status = ImageStatus::kDeactivated;
    return {};
  });
  f.startEngine();
  REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
  CHECK(f.get(path).status == ImageStatus::kDeactivated);
  CHECK_FALSE(lockHolder(f.get(path)));
}

std::string imported(const ImportFixture& f, const std::string& body) {
  const auto path = f.made();
  REQUIRE(f.stage(path, "the image") == 204);
  REQUIRE(f.import(path, body) == 202);
  return path;
}

std::string storesOf(const ImportFixture& f, const std::string& path) {
  const auto shown = f.call("GET", path).json();
  return shown.contains("stores") ? shown["stores"].get<std::string>() : "";
}

TEST_CASE("Import: into several stores", "[api][import]") {
  ImportFixture f(Stores::kTwo);
  f.startEngine();
  struct Case {
    const char* choice;
    const char* stores;
  };
  const auto one = GENERATE(values<Case>({{"", "a"},
                                          {R"(,"stores":["b"])", "b"},
                                          {R"(,"stores":["b","a"])", "b,a"},
                                          {R"(,"all_stores":true)", "a,b"}}));
  CAPTURE(one.choice);
  const auto path =
      imported(f, std::string(R"({"method":{"name":"glance-direct"})") + one.choice + "}");
  REQUIRE(f.taskEnds(path, TaskStatus::kSuccess));
  CHECK(f.get(path).status == ImageStatus::kActive);
  CHECK(storesOf(f, path) == one.stores);
  CHECK(f.get(path).properties.at(kImportingToStores).empty());
}

TEST_CASE("Import: which stores cannot be chosen", "[api][import]") {
  ImportFixture f(Stores::kTwo);
  const auto path = f.made();
  REQUIRE(f.stage(path, "x") == 204);
  const auto status = [&](const std::string& choice, const std::string& fields = {}) {
    const auto body = R"({"method":{"name":"glance-direct"})" + choice + "}";
    return f.call("POST", path + "/import", body, fields).status;
  };
  CHECK(status(R"(,"stores":["c"])") == 409);
  CHECK(status(R"(,"stores":["a"],"all_stores":true)") == 400);
  CHECK(status(R"(,"stores":["a"])", "x-image-meta-store: a\r\n") == 400);
  CHECK(status(R"(,"all_stores":true)", "x-image-meta-store: a\r\n") == 400);
  CHECK(status("", "x-image-meta-store: c\r\n") == 409);
  CHECK(status("", "x-image-meta-store: b\r\n") == 202);
}

TEST_CASE("Import: a store that fails", "[api][import]") {
  ImportFixture f(Stores::kTwo);
  f.startEngine();
  const auto path = f.made();
  REQUIRE(f.stage(path, "the image") == 204);
  // Something lies where the object is to be: the second store refuses.
  std::filesystem::create_directory(f.dir.file("second/" + f.get(path).id.value));
  SECTION("fails the import when all must succeed") {
    REQUIRE(f.import(path, R"({"method":{"name":"glance-direct"},"stores":["a","b"]})") == 202);
    REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
    const auto image = f.get(path);
    CHECK(image.status == ImageStatus::kQueued);
    CHECK(image.locations.empty());
    CHECK_FALSE(image.checksum);
    CHECK(image.properties.at(kImportingToStores).empty());
    CHECK(image.properties.at(kFailedImport) == "b");
    CHECK(f.empty("images"));
  }
  SECTION("is noted when one is enough") {
    REQUIRE(f.import(path, R"({"method":{"name":"glance-direct"},"stores":["b","a"],)"
                           R"("all_stores_must_succeed":false})") == 202);
    REQUIRE(f.taskEnds(path, TaskStatus::kSuccess));
    const auto image = f.get(path);
    CHECK(image.status == ImageStatus::kActive);
    CHECK(storesOf(f, path) == "a");
    CHECK(image.properties.at(kFailedImport) == "b");
    CHECK(image.properties.at(kImportingToStores).empty());
  }
  SECTION("fails the import when no other is left") {
    REQUIRE(f.import(path, R"({"method":{"name":"glance-direct"},"stores":["b"],)"
                           R"("all_stores_must_succeed":false})") == 202);
    REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
    CHECK(f.get(path).status == ImageStatus::kQueued);
    CHECK(f.get(path).properties.at(kFailedImport) == "b");
  }
  CHECK(f.empty("staging"));
}

TEST_CASE("Import: no store at all", "[api][import]") {
  ImportFixture f(Stores::kTwo);
  f.startEngine();
  const auto path = imported(f, R"({"method":{"name":"glance-direct"},"stores":[]})");
  REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
  CHECK(f.get(path).status == ImageStatus::kQueued);
  CHECK(f.empty("staging"));
}

TEST_CASE("Import: copy-image", "[api][import]") {
  ImportFixture f(Stores::kTwo);
  f.startEngine();
  const auto path = imported(f, R"({"method":{"name":"glance-direct"}})");
  REQUIRE(f.taskEnds(path, TaskStatus::kSuccess));
  const std::string all = R"({"method":{"name":"copy-image"},"all_stores":true})";
  const auto ends = [&](TaskStatus status) {
    return eventually([&] {
      const auto found = f.tasks->ofImage(f.context, f.get(path).id).value();
      return found.size() == 2 && found.back().status == status;
    });
  };
  CHECK(f.import(path, all) == 403);                                            // the owner may not
  CHECK(f.import(path, R"({"method":{"name":"copy-image"}})", kAdmin) == 400);  // it is there
  SECTION("adds a copy, and then there is nothing to do") {
    REQUIRE(f.import(path, all, kAdmin) == 202);
    REQUIRE(ends(TaskStatus::kSuccess));
    CHECK(storesOf(f, path) == "a,b");
    CHECK(f.import(path, all, kAdmin) == 202);
    CHECK(f.tasks->ofImage(f.context, f.get(path).id)->size() == 2);
    CHECK(f.empty("staging"));
  }
  SECTION("leaves the image active when it fails") {
    std::filesystem::create_directory(f.dir.file("second/" + f.get(path).id.value));
    REQUIRE(f.import(path, all, kAdmin) == 202);
    REQUIRE(ends(TaskStatus::kFailure));
    CHECK(f.get(path).status == ImageStatus::kActive);
    CHECK(storesOf(f, path) == "a");
    CHECK(f.get(path).properties.at(kFailedImport) == "b");
    CHECK_FALSE(f.empty("staging"));  // for another try
  }
}

TEST_CASE("Import: web-download", "[api][import]") {
  ImportFixture f(Stores::kTwo);
  f.startEngine();
  const auto path = f.made();
  const auto from = [](const std::string& uri) {
    return R"({"method":{"name":"web-download","uri":")" + uri + R"("},"stores":["b","a"]})";
  };
  CHECK(f.import(path, from("")) == 400);
  CHECK(f.import(path, from("http://other.test/")) == 400);
  CHECK(f.import(path, R"({"method":{"name":"web-download"}})") == 400);
  CHECK_FALSE(lockHolder(f.get(path)));
  SECTION("brings the image") {
    REQUIRE(f.import(path, from("http://images.test/x")) == 202);
    REQUIRE(f.taskEnds(path, TaskStatus::kSuccess));
    CHECK(f.get(path).status == ImageStatus::kActive);
    CHECK(f.get(path).size == 12u);
    CHECK(storesOf(f, path) == "b,a");
  }
  SECTION("fails for all stores, with the reason") {
    f.web_error = "The source answered 404.";
    REQUIRE(f.import(path, from("http://images.test/x")) == 202);
    REQUIRE(f.taskEnds(path, TaskStatus::kFailure));
    CHECK(f.task(path).message == "The source answered 404.");
    const auto image = f.get(path);
    CHECK(image.status == ImageStatus::kQueued);
    CHECK(image.properties.at(kFailedImport) == "a,b");
    CHECK(image.properties.at(kImportingToStores).empty());
  }
  CHECK(f.empty("staging"));
}

TEST_CASE("Staging: the sweep removes what belongs to no image", "[import]") {
  ImportFixture f;
  const auto path = f.made();
  REQUIRE(f.stage(path, "x") == 204);
  const std::string kept = f.dir.file("staging/" + f.get(path).id.value);
  const std::string stray = f.dir.file("staging/" + makeUuid() + ".qcow2");
  const std::string foreign = f.dir.file("staging/README");
  std::ofstream(stray) << "x";
  std::ofstream(foreign) << "x";
  f.staging->sweep(f.context, *f.catalog);
  CHECK(std::filesystem::exists(kept));
  CHECK(std::filesystem::exists(foreign));
  CHECK_FALSE(std::filesystem::exists(stray));
}

}  // namespace
}  // namespace glint::origin
