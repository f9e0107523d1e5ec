#include "image/import_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"

namespace glint::image {
namespace {

using nlohmann::json;

constexpr std::array kMethods = {std::pair{ImportMethod::kGlanceDirect, "glance-direct"},
                                 std::pair{ImportMethod::kWebDownload, "web-download"},
                                 std::pair{ImportMethod::kCopyImage, "copy-image"},
                                 std::pair{ImportMethod::kGlanceDownload, "glance-download"}};

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

std::string textOf(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

Status readFlag(const json& body, const char* key, bool& flag) {
  const auto found = body.find(key);
  if (found == body.end()) return {};
  if (!found->is_boolean()) return bad(std::string("\"") + key + "\" must be true or false.");
  flag = found->get<bool>();
  return {};
}

Result<std::vector<std::string>> readNames(const json& list, const char* what) {
  if (!list.is_array()) return bad(std::string("\"") + what + "\" must be a list of store ids.");
  std::vector<std::string> names;
  for (const json& name : list) {
    if (!name.is_string()) return bad(std::string("\"") + what + "\" must be a list of store ids.");
    const auto& text = name.get_ref<const std::string&>();
    if (std::ranges::find(names, text) == names.end()) names.push_back(text);
  }
  return names;
}

Result<ImportRequest> readRequest(const json& body) {
  if (!body.is_object() || !body.contains("method"))
    return bad("The body must be an object with \"method\".");
  const json& method = body["method"];
  if (!method.is_object() || !method.contains("name"))
    return bad("\"method\" must be an object with \"name\".");
  const auto known = parseImportMethod(textOf(method, "name"));
  if (!known) return bad("There is no import method of this name.");
  ImportRequest request;
  request.method = *known;
  if (auto flag = readFlag(body, "all_stores_must_succeed", request.all_must_succeed); !flag)
    return tl::unexpected(std::move(flag.error()));
  if (auto flag = readFlag(body, "all_stores", request.all_stores); !flag)
    return tl::unexpected(std::move(flag.error()));
  if (const auto stores = body.find("stores"); stores != body.end() && !stores->is_null()) {
    auto names = readNames(*stores, "stores");
    if (!names) return tl::unexpected(std::move(names.error()));
    request.stores = std::move(*names);
  }
  request.uri = textOf(method, "uri");
  request.remote_region = textOf(method, "glance_region");
  request.remote_image = textOf(method, "glance_image_id");
  request.remote_interface = textOf(method, "glance_service_interface");
  return request;
}

}  // namespace

const char* toString(ImportMethod method) {
  for (const auto& [known, text] : kMethods)
    if (known == method) return text;
  return "glance-direct";
}

std::optional<ImportMethod> parseImportMethod(std::string_view text) {
  for (const auto& [method, known] : kMethods)
    if (known == text) return method;
  return std::nullopt;
}

Result<ImportRequest> parseImportRequest(std::string_view body,
                                         const std::vector<std::string>& enabled) {
  const auto parsed = http::parseJson(body);
  if (!parsed) return tl::unexpected(parsed.error());
  auto request = readRequest(*parsed);
  if (request && std::ranges::find(enabled, toString(request->method)) == enabled.end())
    return bad(std::string("The import method ") + toString(request->method) + " is not enabled.");
  return request;
}

std::string importTaskInput(const ImageId& image, std::string_view body,
                            const std::vector<std::string>& stores) {
  const auto request = http::parseJson(body);
  return http::dumpJson({{"image_id", image.value},
                         {"import_req", request ? *request : json::object()},
                         {"backend", stores}});
}

Result<ImportPlan> parseImportTask(std::string_view input) {
  const auto parsed = http::parseJson(input);
  if (!parsed) return tl::unexpected(parsed.error());
  ImportPlan plan;
  if (parsed->is_object()) plan.image.value = textOf(*parsed, "image_id");
  if (plan.image.value.empty() || !parsed->contains("import_req") || !parsed->contains("backend"))
    return bad("The task's input is not that of an import.");
  auto request = readRequest((*parsed)["import_req"]);
  if (!request) return tl::unexpected(std::move(request.error()));
  auto stores = readNames((*parsed)["backend"], "backend");
  if (!stores) return tl::unexpected(std::move(stores.error()));
  plan.request = std::move(*request);
  plan.stores = std::move(*stores);
  return plan;
}

}  // namespace glint::image
