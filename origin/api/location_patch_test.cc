// Locations changed by PATCH (spec: images-api §17.1), over stores of files and one of a web
// server.
#include <filesystem>

#include "origin/api/test_support.h"

namespace glint::origin {

namespace {

using image::Image;
using image::ImageStatus;
using nlohmann::json;

// Objects of 7 bytes at https://web.test/, which can be read and removed but not written.
class WebStore final : public Store {
 public:
  std::vector<std::string> removed;
  std::optional<ErrorCode> remove_error;

  const std::string& id() const override { return id_; }
  std::string_view type() const override { return "http"; }
  std::vector<StoreProperty> properties() const override { return {}; }
  StoreCapabilities capabilities() const override { return {.write = false, .remove = true}; }
  Result<std::unique_ptr<StoreWriter>> put(const RequestContext&, const image::ImageId&,
                                           std::optional<std::uint64_t>) override {
    return fail(ErrorCode::kForbidden, "read-only");
  }
  Result<http::Body> open(const RequestContext&, const std::string&, std::uint64_t,
                          std::uint64_t length) override {
    return http::Body(std::string(length, 'w'));
  }
  Result<std::uint64_t> size(const RequestContext&, const std::string& location) override {
    if (location.ends_with("/gone")) return fail(ErrorCode::kNotFound, "gone");
    return location.ends_with("/empty") ? 0 : 7;
  }
  Status remove(const RequestContext&, const std::string& location) override {
    if (remove_error) return fail(*remove_error, "as told");
    removed.push_back(location);
    return {};
  }
  bool owns(const std::string& location) const override {
    return location.starts_with("https://web.test/");
  }
  std::string locationOf(const image::ImageId& image) const override {
    return "https://web.test/" + image.value;
  }

 private:
  std::string id_ = "web";
};

struct PatchFixture {
  std::unique_ptr<WebStore> owned = std::make_unique<WebStore>();
  WebStore& web = *owned;
  ApiFixture api;

  explicit PatchFixture(ApiOptions options = {.show_multiple_locations = true})
      : api(std::move(options), {}, {"files"}, ApiFixture::noData(), {}, one(std::move(owned))) {}
  static std::vector<std::unique_ptr<Store>> one(std::unique_ptr<Store> store) {
    std::vector<std::unique_ptr<Store>> stores;
    stores.push_back(std::move(store));
    return stores;
  }

  std::string made() { return api.made(R"({"disk_format":"raw","container_format":"bare"})"); }
  // An active image at these places of the web server.
  std::string at(const std::vector<std::string>& names) {
    const auto path = made();
    api.change(path, [&](Image& image) -> Status {
      image.status = ImageStatus::kActive;
      image.size = 7;
      for (const auto& name : names) image.locations.push_back({"https://web.test/" + name, {}});
      return {};
    });
    return path;
  }
  ApiAnswer add(const std::string& path, const std::string& url, const char* token = kMemberA,
                const std::string& more = "") {
    return api.patch(path,
                     R"([{"op":"add","path":"/locations/-","value":{"url":")" + url +
                         R"(","metadata":{})" + more + "}}]",
                     token);
  }
  int remove(const std::string& path, const std::string& element, const char* token = kAdmin) {
    return api.patch(path, R"([{"op":"remove","path":"/locations/)" + element + R"("}])", token)
        .status;
  }
  std::string urls(const std::string& path) {
    std::string list;
    const auto image = api.call({.target = path, .token = kAdmin}).json();
    for (const auto& location : image["locations"])
      list += location["url"].get<std::string>().substr(17) + " ";
    return list;
  }
};

}  // namespace

