#include "origin/schema_file.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "origin/test_support.h"

namespace glint::origin {

TEST_CASE("SchemaFile: properties of the operator's file are checked", "[options]") {
  TempDir dir;
  const auto file = dir.file("schema-image.json");
  REQUIRE(writeFileAtomic(file, R"({"kernel_id": {"type": ["null", "string"],
      "pattern": "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}$", "description": "Kernel."}})"));
  const auto schema = openImageSchema({}, file);
  REQUIRE(schema);
  CHECK(schema->read("kernel_id", "01234567-89ab"));
  CHECK(schema->read("kernel_id", nullptr));
  CHECK_FALSE(schema->read("kernel_id", "0123"));
  CHECK(openImageSchema({}, "")->read("kernel_id", "0123"));
}

TEST_CASE("SchemaFile: a file that is wrong stops the start, and is named", "[options]") {
  TempDir dir;
  const auto file = dir.file("schema-image.json");
  const auto [text, word] = GENERATE(table<const char*, const char*>({
      {"{", "schema-image.json"},
      {R"({"a": {"pattern": "("}})", "property a: pattern"},
      {R"({"name": {"type": "integer"}})", "property name"},
  }));
  REQUIRE(writeFileAtomic(file, text));
  const auto refused = openImageSchema({}, file).error().message;
  CHECK(refused.find(file) != std::string::npos);
  CHECK(refused.find(word) != std::string::npos);
  CHECK_FALSE(openImageSchema({}, dir.file("none")));
}

}  // namespace glint::origin
