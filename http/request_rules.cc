#include "http/request_rules.h"

#include <charconv>
#include <string>

#include "http/ascii.h"

namespace glint::http {
namespace {

constexpr DecodeError kFine{};

// RFC 9112 §6.3: two lengths, even equal ones, are refused; so is a list ("5, 5").
DecodeError applyContentLength(RequestHead& head) {
  const auto text = head.headers.get("Content-Length");
  if (!text) return kFine;
  if (head.headers.count("Content-Length") > 1) return {400, "several Content-Length"};
  std::uint64_t length = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, length);
  if (error != std::errc() || stop != end) return {400, "malformed Content-Length"};
  head.content_length = length;
  return kFine;
}

// RFC 9112 §6.1, §6.3: only "chunked", only as the last coding, only in HTTP/1.1, never with a
// length.
DecodeError applyTransferEncoding(RequestHead& head) {
  if (head.headers.count("Transfer-Encoding") == 0) return kFine;
  if (head.content_length) return {400, "Content-Length with Transfer-Encoding"};
  if (head.version_minor == 0) return {400, "Transfer-Encoding in HTTP/1.0"};
  bool chunked = false;
  bool chunked_not_last = false;
  bool malformed = false;
  bool unknown = false;
  for (const auto& [name, value] : head.headers) {
    if (!iequals(name, "Transfer-Encoding")) continue;
    forEachListElement(value, [&](std::string_view coding) {
      chunked_not_last = chunked_not_last || chunked;
      malformed = malformed || coding.empty();
      const auto token = trimOws(coding.substr(0, coding.find(';')));
      if (iequals(coding, "chunked")) {
        chunked = true;
      } else if (iequals(token, "chunked")) {
        malformed = true;
      } else {
        unknown = true;
      }
    });
  }
  if (malformed || chunked_not_last) return {400, "malformed Transfer-Encoding"};
  if (unknown) return {501, "unknown transfer coding"};
  head.chunked = true;
  return kFine;
}

constexpr bool isHostChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f &&
         std::string_view("/?#@,\\\"<>^`{|}").find(c) == std::string_view::npos;
}

bool isAuthority(std::string_view text) {
  return std::all_of(text.begin(), text.end(), isHostChar);
}

// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; one or none before.
DecodeError checkHost(const RequestHead& head) {
  const auto count = head.headers.count("Host");
  if (count > 1) return {400, "several Host"};
  if (count == 0) return head.version_minor == 0 ? kFine : DecodeError{400, "Host is missing"};
  return isAuthority(*head.headers.get("Host")) ? kFine : DecodeError{400, "malformed Host"};
}

DecodeError reduceAbsoluteForm(RequestHead& head) {
  const auto colon = head.target.find("://");
  const std::string_view scheme = std::string_view(head.target).substr(0, colon);
  if (colon == std::string::npos || !(iequals(scheme, "http") || iequals(scheme, "https"))) {
    return {400, "malformed request target"};
  }
  const std::string_view rest = std::string_view(head.target).substr(colon + 3);
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string authority(rest.substr(0, authority_end));
  if (authority.empty() || !isAuthority(authority)) return {400, "malformed request target"};
  std::string origin_form(rest.substr(authority_end));
  if (origin_form.empty() && head.method == Method::kOptions) {
    origin_form = "*";  // RFC 9112 §3.2.4
  } else if (origin_form.empty() || origin_form.front() == '?') {
    origin_form.insert(0, 1, '/');
  }
  head.target = std::move(origin_form);
  head.headers.set("Host", authority);
  return kFine;
}

DecodeError applyTarget(RequestHead& head) {
  if (head.target.front() == '/') return kFine;
  if (head.target == "*") {
    return head.method == Method::kOptions ? kFine : DecodeError{400, "malformed request target"};
  }
  return reduceAbsoluteForm(head);
}

// RFC 9110 §10.1.1: the expectation is ignored in HTTP/1.0; any other than 100-continue gives 417.
DecodeError applyExpect(RequestHead& head) {
  if (head.version_minor == 0) return kFine;
  bool all_known = true;
  for (const auto& [name, value] : head.headers) {
    if (!iequals(name, "Expect")) continue;
    forEachListElement(value, [&](std::string_view expectation) {
      all_known = all_known && iequals(expectation, "100-continue");
    });
    head.expect_continue = head.hasBody();
  }
  return all_known ? kFine : DecodeError{417, "unknown expectation"};
}

void applyConnection(RequestHead& head) {
  const bool close = head.headers.hasToken("Connection", "close");
  const bool keep = head.version_minor > 0 || head.headers.hasToken("Connection", "keep-alive");
  head.keep_alive = keep && !close;
}

}  // namespace

DecodeError applyRequestRules(RequestHead& head) {
  applyConnection(head);
  const DecodeError bad_host = checkHost(head);  // before an absolute target replaces it
  if (bad_host.status != 0) return bad_host;
  for (const auto rule : {applyContentLength, applyTransferEncoding, applyTarget, applyExpect}) {
    const DecodeError refused = rule(head);
    if (refused.status != 0) return refused;
  }
  return kFine;
}

}  // namespace glint::http
