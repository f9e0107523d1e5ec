#include "http/codec.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

namespace glint::http {
namespace {

using Kind = RequestDecoder::Event::Kind;

std::string describe(const RequestHead& head) {
  std::string text = head.method_token + " " + head.target + " 1." +
                     std::to_string(head.version_minor) + (head.keep_alive ? " keep" : " close") +
                     (head.expect_continue ? " expect" : "") + (head.chunked ? " chunked" : "") +
                     (head.content_length ? " length=" + std::to_string(*head.content_length) : "");
  for (const auto& [name, value] : head.headers)
    text.append("|").append(name).append("=").append(value);
  return text;
}

// Decodes the pieces one after another; consecutive body pieces of a message are joined, so that
// traces of one input are equal however it was cut.
std::vector<std::string> trace(const std::vector<std::string_view>& pieces,
                               const DecoderLimits& limits = {}) {
  RequestDecoder decoder(limits);
  std::vector<std::string> events;
  for (const std::string_view piece : pieces) {
    auto input = std::as_bytes(std::span(piece.data(), piece.size()));
    for (;;) {
      const auto event = decoder.next(input);
      REQUIRE(event.consumed <= input.size());
      if (event.kind == Kind::kBody) {
        REQUIRE(!event.body.empty());
        REQUIRE(event.body.data() >= input.data());
        REQUIRE(event.body.data() + event.body.size() <= input.data() + event.consumed);
        const std::string_view body(reinterpret_cast<const char*>(event.body.data()),
                                    event.body.size());
        if (events.empty() || events.back().rfind("body ", 0) != 0) events.push_back("body ");
        events.back().append(body);
      }
      if (event.kind == Kind::kHead) events.push_back("head " + describe(decoder.takeHead()));
      if (event.kind == Kind::kEnd) events.push_back("end");
      if (event.kind == Kind::kError) {
        events.push_back("error " + std::to_string(decoder.error().status));
        CHECK(decoder.error().reason != std::string_view());
        return events;
      }
      if (event.kind == Kind::kNeedMore) {
        REQUIRE(event.consumed == input.size());
        break;
      }
      input = input.subspan(event.consumed);
    }
  }
  if (decoder.idle()) events.push_back("idle");
  return events;
}

std::vector<std::string> trace(std::string_view input) {
  return trace(std::vector<std::string_view>{input});
}

const std::vector<std::string> kGood = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET /v2/images?limit=2&name=a%20b HTTP/1.1\r\nHost: a:9292\r\nX-Auth-Token: t\r\n\r\n",
    "PUT /v2/images/1/file HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
    "PUT /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;name=value\r\n world\r\n0\r\n\r\n",
    "PUT /f HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n"
    "00a\r\n0123456789\r\n0;x\r\nTrailer: dropped\r\nOther: \r\n\r\n",
    "PUT /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\nPOST /2 HTTP/1.1\r\nHost: a\r\n"
    "Content-Length: 0\r\n\r\nGET /3 HTTP/1.0\r\n\r\n",
    "POST /1 HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
    "PURGE http://b:80?x=1 HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nEmpty:\r\nBlank: \t \r\nSpaced: \t a  b \t\r\n\r\n",
};

}  // namespace

