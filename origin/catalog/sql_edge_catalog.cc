#include "origin/catalog/sql_edge_catalog.h"

#include <map>
#include <utility>

#include "origin/catalog/database.h"
#include "origin/catalog/image_rows.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {
namespace {

using image::HeldImage;

constexpr const char* kEdgeColumns =
    "name, url, version, capacity_bytes, used_bytes, offline_grace, truncated, image_count, "
    "reported_at";
constexpr const char* kEdgeKinds = "tttiiiiii";

std::uint64_t countOf(const Value& value) { return static_cast<std::uint64_t>(integerOf(value)); }
long long number(std::uint64_t value) { return static_cast<long long>(value); }

KnownEdge edgeOf(const Row& row) {
  KnownEdge edge;
  edge.name = textOf(row[0]);
  edge.report.url = textOf(row[1]);
  edge.report.version = textOf(row[2]);
  edge.report.capacity_bytes = countOf(row[3]);
  edge.report.used_bytes = countOf(row[4]);
  edge.report.offline_grace = std::chrono::seconds(integerOf(row[5]));
  edge.report.truncated = integerOf(row[6]) != 0;
  edge.image_count = countOf(row[7]);
  edge.reported_at = fromMicros(integerOf(row[8]));
  return edge;
}

// From a row's columns size and bootable_until (0: none).
HeldImage heldOf(std::string image, const Value& size, const Value& until) {
  HeldImage held{
      .image = {std::move(image)}, .size = countOf(size), .bootable_until = std::nullopt};
  if (integerOf(until) != 0) held.bootable_until = fromMicros(integerOf(until));
  return held;
}

Result<std::vector<HeldImage>> heldBy(Connection& connection, const std::string& edge) {
  auto rows = connection.query(
      "SELECT image_id, size, coalesce(bootable_until, 0) FROM edge_images WHERE edge = :v0 "
      "ORDER BY image_id",
      {edge}, "tii");
  if (!rows) return failWith("images of edge " + edge, rows.error());
  std::vector<HeldImage> held;
  held.reserve(rows->size());
  for (const Row& row : *rows) held.push_back(heldOf(textOf(row[0]), row[1], row[2]));
  return held;
}

Value untilOf(const HeldImage& held) {
  return held.bootable_until ? Value(toMicros(*held.bootable_until)) : Value();
}

Status insertImage(Connection& connection, const std::string& edge, const HeldImage& held) {
  auto done = connection.execute(
      "INSERT INTO edge_images (edge, image_id, size, bootable_until) VALUES (:v0, :v1, :v2, :v3)",
      {edge, held.image.value, number(held.size), untilOf(held)});
  if (!done) return failWith("image of edge " + edge, done.error());
  return {};
}

Status removeImage(Connection& connection, const std::string& edge, const std::string& image) {
  auto done = connection.execute("DELETE FROM edge_images WHERE edge = :v0 AND image_id = :v1",
                                 {edge, image});
  if (!done) return failWith("image of edge " + edge, done.error());
  return {};
}

// Writes only what is different: most reports are much like the one before.
Status saveImages(Connection& connection, const std::string& edge,
                  const std::vector<HeldImage>& images) {
  auto before = heldBy(connection, edge);
  if (!before) return tl::unexpected(before.error());
  std::map<std::string, HeldImage> gone;
  for (HeldImage& held : *before) gone.emplace(held.image.value, std::move(held));
  std::map<std::string, const HeldImage*> now;
  for (const HeldImage& held : images) now.emplace(held.image.value, &held);
  for (const auto& [id, held] : now) {
    const auto known = gone.find(id);
    const bool same = known != gone.end() && known->second == *held;
    if (known != gone.end() && !same)
      if (auto done = removeImage(connection, edge, id); !done) return done;
    if (known != gone.end()) gone.erase(known);
    if (same) continue;
    if (auto done = insertImage(connection, edge, *held); !done) return done;
  }
  for (const auto& [id, held] : gone)
    if (auto done = removeImage(connection, edge, id); !done) return done;
  return {};
}

Status saveEdge(Connection& connection, const std::string& edge, const image::EdgeReport& report,
                image::Time at) {
  auto gone = connection.execute("DELETE FROM edges WHERE name = :v0", {edge});
  if (!gone) return failWith("edge " + edge, gone.error());
  static const std::string kInsert = std::string("INSERT INTO edges (") + kEdgeColumns +
                                     ") VALUES (:v0, :v1, :v2, :v3, :v4, :v5, :v6, :v7, :v8)";
  auto done = connection.execute(
      kInsert, {edge, report.url, report.version, number(report.capacity_bytes),
                number(report.used_bytes), static_cast<long long>(report.offline_grace.count()),
                report.truncated ? 1LL : 0LL, number(report.images.size()), toMicros(at)});
  if (!done) return failWith("edge " + edge, done.error());
  return {};
}

class SqlEdgeCatalog final : public EdgeCatalog {
 public:
  explicit SqlEdgeCatalog(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Status report(const RequestContext& context, const std::string& edge,
                const image::EdgeReport& report, image::Time at) override {
    auto written = database_->write(context, [&](Connection& connection) -> Result<bool> {
      if (auto saved = saveEdge(connection, edge, report, at); !saved)
        return tl::unexpected(saved.error());
      if (auto saved = saveImages(connection, edge, report.images); !saved)
        return tl::unexpected(saved.error());
      return true;
    });
    if (!written) return tl::unexpected(written.error());
    return {};
  }

  Result<std::vector<KnownEdge>> edges(const RequestContext& context) override {
    static const std::string kSql =
        std::string("SELECT ") + kEdgeColumns + " FROM edges ORDER BY name";
    auto rows = database_->query(context, kSql, {}, kEdgeKinds);
    if (!rows) return failWith("edges", rows.error());
    std::vector<KnownEdge> all;
    all.reserve(rows->size());
    for (const Row& row : *rows) all.push_back(edgeOf(row));
    return all;
  }

  Result<KnownEdge> edge(const RequestContext& context, const std::string& name) override {
    static const std::string kSql =
        std::string("SELECT ") + kEdgeColumns + " FROM edges WHERE name = :v0";
    KnownEdge found;
    auto read = database_->read(context, [&](Connection& connection) -> Status {
      auto rows = connection.query(kSql, {name}, kEdgeKinds);
      if (!rows) return failWith("edge " + name, rows.error());
      if (rows->empty()) return fail(ErrorCode::kNotFound, "No edge " + name + " has reported.");
      found = edgeOf(rows->front());
      auto held = heldBy(connection, name);
      if (!held) return tl::unexpected(held.error());
      found.report.images = std::move(*held);
      return {};
    });
    if (!read) return tl::unexpected(read.error());
    return found;
  }

  Status forget(const RequestContext& context, const std::string& name) override {
    auto written = database_->write(context, [&](Connection& connection) -> Result<bool> {
      auto images = connection.execute("DELETE FROM edge_images WHERE edge = :v0", {name});
      if (!images) return failWith("edge " + name, images.error());
      auto gone = connection.execute("DELETE FROM edges WHERE name = :v0", {name});
      if (!gone) return failWith("edge " + name, gone.error());
      return *gone > 0;
    });
    if (!written) return tl::unexpected(written.error());
    if (!*written) return fail(ErrorCode::kNotFound, "No edge " + name + " has reported.");
    return {};
  }

  Result<std::vector<Holder>> holders(const RequestContext& context,
                                      const image::ImageId& image) override {
    auto rows = database_->query(
        context,
        "SELECT name, url, reported_at, size, coalesce(bootable_until, 0) FROM edge_images "
        "JOIN edges ON edges.name = edge_images.edge WHERE image_id = :v0 ORDER BY name",
        {image.value}, "ttiii");
    if (!rows) return failWith("edges of image " + image.value, rows.error());
    std::vector<Holder> all;
    all.reserve(rows->size());
    for (const Row& row : *rows)
      all.push_back({.edge = textOf(row[0]),
                     .url = textOf(row[1]),
                     .reported_at = fromMicros(integerOf(row[2])),
                     .held = heldOf(image.value, row[3], row[4])});
    return all;
  }

 private:
  const std::shared_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<EdgeCatalog> sqlEdgeCatalog(std::shared_ptr<Database> database) {
  return std::make_unique<SqlEdgeCatalog>(std::move(database));
}

}  // namespace glint::origin
