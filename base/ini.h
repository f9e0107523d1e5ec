// INI files as oslo.config reads them, so that the files a site has keep working.
//
// Lines: "[group]", "key = value" or "key: value" (the earlier separator splits), comments with #
// or ; in column one, continuation lines that begin with a blank, one pair of quotes around the
// whole value removed. UTF-8. No third party, no file access: a fuzz target calls parseIni()
// directly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glint {

struct IniEntry {
  std::string group;  // as written
  std::string key;
  std::string value;  // continuation lines joined with '\n'; not substituted
  int line = 0;       // of the key
};

struct IniGroup {
  std::string name;
  int line = 0;
};

// The entries in file order; repeated keys are kept. `file` is for messages only; `groups`
// takes every group line, also of groups without entries.
// Errors: kInvalidArgument, "file:line: what is wrong: <the line>".
Result<std::vector<IniEntry>> parseIni(std::string_view text, std::string_view file,
                                       std::vector<IniGroup>* groups = nullptr);

// How the reference compares groups: without case, except that DEFAULT is only itself.
std::string normalizedGroup(std::string_view group);

}  // namespace glint
