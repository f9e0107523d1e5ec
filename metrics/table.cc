#include "metrics/table.h"

#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/check.h"

namespace glint::metrics {
namespace {

using enum MetricType;

// Closed sets of label values.
constexpr std::array kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};
constexpr std::array kRefusals{"limit", "bad_request", "header_timeout", "idle_timeout",
                               "stall", "tls",         "other"};
constexpr std::array kSources{"none", "cache", "fill", "upstream", "store", "other"};
constexpr std::array kPools{"api", "disk"};
constexpr std::array kDecisions{"allowed", "denied", "absent", "error"};
constexpr std::array kDecidedBy{"cache", "upstream", "grace", "policy"};
constexpr std::array kCacheResults{"hit",    "miss",   "coalesced", "partial",
                                   "bypass", "denied", "stale",     "error"};
constexpr std::array kUpstreamKinds{"authorize", "fill",     "forward", "health",
                                    "feed",      "prefetch", "report"};
constexpr std::array kFeedEventKinds{"activated", "changed", "deactivated",
                                     "deleted",   "members", "reset"};
constexpr std::array kUpstreamResults{"2xx", "3xx", "4xx", "5xx", "timeout", "failed"};
constexpr std::array kFillResults{"stored",   "not_stored", "mismatch",
                                  "upstream", "disk",       "cancelled"};
constexpr std::array kStages{"fill", "store"};
constexpr std::array kWriteFailures{"no_space", "io"};
constexpr std::array kUploadResults{"stored",   "client_gone", "too_large", "no_space",
                                    "conflict", "refused",     "error"};
constexpr std::array kTaskResults{"success", "failure", "interrupted"};
constexpr std::array kAuthenticationResults{"accepted", "rejected", "anonymous", "error"};
constexpr std::array kManifestResults{"made", "failed"};
constexpr std::array kCatalogOperations{"read", "write"};

// Seconds. Requests reach from a cached answer (0.1 ms) to an image over a thin line (an hour).
constexpr std::array kRequestBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,  0.01,
                                     0.025,  0.05,    0.1,    0.25,  0.5,    1.0,    2.5,
                                     5.0,    10.0,    30.0,   60.0,  300.0,  1800.0, 3600.0};
constexpr std::array kLatencyBuckets{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                     0.005,   0.01,   0.025,   0.05,   0.1,   0.25,
                                     0.5,     1.0,    2.5,     5.0,    10.0,  30.0};
constexpr std::array kTransferBuckets{0.01, 0.05, 0.1,  0.25,  0.5,   1.0,   2.5,    5.0,
                                      10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0};

constexpr Label kRouteLabel{
    "route", {}, "the names in the program's route table, `unmatched`, `other`"};

constexpr std::array kBuildLabels{Label{"program", {}, "`glint-origin` or `glint-edge`"},
                                  Label{"version", {}, "the program's version"}};
constexpr std::array kPoolLabels{Label{"pool", kPools}};
constexpr std::array kRequestLabels{
    kRouteLabel, Label{"method", kMethods},
    Label{"code", {}, "status sent, `none` when the connection ended before"}};
constexpr std::array kRouteLabels{kRouteLabel};
constexpr std::array kSourceLabels{Label{"source", kSources}};
constexpr std::array kRefusalLabels{Label{"reason", kRefusals}};
constexpr std::array kDecisionLabels{Label{"result", kDecisions}, Label{"by", kDecidedBy}};
constexpr std::array kCacheLabels{Label{"result", kCacheResults}};
constexpr std::array kUpstreamLabels{Label{"kind", kUpstreamKinds},
                                     Label{"result", kUpstreamResults}};
constexpr std::array kKindLabels{Label{"kind", kUpstreamKinds}};
constexpr std::array kFillLabels{Label{"result", kFillResults}};
constexpr std::array kStageLabels{Label{"stage", kStages}};
constexpr std::array kWriteFailureLabels{Label{"reason", kWriteFailures}};
constexpr std::array kPrefetchStates{"queued", "running", "failed"};
constexpr std::array kPrefetchResults{"stored", "retried", "failed"};
constexpr std::array kPrefetchStateLabels{Label{"state", kPrefetchStates}};
constexpr std::array kPrefetchLabels{Label{"result", kPrefetchResults}};
constexpr std::array kFeedLabels{Label{"kind", kFeedEventKinds}};
constexpr std::array kUploadLabels{Label{"result", kUploadResults}};
constexpr std::array kTaskLabels{Label{"result", kTaskResults}};
constexpr std::array kAuthenticationLabels{Label{"result", kAuthenticationResults}};
constexpr std::array kManifestLabels{Label{"result", kManifestResults}};
constexpr std::array kCatalogLabels{Label{"operation", kCatalogOperations}};

