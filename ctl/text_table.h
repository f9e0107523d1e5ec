// A table for terminals: columns padded to their widest cell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glint::ctl {

// What a program answered is foreign text: control characters and malformed UTF-8 become '?', so
// that it cannot steer a terminal.
std::string printable(std::string_view text);

class TextTable {
 public:
  // A heading that begins with '>' (which is not shown) aligns its column to the right.
  explicit TextTable(std::vector<std::string> headings);

  // As many cells as there are headings.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // With the headings; each line ends with a newline and has no blanks at its end.
  std::string text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace glint::ctl
