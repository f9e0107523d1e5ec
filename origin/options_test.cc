#include "origin/options.h"

#include "base/file.h"
#include "origin/state_lock.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

struct Loaded {
  OriginOptions options = defaultOriginOptions();
  std::string error;
};

Loaded load(const std::string& text) {
  TempDir dir;
  REQUIRE(writeFileAtomic(dir.file("a.conf"), text));
  Loaded loaded;
  loaded.options.state_dir = "/state";
  OptionTable table;
  addOptions(table, loaded.options);
  ConfigInputs inputs;
  inputs.sources = {{ConfigSource::Kind::kFile, dir.file("a.conf")}};
  const ConfigOutcome outcome = table.load(inputs);
  if (!outcome.ok())
    loaded.error = outcome.errors.front();
  else if (auto finished = finish(loaded.options); !finished)
    loaded.error = finished.error().message;
  return loaded;
}

}  // namespace

TEST_CASE("OriginOptions: without configuration all is local", "[options]") {
  const auto loaded = load("");
  REQUIRE(loaded.error.empty());
  CHECK(loaded.options.server.host == "127.0.0.1");
  CHECK(loaded.options.server.port == 9292);
  CHECK(loaded.options.database.connection == "sqlite:////state/catalog.sqlite");
  CHECK(loaded.options.stores.only.file.directory == "/state/images");
  CHECK(loaded.options.identity.static_tokens.tokens_file == "/state/tokens");
  CHECK(loaded.options.identity.static_tokens.admin_token_file == "/state/admin-token");
}

TEST_CASE("OriginOptions: quotas that would not be kept are refused", "[options]") {
  CHECK(load("[DEFAULT]\nuse_keystone_limits = false\n").error.empty());
  const auto loaded = load("[DEFAULT]\nuse_keystone_limits = true\n");
  CHECK(loaded.error.find("a.conf:2") != std::string::npos);
  CHECK(loaded.error.find("limits in Keystone are not supported") != std::string::npos);
  CHECK_FALSE(load("[DEFAULT]\nuse_keystone_limits = perhaps\n").error.empty());
}

TEST_CASE("OriginOptions: a glance-api.conf is understood", "[options]") {
  const auto loaded = load(
      "[DEFAULT]\nbind_host = ::1\nbind_port = 1234\nworkers = 3\nimage_size_cap = 5\n"
      "user_storage_quota = 2KB\nbacklog = 4096\n"
      "[database]\nconnection = sqlite:////var/db\n[glance_store]\nstores = file,http\n"
      "filesystem_store_datadir = /images\nfilesystem_store_file_perm = 640\n"
      "[image_format]\ndisk_formats = raw,qcow2\nrequire_image_format_match = False\n");
  REQUIRE(loaded.error.empty());
  CHECK(loaded.options.server.host == "::1");
  CHECK(loaded.options.server.port == 1234);
  CHECK(loaded.options.server.loops == 3);
  CHECK(loaded.options.data.image_size_cap == 5);
  CHECK(loaded.options.data.user_storage_quota == 2048);
  CHECK(loaded.options.database.connection == "sqlite:////var/db");
  CHECK(loaded.options.stores.only.file.directory == "/images");
  CHECK(loaded.options.stores.only.file.file_mode == 0640);
  CHECK(loaded.options.schema.disk_formats == std::vector<std::string>{"raw", "qcow2"});
  CHECK(loaded.options.data.ingest.require_format_match == image::RequireMatch::kNo);
}

TEST_CASE("OriginOptions: listen beats bind_host and bind_port", "[options]") {
  const auto [text, host, port] = GENERATE(table<const char*, const char*, int>({
      {"127.0.0.2:80", "127.0.0.2", 80},
      {"[::1]:8080", "::1", 8080},
      {":9", "0.0.0.0", 9},
  }));
  const auto loaded =
      load("[DEFAULT]\nbind_port = 1\n[origin]\nlisten = " + std::string(text) + "\n");
  REQUIRE(loaded.error.empty());
  CHECK(loaded.options.server.host == host);
  CHECK(loaded.options.server.port == port);
}

TEST_CASE("OriginOptions: what is wrong is named", "[options]") {
  const auto [text, word] = GENERATE(table<const char*, const char*>({
      {"[origin]\nlisten = nowhere\n", "nowhere"},
      {"[origin]\nlisten = 1.2.3.4:99999\n", "1.2.3.4:99999"},
      {"[origin]\nno_such = 1\n", "no_such"},
      {"[DEFAULT]\ncert_file = /c.pem\n", "key_file"},
      {"[DEFAULT]\nca_file = /c.pem\n", "ca_file"},
      {"[DEFAULT]\nhashing_algorithm = crc1\n", "hashing_algorithm"},
      {"[DEFAULT]\nuser_storage_quota = lots\n", "user_storage_quota"},
      {"[glance_store]\nstores = file,rbd\n", "stores"},
      {"[glance_store]\nfilesystem_store_file_perm = 99\n", "filesystem_store_file_perm"},
      {"[glance_store]\nfilesystem_store_file_perm = 040\n", "filesystem_store_file_perm"},
      {"[DEFAULT]\nenforce_secure_rbac = no\n[oslo_policy]\nenforce_new_defaults = yes\n",
       "enforce_secure_rbac"},
      {"[oslo_policy]\nenforce_new_defaults = maybe\n", "enforce_new_defaults"},
      {"[DEFAULT]\nproperty_protection_rule_format = other\n", "property_protection_rule_format"},
      {"[keystone_authtoken]\nauth_url = http://k\n", "keystone_authtoken"},
  }));
  CAPTURE(text);
  CHECK(load(text).error.find(word) != std::string::npos);
}

TEST_CASE("OriginOptions: which default rules apply, said in one place or two", "[options]") {
  struct Row {
    const char* text;
    bool older;
  };
  const auto row = GENERATE(values<Row>({
      {"", false},
      {"[oslo_policy]\nenforce_new_defaults = false\n", true},
      {"[DEFAULT]\nenforce_secure_rbac = False\n", true},
      {"[DEFAULT]\nenforce_secure_rbac = True\n", false},
      {"[DEFAULT]\nenforce_secure_rbac = no\n[oslo_policy]\nenforce_new_defaults = no\n", true},
      {"[DEFAULT]\nenforce_secure_rbac = yes\n[oslo_policy]\nenforce_new_defaults = on\n", false},
  }));
  CAPTURE(row.text);
  const auto loaded = load(row.text);
  REQUIRE(loaded.error.empty());
  CHECK(loaded.options.policy.mode.older_defaults == row.older);
}

TEST_CASE("StateLock: one holder, one name", "[options]") {
  TempDir dir;
  const std::string state = dir.file("a/state");
  std::string instance;
  {
    const auto held = lockState(state);
    REQUIRE(held);
    instance = held->instance;
    CHECK(lockState(state).error().code == ErrorCode::kConflict);
  }
  CHECK(lockState(state).value().instance == instance);
  REQUIRE(writeFileAtomic(state + "/instance", "damaged"));
  CHECK(looksLikeUuid(lockState(state).value().instance));
  REQUIRE(writeFileAtomic(dir.file("file"), ""));
  CHECK_FALSE(lockState(dir.file("file")));
}

}  // namespace glint::origin
