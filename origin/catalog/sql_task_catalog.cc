#include "origin/catalog/sql_task_catalog.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "origin/catalog/database.h"
#include "origin/catalog/image_rows.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

namespace {

using image::Task;
using image::TaskStatus;

constexpr const char* kColumns =
    "id, type, status, owner, image_id, request_id, user_id, input, result, message, created_at, "
    "updated_at, coalesce(expires_at, 0), worker, attempts, done_bytes, total_bytes";
constexpr const char* kKinds = "ttttttttttiiitiii";

// Longer texts are cut: they are for people.
constexpr std::size_t kLongestMessage = 10'000;

image::Time now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

image::Time timeOf(const Value& value) { return fromMicros(integerOf(value)); }

std::string shortened(const std::string& message) {
  if (message.size() <= kLongestMessage) return message;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return message.substr(0, end);
}

Task taskOf(const Row& row) {
  Task task{.id = textOf(row[0]),
            .type = textOf(row[1]),
            .status = image::parseTaskStatus(textOf(row[2])).value_or(TaskStatus::kFailure),
            .owner = optionalText(row[3]),
            .input = textOf(row[7]),
            .result = optionalText(row[8]),
            .message = textOf(row[9]),
            .image_id = optionalText(row[4]),
            .request_id = optionalText(row[5]),
            .user_id = optionalText(row[6]),
            .created_at = timeOf(row[10]),
            .updated_at = timeOf(row[11]),
            .worker = optionalText(row[13]),
            .attempts = integerOf(row[14])};
  if (integerOf(row[12]) > 0) task.expires_at = timeOf(row[12]);
  task.done_bytes = static_cast<std::uint64_t>(integerOf(row[15]));
  task.total_bytes = static_cast<std::uint64_t>(integerOf(row[16]));
  return task;
}

const char* sortExpression(TaskSort sort) {
  switch (sort) {
    case TaskSort::kCreatedAt:
      return "created_at";
    case TaskSort::kUpdatedAt:
      return "updated_at";
    case TaskSort::kExpiresAt:
      return "coalesce(expires_at, 0)";
    case TaskSort::kId:
      return "id";
    case TaskSort::kType:
      return "type";
    case TaskSort::kStatus:
      return "status";
    case TaskSort::kOwner:
      return "coalesce(owner, '')";
    case TaskSort::kImageId:
      return "coalesce(image_id, '')";
  }
  return "created_at";
}

bool sortsByTime(TaskSort sort) {
  return sort == TaskSort::kCreatedAt || sort == TaskSort::kUpdatedAt ||
         sort == TaskSort::kExpiresAt;
}

// SQL text and its values grow together: placeholders are numbered in order.
struct Statement {
  std::string text;
  Row values;
  Statement& operator<<(std::string_view sql) {
    text += sql;
    return *this;
  }
  Statement& bind(Value value) {
    text += ":v" + std::to_string(values.size());
    values.push_back(std::move(value));
    return *this;
  }
};

class SqlTaskCatalog final : public TaskCatalog {
 public:
  explicit SqlTaskCatalog(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Status add(const RequestContext& context, const Task& task, const std::string& home,
             image::Time not_before) override {
    auto added = change(
        context,
        "INSERT INTO tasks (id, type, status, owner, image_id, request_id, user_id, input, "
        "message, "
        "created_at, updated_at, deleted, home, lease_until, attempts, done_bytes, total_bytes) "
        "VALUES (:v0, :v1, :v2, :v3, :v4, :v5, :v6, :v7, :v8, :v9, :v10, 0, :v11, :v12, 0, 0, 0)",
        {task.id, task.type, std::string(image::toString(TaskStatus::kPending)),
         nullable(task.owner), nullable(task.image_id), nullable(task.request_id),
         nullable(task.user_id), task.input, task.message, toMicros(task.created_at),
         toMicros(task.updated_at), home, toMicros(not_before)});
    if (!added) return failWith("new task " + task.id, added.error());
    return {};
  }

  Status release(const RequestContext& context, const std::string& id) override {
    return done(change(
        context, "UPDATE tasks SET lease_until = 0 WHERE id = :v0 AND status = 'pending'", {id}));
  }

  Status withdraw(const RequestContext& context, const std::string& id) override {
    return done(change(context, "DELETE FROM tasks WHERE id = :v0 AND status = 'pending'", {id}));
  }

  Result<Task> get(const RequestContext& context, const std::string& id) override {
    Statement sql = living();
    (sql << " AND id = ").bind(id);
    auto tasks = read(context, sql);
    if (!tasks) return tl::unexpected(tasks.error());
    if (tasks->empty()) return fail(ErrorCode::kNotFound, "no task " + id);
    return std::move(tasks->front());
  }

  Result<std::vector<Task>> list(const RequestContext& context, const TaskQuery& query) override {
    if (query.limit == 0) return std::vector<Task>{};
    const std::string key = sortExpression(query.sort);
    const char* way = query.descending ? " DESC" : " ASC";
    Statement sql = living();
    if (query.status) (sql << " AND status = ").bind(std::string(image::toString(*query.status)));
    if (query.type) (sql << " AND type = ").bind(*query.type);
    if (query.marker) {
      auto position = markerKeys(context, query);
      if (!position) return tl::unexpected(position.error());
      const char* beyond = query.descending ? " < " : " > ";
      (sql << " AND (" << key << beyond).bind((*position)[0]);
      (sql << " OR (" << key << " = ").bind((*position)[0]);
      (sql << " AND id" << beyond).bind((*position)[1]) << "))";
    }
    sql << " ORDER BY " << key << way << ", id" << way << " LIMIT " << std::to_string(query.limit);
    return read(context, sql);
  }

  Result<std::vector<Task>> ofImage(const RequestContext& context,
                                    const image::ImageId& id) override {
    Statement sql = living();
    (sql << " AND image_id = ").bind(id.value) << " ORDER BY created_at, id";
    return read(context, sql);
  }

  Result<std::optional<Task>> claim(const RequestContext& context,
                                    const TaskWorker& worker) override {
    for (;;) {
      auto candidate = read(context, claimable(worker));
      if (!candidate) return tl::unexpected(candidate.error());
      if (candidate->empty()) return std::optional<Task>();
      Task& task = candidate->front();
      auto taken = change(
          context,
          "UPDATE tasks SET status = 'processing', worker = :v0, lease_until = :v1, attempts = "
          "attempts + 1, updated_at = :v2 WHERE id = :v3 AND attempts = :v4 AND lease_until <= :v5 "
          "AND status IN ('pending', 'processing')",
          {worker.instance, toMicros(worker.now + worker.lease), toMicros(worker.now), task.id,
           static_cast<long long>(task.attempts), toMicros(worker.now)});
      if (!taken) return tl::unexpected(taken.error());
      if (*taken == 0) continue;  // another origin was faster
      task.status = TaskStatus::kProcessing;
      task.worker = worker.instance;
      ++task.attempts;
      return std::optional(std::move(task));
    }
  }

  Status renew(const RequestContext& context, const TaskLease& lease, image::Time until,
               const TaskProgress& progress) override {
    return leased(
        lease,
        change(context,
               "UPDATE tasks SET lease_until = :v0, done_bytes = :v1, total_bytes = :v2, message = "
               ":v3, updated_at = :v4 WHERE id = :v5 AND attempts = :v6 AND status = 'processing'",
               {toMicros(until), static_cast<long long>(progress.done_bytes),
                static_cast<long long>(progress.total_bytes), shortened(progress.message),
                toMicros(now()), lease.task, static_cast<long long>(lease.attempt)}));
  }

  Status finish(const RequestContext& context, const TaskLease& lease,
                const TaskEnd& end) override {
    return leased(
        lease,
        change(context,
               "UPDATE tasks SET status = :v0, result = :v1, message = :v2, expires_at = :v3, "
               "updated_at = :v4, lease_until = 0 WHERE id = :v5 AND attempts = :v6 AND status = "
               "'processing'",
               {std::string(image::toString(end.status)), nullable(end.result),
                shortened(end.message), toMicros(end.expires_at), toMicros(now()), lease.task,
                static_cast<long long>(lease.attempt)}));
  }

  Status giveBack(const RequestContext& context, const TaskLease& lease) override {
    return done(change(context,
                       "UPDATE tasks SET lease_until = 0 WHERE id = :v0 AND attempts = :v1 AND "
                       "status = 'processing'",
                       {lease.task, static_cast<long long>(lease.attempt)}));
  }

  Status giveBackAll(const RequestContext& context, const std::string& instance) override {
    return done(change(
        context, "UPDATE tasks SET lease_until = 0 WHERE worker = :v0 AND status = 'processing'",
        {instance}));
  }

  Status preempt(const RequestContext& context, const std::string& id,
                 const TaskEnd& end) override {
    return done(change(context,
                       "UPDATE tasks SET status = :v0, message = :v1, expires_at = :v2, updated_at "
                       "= :v3, lease_until = 0 WHERE id = :v4 AND status IN ('pending', "
                       "'processing')",
                       {std::string(image::toString(end.status)), shortened(end.message),
                        toMicros(end.expires_at), toMicros(now()), id}));
  }

  Result<std::uint64_t> expire(const RequestContext& context, image::Time at) override {
    auto expired =
        change(context, "UPDATE tasks SET deleted = 1 WHERE deleted = 0 AND expires_at <= :v0",
               {toMicros(at)});
    if (!expired) return tl::unexpected(expired.error());
    return static_cast<std::uint64_t>(*expired);
  }

 private:
  static Statement living() {
    Statement sql;
    (sql << "SELECT " << kColumns
         << " FROM tasks WHERE deleted = 0 AND (expires_at IS NULL OR expires_at > ")
            .bind(toMicros(now()))
        << ")";
    return sql;
  }

  static Statement claimable(const TaskWorker& worker) {
    Statement sql;
    (sql << "SELECT " << kColumns
         << " FROM tasks WHERE status IN ('pending', 'processing') AND lease_until <= ")
        .bind(toMicros(worker.now));
    (sql << " AND (home = '' OR home = ").bind(worker.instance);
    (sql << " OR updated_at <= ").bind(toMicros(worker.now - worker.home_patience))
        << ") ORDER BY created_at, id LIMIT 1";
    return sql;
  }

  Result<Row> markerKeys(const RequestContext& context, const TaskQuery& query) {
    const std::string sql = "SELECT " + std::string(sortExpression(query.sort)) +
                            ", id FROM tasks WHERE id = :v0 AND deleted = 0";
    auto rows =
        database_->query(context, sql, {*query.marker}, sortsByTime(query.sort) ? "it" : "tt");
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty())
      return fail(ErrorCode::kInvalidArgument, "marker " + *query.marker + " is no task");
    return std::move(rows->front());
  }

