// What an operator does to the database now and then.
//
// Threads: any; every function blocks.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "image/record.h"
#include "origin/catalog/database.h"

namespace glint::origin {

struct PurgeOptions {
  image::Time deleted_before;  // images deleted later stay
  long long most = 100;        // images looked after; negative: all
  // Their ids too: from then on an id may be used again, for other bytes.
  bool ids = false;
};
struct PurgeCounts {
  long long images = 0;  // of which something was removed
  long long rows = 0;    // in all tables
};

// Removes what is kept of deleted images. Images whose bytes are still to be removed stay.
// Errors: those of Database.
Result<PurgeCounts> purgeDeleted(Database& database, const RequestContext& context,
                                 const PurgeOptions& options);

// Copies a SQLite database as it is at this moment, while others use it, to a new file.
// Errors: kInvalidArgument (a server's: it has a program of its own for that, which the message
// names), kConflict (the file exists), those of Database.
Status backup(Database& database, const DatabaseUrl& url, const std::string& file);

}  // namespace glint::origin
