#include "origin/api/routes.h"

#include "origin/api/cache_routes.h"
#include "origin/api/event_feed.h"
#include "origin/api/fleet.h"
#include "origin/api/image_locations.h"
#include "origin/api/images.h"
#include "origin/api/info.h"
#include "origin/api/metadefs.h"
#include "origin/api/tasks.h"

namespace glint::origin {

namespace {

std::vector<net::WorkerRoute> routesOf(const ApiServices& services, std::vector<ApiRoute> table) {
  std::vector<net::WorkerRoute> routes;
  routes.reserve(table.size());
  for (auto& row : table)
    routes.push_back({row.method, row.pattern, row.label, row.body,
                      apiRoute(services, row.rule, std::move(row.function)), row.other_methods});
  return routes;
}

std::vector<ApiRoute> cacheRoutes() {
  using enum http::Method;
  using enum net::BodyMode;
  constexpr auto kNoBody = BodyRule::kForbidden;
  return {
      {kGet, "/v2/cache", "cache_list", kNone, kNoBody, listCache},
      {kDelete, "/v2/cache", "cache_clear", kNone, kNoBody, clearCache},
      {kPut, "/v2/cache/{image_id}", "cache_queue", kNone, kNoBody, queueImage},
      {kDelete, "/v2/cache/{image_id}", "cache_delete", kNone, kNoBody, uncacheImage},
      {kPost, "/v2/cache/clean", "cache_clean", kNone, kNoBody, cleanCache},
      {kPost, "/v2/cache/prune", "cache_prune", kNone, kNoBody, pruneCache},
      {kGet, "/v2/cache/nodes/{image_id}", "cache_nodes", kNone, kNoBody, listCacheNodes},
  };
}

}  // namespace

std::vector<net::WorkerRoute> apiRoutes(const ApiServices& services, DataRoutes data) {
  using enum http::Method;
  using enum net::BodyMode;
  constexpr auto kNoBody = BodyRule::kForbidden;
  constexpr auto kBody = BodyRule::kAllowed;
  std::vector<ApiRoute> table = {
      {kGet, "/v2/images", "image_list", kNone, kBody, listImages},
      {kPost, "/v2/images", "image_create", kBuffered, kBody, createImage},
      {kGet, "/v2/images/{image_id}", "image_show", kNone, kNoBody, showImage},
      {kPatch, "/v2/images/{image_id}", "image_patch", kBuffered, kBody, patchImage},
      {kDelete, "/v2/images/{image_id}", "image_delete", kNone, kNoBody, deleteImage},
      {kPut, "/v2/images/{image_id}/file", "image_upload", kStreamed, kBody,
       std::move(data.upload)},
      {kGet, "/v2/images/{image_id}/file", "image_download", kNone, kNoBody,
       std::move(data.download)},
      {kPut, "/v2/images/{image_id}/stage", "image_stage", kStreamed, kBody, std::move(data.stage)},
      {kPost, "/v2/images/{image_id}/import", "image_import", kBuffered, kBody,
       std::move(data.import)},
      {kGet, "/v2/images/{image_id}/tasks", "image_tasks", kNone, kNoBody, listImageTasks,
       http::OtherMethods::kNotFound},
      {kPut, "/v2/images/{image_id}/tags/{tag}", "tag_add", kNone, kNoBody, addTag},
      {kDelete, "/v2/images/{image_id}/tags/{tag}", "tag_remove", kNone, kNoBody, removeTag},
      {kPost, "/v2/images/{image_id}/actions/deactivate", "image_deactivate", kNone, kNoBody,
       deactivateImage},
      {kPost, "/v2/images/{image_id}/actions/reactivate", "image_reactivate", kNone, kNoBody,
       reactivateImage},
      {kGet, "/v2/images/{image_id}/members", "member_list", kNone, kNoBody, listMembers},
      {kPost, "/v2/images/{image_id}/members", "member_add", kBuffered, kBody, addMember},
      {kGet, "/v2/images/{image_id}/members/{member_id}", "member_show", kNone, kNoBody,
       showMember},
      {kPut, "/v2/images/{image_id}/members/{member_id}", "member_change", kBuffered, kBody,
       changeMember},
      {kDelete, "/v2/images/{image_id}/members/{member_id}", "member_remove", kNone, kNoBody,
       removeMember},
      {kGet, "/v2/images/{image_id}/locations", "location_list", kNone, kBody, listLocations},
      {kDelete, "/v2/stores/{store_id}/{image_id}", "image_delete_from_store", kNone, kNoBody,
       deleteFromStore},
      {kGet, "/v2/info/import", "info_import", kNone, kNoBody, showImportInfo},
      {kGet, "/v2/info/stores", "info_stores", kNone, kNoBody, listStores},
      {kGet, "/v2/info/stores/detail", "info_stores_detail", kNone, kNoBody, detailStores},
      {kGet, "/v2/info/usage", "info_usage", kNone, kBody, showUsage,
       http::OtherMethods::kNotFound},
      {kGet, "/v2/schemas/member", "schema_member", kNone, kNoBody, showMemberSchema},
      {kGet, "/v2/schemas/members", "schema_members", kNone, kNoBody, showMembersSchema},
      {kGet, "/v2/tasks", "task_list", kNone, kBody, listTasks},
      {kGet, "/v2/tasks/{task_id}", "task_show", kNone, kBody, showTask},
      {kGet, "/v2/schemas/task", "schema_task", kNone, kBody, showTaskSchema},
      {kGet, "/v2/schemas/tasks", "schema_tasks", kNone, kBody, showTasksSchema},
      {kGet, "/v2/schemas/image", "schema_image", kNone, kNoBody, showImageSchema},
      {kGet, "/v2/schemas/images", "schema_images", kNone, kNoBody, showImagesSchema},
  };
  for (auto& route : cacheRoutes()) table.push_back(std::move(route));
  for (auto& route : metadefRoutes()) table.push_back(std::move(route));
  return routesOf(services, std::move(table));
}

std::vector<net::WorkerRoute> extensionRoutes(const ApiServices& services, EventFeed& events,
                                              ApiFunction manifest) {
  using enum http::Method;
  using enum net::BodyMode;
  constexpr auto kNoBody = BodyRule::kForbidden;
  std::vector<ApiRoute> table = {
      {kGet, "/glint/v1/events", "glint_events", kNone, kNoBody,
       [&events](ApiRequest& request) { return events.answer(request); }},
      {kGet, "/glint/v1/edges", "edge_list", kNone, kNoBody, listEdges},
      {kPut, "/glint/v1/edges/{edge}", "edge_report", kBuffered, BodyRule::kAllowed, reportEdge},
      {kGet, "/glint/v1/edges/{edge}", "edge_show", kNone, kNoBody, showEdge},
      {kDelete, "/glint/v1/edges/{edge}", "edge_forget", kNone, kNoBody, forgetEdge},
      {kGet, "/glint/v1/images/{image_id}/edges", "image_edges", kNone, kNoBody, listHolders}};
  if (manifest)
    table.push_back({kGet, "/glint/v1/images/{image_id}/manifest", "glint_manifest", kNone, kNoBody,
                     std::move(manifest)});
  return routesOf(services, std::move(table));
}

}  // namespace glint::origin