  Result<std::vector<Task>> read(const RequestContext& context, const Statement& sql) {
    auto rows = database_->query(context, sql.text, sql.values, kKinds);
    if (!rows) return failWith("read tasks", rows.error());
    std::vector<Task> tasks;
    tasks.reserve(rows->size());
    for (const Row& row : *rows) tasks.push_back(taskOf(row));
    return tasks;
  }

  // One statement in a transaction of its own; the number of rows it changed.
  Result<long long> change(const RequestContext& context, std::string_view sql, const Row& values) {
    long long changed = 0;
    auto committed = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto rows = connection.execute(sql, values);
      if (!rows) return tl::unexpected(rows.error());
      changed = *rows;
      return true;
    });
    if (!committed) return tl::unexpected(committed.error());
    return changed;
  }

  static Status done(const Result<long long>& changed) {
    if (!changed) return failWith("change task", changed.error());
    return {};
  }

  static Status leased(const TaskLease& lease, const Result<long long>& changed) {
    if (changed && *changed == 0)
      return fail(ErrorCode::kConflict, "the lease of task " + lease.task + " was lost");
    return done(changed);
  }

  const std::shared_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<TaskCatalog> sqlTaskCatalog(std::shared_ptr<Database> database) {
  return std::make_unique<SqlTaskCatalog>(std::move(database));
}

}  // namespace glint::origin
