// kill -9 at random moments: what was durable is there, what is found is right, nothing is left
// over.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <map>
#include <random>

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

constexpr int kKills = 220;
constexpr std::uint64_t kNumbers = 400;
constexpr std::uint64_t kTight = 2 << 20;  // contents leave all the time
constexpr std::uint64_t kWide = 1ull << 40;

std::uint64_t sizeOf(std::uint64_t number) { return (number * 7919) % 120'000; }

// Shared with the child: what it has been told is durable, and what it has taken back.
struct Ledger {
  std::atomic<bool> ready;
  std::atomic<std::uint32_t> durable[kNumbers + 1];  // 1: durable, 0: not (any more)
  std::atomic<std::uint64_t> evictions;
  std::atomic<std::uint64_t> stored;
};

[[noreturn]] void work(const StoreOptions& options, unsigned seed, Ledger& ledger) {
  auto opened = ContentStore::open(options);
  if (!opened) ::_exit(1);
  ContentStore& cache = **opened;
  ledger.ready = true;
  std::mt19937 random(seed);
  for (;;) {
    const std::uint64_t number = random() % kNumbers + 1;
    const auto found = cache.find(digestOf(number));
    if (found && !isRight(found, number, sizeOf(number))) ::_exit(2);
    if (found && random() % 3 != 0) {
      ledger.durable[number] = 0;
      cache.remove(digestOf(number));
    } else if (!found) {
      ledger.durable[number] = 0;
      if (store(cache, number, sizeOf(number))) {
        ledger.durable[number] = 1;
        ++ledger.stored;
      }
    }
    ledger.evictions = cache.usage().evictions;
  }
}

enum class Evicting : std::uint8_t { kNo, kYes };

// Opens after a kill. Without evictions everything durable must be there.
void inspect(const StoreOptions& options, Evicting evicting, Ledger& ledger) {
  auto cache = openStore(options);
  CHECK(cache->usage().corrupt == 0);
  CHECK(cache->usage().bytes <= options.capacity_bytes);
  for (std::uint64_t number = 1; number <= kNumbers; ++number) {
    const auto content = cache->find(digestOf(number));
    if (content) REQUIRE(isRight(content, number, sizeOf(number)));
    if (ledger.durable[number] != 0 && evicting == Evicting::kNo) {
      CAPTURE(number);
      REQUIRE(content);
    }
    if (!content) ledger.durable[number] = 0;
  }
  const auto contents = cache->usage().contents;
  CHECK(eventually([&] { return filesUnder(options.dir + "/content").size() == contents; }));
}

void killManyTimes(Evicting evicting, int kills, std::uint64_t& stored, std::uint64_t& evictions) {
  TestDir dir;
  auto options = optionsFor(dir.path(), evicting == Evicting::kYes ? kTight : kWide);
  options.flush_interval = std::chrono::milliseconds(3);
  void* shared =
      ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(shared != MAP_FAILED);
  auto& ledger = *new (shared) Ledger{};
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < kills; ++i) {
    CAPTURE(i);
    ledger.ready = false;
    ledger.evictions = 0;
    const pid_t child = ::fork();
    if (child == 0) work(options, static_cast<unsigned>(random()), ledger);
    const std::uint64_t goal = ledger.stored + random() % 8;
    if (random() % 8 != 0) {  // else while it opens the store
      REQUIRE(eventually([&] { return ledger.ready && ledger.stored >= goal; }));
    }
    const auto moment =
        std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 3000);
    eventually([&] { return std::chrono::steady_clock::now() >= moment; });
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    evictions += ledger.evictions;
    inspect(options, evicting, ledger);
  }
  stored = ledger.stored;
  ::munmap(shared, sizeof(Ledger));
}

TEST_CASE("ContentStore: kill -9 at any moment loses nothing durable",
          "[cache][store][crash][fork]") {
  std::uint64_t stored = 0;
  std::uint64_t evictions = 0;
  killManyTimes(Evicting::kNo, kKills, stored, evictions);
  CHECK(stored > kKills);  // it did work in between
  CHECK(evictions == 0);
}

TEST_CASE("ContentStore: kill -9 while contents are evicted", "[cache][store][crash][fork]") {
  std::uint64_t stored = 0;
  std::uint64_t evictions = 0;
  killManyTimes(Evicting::kYes, kKills / 4, stored, evictions);
  CHECK(evictions > 0);
}

}  // namespace
}  // namespace glint::cache
