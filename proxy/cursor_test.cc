#include "proxy/cursor.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "net/client.h"
#include "net/event_loop.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;

TEST_CASE("Cursor: what may be released before verification", "[proxy]") {
  struct Row {
    std::uint64_t published, size, end, want;
  };
  const auto row = GENERATE(values<Row>({
      {0, 10 * kMiB, 10 * kMiB, 0},
      {5 * kMiB, 10 * kMiB, 10 * kMiB, 5 * kMiB},
      {10 * kMiB, 10 * kMiB, 10 * kMiB, 9 * kMiB},     // the last piece waits
      {10 * kMiB, 10 * kMiB, 4 * kMiB, 4 * kMiB - 1},  // so does a range's own end
      {10 * kMiB, 10 * kMiB, 1, 0},
      {kMiB, kMiB, kMiB, 0},  // an image of one piece waits whole
      {kMiB + 1, kMiB + 1, kMiB + 1, 1},
      {100, 200, 150, 0},
  }));
  CAPTURE(row.published, row.size, row.end);
  CHECK(releasable(row.published, row.size, row.end) == row.want);
}

// A cursor over a fill that the test drives by hand.
struct Rig {
  Rig(std::uint64_t begin, std::uint64_t end) {
    fill->move(FillState::kConnecting);
    fill->move(FillState::kReceiving);
    fill->begin(std::make_shared<const UniqueFd>(::dup(0)));
    cursor = std::make_unique<Cursor>(context, fill, begin, end, DataRequest{});
    cursor->setWake([this] { ++woken; });
  }

  // Pulls all there is; the state it stops with.
  http::Pulled::State drain() {
    for (;;) {
      const http::Pulled pulled = cursor->pull(kMiB / 2);
      if (pulled.state != http::Pulled::State::kReady) return pulled.state;
      const auto& range = std::get<http::FileRange>(pulled.chunk);
      REQUIRE(range.offset == position);
      REQUIRE(range.length <= kMiB / 2);
      position += range.length;
    }
  }

  testing::EdgeFixture fixture;
  std::unique_ptr<net::EventLoop> loop = net::EventLoop::create().value();
  std::unique_ptr<net::Client> client = net::Client::create(*loop, {}).value();
  EdgeOptions options;
  metrics::Registry registry{metrics::ProgramKind::kEdge};
  metrics::EdgeMetrics counters{registry};
  Edge edge{options,          *fixture.health, *fixture.authorizer, *fixture.fills, *fixture.store,
            *fixture.workers, counters};
  LoopContext context{edge, *loop, *client, std::make_shared<LoopJobs>(*loop)};
  FillPtr fill =
      std::make_shared<Fill>(image::ContentDigest{"sha512", "ab"}, 4 * kMiB, image::ImageId{"a"});
  std::unique_ptr<Cursor> cursor;
  std::uint64_t position = 0;
  int woken = 0;
};

using State = http::Pulled::State;

TEST_CASE("Cursor: follows a fill, and ends only when it is verified", "[proxy]") {
  Rig rig(0, 4 * kMiB);
  CHECK(rig.drain() == State::kWait);
  rig.fill->publish(kMiB + 5);
  CHECK(rig.drain() == State::kWait);
  CHECK(rig.position == kMiB + 5);
  rig.fill->publish(4 * kMiB);
  CHECK(rig.drain() == State::kWait);
  CHECK(rig.position == 3 * kMiB);
  rig.fill->move(FillState::kVerifying);
  CHECK(rig.drain() == State::kWait);
  CHECK(rig.position == 3 * kMiB);
  rig.fill->move(FillState::kCommitted);
  CHECK(rig.drain() == State::kEnd);
  CHECK(rig.position == 4 * kMiB);
  rig.loop->post([&] { rig.loop->stop(); });
  rig.loop->run();
  CHECK(rig.woken == 1);
}

TEST_CASE("Cursor: a range keeps its last byte until all is verified", "[proxy]") {
  Rig rig(100, 200);
  rig.position = 100;
  rig.fill->publish(4 * kMiB);
  CHECK(rig.drain() == State::kWait);
  CHECK(rig.position == 199);
  rig.fill->move(FillState::kVerifying);
  rig.fill->move(FillState::kCommitted);
  CHECK(rig.drain() == State::kEnd);
  CHECK(rig.position == 200);
}

TEST_CASE("Cursor: wrong content aborts the body, whatever has been sent", "[proxy]") {
  const auto published = GENERATE(std::uint64_t{0}, kMiB, 4 * kMiB);
  Rig rig(0, 4 * kMiB);
  rig.fill->publish(published);
  CHECK(rig.drain() == State::kWait);
  rig.fill->fail({FillFailure::Kind::kContent, {ErrorCode::kCorrupt, "wrong"}, {}});
  CHECK(rig.drain() == State::kAbort);
}

}  // namespace
}  // namespace glint::proxy
