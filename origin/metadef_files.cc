#include "origin/metadef_files.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "origin/metadefs/body.h"
#include "origin/metadefs/json.h"

namespace glint::origin {
namespace {

using metadefs::Content;
using metadefs::Namespace;
using metadefs::NamespaceDraft;
using metadefs::Time;

constexpr std::uint64_t kMaxFileBytes = 16u << 20;
constexpr const char* kExtension = ".json";

Result<std::vector<std::string>> filesAt(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == kExtension) files.push_back(entry->path().string());
  if (error) return fail(ErrorCode::kInternal, "read directory " + path + ": " + error.message());
  std::ranges::sort(files);
  return files;
}

// Each a microsecond after the one before, so that they keep their order.
template <class Item>
void setCreated(std::vector<Item>& items, Time& next) {
  for (Item& item : items) {
    item.created_at = next;
    next += Time::duration(1);
  }
}

std::vector<std::string> typesOf(const Content& content) {
  std::vector<std::string> names;
  for (const auto& association : content.associations) names.push_back(association.name);
  return names;
}

// Brings the things of one kind in: those of new names, and when asked to those of known ones.
template <class Item>
Status merge(const RequestContext& context, MetadefItems<Item>& there, const std::string& id,
             const std::vector<Item>& given, LoadMode mode, Time now) {
  const auto known = there.list(context, id);
  if (!known) return tl::unexpected(known.error());
  std::vector<Item> added;
  for (const Item& item : given) {
    if (std::ranges::find(*known, item.name, &Item::name) == known->end()) {
      added.push_back(item);
    } else if (mode == LoadMode::kPreferNew) {
      auto changed = item;
      changed.updated_at = now;
      if (auto done = there.update(context, id, item.name, changed); !done) return done;
    }
  }
  if (added.empty()) return {};
  return there.add(context, id, added, Existing::kKept);
}

class Loader {
 public:
  Loader(const RequestContext& context, MetadefCatalog& catalog, LoadMode mode, Time now)
      : context_(context), catalog_(catalog), mode_(mode), now_(now), next_(now) {}

  FileOutcome load(const std::string& file) {
    FileOutcome outcome;
    outcome.file = file;
    if (auto done = load(file, outcome); !done) {
      outcome.result = FileResult::kFailed;
      outcome.note = done.error().message;
    }
    return outcome;
  }

 private:
  Status load(const std::string& file, FileOutcome& outcome) {
    const auto text = readFile(file, kMaxFileBytes);
    if (!text) return tl::unexpected(text.error());
    auto draft = metadefs::readDefinitionFile(*text);
    if (!draft) return tl::unexpected(draft.error());
    outcome.name = draft->record.name;
    draft->record.created_at = next_;
    setCreated(draft->content.associations, next_);
    setCreated(draft->content.properties, next_);
    setCreated(draft->content.objects, next_);
    setCreated(draft->content.tags, next_);
    const auto there = catalog_.findNamespace(context_, draft->record.name);
    if (!there) return tl::unexpected(there.error());
    if (*there && mode_ == LoadMode::kSkip) {
      outcome.result = FileResult::kSkipped;
      outcome.note = "the namespace exists already";
      return {};
    }
    const bool merges = *there && mode_ != LoadMode::kOverwrite;
    outcome.result = merges ? FileResult::kMerged : FileResult::kLoaded;
    if (auto done = merges ? mergeInto(**there, *draft) : create(*draft, *there); !done)
      return done;
    return catalog_.protectResourceTypes(context_, typesOf(draft->content));
  }

  Status create(NamespaceDraft& draft, const std::optional<Namespace>& before) {
    if (before)
      if (auto done = catalog_.removeNamespace(context_, before->id); !done) return done;
    draft.record.id = makeUuid();
    return catalog_.createNamespace(context_, draft.record, draft.content);
  }

  Status mergeInto(const Namespace& before, NamespaceDraft& draft) {
    if (mode_ == LoadMode::kPreferNew) {
      draft.record.id = before.id;
      draft.record.updated_at = now_;
      if (auto done = catalog_.updateNamespace(context_, draft.record); !done) return done;
    }
    const auto& content = draft.content;
    const auto& id = before.id;
    for (const auto& done :
         {merge(context_, catalog_.associations(), id, content.associations, mode_, now_),
          merge(context_, catalog_.properties(), id, content.properties, mode_, now_),
          merge(context_, catalog_.objects(), id, content.objects, mode_, now_),
          merge(context_, catalog_.tags(), id, content.tags, mode_, now_)})
      if (!done) return done;
    return {};
  }

  const RequestContext& context_;
  MetadefCatalog& catalog_;
  const LoadMode mode_;
  const Time now_;
  Time next_;
};

// "libvirt Driver Options" → "libvirtDriverOptions": letters, digits, underscores, and whatever is
// beyond ASCII.
std::string fileNameOf(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool beyond_ascii = (static_cast<unsigned char>(c) & 0x80U) != 0;
    if (asciiAlpha(c) || asciiDigit(c) || c == '_' || beyond_ascii) name += c;
  }
  return name;
}

// A name that this export has not used yet.
std::string unusedName(const Namespace& record, std::set<std::string>& used) {
  auto name = fileNameOf(record.display_name.value_or(std::string()));
  if (name.empty() || used.contains(name)) name = fileNameOf(record.name);
  if (name.empty() || used.contains(name)) name += record.id;
  used.insert(name);
  return name + kExtension;
}

}  // namespace

Result<LoadMode> loadMode(const LoadFlags& flags) {
  if (flags.prefer_new && flags.overwrite)
    return fail(ErrorCode::kInvalidArgument, "prefer_new and overwrite exclude each other");
  if (!flags.merge && (flags.prefer_new || flags.overwrite))
    return fail(ErrorCode::kInvalidArgument, "prefer_new and overwrite are kinds of merge");
  if (flags.overwrite) return LoadMode::kOverwrite;
  if (flags.prefer_new) return LoadMode::kPreferNew;
  return flags.merge ? LoadMode::kAdd : LoadMode::kSkip;
}

Result<std::vector<FileOutcome>> loadMetadefs(const RequestContext& context,
                                              MetadefCatalog& catalog, const std::string& path,
                                              LoadMode mode, Time now) {
  const auto files = filesAt(path);
  if (!files) return tl::unexpected(files.error());
  Loader loader(context, catalog, mode, now);
  std::vector<FileOutcome> outcomes;
  for (const auto& file : *files) outcomes.push_back(loader.load(file));
  return outcomes;
}

Result<std::vector<ExportedFile>> exportMetadefs(const RequestContext& context,
                                                 MetadefCatalog& catalog,
                                                 const std::string& directory) {
  if (auto made = ensureDirectory(directory); !made) return tl::unexpected(made.error());
  NamespaceQuery query{.admin = true, .sort = NamespaceSort::kName, .ascending = true};
  query.limit = std::numeric_limits<std::int32_t>::max();
  const auto all = catalog.listNamespaces(context, query);
  if (!all) return tl::unexpected(all.error());
  std::set<std::string> used;
  std::vector<ExportedFile> files;
  for (const auto& [record, associations] : *all) {
    const auto content = catalog.content(context, record.id);
    if (!content) return tl::unexpected(content.error());
    const auto file = directory + "/" + unusedName(record, used);
    std::error_code ignored;
    const bool replaced = std::filesystem::exists(file, ignored);
    if (auto done = writeFileAtomic(file, metadefs::definitionFile(record, *content)); !done)
      return tl::unexpected(done.error());
    files.push_back({file, record.name, replaced});
  }
  return files;
}

}  // namespace glint::origin
