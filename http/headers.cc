#include "http/headers.h"

#include <algorithm>

#include "http/ascii.h"

namespace glint::http {

void HeaderMap::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void HeaderMap::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return iequals(field.first, name); });
}

std::optional<std::string_view> HeaderMap::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (iequals(field.first, name)) return field.second;
  }
  return std::nullopt;
}

std::size_t HeaderMap::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      begin(), end(), [&](const Field& field) { return iequals(field.first, name); }));
}

bool HeaderMap::hasToken(std::string_view name, std::string_view token) const {
  bool found = false;
  for (const Field& field : fields_) {
    if (!iequals(field.first, name)) continue;
    forEachListElement(field.second,
                       [&](std::string_view element) { found = found || iequals(element, token); });
  }
  return found;
}

}  // namespace glint::http
