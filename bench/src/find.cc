// What ContentStore::find() costs: time per call with all contents open, for one thread and
// for several.
//
//   bench_find [CONTENTS] [THREADS]
#include <stdlib.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "cache/content_store.h"

namespace glint::bench {
namespace {

constexpr std::uint64_t kCalls = 2'000'000;

image::ContentDigest digest(std::uint64_t number) {
  std::string hex;
  for (std::uint64_t i = 0; i < 8; ++i) {
    char part[17];
    std::snprintf(part, sizeof part, "%016llx",
                  static_cast<unsigned long long>((number * 8 + i + 1) * 0x9e3779b97f4a7c15ull));
    hex += part;
  }
  return {"sha512", hex};
}

int fill(cache::ContentStore& store, const std::vector<image::ContentDigest>& digests) {
  for (const auto& wanted : digests) {
    auto pending = store.begin(wanted, 4096);
    if (!pending || !(*pending)->publish()) return 1;
  }
  return 0;
}

double cpuNanoseconds() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e9 + static_cast<double>(spent.tv_nsec);
}

void measure(cache::ContentStore& store, const std::vector<image::ContentDigest>& digests,
             unsigned threads) {
  const double cpu_begin = cpuNanoseconds();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::jthread> running;
  for (unsigned t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      std::uint64_t found = 0;
      for (std::uint64_t i = 0; i < kCalls; ++i) {
        found += store.find(digests[(i * 7919 + t) % digests.size()]) ? 1u : 0u;
      }
      if (found != kCalls) std::puts("some contents were not found");
    });
  }
  running.clear();
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  const auto calls = static_cast<double>(kCalls);
  std::printf("contents=%zu threads=%u wall_ns_per_find=%.0f cpu_ns_per_find=%.0f\n",
              digests.size(), threads, spent.count() / calls,
              (cpuNanoseconds() - cpu_begin) / calls / threads);
}

int run(std::size_t contents, unsigned threads) {
  std::string dir = (std::filesystem::temp_directory_path() / "glint-find-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) return 1;
  cache::StoreOptions options;
  options.dir = dir;
  options.max_open_files = contents;
  int result = 1;
  if (auto store = cache::ContentStore::open(options)) {
    std::vector<image::ContentDigest> digests;
    for (std::size_t i = 0; i < contents; ++i) digests.push_back(digest(i));
    result = fill(**store, digests);
    for (unsigned t = 1; result == 0 && t <= threads; t *= 2) measure(**store, digests, t);
  }
  std::error_code ignored;
  std::filesystem::remove_all(dir, ignored);
  return result;
}

}  // namespace
}  // namespace glint::bench

int main(int argc, char** argv) {
  const std::size_t contents = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200;
  const auto threads = static_cast<unsigned>(argc > 2 ? std::atoi(argv[2]) : 2);
  return glint::bench::run(contents, threads);
}
