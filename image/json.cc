#include "image/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <string_view>

#include <nlohmann/json.hpp>

#include "image/fields.h"
#include "image/time_text.h"

namespace glint::image {

namespace {

// Lists are long and asked for often, so texts are written as they come, without a document in
// between.
class Writer {
 public:
  void text(std::string_view text) {
    if (std::ranges::all_of(text, isPlain)) {
      out_ += '"';
      out_ += text;
      out_ += '"';
      return;
    }
    // Texts come from a database that others may write: what is no UTF-8 is replaced, never thrown
    // over.
    out_ += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  void value(const std::string& value) { text(value); }
  void value(bool value) { out_ += value ? "true" : "false"; }
  template <std::integral Integer>
  void value(Integer value) {
    std::array<char, 24> digits{};
    out_.append(digits.data(),
                std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }
  template <class T>
  void value(const std::optional<T>& value) {
    if (value)
      this->value(*value);
    else
      out_ += "null";
  }
  void value(const std::set<std::string>& values) {
    array(values, [this](const std::string& element) { text(element); });
  }
  void value(const std::map<std::string, std::string>& pairs) {
    begin('{');
    for (const auto& [name, value] : pairs) member(name, value);
    end('}');
  }

  void name(std::string_view name) {
    separate();
    text(name);
    out_ += ':';
  }
  void member(std::string_view name, const auto& value) {
    this->name(name);
    this->value(value);
  }
  void array(const auto& elements, const auto& write) {
    begin('[');
    for (const auto& element : elements) {
      separate();
      write(element);
    }
    end(']');
  }
  void begin(char bracket) { out_ += bracket; }
  void end(char bracket) { out_ += bracket; }

  std::string take() { return std::move(out_); }

 private:
  static bool isPlain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }
  void separate() {
    if (out_.back() != '{' && out_.back() != '[') out_ += ',';
  }

  std::string out_;
};

std::string storesOf(const Image& image) {
  std::string stores;
  for (const auto& location : image.locations) {
    const auto store = location.metadata.find("store");
    if (store == location.metadata.end()) continue;
    if (!stores.empty()) stores += ',';
    stores += store->second;
  }
  return stores;
}

void writeLocations(Writer& out, const std::vector<Location>& locations) {
  out.array(locations, [&out](const Location& location) {
    out.begin('{');
    out.member("url", location.url);
    out.member("metadata", location.metadata);
    out.end('}');
  });
}

// Writes the field, or nothing when this view does not show it.
void writeLocationField(Writer& out, const Image& image, const Field& field,
                        const ImageView& view) {
  const bool hidden = image.status == ImageStatus::kDeactivated && !view.admin;
  if (field.id == FieldId::kLocations && view.locations) {
    out.name(field.name);
    writeLocations(out, hidden ? std::vector<Location>() : image.locations);
  }
  if (hidden || image.locations.empty()) return;
  if (field.id == FieldId::kDirectUrl && view.direct_url)
    out.member(field.name, image.locations.front().url);
  if (field.id != FieldId::kStores || !view.stores) return;
  if (const auto stores = storesOf(image); !stores.empty()) out.member(field.name, stores);
}

// Of all fields but those of locations.
void writeValue(Writer& out, const Image& image, FieldId id) {
  switch (id) {
    case FieldId::kId:
      return out.value(image.id.value);
    case FieldId::kName:
      return out.value(image.name);
    case FieldId::kStatus:
      return out.text(toString(image.status));
    case FieldId::kVisibility:
      return out.text(toString(image.visibility));
    case FieldId::kProtected:
      return out.value(image.is_protected);
    case FieldId::kOsHidden:
      return out.value(image.os_hidden);
    case FieldId::kOwner:
      return out.value(image.owner);
    case FieldId::kChecksum:
      return out.value(image.checksum);
    case FieldId::kOsHashAlgo:
      return out.value(image.os_hash_algo);
    case FieldId::kOsHashValue:
      return out.value(image.os_hash_value);
    case FieldId::kSize:
      return out.value(image.size);
    case FieldId::kVirtualSize:
      return out.value(image.virtual_size);
    case FieldId::kContainerFormat:
      return out.value(image.container_format);
    case FieldId::kDiskFormat:
      return out.value(image.disk_format);
    case FieldId::kMinDisk:
      return out.value(image.min_disk);
    case FieldId::kMinRam:
      return out.value(image.min_ram);
    case FieldId::kCreatedAt:
      return out.text(formatTime(image.created_at));
    case FieldId::kUpdatedAt:
      return out.text(formatTime(image.updated_at));
    case FieldId::kTags:
      return out.value(image.tags);
    case FieldId::kSelf:
      return out.text("/v2/images/" + image.id.value);
    case FieldId::kFile:
      return out.text("/v2/images/" + image.id.value + "/file");
    case FieldId::kSchema:
      return out.text("/v2/schemas/image");
    case FieldId::kDirectUrl:
    case FieldId::kLocations:
    case FieldId::kStores:
      return;
  }
}

void writeImage(Writer& out, const Image& image, const ImageView& view) {
  out.begin('{');
  for (const auto& [name, value] : image.properties)
    if (!isHiddenProperty(name) && findField(name) == nullptr) out.member(name, value);
  for (const auto& field : baseFields()) {
    if (field.id == FieldId::kDirectUrl || field.id == FieldId::kLocations ||
        field.id == FieldId::kStores) {
      writeLocationField(out, image, field, view);
    } else {
      out.name(field.name);
      writeValue(out, image, field.id);
    }
  }
  out.end('}');
}

}  // namespace

std::string imageJson(const Image& image, const ImageView& view) {
  Writer out;
  writeImage(out, image, view);
  return out.take();
}

std::string locationsJson(const std::vector<Location>& locations) {
  Writer out;
  writeLocations(out, locations);
  return out.take();
}

std::string imageListJson(const std::vector<Image>& images, const ImageView& view,
                          const PageLinks& links) {
  Writer out;
  out.begin('{');
  out.name("images");
  out.array(images, [&](const Image& image) { writeImage(out, image, view); });
  out.member("first", links.first);
  if (links.next) out.member("next", *links.next);
  out.name("schema");
  out.text("/v2/schemas/images");
  out.end('}');
  return out.take();
}

}  // namespace glint::image
