#include "proxy/testing/edge_fixture.h"

#include <utility>

#include "base/check.h"
#include "base/digest.h"
#include "http/range.h"
#include "net/client.h"
#include "proxy/edge_handler.h"
#include "proxy/image_path.h"

namespace glint::proxy::testing {
namespace {

std::string digestOf(const char* algorithm, const std::string& bytes) {
  return digestHex(algorithm, std::as_bytes(std::span(bytes)));
}

std::string record(const std::string& image, const std::string& bytes) {
  return R"({"id":")" + image + R"(","status":"active","size":)" + std::to_string(bytes.size()) +
         R"(,"checksum":")" + digestOf("md5", bytes) +
         R"(","os_hash_algo":"sha512","os_hash_value":")" + digestOf("sha512", bytes) + R"("})";
}

// Fails writes from an offset on.
class FaultyPending : public cache::PendingContent {
 public:
  FaultyPending(std::unique_ptr<cache::PendingContent> real, std::atomic<std::uint64_t>& fails_at)
      : real_(std::move(real)), fails_at_(fails_at) {}
  std::shared_ptr<const UniqueFd> file() const override { return real_->file(); }
  Status write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (offset + bytes.size() > fails_at_) return fail(ErrorCode::kNoSpace, "the disk is full");
    return real_->write(offset, bytes);
  }
  Result<cache::ContentPtr> publish() override { return real_->publish(); }
  Status makeDurable() override { return real_->makeDurable(); }

 private:
  std::unique_ptr<cache::PendingContent> real_;
  std::atomic<std::uint64_t>& fails_at_;
};

}  // namespace

FakeUpstream::FakeUpstream() {
  server_ = std::make_unique<net::testing::ServerFixture>(
      [this](net::ExchangePtr exchange) { serve(exchange); });
}

void FakeUpstream::add(const std::string& image, std::string bytes) {
  auto added = std::make_shared<Image>();
  added->record = record(image, bytes);
  added->bytes = std::move(bytes);
  MutexLock lock(mutex_);
  images_[image] = std::move(added);
}

void FakeUpstream::intercept(Intercept intercept) {
  MutexLock lock(mutex_);
  intercept_ = std::move(intercept);
}

void FakeUpstream::serve(const net::ExchangePtr& exchange) {
  const http::RequestHead& head = exchange->request();
  const auto image = imageOfPath(head.path());
  const bool file = downloadOfPath(head.path()).has_value();
  const auto range = head.headers.get("range");
  if (!image || head.method != http::Method::kGet) {
    ++others;
  } else if (!file) {
    ++shows;
  } else if (!range) {
    ++wholes;
  } else {
    *range == "bytes=0-0" ? ++probes : ++ranges;
  }
  Intercept intercept;
  std::shared_ptr<const Image> known;
  {
    MutexLock lock(mutex_);
    intercept = intercept_;
    if (image && images_.contains(image->value)) known = images_[image->value];
  }
  if (intercept && intercept(exchange)) return;
  if (!known) return exchange->respond(net::testing::textResponse(404, "no such image"));
  if (file) return serveFile(exchange, known->bytes);
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = known->record;
  exchange->respond(std::move(response));
}

void FakeUpstream::serveFile(const net::ExchangePtr& exchange, const std::string& bytes) {
  const auto answer = http::resolveImageRange(exchange->request().headers, bytes.size());
  http::Response response;
  response.body = bytes;
  if (answer.kind == http::RangeAnswer::Kind::kPartial) {
    response.status = 206;
    response.headers.add("Content-Range", http::formatContentRange(answer.range, bytes.size()));
    response.body = bytes.substr(static_cast<std::size_t>(answer.range.offset),
                                 static_cast<std::size_t>(answer.range.length));
  } else if (answer.kind != http::RangeAnswer::Kind::kWhole) {
    response = net::testing::textResponse(416, "");
  }
  exchange->respond(std::move(response));
}

Result<std::unique_ptr<cache::PendingContent>> FaultyStore::begin(
    const image::ContentDigest& digest, std::uint64_t size) {
  if (full) return fail(ErrorCode::kNoSpace, "the disk is full");
  auto pending = real_->begin(digest, size);
  if (!pending) return pending;
  return std::make_unique<FaultyPending>(std::move(*pending), fails_at);
}

EdgeFixture::EdgeFixture(std::function<void(EdgeOptions&)> change) {
  options_.store.dir = directory.path() + "/cache";
  options_.store.capacity_bytes = 256u << 20;
  options_.store.keep_free_bytes = 0;
  options_.upstream_url = upstream.url();
  options_.fill.retry_delay = std::chrono::milliseconds(5);
  options_.server.loops = 2;
  if (change) change(options_);
  auto opened = cache::ContentStore::open(options_.store);
  GLINT_CHECK(opened, "the test's store opens");
  store = std::make_unique<FaultyStore>(std::move(*opened));
  workers = net::WorkerPool::create(options_.workers);
  health = std::make_unique<Upstream>(upstreamUrls(options_));
  authorizer = std::make_unique<Authorizer>(options_.auth, clock);
  fills = std::make_unique<Fills>(*store, options_.fill);
  edge_ = std::unique_ptr<Edge>(
      new Edge{options_, *health, *authorizer, *fills, *store, *workers, metrics_});
  prefetch = PrefetchQueue::open(options_.store.dir + "/prefetch", options_.prefetch.queue).value();
  edge_->prefetch = prefetch.get();
  admin_ = std::make_unique<AdminApi>(*edge_, registry_, "admin-secret");
  cache_api_ = std::make_unique<CacheApi>(*edge_, credentials_, "admin-secret");
  auto started = net::Server::start(
      options_.server,
      [this](net::EventLoop& loop) -> std::unique_ptr<net::Handler> {
        return std::make_unique<EdgeHandler>(*edge_, loop,
                                             net::Client::create(loop, options_.client).value(),
                                             credentials_, *admin_, *cache_api_);
      },
      *observer);
  GLINT_CHECK(started, "the test's server starts");
  server = std::move(*started);
}

EdgeFixture::~EdgeFixture() {
  server->drain(std::chrono::milliseconds(0));
  workers.reset();
  server.reset();
}

std::string EdgeFixture::requestText(const std::string& target, const std::string& token,
                                     const std::string& more_headers) const {
  return "GET " + target + " HTTP/1.1\r\nHost: edge\r\n" +
         (token.empty() ? "" : "X-Auth-Token: " + token + "\r\n") + more_headers + "\r\n";
}

net::testing::RawResponse EdgeFixture::get(const std::string& target, const std::string& token,
                                           const std::string& more_headers) {
  net::testing::RawClient client(server->port());
  client.send(requestText(target, token, more_headers));
  return client.receive();
}

net::testing::RawResponse EdgeFixture::call(const std::string& method, const std::string& target,
                                            const std::string& token,
                                            const std::string& more_headers) {
  net::testing::RawClient client(server->port());
  client.send(method + requestText(target, token, more_headers).substr(3));
  return client.receive();
}

double EdgeFixture::metric(const std::string& series) {
  const std::string text = registry_.text();
  const auto at = text.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + series.size() + 2, nullptr);
}

}  // namespace glint::proxy::testing
