#include "origin/catalog/database.h"

#include <array>
#include <atomic>
#include <latch>
#include <thread>

#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

// Two rows with a number each.
struct CounterFixture {
  TestDatabase of_test;
  RequestContext context = testContext();
  std::shared_ptr<Database> database = Database::openAsItIs(of_test.options()).value();

  CounterFixture() {
    auto made = database->write(context, [](Connection& connection) -> Result<bool> {
      for (const std::string& sql :
           {schemaSql("CREATE TABLE counters (id BIGINT PRIMARY KEY, n BIGINT) $TABLE",
                      connection.dialect()),
            std::string("INSERT INTO counters VALUES (1, 0)"),
            std::string("INSERT INTO counters VALUES (2, 0)")})
        if (auto done = connection.execute(sql, {}); !done) return tl::unexpected(done.error());
      return true;
    });
    REQUIRE(made);
  }
  static Result<bool> increment(Connection& connection, long long id) {
    auto done = connection.execute("UPDATE counters SET n = n + 1 WHERE id = :v0", {id});
    if (!done) return tl::unexpected(done.error());
    return true;
  }
  long long sum() {
    return integerOf(
        database->query(context, "SELECT sum(n) FROM counters", {}, "i").value()[0][0]);
  }
};

}  // namespace

TEST_CASE("Database: what returns false or an error is undone", "[catalog]") {
  CounterFixture f;
  CHECK(f.database->write(f.context, [](Connection& connection) -> Result<bool> {
    REQUIRE(CounterFixture::increment(connection, 1));
    return false;
  }) == false);
  CHECK(f.database
            ->write(f.context,
                    [](Connection& connection) -> Result<bool> {
                      REQUIRE(CounterFixture::increment(connection, 1));
                      return fail(ErrorCode::kForbidden, "no");
                    })
            .error()
            .code == ErrorCode::kForbidden);
  CHECK(f.sum() == 0);
}

TEST_CASE("Database: a read sees one state while others write", "[catalog]") {
  CounterFixture f;
  const auto sum = [](Connection& connection) {
    return integerOf(connection.query("SELECT sum(n) FROM counters", {}, "i").value()[0][0]);
  };
  REQUIRE(f.database->read(f.context, [&](Connection& connection) -> Status {
    CHECK(sum(connection) == 0);
    REQUIRE(f.database->write(
        f.context, [](Connection& other) { return CounterFixture::increment(other, 1); }));
    CHECK(sum(connection) == 0);
    return {};
  }));
  CHECK(f.sum() == 1);
}

TEST_CASE("Database: a read changes nothing", "[catalog]") {
  CounterFixture f;
  if (!TestDatabase::onServer()) return;  // SQLite does not keep watch over it
  f.context.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  CHECK_FALSE(f.database->read(f.context, [](Connection& connection) -> Status {
    auto done = CounterFixture::increment(connection, 1);
    if (!done) return tl::unexpected(done.error());
    return {};
  }));
  f.context = testContext();
  CHECK(f.sum() == 0);
}

TEST_CASE("Database: who loses a deadlock tries again", "[catalog][threads]") {
  CounterFixture f;
  if (!TestDatabase::onServer()) return;  // one writer at a time has no deadlocks
  std::latch both(2);
  std::atomic<int> runs = 0;
  std::array<bool, 2> done{};
  {
    std::array<std::jthread, 2> threads;
    for (std::size_t i = 0; i < 2; ++i) {
      threads[i] = std::jthread([&, i] {
        bool first = true;
        const auto result =
            f.database->write(testContext(), [&](Connection& connection) -> Result<bool> {
              ++runs;
              auto counted = CounterFixture::increment(connection, i == 0 ? 1 : 2);
              if (!counted) return counted;
              if (first) both.arrive_and_wait();
              first = false;
              return CounterFixture::increment(connection, i == 0 ? 2 : 1);
            });
        done[i] = result && *result;
      });
    }
  }
  CHECK(done[0]);
  CHECK(done[1]);
  CHECK(runs > 2);
  CHECK(f.sum() == 4);
}

TEST_CASE("Database: connections that are lost are replaced", "[catalog]") {
  CounterFixture f;
  if (!TestDatabase::onServer()) return;
  SECTION("between two uses") {
    f.of_test.disconnectAll();
    CHECK(f.sum() == 0);
    f.of_test.disconnectAll();
    CHECK(f.database->write(f.context, [](Connection& connection) {
      return CounterFixture::increment(connection, 1);
    }) == true);
    CHECK(f.sum() == 1);
  }
  SECTION("within a transaction, which is done again") {
    int runs = 0;
    CHECK(f.database->write(f.context, [&](Connection& connection) -> Result<bool> {
      auto counted = CounterFixture::increment(connection, 1);
      if (!counted) return counted;
      if (++runs == 1) f.of_test.disconnectAll();
      return CounterFixture::increment(connection, 2);
    }) == true);
    CHECK(runs == 2);
    CHECK(f.sum() == 2);
  }
  SECTION("before the commit: nobody knows whether it was done") {
    int runs = 0;
    const auto result = f.database->write(f.context, [&](Connection& connection) -> Result<bool> {
      auto counted = CounterFixture::increment(connection, 1);
      if (++runs == 1) f.of_test.disconnectAll();
      return counted;
    });
    CHECK(result.error().code == ErrorCode::kOverloaded);
    CHECK(runs == 1);
    CHECK(f.sum() == 0);
  }
}

TEST_CASE("Database: one that cannot be reached is said to be, without its password", "[catalog]") {
  const std::string url = GENERATE(as<std::string>(), "postgresql://u:secret@127.0.0.1:1/d",
                                   "mysql+pymysql://u:secret@127.0.0.1:1/d");
  const auto opened = Database::open({.connection = url, .max_retries = 1, .retry_interval = 0});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kOverloaded);
  CHECK(opened.error().message.find(" d at 127.0.0.1:1") != std::string::npos);
  CHECK(opened.error().message.find("secret") == std::string::npos);
}

TEST_CASE("Database: who waits no longer is not kept waiting", "[catalog]") {
  CounterFixture f;
  RequestContext context = testContext();
  context.deadline = std::chrono::steady_clock::now();
  std::atomic<bool> held = false;
  // Both connections of the test's pool are in use, if it has no more.
  CHECK(f.database->read(f.context, [&](Connection&) {
    return f.database->read(f.context, [&](Connection&) -> Status {
      held = true;
      if (TestDatabase::onServer()) return {};
      CHECK(f.database->query(context, "SELECT 1", {}, "i").error().code == ErrorCode::kTimeout);
      return {};
    });
  }));
  CHECK(held);
}

}  // namespace glint::origin
