#include "origin/tasks/web_source.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "net/testing/scripted_server.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using net::testing::answer;
using net::testing::ScriptedConnection;
using net::testing::ScriptedServer;

class FakeRun final : public TaskRun {
 public:
  const image::Task& task() const override { return task_; }
  const RequestContext& context() const override { return context_; }
  bool holds() const override { return true; }
  void postpone() override {}
  bool exhausted() const override { return false; }
  void progress(std::uint64_t done, std::uint64_t total) override { seen = {done, total}; }
  void stop() { stop_.request_stop(); }

  std::pair<std::uint64_t, std::uint64_t> seen;

 private:
  image::Task task_;
  std::stop_source stop_;
  RequestContext context_{.request_id = "req-test", .stop = stop_.get_token()};
};

struct WebFixture {
  explicit WebFixture(UriFilterOptions filtering = {.allowed_ports = {}, .refused_addresses = {}})
      : filter(UriFilter::create(filtering).value()) {}

  TempDir dir;
  FakeRun run;
  image::ImageId image{makeUuid()};
  UriFilter filter;
  std::unique_ptr<Staging> staging = Staging::open(dir.file("staging")).value();
  std::unique_ptr<WebSource> source =
      WebSource::create({.limit_bytes = 1000, .redirects = 3, .retries = 2}, filter, *staging)
          .value();

  Status fetch(const std::string& uri) { return source->fetch(run, uri, image); }
  std::string staged() const {
    std::ifstream file(dir.file("staging/") + image.value);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool empty() const { return std::filesystem::is_empty(dir.file("staging")); }
};

std::string redirect(const std::string& location) {
  return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n";
}

TEST_CASE("Web download: bytes into staging", "[import][web]") {
  WebFixture f;
  const bool sized = GENERATE(true, false);
  const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send(sized ? answer(200, "the image")
                          : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "9\r\nthe image\r\n0\r\n\r\n");
    connection.awaitClose();
  });
  REQUIRE(f.fetch(server->url("/x?y=z")));
  CHECK(f.staged() == "the image");
  CHECK(f.run.seen == std::pair<std::uint64_t, std::uint64_t>{9, sized ? 9 : 0});
  CHECK(server->heads().front().starts_with("GET /x?y=z HTTP/1.1\r\n"));
}

TEST_CASE("Web download: a broken transfer goes on where it stopped", "[import][web]") {
  WebFixture f;
  const auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    if (connection.index() == 0) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"v1\"\r\n\r\nthe i");
      return;
    }
    connection.send(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n"
        "Content-Range: bytes 5-8/9\r\nETag: \"v1\"\r\n\r\nmage");
    connection.awaitClose();
  });
  REQUIRE(f.fetch(server->url("/x")));
  CHECK(f.staged() == "the image");
  const auto heads = server->heads();
  REQUIRE(heads.size() == 2);
  CHECK(heads[1].find("Range: bytes=5-\r\n") != std::string::npos);
  CHECK(heads[1].find("If-Range: \"v1\"\r\n") != std::string::npos);
}

TEST_CASE("Web download: what ends it, and leaves nothing", "[import][web]") {
  struct Case {
    const char* what;
    std::vector<std::string> answers;  // of one connection after the other
    ErrorCode code;
  };
  const auto one = GENERATE(values<Case>({
      {"an error", {answer(404, "no")}, ErrorCode::kUpstream},
      {"nothing", {""}, ErrorCode::kUpstream},
      {"no HTTP", {"SSH-2.0-x\r\n"}, ErrorCode::kUpstream},
      {"a redirect to nowhere",
       {"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"},
       ErrorCode::kUpstream},
      {"more than may be", {answer(200, std::string(1001, 'x'))}, ErrorCode::kTooLarge},
      {"more than may be, undeclared",
       {"HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x')},
       ErrorCode::kTooLarge},
      {"less than it says, and no way on",
       {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthe i"},
       ErrorCode::kUpstream},
      {"another image the second time",
       {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"v1\"\r\n\r\nthe i",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"v2\"\r\n\r\nTHE IMAGE"},
       ErrorCode::kUpstream},
      {"a part from elsewhere",
       {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"v1\"\r\n\r\nthe i",
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n"
        "Content-Range: bytes 4-8/9\r\n\r\nimage"},
       ErrorCode::kUpstream},
  }));
  CAPTURE(one.what);
  WebFixture f;
  const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    const auto index = static_cast<std::size_t>(connection.index());
    connection.send(one.answers[std::min(index, one.answers.size() - 1)]);
  });
  const auto fetched = f.fetch(server->url("/x"));
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == one.code);
  CHECK(f.empty());
}

TEST_CASE("Web download: redirects are followed, checked, and end", "[import][web][ssrf]") {
  SECTION("to where the bytes are") {
    WebFixture f;
    const auto server = ScriptedServer::start([](ScriptedConnection& connection) {
      for (std::string head = connection.readHead(); !head.empty(); head = connection.readHead())
        connection.send(head.starts_with("GET /b ") ? answer(200, "the image") : redirect("/b"));
    });
    REQUIRE(f.fetch(server->url("/a")));
    CHECK(f.staged() == "the image");
  }
  SECTION("not for ever") {
    WebFixture f;
    const auto server = ScriptedServer::start([](ScriptedConnection& connection) {
      while (!connection.readHead().empty()) connection.send(redirect("/again"));
    });
    CHECK(f.fetch(server->url("/a")).error().code == ErrorCode::kUpstream);
    CHECK(server->heads().size() == 4);
  }
  SECTION("not to what the lists refuse") {
    const auto forbidden =
        ScriptedServer::start([](ScriptedConnection& connection) { connection.readHead(); });
    const std::string port = std::to_string(forbidden->port());
    WebFixture f({.allowed_ports = {}, .disallowed_ports = {port}, .refused_addresses = {}});
    const std::string forms[] = {"http://127.0.0.1:" + port + "/", "file:///etc/passwd",
                                 "http://2130706433:" + port + "/", "//127.0.0.1:" + port + "/",
                                 "http://x@127.0.0.1:" + port + "/"};
    const std::string& target = forms[GENERATE(range(0, 5))];
    CAPTURE(target);
    const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
      connection.readHead();
      connection.send(redirect(target));
    });
    const auto fetched = f.fetch(server->url("/a"));
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == ErrorCode::kInvalidArgument);
    CHECK(forbidden->connections() == 0);
  }
}

// A name whose address is refused passes the lists, as one does that changes its address after it
// was looked at: the connection is where it ends.
TEST_CASE("Web download: no connection to a refused address", "[import][web][ssrf]") {
  WebFixture f({.allowed_ports = {}});
  const auto server =
      ScriptedServer::start([](ScriptedConnection& connection) { connection.readHead(); });
  const auto fetched = f.fetch(fmt::format("http://localhost:{}/", server->port()));
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == ErrorCode::kUpstream);
  CHECK(server->connections() == 0);
  CHECK(f.fetch(server->url("/")).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Web download: an interrupted one stops at once", "[import][web]") {
  WebFixture f;
  const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"v1\"\r\n\r\nthe i");
    f.run.stop();
    connection.awaitClose();
  });
  CHECK(f.fetch(server->url("/x")).error().code == ErrorCode::kCancelled);
  CHECK(f.empty());
}

}  // namespace
}  // namespace glint::origin
