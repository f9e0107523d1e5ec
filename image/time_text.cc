#include "image/time_text.h"

#include <array>
#include <cstdio>

namespace glint::image {

namespace {

using std::chrono::microseconds;

// Eats a text from the left; every step answers whether it matched.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool atEnd() const { return rest_.empty(); }
  bool skip(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits, at most `limit`.
  bool number(std::size_t count, int limit, int& value) {
    if (rest_.size() < count) return false;
    int sum = 0;
    for (const char digit : rest_.substr(0, count)) {
      if (digit < '0' || digit > '9') return false;
      sum = sum * 10 + (digit - '0');
    }
    if (sum > limit) return false;
    rest_.remove_prefix(count);
    value = sum;
    return true;
  }
  // One digit or more; what is finer than a microsecond is dropped.
  bool fraction(microseconds& value) {
    int scale = 100000;
    std::size_t digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value += microseconds((rest_.front() - '0') * scale);
      scale /= 10;
      rest_.remove_prefix(1);
      ++digits;
    }
    return digits > 0;
  }

 private:
  std::string_view rest_;
};

bool readDate(Reader& in, std::chrono::year_month_day& date) {
  int year = 0;
  int month = 1;
  int day = 1;
  if (!in.number(4, 9999, year)) return false;
  if (in.skip('-')) {
    if (!in.number(2, 12, month)) return false;
    if (in.skip('-') && !in.number(2, 31, day)) return false;
  } else if (in.number(2, 12, month)) {
    if (!in.number(2, 31, day)) return false;
  }
  date = std::chrono::year(year) / month / day;
  return date.ok();
}

bool readClock(Reader& in, microseconds& since_midnight) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!in.number(2, 23, hour)) return false;
  const bool extended = in.skip(':');
  if (!in.number(2, 59, minute)) return false;
  const bool has_seconds = extended ? in.skip(':') : in.number(2, 60, second);
  if (extended && has_seconds && !in.number(2, 60, second)) return false;
  since_midnight =
      std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  return !has_seconds || !(in.skip('.') || in.skip(',')) || in.fraction(since_midnight);
}

bool readZone(Reader& in, std::chrono::minutes& offset) {
  if (in.atEnd() || in.skip('Z') || in.skip('z')) return true;
  const bool west = in.skip('-');
  if (!west && !in.skip('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.number(2, 23, hours)) return false;
  const bool colon = in.skip(':');
  if (!in.number(2, 59, minutes) && colon) return false;
  offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (west) offset = -offset;
  return true;
}

}  // namespace

std::string formatTime(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<Time> parseTime(std::string_view text) {
  Reader in(text);
  std::chrono::year_month_day date{};
  microseconds since_midnight{};
  std::chrono::minutes zone{};
  if (!readDate(in, date)) return std::nullopt;
  if (!in.atEnd()) {
    if (!in.skip('T') && !in.skip('t') && !in.skip(' ')) return std::nullopt;
    if (!readClock(in, since_midnight) || !readZone(in, zone)) return std::nullopt;
  }
  if (!in.atEnd()) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + since_midnight - zone;
}

}  // namespace glint::image
