// Block manifests as rows: text in parts that fit into any database's column and packet. Private to
// catalog/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "image/record.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

// Replaces what was kept before.
Status saveManifest(Connection& connection, const image::ImageId& id, std::string_view manifest);
Result<std::optional<std::string>> loadManifest(Connection& connection, const image::ImageId& id);
Status deleteManifest(Connection& connection, const image::ImageId& id);

}  // namespace glint::origin
