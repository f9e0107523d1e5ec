#include "metrics/registry.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "metrics/edge_metrics.h"
#include "metrics/origin_metrics.h"
#include "metrics/program_metrics.h"
#include "metrics/request_metrics.h"

using namespace glint;
using namespace glint::metrics;
using Catch::Matchers::Contains;

namespace {

// The exit code of `promtool check metrics` over the text; -1 when promtool is not installed.
int promtool(const std::string& text, std::string& output) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) return -1;
  std::array<char, 32> path{"/tmp/glint-metrics-XXXXXX"};
  const int fd = ::mkstemp(path.data());
  REQUIRE(fd >= 0);
  REQUIRE(writeFull(fd, text));
  ::close(fd);
  const std::string command = std::string("promtool check metrics < ") + path.data() + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  ::unlink(path.data());
  return status;
}

}  // namespace

TEST_CASE("Metrics: names follow the rules and stand once", "[metrics]") {
  std::set<std::string> names;
  for (const MetricRow& row : table()) {
    const std::string name = row.name;
    CAPTURE(name);
    CHECK(names.insert(name).second);
    CHECK((name.starts_with("glint_") || name.starts_with("process_")));
    CHECK(name.ends_with("_total") == (row.type == MetricType::kCounter));
    CHECK((row.type == MetricType::kHistogram) == !row.buckets.empty());
    CHECK(std::string(row.help).back() == '.');
    for (const Label& label : row.labels)
      CHECK((!label.values.empty() || std::string(label.values_from) != ""));
    for (std::size_t i = 1; i < row.buckets.size(); ++i) CHECK(row.buckets[i - 1] < row.buckets[i]);
  }
}

TEST_CASE("Metrics: the page in docs/ is the table", "[metrics]") {
  const auto page = readFile(GLINT_SOURCE_DIR "/docs/metrics.md", 1 << 20);
  REQUIRE(page);
  // When this fails: build and run glint_docs.
  CHECK(*page == markdown());
}

TEST_CASE("Registry: series with closed label sets exist from the start", "[metrics]") {
  Registry registry(ProgramKind::kEdge);
  const std::string text = registry.text();
  CHECK_THAT(text, Contains("glint_cache_requests_total{result=\"hit\"} 0"));
  CHECK_THAT(text, Contains("glint_store_used_bytes 0"));
  CHECK_THAT(text, !Contains("glint_uploads_total"));
  CHECK_THAT(text, !Contains("glint_http_requests_total"));
}

TEST_CASE("Registry: the same labels are the same series", "[metrics]") {
  Registry registry(ProgramKind::kOrigin);
  registry.counter(Metric::kUploads, {"stored"}).increment(2);
  registry.counter(Metric::kUploads, {"stored"}).increment();
  CHECK_THAT(registry.text(), Contains("glint_uploads_total{result=\"stored\"} 3"));
}

TEST_CASE("Registry: a counter that mirrors a total never goes down", "[metrics]") {
  Registry registry(ProgramKind::kEdge);
  auto counter = registry.counter(Metric::kStoreEvictions);
  counter.raiseTo(5);
  counter.raiseTo(3);
  CHECK(counter.value() == 5);
  counter.raiseTo(8);
  CHECK(counter.value() == 8);
}

