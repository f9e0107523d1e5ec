#include "proxy/prefetcher.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "cache/content_store.h"
#include "image/upstream_json.h"
#include "metrics/edge_metrics.h"
#include "net/event_loop.h"
#include "net/sequential_client.h"
#include "proxy/fill.h"
#include "proxy/fills.h"
#include "proxy/loop_jobs.h"
#include "proxy/service_account.h"
#include "proxy/upstream.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using Again = PrefetchQueue::Again;
using Steady = std::chrono::steady_clock;
using image::Image;

constexpr auto kPatience = 10s;   // of one question to the upstream
constexpr auto kGiveWay = 100ms;  // between looks whether clients still wait
constexpr auto kFailedSweepPause = 30s;
constexpr std::size_t kMostCandidates = 10'000;
constexpr std::size_t kMostPages = 2000;
constexpr int kUnauthorized = 401;
constexpr int kNotFound = 404;

struct Problem {
  Error error;
  Again again = Again::kYes;
};

class QueuePrefetcher final : public Prefetcher {
 public:
  QueuePrefetcher(const Parts& parts, PrefetchOptions options,
                  std::unique_ptr<net::SequentialClient> client)
      : parts_(parts),
        options_(std::move(options)),
        client_(std::move(client)),
        context_{parts.edge, client_->loop(), client_->client(),
                 std::make_shared<LoopJobs>(client_->loop())},
        next_sweep_(Steady::now()),
        thread_([this] { run(); }) {
    parts_.queue.onAdded([this] { client_->wake(); });
  }
  ~QueuePrefetcher() override { stop(); }

  void stop() override {
    if (!thread_.joinable()) return;
    parts_.queue.onAdded({});
    client_->interrupt();
    thread_.join();
  }

  void consider(const ImageChange& change) override {
    {
      MutexLock lock(mutex_);
      if (change.kind == ChangeKind::kDeleted) pinned_.erase(change.image.value);
      if (options_.policies.empty() || change.kind == ChangeKind::kDeleted ||
          change.kind == ChangeKind::kDeactivated || candidates_.size() >= kMostCandidates)
        return;
      candidates_.push_back(change.image);
    }
    client_->wake();
  }

  PrefetchState state() const override {
    PrefetchState state;
    MutexLock lock(mutex_);
    state.running = running_;
    if (fill_) {
      state.size = fill_->size();
      state.done_bytes = fill_->view().published;
    }
    if (running_) state.elapsed = Steady::now() - started_;
    for (const auto& [id, content] : pinned_) state.pinned.push_back(id);
    return state;
  }

 private:
  // For a fill that was asked for; of the loop, but for looks while it does not run.
  struct Wait {
    std::optional<Fills::Acquired> found;
    std::unique_ptr<Followers::Place> place;
  };

  SourceSession session() {
    return {*client_, parts_.edge.upstream, parts_.account, parts_.edge.metrics,
            metrics::UpstreamKind::kPrefetch};
  }

  void run() {
    while (true) {
      lookForWork();
      const auto due = parts_.queue.untilDue();
      const bool ready = due && *due == 0ms && parts_.edge.upstream.reachable();
      if (ready && parts_.edge.metrics.waiters() <= 0) {
        if (const auto item = parts_.queue.take()) fetch(*item);
        if (!client_->pause(0ms)) break;
        continue;
      }
      if (!client_->pause(restUntil(ready, due))) break;
    }
    // Its fills end with their loop.
    client_->loop().post([this] { context_.jobs->abandonAll(); });
    client_->loop().stop();
    client_->loop().run();
  }

