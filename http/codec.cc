#include "http/codec.h"

#include <llhttp.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "http/ascii.h"
#include "http/request_rules.h"
#include "http/syntax_gate.h"

namespace glint::http {
namespace {

using Kind = RequestDecoder::Event::Kind;

// RFC 9112 §3: a method longer than any known one is answered 501.
constexpr std::size_t kMaxMethodBytes = 32;

constexpr std::size_t kUsualFields = 12;

// What an idle connection may keep of a value's memory; tokens fit, service catalogs do not.
constexpr std::size_t kKeptValueBytes = 1024;

std::string_view asText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Where llhttp last paused.
enum class Milestone : std::uint8_t { kNone, kHeadEnd, kChunkHeader, kMessageEnd };

}  // namespace

// Each byte goes through two readers: the gate decides where head, chunk line and trailers end,
// llhttp reads names, values and sizes. Where they disagree about an end, the request is refused.
//
//  kStart -> kMethod -> kHead -+-> kEmptyBody ---------------------------------> kStart
//                              +-> kLengthBody --------------------------------> kStart
//                              +-> kChunkLine -+-> kChunkBody -> kChunkEnd -+
//                                     ^        |                            |
//                                     |        +-> kTrailers ---------------|--> kStart
//                                     +-------------------------------------+
struct RequestDecoder::Impl {
  explicit Impl(const DecoderLimits& wanted) : limits(wanted), gate(wanted) {
    llhttp_init(&parser, HTTP_REQUEST, &settings());
    parser.data = this;
  }

  enum class Phase : std::uint8_t {
    kStart,
    kEmptyLine,
    kMethod,
    kHead,
    kEmptyBody,
    kLengthBody,
    kChunkLine,
    kChunkBody,
    kChunkEnd,
    kTrailers,
    kFailed,
  };

  // What a phase did with the bytes offered: an event ends the call of next(), none goes on with
  // the rest.
  struct Step {
    std::size_t consumed = 0;
    bool has_event = false;
    Kind event = Kind::kNeedMore;
  };

  Step advance(std::string_view bytes);
  Step readStart(std::string_view bytes);
  Step readEmptyLine(std::string_view bytes);
  Step readMethod(std::string_view bytes);
  Step readHead(std::string_view bytes);
  Step readBody(std::string_view bytes);
  Step readChunkLine(std::string_view bytes);
  Step readChunkEnd(std::string_view bytes);
  Step readTrailers(std::string_view bytes);
  Step finishHead(std::size_t consumed);
  Step finishMessage(std::size_t consumed);
  Step refuse(std::size_t consumed, const DecodeError& why);

  // Scans one element with the gate and gives what it admits to llhttp. An event: kNeedMore or
  // kError; none: the element is complete and llhttp has stopped at `end`.
  Step readElement(std::string_view bytes, Milestone end);
  bool feed(std::string_view bytes);

  static const llhttp_settings_t& settings();
  static Impl& self(llhttp_t* parser) noexcept { return *static_cast<Impl*>(parser->data); }

  DecoderLimits limits;
  SyntaxGate gate;
  llhttp_t parser{};
  Phase phase = Phase::kStart;
  Milestone milestone = Milestone::kNone;
  bool skipped_empty_line = false;
  std::uint64_t body_left = 0;  // of the length or of the chunk
  RequestHead head;
  std::string field_name;
  std::string field_value;
  DecodeError failure;
};

const llhttp_settings_t& RequestDecoder::Impl::settings() {
  static const llhttp_settings_t kSettings = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = [](llhttp_t* p, const char* at, std::size_t n) noexcept {
      self(p).head.target.append(at, n);
      return 0;
    };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t n) noexcept {
      self(p).field_name.append(at, n);
      return 0;
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t n) noexcept {
      self(p).field_value.append(at, n);
      return 0;
    };
    s.on_header_value_complete = [](llhttp_t* p) noexcept {
      Impl& impl = self(p);
      if (impl.phase == Phase::kHead) {  // trailer fields are dropped (RFC 9110 §6.5.1)
        impl.head.headers.add(std::move(impl.field_name), std::string(trimOws(impl.field_value)));
      }
      impl.field_name.clear();
      impl.field_value.clear();
      return 0;
    };
    s.on_headers_complete = [](llhttp_t* p) noexcept {
      p->upgrade = 0;  // an Upgrade field is ignored (RFC 9110 §7.8)
      self(p).milestone = Milestone::kHeadEnd;
      return static_cast<int>(HPE_PAUSED);
    };
    s.on_chunk_header = [](llhttp_t* p) noexcept {
      self(p).milestone = Milestone::kChunkHeader;
      return static_cast<int>(HPE_PAUSED);
    };
    s.on_message_complete = [](llhttp_t* p) noexcept {
      self(p).milestone = Milestone::kMessageEnd;
      return static_cast<int>(HPE_PAUSED);
    };
    return s;
  }();
  return kSettings;
}

