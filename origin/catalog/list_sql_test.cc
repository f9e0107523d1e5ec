// Lists of the real catalog against a model that filters and sorts in memory.
#include "origin/catalog/list_sql.h"

#include <algorithm>
#include <random>
#include <set>

#include "origin/catalog/member_rows.h"
#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_connection.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::Image;
using image::Time;
using image::Visibility;
using std::chrono::microseconds;

std::vector<std::string> idsOf(const std::vector<Image>& images) {
  std::vector<std::string> ids;
  for (const Image& image : images) ids.push_back(image.id.value);
  return ids;
}

// The rules of lists, written down a second time and naively.
class Model {
 public:
  std::vector<Image> images;
  std::map<std::string, std::map<std::string, std::string>> members;  // image → project → standing

  std::vector<std::string> list(const ListQuery& query) const {
    std::vector<Image> found;
    std::ranges::copy_if(images, std::back_inserter(found),
                         [&](const Image& image) { return matches(query, image); });
    const auto sort = completeSort(query);
    const auto less = [&](const Image& a, const Image& b) {
      for (const SortKey& key : sort) {
        const auto order = compare(key.column, a, b);
        if (order != 0) return (order < 0) == (key.direction == Direction::kAscending);
      }
      return false;
    };
    std::ranges::sort(found, less);
    if (query.marker) {
      const auto marker = std::ranges::find(images, *query.marker, &Image::id);
      std::erase_if(found, [&](const Image& image) { return !less(*marker, image); });
    }
    if (found.size() > query.limit) found.resize(query.limit);
    return idsOf(found);
  }

 private:
  static int compare(SortColumn column, const Image& a, const Image& b) {
    const auto three = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
    switch (column) {
      case SortColumn::kName:
        return three(a.name.value_or(""), b.name.value_or(""));
      case SortColumn::kStatus:
        return three(std::string(toString(a.status)), std::string(toString(b.status)));
      case SortColumn::kContainerFormat:
        return three(a.container_format.value_or(""), b.container_format.value_or(""));
      case SortColumn::kDiskFormat:
        return three(a.disk_format.value_or(""), b.disk_format.value_or(""));
      case SortColumn::kSize:
        return three(a.size.value_or(0), b.size.value_or(0));
      case SortColumn::kId:
        return three(a.id.value, b.id.value);
      case SortColumn::kCreatedAt:
        return three(a.created_at, b.created_at);
      case SortColumn::kUpdatedAt:
        return three(a.updated_at, b.updated_at);
    }
    return 0;
  }

  bool visible(const ListQuery& query, const Image& image) const {
    const bool mine = !query.project.empty() && image.owner == query.project;
    if (query.visibility == VisibilityFilter::kDefault &&
        image.visibility == Visibility::kCommunity && !mine)
      return false;
    if (query.admin || mine) return true;
    if (image.visibility == Visibility::kPublic || image.visibility == Visibility::kCommunity)
      return true;
    if (image.visibility != Visibility::kShared || query.project.empty()) return false;
    const auto of_image = members.find(image.id.value);
    if (of_image == members.end()) return false;
    const auto standing = of_image->second.find(query.project);
    if (standing == of_image->second.end()) return false;
    switch (query.member) {
      case MemberFilter::kAccepted:
        return standing->second == "accepted";
      case MemberFilter::kPending:
        return standing->second == "pending";
      case MemberFilter::kRejected:
        return standing->second == "rejected";
      case MemberFilter::kAll:
        return true;
    }
    return false;
  }

  bool matches(const ListQuery& query, const Image& image) const {
    if (!visible(query, image) || image.os_hidden != query.os_hidden) return false;
    if (image.status == image::ImageStatus::kKilled) return false;
    switch (query.visibility) {
      case VisibilityFilter::kPublic:
        if (image.visibility != Visibility::kPublic) return false;
        break;
      case VisibilityFilter::kCommunity:
        if (image.visibility != Visibility::kCommunity) return false;
        break;
      case VisibilityFilter::kShared:
        if (image.visibility != Visibility::kShared) return false;
        break;
      case VisibilityFilter::kPrivate:
        if (image.visibility != Visibility::kPrivate) return false;
        break;
      default:
        break;
    }
    if (query.is_protected && image.is_protected != *query.is_protected) return false;
    for (const std::string& tag : query.tags)
      if (!image.tags.contains(tag)) return false;
    for (const auto& [name, value] : query.properties) {
      const auto found = image.properties.find(name);
      if (found == image.properties.end() || found->second != value) return false;
    }
    for (const TextFilter& filter : query.texts) {
      if (!image.name && filter.column == TextColumn::kName) return false;
      const std::string text =
          filter.column == TextColumn::kName ? *image.name : std::string(toString(image.status));
      if (std::ranges::find(filter.any_of, text) == filter.any_of.end()) return false;
    }
    for (const IntegerFilter& filter : query.integers) {
      if (!image.size ||
          !holds(static_cast<std::int64_t>(*image.size), filter.comparison, filter.value))
        return false;
    }
    for (const TimeFilter& filter : query.times) {
      using std::chrono::seconds;
      if (!holds(std::chrono::floor<seconds>(image.created_at), filter.comparison,
                 std::chrono::floor<seconds>(filter.value)))
        return false;
    }
    return true;
  }

