// What a command of glintctl has to say; main prints it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace glint::ctl {

enum class OutputFormat : std::uint8_t { kTable, kJson };

struct Output {
  OutputFormat format = OutputFormat::kTable;
  std::string out;
  std::string err;
};

// "glintctl: <message>" on `output.err`; returns 1.
int failed(const Error& error, Output& output);

}  // namespace glint::ctl
