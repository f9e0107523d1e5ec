// The documents /v2/schemas/metadefs/*, made from the tables of fields.
#pragma once

#include <string>
#include <string_view>

namespace glint::metadefs {

// "namespace", "namespaces", "resource_type" …; empty: there is no such document.
std::string schemaDocument(std::string_view name);

}  // namespace glint::metadefs
