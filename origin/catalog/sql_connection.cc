#include "origin/catalog/sql_connection.h"

#include <deque>
#include <unordered_map>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/log.h"

namespace glint::origin {
namespace {

constexpr std::size_t kKeptStatements = 128;

tl::unexpected<Error> failSqlite(std::string_view what, const soci::sqlite3_soci_error& error) {
  std::string message = std::string(what) + ": " + error.get_error_message();
  switch (error.result() & 0xff) {  // extended codes carry the primary one in the low byte
    case SQLITE_CONSTRAINT:
      return fail(ErrorCode::kConflict, std::move(message));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::kOverloaded, std::move(message));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(ErrorCode::kCorrupt, std::move(message));
    case SQLITE_FULL:
      return fail(ErrorCode::kNoSpace, std::move(message));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return fail(ErrorCode::kForbidden, std::move(message));
    default:
      return fail(ErrorCode::kInternal, std::move(message));
  }
}

// The error behind the exception that is being handled.
tl::unexpected<Error> failCurrent(std::string_view what) {
  try {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    return failSqlite(what, error);
  } catch (const soci::soci_error& error) {
    const bool conflict =
        error.get_error_category() == soci::soci_error::error_category::constraint_violation;
    return fail(conflict ? ErrorCode::kConflict : ErrorCode::kInternal,
                std::string(what) + ": " + error.get_error_message());
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, std::string(what) + ": " + error.what());
  }
}

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
  Trouble trouble() const override { return Trouble::kNone; }  // a file is not lost

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
    std::string text(sql);
    try {
      soci::statement& statement = prepared(text);
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
    } catch (...) {
      auto error = failCurrent("database");
      statements_.erase(text);
      return error;
    }
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
    return failCurrent("open database " + path);
  }
  // FULL: in WAL mode NORMAL would let a power cut take back commits that were already answered
  // with 201 or 204, and stores would hold bytes that no record knows.
  const char* const synchronous =
      durable == Durable::kYes ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF";
  for (const char* pragma : {"PRAGMA journal_mode=WAL", synchronous, "PRAGMA foreign_keys=ON",
                             "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-16384",
                             "PRAGMA mmap_size=268435456", "PRAGMA journal_size_limit=67108864"}) {
    auto done = connection->query(pragma, {}, "t");  // some answer with a row, to be read
    if (!done) return failWith("open database " + path, done.error());
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
  if (connection_ == nullptr) return;
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
