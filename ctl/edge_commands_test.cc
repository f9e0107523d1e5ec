#include <catch2/catch.hpp>

#include "ctl/commands.h"
#include "ctl/fake_remote.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kCache =
    R"({"contents":[{"digest":"sha512:0123456789abcdef0123","size":1610612736,
  "disk_bytes":1048576,"hits":12,"stored_at":1767323045,"last_used":1767326400,
  "durable":true,"images":["one","two"]}],
  "fills":[{"digest":"md5:00","image_id":"three","size":200,"done_bytes":50,"waiters":3}]})";

}  // namespace

TEST_CASE("edge ls: a table of contents and of fills", "[ctl]") {
  FakeRemote fake;
  fake.answer("GET /glint/v1/cache", 200, kCache);
  Output output;
  CHECK(edgeList(fake.remote("edge", "t0ken"), output) == 0);
  CHECK(output.out ==
        "DIGEST                      SIZE  ON DISK  HITS  LAST USED            DURABLE  IMAGES\n"
        "sha512:0123456789abcdef  1.5 GiB  1.0 MiB    12  2026-01-02 04:00:00  yes      one two\n"
        "\n"
        "FILLING   SIZE  DONE  WAITERS  IMAGE\n"
        "md5:00   200 B  25 %        3  three\n");
  CHECK(output.err.empty());
  REQUIRE(fake.requests.size() == 1);
  CHECK(fake.requests[0].headers.get("X-Glint-Admin-Token") == "t0ken");
}

TEST_CASE("edge ls: an empty cache says so, JSON is passed on", "[ctl]") {
  FakeRemote fake;
  fake.answer("GET /glint/v1/cache", 200, R"({"contents": [], "fills": []})");
  Output table;
  CHECK(edgeList(fake.remote("edge"), table) == 0);
  CHECK(table.out == "nothing is cached\n");
  Output json{.format = OutputFormat::kJson, .out = {}, .err = {}};
  CHECK(edgeList(fake.remote("edge"), json) == 0);
  CHECK(json.out == "{\"contents\":[],\"fills\":[]}\n");
}

TEST_CASE("edge show: one line per member", "[ctl]") {
  FakeRemote fake;
  fake.answer(
      "GET /glint/v1/cache/a%2Fb", 200,
      R"({"digest":"md5:00","size":2048,"images":["a"],"durable":false,"last_used":0,"odd":{"x":1}})");
  Output output;
  CHECK(edgeShow(fake.remote("edge"), "a/b", output) == 0);
  CHECK_THAT(output.out, Contains("digest       md5:00\n"));
  CHECK_THAT(output.out, Contains("size         2048 (2.0 KiB)\n"));
  CHECK_THAT(output.out, Contains("images       a\n"));
  CHECK_THAT(output.out, Contains("durable      false\n"));
  CHECK_THAT(output.out, Contains("last_used    -\n"));
  CHECK_THAT(output.out, Contains("odd          {\"x\":1}\n"));
}

TEST_CASE("edge purge: says what it did", "[ctl]") {
  FakeRemote fake;
  fake.answer("DELETE /glint/v1/cache/a", 204, "");
  Output output;
  CHECK(edgePurge(fake.remote("edge"), "a", output) == 0);
  CHECK(output.out == "purged a\n");
}

TEST_CASE("edge commands: what goes wrong is one clear line", "[ctl]") {
  struct Row {
    int status;  // 0: no connection
    const char* body;
    const char* token;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {0, "", "", "glintctl: edge at http://h:1: connection refused\n"},
      {403, "{}", "",
       "glintctl: edge at http://h:1: it wants its admin token: give --cache-dir or "
       "--admin-token-file, or set GLINT_ADMIN_TOKEN\n"},
      {401, "{}", "x", "glintctl: edge at http://h:1: it refuses the admin token that was given\n"},
      {404, "", "", "glintctl: the edge at http://h:1 has no content of image a\n"},
      {500, "oh\x1B[2J", "", "glintctl: edge at http://h:1: it answered 500 oh?[2J\n"},
      {200, "<html>", "",
       "glintctl: edge at http://h:1: /glint/v1/cache/a is not answered with a JSON object; is it "
       "a Glint edge?\n"},
      {200, "[]", "",
       "glintctl: edge at http://h:1: /glint/v1/cache/a is not answered with a JSON object; is it "
       "a Glint edge?\n"},
  }));
  FakeRemote fake;
  if (row.status != 0) fake.answer("GET /glint/v1/cache/a", row.status, row.body);
  Output output;
  CHECK(edgeShow(fake.remote("edge", row.token), "a", output) == 1);
  CHECK(output.out.empty());
  CHECK(output.err == row.message);
}

TEST_CASE("edge ls: members of other types are shown as nothing", "[ctl]") {
  FakeRemote fake;
  fake.answer(
      "GET /glint/v1/cache", 200,
      R"({"contents":[{"digest":7,"size":"x","hits":-1,"durable":"y","images":[1,null]}, 5],"fills":{}})");
  Output output;
  CHECK(edgeList(fake.remote("edge"), output) == 0);
  CHECK_THAT(output.out, Contains("no"));
}
