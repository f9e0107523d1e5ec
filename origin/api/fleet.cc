#include "origin/api/fleet.h"

#include <nlohmann/json.hpp>

#include "http/json.h"
#include "image/time_text.h"

namespace glint::origin {
namespace {

using nlohmann::json;

Status require(const ApiRequest& request, std::string_view rule) {
  if (request.services.policy.allows(rule, request.caller, FixedTarget())) return {};
  return fail(ErrorCode::kForbidden,
              "You are not authorized to complete " + std::string(rule) + " action.");
}

json timeOrNull(const std::optional<image::Time>& time) {
  return time ? json(image::formatTime(*time)) : json();
}

json documentOf(const KnownEdge& edge) {
  return {{"name", edge.name},
          {"url", edge.report.url},
          {"version", edge.report.version},
          {"capacity_bytes", edge.report.capacity_bytes},
          {"used_bytes", edge.report.used_bytes},
          {"offline_grace_seconds", edge.report.offline_grace.count()},
          {"image_count", edge.image_count},
          {"truncated", edge.report.truncated},
          {"reported_at", image::formatTime(edge.reported_at)}};
}

Result<EdgeCatalog*> edgesOf(const ApiRequest& request) {
  if (request.services.edges != nullptr) return request.services.edges;
  return fail(ErrorCode::kNotFound, "No edge reports here.");
}

Result<std::vector<Holder>> holdersOf(const ApiRequest& request) {
  const image::ImageId id{std::string(request.http.param("image_id"))};
  const auto image = findVisible(request, id);
  if (!image) return tl::unexpected(image.error());
  const auto edges = edgesOf(request);
  if (!edges) return tl::unexpected(edges.error());
  return (*edges)->holders(request.context, id);
}

}  // namespace

ApiResult<http::Response> reportEdge(ApiRequest& request) {
  if (auto may = require(request, "report_edge"); !may) return tl::unexpected(may.error());
  const auto edges = edgesOf(request);
  if (!edges) return tl::unexpected(edges.error());
  const std::string name(request.http.param("edge"));
  if (!image::isEdgeName(name))
    return fail(ErrorCode::kInvalidArgument,
                "The name of an edge is 1 to 64 letters, digits, '.', '_' or '-'.");
  const auto report = image::parseEdgeReport(request.http.body);
  if (!report) return tl::unexpected(report.error());
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(request.services.clock.systemNow());
  if (auto saved = (*edges)->report(request.context, name, *report, now); !saved)
    return tl::unexpected(saved.error());
  return noContent();
}

ApiResult<http::Response> showEdge(ApiRequest& request) {
  if (auto may = require(request, "get_edges"); !may) return tl::unexpected(may.error());
  const auto edges = edgesOf(request);
  if (!edges) return tl::unexpected(edges.error());
  const auto edge = (*edges)->edge(request.context, std::string(request.http.param("edge")));
  if (!edge) return tl::unexpected(edge.error());
  auto document = documentOf(*edge);
  auto images = json::array();
  for (const image::HeldImage& held : edge->report.images)
    images.push_back({{"id", held.image.value},
                      {"size", held.size},
                      {"bootable_until", timeOrNull(held.bootable_until)}});
  document["images"] = std::move(images);
  return jsonResponse(http::dumpJson(document));
}

ApiResult<http::Response> forgetEdge(ApiRequest& request) {
  if (auto may = require(request, "report_edge"); !may) return tl::unexpected(may.error());
  const auto edges = edgesOf(request);
  if (!edges) return tl::unexpected(edges.error());
  if (auto gone = (*edges)->forget(request.context, std::string(request.http.param("edge"))); !gone)
    return tl::unexpected(gone.error());
  return noContent();
}

ApiResult<http::Response> listEdges(ApiRequest& request) {
  if (auto may = require(request, "get_edges"); !may) return tl::unexpected(may.error());
  const auto edges = edgesOf(request);
  if (!edges) return tl::unexpected(edges.error());
  const auto known = (*edges)->edges(request.context);
  if (!known) return tl::unexpected(known.error());
  auto list = json::array();
  for (const KnownEdge& edge : *known) list.push_back(documentOf(edge));
  return jsonResponse(http::dumpJson({{"edges", std::move(list)}}));
}

ApiResult<http::Response> listHolders(ApiRequest& request) {
  if (auto may = require(request, "get_edges"); !may) return tl::unexpected(may.error());
  const auto holders = holdersOf(request);
  if (!holders) return tl::unexpected(holders.error());
  auto list = json::array();
  for (const Holder& holder : *holders)
    list.push_back({{"edge", holder.edge},
                    {"url", holder.url},
                    {"size", holder.held.size},
                    {"bootable_until", timeOrNull(holder.held.bootable_until)},
                    {"reported_at", image::formatTime(holder.reported_at)}});
  return jsonResponse(http::dumpJson({{"edges", std::move(list)}}));
}

}  // namespace glint::origin
