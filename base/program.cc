#include "base/program.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "base/options_text.h"
#include "base/version.h"

namespace glint {
namespace {

struct Flag {
  std::string name;
  std::string value_name;  // empty: the flag has no value
  std::string group;
  std::string key;
  std::string value;
  bool present = false;
};

struct PlainFlag {
  std::string name;
  std::string help;
  bool* present;
};

// What the command line held; CLI11 fills it.
struct CommandLine {
  std::vector<ConfigSource> sources;
  bool version = false;
  bool check = false;
};

void printLine(std::FILE* to, std::string_view line) { fmt::print(to, "{}\n", line); }

}  // namespace

void addOptions(OptionTable& table, log::Options& options) {
  table.group("log", "What the program writes about itself, one event per line.")
      .choice("level", options.level, "The least important level that is written.",
              {{"debug", log::Level::kDebug},
               {"info", log::Level::kInfo},
               {"warn", log::Level::kWarn},
               {"error", log::Level::kError}})
      .choice("format", options.format, "key=value text, or one JSON object per line.",
              {{"text", log::Format::kText}, {"json", log::Format::kJson}})
      .path("file", options.file,
            "Where lines go; none is standard error. Opened again on SIGHUP.");
}

struct Program::Impl {
  std::string name;
  std::string description;
  log::Options log_options;
  OptionTable table;
  std::deque<Flag> flags;  // addresses are given to CLI11
  std::deque<PlainFlag> plain_flags;
  std::vector<std::function<Status()>> validators;

  void describe(CLI::App& app, CommandLine& line);
  std::optional<int> parse(int argc, const char* const* argv, CommandLine& line);
  ConfigInputs inputs(const CommandLine& line) const;
  bool loadAll(const CommandLine& line, std::vector<std::string>& warnings);
};

Program::Program(std::string name, std::string description) : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
  impl_->description = std::move(description);
  addOptions(impl_->table, impl_->log_options);
}
Program::~Program() = default;

OptionTable& Program::options() { return impl_->table; }
const log::Options& Program::logOptions() const { return impl_->log_options; }

void Program::flag(std::string name, std::string value_name, std::string group, std::string key) {
  impl_->flags.push_back({.name = std::move(name),
                          .value_name = std::move(value_name),
                          .group = std::move(group),
                          .key = std::move(key),
                          .value = {}});
}
void Program::flagFor(std::string name, std::string group, std::string key, std::string value) {
  impl_->flags.push_back({.name = std::move(name),
                          .value_name = {},
                          .group = std::move(group),
                          .key = std::move(key),
                          .value = std::move(value)});
}
void Program::plainFlag(std::string name, std::string help, bool& present) {
  impl_->plain_flags.push_back({std::move(name), std::move(help), &present});
}
void Program::validator(std::function<Status()> check) {
  impl_->validators.push_back(std::move(check));
}

void Program::Impl::describe(CLI::App& app, CommandLine& line) {
  app.set_help_flag("--help", "Show this help and every option of the configuration");
  app.add_flag("--version", line.version, "Show the version");
  app.add_flag("--check-config", line.check, "Read and check the configuration, then stop");
  // Files and directories keep the order in which they were given, also among each other.
  const auto source = [&line](ConfigSource::Kind kind) {
    return [&line, kind](const std::string& path) { line.sources.push_back({kind, path}); };
  };
  app.add_option_function<std::string>("--config-file", source(ConfigSource::Kind::kFile),
                                       "A configuration file; repeatable, later ones win")
      ->type_name("FILE")
      ->trigger_on_parse()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option_function<std::string>(
         "--config-dir", source(ConfigSource::Kind::kDirectory),
         "A directory of *.conf files, read in sorted order; repeatable")
      ->type_name("DIR")
      ->trigger_on_parse()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  for (Flag& flag : flags) {
    const Option* row = table.find(flag.group, flag.key);
    GLINT_CHECK(row != nullptr, "a flag sets an option of the table");
    if (flag.value_name.empty()) {
      app.add_flag(flag.name, flag.present, row->help);
      continue;
    }
    app.add_option_function<std::string>(
           flag.name,
           [&flag](const std::string& value) {
             flag.value = value;
             flag.present = true;
           },
           row->help)
        ->type_name(flag.value_name);
  }
  for (PlainFlag& flag : plain_flags) app.add_flag(flag.name, *flag.present, flag.help);
}

std::optional<int> Program::Impl::parse(int argc, const char* const* argv, CommandLine& line) {
  try {
    CLI::App app(description, name);
    describe(app, line);
    app.footer([this] { return "Configuration:\n" + helpText(table); });
    try {
      app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      fmt::print("{}", app.help());
      return kExitOk;
    }
  } catch (const CLI::Error& error) {
    printLine(stderr, fmt::format("{}: {} (--help shows what there is)", name, error.what()));
    return kExitBadConfiguration;
  }
  return std::nullopt;
}

ConfigInputs Program::Impl::inputs(const CommandLine& line) const {
  ConfigInputs result;
  result.sources = line.sources;
  // getenv() is safe here: no other thread runs yet.
  result.environment = [](const std::string& variable) {
    return std::getenv(variable.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  };
  for (const Flag& flag : flags)
    if (flag.present) result.overrides.push_back({flag.name, flag.group, flag.key, flag.value});
  return result;
}

bool Program::Impl::loadAll(const CommandLine& line, std::vector<std::string>& warnings) {
  ConfigOutcome outcome = table.load(inputs(line));
  if (outcome.ok()) {
    for (const auto& validate : validators)
      if (auto valid = validate(); !valid) outcome.errors.push_back(valid.error().message);
  }
  for (const std::string& message : outcome.errors)
    printLine(stderr, fmt::format("{}: {}", name, message));
  warnings = std::move(outcome.warnings);
  return outcome.ok();
}

std::optional<int> Program::prepare(int argc, const char* const* argv) {
  CommandLine line;
  if (auto exit_code = impl_->parse(argc, argv, line)) return exit_code;
  if (line.version) {
    printLine(stdout, fmt::format("{} {}", impl_->name, kVersion));
    return kExitOk;
  }
  std::vector<std::string> warnings;
  if (!impl_->loadAll(line, warnings)) return kExitBadConfiguration;
  if (line.check) {
    for (const std::string& warning : warnings)
      printLine(stderr, fmt::format("{}: warning: {}", impl_->name, warning));
    printLine(stdout, "configuration ok");
    return kExitOk;
  }
  if (auto opened = log::configure(impl_->log_options); !opened)
    return startFailed(impl_->name, opened.error());
  for (const std::string& warning : warnings) log::warn("configuration", {{"warning", warning}});
  std::signal(SIGPIPE, SIG_IGN);
  return std::nullopt;
}

int startFailed(const std::string& program, const Error& error) {
  log::flush();
  printLine(stderr, fmt::format("{}: cannot start: {}", program, error.message));
  return kExitStartFailed;
}

}  // namespace glint
