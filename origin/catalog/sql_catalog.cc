#include "origin/catalog/sql_catalog.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "origin/catalog/database.h"
#include "origin/catalog/event_rows.h"
#include "origin/catalog/image_rows.h"
#include "origin/catalog/list_sql.h"
#include "origin/catalog/manifest_rows.h"
#include "origin/catalog/member_rows.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageId;
using image::ImageStatus;
using image::Member;
using image::MemberStatus;

// Every round somebody gets through, so this many lost rounds mean something is wrong.
constexpr int kMaxRounds = 100;

image::Time now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

tl::unexpected<Error> noSuchImage(const ImageId& id) {
  return fail(ErrorCode::kNotFound, "no image " + id.value);
}

tl::unexpected<Error> noSuchMember(const ImageId& id, const std::string& project) {
  return fail(ErrorCode::kNotFound, project + " is no member of image " + id.value);
}

class SqlCatalog final : public Catalog {
 public:
  explicit SqlCatalog(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Status create(const RequestContext& context, const Image& image) override {
    auto done = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto known = connection.query("SELECT 1 FROM images WHERE id = :v0", {image.id.value}, "i");
      if (!known) return tl::unexpected(known.error());
      if (!known->empty())
        return fail(ErrorCode::kConflict, "image id " + image.id.value + " was used before");
      auto inserted = insertImage(connection, image);
      if (!inserted) return failWith("create image " + image.id.value, inserted.error());
      return noteIf(true, connection, EventKind::kCreated, image.id, image.created_at);
    });
    if (!done) return tl::unexpected(done.error());
    return {};
  }

  Result<Image> get(const RequestContext& context, const ImageId& id) override {
    auto stored = load(context, id);
    if (!stored) return tl::unexpected(stored.error());
    return std::move(stored->image);
  }

  Result<std::vector<Image>> list(const RequestContext& context, const ListQuery& query) override {
    if (query.limit == 0) return std::vector<Image>{};
    return reading<std::vector<Image>>(
        [&](auto action) { return database_->read(context, action); },
        [&](Connection& connection) { return readPage(connection, query); });
  }

  Result<Image> update(const RequestContext& context, const ImageId& id,
                       const Change& change) override {
    return modify(context, id, [&change](StoredImage& stored) { return change(stored.image); });
  }

  Result<Image> remove(const RequestContext& context, const ImageId& id,
                       const Check& check) override {
    for (int round = 0; round < kMaxRounds; ++round) {
      auto before = load(context, id);
      if (!before) return tl::unexpected(before.error());
      if (auto allowed = check(before->image); !allowed) return tl::unexpected(allowed.error());
      const auto at = std::max(now(), before->image.updated_at);
      auto deleted = database_->write(context, [&](Connection& connection) -> Result<bool> {
        if (auto manifest = deleteManifest(connection, id); !manifest)
          return tl::unexpected(manifest.error());
        return noteIf(deleteImage(connection, *before, at), connection, EventKind::kDeleted, id,
                      at);
      });
      if (!deleted) return tl::unexpected(deleted.error());
      if (*deleted) return std::move(before->image);
    }
    return lostRaces(id);
  }

  Result<Image> beginUpload(const RequestContext& context, const ImageId& id,
                            const UploadClaim& claim, ImageStatus status) override {
    return modify(context, id, [&](StoredImage& stored) -> Status {
      if (stored.image.status != ImageStatus::kQueued) {
        return fail(
            ErrorCode::kConflict,
            "image " + id.value + " is " + image::toString(stored.image.status) + ", not queued");
      }
      stored.image.status = status;
      stored.claim = claim;
      return {};
    });
  }

  Result<Image> endUpload(const RequestContext& context, const ImageId& id,
                          const UploadClaim& claim, const Change& change) override {
    return modify(context, id, [&](StoredImage& stored) -> Status {
      if (stored.claim != claim)
        return fail(ErrorCode::kConflict, "the upload into image " + id.value + " lost its claim");
      stored.claim.reset();
      return change(stored.image);
    });
  }

  Status forgetUpload(const RequestContext& context, const ImageId& id,
                      const UploadClaim& claim) override {
    auto done = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto changed = connection.execute(
          "UPDATE images SET upload_instance = NULL, upload_id = NULL WHERE id = :v0 AND "
          "upload_instance = :v1 AND upload_id = :v2 AND deleted = 1",
          {id.value, claim.instance, claim.upload});
      if (!changed) return tl::unexpected(changed.error());
      return true;
    });
    if (!done) return tl::unexpected(done.error());
    return {};
  }

  Result<std::vector<OpenUpload>> openUploads(const RequestContext& context,
                                              const std::string& instance) override {
    auto rows = database_->query(
        context, "SELECT id, upload_id FROM images WHERE upload_instance = :v0", {instance}, "tt");
    if (!rows) return tl::unexpected(rows.error());
    std::vector<OpenUpload> open;
    for (const Row& row : *rows)
      open.push_back({ImageId{textOf(row[0])}, UploadClaim{instance, textOf(row[1])}});
    return open;
  }

  Result<std::optional<Member>> member(const RequestContext& context, const ImageId& id,
                                       const std::string& project) override {
    return reading<std::optional<Member>>(
        [&](auto action) { return database_->statement(context, action); },
        [&](Connection& connection) { return loadMember(connection, id, project); });
  }

  Result<std::vector<Member>> members(const RequestContext& context, const ImageId& id) override {
    return reading<std::vector<Member>>(
        [&](auto action) { return database_->statement(context, action); },
        [&](Connection& connection) { return loadMembers(connection, id); });
  }

  Result<Member> addMember(const RequestContext& context, const ImageId& id,
                           const std::string& project, std::int64_t quota) override {
    Member added{.project = project, .created_at = now(), .updated_at = now()};
    auto done = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto image = connection.query("SELECT 1 FROM images WHERE id = :v0 AND deleted = 0" +
                                        std::string(connection.dialect().for_update),
                                    {id.value}, "i");
      if (!image) return tl::unexpected(image.error());
      if (image->empty()) return noSuchImage(id);
      auto known = loadMembers(connection, id);
      if (!known) return tl::unexpected(known.error());
      if (std::ranges::find(*known, project, &Member::project) != known->end())
        return fail(ErrorCode::kConflict, project + " is a member of image " + id.value);
      if (quota >= 0 && std::cmp_greater_equal(known->size(), quota))
        return fail(ErrorCode::kTooLarge, "image " + id.value + " has as many members as it may");
      if (auto inserted = insertMember(connection, id, added); !inserted)
        return tl::unexpected(inserted.error());
      return noteIf(true, connection, EventKind::kMemberAdded, id, added.created_at, project);
    });
    if (!done) return tl::unexpected(done.error());
    return added;
  }

  Result<Member> setMemberStatus(const RequestContext& context, const ImageId& id,
                                 const std::string& project, MemberStatus status) override {
    Member changed;
    auto done = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto known = loadMember(connection, id, project);
      if (!known) return tl::unexpected(known.error());
      if (!*known) return noSuchMember(id, project);
      changed = std::move(**known);
      changed.status = status;
      changed.updated_at = std::max(now(), changed.updated_at);
      return noteIf(updateMember(connection, id, changed), connection, EventKind::kMemberChanged,
                    id, changed.updated_at, project);
    });
    if (!done) return tl::unexpected(done.error());
    if (!*done) return noSuchMember(id, project);
    return changed;
  }

  Status removeMember(const RequestContext& context, const ImageId& id,
                      const std::string& project) override {
    auto done = database_->write(context, [&](Connection& connection) {
      return noteIf(deleteMember(connection, id, project), connection, EventKind::kMemberRemoved,
                    id, now(), project);
    });
    if (!done) return tl::unexpected(done.error());
    if (!*done) return noSuchMember(id, project);
    return {};
  }

  Result<EventPage> events(const RequestContext& context, std::optional<std::uint64_t> after,
                           std::size_t limit) override {
    return reading<EventPage>(
        [&](auto action) { return database_->read(context, action); },
        [&](Connection& connection) { return loadEvents(connection, after, limit); });
  }

  Result<std::optional<std::string>> manifest(const RequestContext& context,
                                              const ImageId& id) override {
    return reading<std::optional<std::string>>(
        [&](auto action) { return database_->statement(context, action); },
        [&](Connection& connection) { return loadManifest(connection, id); });
  }

  Status setManifest(const RequestContext& context, const ImageId& id,
                     const std::string& manifest) override {
    auto done = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto image =
          connection.query(std::string("SELECT 1 FROM images WHERE id = :v0 AND deleted = 0") +
                               connection.dialect().for_update,
                           {id.value}, "i");
      if (!image) return tl::unexpected(image.error());
      if (image->empty()) return noSuchImage(id);
      if (auto saved = saveManifest(connection, id, manifest); !saved)
        return tl::unexpected(saved.error());
      return true;
    });
    if (!done) return tl::unexpected(done.error());
    return {};
  }

  Result<std::uint64_t> storageUsed(const RequestContext& context,
                                    const std::string& owner) override {
    auto rows = database_->query(context,
                                 "SELECT coalesce(sum(size), 0) FROM images JOIN image_locations "
                                 "ON image_id = id WHERE deleted = 0 AND owner = :v0",
                                 {owner}, "i");
    if (!rows) return tl::unexpected(rows.error());
    return static_cast<std::uint64_t>(integerOf(rows->front()[0]));
  }

 private:
  // The feed's entry of a change, as the last statement of its transaction, when the change was
  // made (`done`, which is passed on).
  static Result<bool> noteIf(Result<bool> done, Connection& connection, EventKind kind,
                             const ImageId& id, image::Time at,
                             std::optional<std::string> member = std::nullopt) {
    if (!done || !*done) return done;
    auto noted =
        appendEvent(connection, {.kind = kind, .image = id, .member = std::move(member), .at = at});
    if (!noted) return tl::unexpected(noted.error());
    return done;
  }

  static tl::unexpected<Error> lostRaces(const ImageId& id) {
    return fail(ErrorCode::kOverloaded, "image " + id.value + " changes too fast to be saved");
  }

  // What `action` returns, as a Result<T>, when `read` runs it.
  template <class T, class Read, class Action>
  static Result<T> reading(Read read, Action action) {
    std::optional<T> found;
    Status done = read([&](Connection& connection) -> Status {
      Result<T> result = action(connection);
      if (!result) return tl::unexpected(std::move(result.error()));
      found = std::move(*result);
      return {};
    });
    if (!done) return tl::unexpected(std::move(done.error()));
    return std::move(*found);
  }

  Result<StoredImage> load(const RequestContext& context, const ImageId& id) {
    auto stored = reading<std::optional<StoredImage>>(
        [&](auto action) { return database_->read(context, action); },
        [&](Connection& connection) { return loadImage(connection, id); });
    if (!stored) return tl::unexpected(stored.error());
    if (!*stored) return noSuchImage(id);
    return std::move(**stored);
  }

  // The change is applied outside of any transaction, so it may take its time; the save then names
  // the version it is based on.
  Result<Image> modify(const RequestContext& context, const ImageId& id,
                       const std::function<Status(StoredImage&)>& change) {
    for (int round = 0; round < kMaxRounds; ++round) {
      auto before = load(context, id);
      if (!before) return tl::unexpected(before.error());
      StoredImage after = *before;
      if (auto changed = change(after); !changed) return tl::unexpected(changed.error());
      after.image.updated_at = std::max(now(), before->image.updated_at);
      after.version = before->version + 1;
      const EventKind kind = kindOfChange(before->image.status, after.image.status);
      auto saved = database_->write(context, [&](Connection& connection) {
        return noteIf(saveImage(connection, *before, after), connection, kind, id,
                      after.image.updated_at);
      });
      if (!saved) return failWith("save image " + id.value, saved.error());
      if (*saved) return std::move(after.image);
    }
    return lostRaces(id);
  }

  static Result<Row> markerKeys(Connection& connection, const ListQuery& query) {
    std::string sql = "SELECT ";
    std::string kinds;
    for (const SortKey& key : completeSort(query)) {
      sql += (kinds.empty() ? "" : ", ") + sortExpression(key.column, connection.dialect());
      kinds += sortKind(key.column);
    }
    sql += " FROM images WHERE id = :v0 AND deleted = 0";
    auto rows = connection.query(sql, {query.marker->value}, kinds);
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty())
      return fail(ErrorCode::kInvalidArgument, "marker " + query.marker->value + " is no image");
    return std::move(rows->front());
  }

  static Result<std::vector<Image>> readPage(Connection& connection, const ListQuery& query) {
    std::optional<Row> marker_keys;
    if (query.marker) {
      auto keys = markerKeys(connection, query);
      if (!keys) return tl::unexpected(keys.error());
      marker_keys = std::move(*keys);
    }
    const auto sql = listSql(query, connection.dialect(), kImageColumns, marker_keys);
    if (!sql) return std::vector<Image>{};
    auto rows = connection.query(sql->text, sql->values, kImageColumnKinds);
    if (!rows) return failWith("list images", rows.error());
    std::vector<Image> images;
    images.reserve(rows->size());
    for (const Row& row : *rows) {
      auto stored = imageOf(row);
      if (!stored) return tl::unexpected(stored.error());
      images.push_back(std::move(stored->image));
    }
    if (auto loaded = loadParts(connection, images); !loaded) return tl::unexpected(loaded.error());
    return images;
  }

  const std::shared_ptr<Database> database_;  // outlives every action
};

}  // namespace

std::unique_ptr<Catalog> sqlCatalog(std::shared_ptr<Database> database) {
  return std::make_unique<SqlCatalog>(std::move(database));
}

Result<std::unique_ptr<Catalog>> openSqlCatalog(const DatabaseOptions& options) {
  auto database = Database::open(options);
  if (!database) return tl::unexpected(database.error());
  return sqlCatalog(std::move(*database));
}

}  // namespace glint::origin
