#include "origin/catalog/sql_metadef_catalog.h"

#include <algorithm>

#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using metadefs::Content;
using metadefs::Namespace;
using metadefs::Object;
using metadefs::Property;
using metadefs::Tag;
using metadefs::Time;
using metadefs::Visibility;

Time at(long long micros) { return Time(Time::duration(micros)); }

Namespace namespaceNamed(const std::string& name, long long micros = 1,
                         const std::string& owner = "a") {
  Namespace record;
  record.id = makeUuid();
  record.name = name;
  record.owner = owner;
  record.created_at = at(micros);
  record.updated_at = at(micros);
  return record;
}

Tag tagNamed(const std::string& name, long long micros) {
  return {.name = name, .created_at = at(micros), .updated_at = std::nullopt};
}

Content fullContent() {
  Content content;
  content.associations = {{"OS::T", "p_", "image", at(1), at(2)},
                          {"OS::U", std::nullopt, std::nullopt, at(2), std::nullopt}};
  content.properties = {{"x", R"({"title":"%_'"})", at(1), at(1)}};
  content.objects = {{"o", "d", {{"y", "z"}}, R"({"y":{}})", at(1), at(1)},
                     {"bare", std::nullopt, std::nullopt, std::nullopt, at(2), std::nullopt}};
  content.tags = {tagNamed("second", 2), tagNamed("first", 1)};
  return content;
}

struct MetadefFixture {
  TestDatabase of_test;
  RequestContext context = testContext();
  std::unique_ptr<MetadefCatalog> catalog =
      std::move(openSqlMetadefCatalog(of_test.options()).value());

  Namespace made(const std::string& name, long long micros = 1, const Content& content = {}) {
    const auto record = namespaceNamed(name, micros);
    REQUIRE(catalog->createNamespace(context, record, content));
    return record;
  }
  std::vector<std::string> names(const NamespaceQuery& query) {
    const auto page = catalog->listNamespaces(context, query);
    REQUIRE(page);
    std::vector<std::string> found;
    for (const auto& listed : *page) found.push_back(listed.record.name);
    return found;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Metadef catalog: a namespace comes back as it was stored", "[catalog][metadefs]") {
  MetadefFixture f;
  auto record = namespaceNamed("OS::N '%_", 5);
  record.display_name = "N";
  record.description = std::string(3000, 'd');
  record.visibility = Visibility::kPublic;
  record.is_protected = true;
  record.updated_at.reset();
  REQUIRE(f.catalog->createNamespace(f.context, record, fullContent()));

  const auto found = f.catalog->findNamespace(f.context, record.name).value();
  REQUIRE(found);
  CHECK(found->id == record.id);
  CHECK(found->display_name == "N");
  CHECK(found->description == record.description);
  CHECK(found->visibility == Visibility::kPublic);
  CHECK(found->is_protected);
  CHECK(found->owner == "a");
  CHECK(found->created_at == at(5));
  CHECK_FALSE(found->updated_at);

  const auto content = f.catalog->content(f.context, record.id).value();
  REQUIRE(content.associations.size() == 2);
  CHECK(content.associations[0].prefix == "p_");
  CHECK(content.associations[0].properties_target == "image");
  CHECK(content.associations[0].updated_at == at(2));
  CHECK_FALSE(content.associations[1].prefix);
  REQUIRE(content.properties.size() == 1);
  CHECK(content.properties[0].definition == R"({"title":"%_'"})");
  REQUIRE(content.objects.size() == 2);
  CHECK(content.objects[0].description == "d");
  CHECK(content.objects[0].required == Names{"y", "z"});
  CHECK(content.objects[0].properties == R"({"y":{}})");
  CHECK(content.objects[1].required == Names{});
  CHECK(content.objects[1].properties == "{}");
  REQUIRE(content.tags.size() == 2);
  CHECK(content.tags[0].name == "first");
  CHECK_FALSE(f.catalog->findNamespace(f.context, "os::n '%_").value());
}

TEST_CASE("Metadef catalog: a namespace is stored whole or not at all", "[catalog][metadefs]") {
  MetadefFixture f;
  f.made("taken");
  Content twice;
  twice.tags = {tagNamed("t", 1), tagNamed("t", 2)};
  CHECK(f.catalog->createNamespace(f.context, namespaceNamed("n"), twice).error().code ==
        ErrorCode::kConflict);
  CHECK_FALSE(f.catalog->findNamespace(f.context, "n").value());
  const auto taken = f.catalog->createNamespace(f.context, namespaceNamed("taken"), {});
  CHECK(taken.error().code == ErrorCode::kConflict);
  CHECK(taken.error().message == "The namespace \"taken\" exists already.");
}

TEST_CASE("Metadef catalog: changing and removing namespaces", "[catalog][metadefs]") {
  MetadefFixture f;
  f.made("other");
  auto record = f.made("n", 1, fullContent());
  record.name = "renamed";
  record.owner = "b";
  record.updated_at = at(9);
  REQUIRE(f.catalog->updateNamespace(f.context, record));
  CHECK_FALSE(f.catalog->findNamespace(f.context, "n").value());
  CHECK(f.catalog->findNamespace(f.context, "renamed").value()->owner == "b");
  CHECK(f.catalog->content(f.context, record.id).value().tags.size() == 2);

  auto clash = record;
  clash.name = "other";
  CHECK(f.catalog->updateNamespace(f.context, clash).error().code == ErrorCode::kConflict);

  REQUIRE(f.catalog->removeNamespace(f.context, record.id));
  CHECK(f.catalog->removeNamespace(f.context, record.id).error().code == ErrorCode::kNotFound);
  CHECK(f.catalog->updateNamespace(f.context, record).error().code == ErrorCode::kNotFound);
  CHECK(f.catalog->tags().list(f.context, record.id).value().empty());
  CHECK(f.catalog->tags()
            .add(f.context, record.id, {tagNamed("t", 1)}, Existing::kKept)
            .error()
            .code == ErrorCode::kNotFound);
  CHECK(f.catalog->resourceTypes(f.context).value().size() == 2);  // stay known
}

TEST_CASE("Metadef catalog: things in a namespace", "[catalog][metadefs]") {
  MetadefFixture f;
  const auto id = f.made("n").id;
  const auto other = f.made("other").id;
  auto& tags = f.catalog->tags();
  REQUIRE(tags.add(f.context, id, {tagNamed("b", 2), tagNamed("a", 1)}, Existing::kKept));
  REQUIRE(tags.add(f.context, other, {tagNamed("a", 1)}, Existing::kKept));
  CHECK(tags.find(f.context, id, "a").value()->created_at == at(1));
  CHECK_FALSE(tags.find(f.context, id, "A").value());

  SECTION("a name that is taken changes nothing") {
    const auto added =
        tags.add(f.context, id, {tagNamed("c", 3), tagNamed("a", 4)}, Existing::kKept);
    CHECK(added.error().code == ErrorCode::kConflict);
    CHECK(added.error().message == "\"a\" exists already in this namespace.");
    CHECK(tags.list(f.context, id).value().size() == 2);
  }
  SECTION("others are replaced when asked to, unless the new ones clash") {
    REQUIRE(tags.add(f.context, id, {tagNamed("a", 5), tagNamed("z", 6)}, Existing::kReplaced));
    CHECK(tags.list(f.context, id).value()[1].name == "z");
    CHECK_FALSE(tags.add(f.context, id, {tagNamed("q", 7), tagNamed("q", 8)}, Existing::kReplaced));
    CHECK(tags.list(f.context, id).value().size() == 2);
  }
  SECTION("renaming") {
    auto renamed = tagNamed("c", 99);
    renamed.updated_at = at(7);
    REQUIRE(tags.update(f.context, id, "a", renamed));
    CHECK(tags.find(f.context, id, "c").value()->created_at == at(1));
    CHECK(tags.find(f.context, id, "c").value()->updated_at == at(7));
    CHECK(tags.update(f.context, id, "c", tagNamed("b", 1)).error().code == ErrorCode::kConflict);
    CHECK(tags.update(f.context, id, "gone", renamed).error().code == ErrorCode::kNotFound);
  }
  SECTION("removing") {
    REQUIRE(tags.remove(f.context, id, "a"));
    CHECK(tags.remove(f.context, id, "a").error().code == ErrorCode::kNotFound);
    REQUIRE(tags.removeAll(f.context, id));
    CHECK(tags.list(f.context, id).value().empty());
    CHECK(tags.list(f.context, other).value().size() == 1);
  }
}

TEST_CASE("Metadef catalog: objects and properties are replaced whole", "[catalog][metadefs]") {
  MetadefFixture f;
  const auto id = f.made("n", 1, fullContent()).id;
  Object object;
  object.name = "o2";
  object.updated_at = at(8);
  REQUIRE(f.catalog->objects().update(f.context, id, "o", object));
  const auto saved = f.catalog->objects().find(f.context, id, "o2").value();
  REQUIRE(saved);
  CHECK_FALSE(saved->description);
  CHECK(saved->required == Names{});
  CHECK(saved->created_at == at(1));

  Property property{"x", R"({"title":"new"})", {}, at(8)};
  REQUIRE(f.catalog->properties().update(f.context, id, "x", property));
  CHECK(f.catalog->properties().find(f.context, id, "x").value()->definition ==
        R"({"title":"new"})");
}

TEST_CASE("Metadef catalog: resource types", "[catalog][metadefs]") {
  MetadefFixture f;
  const auto id = f.made("n", 1, fullContent()).id;
  f.made("m", 3, fullContent());
  auto types = f.catalog->resourceTypes(f.context).value();
  REQUIRE(types.size() == 2);
  CHECK(types[0].name == "OS::T");
  CHECK_FALSE(types[0].is_protected);
  REQUIRE(f.catalog->protectResourceTypes(f.context, {"OS::T"}));
  CHECK(f.catalog->resourceTypes(f.context).value()[0].is_protected);
  auto& associations = f.catalog->associations();
  const metadefs::Association again{"OS::T", "q", std::nullopt, at(5), at(5)};
  CHECK(associations.add(f.context, id, {again}, Existing::kKept).error().code ==
        ErrorCode::kConflict);
  REQUIRE(associations.remove(f.context, id, "OS::T"));
  CHECK(f.catalog->resourceTypes(f.context).value().size() == 2);

  REQUIRE(f.catalog->removeEverything(f.context));
  CHECK(f.catalog->resourceTypes(f.context).value().empty());
  CHECK(f.names({.admin = true}).empty());
}

TEST_CASE("Metadef catalog: who sees which namespaces in a list", "[catalog][metadefs]") {
  MetadefFixture f;
  auto open = namespaceNamed("public", 1, "b");
  open.visibility = Visibility::kPublic;
  for (const auto& record : {open, namespaceNamed("of-a", 2, "a"), namespaceNamed("of-b", 3, "b"),
                             namespaceNamed("nobody's", 4, "")})
    REQUIRE(f.catalog->createNamespace(f.context, record, {}));
  CHECK(f.names({.admin = true}) == Names{"nobody's", "of-b", "of-a", "public"});
  CHECK(f.names({.project = "a"}) == Names{"nobody's", "of-a", "public"});
  CHECK(f.names({.project = "b"}) == Names{"nobody's", "of-b", "public"});
  CHECK(f.names({}) == Names{"nobody's", "public"});
  CHECK(f.names({.project = "b", .visibility = Visibility::kPublic}) == Names{"public"});
  CHECK(f.names({.project = "b", .visibility = Visibility::kPrivate}) == Names{"nobody's", "of-b"});
}

TEST_CASE("Metadef catalog: pages in every order", "[catalog][metadefs]") {
  MetadefFixture f;
  Content typed;
  typed.associations = {{"OS::T", std::nullopt, std::nullopt, at(1), at(1)}};
  for (int i = 0; i < 7; ++i) {
    auto record = namespaceNamed("n" + std::to_string(i), i / 3);
    if (i % 2 == 0) record.display_name = "even";
    if (i % 3 == 0) record.updated_at.reset();
    record.is_protected = i > 3;
    REQUIRE(f.catalog->createNamespace(f.context, record, i == 2 ? typed : Content()));
  }
  using enum NamespaceSort;
  const auto sort = GENERATE(kCreatedAt, kUpdatedAt, kName, kDisplayName, kDescription, kVisibility,
                             kProtected, kOwner, kId);
  const bool ascending = GENERATE(true, false);
  NamespaceQuery query{.admin = true, .sort = sort, .ascending = ascending, .limit = 100};
  const auto all = f.names(query);
  CHECK(all.size() == 7);
  query.limit = 2;
  Names paged;
  for (auto page = f.names(query); !page.empty(); page = f.names(query)) {
    paged.insert(paged.end(), page.begin(), page.end());
    query.marker = f.catalog->findNamespace(f.context, page.back()).value();
  }
  CHECK(paged == all);
  if (sort == kName && ascending) CHECK(std::ranges::is_sorted(all));
  query.marker.reset();
  query.resource_types = {"OS::X", "OS::T"};
  CHECK(f.names(query) == Names{"n2"});
  query.resource_types = Names{};
  CHECK(f.names(query).empty());
}

}  // namespace glint::origin
