#include "base/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "base/version.h"

using namespace glint;
using Catch::Matchers::Contains;

namespace {

// Standard output and error go to files while this lives.
class Captured {
 public:
  Captured() : out_(redirect(STDOUT_FILENO, "out")), err_(redirect(STDERR_FILENO, "err")) {}
  ~Captured() { restore(); }
  void restore() {
    std::fflush(nullptr);
    for (auto* saved : {&out_, &err_}) {
      if (!saved->valid()) continue;
      ::dup2(saved->get(), saved == &out_ ? STDOUT_FILENO : STDERR_FILENO);
      saved->reset();
    }
  }
  std::string out() { return read("out"); }
  std::string err() { return read("err"); }

 private:
  UniqueFd redirect(int fd, const char* name) {
    std::fflush(nullptr);
    UniqueFd saved(::dup(fd));
    auto file = openFile(dir_.file(name), O_RDWR | O_CREAT);
    if (file) ::dup2(file->get(), fd);
    return saved;
  }
  std::string read(const char* name) {
    restore();
    return readFile(dir_.file(name), 1 << 20).value_or("");
  }

  TestDir dir_;
  UniqueFd out_;
  UniqueFd err_;
};

struct Fixture {
  Fixture() {
    program.options()
        .group("edge")
        .text("upstream", upstream, "The service behind.")
        .integer("count", count, "A count.", {.min = 1})
        .boolean("tls", tls, "Whether TLS.");
    program.flag("--upstream", "URL", "edge", "upstream");
    program.flagFor("--tls", "edge", "tls", "true");
    program.plainFlag("--insecure", "For tests.", insecure);
    program.validator([this]() -> Status {
      if (upstream == "bad") return fail(ErrorCode::kInvalidArgument, "[edge] upstream: is bad");
      return {};
    });
  }
  std::optional<int> run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "glint-test");
    return program.prepare(static_cast<int>(arguments.size()), arguments.data());
  }

  std::string upstream;
  std::uint32_t count = 8;
  bool tls = false;
  bool insecure = false;
  Program program{"glint-test", "A program for tests."};
};

}  // namespace

TEST_CASE("Program: --version and --help answer and end", "[program]") {
  Captured captured;
  Fixture fixture;
  const bool help = GENERATE(false, true);
  CHECK(fixture.run({help ? "--help" : "--version"}) == 0);
  const std::string out = captured.out();
  if (!help) {
    CHECK(out == std::string("glint-test ") + kVersion + "\n");
    return;
  }
  CHECK_THAT(out, Contains("--upstream URL"));
  CHECK_THAT(out, Contains("--config-file"));
  CHECK_THAT(out, Contains("A count. (integer, ≥ 1; default 8)"));
  CHECK_THAT(out, Contains("[log]"));
}

TEST_CASE("Program: flags, files and directories in their order", "[program]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("a.conf"), "[edge]\nupstream = a\ncount = 1\n"));
  REQUIRE(writeFileAtomic(dir.file("b.conf"), "[edge]\ncount = 2\n[log]\nlevel = error\n"));
  const std::string a = dir.file("a.conf");
  const std::string b = dir.file("b.conf");
  Captured captured;
  Fixture fixture;
  CHECK_FALSE(fixture.run({"--config-file", b.c_str(), "--config-file", a.c_str(), "--upstream",
                           "u", "--tls", "--insecure"}));
  CHECK(fixture.count == 1);
  CHECK(fixture.upstream == "u");
  CHECK(fixture.tls);
  CHECK(fixture.insecure);
  CHECK(fixture.program.logOptions().level == log::Level::kError);
  Fixture again;
  const std::string directory = dir.path();
  CHECK_FALSE(again.run({"--config-file", a.c_str(), "--config-dir", directory.c_str()}));
  CHECK(again.count == 2);
  CHECK(again.upstream == "a");
  CHECK_FALSE(again.insecure);
  CHECK(std::signal(SIGPIPE, SIG_IGN) == SIG_IGN);
  static_cast<void>(log::configure({}));
}

TEST_CASE("Program: a bad configuration ends with 2 and says why", "[program]") {
  TestDir dir;
  const std::string file = dir.file("f.conf");
  struct Row {
    const char* text;
    const char* flag;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"[edge]\ncount = x\n", "--tls", "f.conf:2: [edge] count: 'x' is not a whole number\n"},
      {"[edge]\nupstream = bad\n", "--tls", "glint-test: [edge] upstream: is bad\n"},
      {"[edge]\ncolour = x\n", "--check-config", "f.conf:2: [edge] colour: unknown option\n"},
      {"", "--nonsense", "--nonsense"},
      {"", "--upstream", "--upstream"},
  }));
  REQUIRE(writeFileAtomic(file, row.text));
  Captured captured;
  Fixture fixture;
  CHECK(fixture.run({"--config-file", file.c_str(), row.flag}) == 2);
  const std::string err = captured.err();
  CHECK_THAT(err, Catch::Matchers::StartsWith("glint-test: "));
  CHECK_THAT(err, Contains(row.message));
}

TEST_CASE("Program: --check-config says that all is well", "[program]") {
  Captured captured;
  Fixture fixture;
  CHECK(fixture.run({"--check-config", "--upstream", "x"}) == 0);
  CHECK(captured.out() == "configuration ok\n");
}

TEST_CASE("Program: a log that cannot be opened is a failed start", "[program]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("f.conf"), "[log]\nfile = " + dir.file("missing/log")));
  const std::string file = dir.file("f.conf");
  Captured captured;
  Fixture fixture;
  CHECK(fixture.run({"--config-file", file.c_str()}) == 1);
  CHECK_THAT(captured.err(), Contains("glint-test: cannot start: log: open "));
}
