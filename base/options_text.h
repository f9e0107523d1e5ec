// An option table as text for people.
#pragma once

#include <string>

#include "base/options.h"

namespace glint {

// For --help: "[group]" and one line per option.
std::string helpText(const OptionTable& table);
// For the documentation: a heading per group with a table of its options.
std::string markdown(const OptionTable& table);

}  // namespace glint
