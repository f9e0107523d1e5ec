#include "base/digest.h"

#include <atomic>
#include <future>
#include <latch>
#include <random>

#include <catch2/catch.hpp>

using namespace glint;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string randomText(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

const std::vector<std::string> kBoth{"md5", "sha512"};

}  // namespace

TEST_CASE("Digest: known answers", "[base]") {
  CHECK(digestHex("md5", {}) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(digestHex("sha1", bytesOf("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(digestHex("SHA256", bytesOf("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("Digest: pieces give the digest of the whole", "[base]") {
  const std::string text = randomText(10'000);
  auto digest = Digest::create("sha512");
  REQUIRE(digest);
  for (std::size_t at = 0; at < text.size(); at += 777)
    digest->update(bytesOf(text.substr(at, 777)));
  CHECK(digest->finishHex() == digestHex("sha512", bytesOf(text)));
}

TEST_CASE("Digest: unknown algorithms are refused", "[base]") {
  const std::string name =
      GENERATE(std::string(""), std::string("sha513"), std::string("md5\0x", 5));
  CHECK_FALSE(knownDigest(name));
  CHECK_FALSE(Digest::create(name));
  CHECK(digestHex(name, {}).empty());
  CHECK_FALSE(DigestPipeline::create({"md5", name}));
  CHECK(knownDigest("sha3-256"));
}

TEST_CASE("DigestPipeline: the digests of everything fed, in order", "[base][threads]") {
  const std::size_t size = GENERATE(0U, 1U, 64U * 1024, 64U * 1024 + 1, 3000000U);
  const bool async = GENERATE(false, true);
  CAPTURE(size, async);
  const std::string text = randomText(size);
  auto pipeline = DigestPipeline::create(kBoth);
  REQUIRE(pipeline);
  for (std::size_t at = 0; at < size; at += 16'384)
    (*pipeline)->feed(Slice::of(text.substr(at, 16'384)));
  std::vector<std::string> result;
  if (async) {
    std::promise<std::vector<std::string>> promise;
    (*pipeline)->finishAsync(
        [&](std::vector<std::string> hex) { promise.set_value(std::move(hex)); });
    result = promise.get_future().get();
  } else {
    result = (*pipeline)->finish();
  }
  CHECK(result == std::vector<std::string>{digestHex("md5", bytesOf(text)),
                                           digestHex("sha512", bytesOf(text))});
}

TEST_CASE("DigestPipeline: progress lifts back-pressure", "[base][threads]") {
  std::atomic<int> progress{0};
  auto pipeline = DigestPipeline::create(kBoth, [&] { ++progress; });
  REQUIRE(pipeline);
  for (int i = 0; i < 40; ++i) (*pipeline)->feed(Slice::of(std::string(100'000, 'x')));
  (*pipeline)->waitPending(150'000);
  CHECK((*pipeline)->pendingBytes() <= 150'000);
  (*pipeline)->waitPending(0);
  CHECK((*pipeline)->pendingBytes() == 0);
  CHECK((*pipeline)->finish().size() == 2);
  CHECK(progress > 0);
}

TEST_CASE("DigestPipeline: what waits for a small input does not wait for more",
          "[base][threads]") {
  auto pipeline = DigestPipeline::create(kBoth);
  REQUIRE(pipeline);
  (*pipeline)->feed(Slice::of("abc"));
  CHECK((*pipeline)->pendingBytes() == 0);  // held, but within its own bound
  (*pipeline)->waitPending(0);
  CHECK((*pipeline)->finish()[0] == "900150983cd24fb0d6963f7d28e17f72");
}

TEST_CASE("DigestPipeline: it can be dropped with work left", "[base][threads]") {
  const bool closed = GENERATE(false, true);
  for (int i = 0; i < 20; ++i) {
    auto pipeline = DigestPipeline::create(kBoth);
    REQUIRE(pipeline);
    for (int n = 0; n < 20; ++n) (*pipeline)->feed(Slice::of(std::string(100'000, 'x')));
    if (closed) (*pipeline)->finishAsync([](const std::vector<std::string>&) {});
  }
}

TEST_CASE("DigestPipeline: its own callback may destroy it", "[base][threads]") {
  const std::size_t size = GENERATE(10U, 1000000U);
  auto made = DigestPipeline::create(kBoth);
  REQUIRE(made);
  std::unique_ptr<DigestPipeline> pipeline = std::move(*made);
  std::promise<void> destroyed;
  std::latch fed(1);
  pipeline->feed(Slice::of(std::string(size, 'x')));
  pipeline->finishAsync([&](const std::vector<std::string>&) {
    fed.wait();
    pipeline.reset();
    destroyed.set_value();
  });
  fed.count_down();
  destroyed.get_future().get();
  CHECK(pipeline == nullptr);
}