TEST_CASE("Location patch: the first location makes an image active", "[api]") {
  PatchFixture f;
  const auto path = f.made();
  const std::string promise = R"(,"validation_data":{"os_hash_algo":"sha512","os_hash_value":")" +
                              std::string(128, 'a') + R"("})";
  const auto answer = f.add(path, "https://web.test/a", kMemberA, promise);
  REQUIRE(answer.status == 200);
  const auto image = answer.json();
  CHECK(image["status"] == "active");
  CHECK(image["size"] == 7);
  CHECK(image["os_hash_value"] == std::string(128, 'a'));
  CHECK(image["checksum"].is_null());
  CHECK(image["stores"] == "web");
  CHECK(image["locations"] ==
        json::parse(R"([{"url":"https://web.test/a","metadata":{"store":"web"}}])"));
  // The dialect of v2.0 may add to what is there.
  CHECK(f.api
            .patch(path,
                   R"([{"add":"/locations/-","value":{"url":"https://web.test/b","metadata":{}}}])",
                   kMemberA, kPatchV20)
            .status == 200);
  CHECK(f.urls(path) == "a b ");
}

TEST_CASE("Location patch: no path and no unknown place is taken on trust", "[api]") {
  PatchFixture f;
  const auto url = GENERATE(as<std::string>(), "file:///etc/passwd", "FILE:///etc/passwd",
                            "filesystem:///etc/passwd", "swift+config://ref/c/o", "rbd://a/b/c/d",
                            "https://elsewhere.test/x", "https://web.test/gone",
                            "https://web.test/empty", "", "nonsense");
  const auto path = f.made();
  CHECK(f.add(path, url).status == 400);
  const auto in_store = "file://" + f.api.dir.file("storefiles") + path.substr(path.rfind('/'));
  CHECK(f.add(path, in_store, kAdmin).status == 400);
  const auto image = f.api.call({.target = path}).json();
  CHECK(image["status"] == "queued");
  CHECK(image["locations"] == json::array());
}

TEST_CASE("Location patch: every row that refuses", "[api]") {
  PatchFixture f(ApiOptions{.show_multiple_locations = true, .image_location_quota = 3});
  const auto path = f.at({"a", "b"});
  CHECK(f.add(path, "https://web.test/c", kReaderA).status == 403);
  CHECK(f.add(path, "https://web.test/c", kMemberB).status == 404);
  REQUIRE(f.add(path, "https://web.test/c").status == 200);
  CHECK(f.add(path, "https://web.test/d").status == 413);
  CHECK(f.remove(path, "0", kMemberA) == 403);
  CHECK(f.remove(path, "9") == 400);
  CHECK(f.remove(path, "x") == 400);
  const auto replace = [&](const std::string& value) {
    return f.api.patch(path, R"([{"op":"replace","path":"/locations","value":)" + value + "}]")
        .status;
  };
  CHECK(replace("[]") == 403);
  CHECK(replace(R"([{"url":"https://web.test/z","metadata":{}}])") == 400);
  REQUIRE(f.api.status({.method = "POST", .target = path + "/actions/deactivate"}) == 204);
  CHECK(f.add(path, "https://web.test/e", kAdmin).status == 409);
  CHECK(f.remove(path, "0") == 409);
  CHECK(f.urls(path) == "a b c ");

  PatchFixture hidden(ApiOptions{});
  CHECK(hidden.add(hidden.made(), "https://web.test/a").status == 403);
}

TEST_CASE("Location patch: a removed location takes its bytes along", "[api]") {
  PatchFixture f;
  const auto path = f.at({"a", "b", "c"});
  CHECK(f.remove(path, "1") == 200);
  CHECK(f.web.removed == std::vector<std::string>{"https://web.test/b"});
  CHECK(f.remove(path, "-") == 200);
  CHECK(f.urls(path) == "a ");
  CHECK(f.remove(path, "0") == 403);

  // What stays in the store stays known.
  const auto kept = f.at({"d", "e"});
  f.web.remove_error = ErrorCode::kInternal;
  CHECK(f.remove(kept, "0") == 500);
  CHECK(f.urls(kept) == "e d ");
  f.web.remove_error = ErrorCode::kConflict;
  CHECK(f.remove(kept, "0") == 409);
}

TEST_CASE("Location patch: bytes that another location names stay", "[api]") {
  PatchFixture f;
  const auto path = f.at({"a"});
  CHECK(f.api
            .patch(path,
                   R"([{"op":"add","path":"/locations/-",
                        "value":{"url":"https://web.test/a","metadata":{"zone":"x"}}}])")
            .status == 200);
  CHECK(f.remove(path, "1") == 200);
  CHECK(f.web.removed.empty());
  CHECK(f.urls(path) == "a ");
}

TEST_CASE("Location patch: a store's name in metadata does not lead elsewhere", "[api]") {
  PatchFixture f;
  const auto path = f.at({"a"});
  const auto answer = f.api.patch(path,
                                  R"([{"op":"replace","path":"/locations",
           "value":[{"url":"https://web.test/a","metadata":{"store":"files","zone":"x"}}]}])");
  REQUIRE(answer.status == 200);
  CHECK(answer.json()["locations"][0]["metadata"] == json({{"store", "web"}, {"zone", "x"}}));
}

TEST_CASE("Location patch: nothing is removed when the patch fails", "[api]") {
  PatchFixture f;
  const auto path = f.at({"a", "b"});
  CHECK(f.api
            .patch(path,
                   R"([{"op":"remove","path":"/locations/0"},{"op":"remove","path":"/none"}])",
                   kAdmin)
            .status == 409);
  CHECK(f.web.removed.empty());
  CHECK(f.urls(path) == "a b ");
}

}  // namespace glint::origin
