#include "origin/tasks/web_source.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "base/strings.h"
#include "net/download.h"
#include "net/event_loop.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kStatusOk = 200;
constexpr int kStatusPartial = 206;

bool isRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// False: interrupted.
bool pauseFor(std::chrono::milliseconds span, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

// What proves that two answers are of the same bytes (RFC 9110 §13.1.5: If-Range takes a strong
// entity tag or a date).
std::optional<std::string> validatorOf(const http::ResponseHead& head) {
  const auto tag = head.headers.get("ETag");
  if (tag && !tag->starts_with("W/")) return std::string(*tag);
  if (const auto date = head.headers.get("Last-Modified")) return std::string(*date);
  return std::nullopt;
}

// Where a part begins and how long the whole is, of "bytes 5-9/10".
std::optional<std::uint64_t> partBegin(const http::ResponseHead& head) {
  const auto range = head.headers.get("Content-Range");
  if (!range || !range->starts_with("bytes ")) return std::nullopt;
  return parseInteger<std::uint64_t>(range->substr(6, range->find('-') - 6));
}

struct Wire {
  net::EventLoop& loop;
  net::Client& client;
  const UriFilter& filter;
  const WebSourceOptions& options;
};

// One image's bytes as a body, over as many transfers as it takes.
class WebReader final : public http::BodyReader {
 public:
  WebReader(const Wire& wire, TaskRun& run, WebUri uri)
      : wire_(wire),
        run_(run),
        uri_(std::move(uri)),
        deadline_(Steady::now() + wire.options.time_limit) {}

  // Up to the head of the answer that has the bytes.
  Status open() {
    auto opened = request();
    if (!opened) return opened;
    const http::ResponseHead& head = download_->head();
    total_ = head.content_length;
    validator_ = validatorOf(head);
    return {};
  }
  std::optional<std::uint64_t> total() const { return total_; }

  Result<Slice> read() override {
    for (;;) {
      if (Steady::now() > deadline_)
        return fail(ErrorCode::kTimeout, "The source took longer than it may.");
      auto slice = download_->read();
      if (slice) {
        received_ += slice->size();
        if (!slice->empty()) failures_ = 0;
        run_.progress(received_, total_.value_or(0));
        return slice;
      }
      if (run_.interrupted()) return slice;
      if (auto resumed = resume(slice.error()); !resumed) return tl::unexpected(resumed.error());
    }
  }

 private:
  Status resume(const Error& why) {
    if (!validator_) return fail(ErrorCode::kUpstream, "The source broke off: " + why.message);
    Error error = why;
    while (failures_ < wire_.options.retries) {
      const auto wait = 100ms * (1 << failures_++);
      if (!pauseFor(wait, run_.context().stop)) return fail(ErrorCode::kCancelled, "Interrupted.");
      log::info("web_download_resumed", {{"task_id", run_.task().id},
                                         {"bytes", static_cast<long long>(received_)},
                                         {"error", error.message}});
      auto again = request();
      if (again) {
        const http::ResponseHead& head = download_->head();
        if (head.status == kStatusPartial && partBegin(head) == received_) return {};
        const bool anew = received_ == 0 && head.status == kStatusOk;
        if (anew && validatorOf(head) == validator_ && head.content_length == total_) return {};
        return fail(ErrorCode::kUpstream,
                    "The source broke off, and what it serves now is not the same.");
      }
      if (again.error().code == ErrorCode::kInvalidArgument) return again;
      error = again.error();
    }
    return fail(ErrorCode::kUpstream, "The source broke off: " + error.message);
  }

  // Follows redirects to an answer with the bytes from received_ on.
  Status request() {
    WebUri uri = uri_;
    for (int hops = 0; hops <= wire_.options.redirects; ++hops) {
      if (auto allowed = wire_.filter.check(uri); !allowed) return allowed;
      auto answer =
          net::Download::start(wire_.loop, wire_.client, requestOf(uri), run_.context().stop);
      if (!answer) return tl::unexpected(std::move(answer.error()));
      const http::ResponseHead& head = (*answer)->head();
      const int wanted = received_ == 0 ? kStatusOk : kStatusPartial;
      if (head.status == wanted || head.status == kStatusOk) {
        download_ = std::move(*answer);
        return {};
      }
      const auto location = head.headers.get("Location");
      if (!isRedirect(head.status) || !location)
        return fail(ErrorCode::kUpstream, fmt::format("The source answered {}.", head.status));
      auto next = resolveRedirect(uri, *location);
      if (!next) return tl::unexpected(std::move(next.error()));
      uri = std::move(*next);
    }
    return fail(ErrorCode::kUpstream, "The source redirects without end.");
  }

  net::ClientRequest requestOf(const WebUri& uri) const {
    net::ClientRequest request{.url = uri.text};
    request.headers.add("User-Agent", "glint");
    request.headers.add("Accept", "*/*");
    if (received_ > 0) {
      request.headers.add("Range", fmt::format("bytes={}-", received_));
      request.headers.add("If-Range", *validator_);
    }
    return request;
  }

  const Wire& wire_;
  TaskRun& run_;
  const WebUri uri_;
  const Steady::time_point deadline_;
  std::unique_ptr<net::Download> download_;
  std::optional<std::uint64_t> total_;
  std::optional<std::string> validator_;
  std::uint64_t received_ = 0;
  int failures_ = 0;  // since the last byte
};

class LoopedWebSource final : public WebSource {
 public:
  LoopedWebSource(WebSourceOptions options, std::unique_ptr<net::EventLoop> loop,
                  std::unique_ptr<net::Client> client, const UriFilter& filter, Staging& staging)
      : options_(std::move(options)),
        loop_(std::move(loop)),
        client_(std::move(client)),
        staging_(staging),
        wire_{*loop_, *client_, filter, options_},
        thread_([this] { loop_->run(); }) {}

  ~LoopedWebSource() override {
    loop_->post([this] { client_.reset(); });
    loop_->stop();
    thread_.join();
  }

  Status fetch(TaskRun& run, const std::string& uri, const image::ImageId& image) override {
    auto parsed = parseWebUri(uri);
    if (!parsed) return tl::unexpected(std::move(parsed.error()));
    WebReader reader(wire_, run, std::move(*parsed));
    if (auto opened = reader.open(); !opened) return opened;
    auto staged =
        staging_.receive(run.context(), image, reader.total(), options_.limit_bytes, reader);
    if (staged) return {};
    Error& error = staged.error().error;
    if (staged.error().stage == IngestStage::kSize)
      error.message = "The source is too large, or not as long as it says: " + error.message + ".";
    if (staged.error().stage == IngestStage::kStore && error.code == ErrorCode::kNoSpace)
      error.message = "There is no room to stage the image.";
    return tl::unexpected(std::move(error));
  }

 private:
  const WebSourceOptions options_;
  const std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<net::Client> client_;
  Staging& staging_;
  const Wire wire_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<WebSource>> WebSource::create(WebSourceOptions options,
                                                     const UriFilter& filter, Staging& staging) {
  options.client.admits_address = [&filter](std::string_view address) {
    return !filter.addressRefused(address);
  };
  auto loop = net::EventLoop::create();
  if (!loop) return tl::unexpected(std::move(loop.error()));
  auto client = net::Client::create(**loop, options.client);
  if (!client) return tl::unexpected(std::move(client.error()));
  return std::make_unique<LoopedWebSource>(std::move(options), std::move(*loop), std::move(*client),
                                           filter, staging);
}

}  // namespace glint::origin