  template <class T>
  static bool holds(const T& left, Comparison comparison, const T& right) {
    switch (comparison) {
      case Comparison::kEq:
        return left == right;
      case Comparison::kNe:
        return left != right;
      case Comparison::kLt:
        return left < right;
      case Comparison::kLe:
        return left <= right;
      case Comparison::kGt:
        return left > right;
      case Comparison::kGe:
        return left >= right;
    }
    return false;
  }
};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <class T>
  T one(std::initializer_list<T> of) {
    return *(of.begin() + static_cast<std::ptrdiff_t>(below(of.size())));
  }

 private:
  std::mt19937 engine_;
};

Image randomImage(Dice& dice) {
  Image image = testImage(dice.one<std::string>({"a", "b", "c"}));
  if (dice.chance(8)) image.owner = std::nullopt;
  if (!dice.chance(4)) image.name = dice.one<std::string>({"", "x", "y", "z", "in:x"});
  image.status = dice.one({image::ImageStatus::kQueued, image::ImageStatus::kActive,
                           image::ImageStatus::kKilled, image::ImageStatus::kDeactivated});
  image.visibility = dice.one(
      {Visibility::kPublic, Visibility::kCommunity, Visibility::kShared, Visibility::kPrivate});
  image.is_protected = dice.chance(3);
  image.os_hidden = dice.chance(6);
  if (!dice.chance(3)) image.size = dice.below(5);
  if (dice.chance(4)) image.disk_format = std::nullopt;
  for (const char* tag : {"t", "u", "v"})
    if (dice.chance(2)) image.tags.insert(tag);
  if (dice.chance(2)) image.properties["p"] = dice.one<std::string>({"1", "2"});
  if (dice.chance(2)) image.properties["q"] = dice.one<std::string>({"1", "2"});
  image.created_at = Time(microseconds(1'700'000'000'000'000 + 400'000 * dice.below(12)));
  image.updated_at = Time(microseconds(1'700'000'000'000'000 + 400'000 * dice.below(12)));
  return image;
}

