// Random operations on a store against a map of what it must hold. A crash is a child process that
// works for a while and ends without any clean-up.
#include <sys/wait.h>

#include <map>
#include <random>

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

constexpr std::uint64_t kCapacity = 400'000;
constexpr std::uint64_t kNumbers = 12;

std::uint64_t sizeOf(std::uint64_t number) { return (number * number * 977) % 70'000; }

struct Model {
  enum class State : std::uint8_t { kPublished, kDurable };
  std::map<std::uint64_t, State> contents;
  std::map<std::string, std::uint64_t> aliases;
};

class Run {
 public:
  Run(const std::string& dir, unsigned seed) : options_(optionsFor(dir, kCapacity)), random_(seed) {
    options_.max_open_files = 3;
    cache_ = openStore(options_);
  }

  void step() {
    const std::uint64_t number = random_() % kNumbers + 1;
    switch (random_() % 12) {
      case 0:
      case 1:
      case 2:
        fill(number);
        break;
      case 3:
        REQUIRE(cache_->remove(digestOf(number)) == (model_.contents.erase(number) > 0));
        break;
      case 4:
        cache_->setAlias("image" + std::to_string(random_() % 3), digestOf(number));
        break;
      case 5:
        reopen();
        break;
      case 6:
        crash();
        break;
      default:
        check(number);
    }
    const Usage usage = cache_->usage();
    REQUIRE(usage.bytes + usage.reserved_bytes <= kCapacity);
    REQUIRE(usage.corrupt == 0);
  }

  void checkAll() {
    for (std::uint64_t number = 1; number <= kNumbers; ++number) check(number);
  }

 private:
  // What the store evicted of its own accord leaves the model too; nothing else may be missing.
  void check(std::uint64_t number) {
    const auto content = cache_->find(digestOf(number));
    const bool expected = model_.contents.contains(number);
    if (content) {
      REQUIRE(expected);
      REQUIRE(isRight(content, number, sizeOf(number)));
    } else if (expected) {
      REQUIRE(cache_->usage().evictions > evictions_seen_);
      model_.contents.erase(number);
    }
  }

  void fill(std::uint64_t number) {
    checkAll();
    evictions_seen_ = cache_->usage().evictions;
    auto pending = cache_->begin(digestOf(number), sizeOf(number));
    REQUIRE(pending.has_value() == !model_.contents.contains(number));
    if (!pending) return;
    const auto bytes = bytesOf(number, sizeOf(number));
    std::size_t at = 0;
    while (at < bytes.size()) {
      const std::size_t length = std::min<std::size_t>(random_() % 30'000 + 1, bytes.size() - at);
      REQUIRE((*pending)->write(at, std::span(bytes).subspan(at, length)));
      at += length;
    }
    const unsigned fate = random_() % 4;
    if (fate == 0) return;  // given up
    REQUIRE((*pending)->publish());
    model_.contents[number] = Model::State::kPublished;
    if (fate == 1) return;
    REQUIRE((*pending)->makeDurable());
    model_.contents[number] = Model::State::kDurable;
  }

  void forgetVolatile() {
    std::erase_if(model_.contents,
                  [](const auto& content) { return content.second != Model::State::kDurable; });
  }

  void reopen() {
    checkAll();
    cache_.reset();
    cache_ = openStore(options_);
    evictions_seen_ = 0;
    forgetVolatile();
  }

  // The child changes only what the model does not count on: contents it does not make durable.
  void crash() {
    checkAll();
    cache_.reset();
    const auto seed = static_cast<unsigned>(random_());
    const pid_t child = ::fork();
    if (child == 0) {
      auto cache = ContentStore::open(options_);
      if (!cache) ::_exit(1);
      auto half = (*cache)->begin(digestOf(100), 20'000);
      if (half) static_cast<void>((*half)->write(0, bytesOf(100, 10'000 + seed % 10'000)));
      if (seed % 2 == 0) store(**cache, 101, 5000, Durable::kNo);
      ::_exit(0);  // no destructor runs
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(status == 0);
    cache_ = openStore(options_);
    evictions_seen_ = 0;
    forgetVolatile();
    REQUIRE(cache_->find(digestOf(100)) == nullptr);
    REQUIRE(cache_->find(digestOf(101)) == nullptr);
    // The child may have evicted to make room.
    for (std::uint64_t number = 1; number <= kNumbers; ++number) {
      if (cache_->find(digestOf(number)) == nullptr) model_.contents.erase(number);
    }
  }

  StoreOptions options_;
  std::mt19937 random_;
  std::unique_ptr<ContentStore> cache_;
  Model model_;
  std::uint64_t evictions_seen_ = 0;
};

TEST_CASE("ContentStore: random operations agree with a model", "[cache][store][property][fork]") {
  const unsigned seed = GENERATE(take(12, random(1u, 1u << 30)));
  CAPTURE(seed);
  TestDir dir;
  Run run(dir.path(), seed);
  for (int i = 0; i < 150; ++i) {
    CAPTURE(i);
    run.step();
  }
  run.checkAll();
}

}  // namespace
}  // namespace glint::cache
