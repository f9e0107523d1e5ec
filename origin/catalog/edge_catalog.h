// Edges that report to the origin, and which images they hold (docs/fleet.md).
//
// Threads: every method blocks on the database; call from any worker.
// Errors of all methods: those of Database; others are named per method.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "image/edge_report.h"

namespace glint::origin {

struct KnownEdge {
  std::string name;
  image::EdgeReport report;  // `images` is empty, see image_count
  std::uint64_t image_count = 0;
  image::Time reported_at{};
};

// An edge that holds an image.
struct Holder {
  std::string edge;
  std::string url;
  image::Time reported_at{};
  image::HeldImage held;
};

class EdgeCatalog {
 public:
  virtual ~EdgeCatalog() = default;

  // What the edge said last replaces what it said before.
  virtual Status report(const RequestContext& context, const std::string& edge,
                        const image::EdgeReport& report, image::Time at) = 0;
  virtual Result<std::vector<KnownEdge>> edges(const RequestContext& context) = 0;  // by name
  // With all its images. Errors: kNotFound.
  virtual Result<KnownEdge> edge(const RequestContext& context, const std::string& edge) = 0;
  // Errors: kNotFound.
  virtual Status forget(const RequestContext& context, const std::string& edge) = 0;
  // By the edges' names.
  virtual Result<std::vector<Holder>> holders(const RequestContext& context,
                                              const image::ImageId& image) = 0;
};

}  // namespace glint::origin
