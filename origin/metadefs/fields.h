// The fields of metadata definitions: one table per kind, from which bodies are checked and the
// documents /v2/schemas/metadefs/* are made.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace glint::metadefs {

enum class FieldType : std::uint8_t {
  kText,
  kBoolean,
  kNumber,
  kCount,  // integer ≥ 0
  kTexts,
  kDistinctTexts,
  kTypeName,    // "string", "integer" …
  kVisibility,  // "public", "private"
  kList,        // of anything
  kAnything,
  kItems,       // {"type", "enum"}: what the elements of an array are
  kProperties,  // name → property
  kObjects,     // list of each
  kTags,
  kAssociations,
};

// Who may set it. kLink: computed, told apart from kServer inside other bodies, where times that
// came out of an answer are passed over.
enum class FieldAccess : std::uint8_t { kClient, kServer, kLink };

struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  std::uint32_t max_length = 0;  // characters; 0: no bound
  FieldAccess access = FieldAccess::kClient;
  std::string_view description = {};
  bool is_time = false;
};

struct Kind {
  std::string_view name;
  std::span<const Field> fields;
  std::span<const std::string_view> required;
};

const Kind& namespaceKind();
const Kind& objectKind();
const Kind& tagKind();
const Kind& associationKind();
// As a body of its own, with a name; inside a map it has none.
const Kind& propertyKind();

std::span<const std::string_view> typeNames();

// A body of the kind, with all that is nested in it.
// Errors: kForbidden (a field of the server), kInvalidArgument (all else).
Status check(const Kind& kind, const nlohmann::json& body);
// {"tags": [{"name": …}, …]}. Errors: kInvalidArgument.
Status checkTagList(const nlohmann::json& body);
// What a definition file holds: as a namespace, and owner and times are let through.
Status checkFile(const nlohmann::json& body);

}  // namespace glint::metadefs
