#include "http/url.h"

#include <catch2/catch.hpp>

namespace glint::http {

TEST_CASE("Percent decoding: escapes and UTF-8", "[http][url]") {
  CHECK(percentDecode("") == "");
  CHECK(percentDecode("a%20b%2Fc+d") == "a b/c+d");
  CHECK(percentDecode("a+b", Plus::kSpace) == "a b");
  CHECK(percentDecode("%2b", Plus::kSpace) == "+");
  CHECK(percentDecode("%C3%a4") == "\xc3\xa4");
  CHECK(percentDecode("%F0%9F%90%A7") == "\xf0\x9f\x90\xa7");
  CHECK(percentDecode("%25zz") == "%zz");
  for (const char* bad : {"%", "%2", "%zz", "%2g", "a%", "%ff", "%C3", "%C0%80", "%ED%A0%80",
                          "%F5%80%80%80", "%00", "\xff"}) {
    CAPTURE(bad);
    const auto decoded = percentDecode(bad);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("Percent encoding: decoding gives the text back", "[http][url]") {
  CHECK(percentEncode("aZ09-._~") == "aZ09-._~");
  CHECK(percentEncode("a b/c?d&e=f+%\xc3\xa4") == "a%20b%2Fc%3Fd%26e%3Df%2B%25%C3%A4");
  std::string ascii;
  for (char c = 1; c < 127; ++c) ascii.push_back(c);
  CHECK(percentDecode(percentEncode(ascii)) == ascii);
  CHECK(percentDecode(percentEncode(ascii), Plus::kSpace) == ascii);
}

TEST_CASE("Query: ordered pairs", "[http][url]") {
  CHECK(parseQuery("") == QueryPairs{});
  CHECK(parseQuery("a=1&b=2&a=3") == QueryPairs{{"a", "1"}, {"b", "2"}, {"a", "3"}});
  CHECK(parseQuery("a") == QueryPairs{{"a", ""}});
  CHECK(parseQuery("&&a=&=b&") == QueryPairs{{"a", ""}, {"", "b"}});
  CHECK(parseQuery("name=a+b%2Bc=d") == QueryPairs{{"name", "a b+c=d"}});
  CHECK(parseQuery("a=1;b=2") == QueryPairs{{"a", "1;b=2"}});
  CHECK_FALSE(parseQuery("name=%ff"));
  CHECK_FALSE(parseQuery("%=1"));
  const QueryPairs pairs{{"sort key", "a:b"}, {"x", "&="}, {"y", ""}};
  CHECK(formatQuery(pairs) == "sort+key=a%3Ab&x=%26%3D&y=");
  CHECK(parseQuery(formatQuery(pairs)) == pairs);
}

TEST_CASE("URL: configuration's forms", "[http][url]") {
  CHECK(parseUrl("http://Glance.Example:9292/image/") ==
        Url{"http", "glance.example", 9292, "/image"});
  CHECK(parseUrl("HTTPS://h") == Url{"https", "h", 443, ""});
  CHECK(parseUrl("http://10.0.0.1/") == Url{"http", "10.0.0.1", 80, ""});
  CHECK(parseUrl("http://[::1]:80/a%20b") == Url{"http", "[::1]", 80, "/a%20b"});
  CHECK(parseUrl("http://h:9292//")->text() == "http://h:9292");
  CHECK(parseUrl("https://h:443/v2")->text() == "https://h/v2");
  CHECK(parseUrl("https://[::1]:80/v2")->authority() == "[::1]:80");
  for (const char* bad : {"",
                          "http",
                          "http:",
                          "http://",
                          "http:///x",
                          "ftp://h",
                          "//h",
                          "h:80",
                          "http://h:0",
                          "http://h:65536",
                          "http://h:",
                          "http://h:x",
                          "http://h:-1",
                          "http://u:p@h",
                          "http://h/?q",
                          "http://h?q",
                          "http://h/#f",
                          "http://h /",
                          "http://h/a b",
                          "http://h\r\n",
                          "http://[::1",
                          "http://::1",
                          "http://[]",
                          "http://[x]",
                          "http://h/\xc3\xa4"}) {
    CAPTURE(bad);
    CHECK_FALSE(parseUrl(bad));
  }
}

TEST_CASE("URL: an error does not repeat the text", "[http][url]") {
  const auto url = parseUrl("http://user:secret@h");
  REQUIRE_FALSE(url);
  CHECK(url.error().message.find("secret") == std::string::npos);
}

}  // namespace glint::http
