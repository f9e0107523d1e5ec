// Certificates for tests, made on the spot: a CA of one's own and what it signs.
#pragma once

#include <memory>
#include <string>

namespace glint::net::testing {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

// Threads: one user. The files live in `directory`, which must exist.
class TestAuthority {
 public:
  static std::unique_ptr<TestAuthority> create(const std::string& directory,
                                               const std::string& name);
  virtual ~TestAuthority() = default;

  virtual std::string caFile() const = 0;
  // For 127.0.0.1 and localhost, as server or client; `name` is the subject's CN and the stem of
  // the file names.
  virtual CertificateFiles issue(const std::string& name) = 0;
};

// A directory that goes with the object.
class TestDirectory {
 public:
  TestDirectory();
  ~TestDirectory();
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace glint::net::testing
