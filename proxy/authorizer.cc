#include "proxy/authorizer.h"

#include <utility>

#include "image/upstream_json.h"
#include "metrics/edge_metrics.h"
#include "net/event_loop.h"
#include "proxy/fills.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {
namespace {

bool isRefusal(int status) { return status >= 400 && status < 500; }

// Refusals that say something about the caller or the image, not about this one request.
bool isLasting(int status) {
  return status == 401 || status == 403 || status == 404 || status == 410;
}

DecisionPtr unavailable(UpstreamAnswer answer) {
  auto decision = std::make_shared<Decision>();
  decision->kind = Decision::Kind::kUnavailable;
  decision->answer = std::move(answer);
  return decision;
}

DecisionPtr refused(UpstreamAnswer answer) {
  auto decision = std::make_shared<Decision>();
  decision->kind = Decision::Kind::kRefused;
  decision->answer = std::move(answer);
  return decision;
}

metrics::Decision label(const Decision& decision) {
  if (decision.kind == Decision::Kind::kAllowed) return metrics::Decision::kAllowed;
  if (decision.kind == Decision::Kind::kUnavailable) return metrics::Decision::kError;
  const int status = decision.answer.status;
  return status == 404 || status == 410 || status == 204 ? metrics::Decision::kAbsent
                                                         : metrics::Decision::kDenied;
}

}  // namespace

// One question on its way: the show request and the data request side by side, and all who wait for
// the answer. It lives on the loop that asked first; the waiters are guarded by the table's mutex.
class Authorizer::Lookup : public LoopJob, public std::enable_shared_from_this<Authorizer::Lookup> {
 public:
  Lookup(Authorizer& authorizer, LoopContext& context, Key key, Question question, Done done)
      : authorizer_(authorizer),
        context_(context),
        key_(std::move(key)),
        request_(std::move(question.request)),
        speculate_(std::move(question.speculate)),
        done_(std::move(done)),
        call_(context.edge.metrics, UpstreamCall::Kind::kAuthorize) {}

  void begin() {
    auto speculation = speculate_ ? speculate_() : nullptr;
    const auto extent = speculation ? HeldTransfer::Extent::kWhole : HeldTransfer::Extent::kProbe;
    // The loop's registry owns it; its transfers and its timer die with it.
    data_ = HeldTransfer::start(context_, request_, extent,
                                [this](DataVerdict verdict) { dataSaid(std::move(verdict)); });
    if (speculation) data_->attach(std::move(speculation));
    net::ClientRequest show = makeDataRequest(context_.edge.upstream, request_, "");
    show.url = context_.edge.upstream.urlOf("/v2/images/" + request_.image.value);
    asked_ = show.url;
    show.total_timeout = authorizer_.options_.timeout;
    show_ =
        net::fetch(context_.client, std::move(show), image::kMaxShowAnswer,
                   [this](Result<net::FetchedResponse> answer) { showSaid(std::move(answer)); });
    deadline_ = context_.loop.runAfter(authorizer_.options_.timeout, [this] {
      if (!data_allowed_) failed({ErrorCode::kTimeout, "the data route did not answer in time"});
    });
  }

  void abandon() override { settle(unavailable({})); }
  const Key& key() const { return key_; }

  std::vector<Waiter> waiters;  // guarded by the authorizer's mutex

 private:
  void showSaid(Result<net::FetchedResponse> answer) {
    if (settled_) return;
    if (!answer) {
      call_.failed(answer.error());
      return failed(answer.error());
    }
    const int status = answer->head.status;
    call_.answered(status);
    call_.received(answer->body.size());
    if (status != 200) {
      UpstreamAnswer kept{status, std::move(answer->head.headers), std::move(answer->body)};
      return settle(isRefusal(status) ? refused(std::move(kept)) : unavailable(std::move(kept)));
    }
    auto image = image::parseShowAnswer(answer->body);
    if (!image) return failed(image.error());
    facts_ = ImageFacts{.digest = image::contentDigest(*image),
                        .size = image->size,
                        .checksum = image->checksum.value_or(""),
                        .updated_at = image->updated_at};
    settleWhenAllowed();
  }

