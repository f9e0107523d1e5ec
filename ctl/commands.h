// The commands of glintctl. Each writes what it has to say and returns the exit code.
// Threads: one.
#pragma once

#include <string>

#include "base/options.h"
#include "base/result.h"
#include "ctl/remote.h"

namespace glint::ctl {

enum class OutputFormat : std::uint8_t { kTable, kJson };

// What a command wrote; main prints it.
struct Output {
  OutputFormat format = OutputFormat::kTable;
  std::string out;
  std::string err;
};

// State of the programs given (either may be null). 0 when each is reached and not "failed".
int status(const Remote* origin, const Remote* edge, Output& output);

int edgeList(const Remote& edge, Output& output);
int edgeShow(const Remote& edge, const std::string& image_id, Output& output);
int edgePurge(const Remote& edge, const std::string& image_id, Output& output);

// The admin token that an origin with static identity made for itself.
int printToken(const std::string& state_dir, Output& output);

// Every option of a loaded table, with its value and where that comes from; or all that is wrong.
int configShow(OptionTable& table, const ConfigInputs& inputs, Output& output);

// A token out of a file: one word. Errors: by errno; kInvalidArgument (not one word).
Result<std::string> readTokenFile(const std::string& path);

// "glintctl: <message>" on `output.err`; returns 1.
int failed(const Error& error, Output& output);

}  // namespace glint::ctl
