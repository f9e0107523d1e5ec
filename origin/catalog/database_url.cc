#include "origin/catalog/database_url.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"
#include "http/url.h"

namespace glint::origin {
namespace {

using namespace std::string_view_literals;

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorCode::kInvalidArgument, "[database] connection: " + why);
}

Result<DatabaseKind> kindOf(std::string_view scheme) {
  const std::string_view name = scheme.substr(0, scheme.find('+'));
  if (name == "sqlite") return DatabaseKind::kSqlite;
  if (name == "postgresql" || name == "postgres") return DatabaseKind::kPostgresql;
  if (name == "mysql" || name == "mariadb") return DatabaseKind::kMariadb;
  return refused("begins with none of sqlite:///, postgresql://, mysql://");
}

Result<DatabaseUrl> parseSqlite(std::string_view rest) {
  if (!rest.starts_with('/') || rest.size() < 2)
    return refused("sqlite:///PATH is needed, with four slashes when the path is absolute");
  const std::string_view path = rest.substr(1);
  return DatabaseUrl{.kind = DatabaseKind::kSqlite, .path = std::string(path)};
}

Status parseHost(std::string_view text, DatabaseUrl& url) {
  std::string_view host = text;
  std::string_view port;
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  url.host = host;
  if (port.empty()) return {};
  const auto number = parseInteger<std::uint16_t>(port);
  if (!number) return refused("the port is none");
  url.port = *number;
  return {};
}

Status parseCredentials(std::string_view text, DatabaseUrl& url) {
  const auto colon = text.find(':');
  auto user = http::percentDecode(text.substr(0, colon));
  auto password = http::percentDecode(colon == std::string_view::npos ? std::string_view()
                                                                      : text.substr(colon + 1));
  if (!user || !password) return refused("user or password is not percent-encoded");
  url.user = std::move(*user);
  url.password = std::move(*password);
  return {};
}

// host, then '=', then the value between quotes, as both client libraries read it.
void append(std::string& target, std::string_view key, std::string_view value) {
  if (!target.empty()) target += ' ';
  target += std::string(key) + "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\') target += '\\';
    target += c;
  }
  target += '\'';
}

bool has(const DatabaseUrl& url, std::string_view key) {
  return std::ranges::find(url.query, key, &std::pair<std::string, std::string>::first) !=
         url.query.end();
}

}  // namespace

std::string DatabaseUrl::text() const {
  switch (kind) {
    case DatabaseKind::kSqlite:
      return path;
    case DatabaseKind::kPostgresql:
    case DatabaseKind::kMariadb:
      return std::string(dialectOf(kind).name) + " " + database + " at " +
             (host.empty() ? "localhost" : host) + (port == 0 ? "" : ":" + std::to_string(port));
  }
  return {};
}

const Dialect& dialectOf(DatabaseKind kind) {
  switch (kind) {
    case DatabaseKind::kSqlite:
      return kSqliteDialect;
    case DatabaseKind::kPostgresql:
      return kPostgresqlDialect;
    case DatabaseKind::kMariadb:
      return kMariadbDialect;
  }
  return kSqliteDialect;
}

Result<DatabaseUrl> parseDatabaseUrl(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return refused("is no URL");
  auto kind = kindOf(text.substr(0, scheme_end));
  if (!kind) return tl::unexpected(kind.error());
  std::string_view rest = text.substr(scheme_end + 3);
  if (*kind == DatabaseKind::kSqlite) return parseSqlite(rest);

  DatabaseUrl url{.kind = *kind, .path = {}};
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    auto query = http::parseQuery(rest.substr(mark + 1));
    if (!query) return refused("the part after ? is not percent-encoded");
    url.query = std::move(*query);
    rest = rest.substr(0, mark);
  }
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size())
    return refused("names no database after the host");
  auto database = http::percentDecode(rest.substr(slash + 1));
  if (!database) return refused("the name of the database is not percent-encoded");
  url.database = std::move(*database);
  std::string_view authority = rest.substr(0, slash);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (auto known = parseCredentials(authority.substr(0, at), url); !known)
      return tl::unexpected(known.error());
    authority = authority.substr(at + 1);
  }
  if (auto host = parseHost(authority, url); !host) return tl::unexpected(host.error());
  return url;
}

Result<std::string> postgresqlTarget(const DatabaseUrl& url) {
  // A server that vanished without a word is noticed by the kernel, in seconds.
  constexpr std::array kDefaults = {
      std::pair{"connect_timeout"sv, "5"sv},      std::pair{"keepalives_idle"sv, "10"sv},
      std::pair{"keepalives_interval"sv, "5"sv},  std::pair{"keepalives_count"sv, "3"sv},
      std::pair{"tcp_user_timeout"sv, "20000"sv}, std::pair{"application_name"sv, "glint"sv},
      std::pair{"client_encoding"sv, "UTF8"sv}};
  std::string target;
  append(target, "dbname", url.database);
  if (!url.host.empty()) append(target, "host", url.host);
  if (url.port != 0) append(target, "port", std::to_string(url.port));
  if (!url.user.empty()) append(target, "user", url.user);
  if (!url.password.empty()) append(target, "password", url.password);
  for (const auto& [key, value] : kDefaults)
    if (!has(url, key)) append(target, key, value);
  for (const auto& [key, value] : url.query) {
    if (key.empty() ||
        !std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }))
      return refused("the part after ? holds a key that libpq does not know");
    append(target, key, value);
  }
  return target;
}

Result<std::string> mariadbTarget(const DatabaseUrl& url) {
  constexpr std::array kKnown = {std::pair{"unix_socket"sv, "unix_socket"sv},
                                 std::pair{"ssl_ca"sv, "sslca"sv},
                                 std::pair{"ssl_cert"sv, "sslcert"sv},
                                 std::pair{"ssl_key"sv, "sslkey"sv},
                                 std::pair{"connect_timeout"sv, "connect_timeout"sv},
                                 std::pair{"read_timeout"sv, "read_timeout"sv},
                                 std::pair{"write_timeout"sv, "write_timeout"sv}};
  constexpr std::array kDefaults = {std::pair{"connect_timeout"sv, "5"sv},
                                    std::pair{"read_timeout"sv, "60"sv},
                                    std::pair{"write_timeout"sv, "60"sv}};
  // Drivers of Python need these; the catalog is UTF-8 whatever they say.
  constexpr std::array kNeedless = {"charset"sv, "use_unicode"sv, "binary_prefix"sv, "plugin"sv};
  std::string target;
  append(target, "db", url.database);
  append(target, "charset", "utf8mb4");
  if (!url.host.empty()) append(target, "host", url.host);
  if (url.port != 0) append(target, "port", std::to_string(url.port));
  if (!url.user.empty()) append(target, "user", url.user);
  if (!url.password.empty()) append(target, "password", url.password);
  for (const auto& [key, value] : kDefaults)
    if (!has(url, key)) append(target, key, value);
  for (const auto& [key, value] : url.query) {
    if (std::ranges::find(kNeedless, key) != kNeedless.end()) continue;
    const auto known =
        std::ranges::find_if(kKnown, [&key = key](const auto& pair) { return pair.first == key; });
    if (known == kKnown.end())
      return refused("\"" + key + "\" after ? is not supported with MariaDB");
    append(target, known->second, value);
  }
  return target;
}

}  // namespace glint::origin
