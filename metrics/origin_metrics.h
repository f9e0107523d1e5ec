// What glint-origin counts, as named methods.
// Threads: any.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "metrics/registry.h"

namespace glint::metrics {

enum class UploadResult : std::uint8_t {
  kStored,
  kClientGone,  // the client went away, stalled or broke the protocol
  kTooLarge,    // beyond the size cap or the declared size
  kNoSpace,
  kConflict,  // the image was not in a state to take bytes
  kRefused,   // not authorised, wrong media type, unknown image
  kError,
};
enum class Authentication : std::uint8_t { kAccepted, kRejected, kAnonymous, kError };
enum class TaskResult : std::uint8_t { kSuccess, kFailure, kInterrupted };
enum class CatalogOperation : std::uint8_t { kRead, kWrite };

class OriginMetrics {
 public:
  explicit OriginMetrics(Registry& registry);

  void uploadStarted() { uploads_in_flight_.add(); }
  void uploadEnded(UploadResult result, std::uint64_t stored_bytes,
                   std::chrono::nanoseconds duration);

  void authentication(Authentication result);
  void policyDecision(bool allowed) { (allowed ? policy_allowed_ : policy_denied_).increment(); }

  void manifestMade(bool made) { (made ? manifests_made_ : manifests_failed_).increment(); }

  void policyRefused() { policy_refused_.increment(); }

  void taskStarted() { tasks_running_.add(); }
  void taskEnded(TaskResult result);

  void catalogOperation(CatalogOperation operation, std::chrono::nanoseconds duration);
  void catalogFailed(CatalogOperation operation);

 private:
  std::array<Counter, 7> uploads_;
  Gauge uploads_in_flight_;
  Counter upload_bytes_;
  Histogram upload_duration_;
  std::array<Counter, 4> authentications_;
  Counter policy_allowed_, policy_denied_, policy_refused_;
  std::array<Counter, 3> tasks_;
  Gauge tasks_running_;
  Counter manifests_made_, manifests_failed_;
  std::array<Histogram, 2> catalog_duration_;
  std::array<Counter, 2> catalog_errors_;
};

}  // namespace glint::metrics
