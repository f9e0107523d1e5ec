#include "http/syntax_gate.h"

#include <algorithm>

#include "http/ascii.h"

namespace glint::http {
namespace {

constexpr DecodeError kFine{};
constexpr std::string_view kVersionForm = "HTTP/1.x";
constexpr std::uint32_t kMaxChunkSizeDigits = 16;

}  // namespace

void SyntaxGate::expect(State state, std::uint32_t used_bytes) {
  state_ = state;
  used_bytes_ = used_bytes;
  part_bytes_ = 0;
  fields_ = 0;
}

void SyntaxGate::expectTarget(std::uint32_t used_bytes) { expect(State::kTarget, used_bytes); }
void SyntaxGate::expectTrailers() { expect(State::kFieldStart, 0); }
void SyntaxGate::expectChunkLine() { expect(State::kChunkSize, 0); }
void SyntaxGate::expectChunkEnd() { expect(State::kChunkEndCr, 0); }

SyntaxGate::Verdict SyntaxGate::scan(std::string_view bytes) {
  Verdict verdict;
  while (verdict.admitted < bytes.size() && state_ != State::kComplete) {
    const std::size_t run = plainRun(bytes.substr(verdict.admitted));
    used_bytes_ += static_cast<std::uint32_t>(run);
    verdict.admitted += run;
    if (verdict.admitted == bytes.size()) break;
    verdict.refused = overLimit();
    if (verdict.refused.status == 0) verdict.refused = admit(bytes[verdict.admitted]);
    if (verdict.refused.status != 0) return verdict;
    ++used_bytes_;
    ++verdict.admitted;
  }
  verdict.complete = state_ == State::kComplete;
  return verdict;
}

// Most bytes of a head change no state: they are passed over in one go, within the limit.
std::size_t SyntaxGate::plainRun(std::string_view bytes) const {
  if (state_ != State::kFieldName && state_ != State::kFieldValue) return 0;
  const auto& plain = state_ == State::kFieldName ? kTokenChars : kFieldChars;
  const std::size_t room = limits_.max_head_bytes - used_bytes_;
  const std::size_t end = std::min(bytes.size(), room);
  std::size_t run = 0;
  while (run < end && plain[static_cast<unsigned char>(bytes[run])]) ++run;
  return run;
}

DecodeError SyntaxGate::overLimit() const {
  if (isHead() && used_bytes_ >= limits_.max_head_bytes) return {431, "head too long"};
  if (!isHead() && used_bytes_ >= limits_.max_chunk_line_bytes) {
    return {400, "chunk line too long"};
  }
  return kFine;
}

DecodeError SyntaxGate::admit(char c) {
  switch (state_) {
    case State::kTarget:
      return admitTarget(c);
    case State::kVersion:
      return admitVersion(c);
    case State::kLineLf:
    case State::kFieldLf:
      return admitExactly(c, '\n', State::kFieldStart);
    case State::kFieldStart:
      return admitFieldStart(c);
    case State::kFieldName:
      return admitFieldName(c);
    case State::kFieldValue:
      return admitFieldValue(c);
    case State::kFinalLf:
    case State::kChunkLineLf:
    case State::kChunkEndLf:
      return admitExactly(c, '\n', State::kComplete);
    case State::kChunkSize:
      return admitChunkSize(c);
    case State::kChunkExtension:
      return admitChunkExtension(c);
    case State::kChunkEndCr:
      return admitExactly(c, '\r', State::kChunkEndLf);
    case State::kComplete:
      break;
  }
  return {400, "byte after the end"};
}

DecodeError SyntaxGate::admitExactly(char c, char wanted, State next) {
  if (c != wanted) return {400, "line does not end with CRLF"};
  state_ = next;
  return kFine;
}

// RFC 9112 §3.2: a request target has no whitespace, and no fragment (RFC 3986 §4.3).
DecodeError SyntaxGate::admitTarget(char c) {
  if (c == ' ' && part_bytes_ > 0) {
    state_ = State::kVersion;
    part_bytes_ = 0;
    return kFine;
  }
  if (c <= ' ' || c > '~' || c == '#') return {400, "bad character in the request target"};
  if (++part_bytes_ > limits_.max_target_bytes) return {414, "request target too long"};
  return kFine;
}

// RFC 9112 §2.3: HTTP-version is case-sensitive, one digit each side of the dot.
DecodeError SyntaxGate::admitVersion(char c) {
  if (part_bytes_ == kVersionForm.size()) return admitExactly(c, '\r', State::kLineLf);
  const bool is_major = part_bytes_ == kVersionForm.find('1');
  const bool is_minor = part_bytes_ == kVersionForm.find('x');
  if (is_major || is_minor) {
    if (!asciiDigit(c)) return {400, "malformed HTTP version"};
    if (is_major ? c != '1' : c > '1') return {505, "HTTP version not supported"};
  } else if (c != kVersionForm[part_bytes_]) {
    return {400, "malformed HTTP version"};
  }
  ++part_bytes_;
  return kFine;
}

// RFC 9112 §2.2 (whitespace before the first field) and §5.2 (obsolete line folding).
DecodeError SyntaxGate::admitFieldStart(char c) {
  if (c == '\r') {
    state_ = State::kFinalLf;
    return kFine;
  }
  if (!isTokenChar(c)) return {400, "header line does not begin with a name"};
  if (++fields_ > limits_.max_headers) return {431, "too many header fields"};
  state_ = State::kFieldName;
  return kFine;
}

// RFC 9112 §5.1: no whitespace between field name and colon.
DecodeError SyntaxGate::admitFieldName(char c) {
  if (c == ':') {
    state_ = State::kFieldValue;
  } else if (!isTokenChar(c)) {
    return {400, "bad character in a header name"};
  }
  return kFine;
}

DecodeError SyntaxGate::admitFieldValue(char c) {
  if (c == '\r') {
    state_ = State::kFieldLf;
  } else if (!isFieldChar(c)) {
    return {400, "bad character in a header value"};
  }
  return kFine;
}

// RFC 9112 §7.1, without the blanks some recipients take around the size.
DecodeError SyntaxGate::admitChunkSize(char c) {
  if (hexValue(c) >= 0) {
    if (++part_bytes_ > kMaxChunkSizeDigits) return {400, "chunk size too large"};
  } else if (part_bytes_ == 0) {
    return {400, "chunk without a size"};
  } else if (c == '\r') {
    state_ = State::kChunkLineLf;
  } else if (c == ';') {
    state_ = State::kChunkExtension;
  } else {
    return {400, "bad character in a chunk size"};
  }
  return kFine;
}

DecodeError SyntaxGate::admitChunkExtension(char c) {
  if (c == '\r') {
    state_ = State::kChunkLineLf;
  } else if (!isFieldChar(c)) {
    return {400, "bad character in a chunk extension"};
  }
  return kFine;
}

}  // namespace glint::http
