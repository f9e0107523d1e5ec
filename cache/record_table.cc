#include "cache/record_table.h"

#include <leveldb/db.h>
#include <leveldb/env.h>

#include "base/log.h"
#include "cache/level_log.h"

namespace glint::cache {
namespace {

leveldb::Options databaseOptions() {
  leveldb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 256 * 1024;
  options.max_open_files = 16;
  options.info_log = silentLog();
  return options;
}

Result<std::unique_ptr<leveldb::DB>> openDatabase(const std::string& dir) {
  leveldb::DB* database = nullptr;
  const leveldb::Status status = leveldb::DB::Open(databaseOptions(), dir, &database);
  std::unique_ptr<leveldb::DB> owner(database);
  if (!status.ok()) return fail(ErrorCode::kInternal, "open " + dir + ": " + status.ToString());
  return owner;
}

leveldb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

class LevelTable final : public RecordTable {
 public:
  LevelTable(std::unique_ptr<leveldb::DB> database, std::string dir)
      : database_(std::move(database)), dir_(std::move(dir)) {}

  std::vector<Record> readAll() {
    leveldb::ReadOptions options;
    options.verify_checksums = true;
    std::vector<Record> records;
    const std::unique_ptr<leveldb::Iterator> cursor(database_->NewIterator(options));
    for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next())
      records.emplace_back(cursor->key().ToString(), cursor->value().ToString());
    if (!cursor->status().ok())
      log::warn("record_table_damaged", {{"dir", dir_}, {"error", cursor->status().ToString()}});
    return records;
  }

  Status put(std::string_view key, std::string_view value) override {
    return done(database_->Put(synced(), slice(key), slice(value)));
  }
  Status erase(std::string_view key) override {
    return done(database_->Delete(synced(), slice(key)));
  }

 private:
  static leveldb::WriteOptions synced() {
    leveldb::WriteOptions options;
    options.sync = true;
    return options;
  }
  Status done(const leveldb::Status& status) const {
    if (status.ok()) return {};
    return fail(ErrorCode::kInternal, "write " + dir_ + ": " + status.ToString());
  }

  const std::unique_ptr<leveldb::DB> database_;
  const std::string dir_;
};

}  // namespace

Result<RecordTable::Opened> RecordTable::open(const std::string& dir) {
  auto database = openDatabase(dir);
  if (!database) {
    log::warn("record_table_begun_anew", {{"dir", dir}, {"error", database.error().message}});
    leveldb::DestroyDB(dir, databaseOptions());
    database = openDatabase(dir);
  }
  if (!database) return tl::unexpected(database.error());
  auto table = std::make_unique<LevelTable>(std::move(*database), dir);
  auto records = table->readAll();
  Opened opened;
  opened.table = std::move(table);
  opened.records = std::move(records);
  return opened;
}

}  // namespace glint::cache
