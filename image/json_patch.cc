#include "image/json_patch.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"

namespace glint::image {

namespace {

using nlohmann::json;

constexpr std::string_view kMediaTypeV20 = "application/openstack-images-v2.0-json-patch";
constexpr std::string_view kMediaTypeV21 = "application/openstack-images-v2.1-json-patch";

constexpr std::array kOps = {std::pair{"add", PatchOp::kAdd},
                             std::pair{"replace", PatchOp::kReplace},
                             std::pair{"remove", PatchOp::kRemove}};

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }
auto forbidden(std::string message) { return fail(ErrorCode::kForbidden, std::move(message)); }

template <class T>
auto passOn(const T& failed) {
  return tl::unexpected(failed.error());
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// RFC 6901 §4; nullopt: a "~" that escapes nothing.
std::optional<std::string> unescape(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      text += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    text += token[i] == '0' ? '~' : '/';
  }
  return text;
}

Result<std::vector<std::string>> splitPointer(std::string_view pointer) {
  if (!pointer.starts_with('/')) return bad("A path must begin with '/'.");
  pointer.remove_prefix(1);
  std::vector<std::string> tokens;
  for (;;) {
    const auto slash = pointer.find('/');
    const auto token = unescape(pointer.substr(0, slash));
    if (!token) return bad("A path holds a '~' that is neither '~0' nor '~1'.");
    tokens.emplace_back(trimmed(*token));
    if (tokens.back().empty()) return bad("A path names nothing between two '/'.");
    if (slash == std::string_view::npos) return tokens;
    pointer.remove_prefix(slash + 1);
  }
}

struct RawChange {
  PatchOp op;
  std::string pointer;
  const json* value;  // nullptr: none given
};

std::optional<PatchOp> opNamed(std::string_view name) {
  for (const auto& [text, op] : kOps)
    if (name == text) return op;
  return std::nullopt;
}

Result<RawChange> readV21(const json& element) {
  const auto op = element.find("op");
  if (op == element.end() || !op->is_string()) return bad("A change lacks its 'op'.");
  const auto known = opNamed(op->get_ref<const std::string&>());
  if (!known) return bad("'op' must be one of add, replace, remove.");
  const auto path = element.find("path");
  if (path == element.end() || !path->is_string()) return bad("A change lacks its 'path'.");
  return RawChange{*known, path->get<std::string>(), nullptr};
}

Result<RawChange> readV20(const json& element) {
  std::optional<RawChange> change;
  for (const auto& [text, op] : kOps) {
    const auto path = element.find(text);
    if (path == element.end()) continue;
    if (change) return bad("A change must hold one operation only.");
    if (!path->is_string()) return bad("A path must be a string.");
    change = RawChange{op, path->get<std::string>(), nullptr};
  }
  if (!change) return bad("A change must hold one of add, replace, remove.");
  return *change;
}

Status checkDepth(PatchOp op, const std::vector<std::string>& path) {
  const bool inside = path.front() == "locations" && op != PatchOp::kReplace;
  if (path.size() == (inside ? 2U : 1U)) return {};
  return bad("Invalid JSON pointer for this resource: '" + path.front() + "'");
}

Status checkName(const std::string& name) {
  const Field* field = findField(name);
  if (field != nullptr && field->access != Access::kWritable && field->access != Access::kLocations)
    return forbidden("Attribute '" + name + "' is read-only.");
  if (isReservedName(name)) return forbidden("Attribute '" + name + "' is reserved.");
  const auto length = std::ranges::count_if(
      name, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
  if (length > kMaxPropertyName) return bad("Property name is longer than 255 characters.");
  return {};
}

bool isStorable(const FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return isStorableText(*text);
  if (const auto* tags = std::get_if<std::vector<std::string>>(&value))
    return std::ranges::none_of(
        *tags, [](const std::string& tag) { return tag.find('\0') != std::string::npos; });
  return true;
}

Result<PatchChange> parseChange(const json& element, PatchDialect dialect,
                                const ImageSchema& schema) {
  if (!element.is_object()) return bad("A change must be a JSON object.");
  auto raw = dialect == PatchDialect::kV21 ? readV21(element) : readV20(element);
  if (!raw) return passOn(raw);
  auto path = splitPointer(raw->pointer);
  if (!path) return passOn(path);
  if (auto status = checkDepth(raw->op, *path); !status) return passOn(status);

  const auto value = element.find("value");
  if (raw->op != PatchOp::kRemove && value == element.end())
    return bad("A change lacks its 'value'.");
  PatchChange change{raw->op, path->front(), path->size() > 1 ? path->back() : "", {}};
  if (auto status = checkName(change.name); !status) return passOn(status);
  if (raw->op == PatchOp::kRemove) return change;
  auto read = path->size() > 1 ? schema.readLocation(*value) : schema.read(change.name, *value);
  if (!read) return passOn(read);
  if (!isStorable(*read) || !isStorableText(change.name))
    return bad("A name or value holds characters that cannot be stored.");
  change.value = std::move(*read);
  return change;
}

// One document being applied.
class Application {
 public:
  Application(Image& image, PatchDialect dialect, const PatchRules& rules)
      : image_(image), dialect_(dialect), rules_(rules) {}

  Status apply(const PatchChange& change) {
    if (change.name == "locations") return changeLocations(change);
    if (change.op == PatchOp::kReplace && change.name == "owner" && !rules_.admin)
      return forbidden("Owner can't be updated by non admin.");
    if (auto status = mayChange(change); !status) return status;
    const Field* field = findField(change.name);
    if (change.op == PatchOp::kRemove) return remove(change, field);
    return field != nullptr ? setField(change, *field) : setProperty(change);
  }

  Status finish() const {
    const auto quota = rules_.limits.properties;
    if (named_new_property_ && quota >= 0 && countedProperties(image_) > quota)
      return fail(ErrorCode::kTooLarge,
                  "The limit has been exceeded on the number of image properties.");
    return {};
  }

 private:
  // The caller's rights are told first, then whether this deployment lets locations be changed.
  Status changeLocations(const PatchChange& change) {
    const auto* rule =
        change.op == PatchOp::kRemove ? "delete_image_location" : "set_image_location";
    if (auto status = rules_.may(rule, image_); !status) return status;
    if (rules_.locations == nullptr) return forbidden("It's not allowed to change locations.");
    if (change.op == PatchOp::kRemove) return removeLocation(image_, change.element);
    const auto& given = std::get<std::vector<GivenLocation>>(change.value);
    if (change.op == PatchOp::kReplace) return replaceLocations(image_, given, *rules_.locations);
    return addLocation(image_, given.front(), change.element, *rules_.locations);
  }

  Status mayChange(const PatchChange& change) const {
    const auto* visibility = std::get_if<std::string>(&change.value);
    if (change.name == "visibility" && visibility != nullptr) {
      Status status;
      if (*visibility == "public") status = rules_.may("publicize_image", image_);
      if (*visibility == "community") status = rules_.may("communitize_image", image_);
      if (!status) return status;
    }
    return rules_.may("modify_image", image_);
  }

  Status remove(const PatchChange& change, const Field* field) {
    if (field != nullptr) return forbidden("Property " + change.name + " may not be removed.");
    if (!isThere(change.name))
      return fail(ErrorCode::kConflict, "Property " + change.name + " does not exist.");
    if (!may(PropertyAccess::kDelete, change.name)) return refuseProtected(change.name);
    image_.properties.erase(change.name);
    return {};
  }

  Status setProperty(const PatchChange& change) {
    const bool exists = isThere(change.name);
    if (change.op == PatchOp::kReplace && !exists)
      return fail(ErrorCode::kConflict, "Property " + change.name + " does not exist.");
    if (auto status = refuseExisting(change, exists); !status) return status;
    const auto access = exists ? PropertyAccess::kUpdate : PropertyAccess::kCreate;
    if (!may(access, change.name)) return refuseProtected(change.name);
    if (!exists) named_new_property_ = true;
    image_.properties[change.name] = std::get<std::string>(change.value);
    return {};
  }

  Status setField(const PatchChange& change, const Field& field) {
    if (auto status = refuseExisting(change, true); !status) return status;
    if (auto status = checkField(change, field); !status) return status;
    assign(image_, field, change.value);
    return {};
  }

  bool may(PropertyAccess access, std::string_view name) const {
    return !rules_.property || rules_.property(access, name);
  }

  // As far as the caller can tell.
  bool isThere(const std::string& name) const {
    return image_.properties.contains(name) && may(PropertyAccess::kRead, name);
  }

  static Status refuseProtected(const std::string& name) {
    return forbidden("Property '" + name + "' is protected");
  }

  Status refuseExisting(const PatchChange& change, bool exists) const {
    if (change.op == PatchOp::kAdd && dialect_ == PatchDialect::kV20 && exists)
      return fail(ErrorCode::kConflict, "Property " + change.name + " already present.");
    return {};
  }

  Status checkField(const PatchChange& change, const Field& field) const {
    switch (field.id) {
      case FieldId::kOwner:
        return checkOwner(change, field);
      case FieldId::kDiskFormat:
      case FieldId::kContainerFormat:
        if (image_.status != ImageStatus::kQueued && image_.status != ImageStatus::kImporting)
          return forbidden("Attribute " + change.name +
                           " can be only replaced for a queued image.");
        return {};
      case FieldId::kMinDisk:
      case FieldId::kMinRam: {
        const auto number = std::get<std::int64_t>(change.value);
        if (number < 0 || number > kMaxMinimum) return bad(change.name + " is out of range.");
        return {};
      }
      case FieldId::kTags: {
        const auto count = std::get<std::vector<std::string>>(change.value).size();
        const auto quota = rules_.limits.tags;
        if (quota >= 0 && count > static_cast<std::uint64_t>(quota))
          return fail(ErrorCode::kTooLarge,
                      "The limit has been exceeded on the number of image tags.");
        return {};
      }
      default:
        return {};
    }
  }

  // Others than admins may only repeat the owner that is set.
  Status checkOwner(const PatchChange& change, const Field& field) const {
    Image changed;
    assign(changed, field, change.value);
    if (rules_.admin || changed.owner == image_.owner) return {};
    return forbidden("Owner can't be updated by non admin.");
  }

  Image& image_;
  PatchDialect dialect_;
  const PatchRules& rules_;
  bool named_new_property_ = false;
};

}  // namespace

std::optional<PatchDialect> patchDialect(std::string_view content_type) {
  const auto type = trimmed(content_type.substr(0, content_type.find(';')));
  if (type == kMediaTypeV21) return PatchDialect::kV21;
  if (type == kMediaTypeV20) return PatchDialect::kV20;
  return std::nullopt;
}

std::string_view patchMediaTypes() {
  return "application/openstack-images-v2.0-json-patch, "
         "application/openstack-images-v2.1-json-patch";
}

Result<std::vector<PatchChange>> parsePatch(std::string_view body, PatchDialect dialect,
                                            const ImageSchema& schema) {
  const auto document = http::parseJson(body);
  if (!document) return passOn(document);
  if (!document->is_array()) return bad("The request body must be a JSON array of changes.");
  std::vector<PatchChange> changes;
  for (const auto& element : *document) {
    auto change = parseChange(element, dialect, schema);
    if (!change) return passOn(change);
    changes.push_back(std::move(*change));
  }
  return changes;
}

Result<Image> applyPatch(Image image, const std::vector<PatchChange>& changes, PatchDialect dialect,
                         const PatchRules& rules) {
  Application application(image, dialect, rules);
  for (const auto& change : changes)
    if (auto status = application.apply(change); !status) return passOn(status);
  if (auto status = application.finish(); !status) return passOn(status);
  return image;
}

}  // namespace glint::image
