// Custom properties that an operator describes: the file schema-image.json of Glance (spec:
// images-api §22). They are checked when they are written, and told in the schema documents.
//
// The file is a flat map of names to descriptions, or {"properties": {…}, "required": […]}. Of JSON
// Schema a description may use type, enum, pattern, minLength, maxLength, minimum and maximum;
// other words are passed on to clients unchecked.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace glint::image {

// Whether an expression is found in a text.
using TextMatcher = std::function<bool(std::string_view text)>;
// Errors: kInvalidArgument (no expression).
using PatternCompiler = std::function<Result<TextMatcher>(std::string_view expression)>;

// Threads: immutable, shared freely.
class ExtraProperty {
 public:
  // Errors: kInvalidArgument.
  static Result<ExtraProperty> create(std::string name, const nlohmann::json& description,
                                      const PatternCompiler& compile);

  const std::string& name() const { return name_; }
  const nlohmann::json& description() const { return *description_; }  // as the file has it
  // The text that is kept of a value: of a null none, of numbers and flags their JSON.
  // Errors: kInvalidArgument.
  Result<std::string> read(const nlohmann::json& value) const;

 private:
  struct Rules;
  std::string name_;
  std::shared_ptr<const nlohmann::json> description_;
  std::shared_ptr<const Rules> rules_;
};

struct ExtraProperties {
  std::vector<ExtraProperty> properties;  // by name
  std::vector<std::string> required;      // names that every new image must give
};

// Errors: kInvalidArgument, naming the property; kTooLarge.
Result<ExtraProperties> parseExtraProperties(std::string_view text, const PatternCompiler& compile);

}  // namespace glint::image
