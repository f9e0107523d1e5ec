#include "origin/catalog/manifest_rows.h"

#include <span>

#include "base/digest.h"

namespace glint::origin {
namespace {

constexpr std::size_t kPartBytes = 24 * 1024;  // twice that as hex: below MariaDB's 64 KiB of TEXT

}  // namespace

Status saveManifest(Connection& connection, const image::ImageId& id, std::string_view manifest) {
  if (auto deleted = deleteManifest(connection, id); !deleted) return deleted;
  for (long long part = 0; !manifest.empty(); ++part) {
    const std::string_view bytes = manifest.substr(0, kPartBytes);
    manifest.remove_prefix(bytes.size());
    auto inserted = connection.execute(
        "INSERT INTO image_manifests (image_id, part, body) VALUES (:v0, :v1, :v2)",
        {id.value, part, toHex(std::as_bytes(std::span(bytes.data(), bytes.size())))});
    if (!inserted) return failWith("save block manifest", inserted.error());
  }
  return {};
}

Result<std::optional<std::string>> loadManifest(Connection& connection, const image::ImageId& id) {
  auto rows = connection.query(
      "SELECT body FROM image_manifests WHERE image_id = :v0 ORDER BY part", {id.value}, "t");
  if (!rows) return failWith("load block manifest", rows.error());
  if (rows->empty()) return std::optional<std::string>();
  std::string manifest;
  for (const Row& row : *rows) {
    const auto bytes = fromHex(textOf(row[0]));
    if (!bytes) return fail(ErrorCode::kCorrupt, "block manifest of image " + id.value);
    manifest += *bytes;
  }
  return std::optional<std::string>(std::move(manifest));
}

Status deleteManifest(Connection& connection, const image::ImageId& id) {
  auto deleted = connection.execute("DELETE FROM image_manifests WHERE image_id = :v0", {id.value});
  if (!deleted) return failWith("delete block manifest", deleted.error());
  return {};
}

}  // namespace glint::origin
