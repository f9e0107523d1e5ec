// Deactivating and reactivating: from which status, by whom, and what it means for the image.
#include "origin/api/test_support.h"

namespace glint::origin {

namespace {

using image::ImageStatus;

std::string madeWith(ApiFixture& api, ImageStatus status) {
  const auto path = api.made();
  api.change(path, [&](image::Image& image) -> Status {
    image.status = status;
    return {};
  });
  return path;
}

}  // namespace

TEST_CASE("Actions: which status becomes which", "[api][actions]") {
  struct Row {
    ImageStatus before;
    const char* action;
    int want;
    const char* after;
  };
  using enum ImageStatus;
  const auto row = GENERATE(values<Row>({
      {kActive, "deactivate", 204, "deactivated"},
      {kDeactivated, "deactivate", 204, "deactivated"},
      {kDeactivated, "reactivate", 204, "active"},
      {kActive, "reactivate", 204, "active"},
      {kQueued, "deactivate", 403, "queued"},
      {kQueued, "reactivate", 403, "queued"},
      {kSaving, "deactivate", 403, "saving"},
      {kUploading, "deactivate", 403, "uploading"},
      {kImporting, "reactivate", 403, "importing"},
      {kKilled, "deactivate", 403, "killed"},
  }));
  CAPTURE(toString(row.before), row.action);
  ApiFixture api;
  const auto path = madeWith(api, row.before);
  CHECK(api.status({.method = "POST", .target = path + "/actions/" + row.action}) == row.want);
  CHECK(api.call({.target = path}).json()["status"] == row.after);
}

TEST_CASE("Actions: by whom, and in which form", "[api][actions]") {
  struct Row {
    const char* method;
    const char* action;
    const char* token;
    const char* body;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {"POST", "deactivate", kMemberA, "", 204},
      {"POST", "deactivate", kAdmin, "", 204},
      {"POST", "deactivate", kReaderA, "", 403},
      {"POST", "deactivate", kMemberB, "", 404},
      {"POST", "deactivate", kNoRole, "", 404},
      {"POST", "reactivate", kReaderA, "", 403},
      {"POST", "deactivate", kMemberA, "{}", 400},
      {"GET", "deactivate", kMemberA, "", 405},
      {"POST", "explode", kMemberA, "", 404},
  }));
  CAPTURE(row.method, row.action, row.token);
  ApiFixture api;
  const auto path = madeWith(api, ImageStatus::kActive);
  CHECK(api.status({.method = row.method,
                    .target = path + "/actions/" + row.action,
                    .token = row.token,
                    .body = row.body}) == row.want);
}

}  // namespace glint::origin