constexpr auto kBoth = Scope::kBoth;
constexpr auto kEdge = Scope::kEdge;
constexpr auto kOrigin = Scope::kOrigin;

// clang-format off
constexpr std::array kTable{
    MetricRow{Metric::kBuildInfo, "glint_build_info", kGauge, kBoth,
              "Always 1; program and version are in the labels.", kBuildLabels, {}},
    MetricRow{Metric::kProcessStart, "process_start_time_seconds", kGauge, kBoth,
              "Start of the process, in seconds since 1970.", {}, {}},
    MetricRow{Metric::kProcessCpu, "process_cpu_seconds_total", kCounter, kBoth,
              "User and system CPU time of the process.", {}, {}},
    MetricRow{Metric::kProcessMemory, "process_resident_memory_bytes", kGauge, kBoth,
              "Resident memory of the process.", {}, {}},
    MetricRow{Metric::kProcessFiles, "process_open_fds", kGauge, kBoth,
              "Open file descriptors of the process.", {}, {}},
    MetricRow{Metric::kUnexpectedExceptions, "glint_unexpected_exceptions_total", kCounter, kBoth,
              "Exceptions that reached a worker or a loop; each is a bug.", {}, {}},
    MetricRow{Metric::kQueueDepth, "glint_queue_depth", kGauge, kBoth,
              "Jobs that wait for a thread of the pool.", kPoolLabels, {}},

    MetricRow{Metric::kHttpRequests, "glint_http_requests_total", kCounter, kBoth,
              "Requests answered, by route, method and status.", kRequestLabels, {}},
    MetricRow{Metric::kHttpRequestsCut, "glint_http_requests_cut_total", kCounter, kBoth,
              "Requests whose response was not sent completely: the client left, or the body could not be completed.",
              kRouteLabels, {}},
    MetricRow{Metric::kHttpDuration, "glint_http_request_duration_seconds", kHistogram, kBoth,
              "From the first byte of a request to the last byte of its response.", kRouteLabels, kRequestBuckets},
    MetricRow{Metric::kHttpFirstByte, "glint_http_first_byte_seconds", kHistogram, kBoth,
              "From the first byte of a request to the head of its response.", kRouteLabels, kLatencyBuckets},
    MetricRow{Metric::kHttpRequestBytes, "glint_http_request_body_bytes_total", kCounter, kBoth,
              "Body bytes received from clients.", kRouteLabels, {}},
    MetricRow{Metric::kHttpResponseBytes, "glint_http_response_body_bytes_total", kCounter, kBoth,
              "Body bytes sent to clients, by where they came from.", kSourceLabels, {}},
    MetricRow{Metric::kHttpConnections, "glint_http_connections", kGauge, kBoth,
              "Open client connections.", {}, {}},
    MetricRow{Metric::kHttpConnectionsOpened, "glint_http_connections_opened_total", kCounter, kBoth,
              "Client connections accepted.", {}, {}},
    MetricRow{Metric::kHttpConnectionsRefused, "glint_http_connections_refused_total", kCounter, kBoth,
              "Client connections ended by the server before their time, by reason.", kRefusalLabels, {}},

    MetricRow{Metric::kAuthorizationDecisions, "glint_authorization_decisions_total", kCounter, kBoth,
              "Decisions whether a caller may, and what they rest on.", kDecisionLabels, {}},

    MetricRow{Metric::kCacheRequests, "glint_cache_requests_total", kCounter, kEdge,
              "Image downloads by how the cache served them: hit (all stored), miss (began a fill), coalesced (joined a "
              "running fill), partial (a range out of a fill), bypass (streamed without the cache), denied, stale (hit "
              "on a decision kept while the upstream is away), error.", kCacheLabels, {}},
    MetricRow{Metric::kUpstreamRequests, "glint_upstream_requests_total", kCounter, kEdge,
              "Requests to the upstream, by purpose and outcome.", kUpstreamLabels, {}},
    MetricRow{Metric::kUpstreamHeadTime, "glint_upstream_head_seconds", kHistogram, kEdge,
              "From a request to the upstream to the head of its response.", kKindLabels, kLatencyBuckets},
    MetricRow{Metric::kUpstreamReceivedBytes, "glint_upstream_received_bytes_total", kCounter, kEdge,
              "Body bytes received from the upstream.", kKindLabels, {}},
    MetricRow{Metric::kUpstreamSentBytes, "glint_upstream_sent_bytes_total", kCounter, kEdge,
              "Body bytes sent to the upstream.", kKindLabels, {}},
    MetricRow{Metric::kUpstreamUp, "glint_upstream_up", kGauge, kEdge,
              "1 when the upstream answered last, 0 when it could not be reached.", {}, {}},
    MetricRow{Metric::kUpstreamMoves, "glint_upstream_moves_total", kCounter, kEdge,
              "Times that requests began to go to another address of the upstream.", {}, {}},
    MetricRow{Metric::kFillsInFlight, "glint_fills_in_flight", kGauge, kEdge,
              "Contents being fetched.", {}, {}},
    MetricRow{Metric::kFillWaiters, "glint_fill_waiters", kGauge, kEdge,
              "Clients that follow a fill.", {}, {}},
    MetricRow{Metric::kFills, "glint_fills_total", kCounter, kEdge,
              "Fills that ended: stored, not_stored (verified, but not kept), mismatch (wrong digest), upstream "
              "(transfer failed), disk (could not be written), cancelled.", kFillLabels, {}},
    MetricRow{Metric::kFillDuration, "glint_fill_duration_seconds", kHistogram, kEdge,
              "Duration of fills that were stored.", {}, kTransferBuckets},
    MetricRow{Metric::kFillResumes, "glint_fill_resumes_total", kCounter, kEdge,
              "Broken upstream transfers that a fill continued.", {}, {}},
    MetricRow{Metric::kVerificationFailures, "glint_verification_failures_total", kCounter, kEdge,
              "Content whose digest was wrong: fetched (fill) or found on disk (store).", kStageLabels, {}},
    MetricRow{Metric::kAuthorizationCacheEntries, "glint_authorization_cache_entries", kGauge, kEdge,
              "Decisions kept.", {}, {}},
    MetricRow{Metric::kStoreUsedBytes, "glint_store_used_bytes", kGauge, kEdge,
              "Image bytes in the store.", {}, {}},
    MetricRow{Metric::kStoreReservedBytes, "glint_store_reserved_bytes", kGauge, kEdge,
              "Bytes set aside for running fills.", {}, {}},
    MetricRow{Metric::kStoreCapacityBytes, "glint_store_capacity_bytes", kGauge, kEdge,
              "The cap, never exceeded.", {}, {}},
    MetricRow{Metric::kStoreContents, "glint_store_contents", kGauge, kEdge,
              "Distinct contents in the store.", {}, {}},
    MetricRow{Metric::kStoreEvictions, "glint_store_evictions_total", kCounter, kEdge,
              "Contents removed to make room.", {}, {}},
    MetricRow{Metric::kStoreEvictedBytes, "glint_store_evicted_bytes_total", kCounter, kEdge,
              "Image bytes removed to make room.", {}, {}},
    MetricRow{Metric::kStoreCorrupt, "glint_store_corrupt_total", kCounter, kEdge,
              "Contents and indexes found damaged and moved aside.", {}, {}},
    MetricRow{Metric::kStoreWriteFailures, "glint_store_write_failures_total", kCounter, kEdge,
              "Writes to the store that failed; the image was streamed without it.", kWriteFailureLabels, {}},
    MetricRow{Metric::kFeedConnected, "glint_feed_connected", kGauge, kEdge,
              "1 while changes at the upstream are followed; 0: they are noticed when decisions run out.", {}, {}},
    MetricRow{Metric::kFeedEvents, "glint_feed_events_total", kCounter, kEdge,
              "Changes at the upstream that the edge was told of; reset: some may have been missed.", kFeedLabels, {}},
    MetricRow{Metric::kFeedAge, "glint_feed_age_seconds", kGauge, kEdge,
              "Since it was last known that no change was missed; 0 without a feed.", {}, {}},
    MetricRow{Metric::kPrefetchQueue, "glint_prefetch_queue", kGauge, kEdge,
              "Images in the prefetch queue: queued, running, failed (not tried again).", kPrefetchStateLabels, {}},
    MetricRow{Metric::kPrefetches, "glint_prefetches_total", kCounter, kEdge,
              "Prefetches that ended: stored (or found stored), retried (failed, to be tried again), failed.",
              kPrefetchLabels, {}},
    MetricRow{Metric::kPrefetchedBytes, "glint_prefetched_bytes_total", kCounter, kEdge,
              "Image bytes that prefetches brought.", {}, {}},
    MetricRow{Metric::kPinned, "glint_pinned_images", kGauge, kEdge,
              "Images whose content is held and so not evicted.", {}, {}},
    MetricRow{Metric::kBootableOffline, "glint_images_bootable_offline", kGauge, kEdge,
              "Images held whole that somebody may boot while the upstream cannot be reached.", {}, {}},

    MetricRow{Metric::kUploads, "glint_uploads_total", kCounter, kOrigin,
              "Image uploads that ended, by result.", kUploadLabels, {}},
    MetricRow{Metric::kUploadsInFlight, "glint_uploads_in_flight", kGauge, kOrigin,
              "Image uploads that run.", {}, {}},
    MetricRow{Metric::kUploadBytes, "glint_upload_bytes_total", kCounter, kOrigin,
              "Image bytes stored by uploads.", {}, {}},
    MetricRow{Metric::kUploadDuration, "glint_upload_duration_seconds", kHistogram, kOrigin,
              "Duration of uploads that were stored.", {}, kTransferBuckets},
    MetricRow{Metric::kAuthentications, "glint_authentications_total", kCounter, kOrigin,
              "Callers by what became of their token.", kAuthenticationLabels, {}},
    MetricRow{Metric::kPolicyReloadFailures, "glint_policy_reload_failures_total", kCounter, kOrigin,
              "Changed policy files that were not taken; the rules before stay in force.", {}, {}},
    MetricRow{Metric::kTasks, "glint_tasks_total", kCounter, kOrigin,
              "Tasks that ended here, by result; an interrupted one is run again, here or by another origin.",
              kTaskLabels, {}},
    MetricRow{Metric::kTasksRunning, "glint_tasks_running", kGauge, kOrigin,
              "Tasks that run.", {}, {}},
    MetricRow{Metric::kManifests, "glint_manifests_total", kCounter, kOrigin,
              "Block manifests made on demand, beside those of uploads.", kManifestLabels, {}},
    MetricRow{Metric::kCatalogDuration, "glint_catalog_duration_seconds", kHistogram, kOrigin,
              "Duration of catalog operations.", kCatalogLabels, kLatencyBuckets},
    MetricRow{Metric::kCatalogErrors, "glint_catalog_errors_total", kCounter, kOrigin,
              "Catalog operations that failed in the database.", kCatalogLabels, {}},
};
// clang-format on

