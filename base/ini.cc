#include "base/ini.h"

#include <optional>

#include <fmt/core.h>

#include "base/strings.h"

namespace glint {
namespace {

constexpr std::size_t kShownLine = 200;  // bytes of a bad line that a message repeats

// A value that opens and closes with the same quote loses that pair; what is between is left alone.
std::string_view withoutQuotes(std::string_view value) {
  if (value.empty() || (value.front() != '"' && value.front() != '\'')) return value;
  if (value.front() != value.back()) return value;
  return value.size() == 1 ? std::string_view() : value.substr(1, value.size() - 2);
}

// Takes one line (ended by LF, CR LF or CR) off the front of `text`.
std::string_view takeLine(std::string_view& text) {
  const auto end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
  } else {
    const bool crlf = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (crlf ? 2 : 1));
  }
  return line;
}

class Parser {
 public:
  Parser(std::string_view file, std::vector<IniGroup>* groups) : file_(file), groups_(groups) {}

  Status readLine(std::string_view raw) {
    ++line_;
    if (!validUtf8(raw)) return bad("not UTF-8", "");
    const std::string_view line = trimRight(raw);
    if (line.empty()) {
      open_ = false;
      return {};
    }
    if (line.front() == ' ' || line.front() == '\t') return continuation(line);
    open_ = false;
    if (line.front() == '#' || line.front() == ';') return {};
    if (line.front() == '[') return group(line);
    return assignment(line);
  }

  std::vector<IniEntry> take() { return std::move(entries_); }

 private:
  tl::unexpected<Error> bad(std::string_view why, std::string_view line) const {
    std::string message = fmt::format("{}:{}: {}", file_, line_, why);
    if (!line.empty()) message += fmt::format(": {}", line.substr(0, kShownLine));
    return fail(ErrorCode::kInvalidArgument, std::move(message));
  }

  Status continuation(std::string_view line) {
    if (!open_) return bad("a continuation line without a value before it", line);
    entries_.back().value += '\n';
    entries_.back().value += trimLeft(line);
    return {};
  }

  Status group(std::string_view line) {
    if (line.back() != ']') return bad("a group must end with ']'", line);
    if (line.size() <= 2) return bad("a group without a name", line);
    group_ = line.substr(1, line.size() - 2);
    if (groups_ != nullptr) groups_->push_back({*group_, line_});
    return {};
  }

  Status assignment(std::string_view line) {
    const auto separator = line.find_first_of("=:");
    if (separator == std::string_view::npos)
      return bad("neither '=' nor ':', so not a 'key = value'", line);
    const std::string_view key = trim(line.substr(0, separator));
    if (key.empty()) return bad("a value without a key", line);
    if (!group_) return bad("a value before the first [group]", line);
    const std::string_view value = withoutQuotes(trim(line.substr(separator + 1)));
    entries_.push_back({*group_, std::string(key), std::string(value), line_});
    open_ = true;
    return {};
  }

  std::string_view file_;
  std::vector<IniGroup>* groups_;
  int line_ = 0;
  std::optional<std::string> group_;
  bool open_ = false;  // the last entry may be continued
  std::vector<IniEntry> entries_;
};

}  // namespace

Result<std::vector<IniEntry>> parseIni(std::string_view text, std::string_view file,
                                       std::vector<IniGroup>* groups) {
  Parser parser(file, groups);
  while (!text.empty()) {
    if (auto read = parser.readLine(takeLine(text)); !read) return tl::unexpected(read.error());
  }
  return parser.take();
}

std::string normalizedGroup(std::string_view group) {
  return group == "DEFAULT" ? std::string(group) : asciiLower(group);
}

}  // namespace glint
