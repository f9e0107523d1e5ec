// Image records as table rows: reading them, and writing what changed. Private to catalog/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/record.h"
#include "origin/catalog/catalog.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

// A record with what the catalog keeps about it and callers do not see.
struct StoredImage {
  image::Image image;
  long long version = 0;  // counts saves; a save names the version it is based on
  std::optional<UploadClaim> claim;
};

long long toMicros(image::Time time);
image::Time fromMicros(long long micros);

// The columns of `images` that imageOf() reads, and their kinds for Connection::query().
extern const char* const kImageColumns;
extern const char* const kImageColumnKinds;
// Errors: kCorrupt (a status or visibility that is none).
Result<StoredImage> imageOf(const Row& row);

// The record with everything that belongs to it; nullopt: unknown or deleted.
Result<std::optional<StoredImage>> loadImage(Connection& connection, const image::ImageId& id);
// Fills tags, properties and locations of many records.
Status loadParts(Connection& connection, std::vector<image::Image>& images);

// Errors: kConflict (the id exists).
Status insertImage(Connection& connection, const image::Image& image);
// Writes what differs from `before`, if the record still is at that version.
// Returns false if it is not.
Result<bool> saveImage(Connection& connection, const StoredImage& before, const StoredImage& after);
// The same, and the record is deleted.
Result<bool> deleteImage(Connection& connection, const StoredImage& before, image::Time now);

}  // namespace glint::origin
