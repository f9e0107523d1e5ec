#include "origin/catalog/testing/test_database.h"

#include <algorithm>

#include "origin/catalog/database_url.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {
namespace {

const char* serverUrl() {
  return std::getenv("GLINT_TEST_DATABASE");
}  // NOLINT(concurrency-mt-unsafe): one thread

std::unique_ptr<Connection> open(const std::string& text) {
  const DatabaseUrl url = parseDatabaseUrl(text).value();
  switch (url.kind) {
    case DatabaseKind::kSqlite:
      return Connection::openSqlite(url.path, Durable::kNo).value();
    case DatabaseKind::kPostgresql:
      return Connection::openPostgresql(url).value();
    case DatabaseKind::kMariadb:
      return Connection::openMariadb(url, {}).value();
  }
  return nullptr;
}

}  // namespace

TestDatabase::TestDatabase() : name_("glint_" + makeUuid()) {
  std::ranges::replace(name_, '-', '_');
  if (!onServer()) {
    url_ = "sqlite:///" + dir_.file("glint.sqlite");
    return;
  }
  const auto connection = server();
  url_ = serverUrl();
  if (connection->dialect().kind == DatabaseKind::kPostgresql) {
    REQUIRE(connection->execute("CREATE SCHEMA " + name_, {}));
    url_ += "?options=-csearch_path%3D" + name_ + "&application_name=" + name_;
  } else {
    REQUIRE(connection->execute("CREATE DATABASE " + name_, {}));
    url_ = url_.substr(0, url_.rfind('/') + 1) + name_;
  }
}

TestDatabase::~TestDatabase() {
  if (!onServer()) return;
  const auto connection = server();
  const bool schema = connection->dialect().kind == DatabaseKind::kPostgresql;
  CHECK(connection->execute(schema ? "DROP SCHEMA " + name_ + " CASCADE" : "DROP DATABASE " + name_,
                            {}));
}

bool TestDatabase::onServer() {
  const char* const url = serverUrl();
  return url != nullptr && *url != '\0';
}

DatabaseOptions TestDatabase::options() const {
  return {.connection = url_, .connections = 2, .durable = false};
}

std::unique_ptr<Connection> TestDatabase::connection() const { return open(url_); }

void TestDatabase::disconnectAll() const {
  const auto connection = server();
  if (connection->dialect().kind == DatabaseKind::kPostgresql) {
    REQUIRE(
        connection->query("SELECT count(pg_terminate_backend(pid, 10000)) FROM "
                          "pg_stat_activity WHERE application_name = :v0",
                          {name_.substr(0, 63)}, "i"));
    return;
  }
  const auto sessions =
      connection
          ->query("SELECT id FROM information_schema.processlist WHERE db = :v0", {name_}, "i")
          .value();
  for (const Row& row : sessions)
    REQUIRE(connection->execute("KILL " + std::to_string(integerOf(row[0])), {}));
}

std::unique_ptr<Connection> TestDatabase::server() const { return open(serverUrl()); }

}  // namespace glint::origin
