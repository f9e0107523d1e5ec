// GLINT_CHECK(condition, "what must hold"): a broken invariant is our bug; log and abort.
// Never for input from outside.
#pragma once

namespace glint {

[[noreturn]] void checkFailed(const char* condition, const char* what, const char* file, int line);

}  // namespace glint

// A macro because it names the condition and the place in the message.
#define GLINT_CHECK(condition, what)                                \
  do {                                                              \
    if (!(condition)) [[unlikely]]                                  \
      ::glint::checkFailed(#condition, (what), __FILE__, __LINE__); \
  } while (false)
