// Commands that read files of this machine.

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/options_text.h"
#include "base/state_dir.h"
#include "ctl/commands.h"
#include "ctl/connect.h"
#include "ctl/program_tables.h"
#include "ctl/text_table.h"
#include "http/json.h"

namespace glint::ctl {

int failed(const Error& error, Output& output) {
  output.err += fmt::format("glintctl: {}\n", printable(error.message));
  return 1;
}

int printToken(const std::string& state_dir, Output& output) {
  const std::string path = state_dir + "/" + kAdminTokenFile;
  auto token = readTokenFile(path);
  if (!token && token.error().code == ErrorCode::kNotFound)
    return failed({ErrorCode::kNotFound, "there is no " + path +
                                             ": the origin makes it at its first start; "
                                             "--state-dir says where the origin keeps its state"},
                  output);
  if (!token) return failed(token.error(), output);
  output.out += output.format == OutputFormat::kJson
                    ? http::dumpJson({{"token", *token}, {"file", path}}) + "\n"
                    : *token + "\n";
  return 0;
}

int configShow(OptionTable& table, const ConfigInputs& inputs, Output& output) {
  const ConfigOutcome outcome = table.load(inputs);
  for (const std::string& error : outcome.errors)
    output.err += fmt::format("glintctl: {}\n", printable(error));
  for (const std::string& warning : outcome.warnings)
    output.err += fmt::format("glintctl: warning: {}\n", printable(warning));
  if (!outcome.ok()) return 2;
  if (output.format == OutputFormat::kJson) {
    auto all = nlohmann::json::array();
    for (const Option& row : table.rows())
      all.push_back({{"group", row.group},
                     {"option", row.key},
                     {"value", shownValue(row)},
                     {"from", row.origin}});
    output.out += http::dumpJson(all) + "\n";
    return 0;
  }
  TextTable shown({"GROUP", "OPTION", "VALUE", "FROM"});
  for (const Option& row : table.rows())
    shown.add({row.group, row.key, shownValue(row), row.origin});
  output.out += shown.text();
  return 0;
}

void addLocalCommands(CommandLine& line) {
  const auto state_dir = std::make_shared<std::string>(stateDirectory());
  line.command("token", "The admin token that the origin made for itself",
               [state_dir](const CommonFlags&, Output& output) {
                 return printToken(*state_dir, output);
               })
      .add_option("--state-dir", *state_dir, "Where the origin keeps its state")
      ->type_name("DIR")
      ->capture_default_str();

  struct Asked {
    std::string program;
    std::vector<ConfigSource> sources;
  };
  const auto asked = std::make_shared<Asked>();
  CLI::App& config = line.group("config", "Configuration");
  CLI::App& show = line.command(
      "show", "Every option of a program, its value and where that comes from",
      [asked](const CommonFlags&, Output& output) {
        const auto program = ProgramTable::create(asked->program);
        const int shown = configShow(program->table(), configInputs(asked->sources), output);
        if (shown != 0) return shown;
        // Flags may still complete it, so a rule that is not met is said, and no failure.
        if (auto complete = program->finish(); !complete)
          output.err += "glintctl: warning: " + complete.error().message + "\n";
        return 0;
      },
      &config);
  show.add_option("--program", asked->program, "Which program")
      ->required()
      ->check(CLI::IsMember({"origin", "edge"}));
  addConfigFlags(show, asked->sources);
}

}  // namespace glint::ctl
