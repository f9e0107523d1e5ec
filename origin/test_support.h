// What the tests of origin/ share.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "base/context.h"
#include "base/uuid.h"
#include "image/record.h"

namespace glint::origin {

// A directory that goes away with everything in it.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "glint-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline RequestContext testContext() {
  RequestContext context;
  context.request_id = "req-test";
  return context;
}

inline image::Image testImage(const std::string& owner = "project-a") {
  image::Image image;
  image.id.value = makeUuid();
  image.owner = owner;
  image.disk_format = "raw";
  image.container_format = "bare";
  image.created_at =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  image.updated_at = image.created_at;
  return image;
}

}  // namespace glint::origin