  void dataSaid(DataVerdict verdict) {
    if (settled_) return;
    switch (verdict.kind) {
      case DataVerdict::Kind::kAllowed:
        data_allowed_ = true;
        return settleWhenAllowed();
      case DataVerdict::Kind::kAnswered: {
        const int status = verdict.answer.status;
        return settle(isRefusal(status) || status == 204 ? refused(std::move(verdict.answer))
                                                         : unavailable(std::move(verdict.answer)));
      }
      case DataVerdict::Kind::kFailed:
        return failed(verdict.error);
    }
  }

  void failed(const Error& error) {
    context_.edge.upstream.suspect(error, asked_);
    if (context_.edge.upstream.movedFrom(asked_) && !std::exchange(asked_elsewhere_, true))
      return askElsewhere();
    settle(unavailable({}));
  }

  // Once more, of the address that requests go to now.
  void askElsewhere() {
    data_.reset();
    show_.reset();
    deadline_.reset();
    facts_.reset();
    data_allowed_ = false;
    context_.loop.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && !self->settled_) self->begin();
    });
  }

  void settleWhenAllowed() {
    if (!facts_ || !data_allowed_) return;
    auto decision = std::make_shared<Decision>();
    decision->kind = Decision::Kind::kAllowed;
    decision->facts = std::move(*facts_);
    settle(std::move(decision));
  }

  void settle(DecisionPtr decision) {
    if (std::exchange(settled_, true)) return;
    const auto self = shared_from_this();
    deadline_.reset();
    std::vector<Waiter> waiting;
    decision = authorizer_.settle(*this, std::move(decision), waiting);
    const bool fresh = decision->kind == Decision::Kind::kAllowed && !decision->stale;
    context_.edge.metrics.authorization(label(*decision), decision->stale
                                                              ? metrics::DecidedBy::kGrace
                                                              : metrics::DecidedBy::kUpstream);
    std::unique_ptr<HeldTransfer> held = std::move(data_);
    show_.reset();
    // First whoever asked: when it begins a fill with the held transfer, the others find it.
    done_(decision, fresh && held && held->whole() ? std::move(held) : nullptr);
    done_ = {};
    held.reset();
    for (Waiter& waiter : waiting) {
      waiter.loop.post([decision, done = std::move(waiter.done)] { done(decision, nullptr); });
    }
    context_.jobs->over(this);
  }

  Authorizer& authorizer_;
  LoopContext& context_;
  const Key key_;
  const DataRequest request_;
  std::function<std::unique_ptr<Speculation>()> speculate_;
  Done done_;
  UpstreamCall call_;
  std::unique_ptr<HeldTransfer> data_;
  std::unique_ptr<net::Transfer> show_;
  net::EventLoop::TimerPtr deadline_;
  std::optional<ImageFacts> facts_;
  bool data_allowed_ = false;
  std::string asked_;  // the address of the show request
  bool asked_elsewhere_ = false;
  bool settled_ = false;
};

Authorizer::Authorizer(const AuthOptions& options, const Clock& clock)
    : options_(options), clock_(clock) {}

Authorizer::~Authorizer() = default;

void Authorizer::decide(LoopContext& context, Question question, Done done) {
  Key key{question.request.image.value, question.request.credentials.key.hex};
  std::shared_ptr<Lookup> lookup;
  DecisionPtr decision;
  {
    MutexLock lock(mutex_);
    Entry& entry = touch(key);
    decision = fresh(entry);
    if (!decision && !context.edge.upstream.reachable()) {
      decision = withinGrace(entry);
      if (!decision) decision = unavailable({});
    }
    if (!decision && entry.lookup) {
      entry.lookup->waiters.push_back({context.loop, std::move(done)});
      return;
    }
    if (!decision) {
      lookup = std::make_shared<Lookup>(*this, context, key, std::move(question), std::move(done));
      entry.lookup = lookup;
    }
  }
  if (lookup) {
    context.jobs->add(lookup);
    return lookup->begin();
  }
  context.edge.metrics.authorization(
      label(*decision), decision->stale ? metrics::DecidedBy::kGrace : metrics::DecidedBy::kCache);
  done(decision, nullptr);
}

