// INI files: every entry has a group, a key and a line of the file.
#include <algorithm>

#include "base/check.h"
#include "base/ini.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = glint::fuzz::asText(data, size);
  const auto entries = glint::parseIni(text, "f");
  if (!entries) {
    GLINT_CHECK(entries.error().message.substr(0, 2) == "f:", "an error names its place");
    return 0;
  }
  // A line ends with LF, CR LF or CR, as in Python's text files.
  const auto lines =
      std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 1;
  int line = 0;
  for (const auto& entry : *entries) {
    GLINT_CHECK(!entry.key.empty(), "a key is not empty");
    GLINT_CHECK(entry.line > line && entry.line <= lines, "entries are in file order");
    line = entry.line;
    (void)glint::normalizedGroup(entry.group);
  }
  return 0;
}
