// What every main has in common: flags, configuration files, --version, --help, --check-config,
// log, exit codes.
//
//   Program program("glint-edge", "Caching, verifying Images API proxy");
//   addOptions(program.options(), options);
//   program.flag("--upstream", "URL", "edge", "upstream");
//   program.validator([&] { return validate(options); });
//   if (auto exit_code = program.prepare(argc, argv)) return *exit_code;
//
// prepare() answers --version, --help and --check-config itself, reads the configuration, sets up
// the log and ignores SIGPIPE. All that is wrong with the configuration goes to standard error, a
// line each.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/options.h"
#include "base/result.h"

namespace glint {

enum ExitCode : int {
  kExitOk = 0,
  kExitStartFailed = 1,  // the configuration is right, but the program cannot run (port in use …)
  kExitBadConfiguration = 2,  // also: bad command line
};

// Adds the group [log].
void addOptions(OptionTable& table, log::Options& options);

class Program {
 public:
  Program(std::string name, std::string description);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  OptionTable& options();  // has [log] already
  const log::Options& logOptions() const;

  // `--name VALUE`: sets that row, before the files and the environment. The row must exist when
  // prepare() is called; its help is the flag's help.
  void flag(std::string name, std::string value_name, std::string group, std::string key);
  // `--name` without a value: sets the row to `value`.
  void flagFor(std::string name, std::string group, std::string key, std::string value);
  // A flag that is no option ("--insecure"): `present` becomes true.
  void plainFlag(std::string name, std::string help, bool& present);
  // Cross-field rules, run after a successful load, in order; an error is a configuration error
  // (exit 2).
  void validator(std::function<Status()> check);
  std::optional<int> prepare(int argc, const char* const* argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One clear line on standard error and in the log: "glint-edge: cannot start: <message>"; returns
// kExitStartFailed.
int startFailed(const std::string& program, const Error& error);

}  // namespace glint
