#include "http/encode.h"

#include <algorithm>
#include <charconv>

#include "http/ascii.h"
#include "http/status.h"

namespace glint::http {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void appendNumber(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

char* putTwo(char* at, int value) {
  *at++ = static_cast<char>('0' + value / 10 % 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

// Fields the framing decides; letting a caller's through could contradict it.
bool isFramingField(std::string_view name) {
  switch (name.size()) {
    case 10:
      return iequals(name, "Connection") || iequals(name, "Keep-Alive");
    case 14:
      return iequals(name, "Content-Length");
    case 17:
      return iequals(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  if (std::all_of(value.begin(), value.end(), isFieldChar)) {
    out.append(value);
  } else {
    std::transform(value.begin(), value.end(), std::back_inserter(out),
                   [](char c) { return isFieldChar(c) ? c : ' '; });
  }
  out.append("\r\n");
}

void appendFraming(std::string& out, const Framing& framing) {
  if (framing.kind == Framing::Kind::kLength) {
    out.append("Content-Length: ");
    appendNumber(out, framing.length);
    out.append("\r\n");
  } else if (framing.kind == Framing::Kind::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!framing.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (framing.http_1_0_client) {
    out.append("Connection: keep-alive\r\n");
  }
}

}  // namespace

std::string_view DateCache::at(std::chrono::system_clock::time_point now) {
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  if (second != second_) {
    second_ = second;
    std::tm tm{};
    gmtime_r(&second, &tm);
    const auto put = [](char* to, std::string_view text) {
      return std::copy(text.begin(), text.end(), to);
    };
    const int year = tm.tm_year + 1900;
    char* p = put(text_.data(), kDays[static_cast<std::size_t>(tm.tm_wday)]);
    p = putTwo(put(p, ", "), tm.tm_mday);
    p = put(put(put(p, " "), kMonths[static_cast<std::size_t>(tm.tm_mon)]), " ");
    p = putTwo(putTwo(p, year / 100), year % 100);
    p = putTwo(put(p, " "), tm.tm_hour);
    p = putTwo(put(p, ":"), tm.tm_min);
    p = putTwo(put(p, ":"), tm.tm_sec);
    put(p, " GMT");
  }
  return {text_.data(), text_.size()};
}

void appendResponseHead(std::string& out, int status, const HeaderMap& headers,
                        const Framing& framing, std::string_view date) {
  out.append("HTTP/1.1 ");
  appendNumber(out, static_cast<std::uint64_t>(std::clamp(status, 100, 599)));
  out.append(" ").append(reasonPhrase(status)).append("\r\n");
  bool has_date = false;
  for (const auto& [name, value] : headers) {
    if (isFramingField(name) || !isToken(name)) continue;
    has_date = has_date || iequals(name, "Date");
    appendField(out, name, value);
  }
  if (!has_date) appendField(out, "Date", date);
  appendFraming(out, framing);
  out.append("\r\n");
}

void appendChunkHeader(std::string& out, std::uint64_t size) {
  appendNumber(out, size, 16);
  out.append("\r\n");
}

}  // namespace glint::http
