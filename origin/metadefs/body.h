// Bodies of requests on metadata definitions, as records. Times and ids stay unset.
//
// Errors of all: kTooLarge (the body), kForbidden (it holds a field of the server),
// kInvalidArgument.
#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "origin/metadefs/record.h"

namespace glint::metadefs {

struct NamespaceDraft {
  Namespace record;  // owner empty: not given
  Content content;
};

Result<NamespaceDraft> readNamespace(std::string_view body);
Result<Property> readProperty(std::string_view body);
Result<Object> readObject(std::string_view body);
Result<Tag> readTag(std::string_view body);
Result<std::vector<Tag>> readTagList(std::string_view body);
Result<Association> readAssociation(std::string_view body);

// A name that stands in a path. Errors: kInvalidArgument.
Result<Tag> tagNamed(std::string_view name);

// A definition file: the owner is "admin" unless it says so.
Result<NamespaceDraft> readDefinitionFile(std::string_view text);

}  // namespace glint::metadefs
