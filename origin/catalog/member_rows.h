// Rows of the members of an image. Private to catalog/.
//
// Threads and errors: those of the connection.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/member.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

// In the order in which they were added.
Result<std::vector<image::Member>> loadMembers(Connection& connection, const image::ImageId& id);
Result<std::optional<image::Member>> loadMember(Connection& connection, const image::ImageId& id,
                                                const std::string& project);
// Errors: kConflict (it is one already).
Status insertMember(Connection& connection, const image::ImageId& id, const image::Member& member);
// False: there is no such member.
Result<bool> updateMember(Connection& connection, const image::ImageId& id,
                          const image::Member& member);
Result<bool> deleteMember(Connection& connection, const image::ImageId& id,
                          const std::string& project);

}  // namespace glint::origin
