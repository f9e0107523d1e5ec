// Metadata definitions: a catalog of which properties resources may carry, in namespaces (spec:
// metadefs-api).
//
// A property's definition and an object's map of properties are kept as the JSON text they are
// shown as; fields.h checks it on the way in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/record.h"

namespace glint::metadefs {

using Time = image::Time;

enum class Visibility : std::uint8_t { kPublic, kPrivate };
const char* toString(Visibility visibility);
std::optional<Visibility> parseVisibility(std::string_view text);

inline constexpr std::uint32_t kMaxNameLength = 80;  // characters

struct Namespace {
  std::string id;    // the catalog's own, stays when the name changes
  std::string name;  // unique among all projects
  std::optional<std::string> display_name;
  std::optional<std::string> description;
  Visibility visibility = Visibility::kPrivate;
  bool is_protected = false;
  std::string owner;  // a project; empty: nobody's, and visible to all
  Time created_at{};
  std::optional<Time> updated_at;  // absent on what a file brought
};

// Names are unique within their namespace.
struct Property {
  std::string name;
  std::string definition;  // JSON object; may hold a "name" of its own
  Time created_at{};
  std::optional<Time> updated_at;
};

struct Object {
  std::string name;
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> required;  // absent: none, when it was not given
  std::optional<std::string> properties;             // JSON object: name → definition
  Time created_at{};
  std::optional<Time> updated_at;
};

struct Tag {
  std::string name;
  Time created_at{};
  std::optional<Time> updated_at;
};

// That a namespace's properties fit a type of resources, with what then stands before their names.
struct Association {
  std::string name;  // of the resource type
  std::optional<std::string> prefix;
  std::optional<std::string> properties_target;
  Time created_at{};
  std::optional<Time> updated_at;
};

struct ResourceType {
  std::string name;
  bool is_protected = false;  // came with a file
  Time created_at{};
  std::optional<Time> updated_at;
};

// What is in a namespace.
struct Content {
  std::vector<Association> associations;
  std::vector<Property> properties;
  std::vector<Object> objects;
  std::vector<Tag> tags;
};

}  // namespace glint::metadefs
