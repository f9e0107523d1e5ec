#include "base/log_format.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "base/strings.h"

namespace glint::log {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

std::string_view nameOf(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

// The date changes once a second, lines come by the thousand: each thread keeps its last one.
void appendTime(std::string& line, std::chrono::system_clock::time_point when) {
  struct Cached {
    std::time_t second = -1;
    std::array<char, 20> text{};  // 2026-01-02T03:04:05
  };
  static thread_local Cached cached;
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch()).count();
  const std::time_t second = ms / 1000;
  if (second != cached.second) {
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    std::strftime(cached.text.data(), cached.text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    cached.second = second;
  }
  line.append(cached.text.data(), 19);
  const auto fraction = static_cast<unsigned>(ms % 1000);
  const std::array<char, 5> tail{'.', static_cast<char>('0' + fraction / 100),
                                 static_cast<char>('0' + fraction / 10 % 10),
                                 static_cast<char>('0' + fraction % 10), 'Z'};
  line.append(tail.data(), tail.size());
}

constexpr bool isPlain(char c) { return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\'; }

bool isPlain(std::string_view text) {
  for (const char c : text)
    if (!isPlain(c)) return false;
  return !text.empty();
}

// U+0080–U+009F are control characters too, to a terminal.
bool isC1Control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xC2' &&
         static_cast<unsigned char>(sequence[1]) < 0xA0;
}

void appendByteEscape(std::string& line, std::string_view prefix, char c) {
  const auto byte = static_cast<unsigned char>(c);
  line += prefix;
  line += kHex[byte >> 4U];
  line += kHex[byte & 0x0FU];
}

// Both formats escape the same characters; they differ in how a byte is spelled.
void appendQuoted(std::string& line, std::string_view text, Format format) {
  line += '"';
  while (!text.empty()) {
    const std::size_t length = utf8SequenceLength(text);
    const char c = text.front();
    if (length == 0) {
      if (format == Format::kJson) line += "\\ufffd";
      if (format == Format::kText) appendByteEscape(line, "\\x", c);
    } else if (length > 1 && isC1Control(text.substr(0, length))) {
      appendByteEscape(line, format == Format::kJson ? "\\u00" : "\\x", text[1]);
    } else if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if (c == '\t') {
      line += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      appendByteEscape(line, format == Format::kJson ? "\\u00" : "\\x", c);
    } else {
      line.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  line += '"';
}

void appendInteger(std::string& line, std::int64_t value) {
  const fmt::format_int digits(value);
  line.append(digits.data(), digits.size());
}

// Three decimals at most: durations are in milliseconds, and a line has several. Integers print
// several times faster.
void appendReal(std::string& line, double value, Format format) {
  constexpr double kMostExact = 1e12;
  if (!std::isfinite(value)) {
    line += format == Format::kJson ? "null" : "nan";
    return;
  }
  if (std::abs(value) >= kMostExact) {
    fmt::format_to(std::back_inserter(line), "{:.6g}", value);
    return;
  }
  const std::int64_t thousandths = std::llround(value * 1000);
  if (thousandths < 0) line += '-';
  appendInteger(line, std::abs(thousandths) / 1000);
  const auto fraction = static_cast<unsigned>(std::abs(thousandths) % 1000);
  if (fraction == 0) return;
  line += '.';
  line += static_cast<char>('0' + fraction / 100);
  if (fraction % 100 != 0) line += static_cast<char>('0' + fraction / 10 % 10);
  if (fraction % 10 != 0) line += static_cast<char>('0' + fraction % 10);
}

void appendValue(std::string& line, const Field& field, Format format) {
  switch (field.kind) {
    case Field::Kind::kText:
      if (format == Format::kText && isPlain(field.text))
        line += field.text;
      else
        appendQuoted(line, field.text, format);
      return;
    case Field::Kind::kInteger:
      appendInteger(line, field.integer);
      return;
    case Field::Kind::kReal:
      appendReal(line, field.real, format);
      return;
    case Field::Kind::kBool:
      line += field.integer != 0 ? "true" : "false";
      return;
  }
}

}  // namespace

void appendText(std::string& line, std::chrono::system_clock::time_point when, Level level,
                std::string_view event, std::span<const Field> fields) {
  line += "time=";
  appendTime(line, when);
  line += " level=";
  line += nameOf(level);
  line += ' ';
  appendValue(line += "event=", Field("event", event), Format::kText);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    appendValue(line, field, Format::kText);
  }
}

void appendJson(std::string& line, std::chrono::system_clock::time_point when, Level level,
                std::string_view event, std::span<const Field> fields) {
  line += "{\"time\":\"";
  appendTime(line, when);
  line += "\",\"level\":\"";
  line += nameOf(level);
  line += "\",\"event\":";
  appendQuoted(line, event, Format::kJson);
  for (const Field& field : fields) {
    line += ',';
    appendQuoted(line, field.key, Format::kJson);
    line += ':';
    appendValue(line, field, Format::kJson);
  }
  line += '}';
}

}  // namespace glint::log
