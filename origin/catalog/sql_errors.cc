#include "origin/catalog/sql_errors.h"

#include <algorithm>
#include <array>
#include <string>

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace glint::origin {
namespace {

struct Meaning {
  ErrorCode code;
  Trouble trouble = Trouble::kNone;
};

Meaning meaningOfSqlite(int result) {
  switch (result & 0xff) {  // extended codes carry the primary one in the low byte
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kOverloaded};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt};
    case SQLITE_FULL:
      return {ErrorCode::kNoSpace};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return {ErrorCode::kForbidden};
    default:
      return {ErrorCode::kInternal};
  }
}

// PostgreSQL 15 documentation, appendix A.
Meaning meaningOfSqlstate(std::string_view state) {
  struct Row {
    std::string_view prefix;
    Meaning meaning;
  };
  static constexpr std::array kRows = {
      Row{"23", {ErrorCode::kConflict}},                          // constraints
      Row{"40", {ErrorCode::kOverloaded, Trouble::kRolledBack}},  // serialization, deadlock
      Row{"08", {ErrorCode::kOverloaded, Trouble::kLost}},        // connection
      Row{"57P", {ErrorCode::kOverloaded, Trouble::kLost}},       // shutdown, crash, start
      Row{"25006", {ErrorCode::kOverloaded, Trouble::kLost}},     // became a standby
      Row{"22021", {ErrorCode::kInvalidArgument}},                // text of another encoding
      Row{"22P05", {ErrorCode::kInvalidArgument}},                // likewise
      Row{"22001", {ErrorCode::kInvalidArgument}},                // text too long
      Row{"22003", {ErrorCode::kInvalidArgument}},                // number out of range
      Row{"53", {ErrorCode::kOverloaded}},                        // resources
      Row{"55P03", {ErrorCode::kOverloaded}},                     // lock not available
      Row{"57014", {ErrorCode::kOverloaded}},                     // statement timeout
      Row{"42501", {ErrorCode::kForbidden}},                      // privileges
  };
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& r) { return state.starts_with(r.prefix); });
  return row == kRows.end() ? Meaning{ErrorCode::kInternal} : row->meaning;
}

// MariaDB's error codes: those of the server, and from 2000 those of the client library.
Meaning meaningOfMariadb(unsigned number) {
  switch (number) {
    case 1022:  // duplicate keys, null where none may be, foreign keys
    case 1048:
    case 1062:
    case 1216:
    case 1217:
    case 1451:
    case 1452:
    case 1586:
      return {ErrorCode::kConflict};
    case 1020:  // changed since it was read, deadlock
    case 1213:
      return {ErrorCode::kOverloaded, Trouble::kRolledBack};
    case 1053:  // shutdown, killed, read-only replica, cluster not ready
    case 1317:
    case 1290:
    case 1792:
    case 1047:
    case 1927:
    case 2000:
    case 2002:
    case 2003:
    case 2006:
    case 2013:
    case 2055:
    case 4031:
      return {ErrorCode::kOverloaded, Trouble::kLost};
    case 1205:  // waited too long for a lock, too many connections
    case 1040:
    case 1203:
    case 1021:
    case 1114:
      return {ErrorCode::kOverloaded};
    case 1264:  // out of range, other encodings, too long
    case 1300:
    case 1366:
    case 1406:
      return {ErrorCode::kInvalidArgument};
    case 1044:  // privileges
    case 1045:
    case 1049:
    case 1142:
    case 1698:
      return {ErrorCode::kForbidden};
    default:
      return {ErrorCode::kInternal};
  }
}

bool lostPostgresql(soci::session& session) {
  if (session.get_backend_name() != "postgresql") return false;
  const auto* backend = static_cast<soci::postgresql_session_backend*>(session.get_backend());
  return PQstatus(backend->conn_) != CONNECTION_OK;
}

// A server that answers, and refuses, says FATAL; these pass by themselves.
bool refusedByPostgresql(const std::string& message) {
  if (message.find("FATAL:") == std::string::npos) return false;
  constexpr std::array kPassing = {"starting up", "shutting down", "too many", "recovery",
                                   "reserved for"};
  return std::ranges::none_of(
      kPassing, [&](const char* words) { return message.find(words) != std::string::npos; });
}

SqlFailure failure(const Meaning& meaning, std::string message) {
  std::ranges::replace(message, '\n', ' ');
  return {{meaning.code, "database: " + message}, meaning.trouble};
}

}  // namespace

SqlFailure failedStatement(soci::session& session) {
  try {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    return failure(meaningOfSqlite(error.result()), error.get_error_message());
  } catch (const soci::postgresql_soci_error& error) {
    Meaning meaning = meaningOfSqlstate(error.sqlstate());
    if (lostPostgresql(session)) meaning = {ErrorCode::kOverloaded, Trouble::kLost};
    return failure(meaning, error.get_error_message());
  } catch (const soci::mysql_soci_error& error) {
    return failure(meaningOfMariadb(error.err_num_), error.get_error_message());
  } catch (const soci::soci_error& error) {
    const Meaning meaning = lostPostgresql(session)
                                ? Meaning{ErrorCode::kOverloaded, Trouble::kLost}
                                : Meaning{ErrorCode::kInternal};
    return failure(meaning, error.get_error_message());
  } catch (const std::exception& error) {
    return failure({ErrorCode::kInternal}, error.what());
  }
}

Error failedConnect(std::string_view what) {
  const std::string context = "open " + std::string(what) + ": ";
  try {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    return {meaningOfSqlite(error.result()).code, context + error.get_error_message()};
  } catch (const soci::mysql_soci_error& error) {
    const ErrorCode code = meaningOfMariadb(error.err_num_).code;
    return {code == ErrorCode::kForbidden ? code : ErrorCode::kOverloaded,
            context + error.get_error_message()};
  } catch (const soci::soci_error& error) {
    std::string message = error.get_error_message();
    const bool refused = refusedByPostgresql(message);
    std::ranges::replace(message, '\n', ' ');
    return {refused ? ErrorCode::kForbidden : ErrorCode::kOverloaded, context + message};
  } catch (const std::exception& error) {
    return {ErrorCode::kInternal, context + error.what()};
  }
}

}  // namespace glint::origin
