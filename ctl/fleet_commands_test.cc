#include <catch2/catch.hpp>

#include "ctl/commands.h"
#include "ctl/fake_remote.h"

using namespace glint;
using namespace glint::ctl;

TEST_CASE("edges: a table of what reports", "[ctl]") {
  FakeRemote fake;
  fake.answer("GET /glint/v1/edges", 200,
              R"({"edges":[{"name":"north","url":"http://n:9393","version":"0.1.0",
                  "used_bytes":1048576,"capacity_bytes":1073741824,"image_count":3,
                  "reported_at":"2026-01-02T03:04:05Z"}]})");
  Output output;
  CHECK(fleetEdges(fake.remote("origin"), output) == 0);
  CHECK(output.out ==
        "EDGE   URL            VERSION     USED  CAPACITY  IMAGES  REPORTED\n"
        "north  http://n:9393  0.1.0    1.0 MiB   1.0 GiB       3  2026-01-02T03:04:05Z\n");
}

TEST_CASE("where: who holds an image, and until when it boots there offline", "[ctl]") {
  FakeRemote fake;
  fake.answer("GET /glint/v1/images/a/edges", 200,
              R"({"edges":[{"edge":"north","url":"http://n","size":2048,
                  "bootable_until":"2026-01-02T03:04:05Z","reported_at":"2026-01-02T02:00:00Z"},
                 {"edge":"south","url":"http://s","size":2048,"bootable_until":null,
                  "reported_at":"2026-01-02T02:00:01Z"}]})");
  fake.answer("GET /glint/v1/images/b/edges", 200, R"({"edges":[]})");
  fake.answer("GET /glint/v1/images/c/edges", 404, R"({})");
  Output held;
  CHECK(fleetWhere(fake.remote("origin"), "a", held) == 0);
  CHECK(held.out ==
        "EDGE   URL          SIZE  BOOTS OFFLINE UNTIL   REPORTED\n"
        "north  http://n  2.0 KiB  2026-01-02T03:04:05Z  2026-01-02T02:00:00Z\n"
        "south  http://s  2.0 KiB  -                     2026-01-02T02:00:01Z\n");
  Output nobody;
  CHECK(fleetWhere(fake.remote("origin"), "b", nobody) == 1);
  CHECK(nobody.out == "no edge holds it\n");
  Output unknown;
  CHECK(fleetWhere(fake.remote("origin"), "c", unknown) != 0);
  CHECK(unknown.err.find("shows no image c") != std::string::npos);
}
