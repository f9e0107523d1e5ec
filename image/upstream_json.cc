#include "image/upstream_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "image/time_text.h"

namespace glint::image {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 1024;  // of any text that is kept

// Reads fields one by one and remembers the first that is not what it should be.
class ShowAnswer {
 public:
  explicit ShowAnswer(const json& object) : object_(object) {}

  std::optional<std::string> text(const char* name) {
    const auto value = object_.find(name);
    if (value == object_.end() || value->is_null()) return std::nullopt;
    if (!value->is_string() || value->get_ref<const std::string&>().size() > kMaxText) {
      if (wrong_.empty()) wrong_ = name;
      return std::nullopt;
    }
    return value->get<std::string>();
  }

  std::optional<std::uint64_t> size(const char* name) {
    const auto value = object_.find(name);
    if (value == object_.end() || value->is_null()) return std::nullopt;
    if (!value->is_number_unsigned()) {
      if (wrong_.empty()) wrong_ = name;
      return std::nullopt;
    }
    return value->get<std::uint64_t>();
  }

  // Hex of at most `max_length` digits, in lower case.
  std::optional<std::string> hex(const char* name, std::size_t max_length) {
    auto digits = text(name);
    if (!digits || digits->empty() || digits->size() > max_length || digits->size() % 2 != 0)
      return std::nullopt;
    for (char& digit : *digits) {
      if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit + ('a' - 'A'));
      if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f')) return std::nullopt;
    }
    return digits;
  }

  const std::string& wrong() const { return wrong_; }

 private:
  const json& object_;
  std::string wrong_;
};

std::optional<std::string> algorithmOf(ShowAnswer& answer) {
  auto name = answer.text("os_hash_algo");
  const auto plausible = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!name || name->empty() || name->size() > 64 || !std::ranges::all_of(*name, plausible))
    return std::nullopt;
  return name;
}

}  // namespace

Result<Image> parseShowAnswer(std::string_view body) {
  const auto noImage = [](const std::string& why) {
    return fail(ErrorCode::kUpstream, "the upstream's answer is no image: " + why);
  };
  if (body.size() > kMaxShowAnswer) return noImage("too long");
  const auto object = json::parse(body, nullptr, false);
  if (!object.is_object()) return noImage("not a JSON object");

  ShowAnswer answer(object);
  Image image;
  const auto id = answer.text("id");
  const auto status = parseStatus(answer.text("status").value_or(""));
  if (!id || id->empty()) return noImage("id");
  if (!status) return noImage("status");
  image.id.value = *id;
  image.status = *status;
  image.name = answer.text("name");
  image.owner = answer.text("owner");
  image.visibility =
      parseVisibility(answer.text("visibility").value_or("")).value_or(Visibility::kPrivate);
  image.size = answer.size("size");
  image.checksum = answer.hex("checksum", 32);
  if (image.checksum && image.checksum->size() != 32) image.checksum.reset();
  image.os_hash_algo = algorithmOf(answer);
  image.os_hash_value = answer.hex("os_hash_value", 128);
  if (!image.os_hash_algo || !image.os_hash_value) {
    image.os_hash_algo.reset();
    image.os_hash_value.reset();
  }
  image.updated_at = parseTime(answer.text("updated_at").value_or("")).value_or(Time{});
  if (!answer.wrong().empty()) return noImage(answer.wrong());
  return image;
}

}  // namespace glint::image
