// Builds a response head from the header lines libcurl hands over. Internal to the client.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace glint::net {

// Threads: one owner.
class ResponseHeadParser {
 public:
  enum class Progress : std::uint8_t {
    kMore,      // the head goes on (or an interim response has ended)
    kComplete,  // this line ended the final head: take()
  };

  ResponseHeadParser(std::uint32_t max_bytes, std::uint32_t max_headers)
      : max_bytes_(max_bytes), max_headers_(max_headers) {}

  // One line with its line end. Lines after the final head (trailer fields) are dropped.
  // Errors: kUpstream (not a header line, beyond the limits).
  Result<Progress> line(std::string_view text);
  bool complete() const { return complete_; }
  http::ResponseHead take() { return std::move(head_); }

 private:
  Status statusLine(std::string_view text);
  Status field(std::string_view text);
  Result<Progress> end();

  std::uint32_t max_bytes_;
  std::uint32_t max_headers_;
  std::uint64_t bytes_ = 0;  // of all heads of this response, interim ones included
  bool complete_ = false;
  http::ResponseHead head_;
};

}  // namespace glint::net
