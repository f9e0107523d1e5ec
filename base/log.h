// Structured log: one line, one event, key=value (or JSON).
//
//   log::warn("fill_failed", {{"image_id", id}, {"piece", 12}, {"error", error.message}});
//
// Keys are fixed words (request_id image_id edge upstream status bytes dur_ms error …). Values are
// quoted when they need it; control characters are escaped, so one event is always one line. Never
// give it a token or a credential. Threads: any. Until configure() is called, text goes to standard
// error at level info.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"

namespace glint::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };
enum class Format : std::uint8_t { kText, kJson };

struct Options {
  Level level = Level::kInfo;
  Format format = Format::kText;
  std::string file;  // empty: standard error; reopened on reopen() (log rotation)
};

// A field's value is text, an integer, a floating-point number or a bool.
class Field {
 public:
  Field(std::string_view name, std::string_view value)
      : key(name), text(value), kind(Kind::kText) {}
  Field(std::string_view name, const std::string& value) : Field(name, std::string_view(value)) {}
  Field(std::string_view name, const char* value) : Field(name, std::string_view(value)) {}
  Field(std::string_view name, bool value) : key(name), integer(value ? 1 : 0), kind(Kind::kBool) {}
  Field(std::string_view name, double value) : key(name), real(value), kind(Kind::kReal) {}
  template <class Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
      Field(std::string_view name, Integer value)
      : key(name), integer(static_cast<std::int64_t>(value)), kind(Kind::kInteger) {}

  enum class Kind : std::uint8_t { kText, kInteger, kReal, kBool };
  std::string_view key;
  std::string_view text;
  std::int64_t integer = 0;
  double real = 0;
  Kind kind;
};
using Fields = std::initializer_list<Field>;

// Errors: by errno when the file cannot be opened; the old destination stays.
// From then on lines below warn are collected and written together, at most kMaxDelay later; a line
// of level warn or error goes out at once, with what waits before it.
Status configure(const Options& options);
void reopen();  // the same file name again; when that fails, the old file stays and an error line
                // says so
void flush();   // writes what waits
bool enabled(Level level);
inline constexpr std::chrono::milliseconds kMaxDelay{100};

void writeFields(Level level, std::string_view event, std::span<const Field> fields);
inline void write(Level level, std::string_view event, Fields fields) {
  writeFields(level, event, std::span(fields.begin(), fields.size()));
}
inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::kDebug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) { write(Level::kInfo, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::kWarn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::kError, event, fields);
}

}  // namespace glint::log