ListQuery randomQuery(Dice& dice) {
  ListQuery query;
  query.admin = dice.chance(4);
  query.project = dice.one<std::string>({"a", "b", "c", ""});
  query.member = dice.one({MemberFilter::kAccepted, MemberFilter::kPending, MemberFilter::kRejected,
                           MemberFilter::kAll});
  query.visibility =
      dice.one({VisibilityFilter::kDefault, VisibilityFilter::kDefault, VisibilityFilter::kAll,
                VisibilityFilter::kPublic, VisibilityFilter::kCommunity, VisibilityFilter::kShared,
                VisibilityFilter::kPrivate});
  query.os_hidden = dice.chance(6);
  if (dice.chance(4)) query.is_protected = dice.chance(2);
  if (dice.chance(4)) query.tags = {"t"};
  if (dice.chance(8)) query.tags = {"t", "u"};
  if (dice.chance(5)) query.properties = {{"p", "1"}};
  if (dice.chance(10)) query.properties = {{"p", "1"}, {"q", "2"}};
  if (dice.chance(5)) query.texts.push_back({TextColumn::kName, {"x"}});
  if (dice.chance(8)) query.texts.push_back({TextColumn::kStatus, {"active", "queued"}});
  if (dice.chance(30)) query.texts.push_back({TextColumn::kName, {}});
  const auto comparison = [&dice] {
    return dice.one({Comparison::kEq, Comparison::kNe, Comparison::kLt, Comparison::kLe,
                     Comparison::kGt, Comparison::kGe});
  };
  if (dice.chance(6))
    query.integers.push_back(
        {IntegerColumn::kSize, comparison(), static_cast<std::int64_t>(dice.below(5))});
  if (dice.chance(6))
    query.times.push_back({TimeColumn::kCreatedAt, comparison(),
                           Time(microseconds(1'700'000'000'000'000 + 1'000'000 * dice.below(5)))});
  for (std::size_t keys = dice.below(4); keys > 0; --keys)
    query.sort.push_back(
        {dice.one({SortColumn::kName, SortColumn::kStatus, SortColumn::kContainerFormat,
                   SortColumn::kDiskFormat, SortColumn::kSize, SortColumn::kId,
                   SortColumn::kCreatedAt, SortColumn::kUpdatedAt}),
         dice.one({Direction::kAscending, Direction::kDescending})});
  query.limit = dice.one<std::size_t>({1, 2, 7, 40, 2000});
  return query;
}

void addMember(Connection& connection, const std::string& image, const std::string& project,
               const std::string& standing) {
  image::Member member;
  member.project = project;
  member.status = image::parseMemberStatus(standing).value();
  REQUIRE(insertMember(connection, image::ImageId{image}, member));
}

}  // namespace

TEST_CASE("Catalog: lists agree with the model, page by page", "[catalog][property]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  Dice dice(seed);
  const TestDatabase database;
  auto catalog = std::move(openSqlCatalog(database.options()).value());
  const auto connection = database.connection();
  Model model;
  for (int i = 0; i < 150; ++i) {
    model.images.push_back(randomImage(dice));
    const Image& image = model.images.back();
    REQUIRE(catalog->create(testContext(), image));
    for (const char* project : {"a", "b"}) {
      if (!dice.chance(2)) continue;
      const auto standing = dice.one<std::string>({"accepted", "pending", "rejected"});
      addMember(*connection, image.id.value, project, standing);
      model.members[image.id.value][project] = standing;
    }
  }
  for (int i = 0; i < 150; ++i) {
    ListQuery query = randomQuery(dice);
    CAPTURE(i, query.admin, query.project, query.limit);
    for (int page = 0; page < 8; ++page) {
      const auto got = catalog->list(testContext(), query);
      REQUIRE(got);
      const auto ids = idsOf(*got);
      REQUIRE(ids == model.list(query));
      if (ids.empty()) break;
      query.marker = got->back().id;
    }
  }
}

TEST_CASE("Catalog: a list shows complete records", "[catalog]") {
  const TestDatabase database;
  auto catalog = std::move(openSqlCatalog(database.options()).value());
  for (int i = 0; i < 40; ++i) {
    Image image = testImage("a");
    image.tags = {"t" + std::to_string(i), "all"};
    image.properties = {{"n", std::to_string(i)}};
    image.locations = {{"file:///" + std::to_string(i), {{"store", "s"}}}};
    REQUIRE(catalog->create(testContext(), image));
  }
  const auto images = catalog->list(testContext(), {.project = "a", .limit = 33}).value();
  REQUIRE(images.size() == 33);
  for (const Image& image : images) {
    const std::string n = image.properties.at("n");
    CHECK(image.tags == std::set<std::string>{"all", "t" + n});
    REQUIRE(image.locations.size() == 1);
    CHECK(image.locations[0].url == "file:///" + n);
    CHECK(image.locations[0].metadata.at("store") == "s");
  }
}

TEST_CASE("Catalog: paging survives a page's last image being changed or deleted", "[catalog]") {
  const TestDatabase database;
  auto catalog = std::move(openSqlCatalog(database.options()).value());
  for (int i = 0; i < 4; ++i) REQUIRE(catalog->create(testContext(), testImage("a")));
  ListQuery query{.project = "a", .limit = 2};
  query.marker = catalog->list(testContext(), query).value().back().id;
  REQUIRE(catalog->remove(testContext(), *query.marker, [](const Image&) -> Status { return {}; }));
  CHECK(catalog->list(testContext(), query).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Catalog: a page is read from an index, none is scanned", "[catalog]") {
  const TestDatabase database;
  if (TestDatabase::onServer()) return;  // plans depend on what is in the tables there
  REQUIRE(openSqlCatalog(database.options()));
  const auto connection = database.connection();
  ListQuery query{.project = "a"};
  SECTION("admin") { query.admin = true; }
  SECTION("project") {}
  SECTION("all visibilities") { query.visibility = VisibilityFilter::kAll; }
  SECTION("admin in name order") {
    query.admin = true;
    query.sort = {{SortColumn::kName, Direction::kAscending},
                  {SortColumn::kCreatedAt, Direction::kAscending}};
  }
  for (const bool with_marker : {false, true}) {
    std::optional<Row> keys;
    if (with_marker) {
      keys.emplace();
      for (const SortKey& key : completeSort(query))
        keys->push_back(sortKind(key.column) == 'i' ? Value(1LL) : Value(std::string("x")));
    }
    const auto sql = listSql(query, kSqliteDialect, "id", keys);
    REQUIRE(sql);
    const auto plan =
        connection->query("EXPLAIN QUERY PLAN " + sql->text, sql->values, "iiit").value();
    bool searched = false;
    for (const Row& row : plan) {
      const std::string& detail = textOf(row[3]);
      CAPTURE(with_marker, detail);
      if (detail.starts_with("SEARCH images")) searched = true;
      CHECK_FALSE(detail.starts_with("SCAN images"));
    }
    CHECK(searched);
  }
}

}  // namespace glint::origin
