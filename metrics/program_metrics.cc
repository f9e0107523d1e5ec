#include "metrics/program_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "base/file.h"
#include "base/handle.h"
#include "base/strings.h"
#include "base/version.h"

namespace glint::metrics {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The second number of /proc/self/statm: resident pages.
double residentBytes() {
  const auto text = readFile("/proc/self/statm", 4096);
  if (!text) return 0;
  const auto fields = split(*text, ' ');
  if (fields.size() < 2) return 0;
  const auto pages = parseInteger<std::uint64_t>(fields[1]);
  return static_cast<double>(pages.value_or(0)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double openFiles() {
  const UniqueHandle<DIR, ::closedir> directory(::opendir("/proc/self/fd"));
  if (directory == nullptr) return 0;
  double count = -1;  // the directory itself is open, too
  while (const dirent* entry =
             ::readdir(directory.get()))  // NOLINT(concurrency-mt-unsafe): own stream
    if (entry->d_name[0] != '.') ++count;
  return count;
}

}  // namespace

ProgramMetrics::ProgramMetrics(Registry& registry, const std::string& program)
    : registry_(registry), unexpected_exceptions_(registry.counter(Metric::kUnexpectedExceptions)) {
  registry.gauge(Metric::kBuildInfo, {program, kVersion}).set(1);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  registry.gauge(Metric::kProcessStart).set(std::chrono::duration<double>(now).count());
  registry.onCollect([cpu = registry.counter(Metric::kProcessCpu),
                      memory = registry.gauge(Metric::kProcessMemory),
                      files = registry.gauge(Metric::kProcessFiles)]() mutable {
    cpu.raiseTo(cpuSeconds());
    memory.set(residentBytes());
    files.set(openFiles());
  });
}

void ProgramMetrics::watchQueue(const char* pool, std::function<std::size_t()> depth) {
  registry_.onCollect(
      [gauge = registry_.gauge(Metric::kQueueDepth, {pool}), depth = std::move(depth)]() mutable {
        gauge.set(static_cast<double>(depth()));
      });
}

}  // namespace glint::metrics
