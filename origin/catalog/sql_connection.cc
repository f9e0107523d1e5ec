#include "origin/catalog/sql_connection.h"

#include <deque>
#include <unordered_map>

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/log.h"
#include "origin/catalog/sql_errors.h"

namespace glint::origin {
namespace {

constexpr std::size_t kKeptStatements = 128;

// The values of one run, in memory that stays in place while SOCI holds pointers to it.
class Parameters {
 public:
  explicit Parameters(const Row& values) {
    for (const Value& value : values) {
      Cell& cell = cells_.emplace_back();
      if (const auto* number = std::get_if<long long>(&value)) {
        cell.integer = *number;
        cell.is_integer = true;
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        cell.text = *text;
      } else {
        cell.indicator = soci::i_null;
      }
    }
  }
  void bindTo(soci::statement& statement) {
    for (Cell& cell : cells_) {
      if (cell.is_integer)
        statement.exchange(soci::use(cell.integer, cell.indicator));
      else
        statement.exchange(soci::use(cell.text, cell.indicator));
    }
  }

 private:
  struct Cell {
    long long integer = 0;
    std::string text;
    bool is_integer = false;
    soci::indicator indicator = soci::i_ok;
  };
  std::deque<Cell> cells_;
};

class Columns {
 public:
  explicit Columns(std::string_view kinds) : cells_(kinds.size()) {
    for (std::size_t i = 0; i < kinds.size(); ++i) cells_[i].is_integer = kinds[i] == 'i';
  }
  void bindTo(soci::statement& statement) {
    for (Cell& cell : cells_) {
      if (cell.is_integer)
        statement.exchange(soci::into(cell.integer, cell.indicator));
      else
        statement.exchange(soci::into(cell.text, cell.indicator));
    }
  }
  Row take() {
    Row row;
    row.reserve(cells_.size());
    for (Cell& cell : cells_) {
      if (cell.indicator == soci::i_null)
        row.emplace_back();
      else if (cell.is_integer)
        row.emplace_back(cell.integer);
      else
        row.emplace_back(cell.text);
    }
    return row;
  }

 private:
  struct Cell {
    long long integer = 0;
    std::string text;
    bool is_integer = false;
    soci::indicator indicator = soci::i_ok;
  };
  std::vector<Cell> cells_;
};

class SociConnection final : public Connection {
 public:
  SociConnection(const soci::backend_factory& factory, const std::string& target,
                 const Dialect& dialect)
      : session_(factory, target), dialect_(dialect) {}

  const Dialect& dialect() const override { return dialect_; }
  Trouble trouble() const override { return trouble_; }

  Result<std::vector<Row>> query(std::string_view sql, const Row& values,
                                 std::string_view columns) override {
    std::vector<Row> rows;
    auto changed = run(sql, values, columns, rows);
    if (!changed) return tl::unexpected(changed.error());
    return rows;
  }

  Result<long long> execute(std::string_view sql, const Row& values) override {
    std::vector<Row> none;
    return run(sql, values, {}, none);
  }

 private:
  Result<long long> run(std::string_view sql, const Row& values, std::string_view columns,
                        std::vector<Row>& rows) {
    trouble_ = Trouble::kNone;
    // Client libraries take text as C strings: what follows a NUL would be lost without a word.
    for (const Value& value : values)
      if (textOf(value).find('\0') != std::string::npos)
        return fail(ErrorCode::kInvalidArgument, "database: a text holds a NUL");
    std::string text(sql);
    try {
      if (values.empty() && columns.empty() && dialect_.kind != DatabaseKind::kSqlite)
        return runOnce(text);
      return runPrepared(prepared(text), values, columns, rows);
    } catch (...) {
      SqlFailure failure = failedStatement(session_);
      trouble_ = failure.trouble;
      statements_.erase(text);
      return tl::unexpected(std::move(failure.error));
    }
  }

  // Where preparing is a round trip, it is not worth it for BEGIN and COMMIT.
  long long runOnce(const std::string& text) {
    soci::statement statement(session_);
    statement.alloc();
    statement.prepare(text, soci::details::st_one_time_query);
    statement.define_and_bind();
    statement.execute(true);
    return statement.get_affected_rows();
  }

  long long runPrepared(soci::statement& statement, const Row& values, std::string_view columns,
                        std::vector<Row>& rows) {
    Parameters parameters(values);
    Columns cells(columns);
    statement.bind_clean_up();
    cells.bindTo(statement);
    parameters.bindTo(statement);
    statement.define_and_bind();
    // Rows are read to the end: a statement that is left half read would keep its snapshot open.
    for (bool more = statement.execute(true); more && !columns.empty(); more = statement.fetch())
      rows.push_back(cells.take());
    const long long changed = statement.get_affected_rows();
    statement.bind_clean_up();
    return changed;
  }

