// Every metric of the product, once: name, type, help, labels with their closed sets of values, who
// has it. docs/metrics.md is generated from this table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace glint::metrics {

enum class ProgramKind : std::uint8_t { kOrigin = 1, kEdge = 2 };
enum class Scope : std::uint8_t { kOrigin = 1, kEdge = 2, kBoth = 3 };
enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

// Names a row; the order is that of the table.
enum class Metric : std::uint8_t {
  kBuildInfo,
  kProcessStart,
  kProcessCpu,
  kProcessMemory,
  kProcessFiles,
  kUnexpectedExceptions,
  kQueueDepth,

  kHttpRequests,
  kHttpRequestsCut,
  kHttpDuration,
  kHttpFirstByte,
  kHttpRequestBytes,
  kHttpResponseBytes,
  kHttpConnections,
  kHttpConnectionsOpened,
  kHttpConnectionsRefused,

  kAuthorizationDecisions,

  kCacheRequests,
  kUpstreamRequests,
  kUpstreamHeadTime,
  kUpstreamReceivedBytes,
  kUpstreamSentBytes,
  kUpstreamUp,
  kUpstreamMoves,
  kFillsInFlight,
  kFillWaiters,
  kFills,
  kFillDuration,
  kFillResumes,
  kVerificationFailures,
  kAuthorizationCacheEntries,
  kStoreUsedBytes,
  kStoreReservedBytes,
  kStoreCapacityBytes,
  kStoreContents,
  kStoreEvictions,
  kStoreEvictedBytes,
  kStoreCorrupt,
  kStoreWriteFailures,
  kFeedConnected,
  kFeedEvents,
  kFeedAge,
  kPrefetchQueue,
  kPrefetches,
  kPrefetchedBytes,
  kPinned,
  kBootableOffline,

  kUploads,
  kUploadsInFlight,
  kUploadBytes,
  kUploadDuration,
  kAuthentications,
  kPolicyReloadFailures,
  kTasks,
  kTasksRunning,
  kManifests,
  kCatalogDuration,
  kCatalogErrors,

  kCount
};

struct Label {
  const char* name;
  std::span<const char* const>
      values;  // the closed set; empty: a name from the program itself (see `values_from`)
  const char* values_from = "";  // what those names are, for people
};

struct MetricRow {
  Metric id;
  const char* name;
  MetricType type;
  Scope scope;
  const char* help;
  std::span<const Label> labels;
  std::span<const double> buckets;  // histograms: upper bounds
};

std::span<const MetricRow> table();
const MetricRow& rowOf(Metric metric);
inline bool has(Scope scope, ProgramKind program) {
  return (static_cast<unsigned>(scope) & static_cast<unsigned>(program)) != 0;
}

// The page docs/metrics.md.
std::string markdown();

}  // namespace glint::metrics
