#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include "base/file.h"
#include "base/log_format.h"

namespace glint::log {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

// Collects lines and writes them together: a busy server would otherwise make one system call per
// request for its log.
class BufferedSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  BufferedSink(UniqueFd file, bool delayed) : file_(std::move(file)) {
    buffer_.reserve(kBufferBytes);
    if (delayed) startFlusher();
  }
  ~BufferedSink() override {
    if (flusher_.joinable()) {
      flusher_.request_stop();
      flusher_.join();
    }
    flush_();
  }

  void replace(UniqueFd file) {
    const std::lock_guard lock(mutex_);
    flush_();
    file_ = std::move(file);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const bool was_empty = buffer_.empty();
    buffer_.append(message.payload.data(), message.payload.size());
    buffer_ += '\n';
    if (!flusher_.joinable() || message.level >= spdlog::level::warn ||
        buffer_.size() >= kBufferBytes)
      flush_();
    else if (was_empty)
      filled_.notify_one();
  }

  // A log that cannot be written (full disk, closed pipe) must not stop the service: the lines are
  // lost.
  void flush_() override {
    if (buffer_.empty()) return;
    static_cast<void>(writeFull(file_.valid() ? file_.get() : STDERR_FILENO, buffer_));
    buffer_.clear();
  }

  // The program's signals are for its own threads: this one inherits a mask that blocks them all.
  void startFlusher() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    flusher_ = std::jthread([this](const std::stop_token& stop) { flushLate(stop); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void flushLate(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (filled_.wait(lock, stop, [this] { return !buffer_.empty(); })) {
      // Waits again so that a burst becomes one write; nothing but the end of the program cuts this
      // short.
      filled_.wait_for(lock, stop, kMaxDelay, [] { return false; });
      flush_();
    }
  }

  UniqueFd file_;  // not valid: standard error
  std::string buffer_;
  std::condition_variable_any filled_;
  std::jthread flusher_;
};

struct Log {
  explicit Log(const Options& with, UniqueFd file, bool delayed)
      : options(with),
        sink(std::make_shared<BufferedSink>(std::move(file), delayed)),
        logger("glint", sink) {
    logger.set_level(spdlog::level::trace);  // the level is checked before a line is made
    logger.set_error_handler([](const std::string&) {});
  }
  Options options;
  std::shared_ptr<BufferedSink> sink;
  spdlog::logger logger;
};

struct Current {
  std::atomic<Level> level{Level::kInfo};
  std::atomic<std::shared_ptr<Log>> log{std::make_shared<Log>(Options{}, UniqueFd(), false)};
};

// Destroyed at exit, so that the last lines are written; a later line (from a thread that outlives
// main) is dropped.
std::atomic<bool> destroyed{false};
Current& current() {
  static struct Owner {
    Current value;
    ~Owner() { destroyed = true; }
  } owner;
  return owner.value;
}

Result<UniqueFd> openLog(const std::string& path) {
  if (path.empty()) return UniqueFd();
  return openFile(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
}

spdlog::level::level_enum toSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

Status configure(const Options& options) {
  auto file = openLog(options.file);
  if (!file) return failWith("log", file.error());
  flush();
  current().log.store(std::make_shared<Log>(options, std::move(*file), true));
  current().level.store(options.level);
  return {};
}

void reopen() {
  const auto log = current().log.load();
  auto file = openLog(log->options.file);
  if (!file) {
    error("log_reopen_failed", {{"error", file.error().message}});
    return;
  }
  log->sink->replace(std::move(*file));
}

void flush() { current().log.load()->logger.flush(); }

bool enabled(Level level) { return level >= current().level.load(std::memory_order_relaxed); }

void writeFields(Level level, std::string_view event, std::span<const Field> fields) {
  if (destroyed || !enabled(level)) return;
  static thread_local std::string line;  // its memory is kept from line to line
  line.clear();
  const auto log = current().log.load(std::memory_order_acquire);
  const auto now = std::chrono::system_clock::now();
  if (log->options.format == Format::kJson)
    appendJson(line, now, level, event, fields);
  else
    appendText(line, now, level, event, fields);
  log->logger.log(toSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace glint::log
