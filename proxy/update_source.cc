// Changes at an Images API without a change feed, found by looking: OpenStack Glance.
//
// Two questions each time. What was updated since the last time: the list by updated_at. And what
// became of the images that callers were allowed to read: the list of just these, because a deleted
// image is in no list. Glance counts updated_at in seconds, so what was updated in the second last
// seen is asked for again.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "http/url.h"
#include "image/time_text.h"
#include "image/upstream_json.h"
#include "net/sequential_client.h"
#include "proxy/authorizer.h"
#include "proxy/change_source.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using image::Image;
using image::ImageStatus;

constexpr auto kPatience = 5s;          // of one list
constexpr std::size_t kPageSize = 100;  // ids in one question: a target of 4 KiB
constexpr std::size_t kMostPages = 50;  // of one look
constexpr std::size_t kMostWatched = 2000;

// What tells two states of an image apart.
using Seen = std::pair<std::string, ImageStatus>;

ChangeKind kindOf(const Image& image) {
  if (image.status == ImageStatus::kActive) return ChangeKind::kActivated;
  if (image.status == ImageStatus::kDeactivated) return ChangeKind::kDeactivated;
  return ChangeKind::kChanged;
}

class UpdateSource final : public ChangeSource {
 public:
  UpdateSource(std::chrono::milliseconds interval, const Authorizer& authorizer)
      : interval_(interval), authorizer_(authorizer) {}
  const char* name() const override { return "polling"; }

  Result<Changes> next(SourceSession& session) override {
    if (started_ && !session.client.pause(interval_))
      return fail(ErrorCode::kCancelled, "the program ends");
    Changes changes;
    auto done = started_ ? updated(session, changes) : findStart(session);
    if (done) done = watched(session, changes);
    if (!done) return tl::unexpected(done.error());
    return changes;
  }

 private:
  static Result<image::ListAnswer> list(SourceSession& session, const std::string& target) {
    const auto answer = session.get(target, kPatience);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->head.status != 200)
      return fail(
          ErrorCode::kUpstream,
          "the upstream answered " + std::to_string(answer->head.status) + " to a list of images");
    return image::parseListAnswer(answer->body);
  }

  // From the newest image on; the ones before are known to nobody who asks.
  Status findStart(SourceSession& session) {
    auto newest =
        list(session, "/v2/images?visibility=all&sort_key=updated_at&sort_dir=desc&limit=1");
    if (!newest) return tl::unexpected(newest.error());
    for (const Image& image : newest->images) note(image);
    started_ = true;
    return {};
  }

  Status updated(SourceSession& session, Changes& changes) {
    std::string target =
        "/v2/images?" + http::formatQuery({{"visibility", "all"},
                                           {"sort_key", "updated_at"},
                                           {"sort_dir", "asc"},
                                           {"limit", std::to_string(kPageSize)},
                                           {"updated_at", "gte:" + image::formatTime(newest_)}});
    for (std::size_t page = 0; page < kMostPages && !target.empty(); ++page) {
      auto answer = list(session, target);
      if (!answer) return tl::unexpected(answer.error());
      for (const Image& image : answer->images) {
        if (note(image)) changes.images.push_back({kindOf(image), image.id});
      }
      target = answer->next;
    }
    return {};
  }

  // False: it was seen in this state.
  bool note(const Image& image) {
    if (image.updated_at > newest_) {
      newest_ = image.updated_at;
      seen_.clear();
    }
    return seen_.insert({image.id.value, image.status}).second;
  }

  Status watched(SourceSession& session, Changes& changes) {
    std::map<std::string, std::set<image::Time>> wanted;  // updated_at of the decisions
    for (const auto& one : authorizer_.allowedImages()) {
      if (wanted.size() >= kMostWatched && !wanted.contains(one.image.value)) continue;
      wanted[one.image.value].insert(one.updated_at);
    }
    std::erase_if(known_, [&](const std::string& id) { return !wanted.contains(id); });
    std::vector<std::string> missing;
    for (const auto& [id, times] : wanted) missing.push_back(id);
    for (const char* hidden : {"false", "true"}) {  // a list holds the one or the other
      auto left = look(session, hidden, missing, wanted, changes);
      if (!left) return tl::unexpected(left.error());
      missing = std::move(*left);
    }
    // An image that the account has never seen may be one it cannot see.
    for (const auto& id : missing) {
      if (known_.erase(id) > 0) changes.images.push_back({ChangeKind::kDeleted, {id}});
    }
    return {};
  }

  // Those of `ids` that are not in the list.
  Result<std::vector<std::string>> look(SourceSession& session, const char* hidden,
                                        const std::vector<std::string>& ids,
                                        const std::map<std::string, std::set<image::Time>>& wanted,
                                        Changes& changes) {
    std::vector<std::string> missing;
    for (std::size_t begin = 0; begin < ids.size(); begin += kPageSize) {
      std::set<std::string> asked(
          ids.begin() + static_cast<std::ptrdiff_t>(begin),
          ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), begin + kPageSize)));
      std::string joined;
      for (const auto& id : asked) joined += (joined.empty() ? "in:" : ",") + id;
      auto answer =
          list(session, "/v2/images?" + http::formatQuery({{"visibility", "all"},
                                                           {"os_hidden", hidden},
                                                           {"limit", std::to_string(kPageSize)},
                                                           {"id", joined}}));
      if (!answer) return tl::unexpected(answer.error());
      for (const Image& image : answer->images) {
        const auto decided = wanted.find(image.id.value);
        if (decided == wanted.end() || asked.erase(image.id.value) == 0) continue;
        known_.insert(image.id.value);
        const auto& times = decided->second;
        const bool same = times.size() == 1 && times.contains(image.updated_at);
        if (!same || image.status != ImageStatus::kActive)
          changes.images.push_back({kindOf(image), image.id});
      }
      missing.insert(missing.end(), asked.begin(), asked.end());
    }
    return missing;
  }

  const std::chrono::milliseconds interval_;
  const Authorizer& authorizer_;
  bool started_ = false;
  image::Time newest_{};         // updated_at of the newest image seen
  std::set<Seen> seen_;          // images updated in that second
  std::set<std::string> known_;  // of the watched images, those that the account has seen
};

}  // namespace

std::unique_ptr<ChangeSource> updateSource(std::chrono::milliseconds interval,
                                           const Authorizer& authorizer) {
  return std::make_unique<UpdateSource>(interval, authorizer);
}

}  // namespace glint::proxy
