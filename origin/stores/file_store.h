// The file driver: one file per image, <directory>/<image id>, location file://<path>.
//
// A file under its final name is complete and on disk: bytes go to a temporary name in the same
// directory, are synced, then linked to the final name. What a crash leaves are temporaries, which
// the next start removes; those another running process still writes are locked and stay.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "origin/stores/store.h"

namespace glint::origin {

struct FileStoreOptions {
  std::string id;                   // backend id; empty in a single-store deployment
  std::string directory;            // filesystem_store_datadir
  int file_mode = 0;                // filesystem_store_file_perm; 0: leave it to the umask
  bool thin = false;                // filesystem_thin_provisioning: zeros become holes
  std::int64_t chunk_size = 65536;  // filesystem_store_chunk_size, told to operators; bytes
};

// Creates the directory if need be, checks that it can be written, removes what crashed uploads
// left. Errors: kForbidden, kNoSpace, kConflict (the path is no directory), kInternal.
Result<std::unique_ptr<Store>> openFileStore(const FileStoreOptions& options);

}  // namespace glint::origin
