// [database] connection: the URLs that Glance's configuration has.
//
//   sqlite:///relative/path   sqlite:////absolute/path
//   postgresql[+driver]://[user[:password]@][host[:port]]/database[?sslmode=…&host=/socket/folder…]
//   mysql[+driver]://…  mariadb[+driver]://…  [?unix_socket=…&ssl_ca=…&ssl_cert=…&ssl_key=…]
//
// The driver's name is read over. Credentials and query are percent-encoded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "origin/catalog/dialect.h"

namespace glint::origin {

struct DatabaseUrl {
  DatabaseKind kind = DatabaseKind::kSqlite;
  std::string path;  // of SQLite's file; else the fields below
  std::string host{};
  std::uint16_t port = 0;  // 0: the usual one
  std::string user{};
  std::string password{};
  std::string database{};
  std::vector<std::pair<std::string, std::string>> query{};

  // For messages and logs: never holds credentials.
  std::string text() const;
};

const Dialect& dialectOf(DatabaseKind kind);

// Errors: kInvalidArgument; the message does not repeat the URL.
Result<DatabaseUrl> parseDatabaseUrl(std::string_view text);

// What the client libraries are given. Errors: kInvalidArgument (a query key that has no meaning).
Result<std::string> postgresqlTarget(const DatabaseUrl& url);
Result<std::string> mariadbTarget(const DatabaseUrl& url);

}  // namespace glint::origin
