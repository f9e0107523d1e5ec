#include "proxy/link_rewriter.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace glint::proxy {
namespace {

struct SplitUrl {
  std::string_view authority;  // empty: not an absolute http(s) URL
  std::string_view path;
};

SplitUrl splitUrl(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!iequals(url.substr(0, scheme.size()), scheme)) continue;
    url.remove_prefix(scheme.size());
    const auto slash = url.find('/');
    if (slash == std::string_view::npos) return {url, {}};
    return {url.substr(0, slash), url.substr(slash)};
  }
  return {};
}

std::string_view withoutPrefix(std::string_view path, std::string_view prefix) {
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  if (path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/')) {
    return path.substr(prefix.size());
  }
  return path;
}

}  // namespace

std::string rewriteLocation(std::string_view location, std::string_view upstream_url,
                            std::string_view edge_origin) {
  const SplitUrl link = splitUrl(location);
  const SplitUrl upstream = splitUrl(upstream_url);
  if (edge_origin.empty() || link.authority.empty() ||
      !iequals(link.authority, upstream.authority)) {
    return std::string(location);
  }
  return std::string(edge_origin).append(withoutPrefix(link.path, upstream.path));
}

std::string rewriteVersions(std::string_view document, std::string_view upstream_url,
                            std::string_view edge_origin) {
  if (edge_origin.empty()) return std::string(document);
  constexpr std::string_view kKey = "\"href\"";
  const SplitUrl upstream = splitUrl(upstream_url);
  std::string out;
  for (;;) {
    const auto key = document.find(kKey);
    if (key == std::string_view::npos) return out.append(document);
    const auto open = document.find('"', key + kKey.size());
    const auto close = open == std::string_view::npos ? open : document.find('"', open + 1);
    if (close == std::string_view::npos) return out.append(document);
    const std::string_view href = document.substr(open + 1, close - open - 1);
    const SplitUrl link = splitUrl(href);
    out.append(document.substr(0, open + 1));
    if (link.authority.empty()) {
      out.append(href);
    } else {
      out.append(edge_origin).append(withoutPrefix(link.path, upstream.path));
    }
    document.remove_prefix(close);
  }
}

std::string withCacheVersions(std::string document) {
  using nlohmann::ordered_json;
  auto parsed = ordered_json::parse(document, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("versions")) return document;
  auto& versions = parsed["versions"];
  if (!versions.is_array() || versions.empty() || !versions[0].is_object()) return document;
  const ordered_json model = versions[0];
  for (const char* id : {"v2.14", "v2.16", "v2.18"}) {
    const bool listed = std::ranges::any_of(versions, [id](const ordered_json& version) {
      return version.is_object() && version.value("id", ordered_json()) == id;
    });
    if (listed) continue;
    ordered_json added = model;
    added["id"] = id;
    added["status"] = "SUPPORTED";
    versions.insert(versions.begin(), std::move(added));
  }
  return parsed.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace glint::proxy
