#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "ctl/commands.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

TEST_CASE("inspect: the format, the verdict, and what would accept it", "[ctl]") {
  TestDir dir;
  std::string qcow2(1024, '\0');
  qcow2.replace(0, 8, std::string("QFI\xfb\0\0\0\x03", 8));
  qcow2[30] = '\x10';  // virtual size: 4 KiB
  REQUIRE(writeFileAtomic(dir.file("good"), qcow2));
  Output table;
  CHECK(inspectFile(dir.file("good"), table) == 0);
  CHECK_THAT(table.out, Contains("qcow2") && Contains("4.0 KiB") && Contains("safe  ") &&
                            Contains("raw qcow2"));

  qcow2[15] = '\x01';  // a backing file
  REQUIRE(writeFileAtomic(dir.file("bad"), qcow2));
  Output json{.format = OutputFormat::kJson, .out = {}, .err = {}};
  CHECK(inspectFile(dir.file("bad"), json) == 1);
  CHECK_THAT(json.out, Contains(R"("accepted_as":[])") && Contains(R"("safe":false)") &&
                           Contains("qcow2: backing file"));
}

TEST_CASE("inspect: a file that is not there is named", "[ctl]") {
  TestDir dir;
  Output output;
  CHECK(inspectFile(dir.file("none"), output) == 1);
  CHECK_THAT(output.err, Contains(dir.file("none")));
  Output directory;
  CHECK(inspectFile(dir.path(), directory) == 1);
  CHECK_THAT(directory.err, Contains(dir.path()) && Contains("directory"));
}
