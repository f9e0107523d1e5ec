#include "origin/api/event_feed.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "http/json.h"
#include "http/url.h"
#include "image/time_text.h"
#include "net/event_loop.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock::time_point;

constexpr std::uint64_t kLongestWaitSeconds = 60;
constexpr std::uint64_t kMostEvents = 1000;
constexpr auto kCatalogPatience = 5s;  // of one look for those who wait

struct Query {
  std::optional<std::uint64_t> after;
  std::uint64_t wait_seconds = 20;
  std::uint64_t limit = kMostEvents;
};

Result<Query> parse(std::string_view text) {
  auto pairs = http::parseQuery(text);
  if (!pairs) return tl::unexpected(pairs.error());
  Query query;
  for (const auto& [name, value] : *pairs) {
    const auto number = parseInteger<std::uint64_t>(value);
    const bool is_signed = number && *number > std::uint64_t{INT64_MAX};
    if (!number || is_signed)
      return fail(ErrorCode::kInvalidArgument, name + " must be a number, not negative.");
    if (name == "after") {
      query.after = *number;
    } else if (name == "wait" && *number <= kLongestWaitSeconds) {
      query.wait_seconds = *number;
    } else if (name == "limit" && *number >= 1 && *number <= kMostEvents) {
      query.limit = *number;
    } else {
      return fail(ErrorCode::kInvalidArgument,
                  name +
                      " is unknown or out of bounds; there are after, wait (0 to 60 seconds) "
                      "and limit (1 to 1000).");
    }
  }
  return query;
}

std::string toJson(const EventPage& page) {
  std::string list;
  for (const Event& event : page.events) {
    list += list.empty() ? "" : ", ";
    list += "{\"sequence\": " + std::to_string(event.sequence) + ", \"kind\": \"" +
            toString(event.kind) + "\", \"image_id\": " + http::quoteJson(event.image.value);
    if (event.member) list += ", \"member\": " + http::quoteJson(*event.member);
    list += ", \"at\": \"" + image::formatTime(event.at) + "\"}";
  }
  return "{\"events\": [" + list + "], \"next\": " + std::to_string(page.next) +
         ", \"reset\": " + (page.reset ? "true" : "false") + "}";
}

// The body of an answer that is not there yet. Of the connection's loop; finish() from any thread
// as long as that loop runs.
class WaitingBody final : public http::BodySource,
                          public std::enable_shared_from_this<WaitingBody> {
 public:
  explicit WaitingBody(net::EventLoop& loop) : loop_(loop) {}

  void finish(std::string text) {
    loop_.post([weak = weak_from_this(), text = std::move(text)]() mutable {
      const auto self = weak.lock();
      if (!self) return;
      self->text_ = std::move(text);
      if (self->wake_) self->wake_();
    });
  }

  http::Pulled pull(std::uint64_t max_bytes) override {
    if (!text_) return {};
    if (sent_ == text_->size()) return {.state = http::Pulled::State::kEnd, .chunk = {}};
    auto part = text_->substr(sent_, static_cast<std::size_t>(max_bytes));
    sent_ += part.size();
    return {.state = http::Pulled::State::kReady, .chunk = Slice::of(std::move(part))};
  }
  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }

 private:
  net::EventLoop& loop_;
  std::optional<std::string> text_;
  std::size_t sent_ = 0;
  std::function<void()> wake_;
};

struct Waiter {
  std::uint64_t after = 0;
  std::size_t limit = 0;
  Steady until;
  std::weak_ptr<WaitingBody> body;  // gone when the client is
};

class CatalogFeed final : public EventFeed {
 public:
  CatalogFeed(Catalog& catalog, EventFeedOptions options)
      : catalog_(catalog), options_(options), thread_([this] { run(); }) {}
  ~CatalogFeed() override { close(); }

  ApiResult<http::Response> answer(ApiRequest& request) override {
    const auto query = parse(request.http.head.query());
    if (!query) return tl::unexpected(query.error());
    if (!request.services.policy.allows("get_events", request.caller, FixedTarget()))
      return fail(ErrorCode::kForbidden, "You are not authorized to read the change feed.");
    auto page =
        catalog_.events(request.context, query->after, static_cast<std::size_t>(query->limit));
    if (!page) return tl::unexpected(page.error());
    const bool nothing = query->after && page->events.empty() && !page->reset;
    if (!nothing || query->wait_seconds == 0 || request.http.loop == nullptr)
      return jsonResponse(toJson(*page));
    auto body = std::make_shared<WaitingBody>(*request.http.loop);
    if (auto joined = join(*query, body); !joined) return tl::unexpected(joined.error());
    auto response = jsonResponse({});
    response.body = http::Stream{std::move(body), std::nullopt};
    return response;
  }

