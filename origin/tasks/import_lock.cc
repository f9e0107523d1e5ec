#include "origin/tasks/import_lock.h"

#include <chrono>
#include <set>

#include "base/strings.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;

std::set<std::string> listOf(const image::Image& image, const char* name) {
  std::set<std::string> stores;
  const auto property = image.properties.find(name);
  if (property == image.properties.end()) return stores;
  for (const std::string_view store : split(property->second, ','))
    if (!store.empty()) stores.emplace(store);
  return stores;
}

void setList(image::Image& image, const char* name, const std::set<std::string>& stores) {
  std::string text;
  for (const std::string& store : stores) text += (text.empty() ? "" : ",") + store;
  image.properties[name] = text;
}

void insert(image::Image& image, const char* name, const std::string& store) {
  auto stores = listOf(image, name);
  if (!store.empty()) stores.insert(store);
  setList(image, name, stores);
}

void erase(image::Image& image, const char* name, const std::string& store) {
  auto stores = listOf(image, name);
  stores.erase(store);
  setList(image, name, stores);
}

}  // namespace

std::optional<std::string> lockHolder(const image::Image& image) {
  const auto lock = image.properties.find(kImportLock);
  if (lock == image.properties.end()) return std::nullopt;
  return lock->second;
}

bool lockIsStale(const std::optional<image::Task>& holder, image::Time now) {
  if (!holder) return true;
  const auto patience = holder->status == image::TaskStatus::kPending ? 120min : 60min;
  return now - holder->updated_at >= patience;
}

void takeLock(image::Image& image, const std::string& task) {
  image.properties[kImportLock] = task;
}

void dropLock(image::Image& image) {
  image.properties.erase(kImportLock);
  setList(image, kImportingToStores, {});
}

void beginStores(image::Image& image, const std::vector<std::string>& stores) {
  setList(image, kImportingToStores, {});
  for (const std::string& store : stores) {
    insert(image, kImportingToStores, store);
    erase(image, kFailedImport, store);
  }
  setList(image, kFailedImport, listOf(image, kFailedImport));  // present, even when empty
}

void storeWritten(image::Image& image, const std::string& store) {
  erase(image, kImportingToStores, store);
}

void storeFailed(image::Image& image, const std::string& store) {
  erase(image, kImportingToStores, store);
  insert(image, kFailedImport, store);
}

void forgetStores(image::Image& image, const std::vector<std::string>& stores) {
  for (const std::string& store : stores) {
    erase(image, kImportingToStores, store);
    erase(image, kFailedImport, store);
  }
}

}  // namespace glint::origin
