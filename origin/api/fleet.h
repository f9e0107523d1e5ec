// Edges and what they hold (docs/fleet.md). Each function is one route; edges report with the rule
// report_edge, people read with the rule get_edges.
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

// PUT, GET, DELETE /glint/v1/edges/{edge} and GET /glint/v1/edges.
ApiResult<http::Response> reportEdge(ApiRequest& request);
ApiResult<http::Response> showEdge(ApiRequest& request);
ApiResult<http::Response> forgetEdge(ApiRequest& request);
ApiResult<http::Response> listEdges(ApiRequest& request);

// GET /glint/v1/images/{image_id}/edges: who holds it, and until when it boots there offline.
ApiResult<http::Response> listHolders(ApiRequest& request);

}  // namespace glint::origin