  void close() override {
    {
      MutexLock lock(mutex_);
      closed_ = true;
      for (const Waiter& waiter : waiters_) dismiss(waiter);
      waiters_.clear();
      changed_.notifyAll();
    }
    if (thread_.joinable()) thread_.join();  // it may be answering somebody just now
  }

  std::size_t waiting() const override {
    MutexLock lock(mutex_);
    return waiters_.size() + looked_at_;
  }

 private:
  static void finish(const Waiter& waiter, const EventPage& page) {
    if (const auto body = waiter.body.lock()) body->finish(toJson(page));
  }
  static void dismiss(const Waiter& waiter) {
    finish(waiter, {.events = {}, .next = waiter.after});
  }

  Status join(const Query& query, const std::shared_ptr<WaitingBody>& body) {
    const Waiter waiter{
        .after = *query.after,
        .limit = static_cast<std::size_t>(query.limit),
        .until = std::chrono::steady_clock::now() + std::chrono::seconds(query.wait_seconds),
        .body = body};
    MutexLock lock(mutex_);
    if (closed_) {
      dismiss(waiter);
      return {};
    }
    if (waiters_.size() + looked_at_ >= options_.max_waiting)
      return fail(ErrorCode::kOverloaded, "too many wait for events");
    waiters_.push_back(waiter);
    changed_.notifyAll();
    return {};
  }

  void run() {
    for (;;) {
      std::vector<Waiter> waiting;
      {
        MutexLock lock(mutex_);
        while (!closed_ && waiters_.empty()) changed_.wait(mutex_);
        const auto next_look = std::chrono::steady_clock::now() + options_.look_interval;
        while (!closed_ && changed_.waitUntil(mutex_, next_look)) {
        }
        if (closed_) return;
        waiting = std::exchange(waiters_, {});
        looked_at_ = waiting.size();
      }
      look(waiting);
      MutexLock lock(mutex_);
      looked_at_ = 0;
      for (const Waiter& waiter : waiting) closed_ ? dismiss(waiter) : waiters_.push_back(waiter);
      if (closed_) return;
    }
  }

  // Answers whom there is news for, and whose time is over; the others stay in the list.
  void look(std::vector<Waiter>& waiting) {
    std::erase_if(waiting, [](const Waiter& waiter) { return waiter.body.expired(); });
    if (waiting.empty()) return;
    RequestContext context;
    context.deadline = std::chrono::steady_clock::now() + kCatalogPatience;
    auto known = catalog_.events(context, std::nullopt, 0);
    if (!known && std::exchange(healthy_, false))
      log::warn("change_feed_stalls", {{"error", known.error().message}});
    if (known) healthy_ = true;
    std::map<std::pair<std::uint64_t, std::size_t>, EventPage> pages;  // most ask for the same
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(waiting, [&](const Waiter& waiter) {
      if (known && known->next != waiter.after) {
        auto page = pages.find({waiter.after, waiter.limit});
        if (page == pages.end()) {
          auto loaded = catalog_.events(context, waiter.after, waiter.limit);
          if (!loaded) return false;
          page = pages.emplace(std::pair{waiter.after, waiter.limit}, std::move(*loaded)).first;
        }
        finish(waiter, page->second);
        return true;
      }
      if (now < waiter.until) return false;
      dismiss(waiter);
      return true;
    });
  }

  Catalog& catalog_;
  const EventFeedOptions options_;
  bool healthy_ = true;  // of the thread's own
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Waiter> waiters_ GUARDED_BY(mutex_);
  std::size_t looked_at_ GUARDED_BY(mutex_) = 0;  // waiters that the thread has taken out
  bool closed_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace

std::unique_ptr<EventFeed> EventFeed::create(Catalog& catalog, EventFeedOptions options) {
  return std::make_unique<CatalogFeed>(catalog, options);
}

}  // namespace glint::origin
