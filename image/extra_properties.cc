#include "image/extra_properties.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"

namespace glint::image {

namespace {

using nlohmann::json;

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

bool isInteger(const json& value) {
  if (value.is_number_integer()) return true;
  // JSON Schema's notion: 1.0 is one.
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  return static_cast<double>(static_cast<std::int64_t>(number)) == number;
}

using IsType = bool (*)(const json& value);
constexpr std::array kTypes = {
    std::pair<std::string_view, IsType>{"string", [](const json& v) { return v.is_string(); }},
    std::pair<std::string_view, IsType>{"null", [](const json& v) { return v.is_null(); }},
    std::pair<std::string_view, IsType>{"boolean", [](const json& v) { return v.is_boolean(); }},
    std::pair<std::string_view, IsType>{"number", [](const json& v) { return v.is_number(); }},
    std::pair<std::string_view, IsType>{"integer", isInteger},
};

Result<IsType> typeNamed(const json& name) {
  if (name.is_string())
    for (const auto& [word, is] : kTypes)
      if (name.get_ref<const std::string&>() == word) return is;
  return bad("type must be one or several of string, null, boolean, number, integer");
}

// A bound of the description: a number, or absent.
Result<std::optional<double>> boundOf(const json& description, const char* word) {
  const auto bound = description.find(word);
  if (bound == description.end()) return std::optional<double>();
  if (!bound->is_number()) return bad(std::string(word) + " must be a number");
  return std::optional(bound->get<double>());
}

}  // namespace

struct ExtraProperty::Rules {
  std::vector<IsType> types;  // empty: a text
  std::optional<json> one_of;
  TextMatcher matches;  // empty: any text
  std::optional<double> min_length, max_length, minimum, maximum;

  Status readTypes(const json& description) {
    const auto type = description.find("type");
    if (type == description.end()) return {};
    const json list = type->is_array() ? *type : json::array({*type});
    if (list.empty()) return bad("type is an empty list");
    for (const auto& name : list) {
      auto known = typeNamed(name);
      if (!known) return tl::unexpected(known.error());
      types.push_back(*known);
    }
    return {};
  }

  Status readWords(const json& description, const PatternCompiler& compile) {
    if (const auto words = description.find("enum"); words != description.end()) {
      if (!words->is_array()) return bad("enum must be a list");
      one_of = *words;
    }
    if (const auto pattern = description.find("pattern"); pattern != description.end()) {
      if (!pattern->is_string()) return bad("pattern must be a string");
      auto compiled = compile(pattern->get_ref<const std::string&>());
      if (!compiled) return bad("pattern: " + compiled.error().message);
      matches = std::move(*compiled);
    }
    for (const auto& [word, bound] :
         {std::pair{"minLength", &min_length}, std::pair{"maxLength", &max_length},
          std::pair{"minimum", &minimum}, std::pair{"maximum", &maximum}}) {
      auto read = boundOf(description, word);
      if (!read) return tl::unexpected(read.error());
      *bound = *read;
    }
    return {};
  }

  const char* fault(const json& value) const {
    const auto fits = [&](IsType is) { return is(value); };
    if (types.empty() ? !value.is_string() : std::ranges::none_of(types, fits))
      return "is of another type";
    if (one_of && std::find(one_of->begin(), one_of->end(), value) == one_of->end())
      return "has no such value";
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      const auto length = static_cast<double>(characters(text));
      if (length < min_length.value_or(length)) return "is too short";
      if (length > max_length.value_or(length)) return "is too long";
      if (matches && !matches(text)) return "does not match its pattern";
    }
    if (value.is_number()) {
      const auto number = value.get<double>();
      if (number < minimum.value_or(number)) return "is too small";
      if (number > maximum.value_or(number)) return "is too large";
    }
    return nullptr;
  }
};

Result<ExtraProperty> ExtraProperty::create(std::string name, const json& description,
                                            const PatternCompiler& compile) {
  const auto wrong = [&name](const std::string& why) {
    return bad("property " + name + ": " + why);
  };
  if (!description.is_object()) return wrong("its description is no JSON object");
  auto rules = std::make_shared<Rules>();
  auto status = rules->readTypes(description);
  if (status) status = rules->readWords(description, compile);
  if (!status) return wrong(status.error().message);
  ExtraProperty property;
  property.name_ = std::move(name);
  property.description_ = std::make_shared<const json>(description);
  property.rules_ = std::move(rules);
  return property;
}

Result<std::string> ExtraProperty::read(const json& value) const {
  if (const char* fault = rules_->fault(value))
    return bad("Provided object does not match schema: '" + name_ + "' " + fault);
  if (value.is_null()) return std::string();
  return value.is_string() ? value.get<std::string>() : http::dumpJson(value);
}

Result<ExtraProperties> parseExtraProperties(std::string_view text,
                                             const PatternCompiler& compile) {
  const auto document = http::parseJson(text);
  if (!document) return tl::unexpected(document.error());
  if (!document->is_object()) return bad("it is no JSON object");
  ExtraProperties extra;
  const bool wrapped = document->contains("properties");
  const json& properties = wrapped ? document->at("properties") : *document;
  if (!properties.is_object()) return bad("properties is no JSON object");
  for (const auto& item : properties.items()) {
    auto property = ExtraProperty::create(item.key(), item.value(), compile);
    if (!property) return tl::unexpected(property.error());
    extra.properties.push_back(std::move(*property));
  }
  if (!wrapped || !document->contains("required")) return extra;
  const json& required = document->at("required");
  if (!required.is_array()) return bad("required must be a list of names");
  for (const auto& name : required) {
    if (!name.is_string()) return bad("required must be a list of names");
    extra.required.push_back(name.get<std::string>());
  }
  return extra;
}

}  // namespace glint::image
