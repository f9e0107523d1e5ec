#include "base/state_dir.h"

#include <cstdlib>
#include <optional>

#include <catch2/catch.hpp>

using namespace glint;

namespace {

// Sets a variable, or removes it, while this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }

 private:
  void set(const char* value) {
    if (value != nullptr)
      ::setenv(name_, value, 1);
    else
      ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("State directory: from the environment, absolute paths only", "[base]") {
  struct Row {
    const char* state;
    const char* home;
    const char* directory;
  };
  const auto row = GENERATE(values<Row>({
      {"/s", "/h", "/s/glint"},
      {nullptr, "/h", "/h/.local/state/glint"},
      {"", "/h", "/h/.local/state/glint"},
      {"relative", "/h", "/h/.local/state/glint"},
      {nullptr, nullptr, "/var/lib/glint"},
  }));
  Variable state("XDG_STATE_HOME", row.state);
  Variable home("HOME", row.home);
  CHECK(stateDirectory() == row.directory);
}

TEST_CASE("State directory: the edge's cache has its own", "[base]") {
  Variable home("HOME", "/h");
  {
    Variable cache("XDG_CACHE_HOME", "/c");
    CHECK(defaultCacheDirectory() == "/c/glint-edge");
  }
  Variable no_cache("XDG_CACHE_HOME", nullptr);
  CHECK(defaultCacheDirectory() == "/h/.cache/glint-edge");
  Variable no_home("HOME", nullptr);
  CHECK(defaultCacheDirectory() == "/var/cache/glint-edge");
}