TEST_CASE("EdgeMetrics: named methods count in their series", "[metrics]") {
  Registry registry(ProgramKind::kEdge);
  EdgeMetrics metrics(registry);
  metrics.hit();
  metrics.coalesced();
  metrics.upstreamAnswered(UpstreamKind::kFill, 206, std::chrono::milliseconds(3));
  metrics.upstreamFailed(UpstreamKind::kAuthorize, ErrorCode::kTimeout);
  metrics.upstreamFailed(UpstreamKind::kAuthorize, ErrorCode::kUpstream);
  metrics.upstreamReceived(UpstreamKind::kFill, 1000);
  metrics.fillStarted();
  metrics.fillStarted();
  metrics.fillEnded(FillResult::kMismatch, std::chrono::seconds(1));
  metrics.waiterJoined();
  metrics.verificationFailed(VerifiedAt::kStore);
  metrics.storeWriteFailed(ErrorCode::kNoSpace);
  metrics.authorization(Decision::kDenied, DecidedBy::kCache);
  metrics.watchStore(
      [] { return StoreSample{.used_bytes = 42, .capacity_bytes = 100, .evictions = 7}; });
  metrics.watchAuthorizationCache([] { return std::size_t{9}; });
  const std::string text = registry.text();
  const auto* line =
      GENERATE("glint_cache_requests_total{result=\"hit\"} 1",
               "glint_cache_requests_total{result=\"coalesced\"} 1",
               "glint_upstream_requests_total{kind=\"fill\",result=\"2xx\"} 1",
               "glint_upstream_requests_total{kind=\"authorize\",result=\"timeout\"} 1",
               "glint_upstream_requests_total{kind=\"authorize\",result=\"failed\"} 1",
               "glint_upstream_head_seconds_count{kind=\"fill\"} 1",
               "glint_upstream_received_bytes_total{kind=\"fill\"} 1000", "glint_fills_in_flight 1",
               "glint_fills_total{result=\"mismatch\"} 1", "glint_fill_duration_seconds_count 0",
               "glint_fill_waiters 1", "glint_verification_failures_total{stage=\"store\"} 1",
               "glint_store_write_failures_total{reason=\"no_space\"} 1",
               "glint_authorization_decisions_total{by=\"cache\",result=\"denied\"} 1",
               "glint_store_used_bytes 42", "glint_store_capacity_bytes 100",
               "glint_store_evictions_total 7", "glint_authorization_cache_entries 9");
  CHECK_THAT(text, Contains(std::string(line) + "\n"));
}

TEST_CASE("OriginMetrics: named methods count in their series", "[metrics]") {
  Registry registry(ProgramKind::kOrigin);
  OriginMetrics metrics(registry);
  metrics.uploadStarted();
  metrics.uploadEnded(UploadResult::kStored, 4096, std::chrono::milliseconds(20));
  metrics.uploadStarted();
  metrics.uploadEnded(UploadResult::kClientGone, 100, std::chrono::milliseconds(20));
  metrics.uploadStarted();
  metrics.authentication(Authentication::kRejected);
  metrics.policyDecision(false);
  metrics.policyRefused();
  metrics.catalogOperation(CatalogOperation::kWrite, std::chrono::microseconds(300));
  metrics.catalogFailed(CatalogOperation::kRead);
  const std::string text = registry.text();
  const auto* line = GENERATE(
      "glint_uploads_total{result=\"stored\"} 1", "glint_uploads_total{result=\"client_gone\"} 1",
      "glint_uploads_in_flight 1", "glint_upload_bytes_total 4096",
      "glint_upload_duration_seconds_count 1", "glint_authentications_total{result=\"rejected\"} 1",
      "glint_authorization_decisions_total{by=\"policy\",result=\"denied\"} 1",
      "glint_policy_reload_failures_total 1",
      "glint_catalog_duration_seconds_count{operation=\"write\"} 1",
      "glint_catalog_errors_total{operation=\"read\"} 1");
  CHECK_THAT(text, Contains(std::string(line) + "\n"));
}

TEST_CASE("ProgramMetrics: build, process and queues are shown", "[metrics]") {
  Registry registry(ProgramKind::kEdge);
  ProgramMetrics metrics(registry, "glint-edge");
  metrics.unexpectedException();
  metrics.watchQueue("disk", [] { return std::size_t{3}; });
  const std::string text = registry.text();
  CHECK_THAT(text, Contains("glint_build_info{program=\"glint-edge\",version=\""));
  CHECK_THAT(text, Contains("glint_unexpected_exceptions_total 1\n"));
  CHECK_THAT(text, Contains("glint_queue_depth{pool=\"disk\"} 3\n"));
  CHECK_THAT(text, !Contains("process_resident_memory_bytes 0\n"));
  CHECK_THAT(text, !Contains("process_open_fds 0\n"));
}

TEST_CASE("Metrics: promtool finds nothing wrong", "[metrics]") {
  const auto program = GENERATE(ProgramKind::kOrigin, ProgramKind::kEdge);
  Registry registry(program);
  ProgramMetrics program_metrics(registry, "glint-test");
  RequestMetrics requests(registry);
  const http::RequestHead head;
  const net::Peer peer;
  const std::string id;
  const std::vector<std::pair<const char*, std::string>> annotations;
  requests.onRequestFinished({.request = head,
                              .peer = peer,
                              .request_id = id,
                              .route = "image_list",
                              .source = "",
                              .status = 200,
                              .clean = true,
                              .annotations = annotations});
  std::string output;
  const int status = promtool(registry.text(), output);
  if (status == -1) {
    WARN("promtool is not installed; not checked");
    return;
  }
  CAPTURE(output);
  CHECK(status == 0);
  CHECK(output.empty());
}
