// The bytes of images in several stores: chosen for uploads, preferred for downloads.
#include <filesystem>

#include "metrics/origin_metrics.h"
#include "metrics/registry.h"
#include "origin/api/image_data.h"
#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

struct StoresFixture {
  metrics::Registry registry{metrics::ProgramKind::kOrigin};
  metrics::OriginMetrics metrics{registry};
  std::unique_ptr<ImageData> data;  // before the server that calls it
  ApiFixture api;

  explicit StoresFixture(const std::vector<std::string>& store_ids = {"fast", "slow"})
      : api({}, {}, store_ids,
            {.upload = [this](ApiRequest& request) { return data->upload(request); },
             .download = [this](ApiRequest& request) { return data->download(request); }}) {
    data_options.image_size_cap = 1u << 20;
    data_options.instance = "test";
    data = std::make_unique<ImageData>(api.services, data_options, metrics);
  }
  ImageDataOptions data_options;

  std::string made() { return api.made(R"({"disk_format":"raw","container_format":"bare"})"); }
  int upload(const std::string& path, const std::string& store) {
    ApiCall call{.method = "PUT", .target = path + "/file", .body = "bytes"};
    call.headers = {"Content-Type: application/octet-stream"};
    if (!store.empty()) call.headers.push_back("X-Image-Meta-Store: " + store);
    return api.status(call);
  }
  std::string fileOf(const std::string& store, const std::string& path) const {
    return api.dir.file("store" + store) + path.substr(path.rfind('/'));
  }
};

}  // namespace

TEST_CASE("Stores: an upload goes where it says, else to the default", "[data]") {
  StoresFixture f;
  const auto [header, store] =
      GENERATE(table<std::string, std::string>({{"", "fast"}, {"slow", "slow"}, {"fast", "fast"}}));
  const auto path = f.made();
  REQUIRE(f.upload(path, header) == 204);
  CHECK(std::filesystem::exists(f.fileOf(store, path)));
  CHECK(f.api.call({.target = path}).json()["stores"] == store);
  CHECK(f.api.call({.target = path + "/file"}).body == "bytes");
  REQUIRE(f.api.status({.method = "DELETE", .target = path}) == 204);
  CHECK_FALSE(std::filesystem::exists(f.fileOf(store, path)));
}

TEST_CASE("Stores: an unknown store is refused before the image is looked up", "[data]") {
  StoresFixture f;
  const auto path = f.made();
  CHECK(f.upload(path, "other") == 400);
  CHECK(f.upload("/v2/images/none", "other") == 400);
  CHECK(f.api.call({.target = path}).json()["status"] == "queued");

  StoresFixture single(std::vector<std::string>{});
  const auto only = single.made();
  CHECK(single.upload(only, "other") == 204);
  CHECK_FALSE(single.api.call({.target = only}).json().contains("stores"));
}

TEST_CASE("Stores: a download prefers the stores it names", "[data]") {
  StoresFixture f;
  const auto path = f.made();
  REQUIRE(f.upload(path, "fast") == 204);
  // A second copy whose bytes can be told apart, in the store with more weight.
  const image::ImageId id{path.substr(path.rfind('/') + 1)};
  auto writer = f.api.stores.find("slow")->put(testContext(), id, std::nullopt).value();
  REQUIRE(writer->write(Slice::of("BYTES")));
  const auto second = writer->commit().value();
  f.api.change(path, [&](image::Image& image) -> Status {
    image.locations.push_back(second);
    return {};
  });
  const auto from = [&](const std::string& query, const char* token = kMemberA) {
    const auto answer = f.api.call({.target = path + "/file" + query, .token = token});
    return answer.status == 200 ? answer.body : std::to_string(answer.status);
  };
  CHECK(from("") == "BYTES");
  CHECK(from("?prefer=fast") == "bytes");
  CHECK(from("?prefer=,%20fast%20,") == "bytes");
  CHECK(from("?prefer=slow,fast") == "BYTES");
  CHECK(from("?prefer=") == "BYTES");
  CHECK(from("?prefer=fast,other") == "400");
  CHECK(from("?prefer=fast", kReaderA) == "403");

  REQUIRE(std::filesystem::remove(f.fileOf("fast", path)));
  CHECK(from("?prefer=fast") == "BYTES");  // only a hint
  REQUIRE(std::filesystem::remove(f.fileOf("slow", path)));
  CHECK(from("") == "204");

  StoresFixture single(std::vector<std::string>{});
  const auto only = single.made();
  CHECK(single.api.status({.target = only + "/file?prefer=fast"}) == 400);
  CHECK(single.api.status({.target = only + "/file?prefer=,"}) == 204);
}

}  // namespace glint::origin
