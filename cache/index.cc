#include "cache/index.h"

#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/write_batch.h>

#include "base/mutex.h"
#include "cache/level_log.h"

namespace glint::cache {
namespace {

constexpr int kDatabaseOpenFiles = 64;

enum class Damage : std::uint8_t { kRefuse, kLeaveOut };

leveldb::Options databaseOptions(Damage damage) {
  leveldb::Options options;
  options.create_if_missing = true;
  options.paranoid_checks = damage == Damage::kRefuse;
  options.max_open_files = kDatabaseOpenFiles;
  options.info_log = silentLog();
  return options;
}

Result<std::unique_ptr<leveldb::DB>> openDatabase(const std::string& dir, Damage damage) {
  leveldb::DB* database = nullptr;
  const leveldb::Status status = leveldb::DB::Open(databaseOptions(damage), dir, &database);
  std::unique_ptr<leveldb::DB> owner(database);
  if (!status.ok())
    return fail(ErrorCode::kCorrupt, "open index " + dir + ": " + status.ToString());
  return owner;
}

leveldb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const leveldb::Slice& text) { return {text.data(), text.size()}; }

// Sorts one key and value into the snapshot. False: damaged.
bool addRecord(IndexSnapshot& snapshot, std::string_view key, std::string_view value) {
  const auto keep = [](auto& records, auto record) {
    if (record) records.push_back(std::move(*record));
    return record.has_value();
  };
  if (key.starts_with(kContentPrefix)) return keep(snapshot.contents, parseContent(key, value));
  if (key.starts_with(kUsePrefix)) return keep(snapshot.uses, parseUse(key, value));
  if (key.starts_with(kAliasPrefix)) return keep(snapshot.aliases, parseAlias(key, value));
  return key == kFormatKey;
}

Result<IndexSnapshot> readAll(leveldb::DB& database) {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  IndexSnapshot snapshot;
  leveldb::WriteBatch rubbish;
  std::string format;
  std::uint64_t records = 0;
  const std::unique_ptr<leveldb::Iterator> cursor(database.NewIterator(options));
  for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next(), ++records) {
    if (view(cursor->key()) == kFormatKey) format = cursor->value().ToString();
    if (addRecord(snapshot, view(cursor->key()), view(cursor->value()))) continue;
    rubbish.Delete(cursor->key());
    ++snapshot.damaged_records;
  }
  if (!cursor->status().ok()) {
    return fail(ErrorCode::kCorrupt, "read index: " + cursor->status().ToString());
  }
  if (records > 0 && format != kFormatValue) {
    return fail(ErrorCode::kCorrupt,
                "read index: format is '" + format + "', not '" + std::string(kFormatValue) + "'");
  }
  if (records == 0) rubbish.Put(slice(kFormatKey), slice(kFormatValue));
  if (const auto status = database.Write({}, &rubbish); !status.ok()) {
    return fail(ErrorCode::kInternal, "write index: " + status.ToString());
  }
  return snapshot;
}

leveldb::WriteBatch batchOf(const IndexChanges& changes) {
  leveldb::WriteBatch batch;
  for (const auto& name : changes.forgotten) {
    batch.Delete(contentKey(name));
    batch.Delete(useKey(name.digest));
  }
  for (const auto& id : changes.forgotten_aliases) batch.Delete(aliasKey(id));
  for (const auto& record : changes.contents) {
    batch.Put(contentKey(record.name), encode(record));
  }
  for (const auto& record : changes.uses) batch.Put(useKey(record.digest), encode(record));
  for (const auto& record : changes.aliases) batch.Put(aliasKey(record.image_id), encode(record));
  return batch;
}

}  // namespace

struct Index::Impl {
  std::string dir;
  Mutex mu;  // guards the pointer; LevelDB itself takes any number of threads
  std::shared_ptr<leveldb::DB> database GUARDED_BY(mu);

  Result<std::shared_ptr<leveldb::DB>> get() EXCLUDES(mu) {
    MutexLock lock(mu);
    if (database) return database;
    auto opened = openDatabase(dir, Damage::kLeaveOut);
    if (!opened) return fail(ErrorCode::kInternal, opened.error().message);
    database = std::move(*opened);
    return database;
  }
  void drop(const std::shared_ptr<leveldb::DB>& broken) EXCLUDES(mu) {
    MutexLock lock(mu);
    if (database == broken) database.reset();
  }
};

bool IndexChanges::empty() const {
  return contents.empty() && forgotten.empty() && uses.empty() && aliases.empty() &&
         forgotten_aliases.empty();
}

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;

Result<Index::Opened> Index::open(const std::string& dir) {
  Error first_error{ErrorCode::kInternal, {}};
  for (const Damage damage : {Damage::kRefuse, Damage::kLeaveOut}) {
    auto database = openDatabase(dir, damage);
    if (!database) {
      if (damage == Damage::kRefuse) first_error = database.error();
      continue;
    }
    auto snapshot = readAll(**database);
    if (!snapshot) return tl::unexpected(snapshot.error());
    auto impl = std::make_unique<Impl>();
    impl->dir = dir;
    {
      MutexLock lock(impl->mu);
      impl->database = std::move(*database);
    }
    Opened opened{std::unique_ptr<Index>(new Index(std::move(impl))), std::move(*snapshot)};
    opened.salvaged = damage == Damage::kLeaveOut || opened.snapshot.damaged_records > 0;
    return opened;
  }
  return tl::unexpected(std::move(first_error));
}

Status Index::apply(const IndexChanges& changes, Sync sync) {
  auto database = impl_->get();
  if (!database) return tl::unexpected(database.error());
  leveldb::WriteBatch batch = batchOf(changes);
  leveldb::WriteOptions options;
  options.sync = sync == Sync::kYes;
  const leveldb::Status status = (*database)->Write(options, &batch);
  if (status.ok()) return {};
  impl_->drop(*database);
  return fail(ErrorCode::kInternal, "write index: " + status.ToString());
}

}  // namespace glint::cache
