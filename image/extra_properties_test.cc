#include "image/extra_properties.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "image/create_body.h"
#include "image/json_patch.h"
#include "image/schema.h"

using namespace glint;
using namespace glint::image;
using nlohmann::json;

namespace {

// As good as any: the expression is a text to be found.
Result<TextMatcher> findText(std::string_view expression) {
  if (expression == "(") return fail(ErrorCode::kInvalidArgument, "no expression");
  return TextMatcher([wanted = std::string(expression)](std::string_view text) {
    return text.find(wanted) != std::string_view::npos;
  });
}

ExtraProperties parsed(const std::string& text) {
  return parseExtraProperties(text, findText).value();
}

ImageSchema schemaWith(const std::string& text, bool others = true) {
  SchemaOptions options;
  options.extra = parsed(text);
  options.additional_properties = others;
  return ImageSchema::create(options).value();
}

const char* const kSample = R"({
  "kernel_id": {"type": ["null", "string"], "pattern": "-", "description": "Kernel."},
  "count": {"type": "integer", "minimum": 1, "maximum": 9},
  "flag": {"type": "boolean"},
  "share": {"type": "number"},
  "word": {"type": "string", "enum": ["a", "b"]},
  "text": {"minLength": 2, "maxLength": 3}
})";

}  // namespace

TEST_CASE("ExtraProperties: values are checked, and kept as texts", "[image]") {
  const auto [name, value, want] = GENERATE(table<const char*, const char*, const char*>({
      {"kernel_id", R"("a-b")", "a-b"},
      {"kernel_id", "null", ""},
      {"kernel_id", R"("ab")", "! does not match its pattern"},
      {"kernel_id", "1", "! is of another type"},
      {"count", "5", "5"},
      {"count", "5.0", "5.0"},
      {"count", "0", "! is too small"},
      {"count", "10", "! is too large"},
      {"count", "1.5", "! is of another type"},
      {"count", R"("5")", "! is of another type"},
      {"flag", "true", "true"},
      {"share", "0.5", "0.5"},
      {"word", R"("a")", "a"},
      {"word", R"("c")", "! has no such value"},
      {"text", R"("äö")", "äö"},
      {"text", R"("x")", "! is too short"},
      {"text", R"("wxyz")", "! is too long"},
      {"text", "null", "! is of another type"},
  }));
  CAPTURE(name, value);
  const auto schema = schemaWith(kSample);
  const auto read = schema.read(name, json::parse(value));
  const std::string got =
      read ? std::get<std::string>(*read)
           : "!" + read.error().message.substr(read.error().message.rfind('\'') + 1);
  CHECK(got == want);
}

TEST_CASE("ExtraProperties: a file that is wrong says where", "[image]") {
  const auto [text, want] = GENERATE(table<const char*, const char*>({
      {"[]", "it is no JSON object"},
      {R"({"properties": []})", "properties is no JSON object"},
      {R"({"a": 1})", "property a: its description is no JSON object"},
      {R"({"a": {"type": "object"}})", "property a: type must be one or several of"},
      {R"({"a": {"type": []}})", "property a: type is an empty list"},
      {R"({"a": {"enum": "x"}})", "property a: enum must be a list"},
      {R"({"a": {"pattern": "("}})", "property a: pattern: no expression"},
      {R"({"a": {"maxLength": "x"}})", "property a: maxLength must be a number"},
      {R"({"properties": {}, "required": "a"})", "required must be a list of names"},
      {R"({"properties": {}, "required": [1]})", "required must be a list of names"},
  }));
  CAPTURE(text);
  CHECK(parseExtraProperties(text, findText).error().message.starts_with(want));
}

TEST_CASE("ExtraProperties: the documents tell of them", "[image]") {
  const auto document = json::parse(schemaWith(kSample).imageDocument());
  CHECK(document["properties"]["kernel_id"] ==
        json::parse(R"({"type": ["null", "string"], "pattern": "-", "description": "Kernel.",
                        "is_base": false})"));
  CHECK_FALSE(document["properties"]["name"].contains("is_base"));
  CHECK_FALSE(document.contains("required"));
  CHECK(document["additionalProperties"] == json({{"type", "string"}}));

  const auto strict =
      schemaWith(R"({"properties": {"a": {"type": "string"}}, "required": ["a"]})", false);
  const auto images = json::parse(strict.imagesDocument());
  CHECK(images["properties"]["images"]["items"]["required"] == json({"a"}));
  CHECK(images["properties"]["images"]["items"]["additionalProperties"] == false);
}

TEST_CASE("ExtraProperties: base properties cannot be described otherwise", "[image]") {
  SchemaOptions options;
  options.extra = parsed(R"({"name": {"type": "integer"}})");
  CHECK(ImageSchema::create(options).error().message.find("name") != std::string::npos);
  // As it is already: nothing new.
  const auto own = json::parse(ImageSchema::create({}).value().imageDocument());
  options.extra = parsed(json({{"name", own["properties"]["name"]}}).dump());
  const auto same = ImageSchema::create(options);
  REQUIRE(same);
  CHECK(json::parse(same->imageDocument()) == own);
}

TEST_CASE("ExtraProperties: what is required must be given at creation", "[image]") {
  const auto schema =
      schemaWith(R"({"properties": {"a": {"type": "string"}}, "required": ["a", "name"]})");
  CHECK(parseCreateBody(R"({"a": "x", "name": "n"})", schema));
  const auto missing = parseCreateBody(R"({"a": "x"})", schema);
  CHECK(missing.error().code == ErrorCode::kInvalidArgument);
  CHECK(missing.error().message.find("name") != std::string::npos);
  CHECK(parsePatch(R"([{"op": "add", "path": "/b", "value": "x"}])", PatchDialect::kV21, schema));
}

TEST_CASE("ExtraProperties: others can be kept out", "[image]") {
  const auto strict = schemaWith(kSample, false);
  CHECK(parseCreateBody(R"({"count": 1, "kernel_id": null})", strict).value().image.properties ==
        std::map<std::string, std::string>{{"count", "1"}, {"kernel_id", ""}});
  CHECK(parseCreateBody(R"({"other": "x"})", strict).error().code == ErrorCode::kInvalidArgument);
  const auto patch = [&](const char* body) {
    return parsePatch(body, PatchDialect::kV21, strict).has_value();
  };
  CHECK(patch(R"([{"op": "add", "path": "/word", "value": "a"}])"));
  CHECK_FALSE(patch(R"([{"op": "add", "path": "/other", "value": "a"}])"));
  CHECK(patch(R"([{"op": "remove", "path": "/other"}])"));
}
