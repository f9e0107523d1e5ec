#include "origin/policy/pattern.h"

#include <array>
#include <string>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/handle.h"

namespace glint::origin {
namespace {

constexpr std::size_t kLongestPattern = 4096;
constexpr std::uint32_t kMostSteps = 100'000;
constexpr std::uint32_t kMostHeapKib = 1024;

using CodePtr = UniqueHandle<pcre2_code, pcre2_code_free>;
using LimitsPtr = UniqueHandle<pcre2_match_context, pcre2_match_context_free>;
using MatchPtr = UniqueHandle<pcre2_match_data, pcre2_match_data_free>;

PCRE2_SPTR bytesOf(std::string_view text) {
  static const char kNothing = 0;  // the library wants no null pointer
  return reinterpret_cast<PCRE2_SPTR>(text.empty() ? &kNothing : text.data());
}

}  // namespace

struct Pattern::Compiled {
  CodePtr code;
  LimitsPtr limits;
};

Result<Pattern> Pattern::compile(std::string_view text) {
  if (text.size() > kLongestPattern)
    return fail(ErrorCode::kInvalidArgument, "the expression is too long");
  int error = 0;
  PCRE2_SIZE offset = 0;
  CodePtr code(pcre2_compile(bytesOf(text), text.size(), PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
                             &error, &offset, nullptr));
  if (!code) {
    std::array<PCRE2_UCHAR, 256> why{};
    pcre2_get_error_message(error, why.data(), why.size());
    return fail(ErrorCode::kInvalidArgument,
                std::string(reinterpret_cast<const char*>(why.data())) + " (at offset " +
                    std::to_string(offset) + ")");
  }
  LimitsPtr limits(pcre2_match_context_create(nullptr));
  if (!limits) return fail(ErrorCode::kInternal, "no memory for a regular expression");
  pcre2_set_match_limit(limits.get(), kMostSteps);
  pcre2_set_heap_limit(limits.get(), kMostHeapKib);
  return Pattern(std::make_shared<const Compiled>(Compiled{std::move(code), std::move(limits)}));
}

Pattern::Found Pattern::search(std::string_view text) const {
  MatchPtr match(pcre2_match_data_create(1, nullptr));
  if (!match) return Found::kUndecided;
  const int found = pcre2_match(compiled_->code.get(), bytesOf(text), text.size(), 0, 0,
                                match.get(), compiled_->limits.get());
  if (found == PCRE2_ERROR_NOMATCH) return Found::kNo;
  return found < 0 ? Found::kUndecided : Found::kYes;
}

}  // namespace glint::origin
