#include "proxy/fill.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

TEST_CASE("Fill states: only the drawn moves exist", "[proxy]") {
  using enum FillState;
  constexpr FillState kAll[] = {kReserving, kConnecting, kReceiving, kResuming,
                                kVerifying, kCommitted,  kFailed};
  int moves = 0;
  for (const FillState from : kAll) {
    for (const FillState to : kAll) moves += canMove(from, to) ? 1 : 0;
    CHECK(canMove(from, kFailed) == !isOver(from));
    CHECK_FALSE(canMove(from, from));
    CHECK(std::string(toString(from)).size() > 5);
  }
  CHECK(moves == 13);
  CHECK(canMove(kReserving, kCommitted));  // somebody else has stored it meanwhile
  CHECK_FALSE(canMove(kReceiving, kCommitted));
  CHECK_FALSE(canMove(kResuming, kCommitted));
}

TEST_CASE("Fill: followers see how far it is and how it ended", "[proxy]") {
  Fill fill({"sha512", "ab"}, 10, {"image"});
  CHECK_FALSE(fill.view().answered);
  fill.move(FillState::kConnecting);
  fill.move(FillState::kReceiving);
  fill.begin(std::make_shared<const UniqueFd>());
  fill.publish(4);
  CHECK(fill.view().answered);
  CHECK(fill.view().published == 4);
  CHECK_FALSE(fill.failure());
  fill.fail({FillFailure::Kind::kContent, {ErrorCode::kCorrupt, "wrong"}, {}});
  CHECK(fill.view().state == FillState::kFailed);
  CHECK(fill.failure()->kind == FillFailure::Kind::kContent);
}

}  // namespace
}  // namespace glint::proxy
