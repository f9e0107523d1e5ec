#include "image/json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "image/fields.h"
#include "image/time_text.h"

namespace glint::image {

namespace {

using Document = nlohmann::ordered_json;

template <class T>
Document orNull(const std::optional<T>& value) {
  return value ? Document(*value) : Document();
}

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

Document documentOf(const std::vector<Location>& locations) {
  auto document = Document::array();
  for (const auto& location : locations)
    document.push_back({{"url", location.url}, {"metadata", location.metadata}});
  return document;
}

// Sets the field's value, or nothing when this view does not show it.
void putLocationField(Document& out, const Image& image, const Field& field,
                      const ImageView& view) {
  const bool hidden = image.status == ImageStatus::kDeactivated && !view.admin;
  const std::string name(field.name);
  if (field.id == FieldId::kLocations && view.locations)
    out[name] = hidden ? Document::array() : documentOf(image.locations);
  if (hidden || image.locations.empty()) return;
  if (field.id == FieldId::kDirectUrl && view.direct_url) out[name] = image.locations.front().url;
  if (field.id != FieldId::kStores || !view.stores) return;
  if (auto stores = storesOf(image); !stores.empty()) out[name] = std::move(stores);
}

Document valueOf(const Image& image, FieldId id) {
  switch (id) {
    case FieldId::kId:
      return image.id.value;
    case FieldId::kName:
      return orNull(image.name);
    case FieldId::kStatus:
      return toString(image.status);
    case FieldId::kVisibility:
      return toString(image.visibility);
    case FieldId::kProtected:
      return image.is_protected;
    case FieldId::kOsHidden:
      return image.os_hidden;
    case FieldId::kOwner:
      return orNull(image.owner);
    case FieldId::kChecksum:
      return orNull(image.checksum);
    case FieldId::kOsHashAlgo:
      return orNull(image.os_hash_algo);
    case FieldId::kOsHashValue:
      return orNull(image.os_hash_value);
    case FieldId::kSize:
      return orNull(image.size);
    case FieldId::kVirtualSize:
      return orNull(image.virtual_size);
    case FieldId::kContainerFormat:
      return orNull(image.container_format);
    case FieldId::kDiskFormat:
      return orNull(image.disk_format);
    case FieldId::kMinDisk:
      return image.min_disk;
    case FieldId::kMinRam:
      return image.min_ram;
    case FieldId::kCreatedAt:
      return formatTime(image.created_at);
    case FieldId::kUpdatedAt:
      return formatTime(image.updated_at);
    case FieldId::kTags:
      return image.tags;
    case FieldId::kSelf:
      return "/v2/images/" + image.id.value;
    case FieldId::kFile:
      return "/v2/images/" + image.id.value + "/file";
    case FieldId::kSchema:
      return "/v2/schemas/image";
    case FieldId::kDirectUrl:
    case FieldId::kLocations:
    case FieldId::kStores:
      return {};
  }
  return {};
}

Document documentOf(const Image& image, const ImageView& view) {
  Document document;
  for (const auto& [name, value] : image.properties)
    if (!isHiddenProperty(name) && findField(name) == nullptr) document[name] = value;
  for (const auto& field : baseFields()) {
    if (field.id == FieldId::kDirectUrl || field.id == FieldId::kLocations ||
        field.id == FieldId::kStores)
      putLocationField(document, image, field, view);
    else
      document[std::string(field.name)] = valueOf(image, field.id);
  }
  return document;
}

// Texts come from a database that others may write: what is no UTF-8 is replaced, never thrown
// over.
std::string dump(const Document& document) {
  return document.dump(-1, ' ', false, Document::error_handler_t::replace);
}

}  // namespace

std::string imageJson(const Image& image, const ImageView& view) {
  return dump(documentOf(image, view));
}

std::string locationsJson(const std::vector<Location>& locations) {
  return dump(documentOf(locations));
}

std::string imageListJson(const std::vector<Image>& images, const ImageView& view,
                          const PageLinks& links) {
  auto page = Document::array();
  for (const auto& image : images) page.push_back(documentOf(image, view));
  Document document;
  document["images"] = std::move(page);
  document["first"] = links.first;
  if (links.next) document["next"] = *links.next;
  document["schema"] = "/v2/schemas/images";
  return dump(document);
}

}  // namespace glint::image
