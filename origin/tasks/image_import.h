// Imports: the work of tasks of type api_image_import (spec: image life-cycle §4).
//
//   queued, uploading ──► importing ──► active      (copy-image: active all the time)
//                             └───────► queued      nothing stays in stores or staging
//
// An attempt that finds the image already importing under its task goes on where the one before
// ended: staged bytes that are complete are used, copies that the record names stay, and an object
// that a store holds without the record knowing is removed and written anew.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "image/import_request.h"
#include "image/record.h"
#include "origin/catalog/catalog.h"
#include "origin/ingest.h"
#include "origin/size_limit.h"
#include "origin/stores/store_set.h"
#include "origin/tasks/staging.h"
#include "origin/tasks/task_engine.h"

namespace glint::origin {

// Brings the bytes of an image into staging: one for each method but glance-direct. What is staged
// is removed by the import. Errors: their messages are for people; kCancelled (interrupted).
using StageSource =
    std::function<Status(TaskRun& run, const image::ImportPlan& plan, const image::Image& image)>;

struct ImageImportParts {
  Catalog& catalog;
  const StoreSet& stores;
  Staging& staging;
  IngestOptions ingest;
  SizeRules limits;
  std::map<image::ImportMethod, StageSource> sources;
};

// Threads: run() on any, several tasks at once. Outlives the engine that calls it.
class ImageImport {
 public:
  explicit ImageImport(ImageImportParts parts) : parts_(std::move(parts)) {}
  Result<std::string> run(TaskRun& run) const;

 private:
  const ImageImportParts parts_;
};

}  // namespace glint::origin
