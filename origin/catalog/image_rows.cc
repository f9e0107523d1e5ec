#include "origin/catalog/image_rows.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace glint::origin {
namespace {

using image::Image;
using image::Location;

// IN lists come in few lengths, so that few statements are prepared; the rest repeats the last id.
constexpr std::array<std::size_t, 4> kListLengths = {1, 32, 256, 1024};

std::string idList(std::size_t length) {
  std::string list = "(";
  for (std::size_t i = 0; i < length; ++i) list += (i == 0 ? ":v" : ", :v") + std::to_string(i);
  return list + ")";
}

Value integer(const std::optional<std::uint64_t>& number) {
  return number ? Value(static_cast<long long>(*number)) : Value(std::monostate{});
}

std::optional<std::uint64_t> unsignedOf(const Value& value) {
  const auto* number = std::get_if<long long>(&value);
  return number != nullptr ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*number))
                           : std::nullopt;
}

// The columns in the order of kMutableColumns.
Row mutableValues(const StoredImage& stored) {
  const Image& image = stored.image;
  return {nullable(image.name),
          std::string(image::toString(image.status)),
          std::string(image::toString(image.visibility)),
          image.is_protected ? 1LL : 0LL,
          image.os_hidden ? 1LL : 0LL,
          nullable(image.owner),
          nullable(image.checksum),
          nullable(image.os_hash_algo),
          nullable(image.os_hash_value),
          integer(image.size),
          integer(image.virtual_size),
          nullable(image.container_format),
          nullable(image.disk_format),
          static_cast<long long>(image.min_disk),
          static_cast<long long>(image.min_ram),
          toMicros(image.updated_at),
          stored.version,
          stored.claim ? Value(stored.claim->instance) : Value(std::monostate{}),
          stored.claim ? Value(stored.claim->upload) : Value(std::monostate{})};
}

constexpr std::array kMutableColumns = {
    "name",         "status",           "visibility",      "protected",     "os_hidden",
    "owner",        "checksum",         "os_hash_algo",    "os_hash_value", "size",
    "virtual_size", "container_format", "disk_format",     "min_disk",      "min_ram",
    "updated_at",   "version",          "upload_instance", "upload_id"};

Status run(Connection& connection, std::string_view sql, const Row& values) {
  auto done = connection.execute(sql, values);
  if (!done) return tl::unexpected(done.error());
  return {};
}

Status insertTag(Connection& connection, const std::string& id, const std::string& tag) {
  return run(connection, "INSERT INTO image_tags (image_id, value) VALUES (:v0, :v1)", {id, tag});
}

Status insertProperty(Connection& connection, const std::string& id, const std::string& name,
                      const std::string& value) {
  return run(connection,
             "INSERT INTO image_properties (image_id, name, value) VALUES (:v0, :v1, :v2)",
             {id, name, value});
}

Status insertLocations(Connection& connection, const std::string& id,
                       const std::vector<Location>& locations) {
  for (std::size_t i = 0; i < locations.size(); ++i) {
    const auto position = static_cast<long long>(i);
    auto done = run(connection,
                    "INSERT INTO image_locations (image_id, position, url) VALUES (:v0, :v1, :v2)",
                    {id, position, locations[i].url});
    for (const auto& [name, value] : locations[i].metadata) {
      if (!done) return done;
      done = run(connection,
                 "INSERT INTO image_location_metadata (image_id, position, name, value) "
                 "VALUES (:v0, :v1, :v2, :v3)",
                 {id, position, name, value});
    }
    if (!done) return done;
  }
  return {};
}

Status saveTags(Connection& connection, const Image& before, const Image& after) {
  for (const std::string& tag : before.tags) {
    if (after.tags.contains(tag)) continue;
    auto done = run(connection, "DELETE FROM image_tags WHERE image_id = :v0 AND value = :v1",
                    {before.id.value, tag});
    if (!done) return done;
  }
  for (const std::string& tag : after.tags) {
    if (before.tags.contains(tag)) continue;
    auto done = insertTag(connection, before.id.value, tag);
    if (!done) return done;
  }
  return {};
}

Status saveProperties(Connection& connection, const Image& before, const Image& after) {
  for (const auto& [name, value] : before.properties) {
    const auto kept = after.properties.find(name);
    if (kept != after.properties.end() && kept->second == value) continue;
    auto done = run(connection, "DELETE FROM image_properties WHERE image_id = :v0 AND name = :v1",
                    {before.id.value, name});
    if (!done) return done;
  }
  for (const auto& [name, value] : after.properties) {
    const auto known = before.properties.find(name);
    if (known != before.properties.end() && known->second == value) continue;
    auto done = insertProperty(connection, before.id.value, name, value);
    if (!done) return done;
  }
  return {};
}

