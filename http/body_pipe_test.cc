#include "http/body_pipe.h"

#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace glint::http {
namespace {

using State = Pulled::State;

std::string pullText(BodySource& source, std::uint64_t max_bytes = 1000) {
  const Pulled pulled = source.pull(max_bytes);
  REQUIRE(pulled.state == State::kReady);
  return std::string(std::get<Slice>(pulled.chunk).text());
}

}  // namespace

TEST_CASE("BodyPipe: what goes in comes out in order", "[http][pipe]") {
  const auto pipe = BodyPipe::create();
  int wakes = 0;
  pipe->setWake([&] { ++wakes; });
  CHECK(pipe->pull(10).state == State::kWait);
  CHECK(pipe->onData(Slice::of("hello")) == Flow::kContinue);
  CHECK(wakes == 1);
  CHECK(pipe->onData(Slice::of(" world")) == Flow::kContinue);
  CHECK(wakes == 1);
  CHECK(pullText(*pipe, 2) == "he");
  CHECK(pullText(*pipe) == "llo");
  CHECK(pullText(*pipe) == " world");
  CHECK(pipe->pull(10).state == State::kWait);
  pipe->onEnd();
  CHECK(wakes == 2);
  CHECK(pipe->pull(10).state == State::kEnd);
}

TEST_CASE("BodyPipe: pauses above the limit, resumes once below half", "[http][pipe]") {
  const auto pipe = BodyPipe::create(10);
  int resumes = 0;
  pipe->setWake([] {});
  pipe->setResume([&] { ++resumes; });
  CHECK(pipe->onData(Slice::of(std::string(10, 'a'))) == Flow::kContinue);
  CHECK(pipe->onData(Slice::of("b")) == Flow::kPause);
  CHECK(pullText(*pipe, 6).size() == 6);
  CHECK(resumes == 0);  // 5 bytes wait: not below half
  CHECK(pullText(*pipe, 1).size() == 1);
  CHECK(resumes == 1);
  CHECK(pullText(*pipe).size() == 3);
  CHECK(pullText(*pipe) == "b");
  CHECK(resumes == 1);
}

TEST_CASE("BodyPipe: a reader that pulls when woken keeps the flow going", "[http][pipe]") {
  const auto pipe = BodyPipe::create(1);
  std::string got;
  pipe->setWake([&] {
    for (;;) {
      const Pulled pulled = pipe->pull(3);
      if (pulled.state != State::kReady) break;
      got += std::get<Slice>(pulled.chunk).text();
    }
  });
  pipe->setResume([] { FAIL("never paused"); });
  CHECK(pipe->pull(1).state == State::kWait);
  CHECK(pipe->onData(Slice::of("abcdefg")) == Flow::kContinue);
  CHECK(got == "abcdefg");
}

TEST_CASE("BodyPipe: an abort follows what arrived before it", "[http][pipe]") {
  const auto pipe = BodyPipe::create();
  pipe->setWake([] {});
  pipe->onData(Slice::of("abc"));
  pipe->onAbort(Error{ErrorCode::kTimeout, "stalled"});
  pipe->onEnd();  // too late
  CHECK(pullText(*pipe) == "abc");
  CHECK(pipe->pull(1).state == State::kAbort);
}

TEST_CASE("BodyPipe: closing the reading side frees the writer", "[http][pipe]") {
  const auto pipe = BodyPipe::create(1);
  int resumes = 0;
  pipe->setWake([] { FAIL("the reader is gone"); });
  pipe->setResume([&] { ++resumes; });
  CHECK(pipe->onData(Slice::of("abc")) == Flow::kPause);
  pipe->closeSource();
  pipe->closeSource();
  CHECK(resumes == 1);
  CHECK(pipe->onData(Slice::of("abc")) == Flow::kContinue);
  pipe->onEnd();
}

TEST_CASE("BodyPipe: callbacks may drop the pipe", "[http][pipe]") {
  auto pipe = BodyPipe::create(2);
  BodyPipe* raw = pipe.get();
  raw->setWake([] {});
  raw->setResume([&] { pipe.reset(); });
  CHECK(raw->onData(Slice::of("abc")) == Flow::kPause);
  CHECK(raw->pull(3).state == State::kReady);
  CHECK(pipe == nullptr);
}

TEST_CASE("BodyPipe: random pushes and pulls against a string", "[http][pipe][property]") {
  const auto seed = GENERATE(range(1u, 21u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pipe = BodyPipe::create(50);
  pipe->setWake([] {});
  bool paused = false;
  pipe->setResume([&] {
    CHECK(paused);
    paused = false;
  });
  std::string model;
  char next = 'a';
  for (int i = 0; i < 2000; ++i) {
    if (!paused && random() % 2 == 0) {
      const std::string text(random() % 40, next);
      next = next == 'z' ? 'a' : static_cast<char>(next + 1);
      model += text;
      paused = pipe->onData(Slice::of(text)) == Flow::kPause;
      CHECK(paused == (model.size() > 50 && !text.empty()));
      continue;
    }
    const auto max = 1 + random() % 30;
    const Pulled pulled = pipe->pull(max);
    if (pulled.state == State::kWait) {
      CHECK(model.empty());
      continue;
    }
    const auto text = std::get<Slice>(pulled.chunk).text();
    REQUIRE(text.size() <= max);
    REQUIRE(model.compare(0, text.size(), text) == 0);
    model.erase(0, text.size());
  }
}

}  // namespace glint::http
