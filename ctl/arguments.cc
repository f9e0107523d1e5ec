#include "ctl/arguments.h"

#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/program.h"
#include "base/state_dir.h"
#include "base/units.h"
#include "base/version.h"
#include "http/url.h"

namespace glint::ctl {
namespace {

// What CLI11 fills; texts that need parsing become Arguments afterwards.
struct Raw {
  Arguments arguments;
  std::string timeout = "10s";
  bool version = false;
  bool check = false;
};

// Where a URL option was given: `status` asks only what was named.
struct UrlOptions {
  CLI::Option* origin = nullptr;
  CLI::Option* edge = nullptr;
};

UrlOptions describeCommon(CLI::App& app, Raw& raw) {
  Arguments& arguments = raw.arguments;
  app.set_help_flag("--help", "Show this help");
  app.add_flag("--version", raw.version, "Show the version");
  app.add_flag("--check-config", raw.check, "Check the command line, do nothing");
  app.add_flag("--json", arguments.json, "Answer JSON instead of tables");
  UrlOptions urls;
  urls.origin =
      app.add_option("--origin", arguments.origin_url, "The origin's URL")->type_name("URL");
  urls.edge =
      app.add_option("--edge,--url", arguments.edge_url, "The edge's URL")->type_name("URL");
  for (CLI::Option* url : {urls.origin, urls.edge}) url->capture_default_str();
  app.add_option("--cache-dir", arguments.cache_dir,
                 "The edge's cache directory, which holds its admin token")
      ->type_name("DIR");
  app.add_option("--admin-token-file", arguments.admin_token_file,
                 "The edge's admin token (or set GLINT_ADMIN_TOKEN)")
      ->type_name("FILE");
  app.add_option("--timeout", raw.timeout, "Longest wait for one answer")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--cacert", arguments.ca_file, "Certificates to trust for https")
      ->type_name("FILE");
  app.add_option("--cert", arguments.certificate_file, "Client certificate (PEM)")
      ->type_name("FILE");
  app.add_option("--key", arguments.key_file, "Its key")->type_name("FILE");
  return urls;
}

void describeCommands(CLI::App& app, Raw& raw) {
  Arguments& arguments = raw.arguments;
  const auto command = [&](CLI::App& parent, const char* name, const char* help, Command which) {
    CLI::App* sub = parent.add_subcommand(name, help);
    sub->fallthrough()->callback([&arguments, which] { arguments.command = which; });
    return sub;
  };
  command(app, "status", "How origin and edge are; with one URL given, only that program",
          Command::kStatus);

  CLI::App* edge =
      app.add_subcommand("edge", "The edge's cache")->fallthrough()->require_subcommand(1);
  command(*edge, "ls", "What is cached and what is being fetched", Command::kEdgeList);
  CLI::App* show = command(*edge, "show", "The content of one image", Command::kEdgeShow);
  CLI::App* purge = command(*edge, "purge", "Forget the content of one image", Command::kEdgePurge);
  for (CLI::App* sub : {show, purge})
    sub->add_option("image", arguments.image_id, "Image id")->required()->type_name("IMAGE");

  CLI::App* token =
      command(app, "token", "The admin token that the origin made for itself", Command::kToken);
  token->add_option("--state-dir", arguments.state_dir, "Where the origin keeps its state")
      ->type_name("DIR")
      ->capture_default_str();

  CLI::App* config =
      app.add_subcommand("config", "Configuration")->fallthrough()->require_subcommand(1);
  CLI::App* config_show =
      command(*config, "show", "Every option of a program, its value and where that comes from",
              Command::kConfigShow);
  config_show->add_option("--program", arguments.program, "Which program")
      ->required()
      ->check(CLI::IsMember({"origin", "edge"}));
  const auto source = [&](const char* flag, const char* name, const char* help,
                          ConfigSource::Kind kind) {
    config_show
        ->add_option_function<std::string>(
            flag,
            [&arguments, kind](const std::string& path) {
              arguments.sources.push_back({kind, path});
            },
            help)
        ->type_name(name)
        ->trigger_on_parse()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  source("--config-file", "FILE", "A configuration file; repeatable", ConfigSource::Kind::kFile);
  source("--config-dir", "DIR", "A directory of *.conf files; repeatable",
         ConfigSource::Kind::kDirectory);
}

// Checks what CLI11 does not know about.
Status finish(Raw& raw) {
  Arguments& arguments = raw.arguments;
  const auto timeout = parseDuration(raw.timeout);
  if (!timeout) return failWith("--timeout", timeout.error());
  if (timeout->count() == 0)
    return fail(ErrorCode::kInvalidArgument, "--timeout: must be more than 0");
  arguments.timeout = *timeout;
  for (const auto& [flag, url] :
       {std::pair{"--origin", &arguments.origin_url}, {"--edge", &arguments.edge_url}}) {
    const auto parsed = http::parseUrl(*url);
    if (!parsed) return failWith(flag, parsed.error());
    *url = parsed->text();
  }
  if (arguments.cache_dir.empty()) arguments.cache_dir = defaultCacheDirectory();
  return {};
}

int refuse(std::string_view why) {
  fmt::print(stderr, "glintctl: {} (--help shows what there is)\n", why);
  return kExitBadConfiguration;
}

}  // namespace

std::variant<Arguments, int> parseArguments(int argc, const char* const* argv) {
  Raw raw;
  raw.arguments.state_dir = stateDirectory();
  try {
    CLI::App app("Asks Glint's programs how they are and what they hold.", "glintctl");
    const UrlOptions urls = describeCommon(app, raw);
    describeCommands(app, raw);
    app.require_subcommand(0, 1);
    try {
      app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      fmt::print("{}", app.help());
      return kExitOk;
    }
    if (raw.version) {
      fmt::print("glintctl {}\n", kVersion);
      return kExitOk;
    }
    if (app.get_subcommands().empty() && !raw.check) return refuse("which command?");
    raw.arguments.ask_origin = urls.origin->count() > 0 || urls.edge->count() == 0;
    raw.arguments.ask_edge = urls.edge->count() > 0 || urls.origin->count() == 0;
  } catch (const CLI::Error& error) {
    return refuse(error.what());
  }
  if (auto finished = finish(raw); !finished) return refuse(finished.error().message);
  if (raw.check) {
    fmt::print("configuration ok\n");
    return kExitOk;
  }
  return raw.arguments;
}

}  // namespace glint::ctl
