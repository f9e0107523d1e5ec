// glint_docs DIR: writes the pages that are generated from tables: DIR/metrics.md,
// DIR/configuration.md.

#include <cstdio>
#include <string>

#include "base/file.h"
#include "ctl/program_tables.h"
#include "metrics/table.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: glint_docs DIR\n", stderr);
    return 2;
  }
  const std::string dir = argv[1];
  const std::pair<const char*, std::string> pages[] = {
      {"metrics.md", glint::metrics::markdown()},
      {"configuration.md", glint::ctl::configurationPage()}};
  for (const auto& [name, text] : pages) {
    if (auto written = glint::writeFileAtomic(dir + "/" + name, text); !written) {
      std::fprintf(stderr, "glint_docs: %s\n", written.error().message.c_str());
      return 1;
    }
  }
  return 0;
}
