// A regular expression as operators write it in files (the dialect of Perl, which Python's is close
// to), searched anywhere in a text.
//
// Threads: immutable, shared freely.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace glint::origin {

class Pattern {
 public:
  // Errors: kInvalidArgument, with what is wrong and where.
  static Result<Pattern> compile(std::string_view text);

  enum class Found : std::uint8_t {
    kNo,
    kYes,
    kUndecided,  // the text is no UTF-8, or the search took too many steps
  };
  Found search(std::string_view text) const;

 private:
  struct Compiled;
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;  // shared: patterns are copied along with their rules
};

}  // namespace glint::origin
