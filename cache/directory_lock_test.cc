#include "cache/directory_lock.h"

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

TEST_CASE("DirectoryLock: a second holder is told who the first is", "[cache][lock]") {
  TestDir dir;
  {
    auto first = DirectoryLock::take(dir.path());
    REQUIRE(first);
    const auto second = DirectoryLock::take(dir.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::kConflict);
    CHECK_THAT(second.error().message, Catch::Contains("process " + std::to_string(::getpid())));
  }
  CHECK(DirectoryLock::take(dir.path()));
}

TEST_CASE("DirectoryLock: a directory that is not there is an error", "[cache][lock]") {
  TestDir dir;
  const auto lock = DirectoryLock::take(dir.path() + "/none");
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == ErrorCode::kNotFound);
}

}  // namespace
}  // namespace glint::cache
