#include "origin/catalog/glance_import.h"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/json.h"
#include "image/time_text.h"
#include "origin/catalog/event_rows.h"
#include "origin/catalog/image_rows.h"
#include "origin/catalog/member_rows.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageStatus;
using image::Member;
using image::Time;

struct FoundImage {
  Image image;
  std::vector<Member> members{};
  bool deleted = false;
  bool requeued = false;
  Time deleted_at{};
};

tl::unexpected<Error> unfit(const std::string& id, const std::string& why) {
  return fail(ErrorCode::kInvalidArgument, "image " + id + " of the Glance database: " + why);
}

// Booleans are 1 or t, as the database writes them.
bool truth(const Value& value) { return textOf(value) == "1" || textOf(value) == "t"; }

Time timeOf(const Value& value) { return image::parseTime(textOf(value)).value_or(Time{}); }

std::optional<std::uint64_t> sizeOf(const Value& value) {
  const auto* number = std::get_if<long long>(&value);
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

Result<std::unique_ptr<Connection>> openSource(const std::string& text) {
  auto url = parseDatabaseUrl(text);
  if (!url) return tl::unexpected(url.error());
  switch (url->kind) {
    case DatabaseKind::kSqlite:
      return Connection::openSqliteReadOnly(url->path);
    case DatabaseKind::kPostgresql:
      return Connection::openPostgresql(*url);
    case DatabaseKind::kMariadb:
      return Connection::openMariadb(*url, {});
  }
  return fail(ErrorCode::kInternal, "no such database");
}

constexpr const char* kImages =
    "SELECT id, name, status, visibility, protected, os_hidden, owner, checksum, os_hash_algo, "
    "os_hash_value, size, virtual_size, container_format, disk_format, min_disk, min_ram, "
    "created_at, updated_at, deleted, deleted_at FROM images WHERE id > :v0 ORDER BY id LIMIT 100";
constexpr const char* kImageKinds =
    "tttttttttt"
    "iittiitttt";

// What an unfinished upload or import becomes; nullopt: an unknown word.
std::optional<ImageStatus> settled(std::string_view word, bool& requeued) {
  const auto status = image::parseStatus(word);
  if (!status) return std::nullopt;
  switch (*status) {
    case ImageStatus::kSaving:
    case ImageStatus::kUploading:
    case ImageStatus::kImporting:
      requeued = true;
      return ImageStatus::kQueued;
    case ImageStatus::kQueued:
    case ImageStatus::kActive:
    case ImageStatus::kKilled:
    case ImageStatus::kDeleted:
    case ImageStatus::kPendingDelete:
    case ImageStatus::kDeactivated:
      return status;
  }
  return status;
}

Result<FoundImage> imageOfGlance(const Row& row) {
  FoundImage found;
  Image& image = found.image;
  image.id.value = textOf(row[0]);
  image.name = optionalText(row[1]);
  const auto status = settled(textOf(row[2]), found.requeued);
  const auto visibility = image::parseVisibility(textOf(row[3]));
  if (!status || !visibility)
    return unfit(image.id.value, "status " + textOf(row[2]) + ", visibility " + textOf(row[3]));
  image.status = *status;
  image.visibility = *visibility;
  image.is_protected = truth(row[4]);
  image.os_hidden = truth(row[5]);
  image.owner = optionalText(row[6]);
  image.checksum = optionalText(row[7]);
  image.os_hash_algo = optionalText(row[8]);
  image.os_hash_value = optionalText(row[9]);
  image.size = sizeOf(row[10]);
  image.virtual_size = sizeOf(row[11]);
  image.container_format = optionalText(row[12]);
  image.disk_format = optionalText(row[13]);
  image.min_disk = integerOf(row[14]);
  image.min_ram = integerOf(row[15]);
  image.created_at = timeOf(row[16]);
  image.updated_at = optionalText(row[17]) ? timeOf(row[17]) : image.created_at;
  found.deleted = truth(row[18]);
  found.deleted_at = optionalText(row[19]) ? timeOf(row[19]) : image.updated_at;
  return found;
}

// Values that are no text are kept as their JSON.
Result<image::Location> locationOf(const std::string& id, const Row& row) {
  image::Location location{textOf(row[1]), {}};
  if (location.url.find("://") == std::string::npos)
    return unfit(id,
                 "its locations are encrypted (metadata_encryption_key); that is not supported");
  if (textOf(row[2]).empty()) return location;
  auto metadata = http::parseJson(textOf(row[2]));
  if (!metadata || !(metadata->is_object() || metadata->is_null()))
    return unfit(id, "the metadata of a location is no JSON object");
  for (const auto& [name, value] : metadata->items())
    location.metadata[name] = value.is_string() ? value.get<std::string>() : http::dumpJson(value);
  return location;
}

class Reader {
 public:
  explicit Reader(Connection& connection) : connection_(connection) {}

  // The next images after `last`, with what belongs to them.
  Result<std::vector<FoundImage>> after(const std::string& last) {
    auto rows = connection_.query(kImages, {last}, kImageKinds);
    if (!rows) return failWith("read images of the Glance database", rows.error());
    std::vector<FoundImage> batch;
    batch.reserve(rows->size());
    for (const Row& row : *rows) {
      auto found = imageOfGlance(row);
      if (!found) return tl::unexpected(found.error());
      batch.push_back(std::move(*found));
    }
    for (FoundImage& found : batch) {
      if (found.deleted) continue;
      if (auto done = parts(found); !done) return tl::unexpected(done.error());
    }
    return batch;
  }

 private:
  Status parts(FoundImage& found) {
    const std::string& id = found.image.id.value;
    auto done = each("SELECT image_id, value FROM image_tags", "", id, "tt", [&](const Row& row) {
      found.image.tags.insert(textOf(row[1]));
      return Status{};
    });
    if (done)
      done = each("SELECT image_id, name, value FROM image_properties", "", id, "ttt",
                  [&](const Row& row) {
                    found.image.properties.emplace(textOf(row[1]), textOf(row[2]));
                    return Status{};
                  });
    if (done)
      done = each("SELECT image_id, value, meta_data FROM image_locations",
                  " AND status = 'active' ORDER BY id", id, "ttt", [&](const Row& row) -> Status {
                    auto location = locationOf(id, row);
                    if (!location) return tl::unexpected(location.error());
                    found.image.locations.push_back(std::move(*location));
                    return {};
                  });
    if (done)
      done = each(
          "SELECT image_id, member, status, created_at, updated_at FROM image_members",
          " ORDER BY id", id, "ttttt", [&](const Row& row) -> Status {
            const auto status = image::parseMemberStatus(textOf(row[2]));
            if (!status) return unfit(id, "member status " + textOf(row[2]));
            found.members.push_back({.project = textOf(row[1]),
                                     .status = *status,
                                     .created_at = timeOf(row[3]),
                                     .updated_at = timeOf(optionalText(row[4]) ? row[4] : row[3])});
            return {};
          });
    return done;
  }

  template <class Take>
  Status each(const std::string& select, const char* rest, const std::string& id,
              std::string_view kinds, Take take) {
    auto rows =
        connection_.query(select + " WHERE image_id = :v0 AND deleted = false" + rest, {id}, kinds);
    if (!rows) return failWith("read the Glance database", rows.error());
    for (const Row& row : *rows) {
      // Its collation may take two ids for one.
      if (textOf(row[0]) != id) continue;
      if (auto done = take(row); !done) return done;
    }
    return {};
  }

  Connection& connection_;
};

Status insert(Connection& connection, const FoundImage& found) {
  const Image& image = found.image;
  if (auto done = insertImage(connection, image); !done) return done;
  if (found.deleted) {
    auto gone = connection.execute(
        "UPDATE images SET status = 'deleted', deleted = 1, deleted_at = :v0 WHERE id = :v1",
        {toMicros(found.deleted_at), image.id.value});
    if (!gone) return tl::unexpected(gone.error());
    return {};
  }
  for (const Member& member : found.members)
    if (auto done = insertMember(connection, image.id, member); !done) return done;
  return appendEvent(connection, {.kind = EventKind::kCreated,
                                  .image = image.id,
                                  .member = std::nullopt,
                                  .at = image.created_at});
}

Result<GlanceImport> store(Database& target, const RequestContext& context,
                           const std::vector<FoundImage>& batch) {
  GlanceImport counts;
  auto done = target.write(context, [&](Connection& connection) -> Result<bool> {
    counts = {};
    for (const FoundImage& found : batch) {
      const std::string& id = found.image.id.value;
      auto known = connection.query("SELECT 1 FROM images WHERE id = :v0", {id}, "i");
      if (!known) return tl::unexpected(known.error());
      if (!known->empty()) {
        ++counts.known;
        continue;
      }
      if (auto inserted = insert(connection, found); !inserted)
        return failWith("take over image " + id, inserted.error());
      counts.members += static_cast<long long>(found.members.size());
      ++(found.deleted ? counts.deleted : counts.images);
      if (found.requeued && !found.deleted) ++counts.requeued;
    }
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  return counts;
}

}  // namespace

Result<GlanceImport> importGlance(const std::string& source, Database& target,
                                  const RequestContext& context) {
  auto connection = openSource(source);
  if (!connection) return failWith("Glance database", connection.error());
  auto transaction = Transaction::begin(**connection, Transaction::Kind::kRead);
  if (!transaction) return failWith("Glance database", transaction.error());
  if (auto probe = (*connection)->query("SELECT version_num FROM alembic_version", {}, "t"); !probe)
    return fail(ErrorCode::kInvalidArgument,
                "this is no database of Glance: " + probe.error().message);
  Reader reader(**connection);
  GlanceImport total;
  for (std::string last;;) {
    auto batch = reader.after(last);
    if (!batch) return tl::unexpected(batch.error());
    if (batch->empty()) return total;
    auto counts = store(target, context, *batch);
    if (!counts) return tl::unexpected(counts.error());
    total.images += counts->images;
    total.members += counts->members;
    total.deleted += counts->deleted;
    total.requeued += counts->requeued;
    total.known += counts->known;
    last = batch->back().image.id.value;
  }
}

}  // namespace glint::origin
