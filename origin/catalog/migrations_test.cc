#include "origin/catalog/migrations.h"

#include <algorithm>
#include <thread>

#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_connection.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

std::string tableText(Connection& connection) {
  return schemaSql("CREATE TABLE t (a $TEXT, b BIGINT) $TABLE", connection.dialect());
}

}  // namespace

TEST_CASE("Migrations: an empty database reaches the newest version, once", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  CHECK(migrate(*connection).value() == migrations().back().version);
  CHECK(migrate(*connection).value() == migrations().back().version);
  auto rows = connection->query("SELECT count(*) FROM glint_schema", {}, "i");
  CHECK(integerOf(rows.value()[0][0]) == static_cast<long long>(migrations().size()));
}

TEST_CASE("Migrations: from every earlier version, with data", "[catalog]") {
  for (int version = 1; version < newestVersion(); ++version) {
    CAPTURE(version);
    const TestDatabase database;
    const auto connection = database.connection();
    REQUIRE(migrate(*connection, version).value() == version);
    REQUIRE(schemaVersion(*connection).value() == version);
    REQUIRE(connection->execute(
        "INSERT INTO images (id, name, status, visibility, protected, os_hidden, owner, min_disk, "
        "min_ram, created_at, updated_at, deleted, version) VALUES "
        "('i', 'kept', 'queued', 'shared', 0, 0, 'p', 0, 0, 1, 1, 0, 1)",
        {}));
    REQUIRE(connection->execute("INSERT INTO image_tags (image_id, value) VALUES ('i', 't')", {}));
    REQUIRE(migrate(*connection).value() == newestVersion());
    const auto catalog = std::move(openSqlCatalog(database.options()).value());
    const auto image = catalog->get(testContext(), {"i"}).value();
    CHECK(image.name == "kept");
    CHECK(image.tags == std::set<std::string>{"t"});
  }
}

TEST_CASE("Migrations: versions have no gaps", "[catalog]") {
  int expected = 1;
  for (const Migration& migration : migrations()) CHECK(migration.version == expected++);
}

TEST_CASE("Migrations: a newer schema is refused with what to do", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(migrate(*connection));
  REQUIRE(connection->execute("INSERT INTO glint_schema (version, title) VALUES (:v0, :v1)",
                              {newestVersion() + 1LL, "from the future"}));
  const auto again = migrate(*connection);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::kConflict);
  CHECK(again.error().message.find(std::to_string(newestVersion() + 1)) != std::string::npos);
  CHECK(again.error().message.find("run the release") != std::string::npos);
}

TEST_CASE("Migrations: a schema of another program is refused", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(migrate(*connection));
  REQUIRE(connection->execute("UPDATE glint_schema SET title = 'another' WHERE version = 1", {}));
  for (const auto& result : {migrate(*connection), schemaVersion(*connection)}) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::kConflict);
    CHECK(result.error().message.find("another") != std::string::npos);
  }
}

TEST_CASE("Migrations: a step that was cut short is refused with what to do", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(migrate(*connection));
  REQUIRE(connection->execute("INSERT INTO glint_schema_begun (version) VALUES (7)", {}));
  for (const auto& result : {migrate(*connection), schemaVersion(*connection)}) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::kConflict);
    CHECK(result.error().message.find("half migrated: the step to version 7") != std::string::npos);
    CHECK(result.error().message.find("restore a backup") != std::string::npos);
  }
}

TEST_CASE("Migrations: the version is read without a change", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  CHECK(schemaVersion(*connection).value() == 0);
  CHECK_FALSE(connection->query("SELECT count(*) FROM glint_schema", {}, "i"));
  REQUIRE(migrate(*connection));
  CHECK(schemaVersion(*connection).value() == newestVersion());
}

TEST_CASE("Migrations: words of schema statements are replaced everywhere", "[catalog]") {
  CHECK(schemaSql("a $BYTES, b $TEXT, c $BYTES) $TABLE", kPostgresqlDialect) ==
        "a COLLATE \"C\", b TEXT COLLATE \"C\", c COLLATE \"C\") ");
  CHECK(schemaSql("b $TEXT", kMariadbDialect) == "b MEDIUMTEXT");
}

TEST_CASE("Migrations: processes that start together agree", "[catalog][threads]") {
  const TestDatabase database;
  const auto first = database.connection();  // SQLite's WAL mode is set by one
  std::vector<int> versions(4, 0);
  {
    std::vector<std::jthread> starters;
    for (int& version : versions) {
      starters.emplace_back(
          [&version, &database] { version = migrate(*database.connection()).value_or(-1); });
    }
  }
  CHECK(std::ranges::all_of(versions, [](int v) { return v == migrations().back().version; }));
}