bool RequestDecoder::Impl::feed(std::string_view bytes) {
  milestone = Milestone::kNone;
  if (bytes.empty()) return true;  // a null pointer would make llhttp forget a value it is in
  const llhttp_errno_t result = llhttp_execute(&parser, bytes.data(), bytes.size());
  if (result == HPE_OK) return true;
  if (result == HPE_PAUSED) {
    const bool at_end = llhttp_get_error_pos(&parser) == bytes.data() + bytes.size();
    llhttp_resume(&parser);
    failure = {400, "ambiguous framing"};
    return at_end;
  }
  failure = {400, llhttp_errno_name(result)};
  return false;
}

RequestDecoder::Impl::Step RequestDecoder::Impl::refuse(std::size_t consumed,
                                                        const DecodeError& why) {
  failure = why;
  phase = Phase::kFailed;
  return {consumed, true, Kind::kError};
}

RequestDecoder::Impl::Step RequestDecoder::Impl::advance(std::string_view bytes) {
  switch (phase) {
    case Phase::kStart:
      return readStart(bytes);
    case Phase::kEmptyLine:
      return readEmptyLine(bytes);
    case Phase::kMethod:
      return readMethod(bytes);
    case Phase::kHead:
      return readHead(bytes);
    case Phase::kEmptyBody:
      return finishMessage(0);
    case Phase::kLengthBody:
    case Phase::kChunkBody:
      return readBody(bytes);
    case Phase::kChunkLine:
      return readChunkLine(bytes);
    case Phase::kChunkEnd:
      return readChunkEnd(bytes);
    case Phase::kTrailers:
      return readTrailers(bytes);
    case Phase::kFailed:
      break;
  }
  return {0, true, Kind::kError};
}

