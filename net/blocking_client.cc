#include "net/blocking_client.h"

#include <future>
#include <thread>
#include <utility>

#include "net/event_loop.h"

namespace glint::net {
namespace {

class LoopedClient final : public BlockingClient {
 public:
  LoopedClient(std::unique_ptr<EventLoop> loop, std::unique_ptr<Client> client)
      : loop_(std::move(loop)), client_(std::move(client)), thread_([this] { loop_->run(); }) {}

  ~LoopedClient() override {
    loop_->post([this] { client_.reset(); });  // it belongs to its loop
    loop_->stop();
    thread_.join();
  }

  Result<FetchedResponse> fetch(const ClientRequest& request, std::uint64_t limit_bytes) override {
    // Shared with the loop, where the transfer ends after the caller has its answer.
    struct Call {
      std::promise<Result<FetchedResponse>> answer;
      std::unique_ptr<Transfer> transfer;
    };
    const auto call = std::make_shared<Call>();
    auto answer = call->answer.get_future();
    loop_->post([this, call, request, limit_bytes] {
      call->transfer =
          net::fetch(*client_, request, limit_bytes, [this, call](Result<FetchedResponse> fetched) {
            // Queued before the caller goes on, and with it the end of
            // this object.
            loop_->post([call] { call->transfer.reset(); });
            call->answer.set_value(std::move(fetched));
          });
    });
    return answer.get();
  }

 private:
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Client> client_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<BlockingClient>> BlockingClient::create(const ClientOptions& options) {
  auto loop = EventLoop::create();
  if (!loop) return tl::unexpected(std::move(loop.error()));
  auto client = Client::create(**loop, options);
  if (!client) return tl::unexpected(std::move(client.error()));
  return std::make_unique<LoopedClient>(std::move(*loop), std::move(*client));
}

}  // namespace glint::net
