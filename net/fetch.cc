// Small requests over the streaming client.
#include <utility>

#include "net/client.h"
#include "net/event_loop.h"

namespace glint::net {
namespace {

using Done = std::function<void(Result<FetchedResponse>)>;

class CollectingSink : public ResponseSink {
 public:
  CollectingSink(std::uint64_t limit_bytes, Done done)
      : limit_bytes_(limit_bytes), done_(std::move(done)) {}

  void setTransfer(Transfer* transfer) { transfer_ = transfer; }

  void onHead(http::ResponseHead head) override {
    response_.head = std::move(head);
    if (response_.head.content_length.value_or(0) > limit_bytes_ && expectsBody()) tooLarge();
  }

  http::Flow onData(Slice slice) override {
    if (response_.body.size() + slice.size() > limit_bytes_) {
      tooLarge();
    } else {
      response_.body.append(slice.text());
    }
    return http::Flow::kContinue;
  }

  void onEnd() override { finish(std::move(response_)); }
  void onAbort(const Error& error) override { finish(tl::unexpected<Error>(error)); }
  void forbidBody() { head_request_ = true; }

 private:
  bool expectsBody() const { return !head_request_ && response_.head.status != 304; }

  void tooLarge() {
    if (transfer_) transfer_->cancel();
    finish(fail(ErrorCode::kTooLarge,
                "the answer is longer than " + std::to_string(limit_bytes_) + " bytes"));
  }

  void finish(Result<FetchedResponse> result) {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }

  const std::uint64_t limit_bytes_;
  Done done_;
  FetchedResponse response_;
  Transfer* transfer_ = nullptr;
  bool head_request_ = false;
};

class FetchTransfer : public Transfer {
 public:
  FetchTransfer(std::unique_ptr<Transfer> transfer, std::shared_ptr<CollectingSink> sink)
      : transfer_(std::move(transfer)), sink_(std::move(sink)) {
    sink_->setTransfer(transfer_.get());
  }
  ~FetchTransfer() override { sink_->setTransfer(nullptr); }
  void cancel() override { transfer_->cancel(); }
  void resume() override { transfer_->resume(); }

 private:
  std::unique_ptr<Transfer> transfer_;
  std::shared_ptr<CollectingSink> sink_;
};

}  // namespace

std::unique_ptr<Transfer> fetch(Client& client, ClientRequest request, std::uint64_t limit_bytes,
                                std::function<void(Result<FetchedResponse>)> done) {
  auto sink = std::make_shared<CollectingSink>(limit_bytes, std::move(done));
  if (request.method == http::Method::kHead) sink->forbidBody();
  auto transfer = client.start(std::move(request), sink);
  return std::make_unique<FetchTransfer>(std::move(transfer), std::move(sink));
}

// A loop of its own for one request: the same limits and messages as everywhere else.
Result<FetchedResponse> fetchBlocking(const ClientOptions& options, const ClientRequest& request,
                                      std::uint64_t limit_bytes) {
  auto loop = EventLoop::create();
  if (!loop) return tl::unexpected<Error>(loop.error());
  auto client = Client::create(**loop, options);
  if (!client) return tl::unexpected<Error>(client.error());
  Result<FetchedResponse> result = fail(ErrorCode::kInternal, "fetch: not run");
  std::unique_ptr<Transfer> transfer;
  (*loop)->post([&] {
    transfer = fetch(**client, request, limit_bytes, [&](Result<FetchedResponse> fetched) {
      result = std::move(fetched);
      (*loop)->stop();
    });
  });
  (*loop)->run();
  return result;
}

}  // namespace glint::net
