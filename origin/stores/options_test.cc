#include "origin/stores/options.h"

#include "base/file.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

struct Loaded {
  StoresOptions options;
  std::string error;
};

Loaded load(const std::string& text) {
  TempDir dir;
  REQUIRE(writeFileAtomic(dir.file("a.conf"), text));
  Loaded loaded;
  OptionTable table;
  addOptions(table, loaded.options);
  const auto outcome = table.load({.sources = {{ConfigSource::Kind::kFile, dir.file("a.conf")}},
                                   .overrides = {},
                                   .environment = {}});
  if (!outcome.ok())
    loaded.error = outcome.errors.front();
  else if (auto finished = finish(loaded.options, "/state"); !finished)
    loaded.error = finished.error().message;
  return loaded;
}

}  // namespace

TEST_CASE("StoresOptions: each store of enabled_backends has its group", "[store][options]") {
  const auto loaded = load(
      "[DEFAULT]\nenabled_backends = fast:file, slow : file\n"
      "[glance_store]\ndefault_backend = slow\n"
      "[backend_defaults]\nfilesystem_thin_provisioning = true\nweight = 3\n"
      "[fast]\nfilesystem_store_datadir = /fast\nstore_description = Quick: small\nweight = 10\n"
      "filesystem_store_file_perm = 640\nfilesystem_store_chunk_size = 4096\n"
      "[slow]\nfilesystem_store_timeout = 5\n");
  REQUIRE(loaded.error.empty());
  const auto& several = loaded.options.several;
  REQUIRE(several.size() == 2);
  CHECK(several[0].file.id == "fast");
  CHECK(several[0].file.directory == "/fast");
  CHECK(several[0].file.file_mode == 0640);
  CHECK(several[0].file.chunk_size == 4096);
  CHECK(several[0].file.thin);
  CHECK(several[0].description == "Quick: small");
  CHECK(several[0].weight == 10);
  CHECK(several[1].file.id == "slow");
  CHECK(several[1].file.directory == "/state/stores/slow");
  CHECK(several[1].file.thin);
  CHECK(several[1].weight == 3);
}

TEST_CASE("StoresOptions: what is wrong with several stores is named", "[store][options]") {
  const std::string two = "[DEFAULT]\nenabled_backends = a:file,b:file\n";
  const auto [text, words] = GENERATE_COPY(table<std::string, const char*>({
      {"[DEFAULT]\nenabled_backends = a\n", "enabled_backends: every store is written as ID:TYPE"},
      {"[DEFAULT]\nenabled_backends = :file\n", "a store has no id"},
      {"[DEFAULT]\nenabled_backends = a:file,a:file\n", "store a is there twice"},
      {"[DEFAULT]\nenabled_backends = os_glance_x:file\n", "reserved: os_glance_x"},
      {"[DEFAULT]\nenabled_backends = a:rbd\n", "type rbd is not built in"},
      {"[DEFAULT]\nenabled_backends = glance_store:file\n", "[glance_store] has another meaning"},
      {two, "[glance_store] default_backend: must be one of enabled_backends"},
      {two + "[glance_store]\ndefault_backend = c\n", "must be one of enabled_backends"},
      {two + "[a]\nrbd_store_pool = images\n", "[a] rbd_store_pool: unknown option"},
      {two + "[c]\nweight = 1\n", "[c]: unknown group"},
      {two + "[a]\nfilesystem_store_datadir = /d\n[b]\nfilesystem_store_datadir = /d/\n"
             "[glance_store]\ndefault_backend = a\n",
       "[b] filesystem_store_datadir: /d is another store's already"},
  }));
  CAPTURE(text);
  const auto error = load(text).error;
  CAPTURE(error);
  CHECK(error.find(words) != std::string::npos);
}

TEST_CASE("StoresOptions: the stores open as configured", "[store][options]") {
  TempDir dir;
  StoresOptions options;
  for (const char* id : {"a", "b"}) {
    auto& backend = options.several.emplace_back();
    backend.file.id = id;
    backend.file.directory = dir.file(id);
  }
  options.default_backend = "b";
  const auto open = openStores(options);
  REQUIRE(open);
  CHECK(open->set->several());
  CHECK(open->set->defaultStore().id() == "b");

  REQUIRE(writeFileAtomic(dir.file("c"), ""));
  options.several[0].file.directory = dir.file("c");
  CHECK(openStores(options).error().message.starts_with("store a"));

  options.several.clear();
  options.only.file.directory = dir.file("only");
  CHECK_FALSE(openStores(options)->set->several());
}

}  // namespace glint::origin