TEST_CASE("Connection: values come back as they were given", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(connection->execute(tableText(*connection), {}));
  const std::string nasty = "'; DROP TABLE t; -- \xf0\x9f\x92\xa3 :v0 \n";
  REQUIRE(connection->execute("INSERT INTO t (a, b) VALUES (:v0, :v1)", {nasty, 1LL << 62}));
  REQUIRE(connection->execute("INSERT INTO t (a, b) VALUES (:v0, :v1)",
                              {std::monostate{}, std::monostate{}}));
  for (int run = 0; run < 2; ++run) {  // the second run uses the kept statement
    const auto rows =
        connection->query("SELECT a, b FROM t ORDER BY coalesce(b, 0) DESC", {}, "ti").value();
    REQUIRE(rows.size() == 2);
    CHECK(textOf(rows[0][0]) == nasty);
    CHECK(integerOf(rows[0][1]) == 1LL << 62);
    CHECK_FALSE(optionalText(rows[1][0]));
    CHECK(std::holds_alternative<std::monostate>(rows[1][1]));
  }
}

TEST_CASE("Connection: text with a NUL is refused, not cut short", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(connection->execute(tableText(*connection), {}));
  const auto done = connection->execute("INSERT INTO t (a) VALUES (:v0)", {std::string("a\0b", 3)});
  CHECK(done.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Connection: failures are errors with a code", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(connection->execute("CREATE TABLE u (a BIGINT PRIMARY KEY)", {}));
  REQUIRE(connection->execute("INSERT INTO u VALUES (1)", {}));
  CHECK(connection->execute("INSERT INTO u VALUES (1)", {}).error().code == ErrorCode::kConflict);
  CHECK(connection->execute("INSERT INTO u VALUES (:v0)", {1LL}).error().code ==
        ErrorCode::kConflict);
  CHECK(connection->query("SELECT nothing FROM nowhere", {}, "i").error().code ==
        ErrorCode::kInternal);
  CHECK(connection->trouble() == Trouble::kNone);
  CHECK(connection->query("SELECT a FROM u", {}, "i").value().size() == 1);
}

TEST_CASE("Connection: text that is not UTF-8 is the caller's fault where it is one", "[catalog]") {
  const TestDatabase database;
  if (!TestDatabase::onServer()) return;
  const auto connection = database.connection();
  REQUIRE(connection->execute(tableText(*connection), {}));
  const auto done = connection->execute("INSERT INTO t (a) VALUES (:v0)", {std::string("\xff")});
  CHECK(done.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Connection: what is no SQLite database is named", "[catalog]") {
  TempDir dir;
  SECTION("no such directory") {
    const auto connection = Connection::openSqlite(dir.file("no/such/a.sqlite"), Durable::kYes);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().message.find(dir.file("no/such/a.sqlite")) != std::string::npos);
  }
  SECTION("not a database") {
    const std::string path = dir.file("a.sqlite");
    FILE* file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    for (int i = 0; i < 1000; ++i) std::fputs("this is no database\n", file);
    std::fclose(file);
    const auto connection = Connection::openSqlite(path, Durable::kYes);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == ErrorCode::kCorrupt);
  }
}

TEST_CASE("Transaction: what is not committed never was", "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(connection->execute("CREATE TABLE t (a BIGINT)", {}));
  {
    auto transaction = Transaction::begin(*connection, Transaction::Kind::kWrite);
    REQUIRE(transaction);
    REQUIRE(connection->execute("INSERT INTO t VALUES (1)", {}));
  }
  CHECK(integerOf(connection->query("SELECT count(*) FROM t", {}, "i").value()[0][0]) == 0);
}

TEST_CASE("Migrations: memberships of an earlier version learn their image's creation",
          "[catalog]") {
  const TestDatabase database;
  const auto connection = database.connection();
  REQUIRE(migrate(*connection, 2));
  for (const char* statement :
       {"INSERT INTO images (id, status, visibility, protected, os_hidden, min_disk, min_ram, "
        "created_at, updated_at, deleted, version) "
        "VALUES ('i', 'active', 'shared', 0, 0, 0, 0, 77, 78, 0, 1)",
        "INSERT INTO image_members (image_id, member, status, created_at, updated_at) "
        "VALUES ('i', 'p', 'accepted', 80, 80)"})
    REQUIRE(connection->execute(statement, {}));
  REQUIRE(migrate(*connection));
  auto rows = connection->query("SELECT image_created_at FROM image_members", {}, "i");
  CHECK(integerOf(rows.value()[0][0]) == 77);
}

}  // namespace glint::origin