// RFC 9112 §2.2: one empty line before a request line is ignored; old clients send it after a body.
RequestDecoder::Impl::Step RequestDecoder::Impl::readStart(std::string_view bytes) {
  if (bytes.empty()) return {0, true, Kind::kNeedMore};
  phase = bytes.front() == '\r' && !skipped_empty_line ? Phase::kEmptyLine : Phase::kMethod;
  return {phase == Phase::kEmptyLine ? 1u : 0u};
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readEmptyLine(std::string_view bytes) {
  if (bytes.empty()) return {0, true, Kind::kNeedMore};
  if (bytes.front() != '\n') return refuse(0, {400, "line does not end with CRLF"});
  skipped_empty_line = true;
  phase = Phase::kStart;
  return {1};
}

// llhttp refuses methods it does not know; the token is ours, and llhttp is told POST, whose
// framing is that of every method but CONNECT.
RequestDecoder::Impl::Step RequestDecoder::Impl::readMethod(std::string_view bytes) {
  const auto space = std::find_if_not(bytes.begin(), bytes.end(), isTokenChar) - bytes.begin();
  const auto length = static_cast<std::size_t>(space);
  if (head.method_token.size() + length > kMaxMethodBytes) {
    return refuse(0, {501, "method too long"});
  }
  head.method_token.append(bytes.substr(0, length));
  if (length == bytes.size()) return {length, true, Kind::kNeedMore};
  if (bytes[length] != ' ' || head.method_token.empty()) {
    return refuse(length, {400, "malformed method"});
  }
  if (head.method_token == "CONNECT") return refuse(length, {501, "CONNECT is not supported"});
  head.method = parseMethod(head.method_token);
  head.headers.reserve(kUsualFields);
  phase = Phase::kHead;
  gate.expectTarget(static_cast<std::uint32_t>(head.method_token.size() + 1));
  GLINT_CHECK(feed("POST "), "llhttp takes the start of a request line");
  return {length + 1};
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readElement(std::string_view bytes,
                                                             Milestone end) {
  const SyntaxGate::Verdict verdict = gate.scan(bytes);
  // llhttp first: its refusal concerns an earlier byte than the gate's.
  if (!feed(bytes.substr(0, verdict.admitted))) return refuse(verdict.admitted, failure);
  if (verdict.refused.status != 0) return refuse(verdict.admitted, verdict.refused);
  if (milestone != (verdict.complete ? end : Milestone::kNone)) {
    return refuse(verdict.admitted, {400, "ambiguous framing"});
  }
  if (!verdict.complete) return {verdict.admitted, true, Kind::kNeedMore};
  return {verdict.admitted};
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readHead(std::string_view bytes) {
  const Step step = readElement(bytes, Milestone::kHeadEnd);
  return step.has_event ? step : finishHead(step.consumed);
}

RequestDecoder::Impl::Step RequestDecoder::Impl::finishHead(std::size_t consumed) {
  head.version_minor = parser.http_minor;
  const DecodeError refused = applyRequestRules(head);
  if (refused.status != 0) return refuse(consumed, refused);
  if (head.chunked) {
    phase = Phase::kChunkLine;
    gate.expectChunkLine();
  } else if (head.hasBody()) {
    phase = Phase::kLengthBody;
    body_left = *head.content_length;
  } else {
    phase = Phase::kEmptyBody;
  }
  return {consumed, true, Kind::kHead};
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readBody(std::string_view bytes) {
  if (body_left == 0) {
    if (phase == Phase::kLengthBody) return finishMessage(0);
    phase = Phase::kChunkEnd;
    gate.expectChunkEnd();
    return {0};
  }
  if (bytes.empty()) return {0, true, Kind::kNeedMore};
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(body_left, bytes.size()));
  if (!feed(bytes.substr(0, length))) return refuse(0, failure);
  body_left -= length;
  const bool last = body_left == 0 && phase == Phase::kLengthBody;
  if (milestone != (last ? Milestone::kMessageEnd : Milestone::kNone)) {
    return refuse(0, {400, "ambiguous framing"});
  }
  return {length, true, Kind::kBody};
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readChunkLine(std::string_view bytes) {
  const Step step = readElement(bytes, Milestone::kChunkHeader);
  if (step.has_event) return step;
  body_left = parser.content_length;
  if (body_left > 0) {
    phase = Phase::kChunkBody;
  } else {
    phase = Phase::kTrailers;
    gate.expectTrailers();
  }
  return step;
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readChunkEnd(std::string_view bytes) {
  const Step step = readElement(bytes, Milestone::kNone);
  if (step.has_event) return step;
  phase = Phase::kChunkLine;
  gate.expectChunkLine();
  return step;
}

RequestDecoder::Impl::Step RequestDecoder::Impl::readTrailers(std::string_view bytes) {
  const Step step = readElement(bytes, Milestone::kMessageEnd);
  return step.has_event ? step : finishMessage(step.consumed);
}

RequestDecoder::Impl::Step RequestDecoder::Impl::finishMessage(std::size_t consumed) {
  llhttp_reset(&parser);
  phase = Phase::kStart;
  skipped_empty_line = false;
  head = RequestHead();
  if (field_value.capacity() > kKeptValueBytes) field_value = std::string();
  return {consumed, true, Kind::kEnd};
}

RequestDecoder::RequestDecoder(const DecoderLimits& limits)
    : impl_(std::make_unique<Impl>(limits)) {}
RequestDecoder::~RequestDecoder() = default;
RequestDecoder::RequestDecoder(RequestDecoder&&) noexcept = default;
RequestDecoder& RequestDecoder::operator=(RequestDecoder&&) noexcept = default;

RequestDecoder::Event RequestDecoder::next(std::span<const std::byte> input) {
  Event event;
  for (;;) {
    const Impl::Step step = impl_->advance(asText(input.subspan(event.consumed)));
    if (step.has_event && step.event == Kind::kBody) {
      event.body = input.subspan(event.consumed, step.consumed);
    }
    event.consumed += step.consumed;
    event.kind = step.event;
    if (step.has_event) return event;
  }
}

RequestHead RequestDecoder::takeHead() { return std::exchange(impl_->head, RequestHead()); }

const DecodeError& RequestDecoder::error() const { return impl_->failure; }

bool RequestDecoder::idle() const { return impl_->phase <= Impl::Phase::kEmptyLine; }

}  // namespace glint::http
