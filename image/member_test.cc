#include "image/member.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace glint::image {

TEST_CASE("Member: bodies of requests", "[image][member]") {
  struct Row {
    const char* body;
    const char* want;  // nullptr: refused
  };
  const auto row = GENERATE(values<Row>({
      {R"({"member":"p"})", "p"},
      {R"({"member":5})", "5"},
      {R"({"member":"p","more":1})", "p"},
      {R"({"member":""})", nullptr},
      {R"({"member":null})", nullptr},
      {R"({"member":["p"]})", nullptr},
      {R"({"member":true})", nullptr},
      {R"({"Member":"p"})", nullptr},
      {R"(["member"])", nullptr},
      {R"("member")", nullptr},
      {"{", nullptr},
      {"", nullptr},
  }));
  CAPTURE(row.body);
  const auto read = readNewMember(row.body);
  REQUIRE(read.has_value() == (row.want != nullptr));
  if (row.want != nullptr) CHECK(*read == row.want);
}

TEST_CASE("Member: the status it may be given", "[image][member]") {
  for (const auto status :
       {MemberStatus::kPending, MemberStatus::kAccepted, MemberStatus::kRejected}) {
    CHECK(readMemberStatus(std::string(R"({"status":")") + toString(status) + "\"}") ==
          toString(status));
    CHECK(parseMemberStatus(toString(status)) == status);
  }
  for (const char* word : {"Accepted", "", "maybe"}) CHECK_FALSE(parseMemberStatus(word));
  CHECK(readMemberStatus(R"({"status":1})") == "");
  for (const char* body : {R"({"member":"p"})", "[]", ""}) {
    CAPTURE(body);
    CHECK_FALSE(readMemberStatus(body));
  }
}

TEST_CASE("Member: as the API shows it", "[image][member]") {
  const Member member{.project = "p", .status = MemberStatus::kAccepted};
  const auto one = nlohmann::json::parse(memberJson({"i"}, member));
  CHECK(one == nlohmann::json::parse(
                   R"({"member_id":"p","image_id":"i","status":"accepted",
                       "created_at":"1970-01-01T00:00:00Z","updated_at":"1970-01-01T00:00:00Z",
                       "schema":"/v2/schemas/member"})"));
  const auto list = nlohmann::json::parse(memberListJson({"i"}, {member}));
  CHECK(list["members"][0] == one);
  CHECK(list["schema"] == "/v2/schemas/members");
  const auto schema = nlohmann::json::parse(membersSchemaDocument());
  CHECK(schema["properties"]["members"]["items"] == nlohmann::json::parse(memberSchemaDocument()));
}

}  // namespace glint::image
