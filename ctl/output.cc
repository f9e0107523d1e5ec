#include "ctl/output.h"

#include <fmt/format.h>

#include "ctl/text_table.h"

namespace glint::ctl {

int failed(const Error& error, Output& output) {
  output.err += fmt::format("glintctl: {}\n", printable(error.message));
  return 1;
}

}  // namespace glint::ctl