Status saveLocations(Connection& connection, const Image& before, const Image& after) {
  if (before.locations == after.locations) return {};
  auto done = run(connection, "DELETE FROM image_location_metadata WHERE image_id = :v0",
                  {before.id.value});
  if (done)
    done = run(connection, "DELETE FROM image_locations WHERE image_id = :v0", {before.id.value});
  if (done) done = insertLocations(connection, before.id.value, after.locations);
  return done;
}

// Tags, properties and locations of the images that `by_id` holds, one statement per table.
Status loadPartsOf(Connection& connection, const Row& ids,
                   const std::unordered_map<std::string, Image*>& by_id) {
  const std::string list = idList(ids.size());
  auto tags = connection.query("SELECT image_id, value FROM image_tags WHERE image_id IN " + list,
                               ids, "tt");
  if (!tags) return tl::unexpected(tags.error());
  for (const Row& row : *tags) by_id.at(textOf(row[0]))->tags.insert(textOf(row[1]));

  auto properties = connection.query(
      "SELECT image_id, name, value FROM image_properties WHERE image_id IN " + list, ids, "ttt");
  if (!properties) return tl::unexpected(properties.error());
  for (const Row& row : *properties)
    by_id.at(textOf(row[0]))->properties.emplace(textOf(row[1]), textOf(row[2]));

  auto locations = connection.query("SELECT image_id, url FROM image_locations WHERE image_id IN " +
                                        list + " ORDER BY image_id, position",
                                    ids, "tt");
  if (!locations) return tl::unexpected(locations.error());
  for (const Row& row : *locations)
    by_id.at(textOf(row[0]))->locations.push_back({textOf(row[1]), {}});
  if (locations->empty()) return {};

  auto metadata = connection.query(
      "SELECT image_id, position, name, value FROM image_location_metadata WHERE image_id IN " +
          list,
      ids, "titt");
  if (!metadata) return tl::unexpected(metadata.error());
  for (const Row& row : *metadata) {
    auto& of_image = by_id.at(textOf(row[0]))->locations;
    const auto position = static_cast<std::size_t>(integerOf(row[1]));
    if (position < of_image.size())
      of_image[position].metadata.emplace(textOf(row[2]), textOf(row[3]));
  }
  return {};
}

// UPDATE of the row itself; false: it is at another version, or deleted.
Result<bool> updateRow(Connection& connection, const StoredImage& before, const StoredImage& after,
                       Value deleted_at) {
  static const std::string kSql = [] {
    std::string sql = "UPDATE images SET ";
    std::size_t next = 0;
    for (const char* column : kMutableColumns)
      sql += std::string(column) + " = :v" + std::to_string(next++) + ", ";
    sql += "deleted_at = :v" + std::to_string(next) + ", deleted = :v" + std::to_string(next + 1) +
           " WHERE id = :v" + std::to_string(next + 2) + " AND version = :v" +
           std::to_string(next + 3) + " AND deleted = 0";
    return sql;
  }();
  Row values = mutableValues(after);
  const bool deleted = !std::holds_alternative<std::monostate>(deleted_at);
  values.push_back(std::move(deleted_at));
  values.emplace_back(deleted ? 1LL : 0LL);
  values.emplace_back(before.image.id.value);
  values.emplace_back(before.version);
  auto changed = connection.execute(kSql, values);
  if (!changed) return tl::unexpected(changed.error());
  return *changed == 1;
}

}  // namespace

const char* const kImageColumns =
    "id, name, status, visibility, protected, os_hidden, owner, checksum, os_hash_algo, "
    "os_hash_value, size, virtual_size, container_format, disk_format, min_disk, min_ram, "
    "created_at, updated_at, version, upload_instance, upload_id";
const char* const kImageColumnKinds =
    "ttttiitttt"
    "iittii"
    "iiitt";

long long toMicros(image::Time time) {
  return static_cast<long long>(time.time_since_epoch().count());
}

image::Time fromMicros(long long micros) { return image::Time(std::chrono::microseconds(micros)); }

