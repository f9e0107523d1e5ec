// Time as a dependency: components that wait or compare times take a Clock, so that tests move time
// by hand.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace glint {

// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::steady_clock::time_point steadyNow()
      const = 0;  // for durations and deadlines
  virtual std::chrono::system_clock::time_point systemNow()
      const = 0;  // for dates that people read

  static const Clock& real();
};

namespace detail {
class RealClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::now();
  }
  std::chrono::system_clock::time_point systemNow() const override {
    return std::chrono::system_clock::now();
  }
};
inline constinit const RealClock kRealClock{};
}  // namespace detail

inline const Clock& Clock::real() { return detail::kRealClock; }

// Stands still until advance().
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::chrono::system_clock::time_point start =
                           std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 50)))
      : start_(start) {}
  void advance(std::chrono::nanoseconds by) { elapsed_.fetch_add(by.count()); }

  std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + elapsed();
  }
  std::chrono::system_clock::time_point systemNow() const override { return start_ + elapsed(); }

 private:
  std::chrono::nanoseconds elapsed() const { return std::chrono::nanoseconds(elapsed_.load()); }

  std::chrono::system_clock::time_point start_;
  std::atomic<std::int64_t> elapsed_{0};
};

}  // namespace glint
