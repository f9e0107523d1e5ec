// What users must not reach through the origin.
#include "origin/tasks/uri_filter.h"

#include <catch2/catch.hpp>

namespace glint::origin {
namespace {

UriFilter filterOf(const UriFilterOptions& options = {}) {
  return UriFilter::create(options, [](const std::string& name) { return name != "unknown.test"; })
      .value();
}

TEST_CASE("URI filter: what is refused by default", "[import][ssrf]") {
  const char* uri = GENERATE(
      // No absolute URI of a scheme that is spoken.
      "", "x", "/etc/passwd", "file:///etc/passwd", "ftp://images.test/x", "gopher://images.test/",
      "http:/images.test", "http//images.test", "javascript:alert(1)", "http://",
      // Loopback, link-local, metadata, this network, multicast.
      "http://127.0.0.1/", "http://127.255.255.254/", "http://[::1]/", "http://0.0.0.0/",
      "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://224.0.0.1/",
      "http://100.100.100.200/", "http://[fd00:ec2::254]/", "http://[ff02::1]/",
      "http://255.255.255.255/", "http://[::]/",
      // The same in other clothes.
      "http://2130706433/", "http://127.1/", "http://0177.0.0.1/", "http://0x7f000001/",
      "http://0x7f.0.0.1/", "http://127.0.0.1./", "http://127.0.0/", "http://017700000001/",
      "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
      "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
      "http://[::1%25eth0]/", "http://[127.0.0.1]/", "http://0/",
      // Ports.
      "http://images.test:22/", "http://images.test:0/", "http://images.test:65536/",
      "http://images.test:/", "http://images.test:80a/", "https://images.test:8443/",
      // What two parsers read in two ways.
      "http://images.test@127.0.0.1/", "http://user:secret@images.test/", "http://a b.test/",
      "http://images.test\\@127.0.0.1/", "http://images.test\r\nHost: x/", "http://ima\tges.test/",
      "http://images\xe3\x80\x82test/", "http://[::1/", "http://im%61ges.test/",
      // Not in the DNS.
      "http://unknown.test/");
  CAPTURE(uri);
  const auto checked = filterOf().check(uri);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("URI filter: what is fetched", "[import][ssrf]") {
  struct Case {
    const char* uri;
    const char* fetched;
  };
  const auto one = GENERATE(values<Case>({
      {"http://images.test", "http://images.test/"},
      {"HTTPS://Images.TEST/A/b?c=d#e", "https://images.test/A/b?c=d"},
      {"http://images.test:80/x", "http://images.test:80/x"},
      {"http://192.0.2.7/x", "http://192.0.2.7/x"},
      {"http://[2001:DB8:0::7]:443/x", "http://[2001:db8::7]:443/x"},
      {"http://[::ffff:192.0.2.7]/", "http://192.0.2.7/"},
      {"http://images.test?x", "http://images.test/?x"},
  }));
  CAPTURE(one.uri);
  const auto uri = filterOf().check(one.uri);
  REQUIRE(uri);
  CHECK(uri->text == one.fetched);
}

TEST_CASE("URI filter: the operator's lists", "[import][ssrf]") {
  SECTION("an allow list voids the deny list") {
    const auto filter = filterOf({.allowed_hosts = {"images.test", "2001:db8::1"},
                                  .disallowed_hosts = {"images.test"},
                                  .allowed_ports = {"8080"},
                                  .disallowed_ports = {"8080"}});
    CHECK(filter.check("http://IMAGES.test:8080/"));
    CHECK(filter.check("http://[2001:db8:0::1]/"));
    CHECK_FALSE(filter.check("http://other.test/"));
    CHECK_FALSE(filter.check("http://images.test:80/"));
  }
  SECTION("deny lists alone") {
    const auto filter = filterOf({.allowed_schemes = {},
                                  .disallowed_schemes = {"http"},
                                  .disallowed_hosts = {"bad.test", "192.0.2.7"},
                                  .allowed_ports = {},
                                  .disallowed_ports = {"22"}});
    CHECK(filter.check("https://images.test:8443/"));
    CHECK_FALSE(filter.check("http://images.test/"));
    CHECK_FALSE(filter.check("https://bad.test/"));
    CHECK_FALSE(filter.check("https://[::ffff:192.0.2.7]/"));
    CHECK_FALSE(filter.check("https://images.test:22/"));
    CHECK_FALSE(filter.check("file:///etc/passwd"));
  }
  SECTION("addresses may be opened, and closed") {
    const auto open = filterOf({.refused_addresses = {}});
    CHECK(open.check("http://127.0.0.1/"));
    const auto closed = filterOf({.refused_addresses = {"10.0.0.0/8"}});
    CHECK_FALSE(closed.check("http://10.1.2.3/"));
    CHECK(closed.addressRefused("::ffff:10.1.2.3"));
    CHECK_FALSE(UriFilter::create({.refused_addresses = {"ten"}}));
  }
}

TEST_CASE("URI filter: where redirects lead", "[import][ssrf]") {
  struct Case {
    const char* location;
    const char* uri;
  };
  const auto one = GENERATE(values<Case>({
      {"https://other.test/z", "https://other.test/z"},
      {"//other.test/z", "http://other.test/z"},
      {"/z?q", "http://images.test:80/z?q"},
      {"z", "http://images.test:80/a/z"},
      {"?q=http://x/", "http://images.test:80/a/b?q=http://x/"},
  }));
  CAPTURE(one.location);
  const auto base = parseWebUri("http://images.test:80/a/b?c=/d/");
  REQUIRE(base);
  const auto uri = resolveRedirect(*base, one.location);
  REQUIRE(uri);
  CHECK(uri->text == one.uri);
  CHECK_FALSE(resolveRedirect(*base, "http://user@other.test/"));
}

}  // namespace
}  // namespace glint::origin
