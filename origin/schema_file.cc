#include "origin/schema_file.h"

#include <utility>

#include "base/file.h"
#include "image/extra_properties.h"
#include "origin/policy/pattern.h"

namespace glint::origin {

namespace {

constexpr std::uint64_t kMaxFileBytes = 1u << 20;

Result<image::TextMatcher> compilePattern(std::string_view expression) {
  auto pattern = Pattern::compile(expression);
  if (!pattern) return tl::unexpected(pattern.error());
  // A text that takes too long to search does not match.
  return image::TextMatcher([pattern = std::move(*pattern)](std::string_view text) {
    return pattern.search(text) == Pattern::Found::kYes;
  });
}

}  // namespace

Result<image::ImageSchema> openImageSchema(image::SchemaOptions options, const std::string& file) {
  if (!file.empty()) {
    const auto text = readFile(file, kMaxFileBytes);
    if (!text) return tl::unexpected(text.error());
    auto extra = image::parseExtraProperties(*text, compilePattern);
    if (!extra) return failWith(file, extra.error());
    options.extra = std::move(*extra);
  }
  auto schema = image::ImageSchema::create(std::move(options));
  if (!schema) return failWith(file, schema.error());
  return schema;
}

}  // namespace glint::origin
