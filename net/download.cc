#include "net/download.h"

#include <future>
#include <optional>
#include <utility>

#include "net/body_queue.h"
#include "net/event_loop.h"

namespace glint::net {
namespace {

constexpr std::uint64_t kQueueBytes = 4u << 20;

// Lives on the loop until the transfer ends; the worker holds it too.
class Receiver final : public ResponseSink, public std::enable_shared_from_this<Receiver> {
 public:
  explicit Receiver(EventLoop& loop) : loop_(loop) {}

  // On the worker, before anything else.
  void prepare() {
    queue_ = BodyQueue::create(kQueueBytes, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->loop_.post([self] { self->resume(); });
    });
  }
  std::future<Result<http::ResponseHead>> head() { return head_.get_future(); }
  Result<Slice> read() {
    auto slice = queue_->read();
    if (slice && slice->empty() && failure_) return tl::unexpected<Error>(*failure_);
    return slice;
  }

  // Any thread.
  void end() {
    queue_->close();
    loop_.post([self = shared_from_this()] {
      self->settle(fail(ErrorCode::kCancelled, "the download was interrupted"));
      self->transfer_.reset();
    });
  }

  // On the loop.
  void begin(Client& client, ClientRequest request) {
    if (!settled_) transfer_ = client.start(std::move(request), shared_from_this());
  }
  void onHead(http::ResponseHead head) override { settle(std::move(head)); }
  http::Flow onData(Slice slice) override { return queue_->onData(std::move(slice)); }
  void onEnd() override { queue_->onEnd(); }
  void onAbort(const Error& error) override {
    settle(tl::unexpected<Error>(error));
    // What came before is read first: whoever goes on with another request knows from where.
    failure_ = error;
    queue_->onEnd();
  }

 private:
  void resume() {
    if (transfer_) transfer_->resume();
  }
  void settle(Result<http::ResponseHead> head) {
    if (!std::exchange(settled_, true)) head_.set_value(std::move(head));
  }

  EventLoop& loop_;
  std::shared_ptr<BodyQueue> queue_;
  std::promise<Result<http::ResponseHead>> head_;
  std::optional<Error> failure_;        // loop, before the queue's end; worker, after it
  bool settled_ = false;                // loop
  std::unique_ptr<Transfer> transfer_;  // loop
};

class StartedDownload final : public Download {
 public:
  StartedDownload(std::shared_ptr<Receiver> receiver, std::stop_token stop)
      : receiver_(std::move(receiver)), on_stop_(std::move(stop), End{receiver_.get()}) {}
  ~StartedDownload() override { receiver_->end(); }

  const http::ResponseHead& head() const override { return head_; }
  Result<Slice> read() override { return receiver_->read(); }

  Status awaitHead(std::future<Result<http::ResponseHead>> coming) {
    auto head = coming.get();
    if (!head) return tl::unexpected(std::move(head.error()));
    head_ = std::move(*head);
    return {};
  }

 private:
  struct End {
    Receiver* receiver;
    void operator()() const { receiver->end(); }
  };

  const std::shared_ptr<Receiver> receiver_;
  const std::stop_callback<End> on_stop_;
  http::ResponseHead head_;
};

}  // namespace

Result<std::unique_ptr<Download>> Download::start(EventLoop& loop, Client& client,
                                                  ClientRequest request, std::stop_token stop) {
  auto receiver = std::make_shared<Receiver>(loop);
  receiver->prepare();
  auto head = receiver->head();
  loop.post([receiver, &client, request = std::move(request)]() mutable {
    receiver->begin(client, std::move(request));
  });
  auto download = std::make_unique<StartedDownload>(receiver, std::move(stop));
  if (auto come = download->awaitHead(std::move(head)); !come)
    return tl::unexpected(std::move(come.error()));
  return download;
}

}  // namespace glint::net
