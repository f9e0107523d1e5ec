#include "image/edge_report.h"

#include <catch2/catch.hpp>

namespace glint::image {
namespace {

EdgeReport report() {
  return {.url = "https://edge-1.site:9393",
          .version = "1.2.3",
          .capacity_bytes = 100,
          .used_bytes = 42,
          .offline_grace = std::chrono::hours(2),
          .images = {{.image = {"a"}, .size = 40, .bootable_until = Time(std::chrono::seconds(60))},
                     {.image = {"b"}, .size = 2, .bootable_until = std::nullopt}},
          .truncated = true};
}

}  // namespace

TEST_CASE("Edge report: what is written is read", "[image]") {
  const auto read = parseEdgeReport(edgeReportJson(report()));
  REQUIRE(read);
  CHECK(*read == report());
}

TEST_CASE("Edge report: what is wrong is named", "[image]") {
  struct Row {
    const char* from;
    const char* to;
    const char* named;
  };
  const auto row = GENERATE(
      Row{R"("url":"https)", R"("uri":"https)", "url"},
      Row{R"("version":"1.2.3")", R"("version":"")", "version"},
      Row{R"("capacity_bytes":100)", R"("capacity_bytes":-1)", "capacity_bytes"},
      Row{R"("used_bytes":42)", R"("used_bytes":"42")", "used_bytes"},
      Row{R"("offline_grace_seconds":7200)", R"("offline_grace_seconds":1e300)", "offline_grace"},
      Row{R"("id":"a")", R"("id":"0123456789012345678901234567890123456789")", "id"},
      Row{R"("size":40)", R"("size":9223372036854775808)", "size"},
      Row{"1970-01-01T00:01:00Z", "tomorrow", "bootable_until"},
      Row{R"("truncated":true)", R"("truncated":1)", "truncated"},
      Row{R"("images":[)", R"("images":7,"more":[)", "images"});
  CAPTURE(row.from);
  std::string text = edgeReportJson(report());
  const auto at = text.find(row.from);
  REQUIRE(at != std::string::npos);
  text.replace(at, std::string(row.from).size(), row.to);
  const auto read = parseEdgeReport(text);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::kInvalidArgument);
  CHECK(read.error().message.find(row.named) != std::string::npos);
}

TEST_CASE("Edge report: its size is bounded", "[image]") {
  CHECK(parseEdgeReport(std::string(kMaxReportBytes + 1, ' ')).error().code ==
        ErrorCode::kTooLarge);
  EdgeReport many = report();
  many.images.assign(kMaxReportedImages, {.image = {std::string(36, 'a')},
                                          .size = 1ull << 40,
                                          .bootable_until = Time(std::chrono::seconds(60))});
  CHECK(parseEdgeReport(edgeReportJson(many)));
  many.images.push_back(many.images.front());
  CHECK_FALSE(parseEdgeReport(edgeReportJson(many)));
}

TEST_CASE("Edge report: names", "[image]") {
  for (const char* good : {"a", "edge-1.paris_2", "0"}) CHECK(isEdgeName(good));
  for (const char* bad : {"", "-a", ".", "a/b", "a b", "é"}) CHECK_FALSE(isEdgeName(bad));
  CHECK_FALSE(isEdgeName(std::string(65, 'a')));
}

}  // namespace glint::image
