// A database of its own for one test, gone with the test: SQLite in a directory, or, when
// GLINT_TEST_DATABASE holds the URL of a PostgreSQL or MariaDB server where databases may be
// created (tests/databases.py sets it), a schema there.
#pragma once

#include <memory>
#include <string>

#include "origin/catalog/database_options.h"
#include "origin/test_support.h"

namespace glint::origin {

class Connection;

class TestDatabase {
 public:
  TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  ~TestDatabase();

  // Of a server, not of a file.
  static bool onServer();
  const std::string& url() const { return url_; }
  DatabaseOptions options() const;
  // Beside those of whatever the test opens.
  std::unique_ptr<Connection> connection() const;
  // A server's: ends all its connections, as a restart or a broken network would.
  void disconnectAll() const;

 private:
  std::unique_ptr<Connection> server() const;

  TempDir dir_;
  std::string name_;
  std::string url_;
};

}  // namespace glint::origin