constexpr bool inOrder() {
  for (std::size_t i = 0; i < kTable.size(); ++i)
    if (static_cast<std::size_t>(kTable[i].id) != i) return false;
  return kTable.size() == static_cast<std::size_t>(Metric::kCount);
}
static_assert(inOrder(), "each Metric has its row, at its place");

const char* nameOf(MetricType type) {
  switch (type) {
    case kCounter:
      return "counter";
    case kGauge:
      return "gauge";
    case kHistogram:
      return "histogram";
  }
  return "gauge";
}

std::string describe(const Label& label) {
  if (label.values.empty()) return fmt::format("`{}`: {}", label.name, label.values_from);
  return fmt::format("`{}`: `{}`", label.name, fmt::join(label.values, "`, `"));
}

void appendRows(std::string& text, Scope scope, const char* heading) {
  fmt::format_to(std::back_inserter(text), "\n## {}\n\n| metric | type | labels | meaning |\n",
                 heading);
  text += "| --- | --- | --- | --- |\n";
  for (const MetricRow& row : kTable) {
    if (row.scope != scope) continue;
    std::string labels;
    for (const Label& label : row.labels) labels += (labels.empty() ? "" : "; ") + describe(label);
    fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} |\n", row.name,
                   nameOf(row.type), labels, row.help);
  }
}

}  // namespace

std::span<const MetricRow> table() { return kTable; }

const MetricRow& rowOf(Metric metric) {
  GLINT_CHECK(metric < Metric::kCount, "a metric has a row");
  return kTable[static_cast<std::size_t>(metric)];
}

std::string markdown() {
  std::string text =
      "# Metrics\n\n"
      "Both programs answer `GET /metrics` in the Prometheus text format. Units are seconds and "
      "bytes; label values are\n"
      "closed sets, so the number of series is bounded. This page is generated from "
      "`metrics/table.cc`: change that and\n"
      "run `glint_docs`.\n";
  appendRows(text, Scope::kBoth, "Both programs");
  appendRows(text, Scope::kEdge, "glint-edge");
  appendRows(text, Scope::kOrigin, "glint-origin");
  return text;
}

}  // namespace glint::metrics
