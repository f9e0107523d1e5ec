#include "origin/catalog/database.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "base/log.h"
#include "origin/catalog/migrations.h"

namespace glint::origin {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A transaction that is rolled back this often loses against something that does not end.
constexpr int kMaxRollbacks = 50;
constexpr milliseconds kLongestRollbackPause{50};
// "For ever": every request ends long before.
constexpr int kManyRetries = 10'000;

// A random time, so that those who collided do not collide again.
milliseconds rollbackPause(int round) {
  thread_local std::minstd_rand engine{std::random_device{}()};
  const long long most =
      std::min<long long>(1LL << std::min(round, 10), kLongestRollbackPause.count());
  return milliseconds(std::uniform_int_distribution<long long>(0, most)(engine));
}

// False: the deadline would pass, or nobody waits any more.
bool pause(const RequestContext& context, milliseconds time) {
  if (context.stop.stop_requested() || steady_clock::now() + time >= context.deadline) return false;
  std::this_thread::sleep_for(time);
  return true;
}

ConnectionPool::Open opener(const DatabaseUrl& url, const DatabaseOptions& options) {
  switch (url.kind) {
    case DatabaseKind::kSqlite:
      return [path = url.path, durable = options.durable ? Durable::kYes : Durable::kNo] {
        return Connection::openSqlite(path, durable);
      };
    case DatabaseKind::kPostgresql:
      return [url] { return Connection::openPostgresql(url); };
    case DatabaseKind::kMariadb:
      return [url, session = MariadbSession{.sql_mode = options.mysql_sql_mode,
                                            .wsrep_sync_wait = options.mysql_wsrep_sync_wait}] {
        return Connection::openMariadb(url, session);
      };
  }
  return {};
}

// Between the attempts to reach a database that was there a moment ago.
std::vector<milliseconds> reconnectPauses(const DatabaseOptions& options) {
  if (!options.use_db_reconnect)
    return {milliseconds(0), milliseconds(100), milliseconds(400), milliseconds(1500)};
  std::vector<milliseconds> pauses;
  const std::chrono::seconds longest(options.db_max_retry_interval);
  std::chrono::seconds next(options.db_retry_interval);
  const int count = options.db_max_retries < 0 ? kManyRetries : options.db_max_retries;
  for (int i = 0; i < count; ++i) {
    pauses.emplace_back(std::min(next, longest));
    if (options.db_inc_retry_interval && next < longest) next *= 2;
  }
  return pauses;
}

}  // namespace

Result<std::shared_ptr<Database>> Database::openAsItIs(const DatabaseOptions& options) {
  auto url = parseDatabaseUrl(options.connection);
  if (!url) return tl::unexpected(url.error());
  const Dialect& dialect = dialectOf(url->kind);
  const std::size_t kept = std::max<std::size_t>(options.connections, 2);
  // SQLite's connections are memory and files of this process: more of them bring nothing.
  const bool local = url->kind == DatabaseKind::kSqlite;
  const ConnectionPoolOptions pool = {
      .kept = kept,
      .most = local ? kept : kept + options.max_overflow,
      .recycle =
          local ? std::chrono::seconds(-1) : std::chrono::seconds(options.connection_recycle_time),
      .patience = std::chrono::seconds(options.pool_timeout),
      .single_writer = dialect.single_writer};
  std::shared_ptr<Database> database(
      new Database(dialect, pool, opener(*url, options), reconnectPauses(options)));
  for (int retry = 0;; ++retry) {
    auto first = database->pool_.read({});
    if (first) return database;
    const bool again = first.error().code == ErrorCode::kOverloaded &&
                       (options.max_retries < 0 || retry < options.max_retries);
    if (!again) return tl::unexpected(first.error());
    log::warn("database_unreachable", {{"error", first.error().message}, {"retry", retry + 1}});
    std::this_thread::sleep_for(std::chrono::seconds(options.retry_interval));
  }
}

Result<std::shared_ptr<Database>> Database::open(const DatabaseOptions& options) {
  auto database = openAsItIs(options);
  if (!database) return database;
  auto connection = (*database)->pool_.write({});
  if (!connection) return tl::unexpected(connection.error());
  auto version = migrate(**connection);
  if (!version) return failWith("database", version.error());
  return database;
}

Database::Outcome Database::attempt(const RequestContext& context, Kind kind,
                                    const std::function<Result<bool>(Connection&)>& action) {
  auto connection = kind == Kind::kWrite ? pool_.write(context) : pool_.read(context);
  if (!connection) {
    const bool unreachable = connection.error().code == ErrorCode::kOverloaded;
    return {tl::unexpected(connection.error()), unreachable, unreachable};
  }
  const auto failed = [&](const Error& error, bool undone) -> Outcome {
    const Trouble trouble = (*connection)->trouble();
    const bool lost = trouble == Trouble::kLost;
    return {tl::unexpected(error), trouble == Trouble::kRolledBack || (lost && undone), lost};
  };
  if (kind == Kind::kStatement) {
    auto done = action(**connection);
    return done ? Outcome{done, false, false} : failed(done.error(), true);
  }
  auto transaction = Transaction::begin(
      **connection, kind == Kind::kRead ? Transaction::Kind::kRead : Transaction::Kind::kWrite);
  if (!transaction) return failed(transaction.error(), true);
  auto done = action(**connection);
  if (!done) return failed(done.error(), true);
  if (!*done) return {done, false, false};
  if (auto committed = transaction->commit(); !committed)
    return failed(committed.error(), kind == Kind::kRead);
  return {done, false, false};
}

Result<bool> Database::attempts(const RequestContext& context, Kind kind,
                                const std::function<Result<bool>(Connection&)>& action) {
  int rollbacks = 0;
  std::size_t losses = 0;
  for (;;) {
    Outcome outcome = attempt(context, kind, action);
    if (!outcome.retry) return std::move(outcome.result);
    milliseconds wait{0};
    if (outcome.lost) {
      if (losses == reconnect_pauses_.size()) return std::move(outcome.result);
      wait = reconnect_pauses_[losses++];
    } else {
      if (++rollbacks > kMaxRollbacks) return std::move(outcome.result);
      wait = rollbackPause(rollbacks);
    }
    if (!pause(context, wait)) return std::move(outcome.result);
  }
}

Status Database::reading(const RequestContext& context, Kind kind,
                         const std::function<Status(Connection&)>& action) {
  auto done = attempts(context, kind, [&action](Connection& connection) -> Result<bool> {
    auto read = action(connection);
    if (!read) return tl::unexpected(std::move(read.error()));
    return true;
  });
  if (!done) return tl::unexpected(std::move(done.error()));
  return {};
}

Status Database::read(const RequestContext& context,
                      const std::function<Status(Connection&)>& action) {
  return reading(context, Kind::kRead, action);
}

Status Database::statement(const RequestContext& context,
                           const std::function<Status(Connection&)>& action) {
  return reading(context, Kind::kStatement, action);
}

Result<std::vector<Row>> Database::query(const RequestContext& context, std::string_view sql,
                                         const Row& values, std::string_view columns) {
  std::vector<Row> rows;
  auto done = statement(context, [&](Connection& connection) -> Status {
    auto found = connection.query(sql, values, columns);
    if (!found) return tl::unexpected(std::move(found.error()));
    rows = std::move(*found);
    return {};
  });
  if (!done) return tl::unexpected(std::move(done.error()));
  return rows;
}

Result<bool> Database::write(const RequestContext& context,
                             const std::function<Result<bool>(Connection&)>& action) {
  return attempts(context, Kind::kWrite, action);
}

}  // namespace glint::origin
