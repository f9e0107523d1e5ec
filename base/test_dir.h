// A fresh directory for one test, removed with all it holds.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "base/uuid.h"

namespace glint {

class TestDir {
 public:
  TestDir() : path_(std::filesystem::temp_directory_path() / ("glint-test-" + makeUuid())) {
    std::filesystem::create_directory(path_);
  }
  ~TestDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDir(const TestDir&) = delete;
  TestDir& operator=(const TestDir&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace glint
