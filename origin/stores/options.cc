#include "origin/stores/options.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"

namespace glint::origin {
namespace {

constexpr std::string_view kReservedPrefix = "os_glance_";

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

// oslo's spelling of an octal mode: a decimal number whose digits are read as octal ones.
Status parseFileMode(std::string_view text, int& mode) {
  constexpr int kMostBits = 0777;
  constexpr int kOwnerRead = 0400;
  const auto value = parseInteger<int>(text, 8);
  if (!value || *value > kMostBits) return bad("no octal file mode");
  if (*value > 0 && (*value & kOwnerRead) == 0) return bad("the owner must be able to read");
  mode = *value;
  return {};
}

// The words of the older options, for one store: files are what is built in.
Status onlyFileStore(std::string_view text) {
  for (const std::string_view name : split(text, ',')) {
    const std::string_view word = trim(name);
    if (!word.empty() && word != "file" && word != "filesystem" && word != "http")
      return bad("only the store \"file\" is built in");
  }
  return {};
}

struct NamedBackend {
  std::string id;
  std::string type;
};

// "id:type,id:type": an oslo dict.
Result<std::vector<NamedBackend>> parseBackends(std::string_view text) {
  std::vector<NamedBackend> backends;
  for (const std::string_view item : split(text, ',')) {
    if (trim(item).empty()) continue;
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) return bad("every store is written as ID:TYPE");
    NamedBackend backend{std::string(trim(item.substr(0, colon))),
                         std::string(trim(item.substr(colon + 1)))};
    if (backend.id.empty()) return bad("a store has no id");
    if (std::ranges::find(backends, backend.id, &NamedBackend::id) != backends.end())
      return bad("store " + backend.id + " is there twice");
    if (backend.id.starts_with(kReservedPrefix))
      return bad("ids that begin with os_glance_ are reserved: " + backend.id);
    if (backend.type != "file")
      return bad("store " + backend.id + ": type " + backend.type +
                 " is not built in, only file is");
    backends.push_back(std::move(backend));
  }
  return backends;
}

void addFileRows(OptionGroup& group, FileStoreOptions& file) {
  group
      .path("filesystem_store_datadir", file.directory,
            "Directory of images; empty: one in the state directory.")
      .custom("filesystem_store_file_perm", "0", "an octal mode",
              "Permissions of image files; 0: as the umask says.",
              [&file](std::string_view text) { return parseFileMode(text, file.file_mode); })
      .boolean("filesystem_thin_provisioning", file.thin,
               "Runs of zeros are not written: files get holes.")
      .integer("filesystem_store_chunk_size", file.chunk_size,
               "Told by info/stores/detail; how bytes are written is Glint's own matter.",
               {.min = 1})
      .ignored({"filesystem_store_timeout", "filesystem_store_thread_pool_size",
                "filesystem_store_threadpool_threshold"});
}

void addBackendRows(OptionGroup& group, BackendOptions& backend) {
  group.text("store_description", backend.description, "What users read of the store.")
      .integer("weight", backend.weight,
               "Images are read from, and offered at, the store with the highest weight first.");
  addFileRows(group, backend.file);
}

Status addBackends(OptionTable& table, const std::string& text, StoresOptions& options) {
  const auto backends = parseBackends(text);
  if (!backends) return tl::unexpected(backends.error());
  for (const auto& [id, type] : *backends) {
    if (table.hasGroup(id)) return bad("the group [" + id + "] has another meaning");
    BackendOptions& backend = options.several.emplace_back();
    backend.file.id = id;
    OptionGroup group = table.group(id);
    addBackendRows(group.fallback("backend_defaults"), backend);
  }
  return {};
}

}  // namespace

void addOptions(OptionTable& table, StoresOptions& options) {
  table.group("DEFAULT").custom(
      "enabled_backends", "", "ID:TYPE,ID:TYPE…",
      "The stores, when there are several: each has a group named as its id, with the options of "
      "[backend_defaults].",
      // What is wrong with it is said when the groups are made.
      [](std::string_view) -> Status { return {}; });
  table.groupsNamedBy("DEFAULT", "enabled_backends",
                      [&options](OptionTable& rows, const std::string& text) {
                        return addBackends(rows, text, options);
                      });
  OptionGroup group = table.group("glance_store", "Where the bytes of images are kept.");
  group
      .text("default_backend", options.default_backend,
            "The store of uploads that name none; needed with enabled_backends.")
      .custom("stores", "file,http", "file", "Without enabled_backends: the stores in use.",
              onlyFileStore)
      .custom("default_store", "file", "file", "Without enabled_backends: where uploads go.",
              onlyFileStore);
  addFileRows(group, options.only.file);
  OptionGroup defaults =
      table.group("backend_defaults",
                  "What every store of enabled_backends has unless its own group says else.");
  addBackendRows(defaults, options.defaults);
  table.ignoredGroups({"os_glance_tasks_store"});
}

Status finish(StoresOptions& options, const std::string& state_dir) {
  if (options.several.empty()) {
    if (options.only.file.directory.empty()) options.only.file.directory = state_dir + "/images";
    return {};
  }
  std::set<std::string> directories;
  for (auto& backend : options.several) {
    auto& file = backend.file;
    if (file.directory.empty()) file.directory = state_dir + "/stores/" + file.id;
    while (file.directory.size() > 1 && file.directory.ends_with('/')) file.directory.pop_back();
    if (!directories.insert(file.directory).second)
      return bad("[" + file.id + "] filesystem_store_datadir: " + file.directory +
                 " is another store's already");
  }
  const auto known = [&](const BackendOptions& backend) {
    return backend.file.id == options.default_backend;
  };
  if (std::ranges::none_of(options.several, known))
    return bad("[glance_store] default_backend: must be one of enabled_backends");
  return {};
}

Result<OpenStores> openStores(const StoresOptions& options) {
  OpenStores open;
  if (options.several.empty()) {
    auto store = openFileStore(options.only.file);
    if (!store) return tl::unexpected(store.error());
    open.stores.push_back(std::move(*store));
    open.set = std::make_unique<StoreSet>(*open.stores.front());
    return open;
  }
  std::vector<StoreEntry> entries;
  for (const auto& backend : options.several) {
    auto store = openFileStore(backend.file);
    if (!store) return failWith("store " + backend.file.id, store.error());
    open.stores.push_back(std::move(*store));
    entries.push_back({open.stores.back().get(), backend.description, backend.weight});
  }
  open.set = std::make_unique<StoreSet>(std::move(entries), options.default_backend);
  return open;
}

}  // namespace glint::origin
