// The states of a fill and the moves between them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace glint::proxy {

//                         +----------- broken ------------+
//                         v                               |
//  kReserving -> kConnecting -> kReceiving -> kVerifying -> kCommitted
//      |  |          ^   |          |             |             ^
//      |  |          |   v          v             v             |
//      |  |         kResuming <-----+          kFailed          |
//      |  +--> kFailed (from everywhere but kCommitted)         |
//      +------------- stored meanwhile -------------------------+
enum class FillState : std::uint8_t {
  kReserving,   // space is asked for
  kConnecting,  // a request is on its way to the upstream
  kReceiving,   // its answer fits; bytes arrive
  kResuming,    // the transfer broke; waits before the next try
  kVerifying,   // all bytes are here; the digest is being finished
  kCommitted,   // verified: every byte may be released
  kFailed,
};
inline constexpr std::size_t kFillStates = 7;

constexpr bool canMove(FillState from, FillState to) {
  using enum FillState;
  constexpr std::array<std::array<bool, kFillStates>, kFillStates> kMoves{{
      // Reserv Connec Receiv Resume Verify Commit Failed
      {false, true, false, false, false, true, true},     // kReserving
      {false, false, true, true, false, false, true},     // kConnecting
      {false, false, false, true, true, false, true},     // kReceiving
      {false, true, false, false, false, false, true},    // kResuming
      {false, false, false, false, false, true, true},    // kVerifying
      {false, false, false, false, false, false, false},  // kCommitted
      {false, false, false, false, false, false, false},  // kFailed
  }};
  return kMoves[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

constexpr bool isOver(FillState state) {
  return state == FillState::kCommitted || state == FillState::kFailed;
}

constexpr const char* toString(FillState state) {
  switch (state) {
    case FillState::kReserving:
      return "reserving";
    case FillState::kConnecting:
      return "connecting";
    case FillState::kReceiving:
      return "receiving";
    case FillState::kResuming:
      return "resuming";
    case FillState::kVerifying:
      return "verifying";
    case FillState::kCommitted:
      return "committed";
    case FillState::kFailed:
      return "failed";
  }
  return "";
}

static_assert(canMove(FillState::kReceiving, FillState::kVerifying));
static_assert(!canMove(FillState::kReceiving, FillState::kCommitted), "nothing skips verification");
static_assert(!canMove(FillState::kResuming, FillState::kVerifying));
static_assert(!canMove(FillState::kFailed, FillState::kCommitted));

}  // namespace glint::proxy
