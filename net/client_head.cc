#include "net/client_head.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/strings.h"
#include "http/ascii.h"

namespace glint::net {
namespace {

tl::unexpected<Error> broken(const char* what) { return fail(ErrorCode::kUpstream, what); }

std::string_view withoutLineEnd(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// The one length all Content-Length fields agree on.
Result<std::optional<std::uint64_t>> lengthOf(const http::HeaderMap& headers) {
  std::optional<std::uint64_t> length;
  for (const auto& [name, value] : headers) {
    if (!iequals(name, "content-length")) continue;
    const auto parsed = parseInteger<std::uint64_t>(value);
    if (!parsed || value.starts_with('-')) return broken("response has a bad Content-Length");
    if (length && *length != *parsed) return broken("response has two lengths");
    length = parsed;
  }
  return length;
}

}  // namespace

Result<ResponseHeadParser::Progress> ResponseHeadParser::line(std::string_view text) {
  if (complete_) return Progress::kMore;
  bytes_ += text.size();
  if (bytes_ > max_bytes_) return broken("response head is too long");
  text = withoutLineEnd(text);
  if (text.empty()) return end();
  const Status status = text.starts_with("HTTP/") ? statusLine(text) : field(text);
  if (!status) return tl::unexpected<Error>(status.error());
  return Progress::kMore;
}

Status ResponseHeadParser::statusLine(std::string_view text) {
  const auto space = text.find(' ');
  const auto code = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  const auto status = parseInteger<int>(code.substr(0, 3));
  if (!status || *status < 100 || (code.size() > 3 && code[3] != ' ')) {
    return broken("response has a bad status line");
  }
  head_ = {};
  head_.status = *status;
  return {};
}

Status ResponseHeadParser::field(std::string_view text) {
  // A folded line (RFC 9112 §5.2) is refused like any other line without a name: what we cannot
  // read like everybody else must not be passed on.
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !http::isToken(text.substr(0, colon))) {
    return broken("response has a line that is no header field");
  }
  const auto value = http::trimOws(text.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), http::isFieldChar)) {
    return broken("response has a control character in a header field");
  }
  if (head_.headers.size() >= max_headers_) return broken("response has too many header fields");
  head_.headers.add(std::string(text.substr(0, colon)), std::string(value));
  return {};
}

Result<ResponseHeadParser::Progress> ResponseHeadParser::end() {
  if (head_.status == 101) return broken("upstream switched protocols unasked");
  if (head_.status < 200) {  // interim (RFC 9110 §15.2)
    head_ = {};
    return Progress::kMore;
  }
  head_.chunked = head_.headers.hasToken("transfer-encoding", "chunked");
  auto length = lengthOf(head_.headers);
  if (!length) return tl::unexpected<Error>(length.error());
  if (head_.chunked) {
    head_.headers.remove("content-length");  // RFC 9112 §6.3: Transfer-Encoding overrides
  } else {
    head_.content_length = *length;
  }
  complete_ = true;
  return Progress::kComplete;
}

}  // namespace glint::net
