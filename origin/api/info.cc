#include "origin/api/info.h"

#include <nlohmann/json.hpp>

#include "http/json.h"

namespace glint::origin {

namespace {

using nlohmann::json;

// Flags are texts, and there only when they hold: that is what clients look for.
json storeOf(const StoreSet& stores, const StoreEntry& entry) {
  json store = {{"id", entry.store->id()}};
  if (!entry.description.empty()) store["description"] = entry.description;
  if (entry.store == &stores.defaultStore()) store["default"] = "true";
  if (!entry.store->capabilities().write) store["read-only"] = "true";
  return store;
}

json propertiesOf(const Store& store) {
  auto properties = json::object();
  for (const auto& [name, value] : store.properties())
    std::visit([&properties, &key = name](const auto& held) { properties[key] = held; }, value);
  return properties;
}

Status severalStores(const ApiRequest& request) {
  if (request.services.stores.several()) return {};
  return fail(ErrorCode::kNotFound, "Multi backend is not supported at this site.");
}

}  // namespace

ApiResult<http::Response> showImportInfo(ApiRequest& request) {
  return jsonResponse(
      http::dumpJson({{"import-methods",
                       {{"description", "Import methods available."},
                        {"type", "array"},
                        {"value", request.services.options.enabled_import_methods}}}}));
}

ApiResult<http::Response> listStores(ApiRequest& request) {
  if (auto several = severalStores(request); !several) return tl::unexpected(several.error());
  const auto& stores = request.services.stores;
  auto list = json::array();
  for (const auto& entry : stores.entries()) list.push_back(storeOf(stores, entry));
  return jsonResponse(http::dumpJson({{"stores", std::move(list)}}));
}

ApiResult<http::Response> detailStores(ApiRequest& request) {
  if (auto several = severalStores(request); !several) return tl::unexpected(several.error());
  if (!request.services.policy.allows("stores_info_detail", request.caller, FixedTarget()))
    return fail(ErrorCode::kForbidden,
                "You are not authorized to complete stores_info_detail action.");
  const auto& stores = request.services.stores;
  auto list = json::array();
  for (const auto& entry : stores.entries()) {
    auto store = storeOf(stores, entry);
    store["type"] = entry.store->type();
    store["weight"] = entry.weight;
    store["properties"] = propertiesOf(*entry.store);
    list.push_back(std::move(store));
  }
  return jsonResponse(http::dumpJson({{"stores", std::move(list)}}));
}

// Limits of Keystone are not consulted, so there is nothing to tell.
ApiResult<http::Response> showUsage(ApiRequest& /*request*/) {
  return jsonResponse(R"({"usage": {}})");
}

}  // namespace glint::origin