  soci::statement& prepared(const std::string& sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return found->second;
    if (statements_.size() >= kKeptStatements) statements_.clear();
    soci::statement statement(session_);
    statement.alloc();
    statement.prepare(sql);
    return statements_.emplace(sql, statement).first->second;
  }

  soci::session session_;
  const Dialect& dialect_;
  Trouble trouble_ = Trouble::kNone;
  std::unordered_map<std::string, soci::statement> statements_;  // before session_ ends
};

}  // namespace

long long integerOf(const Value& value) {
  const auto* number = std::get_if<long long>(&value);
  return number != nullptr ? *number : 0;
}

const std::string& textOf(const Value& value) {
  static const std::string kEmpty;
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : kEmpty;
}

std::optional<std::string> optionalText(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? std::optional<std::string>(*text) : std::nullopt;
}

Value nullable(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value(std::monostate{});
}

Result<std::unique_ptr<Connection>> Connection::openSqlite(const std::string& path,
                                                           Durable durable) {
  if (path.find('"') != std::string::npos)
    return fail(ErrorCode::kInvalidArgument, "database path holds a quote: " + path);
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<SociConnection>(*soci::factory_sqlite3(),
                                                  "db=\"" + path + "\" timeout=10", kSqliteDialect);
  } catch (...) {
    return tl::unexpected(failedConnect("database " + path));
  }
  // FULL: in WAL mode NORMAL would let a power cut take back commits that were already answered
  // with 201 or 204, and stores would hold bytes that no record knows.
  const char* const synchronous =
      durable == Durable::kYes ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF";
  for (const char* pragma : {"PRAGMA journal_mode=WAL", synchronous, "PRAGMA foreign_keys=ON",
                             "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-4096",
                             "PRAGMA journal_size_limit=67108864"}) {
    auto done = connection->query(pragma, {}, "t");  // some answer with a row, to be read
    if (!done) return failWith("open database " + path, done.error());
  }
  return connection;
}

Result<std::unique_ptr<Connection>> Connection::openSqliteReadOnly(const std::string& path) {
  if (path.find('"') != std::string::npos)
    return fail(ErrorCode::kInvalidArgument, "database path holds a quote: " + path);
  try {
    return std::make_unique<SociConnection>(
        *soci::factory_sqlite3(), "db=\"" + path + "\" timeout=10 readonly=true", kSqliteDialect);
  } catch (...) {
    return tl::unexpected(failedConnect("database " + path));
  }
}

Result<std::unique_ptr<Connection>> Connection::openPostgresql(const DatabaseUrl& url) {
  const auto target = postgresqlTarget(url);
  if (!target) return tl::unexpected(target.error());
  try {
    return std::make_unique<SociConnection>(*soci::factory_postgresql(), *target,
                                            kPostgresqlDialect);
  } catch (...) {
    return tl::unexpected(failedConnect(url.text()));
  }
}

Result<std::unique_ptr<Connection>> Connection::openMariadb(const DatabaseUrl& url,
                                                            const MariadbSession& session) {
  const auto target = mariadbTarget(url);
  if (!target) return tl::unexpected(target.error());
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<SociConnection>(*soci::factory_mysql(), *target, kMariadbDialect);
  } catch (...) {
    return tl::unexpected(failedConnect(url.text()));
  }
  // A write that waits for the lock of another gives up while somebody still waits for the answer.
  std::vector<std::string> settings = {"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                                       "SET SESSION innodb_lock_wait_timeout = 10"};
  if (!session.sql_mode.empty())
    settings.push_back("SET SESSION sql_mode = '" + session.sql_mode + "'");
  if (session.wsrep_sync_wait)
    settings.push_back("SET SESSION wsrep_sync_wait = " + std::to_string(*session.wsrep_sync_wait));
  for (const std::string& setting : settings) {
    auto done = connection->execute(setting, {});
    if (!done) return failWith("open " + url.text(), done.error());
  }
  return connection;
}

Result<Transaction> Transaction::begin(Connection& connection, Kind kind) {
  const Dialect& dialect = connection.dialect();
  auto begun =
      connection.execute(kind == Kind::kRead ? dialect.begin_read : dialect.begin_write, {});
  if (!begun) return tl::unexpected(begun.error());
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ == nullptr || connection_->trouble() == Trouble::kLost) return;
  auto rolled_back = connection_->execute("ROLLBACK", {});
  if (!rolled_back) log::warn("rollback_failed", {{"error", rolled_back.error().message}});
}

Status Transaction::commit() {
  auto committed = connection_->execute("COMMIT", {});
  if (!committed) return tl::unexpected(committed.error());
  connection_ = nullptr;
  return {};
}

}  // namespace glint::origin
