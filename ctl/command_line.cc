#include "ctl/command_line.h"

#include <cstdio>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/program.h"
#include "base/state_dir.h"
#include "base/units.h"
#include "base/version.h"
#include "http/url.h"

namespace glint::ctl {
namespace {

// What CLI11 fills; texts that need parsing become CommonFlags afterwards.
struct RawFlags {
  CommonFlags common;
  std::string timeout = "10s";
  bool version = false;
  bool check = false;
  // Where a URL was given: `status` asks only what was named.
  CLI::Option* origin = nullptr;
  CLI::Option* edge = nullptr;
};

void describe(CLI::App& app, RawFlags& raw) {
  CommonFlags& common = raw.common;
  app.set_help_flag("--help", "Show this help");
  app.add_flag("--version", raw.version, "Show the version");
  app.add_flag("--check-config", raw.check, "Check the command line, do nothing");
  app.add_flag("--json", common.json, "Answer JSON instead of tables");
  raw.origin = app.add_option("--origin", common.origin_url, "The origin's URL")->type_name("URL");
  raw.edge = app.add_option("--edge,--url", common.edge_url, "The edge's URL")->type_name("URL");
  for (CLI::Option* url : {raw.origin, raw.edge}) url->capture_default_str();
  app.add_option("--cache-dir", common.cache_dir,
                 "The edge's cache directory, which holds its admin token")
      ->type_name("DIR");
  app.add_option("--admin-token-file", common.admin_token_file,
                 "The edge's admin token (or set GLINT_ADMIN_TOKEN)")
      ->type_name("FILE");
  app.add_option("--timeout", raw.timeout, "Longest wait for one answer")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--cacert", common.ca_file, "Certificates to trust for https")->type_name("FILE");
  app.add_option("--cert", common.certificate_file, "Client certificate (PEM)")->type_name("FILE");
  app.add_option("--key", common.key_file, "Its key")->type_name("FILE");
}

// Checks what CLI11 does not know about.
Status finish(RawFlags& raw) {
  CommonFlags& common = raw.common;
  const auto timeout = parseDuration(raw.timeout);
  if (!timeout) return failWith("--timeout", timeout.error());
  if (timeout->count() == 0)
    return fail(ErrorCode::kInvalidArgument, "--timeout: must be more than 0");
  common.timeout = *timeout;
  for (const auto& [flag, url] :
       {std::pair{"--origin", &common.origin_url}, {"--edge", &common.edge_url}}) {
    const auto parsed = http::parseUrl(*url);
    if (!parsed) return failWith(flag, parsed.error());
    *url = parsed->text();
  }
  if (common.cache_dir.empty()) common.cache_dir = defaultCacheDirectory();
  common.ask_origin = raw.origin->count() > 0 || raw.edge->count() == 0;
  common.ask_edge = raw.edge->count() > 0 || raw.origin->count() == 0;
  return {};
}

int refuse(std::string_view why) {
  fmt::print(stderr, "glintctl: {} (--help shows what there is)\n", why);
  return kExitBadConfiguration;
}

}  // namespace

struct CommandLine::Tree {
  CLI::App app{"Looks after Glint's programs: how they are, what they hold, what they stand on.",
               "glintctl"};
  RawFlags raw;
  Chosen chosen;

  CLI::App& under(CLI::App* parent) { return parent != nullptr ? *parent : app; }
};

CommandLine::CommandLine() : tree_(std::make_unique<Tree>()) {
  describe(tree_->app, tree_->raw);
  tree_->app.require_subcommand(0, 1);
}

CommandLine::~CommandLine() = default;

CLI::App& CommandLine::group(const char* name, const char* help, CLI::App* parent) {
  CLI::App* made = tree_->under(parent).add_subcommand(name, help);
  made->fallthrough()->require_subcommand(1);
  return *made;
}

CLI::App& CommandLine::command(const char* name, const char* help, Run run, CLI::App* parent) {
  std::string words = parent != nullptr ? parent->get_name() + " " + name : name;
  CLI::App* made = tree_->under(parent).add_subcommand(name, help);
  made->fallthrough()->callback(
      [chosen = &tree_->chosen, words = std::move(words), run = std::move(run)] {
        chosen->command = words;
        chosen->run = run;
      });
  return *made;
}

std::variant<CommandLine::Chosen, int> CommandLine::parse(int argc, const char* const* argv) {
  CLI::App& app = tree_->app;
  RawFlags& raw = tree_->raw;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return kExitOk;
  } catch (const CLI::Error& error) {
    return refuse(error.what());
  }
  if (raw.version) {
    fmt::print("glintctl {}\n", kVersion);
    return kExitOk;
  }
  if (!tree_->chosen.run && !raw.check) return refuse("which command?");
  if (auto finished = finish(raw); !finished) return refuse(finished.error().message);
  if (raw.check) {
    fmt::print("configuration ok\n");
    return kExitOk;
  }
  tree_->chosen.common = raw.common;
  return tree_->chosen;
}

}  // namespace glint::ctl
