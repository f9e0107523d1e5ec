#include "origin/catalog/database_url.h"

#include "origin/test_support.h"

namespace glint::origin {

TEST_CASE("DatabaseUrl: what Glance's configuration holds is understood", "[catalog]") {
  struct Case {
    const char* text;
    DatabaseKind kind;
    const char* path;
    const char* user;
    const char* password;
    const char* host;
    int port;
    const char* database;
  };
  const auto c = GENERATE(values<Case>({
      {"sqlite:////var/lib/glance.sqlite", DatabaseKind::kSqlite, "/var/lib/glance.sqlite", "", "",
       "", 0, ""},
      {"sqlite:///here.sqlite", DatabaseKind::kSqlite, "here.sqlite", "", "", "", 0, ""},
      {"mysql+pymysql://glance:p%40ss%2F@db.test/glance?charset=utf8", DatabaseKind::kMariadb, "",
       "glance", "p@ss/", "db.test", 0, "glance"},
      {"mysql://glance@[::1]:3307/g", DatabaseKind::kMariadb, "", "glance", "", "::1", 3307, "g"},
      {"mariadb://h/g", DatabaseKind::kMariadb, "", "", "", "h", 0, "g"},
      {"postgresql+psycopg2://u:a:b@h:5433/d", DatabaseKind::kPostgresql, "", "u", "a:b", "h", 5433,
       "d"},
      {"postgresql:///d?host=/run/postgresql", DatabaseKind::kPostgresql, "", "", "", "", 0, "d"},
  }));
  CAPTURE(c.text);
  const auto url = parseDatabaseUrl(c.text);
  REQUIRE(url);
  CHECK(url->kind == c.kind);
  CHECK(url->path == c.path);
  CHECK(url->user == c.user);
  CHECK(url->password == c.password);
  CHECK(url->host == c.host);
  CHECK(url->port == c.port);
  CHECK(url->database == c.database);
}

TEST_CASE("DatabaseUrl: others are refused without a word of them", "[catalog]") {
  const std::string text =
      GENERATE(as<std::string>(), "", "/a/path", "sqlite://", "sqlite:///", "oracle://u:secret@h/d",
               "mysql://u:secret@h", "mysql://u:secret@h/", "mysql://u:sec%zzret@h/d",
               "postgresql://u:secret@h:99999/d", "postgresql://u:secret@h/d?a=%f");
  CAPTURE(text);
  const auto url = parseDatabaseUrl(text);
  REQUIRE_FALSE(url);
  CHECK(url.error().code == ErrorCode::kInvalidArgument);
  CHECK(url.error().message.find("[database] connection: ") == 0);
  CHECK(url.error().message.find("secret") == std::string::npos);
}

TEST_CASE("DatabaseUrl: client libraries get quoted values and defaults", "[catalog]") {
  const auto postgresql =
      postgresqlTarget(parseDatabaseUrl("postgresql://u:it's%5C@h:1/d?sslmode=verify-full").value())
          .value();
  CHECK(postgresql.starts_with(
      R"(dbname='d' host='h' port='1' user='u' password='it\'s\\' connect_timeout='5')"));
  CHECK(postgresql.ends_with("sslmode='verify-full'"));
  CHECK(postgresqlTarget(parseDatabaseUrl("postgresql://h/d?connect_timeout=9").value())
            .value()
            .find("connect_timeout='5'") == std::string::npos);

  const auto mariadb =
      mariadbTarget(
          parseDatabaseUrl("mysql+pymysql://u:p@h/d?charset=utf8&ssl_ca=/ca%20dir/ca.pem").value())
          .value();
  CHECK(mariadb.starts_with("db='d' charset='utf8mb4' host='h' user='u' password='p'"));
  CHECK(mariadb.ends_with("sslca='/ca dir/ca.pem'"));
  CHECK(mariadb.find("charset='utf8'") == std::string::npos);
}

TEST_CASE("DatabaseUrl: a key that could not be obeyed is refused", "[catalog]") {
  const auto target = mariadbTarget(parseDatabaseUrl("mysql://h/d?ssl_verify_cert=true").value());
  REQUIRE_FALSE(target);
  CHECK(target.error().message.find("ssl_verify_cert") != std::string::npos);
  CHECK_FALSE(postgresqlTarget(parseDatabaseUrl("postgresql://h/d?a%20b='x").value()));
}

TEST_CASE("DatabaseUrl: its text names the database and no credentials", "[catalog]") {
  CHECK(parseDatabaseUrl("mysql://u:secret@h:3/d").value().text() == "mariadb d at h:3");
  CHECK(parseDatabaseUrl("postgresql:///d").value().text() == "postgresql d at localhost");
  CHECK(parseDatabaseUrl("sqlite:////a/b").value().text() == "/a/b");
}

}  // namespace glint::origin
