// Definition files of metadata definitions: into the catalog, out of it, and all of it away (spec:
// metadefs-api §5). What an operator does at the database: no policy, no protection.
//
// Threads: one; blocks on disk and database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "origin/catalog/metadef_catalog.h"
#include "origin/metadefs/record.h"

namespace glint::origin {

// What becomes of a namespace that exists already.
enum class LoadMode : std::uint8_t {
  kSkip,       // the file is passed over
  kAdd,        // what it lacks is added
  kPreferNew,  // and what it has is overwritten; what the file does not name stays
  kOverwrite,  // it is deleted with all its content, then loaded
};
struct LoadFlags {
  bool merge = false;
  bool prefer_new = false;
  bool overwrite = false;
};
// Errors: kInvalidArgument (prefer_new or overwrite without merge, or both).
Result<LoadMode> loadMode(const LoadFlags& flags);

enum class FileResult : std::uint8_t { kLoaded, kMerged, kSkipped, kFailed };
struct FileOutcome {
  std::string file;
  std::string name;  // of the namespace; empty when the file could not be read
  FileResult result = FileResult::kFailed;
  std::string note;  // why it failed or was skipped
};

// `path`: a file, or a directory of which every *.json is taken, by name, not those in directories
// below. A file that fails does not stop the others. Errors: by errno (the directory).
Result<std::vector<FileOutcome>> loadMetadefs(const RequestContext& context,
                                              MetadefCatalog& catalog, const std::string& path,
                                              LoadMode mode, metadefs::Time now);

struct ExportedFile {
  std::string file;
  std::string name;
  bool replaced = false;  // a file stood there before
};
// One file per namespace, named after its display name, in `directory`, which is made if need be.
// Owners are not written. Errors: by errno, and those of the catalog.
Result<std::vector<ExportedFile>> exportMetadefs(const RequestContext& context,
                                                 MetadefCatalog& catalog,
                                                 const std::string& directory);

}  // namespace glint::origin
