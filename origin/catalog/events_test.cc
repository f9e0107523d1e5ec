#include <algorithm>
#include <atomic>
#include <thread>

#include "origin/catalog/event_rows.h"
#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_connection.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageStatus;

struct FeedFixture {
  TestDatabase database;
  RequestContext context = testContext();
  std::unique_ptr<Catalog> catalog = open();

  std::unique_ptr<Catalog> open() const {
    auto opened = openSqlCatalog(database.options());
    REQUIRE(opened);
    return std::move(*opened);
  }
  std::unique_ptr<Connection> connection() const { return database.connection(); }
  Image created() {
    Image image = testImage();
    image.visibility = image::Visibility::kShared;
    REQUIRE(catalog->create(context, image));
    return image;
  }
  EventPage after(std::uint64_t sequence, std::size_t limit = 100) {
    return catalog->events(context, sequence, limit).value();
  }
  void setStatus(const Image& image, ImageStatus status) {
    REQUIRE(catalog->update(context, image.id, [status](Image& changed) -> Status {
      changed.status = status;
      return {};
    }));
  }
};

std::vector<std::string> kinds(const EventPage& page) {
  std::vector<std::string> all;
  for (const Event& event : page.events) all.emplace_back(toString(event.kind));
  return all;
}

}  // namespace

TEST_CASE("Change feed: every change of an image is in it, in order", "[catalog][events]") {
  FeedFixture f;
  const Image image = f.created();
  f.setStatus(image, ImageStatus::kActive);
  f.setStatus(image, ImageStatus::kDeactivated);
  f.setStatus(image, ImageStatus::kActive);
  REQUIRE(f.catalog->update(f.context, image.id, [](Image& changed) -> Status {
    changed.visibility = image::Visibility::kPrivate;
    return {};
  }));
  REQUIRE(f.catalog->addMember(f.context, image.id, "project-b", -1));
  REQUIRE(
      f.catalog->setMemberStatus(f.context, image.id, "project-b", image::MemberStatus::kAccepted));
  REQUIRE(f.catalog->removeMember(f.context, image.id, "project-b"));
  REQUIRE(f.catalog->remove(f.context, image.id, [](const Image&) -> Status { return {}; }));

  const EventPage page = f.after(0);
  CHECK(kinds(page) == std::vector<std::string>{"created", "activated", "deactivated", "activated",
                                                "changed", "member_added", "member_changed",
                                                "member_removed", "deleted"});
  CHECK(page.next == 9);
  CHECK_FALSE(page.reset);
  for (std::size_t i = 0; i < page.events.size(); ++i) {
    CHECK(page.events[i].sequence == i + 1);
    CHECK(page.events[i].image == image.id);
    CHECK(page.events[i].at >= image.created_at);
    CHECK(page.events[i].member.has_value() == (i >= 5 && i <= 7));
  }
  CHECK(page.events[5].member == "project-b");
}

TEST_CASE("Change feed: what did not happen is not in it", "[catalog][events]") {
  FeedFixture f;
  const Image image = f.created();
  const auto refuse = [](const auto&) -> Status { return fail(ErrorCode::kForbidden, "no"); };
  CHECK_FALSE(f.catalog->create(f.context, image));
  CHECK_FALSE(f.catalog->update(f.context, image.id, [&](Image& i) { return refuse(i); }));
  CHECK_FALSE(f.catalog->remove(f.context, image.id, refuse));
  CHECK_FALSE(f.catalog->removeMember(f.context, image.id, "nobody"));
  CHECK_FALSE(f.catalog->addMember(f.context, {"unknown"}, "project-b", -1));
  CHECK(kinds(f.after(0)) == std::vector<std::string>{"created"});
}

TEST_CASE("Change feed: it is read in pages and from where one was", "[catalog][events]") {
  FeedFixture f;
  CHECK(f.catalog->events(f.context, std::nullopt, 10).value().next == 0);
  for (int i = 0; i < 5; ++i) f.created();
  const EventPage start = f.catalog->events(f.context, std::nullopt, 10).value();
  CHECK(start.next == 5);
  CHECK(start.events.empty());

  const EventPage first = f.after(0, 2);
  CHECK(first.events.size() == 2);
  CHECK(first.next == 2);
  f.catalog.reset();
  f.catalog = f.open();  // another origin, or the same after a restart
  const EventPage rest = f.after(first.next);
  CHECK(rest.events.size() == 3);
  CHECK(rest.next == 5);
  CHECK(f.after(5).events.empty());
  CHECK(f.after(5).next == 5);
}

TEST_CASE("Change feed: a sequence that never was, or is forgotten, is a reset",
          "[catalog][events]") {
  FeedFixture f;
  f.created();
  const EventPage beyond = f.after(7);
  CHECK(beyond.reset);
  CHECK(beyond.next == 1);

  const auto count = [&f] {
    auto rows = f.connection()->query("SELECT count(*) FROM image_events", {}, "i").value();
    return integerOf(rows[0][0]);
  };
  const auto jump = [&f](std::uint64_t to) {
    REQUIRE(f.connection()->execute("UPDATE image_event_counter SET newest = :v0",
                                    {static_cast<long long>(to)}));
  };
  // The next one is number kEventsKept + kEventPruneStep: old ones are forgotten with it.
  jump(kEventsKept + kEventPruneStep - 2);
  f.created();
  CHECK(count() == 2);
  f.created();
  CHECK(count() == 2);
  CHECK(f.after(1).reset);
  CHECK(f.after(1).next == kEventsKept + kEventPruneStep);
  CHECK_FALSE(f.after(kEventsKept + kEventPruneStep - 2).reset);
  CHECK(f.after(kEventsKept + kEventPruneStep - 2).events.size() == 2);
}

TEST_CASE("Change feed: a reader that follows several writers misses nothing",
          "[catalog][events][threads]") {
  FeedFixture f;
  constexpr int kWriters = 3;
  constexpr int kImages = 15;
  auto other = f.open();  // a second origin on the same database
  std::atomic<int> failures{0};
  std::vector<std::uint64_t> seen;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        Catalog& catalog = i % 2 == 0 ? *f.catalog : *other;
        for (int n = 0; n < kImages; ++n)
          if (!catalog.create(testContext(), testImage())) ++failures;
      });
    }
    std::uint64_t position = 0;
    while (seen.size() + static_cast<std::size_t>(failures) < kWriters * kImages) {
      const auto page = f.catalog->events(f.context, position, 4);
      REQUIRE(page);
      for (const Event& event : page->events) seen.push_back(event.sequence);
      position = page->next;
    }
  }
  CHECK(failures == 0);
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == i + 1);
}

}  // namespace glint::origin
