#include "base/options_text.h"

#include <iterator>

#include <fmt/format.h>

namespace glint {
namespace {

std::string typeAndBounds(const Option& row) {
  if (row.type == OptionType::kChoice) return row.accepts;
  return row.accepts.empty() ? toString(row.type)
                             : fmt::format("{}, {}", toString(row.type), row.accepts);
}

std::string shownDefault(const Option& row) {
  if (row.default_text.empty()) return "none";
  return row.secret ? "***" : row.default_text;
}

// A vertical bar would end a table's cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

}  // namespace

std::string helpText(const OptionTable& table) {
  std::string text;
  for (const auto& group : table.groups()) {
    fmt::format_to(std::back_inserter(text), "\n[{}]  {}\n", group.name, group.help);
    for (const Option& row : table.rows()) {
      if (row.group != group.name) continue;
      fmt::format_to(std::back_inserter(text), "  {:<28} {} ({}; default {})\n", row.key, row.help,
                     typeAndBounds(row), shownDefault(row));
    }
  }
  return text;
}

std::string markdown(const OptionTable& table) {
  std::string text;
  for (const auto& group : table.groups()) {
    fmt::format_to(std::back_inserter(text), "\n### [{}]\n\n", group.name);
    if (!group.help.empty()) text += group.help + "\n\n";
    text += "| option | type | default | meaning |\n| --- | --- | --- | --- |\n";
    for (const Option& row : table.rows()) {
      if (row.group != group.name) continue;
      const std::string initial =
          row.default_text.empty() ? "none" : fmt::format("`{}`", cell(shownDefault(row)));
      fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} |\n", row.key,
                     cell(typeAndBounds(row)), initial, cell(row.help));
    }
  }
  return text;
}

}  // namespace glint
