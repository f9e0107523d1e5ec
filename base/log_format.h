// How an event becomes one line of text. Appends to `line`, without the newline.
// Whatever the values hold, the line has no control character and is valid UTF-8: nobody can forge
// a second event.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "base/log.h"

namespace glint::log {

// time=2026-01-02T03:04:05.678Z level=info event=request key=value quoted="two words"
void appendText(std::string& line, std::chrono::system_clock::time_point when, Level level,
                std::string_view event, std::span<const Field> fields);
// {"time":"2026-01-02T03:04:05.678Z","level":"info","event":"request","key":"value"}
void appendJson(std::string& line, std::chrono::system_clock::time_point when, Level level,
                std::string_view event, std::span<const Field> fields);

}  // namespace glint::log