  std::chrono::milliseconds restUntil(bool ready,
                                      const std::optional<std::chrono::milliseconds>& due) const {
    if (ready) return kGiveWay;
    auto rest = std::chrono::milliseconds(due ? std::max<std::chrono::milliseconds>(*due, 500ms)
                                              : 3'600'000ms);
    if (!options_.policies.empty()) {
      const auto sweep = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - Steady::now());
      rest = std::min(rest, sweep);
    }
    return std::max<std::chrono::milliseconds>(rest, 1ms);
  }

  // Policies: what changed, and now and then everything.
  void lookForWork() {
    std::vector<image::ImageId> candidates;
    {
      MutexLock lock(mutex_);
      candidates = std::exchange(candidates_, {});
    }
    for (const auto& id : candidates) {
      Problem problem;
      if (const auto image = show(id, problem)) judge(*image);
    }
    if (options_.policies.empty() || Steady::now() < next_sweep_) return;
    next_sweep_ = Steady::now() + options_.sweep_interval;
    if (auto swept = sweep(); !swept) {
      log::info("prefetch_sweep_failed", {{"error", swept.error().message}});
      next_sweep_ =
          Steady::now() + std::min<Steady::duration>(options_.sweep_interval, kFailedSweepPause);
    }
  }

  Status sweep() {
    std::string target = "/v2/images?visibility=all&status=active&limit=100";
    for (std::size_t page = 0; page < kMostPages && !target.empty(); ++page) {
      const auto answer = session().get(target, kPatience);
      if (!answer) return tl::unexpected(answer.error());
      if (answer->head.status != 200)
        return fail(ErrorCode::kUpstream,
                    "list of images: status " + std::to_string(answer->head.status));
      auto list = image::parseListAnswer(answer->body);
      if (!list) return tl::unexpected(list.error());
      for (const Image& image : list->images) judge(image);
      target = list->next;
    }
    return {};
  }

  void judge(const Image& image) {
    const PrefetchPolicy* policy = policyFor(options_.policies, image);
    if (policy == nullptr) {
      unpin(image.id);
      return;
    }
    const auto digest = image::contentDigest(image);
    if (!digest) return;
    if (auto content = parts_.edge.store.find(*digest)) {
      parts_.edge.store.setAlias(image.id.value, *digest);
      policy->pin ? pin(image.id, std::move(content)) : unpin(image.id);
      return;
    }
    if (auto added = parts_.queue.add(image.id, policy->priority, policy->name); !added)
      log::warn("prefetch_not_queued",
                {{"image_id", image.id.value}, {"error", added.error().message}});
  }

  void pin(const image::ImageId& id, cache::ContentPtr content) {
    MutexLock lock(mutex_);
    pinned_.insert_or_assign(id.value, std::move(content));
  }
  void unpin(const image::ImageId& id) {
    MutexLock lock(mutex_);
    pinned_.erase(id.value);
  }

  std::optional<Image> show(const image::ImageId& id, Problem& problem) {
    const auto answer = session().get("/v2/images/" + id.value, kPatience);
    if (!answer) {
      problem = {answer.error()};
      return std::nullopt;
    }
    if (answer->head.status != 200) {
      problem = {{ErrorCode::kNotFound, "status " + std::to_string(answer->head.status)},
                 answer->head.status == kNotFound ? Again::kNo : Again::kYes};
      return std::nullopt;
    }
    auto image = image::parseShowAnswer(answer->body);
    if (!image) {
      problem = {image.error()};
      return std::nullopt;
    }
    return std::move(*image);
  }

  void fetch(const PrefetchItem& item) {
    {
      MutexLock lock(mutex_);
      running_ = item.image;
      started_ = Steady::now();
    }
    const auto begun = Steady::now();
    Problem problem;
    const auto bytes = bring(item.image, problem);
    {
      MutexLock lock(mutex_);
      running_.reset();
      fill_.reset();
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begun);
    if (bytes) {
      parts_.queue.succeeded(item.image, *bytes, took);
      parts_.edge.metrics.prefetched(*bytes);
      log::info("prefetched", {{"image_id", item.image.value},
                               {"bytes", *bytes},
                               {"reason", item.reason},
                               {"dur_ms", took.count()}});
    } else if (problem.error.code != ErrorCode::kCancelled) {
      parts_.queue.failed(item.image, problem.error.message, problem.again);
      parts_.edge.metrics.prefetchFailed(problem.again == Again::kYes);
      log::warn("prefetch_failed", {{"image_id", item.image.value},
                                    {"attempt", item.attempts + 1},
                                    {"error", problem.error.message}});
    }
  }

  // Bytes fetched (0: it was there).
  std::optional<std::uint64_t> bring(const image::ImageId& id, Problem& problem) {
    const auto image = show(id, problem);
    if (!image) return std::nullopt;
    const auto digest = image::contentDigest(*image);
    const std::uint64_t size = image->size.value_or(0);
    const auto never = [&](const char* why) {
      problem = {{ErrorCode::kInvalidArgument, why}, Again::kNo};
      return std::nullopt;
    };
    if (image->status != image::ImageStatus::kActive) return never("the image is not active");
    if (!digest || size == 0) return never("the image has no digest");
    if (size > parts_.edge.store.usage().capacity_bytes) return never("larger than the cache");
    const auto token = parts_.account.token(*client_);
    if (!token) {
      problem = {token.error()};
      return std::nullopt;
    }
    bool fetched = false;
    auto content = fill(id, *digest, size, *token, fetched, problem);
    if (!content) return std::nullopt;
    parts_.edge.store.setAlias(id.value, *digest);
    const PrefetchPolicy* policy = policyFor(options_.policies, *image);
    if (policy != nullptr && policy->pin) pin(id, std::move(content));
    return fetched ? size : 0;
  }

  cache::ContentPtr fill(const image::ImageId& id, const image::ContentDigest& digest,
                         std::uint64_t size, const std::string& token, bool& fetched,
                         Problem& problem) {
    DataRequest request;
    request.image = id;
    request.credentials.headers.add("X-Auth-Token", token);
    request.credentials.key.hex = "service";
    request.request_id = "req-" + makeUuid();
    const auto wait = std::make_shared<Wait>();  // shared with the callback, which may come late
    client_->loop().post([this, wait, digest, size, request = std::move(request)]() mutable {
      parts_.edge.fills.acquire(
          context_,
          {.digest = digest, .size = size, .request = std::move(request), .held = nullptr},
          [this, wait](Fills::Acquired found) {
            wait->found = std::move(found);
            if (const auto& fill = wait->found->fill)
              wait->place = fill->followers().join(context_.loop, [this] { client_->wake(); });
            client_->wake();
          });
    });
    while (client_->pause(1000ms) && !over(*wait)) {
    }
    client_->loop().post([wait] { wait->place.reset(); });  // it belongs to the loop
    client_->pause(0ms);
    if (!over(*wait)) {
      problem = {{ErrorCode::kCancelled, "the program ends"}};
      return nullptr;
    }
    return kept(*wait, digest, token, fetched, problem);
  }

  cache::ContentPtr kept(const Wait& wait, const image::ContentDigest& digest,
                         const std::string& token, bool& fetched, Problem& problem) {
    if (wait.found->content) return wait.found->content;
    fetched = true;
    if (const auto failure = wait.found->fill->failure()) {
      if (failure->answer && failure->answer->status == kUnauthorized)
        parts_.account.refused(token);
      problem = {failure->error};
      return nullptr;
    }
    auto content = parts_.edge.store.find(digest);
    if (!content) problem = {{ErrorCode::kNoSpace, "fetched, but not kept"}};
    return content;
  }

  bool over(const Wait& wait) {
    if (!wait.found) return false;
    if (wait.found->content) return true;
    {
      MutexLock lock(mutex_);
      fill_ = wait.found->fill;
    }
    const FillState state = wait.found->fill->view().state;
    return state == FillState::kCommitted || state == FillState::kFailed;
  }

  const Parts parts_;
  const PrefetchOptions options_;
  const std::unique_ptr<net::SequentialClient> client_;
  LoopContext context_;
  Steady::time_point next_sweep_;  // of the thread

  mutable Mutex mutex_;
  std::vector<image::ImageId> candidates_ GUARDED_BY(mutex_);
  std::map<std::string, cache::ContentPtr> pinned_ GUARDED_BY(mutex_);
  std::optional<image::ImageId> running_ GUARDED_BY(mutex_);
  FillPtr fill_ GUARDED_BY(mutex_);  // shared with its driver and followers
  Steady::time_point started_ GUARDED_BY(mutex_){};
  std::thread thread_;  // last: it uses all the others
};

}  // namespace

Result<std::unique_ptr<Prefetcher>> Prefetcher::start(const Parts& parts,
                                                      const PrefetchOptions& options,
                                                      const net::ClientOptions& client) {
  auto sequential = net::SequentialClient::create(client);
  if (!sequential) return tl::unexpected(sequential.error());
  return std::make_unique<QueuePrefetcher>(parts, options, std::move(*sequential));
}

}  // namespace glint::proxy
