#include "origin/tasks/import_lock.h"

#include <catch2/catch.hpp>

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using image::TaskStatus;

TEST_CASE("Import lock: when it may be taken over", "[import]") {
  struct Row {
    TaskStatus status;
    std::chrono::minutes age;
    bool stale;
  };
  const auto row = GENERATE(values<Row>({
      {TaskStatus::kPending, 119min, false},
      {TaskStatus::kPending, 120min, true},
      {TaskStatus::kProcessing, 59min, false},
      {TaskStatus::kProcessing, 60min, true},
      {TaskStatus::kSuccess, 59min, false},
      {TaskStatus::kSuccess, 60min, true},
      {TaskStatus::kFailure, 59min, false},
      {TaskStatus::kFailure, 60min, true},
  }));
  CAPTURE(static_cast<int>(row.status), row.age.count());
  image::Task task;
  task.status = row.status;
  task.updated_at = image::Time(1h * 1000);
  CHECK(lockIsStale(task, task.updated_at + row.age) == row.stale);
  CHECK(lockIsStale(std::nullopt, task.updated_at));
}

TEST_CASE("Import lock: the lists of stores", "[import]") {
  image::Image image;
  image.properties[kFailedImport] = "x,b";
  beginStores(image, {"b", "a"});
  CHECK(image.properties[kImportingToStores] == "a,b");
  CHECK(image.properties[kFailedImport] == "x");
  storeWritten(image, "a");
  CHECK(image.properties[kImportingToStores] == "b");
  storeFailed(image, "b");
  CHECK(image.properties[kImportingToStores].empty());
  CHECK(image.properties[kFailedImport] == "b,x");
  forgetStores(image, {"b"});
  CHECK(image.properties[kFailedImport] == "x");
  takeLock(image, "task");
  CHECK(lockHolder(image) == "task");
  dropLock(image);
  CHECK_FALSE(lockHolder(image));
}

TEST_CASE("Import lock: with one store the lists are there, and empty", "[import]") {
  image::Image image;
  beginStores(image, {""});
  CHECK(image.properties.at(kImportingToStores).empty());
  CHECK(image.properties.at(kFailedImport).empty());
  storeFailed(image, "");
  CHECK(image.properties.at(kFailedImport).empty());
}

}  // namespace
}  // namespace glint::origin
