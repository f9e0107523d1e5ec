// What POST /v2/images/{image_id}/import asks for (spec: images-api §13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/record.h"

namespace glint::image {

enum class ImportMethod : std::uint8_t { kGlanceDirect, kWebDownload, kCopyImage, kGlanceDownload };

const char* toString(ImportMethod method);  // "glance-direct" …
std::optional<ImportMethod> parseImportMethod(std::string_view text);

struct ImportRequest {
  ImportMethod method = ImportMethod::kGlanceDirect;
  // Their names as given; which are allowed where is the caller's matter.
  std::optional<std::vector<std::string>> stores = {};
  bool all_stores = false;
  bool all_must_succeed = true;
  std::string uri = {};  // web-download; empty: none was given
  // glance-download; empty: not given.
  std::string remote_region = {};
  std::string remote_image = {};
  std::string remote_interface = {};
};

// `enabled`: names of methods; others are unknown. Keys that the method does not need are ignored.
// Errors: kInvalidArgument.
Result<ImportRequest> parseImportRequest(std::string_view body,
                                         const std::vector<std::string>& enabled);

// The input of an import task: {"image_id", "import_req": the request's body, "backend": stores}.
// `stores`: the ids of the stores to be written, "" for the only one.
std::string importTaskInput(const ImageId& image, std::string_view body,
                            const std::vector<std::string>& stores);

// The same read back. Errors: kInvalidArgument (a task that somebody made by hand).
struct ImportPlan {
  ImageId image;
  ImportRequest request;
  std::vector<std::string> stores;
};
Result<ImportPlan> parseImportTask(std::string_view input);

}  // namespace glint::image
