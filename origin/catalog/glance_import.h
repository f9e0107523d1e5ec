// Takes over the images of a database that OpenStack Glance made (releases from Rocky on): records,
// properties, members, tags, locations. The bytes stay where they are, and the database is only
// read.
//
// - Ids of deleted images are taken over as used up.
// - An image in the middle of an upload or import is queued again: who uploads starts over.
// - An image that is here already stays as it is, so an import that broke off can be run again.
//
// Threads: any; blocks.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "origin/catalog/database.h"

namespace glint::origin {

struct GlanceImport {
  long long images = 0;
  long long members = 0;
  long long deleted = 0;   // ids of deleted images
  long long requeued = 0;  // of `images`: their upload or import did not end
  long long known = 0;     // were here already
};

// `source` is a [database] connection of Glance. Errors: those of opening it; kInvalidArgument (it
// is no database of Glance, or holds what Glint cannot take over; the message says what and where);
// those of Database.
Result<GlanceImport> importGlance(const std::string& source, Database& target,
                                  const RequestContext& context);

}  // namespace glint::origin
