#include "origin/catalog/member_rows.h"

#include <utility>

#include "origin/catalog/image_rows.h"

namespace glint::origin {
namespace {

using image::Member;
using image::MemberStatus;

constexpr const char* kSelect =
    "SELECT member, status, created_at, updated_at FROM image_members WHERE image_id = :v0";
constexpr const char* kKinds = "ttii";

image::Time timeOf(const Value& value) { return fromMicros(integerOf(value)); }

Member memberOf(const Row& row) {
  return {.project = textOf(row[0]),
          .status = image::parseMemberStatus(textOf(row[1])).value_or(MemberStatus::kPending),
          .created_at = timeOf(row[2]),
          .updated_at = timeOf(row[3])};
}

}  // namespace

Result<std::vector<Member>> loadMembers(Connection& connection, const image::ImageId& id) {
  static const std::string kSql = std::string(kSelect) + " ORDER BY created_at, member";
  auto rows = connection.query(kSql, {id.value}, kKinds);
  if (!rows) return failWith("members of image " + id.value, rows.error());
  std::vector<Member> members;
  members.reserve(rows->size());
  for (const Row& row : *rows) members.push_back(memberOf(row));
  return members;
}

Result<std::optional<Member>> loadMember(Connection& connection, const image::ImageId& id,
                                         const std::string& project) {
  static const std::string kSql = std::string(kSelect) + " AND member = :v1";
  auto rows = connection.query(kSql, {id.value, project}, kKinds);
  if (!rows) return failWith("member of image " + id.value, rows.error());
  if (rows->empty()) return std::optional<Member>();
  return memberOf(rows->front());
}

Status insertMember(Connection& connection, const image::ImageId& id, const Member& member) {
  auto done = connection.execute(
      "INSERT INTO image_members (image_id, member, status, created_at, updated_at, "
      "image_created_at) "
      "VALUES (:v0, :v1, :v2, :v3, :v4, (SELECT created_at FROM images WHERE id = :v5))",
      {id.value, member.project, image::toString(member.status), toMicros(member.created_at),
       toMicros(member.updated_at), id.value});
  if (!done) return failWith("new member of image " + id.value, done.error());
  return {};
}

Result<bool> updateMember(Connection& connection, const image::ImageId& id, const Member& member) {
  auto changed = connection.execute(
      "UPDATE image_members SET status = :v0, updated_at = :v1 WHERE image_id = :v2 AND "
      "member = :v3",
      {image::toString(member.status), toMicros(member.updated_at), id.value, member.project});
  if (!changed) return failWith("change member of image " + id.value, changed.error());
  return *changed > 0;
}

Result<bool> deleteMember(Connection& connection, const image::ImageId& id,
                          const std::string& project) {
  auto changed = connection.execute(
      "DELETE FROM image_members WHERE image_id = :v0 AND member = :v1", {id.value, project});
  if (!changed) return failWith("remove member of image " + id.value, changed.error());
  return *changed > 0;
}

}  // namespace glint::origin
