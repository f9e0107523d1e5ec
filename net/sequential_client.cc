#include "net/sequential_client.h"

#include <atomic>
#include <optional>
#include <utility>

#include "net/event_loop.h"

namespace glint::net {
namespace {

class OwnLoopClient final : public SequentialClient {
 public:
  OwnLoopClient(std::unique_ptr<EventLoop> loop, std::unique_ptr<Client> client)
      : loop_(std::move(loop)), client_(std::move(client)) {}

  Result<FetchedResponse> fetch(ClientRequest request, std::uint64_t limit_bytes) override {
    if (interrupted_) return interrupted();
    std::optional<Result<FetchedResponse>> answer;
    std::unique_ptr<Transfer> transfer;
    loop_->post([&] {
      transfer = net::fetch(*client_, std::move(request), limit_bytes,
                            [&](Result<FetchedResponse> fetched) {
                              answer = std::move(fetched);
                              loop_->stop();
                            });
    });
    // At least once, so that nothing posted outlives this call.
    do loop_->run();
    while (!answer && !interrupted_);
    onLoop([&] { transfer.reset(); });
    if (!answer) return interrupted();
    return std::move(*answer);
  }

  bool pause(std::chrono::milliseconds span) override {
    if (interrupted_) return false;
    bool over = false;
    EventLoop::TimerPtr timer;
    onLoop([&] {
      pausing_ = true;
      timer = loop_->runAfter(span, [&] {
        over = true;
        loop_->stop();
      });
    });
    while (!over && !woken_ && !interrupted_) loop_->run();
    woken_ = false;
    onLoop([&] {
      pausing_ = false;
      timer.reset();
    });
    return !interrupted_;
  }

  EventLoop& loop() override { return *loop_; }
  Client& client() override { return *client_; }

  void wake() override {
    woken_ = true;
    loop_->post([this] {
      if (pausing_) loop_->stop();
    });
  }

  void interrupt() override {
    interrupted_ = true;
    loop_->stop();
  }

 private:
  static tl::unexpected<Error> interrupted() {
    return fail(ErrorCode::kCancelled, "the program ends");
  }

  // Runs the task on the loop, now.
  void onLoop(const std::function<void()>& task) {
    bool done = false;
    loop_->post([&] {
      task();
      done = true;
      loop_->stop();
    });
    while (!done) loop_->run();
  }

  const std::unique_ptr<EventLoop> loop_;
  const std::unique_ptr<Client> client_;  // ends before its loop
  std::atomic<bool> woken_{false};
  std::atomic<bool> interrupted_{false};
  bool pausing_ = false;  // of the loop
};

}  // namespace

Result<std::unique_ptr<SequentialClient>> SequentialClient::create(const ClientOptions& options) {
  auto loop = EventLoop::create();
  if (!loop) return tl::unexpected(std::move(loop.error()));
  auto client = Client::create(**loop, options);
  if (!client) return tl::unexpected(std::move(client.error()));
  return std::make_unique<OwnLoopClient>(std::move(*loop), std::move(*client));
}

}  // namespace glint::net
