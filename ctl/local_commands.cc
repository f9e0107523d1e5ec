// Commands that read files of this machine.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/options_text.h"
#include "base/state_dir.h"
#include "base/strings.h"
#include "ctl/commands.h"
#include "ctl/text_table.h"
#include "http/json.h"

namespace glint::ctl {

int failed(const Error& error, Output& output) {
  output.err += fmt::format("glintctl: {}\n", printable(error.message));
  return 1;
}

Result<std::string> readTokenFile(const std::string& path) {
  auto text = readFile(path, 4096);
  if (!text) return failWith("admin token", text.error());
  const std::string_view token = trim(*text);
  const bool one_word =
      !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
  if (!one_word) return fail(ErrorCode::kInvalidArgument, path + " does not hold a token");
  return std::string(token);
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

}  // namespace glint::ctl
