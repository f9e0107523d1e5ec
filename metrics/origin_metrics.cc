#include "metrics/origin_metrics.h"

namespace glint::metrics {
namespace {

// The label values in the order of the enums.
constexpr std::array<const char*, 7> kUploadResults{
    "stored", "client_gone", "too_large", "no_space", "conflict", "refused", "error"};
constexpr std::array<const char*, 4> kAuthentications{"accepted", "rejected", "anonymous", "error"};
constexpr std::array<const char*, 3> kTaskResults{"success", "failure", "interrupted"};
constexpr std::array<const char*, 2> kOperations{"read", "write"};

double inSeconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

OriginMetrics::OriginMetrics(Registry& registry)
    : uploads_in_flight_(registry.gauge(Metric::kUploadsInFlight)),
      upload_bytes_(registry.counter(Metric::kUploadBytes)),
      upload_duration_(registry.histogram(Metric::kUploadDuration)),
      policy_allowed_(registry.counter(Metric::kAuthorizationDecisions, {"allowed", "policy"})),
      policy_denied_(registry.counter(Metric::kAuthorizationDecisions, {"denied", "policy"})),
      policy_refused_(registry.counter(Metric::kPolicyReloadFailures)),
      tasks_running_(registry.gauge(Metric::kTasksRunning)),
      manifests_made_(registry.counter(Metric::kManifests, {"made"})),
      manifests_failed_(registry.counter(Metric::kManifests, {"failed"})) {
  for (std::size_t i = 0; i < kUploadResults.size(); ++i)
    uploads_[i] = registry.counter(Metric::kUploads, {kUploadResults[i]});
  for (std::size_t i = 0; i < kAuthentications.size(); ++i)
    authentications_[i] = registry.counter(Metric::kAuthentications, {kAuthentications[i]});
  for (std::size_t i = 0; i < kTaskResults.size(); ++i)
    tasks_[i] = registry.counter(Metric::kTasks, {kTaskResults[i]});
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    catalog_duration_[i] = registry.histogram(Metric::kCatalogDuration, {kOperations[i]});
    catalog_errors_[i] = registry.counter(Metric::kCatalogErrors, {kOperations[i]});
  }
}

void OriginMetrics::uploadEnded(UploadResult result, std::uint64_t stored_bytes,
                                std::chrono::nanoseconds duration) {
  uploads_in_flight_.subtract();
  uploads_[static_cast<std::size_t>(result)].increment();
  if (result != UploadResult::kStored) return;
  upload_bytes_.increment(static_cast<double>(stored_bytes));
  upload_duration_.observe(inSeconds(duration));
}

void OriginMetrics::authentication(Authentication result) {
  authentications_[static_cast<std::size_t>(result)].increment();
}

void OriginMetrics::taskEnded(TaskResult result) {
  tasks_running_.subtract();
  tasks_[static_cast<std::size_t>(result)].increment();
}

void OriginMetrics::catalogOperation(CatalogOperation operation,
                                     std::chrono::nanoseconds duration) {
  catalog_duration_[static_cast<std::size_t>(operation)].observe(inSeconds(duration));
}

void OriginMetrics::catalogFailed(CatalogOperation operation) {
  catalog_errors_[static_cast<std::size_t>(operation)].increment();
}

}  // namespace glint::metrics