TEST_CASE("RequestDecoder: events of whole messages", "[http][codec]") {
  CHECK(trace(kGood[0]) == std::vector<std::string>{"head GET / 1.1 keep|Host=a", "end", "idle"});
  CHECK(trace(kGood[1]) ==
        std::vector<std::string>{
            "head GET /v2/images?limit=2&name=a%20b 1.1 keep|Host=a:9292|X-Auth-Token=t", "end",
            "idle"});
  CHECK(trace(kGood[2]) ==
        std::vector<std::string>{
            "head PUT /v2/images/1/file 1.1 keep length=11|Host=a|Content-Length=11",
            "body hello world", "end", "idle"});
  CHECK(trace(kGood[3]) ==
        std::vector<std::string>{"head PUT /f 1.1 keep chunked|Host=a|Transfer-Encoding=chunked",
                                 "body hello world", "end", "idle"});
  CHECK(trace(kGood[4]) ==
        std::vector<std::string>{"head PUT /f 1.1 keep chunked|host=a|transfer-encoding=Chunked",
                                 "body 0123456789", "end", "idle"});
  CHECK(trace(kGood[5]) ==
        std::vector<std::string>{"head PUT /f 1.1 keep chunked|Host=a|Transfer-Encoding=chunked",
                                 "end", "idle"});
  CHECK(trace(kGood[6]) == std::vector<std::string>{"head GET /1 1.1 keep|Host=a", "end",
                                                    "head GET /2 1.1 close|Host=a|Connection=close",
                                                    "end", "idle"});
  CHECK(trace(kGood[7]) == std::vector<std::string>{
                               "head POST /1 1.1 keep length=3|Host=a|Content-Length=3", "body abc",
                               "end", "head POST /2 1.1 keep length=0|Host=a|Content-Length=0",
                               "end", "head GET /3 1.0 close", "end", "idle"});
  CHECK(trace(kGood[8]) ==
        std::vector<std::string>{
            "head POST /1 1.1 keep expect length=1|Host=a|Expect=100-Continue|Content-Length=1",
            "body x", "end", "idle"});
  CHECK(trace(kGood[9]) ==
        std::vector<std::string>{
            "head PURGE /?x=1 1.1 keep|Upgrade=h2c|Connection=Upgrade|Host=b:80", "end", "idle"});
  CHECK(trace(kGood[10]) ==
        std::vector<std::string>{"head OPTIONS * 1.1 keep|Host=a|Empty=|Blank=|Spaced=a  b", "end",
                                 "idle"});
}

TEST_CASE("RequestDecoder: a body piece is a view into the input", "[http][codec]") {
  RequestDecoder decoder;
  const std::string_view input =
      "PUT /f HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcdGET / HTTP/1.1\r\n";
  const auto bytes = std::as_bytes(std::span(input.data(), input.size()));
  const auto head = decoder.next(bytes);
  REQUIRE(head.kind == Kind::kHead);
  CHECK_FALSE(decoder.idle());
  const auto body = decoder.next(bytes.subspan(head.consumed));
  REQUIRE(body.kind == Kind::kBody);
  CHECK(body.body.data() == bytes.data() + head.consumed);
  CHECK(body.consumed == 4);
  const auto end = decoder.next(bytes.subspan(head.consumed + 4));
  CHECK(end.kind == Kind::kEnd);
  CHECK(end.consumed == 0);
  CHECK(decoder.idle());
}

