// Mutex and condition variable with clang's thread-safety annotations (-Wthread-safety);
// std::mutex in libstdc++ has none. Members are marked `GUARDED_BY(mu_)`, private helpers
// `REQUIRES(mu_)`.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define GLINT_TSA(x) __attribute__((x))
#else
#define GLINT_TSA(x)
#endif
#define CAPABILITY(x) GLINT_TSA(capability(x))
#define SCOPED_CAPABILITY GLINT_TSA(scoped_lockable)
#define GUARDED_BY(x) GLINT_TSA(guarded_by(x))
#define REQUIRES(...) GLINT_TSA(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) GLINT_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) GLINT_TSA(release_capability(__VA_ARGS__))
#define EXCLUDES(...) GLINT_TSA(locks_excluded(__VA_ARGS__))

namespace glint {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // False when `deadline` passed first.
  bool waitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool notified = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }
  void notifyOne() { condition_.notify_one(); }
  void notifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace glint
