#include "image/schema.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include "base/uuid.h"

namespace glint::image {

namespace {

using nlohmann::json;
using Document = nlohmann::ordered_json;

constexpr std::string_view kUuidPattern =
    "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";

constexpr std::size_t kMd5Characters = 32;

auto unfit(std::string_view name, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, "Provided object does not match schema: '" +
                                               std::string(name) + "' " + std::string(why));
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

bool contains(std::span<const std::string> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// The words of a closed vocabulary; empty: open.
std::span<const std::string> wordsOf(Vocabulary vocabulary, const SchemaOptions& options) {
  static const std::vector<std::string> statuses = {"queued",    "saving",         "active",
                                                    "killed",    "deleted",        "uploading",
                                                    "importing", "pending_delete", "deactivated"};
  static const std::vector<std::string> visibilities = {"community", "public", "private", "shared"};
  switch (vocabulary) {
    case Vocabulary::kStatus:
      return statuses;
    case Vocabulary::kVisibility:
      return visibilities;
    case Vocabulary::kContainerFormat:
      return options.container_formats;
    case Vocabulary::kDiskFormat:
      return options.disk_formats;
    case Vocabulary::kAny:
    case Vocabulary::kUuid:
      return {};
  }
  return {};
}

// JSON Schema's notion of an integer: 1.0 is one. Beyond 64 bits: the nearest.
std::optional<std::int64_t> integerOf(const json& value) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return number > static_cast<std::uint64_t>(kMax) ? kMax : static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const auto number = value.get<double>();
  if (!std::isfinite(number) || std::trunc(number) != number) return std::nullopt;
  if (number >= 9223372036854775808.0) return kMax;
  if (number < -9223372036854775808.0) return kMin;
  return static_cast<std::int64_t>(number);
}

Result<FieldValue> readTexts(const Field& field, const json& value) {
  if (!value.is_array()) return unfit(field.name, "is not an array");
  std::vector<std::string> texts;
  texts.reserve(value.size());
  for (const auto& element : value) {
    if (!element.is_string()) return unfit(field.name, "holds something that is not a string");
    const auto& text = element.get_ref<const std::string&>();
    if (characters(text) > field.max_length) return unfit(field.name, "holds too long a string");
    texts.push_back(text);
  }
  return texts;
}

bool isTextUpTo(std::size_t length, const json& value) {
  return value.is_string() && value.get_ref<const std::string&>().size() <= length;
}

std::optional<ValidationData> validationOf(const json& value) {
  if (!value.is_object()) return std::nullopt;
  const auto known = [](const auto& item) {
    return item.key() == "checksum" || item.key() == "os_hash_algo" ||
           item.key() == "os_hash_value";
  };
  const auto items = value.items();
  if (!std::all_of(items.begin(), items.end(), known)) return std::nullopt;
  const auto algorithm = value.find("os_hash_algo");
  const auto digest = value.find("os_hash_value");
  if (algorithm == value.end() || digest == value.end()) return std::nullopt;
  if (!isTextUpTo(64, *algorithm) || !isTextUpTo(128, *digest)) return std::nullopt;
  ValidationData data{std::nullopt, algorithm->get<std::string>(), digest->get<std::string>()};
  const auto checksum = value.find("checksum");
  if (checksum == value.end()) return data;
  if (!checksum->is_string()) return std::nullopt;
  data.checksum = checksum->get<std::string>();
  if (data.checksum->size() != kMd5Characters) return std::nullopt;
  return data;
}

std::optional<GivenLocation> locationOf(const json& value) {
  if (!value.is_object()) return std::nullopt;
  const auto url = value.find("url");
  const auto metadata = value.find("metadata");
  if (url == value.end() || !url->is_string() || metadata == value.end() || !metadata->is_object())
    return std::nullopt;
  std::optional<ValidationData> promised;
  if (const auto validation = value.find("validation_data"); validation != value.end()) {
    promised = validationOf(*validation);
    if (!promised) return std::nullopt;
  }
  Location location{url->get<std::string>(), {}};
  if (characters(location.url) > 255) return std::nullopt;
  for (const auto& item : metadata->items())
    location.metadata[item.key()] =
        item.value().is_string() ? item.value().get<std::string>() : item.value().dump();
  return GivenLocation{std::move(location), std::move(promised)};
}

Document typeOf(const Field& field) {
  const char* type = "string";
  if (field.type == JsonType::kInteger) type = "integer";
  if (field.type == JsonType::kBoolean) type = "boolean";
  if (field.type == JsonType::kTextList || field.type == JsonType::kLocationList) type = "array";
  return field.nullable ? Document::array({"null", type}) : Document(type);
}

Document locationDocument() {
  return {{"type", "object"},
          {"required", {"url", "metadata"}},
          {"properties",
           {{"url", {{"type", "string"}, {"maxLength", 255}}},
            {"metadata", {{"type", "object"}}},
            {"validation_data",
             {{"description", "What the bytes at the location must be"},
              {"type", "object"},
              {"writeOnly", true},
              {"required", {"os_hash_algo", "os_hash_value"}},
              {"additionalProperties", false},
              {"properties",
               {{"checksum", {{"type", "string"}, {"minLength", 32}, {"maxLength", 32}}},
                {"os_hash_algo", {{"type", "string"}, {"maxLength", 64}}},
                {"os_hash_value", {{"type", "string"}, {"maxLength", 128}}}}}}}}}};
}

Document fieldDocument(const Field& field, const SchemaOptions& options) {
  Document document;
  document["type"] = typeOf(field);
  document["description"] = field.description;
  if (field.access == Access::kServer || field.access == Access::kLink) document["readOnly"] = true;
  if (field.vocabulary == Vocabulary::kUuid) document["pattern"] = kUuidPattern;
  if (field.type == JsonType::kString && field.max_length > 0 &&
      field.vocabulary != Vocabulary::kUuid)
    document["maxLength"] = field.max_length;
  if (field.type == JsonType::kTextList)
    document["items"] = {{"type", "string"}, {"maxLength", field.max_length}};
  if (field.type == JsonType::kLocationList) document["items"] = locationDocument();
  const auto words = wordsOf(field.vocabulary, options);
  if (!words.empty()) {
    auto allowed = Document::array();
    if (field.nullable) allowed.push_back(nullptr);
    for (const auto& word : words) allowed.push_back(word);
    document["enum"] = std::move(allowed);
  }
  return document;
}

Document link(const char* relation, const char* target) {
  return {{"rel", relation}, {"href", target}};
}

Document imageDocumentOf(const SchemaOptions& options) {
  Document properties;
  for (const auto& field : baseFields())
    properties[std::string(field.name)] = fieldDocument(field, options);
  Document document;
  document["name"] = "image";
  for (const auto& extra : options.extra.properties) {
    if (properties.contains(extra.name())) continue;
    auto& description = properties[extra.name()] = Document(extra.description());
    description["is_base"] = false;
  }
  document["properties"] = std::move(properties);
  document["additionalProperties"] =
      options.additional_properties ? Document{{"type", "string"}} : Document(false);
  if (!options.extra.required.empty()) document["required"] = options.extra.required;
  document["links"] = Document::array(
      {link("self", "{self}"), link("enclosure", "{file}"), link("describedby", "{schema}")});
  return document;
}

Document imagesDocumentOf(Document image) {
  Document document;
  document["name"] = "images";
  document["properties"]["images"] = {{"type", "array"}, {"items", std::move(image)}};
  for (const char* name : {"first", "next", "schema"})
    document["properties"][name] = {{"type", "string"}};
  document["links"] = Document::array(
      {link("first", "{first}"), link("next", "{next}"), link("describedby", "{schema}")});
  return document;
}

}  // namespace

Result<ImageSchema> ImageSchema::create(SchemaOptions options) {
  for (const auto& extra : options.extra.properties) {
    const Field* field = findField(extra.name());
    if (field != nullptr && json(fieldDocument(*field, options)) != extra.description())
      return fail(ErrorCode::kInvalidArgument,
                  "property " + extra.name() + ": images have this property, and it is another");
  }
  return ImageSchema(std::move(options));
}

ImageSchema::ImageSchema(SchemaOptions options) : options_(std::move(options)) {
  auto image = imageDocumentOf(options_);
  image_document_ = image.dump();
  images_document_ = imagesDocumentOf(std::move(image)).dump();
}

Result<FieldValue> ImageSchema::read(std::string_view name, const json& value) const {
  const Field* field = findField(name);
  if (field == nullptr) {
    const auto extra = std::ranges::find(options_.extra.properties, name, &ExtraProperty::name);
    if (extra != options_.extra.properties.end()) {
      auto text = extra->read(value);
      if (!text) return tl::unexpected(text.error());
      return std::move(*text);
    }
    if (!options_.additional_properties) return unfit(name, "is not among the properties allowed");
    if (!value.is_string()) return unfit(name, "is not a string");
    return value.get<std::string>();
  }
  if (value.is_null()) {
    if (!field->nullable) return unfit(name, "is null");
    return FieldValue();
  }
  switch (field->type) {
    case JsonType::kString:
      return readText(*field, value);
    case JsonType::kBoolean:
      if (!value.is_boolean()) return unfit(name, "is not a boolean");
      return value.get<bool>();
    case JsonType::kInteger: {
      const auto number = integerOf(value);
      if (!number) return unfit(name, "is not an integer");
      return *number;
    }
    case JsonType::kTextList:
      return readTexts(*field, value);
    case JsonType::kLocationList: {
      if (!value.is_array()) return unfit(name, "is not an array");
      std::vector<GivenLocation> locations;
      for (const auto& element : value) {
        auto location = locationOf(element);
        if (!location) return unfit(name, "holds something that is not a location");
        locations.push_back(std::move(*location));
      }
      return locations;
    }
  }
  return unfit(name, "is of no known type");
}

Result<FieldValue> ImageSchema::readLocation(const json& value) const {
  auto location = locationOf(value);
  if (!location) return unfit("locations", "holds something that is not a location");
  return std::vector<GivenLocation>{std::move(*location)};
}

Result<FieldValue> ImageSchema::readText(const Field& field, const json& value) const {
  if (!value.is_string()) return unfit(field.name, "is not a string");
  const auto& text = value.get_ref<const std::string&>();
  if (field.vocabulary == Vocabulary::kUuid && !looksLikeUuid(text))
    return unfit(field.name, "is not a UUID");
  const auto words = wordsOf(field.vocabulary, options_);
  if (!words.empty() && !contains(words, text)) return unfit(field.name, "has no such value");
  if (field.max_length > 0 && characters(text) > field.max_length)
    return unfit(field.name, "is too long");
  return text;
}

}  // namespace glint::image