namespace {

struct Abuse {
  const char* name;
  std::string input;
  int status;
};

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n\r\n"; }
std::string put(const std::string& fields, const std::string& body = "") {
  return "PUT / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n" + body;
}
std::string chunked(const std::string& body) { return put("Transfer-Encoding: chunked", body); }

using namespace std::string_literals;

const std::vector<Abuse> kAbuses = {
    {"two lengths", put("Content-Length: 5\r\nContent-Length: 6"), 400},
    {"two equal lengths", put("Content-Length: 5\r\nContent-Length: 5"), 400},
    {"a list of lengths", put("Content-Length: 5, 5"), 400},
    {"a signed length", put("Content-Length: +5"), 400},
    {"a negative length", put("Content-Length: -5"), 400},
    {"a hexadecimal length", put("Content-Length: 0x5"), 400},
    {"an empty length", put("Content-Length:"), 400},
    {"a length with a blank", put("Content-Length: 5 5"), 400},
    {"a length of 2^64", put("Content-Length: 18446744073709551616"), 400},
    {"length and chunked", put("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
    {"chunked and length", put("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
    {"unknown coding", put("Transfer-Encoding: gzip"), 501},
    {"unknown coding before chunked", put("Transfer-Encoding: gzip, chunked"), 501},
    {"identity", put("Transfer-Encoding: identity"), 501},
    {"a name like chunked", put("Transfer-Encoding: xchunked"), 501},
    {"chunked is not last", put("Transfer-Encoding: chunked, gzip"), 400},
    {"chunked twice", put("Transfer-Encoding: chunked, chunked"), 400},
    {"chunked in two fields", put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
    {"chunked with a parameter", put("Transfer-Encoding: chunked;q=1"), 400},
    {"empty coding", put("Transfer-Encoding:"), 400},
    {"empty element", put("Transfer-Encoding: , chunked"), 400},
    {"vertical tab before chunked", put("Transfer-Encoding: \vchunked"), 400},
    {"chunked in HTTP/1.0",
     "PUT / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
    {"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
    {"bare CR after a field", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400},
    {"bare CR in a value", get("Host: a\r\nX: b\rc"), 400},
    {"CR CR LF", get("Host: a\r\nX: b\r"), 400},
    {"bare LF before the request", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"two empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"space before the request", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"space before the colon", get("Host : a"), 400},
    {"tab before the colon", get("Host\t: a"), 400},
    {"folded line with space", get("Host: a\r\nX: b\r\n c"), 400},
    {"folded line with tab", get("Host: a\r\nX: b\r\n\tc"), 400},
    {"whitespace before the first field", get(" Host: a"), 400},
    {"empty field name", get("Host: a\r\n: b"), 400},
    {"field without colon", get("Host: a\r\nX"), 400},
    {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"s, 400},
    {"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: c\r\n\r\n"s, 400},
    {"control in a value", get("Host: a\r\nX: \x01"), 400},
    {"DEL in a value", get("Host: a\r\nX: \x7f"), 400},
    {"obs-text in a name", get("Host: a\r\nX\xe4: b"), 400},
    {"no Host", get("X: a"), 400},
    {"two Hosts", get("Host: a\r\nHost: a"), 400},
    {"Host with a path", get("Host: a/b"), 400},
    {"Host with user information", get("Host: u@a"), 400},
    {"Host list", get("Host: a, b"), 400},
    {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"HTTP/0.9", "GET /\r\n", 400},
    {"lower-case protocol", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"two digits of version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
    {"space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
    {"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"control in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"raw UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"asterisk and more", "OPTIONS *a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"authority-form with GET", "GET a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"foreign scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"user information in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"absolute form without host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"very long method", std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"TLS hello", "\x16\x03\x01\x02\x00\x01"s, 400},
    {"unknown expectation", put("Expect: 200-ok\r\nContent-Length: 1"), 417},
    {"chunk without size", chunked("\r\n"), 400},
    {"chunk size with a sign", chunked("+5\r\nhello\r\n"), 400},
    {"chunk size with 0x", chunked("0x5\r\nhello\r\n"), 400},
    {"chunk size with a blank", chunked("5 \r\nhello\r\n"), 400},
    {"blank before the chunk size", chunked(" 5\r\nhello\r\n"), 400},
    {"underscore in the chunk size", chunked("5_0\r\nhello\r\n"), 400},
    {"chunk size of 2^64", chunked("10000000000000000\r\n"), 400},
    {"chunk size of 17 digits", chunked("00000000000000005\r\nhello\r\n"), 400},
    {"chunk line with bare LF", chunked("5\nhello\r\n"), 400},
    {"chunk line with bare CR", chunked("5\rhello\r\n"), 400},
    {"chunk longer than its size", chunked("5\r\nhelloX\r\n"), 400},
    {"chunk ended by LF", chunked("5\r\nhello\n0\r\n\r\n"), 400},
    {"chunk ended by two other bytes", chunked("5\r\nhelloXX0\r\n\r\n"), 400},
    {"bare CR in a chunk extension", chunked("5;a\rb\r\nhello\r\n"), 400},
    {"bare LF in a chunk extension", chunked("5;a\nb\r\nhello\r\n"), 400},
    {"NUL in a chunk extension", chunked("5;a\0b\r\nhello\r\n"s), 400},
    {"long chunk extension", chunked("5;" + std::string(1024, 'a') + "\r\nhello\r\n"), 400},
    {"bad trailer", chunked("0\r\nX y\r\n\r\n"), 400},
    {"folded trailer", chunked("0\r\nX: y\r\n z\r\n\r\n"), 400},
    {"bare LF in a trailer", chunked("0\r\nX: y\n\r\n"), 400},
};

}  // namespace

TEST_CASE("RequestDecoder: ambiguous and malformed requests are refused", "[http][codec]") {
  const auto index = GENERATE(range(std::size_t{0}, kAbuses.size()));
  const Abuse& abuse = kAbuses[index];
  CAPTURE(abuse.name);
  CHECK(trace(abuse.input).back() == "error " + std::to_string(abuse.status));
}

TEST_CASE("RequestDecoder: forms that must be accepted", "[http][codec]") {
  struct Row {
    const char* input;
    const char* head;
  };
  const auto row = GENERATE(values<Row>({
      {"GET //v2/images HTTP/1.1\r\nHost: a\r\n\r\n", "head GET //v2/images 1.1 keep|Host=a"},
      {"GET http://b:1/x/y?q HTTP/1.1\r\nHost: a\r\n\r\n", "head GET /x/y?q 1.1 keep|Host=b:1"},
      {"GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", "head GET / 1.1 keep|Host=b"},
      {"OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n", "head OPTIONS * 1.1 keep|Host=b"},
      {"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "head GET / 1.1 keep|Host=[::1]:80"},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "head GET / 1.1 keep|Host="},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa4\r\n\r\n", "head GET / 1.1 keep|Host=a|X=\xc3\xa4"},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       "head GET / 1.0 keep|Connection=Keep-Alive"},
      {"GET / HTTP/1.0\r\nExpect: x\r\n\r\n", "head GET / 1.0 close|Expect=x"},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
       "head GET / 1.1 close|Host=a|Connection=x, Close"},
      {"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
       "head GET / 1.1 keep|Host=a|Expect=100-continue"},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "head TRACE / 1.1 keep|Host=a"},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "head get / 1.1 keep|Host=a"},
      {"SOURCE / HTTP/1.1\r\nHost: a\r\n\r\n", "head SOURCE / 1.1 keep|Host=a"},
      {"GET /a|b{c}\"<>\\^` HTTP/1.1\r\nHost: a\r\n\r\n",
       "head GET /a|b{c}\"<>\\^` 1.1 keep|Host=a"},
      {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
       "head GET / 1.1 keep|Host=a|Upgrade=websocket|Connection=upgrade"},
  }));
  CHECK(trace(row.input) == std::vector<std::string>{row.head, "end", "idle"});
}

TEST_CASE("RequestDecoder: a body follows although an upgrade is asked for", "[http][codec]") {
  CHECK(trace("PUT / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
              "Content-Length: 2\r\n\r\nxyGET / HTTP/1.1\r\n") ==
        std::vector<std::string>{
            "head PUT / 1.1 keep length=2|Host=a|Connection=upgrade|Upgrade=h2c|Content-Length=2",
            "body xy", "end"});
}

TEST_CASE("RequestDecoder: limits", "[http][codec]") {
  DecoderLimits limits;
  limits.max_head_bytes = 200;
  limits.max_headers = 3;
  limits.max_target_bytes = 20;
  const auto last = [&](const std::string& input) { return trace({input}, limits).back(); };
  const std::string a(200, 'a');

  CHECK(last("GET /" + a.substr(0, 19) + " HTTP/1.1\r\nHost: a\r\n\r\n") == "idle");
  CHECK(last("GET /" + a.substr(0, 20) + " HTTP/1.1\r\nHost: a\r\n\r\n") == "error 414");
  CHECK(last("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n") == "idle");
  CHECK(last("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n") == "error 431");
  const std::string fixed = "GET / HTTP/1.1\r\nHost: a\r\nA: \r\n\r\n";
  const std::string room = a.substr(0, 200 - fixed.size());
  CHECK(last("GET / HTTP/1.1\r\nHost: a\r\nA: " + room + "\r\n\r\n") == "idle");
  CHECK(last("GET / HTTP/1.1\r\nHost: a\r\nA: " + room + "a\r\n\r\n") == "error 431");
  CHECK(last("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + a) ==
        "error 431");
}

TEST_CASE("RequestDecoder: input split at every byte gives equal events", "[http][codec]") {
  std::vector<std::string> inputs = kGood;
  for (const Abuse& abuse : kAbuses) inputs.push_back(abuse.input);
  for (const std::string& input : inputs) {
    CAPTURE(input);
    const auto whole = trace(input);
    const std::string_view view = input;
    for (std::size_t cut = 0; cut <= input.size(); ++cut) {
      if (trace({view.substr(0, cut), view.substr(cut)}) != whole) FAIL("cut at " << cut);
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < input.size(); ++i) bytes.push_back(view.substr(i, 1));
    CHECK(trace(bytes) == whole);
  }
}

TEST_CASE("RequestDecoder: random cuts of a random pipeline give equal events",
          "[http][codec][property]") {
  const auto seed = GENERATE(range(1u, 41u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::string input;
  for (int i = 0; i < 20; ++i) input += kGood[below(kGood.size())];
  if (below(2) == 0) input += kAbuses[below(kAbuses.size())].input;
  const auto whole = trace(input);
  std::vector<std::string_view> pieces;
  for (std::string_view rest = input; !rest.empty();) {
    const auto length = std::min(rest.size(), below(below(3) == 0 ? 200 : 9));  // 0 included
    pieces.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  CHECK(trace(pieces) == whole);
}

}  // namespace glint::http
