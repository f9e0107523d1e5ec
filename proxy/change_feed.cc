#include "proxy/change_feed.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "cache/content_store.h"
#include "metrics/edge_metrics.h"
#include "net/sequential_client.h"
#include "proxy/authorizer.h"
#include "proxy/service_account.h"
#include "proxy/upstream.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 100ms;  // after a break; doubled each time
constexpr auto kLongestPause = 2000ms;
constexpr auto kRefusedPause = 10'000ms;

metrics::FeedEvent labelOf(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kActivated:
      return metrics::FeedEvent::kActivated;
    case ChangeKind::kChanged:
      return metrics::FeedEvent::kChanged;
    case ChangeKind::kDeactivated:
      return metrics::FeedEvent::kDeactivated;
    case ChangeKind::kDeleted:
      return metrics::FeedEvent::kDeleted;
    case ChangeKind::kMembers:
      return metrics::FeedEvent::kMembers;
  }
  return metrics::FeedEvent::kChanged;
}

class Follower final : public ChangeFeed {
 public:
  Follower(Parts parts, FeedOptions options, std::unique_ptr<net::SequentialClient> client)
      : parts_(std::move(parts)),
        options_(options),
        client_(std::move(client)),
        thread_([this] { run(); }) {}

  ~Follower() override {
    client_->interrupt();
    thread_.join();
  }

  FeedState state() const override {
    MutexLock lock(mutex_);
    FeedState state = state_;
    state.age = std::chrono::steady_clock::now() - fresh_;
    return state;
  }

 private:
  void run() {
    auto pause = std::chrono::milliseconds(kFirstPause);
    for (;;) {
      const Error error = follow(pause);
      if (error.code == ErrorCode::kCancelled) return;
      lost(error);
      if (!client_->pause(error.code == ErrorCode::kForbidden ? kRefusedPause : pause)) return;
      pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
    }
  }

  // Until it breaks. A success makes the next pause a short one again.
  Error follow(std::chrono::milliseconds& pause) {
    SourceSession session{*client_, parts_.upstream, parts_.account, parts_.metrics};
    for (;;) {
      if (!source_)
        source_ = eventSource(std::chrono::duration_cast<std::chrono::seconds>(options_.wait));
      auto changes = source_->next(session);
      if (!changes && changes.error().code == ErrorCode::kNotFound) {
        source_ = updateSource(options_.poll_interval, parts_.authorizer);
        changes = source_->next(session);
      }
      if (!changes) return changes.error();
      obey(*changes);
      found();
      pause = kFirstPause;
    }
  }

  void obey(const Changes& changes) {
    if (changes.everything) {
      log::warn("change_feed_reset", {{"upstream", parts_.upstream.url()}});
      parts_.metrics.feedEvent(metrics::FeedEvent::kReset);
      parts_.authorizer.distrust();
    }
    for (const ImageChange& change : changes.images) {
      parts_.authorizer.forget(change.image);
      if (change.kind == ChangeKind::kDeleted) drop(change.image);
      parts_.metrics.feedEvent(labelOf(change.kind));
      log::debug("image_changed", {{"image_id", change.image.value}});
      if (parts_.listener) parts_.listener(change);
    }
  }

  // The image's content, unless another image has the same.
  void drop(const image::ImageId& image) {
    const auto digest = parts_.store.aliasOf(image.value);
    if (!digest) return;
    for (const cache::ContentInfo& content : parts_.store.list()) {
      if (content.digest != *digest) continue;
      const bool shared = std::ranges::any_of(
          content.image_ids, [&](const std::string& id) { return id != image.value; });
      if (!shared && parts_.store.remove(*digest))
        log::info("content_dropped", {{"image_id", image.value}, {"reason", "image deleted"}});
      return;
    }
  }

  void found() {
    const bool news = !std::exchange(connected_, true);
    {
      MutexLock lock(mutex_);
      state_ = {
          .enabled = true, .connected = true, .source = source_->name(), .detail = {}, .age = {}};
      fresh_ = std::chrono::steady_clock::now();
    }
    if (news)
      log::info("change_feed_followed",
                {{"upstream", parts_.upstream.url()}, {"source", source_->name()}});
  }

  void lost(const Error& error) {
    const bool news = std::exchange(connected_, false);
    // Before anything else: what was missed is not known.
    parts_.authorizer.distrust();
    bool first = false;
    {
      MutexLock lock(mutex_);
      first = state_.detail != error.message;
      state_.connected = false;
      state_.detail = error.message;
    }
    if (news || first)
      log::warn("change_feed_lost",
                {{"upstream", parts_.upstream.url()}, {"error", error.message}});
  }

  const Parts parts_;
  const FeedOptions options_;
  const std::unique_ptr<net::SequentialClient> client_;
  std::unique_ptr<ChangeSource> source_;  // of the thread
  bool connected_ = false;                // of the thread
  mutable Mutex mutex_;
  FeedState state_ GUARDED_BY(mutex_){
      .enabled = true, .connected = false, .source = {}, .detail = {}, .age = {}};
  std::chrono::steady_clock::time_point fresh_ GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();
  std::thread thread_;  // last: it uses all the others
};

class NoFeed final : public ChangeFeed {
 public:
  FeedState state() const override { return {}; }
};

}  // namespace

Result<std::unique_ptr<ChangeFeed>> ChangeFeed::start(const Parts& parts,
                                                      const FeedOptions& options,
                                                      const net::ClientOptions& client) {
  if (!options.enabled || !parts.account.configured()) {
    log::info("change_feed_off",
              {{"reason", options.enabled ? "no service account" : "configured so"}});
    return std::make_unique<NoFeed>();
  }
  auto sequential = net::SequentialClient::create(client);
  if (!sequential) return tl::unexpected(sequential.error());
  return std::make_unique<Follower>(parts, options, std::move(*sequential));
}

}  // namespace glint::proxy
