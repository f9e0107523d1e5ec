#include "metrics/request_metrics.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/log.h"
#include "base/uuid.h"

using namespace glint;
using namespace glint::metrics;
using Catch::Matchers::Contains;

namespace {

// A finished request whose parts can be changed before it is told.
struct Finished {
  http::RequestHead head;
  net::Peer peer{"192.0.2.7", {}, false};
  std::string id = "req-1";
  std::vector<std::pair<const char*, std::string>> annotations;
  const char* route = "image_download";
  const char* source = "cache";
  int status = 200;
  bool clean = true;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;

  Finished() {
    head.method = http::Method::kGet;
    head.method_token = "GET";
    head.target = "/v2/images/x/file";
  }
  void tell(RequestMetrics& metrics) const {
    metrics.onRequestFinished({.request = head,
                               .peer = peer,
                               .request_id = id,
                               .route = route,
                               .source = source,
                               .status = status,
                               .clean = clean,
                               .request_body_bytes = received,
                               .response_body_bytes = sent,
                               .duration = std::chrono::microseconds(1500),
                               .first_byte = std::chrono::microseconds(250),
                               .annotations = annotations});
  }
};

// The log goes to a file while this lives.
class LogFile {
 public:
  LogFile()
      : path_((std::filesystem::temp_directory_path() / ("glint-log-" + makeUuid())).string()) {
    REQUIRE(log::configure({.file = path_}));
  }
  ~LogFile() {
    static_cast<void>(log::configure({}));
    std::filesystem::remove(path_);
  }
  std::string text() const {
    log::flush();
    return readFile(path_, 1 << 20).value_or("");
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("RequestMetrics: a request counts under its route, method, code and source",
          "[metrics]") {
  LogFile quiet;
  Registry registry(ProgramKind::kEdge);
  RequestMetrics metrics(registry);
  Finished request;
  request.sent = 65536;
  request.tell(metrics);
  request.tell(metrics);
  request.status = 0;
  request.clean = false;
  request.sent = 10;
  request.tell(metrics);
  request.head.method = http::Method::kPut;
  request.route = "image_upload";
  request.source = "";
  request.status = 204;
  request.received = 77;
  request.sent = 0;
  request.clean = true;
  request.tell(metrics);
  const std::string text = registry.text();
  const auto* line =
      GENERATE("glint_http_requests_total{code=\"200\",method=\"GET\",route=\"image_download\"} 2",
               "glint_http_requests_total{code=\"none\",method=\"GET\",route=\"image_download\"} 1",
               "glint_http_requests_total{code=\"204\",method=\"PUT\",route=\"image_upload\"} 1",
               "glint_http_requests_cut_total{route=\"image_download\"} 1",
               "glint_http_request_duration_seconds_count{route=\"image_download\"} 3",
               "glint_http_first_byte_seconds_count{route=\"image_download\"} 2",
               "glint_http_response_body_bytes_total{source=\"cache\"} 131082",
               "glint_http_request_body_bytes_total{route=\"image_upload\"} 77");
  CHECK_THAT(text, Contains(std::string(line) + "\n"));
}

TEST_CASE("RequestMetrics: connections are counted, refusals by reason", "[metrics]") {
  Registry registry(ProgramKind::kEdge);
  RequestMetrics metrics(registry);
  metrics.onConnectionOpened();
  metrics.onConnectionOpened();
  metrics.onConnectionClosed();
  metrics.onConnectionRefused("stall");
  metrics.onConnectionRefused("a reason nobody knows");
  CHECK(metrics.openConnections() == 1);
  const std::string text = registry.text();
  CHECK_THAT(text, Contains("glint_http_connections 1\n"));
  CHECK_THAT(text, Contains("glint_http_connections_opened_total 2\n"));
  CHECK_THAT(text, Contains("glint_http_connections_refused_total{reason=\"stall\"} 1\n"));
  CHECK_THAT(text, Contains("glint_http_connections_refused_total{reason=\"other\"} 1\n"));
}

TEST_CASE("RequestMetrics: an unknown source counts as other", "[metrics]") {
  LogFile quiet;
  Registry registry(ProgramKind::kEdge);
  RequestMetrics metrics(registry);
  Finished request;
  request.source = "the moon";
  request.sent = 5;
  request.tell(metrics);
  CHECK_THAT(registry.text(),
             Contains("glint_http_response_body_bytes_total{source=\"other\"} 5\n"));
}

TEST_CASE("RequestMetrics: more series than the table holds count as other", "[metrics]") {
  LogFile quiet;
  Registry registry(ProgramKind::kEdge);
  RequestMetrics metrics(registry);
  Finished request;
  for (int status = 1; status <= 4000; ++status) {
    request.status = status;
    request.tell(metrics);
  }
  const std::string text = registry.text();
  CHECK_THAT(text, Contains("code=\"3072\""));
  CHECK_THAT(text, !Contains("code=\"3073\""));
  CHECK_THAT(
      text,
      Contains("glint_http_requests_total{code=\"none\",method=\"OTHER\",route=\"other\"} 928\n"));
}

TEST_CASE("RequestMetrics: the log line names the request and no secret", "[metrics]") {
  LogFile log_file;
  Registry registry(ProgramKind::kEdge);
  RequestMetrics metrics(registry);
  Finished request;
  request.head.target = "/v2/images/x/file?token=hunter2";
  request.head.headers.add("X-Auth-Token", "hunter2");
  request.annotations.emplace_back("image_id", "x");
  request.sent = 12;
  request.tell(metrics);
  request.clean = false;
  request.head.target = "/a\nlevel=error event=forged";
  request.tell(metrics);
  const std::string text = log_file.text();
  CHECK_THAT(
      text, Contains(" level=info event=request request_id=req-1 method=GET path=/v2/images/x/file "
                     "status=200 bytes=12 dur_ms=1.5 first_byte_ms=0.25 route=image_download "
                     "source=cache peer=192.0.2.7 image_id=x\n"));
  CHECK_THAT(text, Contains("path=\"/a\\nlevel=error event=forged\""));
  CHECK_THAT(text, Contains(" cut=true"));
  CHECK_THAT(text, !Contains("hunter2"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("RequestMetrics: several loops count together", "[metrics][threads]") {
  LogFile quiet;
  Registry registry(ProgramKind::kEdge);
  RequestMetrics metrics(registry);
  constexpr int kEach = 2000;
  {
    std::vector<std::jthread> loops;
    for (int i = 0; i < 4; ++i)
      loops.emplace_back([&metrics] {
        Finished request;
        for (int n = 0; n < kEach; ++n) {
          request.status = 200 + n % 50;
          request.tell(metrics);
        }
      });
  }
  CHECK_THAT(registry.text(),
             Contains("code=\"249\",method=\"GET\",route=\"image_download\"} 160\n"));
}
