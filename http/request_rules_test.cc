#include "http/request_rules.h"

#include <catch2/catch.hpp>

namespace glint::http {
namespace {

RequestHead headWith(const HeaderMap& headers) {
  RequestHead head;
  head.method = Method::kPut;
  head.target = "/f";
  head.headers = headers;
  head.headers.add("Host", "a");
  return head;
}

}  // namespace

TEST_CASE("Request rules: what follows from the fields", "[http][codec]") {
  HeaderMap headers;
  headers.add("content-length", "18446744073709551615");
  headers.add("expect", "100-Continue");
  headers.add("connection", "x, CLOSE");
  RequestHead head = headWith(headers);
  CHECK(applyRequestRules(head).status == 0);
  CHECK(head.content_length == 18446744073709551615ull);
  CHECK(head.expect_continue);
  CHECK_FALSE(head.keep_alive);
  CHECK_FALSE(head.chunked);

  headers.clear();
  headers.add("Transfer-Encoding", "CHUNKED");
  head = headWith(headers);
  CHECK(applyRequestRules(head).status == 0);
  CHECK(head.chunked);
  CHECK(head.keep_alive);
  CHECK_FALSE(head.content_length);
}

TEST_CASE("Request rules: one ambiguous field is enough", "[http][codec]") {
  struct Row {
    const char* name;
    const char* value;
    int status;
  };
  const auto row = GENERATE(values<Row>({
      {"Host", "a", 400},
      {"Content-Length", "1 ", 400},
      {"Content-Length", "1,1", 400},
      {"Content-Length", "", 400},
      {"Transfer-Encoding", "gzip", 501},
      {"Transfer-Encoding", "chunked, identity", 400},
      {"Transfer-Encoding", "chunked;", 400},
      {"Expect", "100-continue, x", 417},
      {"Expect", "", 417},
  }));
  CAPTURE(row.name, row.value);
  HeaderMap headers;
  headers.add(row.name, row.value);
  RequestHead head = headWith(headers);
  CHECK(applyRequestRules(head).status == row.status);
}

TEST_CASE("Request rules: absolute targets", "[http][codec]") {
  struct Row {
    const char* target;
    const char* reduced;  // empty: refused
    const char* host;
  };
  const auto row = GENERATE(values<Row>({
      {"http://b/x?y", "/x?y", "b"},
      {"http://b?y", "/?y", "b"},
      {"https://[::1]:1", "/", "[::1]:1"},
      {"http://b/x://y", "/x://y", "b"},
      {"*", "", ""},
      {"b:80", "", ""},
      {"x/y://b", "", ""},
      {"http:/b", "", ""},
      {"http://", "", ""},
      {"http://b,c/", "", ""},
  }));
  CAPTURE(row.target);
  RequestHead head = headWith({});
  head.target = row.target;
  const DecodeError refused = applyRequestRules(head);
  if (*row.reduced == '\0') {
    CHECK(refused.status == 400);
    return;
  }
  CHECK(refused.status == 0);
  CHECK(head.target == row.reduced);
  CHECK(head.headers.get("Host") == row.host);
  CHECK(head.headers.count("Host") == 1);
}

}  // namespace glint::http
