// The lock that an import holds on its image, and the lists of stores that it keeps there: custom
// properties that the server alone writes (spec: image life-cycle §2, §3).
//
// The functions change a record in memory: call them from within a Catalog::Change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/record.h"
#include "image/task.h"

namespace glint::origin {

inline constexpr const char* kImportLock = "os_glance_import_task";
inline constexpr const char* kImportingToStores = "os_glance_importing_to_stores";
inline constexpr const char* kFailedImport = "os_glance_failed_import";

// The task that holds the image's lock.
std::optional<std::string> lockHolder(const image::Image& image);

// Whether the lock may be taken from the task that holds it. A task whose record is gone, or that
// gave no sign of life for an hour (two, when it never began), holds nothing any more.
bool lockIsStale(const std::optional<image::Task>& holder, image::Time now);

void takeLock(image::Image& image, const std::string& task);
// Drops the lock and empties the list of stores to be written.
void dropLock(image::Image& image);

// Sorted lists of store ids, separated by commas; empty ids (of the only store) are not in them.
void beginStores(image::Image& image, const std::vector<std::string>& stores);  // to be written
void storeWritten(image::Image& image, const std::string& store);
void storeFailed(image::Image& image, const std::string& store);
void forgetStores(image::Image& image, const std::vector<std::string>& stores);  // in either list

}  // namespace glint::origin
