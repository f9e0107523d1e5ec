// Admits only bytes whose line structure every HTTP implementation reads alike, before llhttp sees
// them: CRLF line ends, no folded lines, no space around field names, no control characters.
//
// llhttp 8.1 takes some forms by leniency that others frame differently (a bare CR between fields,
// anything in place of the CRLF after a chunk); RFC 9112 §11.2 calls that request smuggling.
// Threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/codec.h"

namespace glint::http {

class SyntaxGate {
 public:
  explicit SyntaxGate(const DecoderLimits& limits) : limits_(limits) {}

  // What comes next in the stream. `used_bytes` count towards max_head_bytes already.
  void expectTarget(std::uint32_t used_bytes);  // the request line after "METHOD "
  void expectTrailers();
  void expectChunkLine();
  void expectChunkEnd();  // the CRLF behind a chunk's bytes

  struct Verdict {
    std::size_t admitted = 0;  // leading bytes that are in order
    bool complete = false;     // the expected element ends with the last admitted byte
    DecodeError refused;       // status 0: nothing refused
  };
  Verdict scan(std::string_view bytes);

 private:
  enum class State : std::uint8_t {
    kTarget,
    kVersion,
    kLineLf,
    kFieldStart,
    kFieldName,
    kFieldValue,
    kFieldLf,
    kFinalLf,
    kChunkSize,
    kChunkExtension,
    kChunkLineLf,
    kChunkEndCr,
    kChunkEndLf,
    kComplete,
  };

  void expect(State state, std::uint32_t used_bytes);
  bool isHead() const { return state_ <= State::kFinalLf; }
  std::size_t plainRun(std::string_view bytes) const;
  DecodeError admit(char c);
  DecodeError overLimit() const;
  DecodeError admitTarget(char c);
  DecodeError admitVersion(char c);
  DecodeError admitFieldStart(char c);
  DecodeError admitFieldName(char c);
  DecodeError admitFieldValue(char c);
  DecodeError admitChunkSize(char c);
  DecodeError admitChunkExtension(char c);
  DecodeError admitExactly(char c, char wanted, State next);

  DecoderLimits limits_;
  State state_ = State::kTarget;
  std::uint32_t used_bytes_ = 0;  // of the element, against its limit
  std::uint32_t part_bytes_ = 0;  // of the target, version or chunk size
  std::uint32_t fields_ = 0;
};

}  // namespace glint::http