// Remembers the decision, unless the entry was forgotten meanwhile; what the waiters are to get.
DecisionPtr Authorizer::settle(Lookup& lookup, DecisionPtr decision, std::vector<Waiter>& waiting) {
  MutexLock lock(mutex_);
  waiting = std::move(lookup.waiters);
  const auto found = table_.find(lookup.key());
  if (found == table_.end() || found->second.lookup.get() != &lookup) return decision;
  Entry& entry = found->second;
  entry.lookup.reset();
  if (decision->kind == Decision::Kind::kUnavailable) {
    const DecisionPtr stale = withinGrace(entry);
    return stale ? stale : decision;
  }
  const bool lasting =
      decision->kind == Decision::Kind::kAllowed || isLasting(decision->answer.status);
  entry.decision = lasting ? decision : nullptr;
  entry.decided = clock_.steadyNow();
  return decision;
}

DecisionPtr Authorizer::fresh(const Entry& entry) const {
  if (!entry.decision || entry.decided < trusted_since_) return nullptr;
  const auto age = clock_.steadyNow() - entry.decided;
  const auto ttl =
      entry.decision->kind == Decision::Kind::kAllowed ? options_.ttl : options_.negative_ttl;
  return age < ttl ? entry.decision : nullptr;
}

DecisionPtr Authorizer::withinGrace(const Entry& entry) const {
  if (!entry.decision || entry.decision->kind != Decision::Kind::kAllowed) return nullptr;
  if (clock_.steadyNow() - entry.decided >= options_.offline_grace) return nullptr;
  auto stale = std::make_shared<Decision>(*entry.decision);
  stale->stale = true;
  return stale;
}

Authorizer::Entry& Authorizer::touch(const Key& key) {
  const auto found = table_.find(key);
  if (found != table_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second.recent);
    return found->second;
  }
  evict();
  recent_.push_front(key);
  Entry entry;
  entry.recent = recent_.begin();
  return table_.emplace(key, std::move(entry)).first->second;
}

void Authorizer::evict() {
  while (!recent_.empty() && table_.size() >= options_.table_size) {
    table_.erase(recent_.back());  // a lookup that runs for it still answers its waiters
    recent_.pop_back();
  }
}

void Authorizer::forget(const image::ImageId& image) {
  MutexLock lock(mutex_);
  auto entry = table_.lower_bound({image.value, ""});
  while (entry != table_.end() && entry->first.first == image.value) {
    recent_.erase(entry->second.recent);
    entry = table_.erase(entry);
  }
}

void Authorizer::distrust() {
  MutexLock lock(mutex_);
  // One tick later than now: a decision of this very moment is not trusted either.
  trusted_since_ = clock_.steadyNow() + std::chrono::steady_clock::duration(1);
}

std::vector<Authorizer::Allowed> Authorizer::allowedImages() const {
  std::vector<Allowed> all;
  const auto now = clock_.steadyNow();
  MutexLock lock(mutex_);
  for (const auto& [key, entry] : table_) {
    if (!entry.decision || entry.decision->kind != Decision::Kind::kAllowed) continue;
    const image::Time updated_at = entry.decision->facts.updated_at;
    const std::chrono::nanoseconds age = now - entry.decided;
    const auto left = std::max(std::chrono::nanoseconds{0}, options_.offline_grace - age);
    const bool same =
        !all.empty() && all.back().image.value == key.first && all.back().updated_at == updated_at;
    if (same)
      all.back().grace_left = std::max(all.back().grace_left, left);
    else
      all.push_back({{key.first}, updated_at, left});
  }
  return all;
}

std::size_t Authorizer::remembered() const {
  MutexLock lock(mutex_);
  return table_.size();
}

}  // namespace glint::proxy
