#include "origin/api/versions.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "http/json.h"

namespace glint::origin {

namespace {

enum class Needs : std::uint8_t { kNothing, kCache, kStores };

struct Version {
  std::string_view id;
  Needs needs;
};

// In the order of the list. v2.17 stands apart: it is the current one, and late in the list, unless
// v2.18 is there.
constexpr std::array kBeforeCurrent = {
    Version{"v2.16", Needs::kCache},  Version{"v2.15", Needs::kNothing},
    Version{"v2.14", Needs::kCache},  Version{"v2.13", Needs::kStores},
    Version{"v2.12", Needs::kStores}, Version{"v2.11", Needs::kStores},
    Version{"v2.10", Needs::kStores}, Version{"v2.9", Needs::kNothing},
    Version{"v2.8", Needs::kStores},
};
constexpr std::array kAfterCurrent = {
    Version{"v2.7", Needs::kNothing}, Version{"v2.6", Needs::kNothing},
    Version{"v2.5", Needs::kNothing}, Version{"v2.4", Needs::kNothing},
    Version{"v2.3", Needs::kNothing}, Version{"v2.2", Needs::kNothing},
    Version{"v2.1", Needs::kNothing}, Version{"v2.0", Needs::kNothing},
};
constexpr std::string_view kVendorType = "application/vnd.openstack.images-";

bool has(const Version& version, const VersionOptions& options) {
  switch (version.needs) {
    case Needs::kNothing:
      return true;
    case Needs::kCache:
      return options.cache;
    case Needs::kStores:
      return options.multi_store;
  }
  return false;
}

std::vector<std::string_view> listed(const VersionOptions& options) {
  std::vector<std::string_view> ids;
  if (options.cache) ids.insert(ids.end(), {"v2.18", "v2.17"});
  for (const auto& version : kBeforeCurrent)
    if (has(version, options)) ids.push_back(version.id);
  if (!options.cache) ids.push_back("v2.17");
  for (const auto& version : kAfterCurrent) ids.push_back(version.id);
  return ids;
}

Negotiated asVersion2(std::string_view rest, std::string_view query) {
  if (rest.empty()) return {Negotiated::Kind::kRedirect, "/v2/"};
  std::string target = "/v2" + std::string(rest);
  if (!query.empty()) target.append("?").append(query);
  return {Negotiated::Kind::kApi, std::move(target)};
}

}  // namespace

bool isEnabledVersion(std::string_view segment, const VersionOptions& options) {
  const auto ids = listed(options);
  return segment == "v2" || std::ranges::find(ids, segment) != ids.end();
}

std::string versionDocument(const std::string& base_url, const VersionOptions& options) {
  const std::string_view current = options.cache ? "v2.18" : "v2.17";
  const auto link = http::quoteJson(base_url + "/v2/");
  std::string list;
  for (const auto id : listed(options)) {
    if (!list.empty()) list += ", ";
    list += "{\"id\": " + http::quoteJson(id) + ", \"status\": ";
    list += id == current ? "\"CURRENT\"" : "\"SUPPORTED\"";
    list += ", \"links\": [{\"rel\": \"self\", \"href\": " + link + "}]}";
  }
  return "{\"versions\": [" + list + "]}";
}

Negotiated negotiate(const http::RequestHead& head, const VersionOptions& options) {
  auto path = head.path();
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const auto slash = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, slash);
  if (segment == "versions") return {Negotiated::Kind::kVersions, {}};

  const auto accept = head.headers.get("Accept").value_or("");
  if (accept.starts_with(kVendorType)) {
    const auto version = accept.substr(kVendorType.size());
    if (!isEnabledVersion(version, options)) return {Negotiated::Kind::kMultipleChoices, {}};
    return asVersion2(head.path(), head.query());
  }
  if (!isEnabledVersion(segment, options)) return {Negotiated::Kind::kMultipleChoices, {}};
  return asVersion2(path.substr(slash), head.query());
}

}  // namespace glint::origin