Result<StoredImage> imageOf(const Row& row) {
  const auto status = image::parseStatus(textOf(row[2]));
  const auto visibility = image::parseVisibility(textOf(row[3]));
  if (!status || !visibility) {
    return fail(ErrorCode::kCorrupt, "catalog: image " + textOf(row[0]) + " has status '" +
                                         textOf(row[2]) + "' and visibility '" + textOf(row[3]) +
                                         "'");
  }
  StoredImage stored;
  Image& image = stored.image;
  image.id.value = textOf(row[0]);
  image.name = optionalText(row[1]);
  image.status = *status;
  image.visibility = *visibility;
  image.is_protected = integerOf(row[4]) != 0;
  image.os_hidden = integerOf(row[5]) != 0;
  image.owner = optionalText(row[6]);
  image.checksum = optionalText(row[7]);
  image.os_hash_algo = optionalText(row[8]);
  image.os_hash_value = optionalText(row[9]);
  image.size = unsignedOf(row[10]);
  image.virtual_size = unsignedOf(row[11]);
  image.container_format = optionalText(row[12]);
  image.disk_format = optionalText(row[13]);
  image.min_disk = integerOf(row[14]);
  image.min_ram = integerOf(row[15]);
  image.created_at = fromMicros(integerOf(row[16]));
  image.updated_at = fromMicros(integerOf(row[17]));
  stored.version = integerOf(row[18]);
  if (auto instance = optionalText(row[19]))
    stored.claim = UploadClaim{.instance = *instance, .upload = textOf(row[20])};
  return stored;
}

Result<std::optional<StoredImage>> loadImage(Connection& connection, const image::ImageId& id) {
  static const std::string kSql =
      std::string("SELECT ") + kImageColumns + " FROM images WHERE id = :v0 AND deleted = 0";
  auto rows = connection.query(kSql, {id.value}, kImageColumnKinds);
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  auto stored = imageOf(rows->front());
  if (!stored) return tl::unexpected(stored.error());
  auto loaded = loadPartsOf(connection, {id.value}, {{id.value, &stored->image}});
  if (!loaded) return tl::unexpected(loaded.error());
  return std::move(*stored);
}

Status loadParts(Connection& connection, std::vector<Image>& images) {
  for (std::size_t begin = 0; begin < images.size(); begin += kListLengths.back()) {
    const std::size_t count = std::min(images.size() - begin, kListLengths.back());
    std::unordered_map<std::string, Image*> by_id;
    Row ids;
    for (std::size_t i = begin; i < begin + count; ++i) {
      ids.emplace_back(images[i].id.value);
      by_id.emplace(images[i].id.value, &images[i]);
    }
    ids.resize(*std::ranges::lower_bound(kListLengths, count), ids.back());
    auto loaded = loadPartsOf(connection, ids, by_id);
    if (!loaded) return loaded;
  }
  return {};
}

Status insertImage(Connection& connection, const Image& image) {
  static const std::string kSql = [] {
    std::string sql = "INSERT INTO images (";
    for (const char* column : kMutableColumns) sql += std::string(column) + ", ";
    sql += "id, created_at, deleted) VALUES (";
    for (std::size_t i = 0; i < kMutableColumns.size() + 2; ++i)
      sql += ":v" + std::to_string(i) + ", ";
    return sql + "0)";
  }();
  Row values = mutableValues({.image = image, .version = 1, .claim = std::nullopt});
  values.emplace_back(image.id.value);
  values.emplace_back(toMicros(image.created_at));
  auto done = run(connection, kSql, values);
  for (const std::string& tag : image.tags) {
    if (!done) return done;
    done = insertTag(connection, image.id.value, tag);
  }
  for (const auto& [name, value] : image.properties) {
    if (!done) return done;
    done = insertProperty(connection, image.id.value, name, value);
  }
  if (done) done = insertLocations(connection, image.id.value, image.locations);
  return done;
}

Result<bool> saveImage(Connection& connection, const StoredImage& before,
                       const StoredImage& after) {
  auto saved = updateRow(connection, before, after, std::monostate{});
  if (!saved || !*saved) return saved;
  auto done = saveTags(connection, before.image, after.image);
  if (done) done = saveProperties(connection, before.image, after.image);
  if (done) done = saveLocations(connection, before.image, after.image);
  if (!done) return tl::unexpected(done.error());
  return true;
}

Result<bool> deleteImage(Connection& connection, const StoredImage& before, image::Time now) {
  StoredImage after = before;
  after.image.status = image::ImageStatus::kDeleted;
  after.image.updated_at = now;
  after.version = before.version + 1;
  // The claim of a running upload stays: its bytes are still to be found and removed.
  return updateRow(connection, before, after, toMicros(now));
}

}  // namespace glint::origin
