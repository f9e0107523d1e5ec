// The cache routes of the Images API (spec: images-api §21) of a service that keeps no cache: who
// may manage caches is decided all the same, so that an edge can ask, and then there is none (404).
// The nodes that cache an image are the edges that report to this origin (docs/fleet.md).
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

ApiResult<http::Response> listCache(ApiRequest& request);   // cache_list
ApiResult<http::Response> clearCache(ApiRequest& request);  // cache_delete
ApiResult<http::Response> cleanCache(ApiRequest& request);  // cache_clean
ApiResult<http::Response> pruneCache(ApiRequest& request);  // cache_prune
// Of one image, which is looked up first.
ApiResult<http::Response> queueImage(ApiRequest& request);      // cache_image
ApiResult<http::Response> uncacheImage(ApiRequest& request);    // cache_delete
ApiResult<http::Response> listCacheNodes(ApiRequest& request);  // list_cached_nodes

}  // namespace glint::origin
