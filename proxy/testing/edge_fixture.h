// For tests of the edge: a whole one in this process, before an upstream that counts and may be
// told to misbehave, over a store that may be told to fail.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "cache/content_store.h"
#include "metrics/edge_metrics.h"
#include "metrics/registry.h"
#include "net/testing/certificates.h"
#include "net/testing/server_fixture.h"
#include "net/worker_pool.h"
#include "proxy/admin_api.h"
#include "proxy/authorizer.h"
#include "proxy/cache_api.h"
#include "proxy/context.h"
#include "proxy/credentials.h"
#include "proxy/fills.h"
#include "proxy/options.h"
#include "proxy/prefetch_queue.h"
#include "proxy/upstream.h"

namespace glint::proxy::testing {

// An Images API with one image per id; sha512 digests. Threads: any.
class FakeUpstream {
 public:
  // Sees each request first; true: it has been answered (or will be).
  using Intercept = std::function<bool(const net::ExchangePtr&)>;

  FakeUpstream();
  void add(const std::string& image, std::string bytes);
  void intercept(Intercept intercept);
  std::string url() const { return server_->url(""); }

  std::atomic<int> shows = 0;
  std::atomic<int> probes = 0;  // "Range: bytes=0-0"
  std::atomic<int> wholes = 0;
  std::atomic<int> ranges = 0;  // other ranges
  std::atomic<int> others = 0;

 private:
  void serve(const net::ExchangePtr& exchange);
  void serveFile(const net::ExchangePtr& exchange, const std::string& bytes);

  Mutex mutex_;
  struct Image {
    std::string bytes;
    std::string record;
  };
  std::map<std::string, std::shared_ptr<const Image>> images_ GUARDED_BY(mutex_);
  Intercept intercept_ GUARDED_BY(mutex_);
  std::unique_ptr<net::testing::ServerFixture> server_;
};

// A real store whose disk fails on demand.
class FaultyStore : public cache::ContentStore {
 public:
  explicit FaultyStore(std::unique_ptr<cache::ContentStore> real) : real_(std::move(real)) {}

  cache::ContentPtr find(const image::ContentDigest& digest) override {
    return real_->find(digest);
  }
  Result<std::unique_ptr<cache::PendingContent>> begin(const image::ContentDigest& digest,
                                                       std::uint64_t size) override;
  bool remove(const image::ContentDigest& digest) override { return real_->remove(digest); }
  void condemn(const image::ContentDigest& digest, const std::string& why) override {
    real_->condemn(digest, why);
  }
  void setAlias(const std::string& image_id, const image::ContentDigest& digest) override {
    real_->setAlias(image_id, digest);
  }
  std::optional<image::ContentDigest> aliasOf(const std::string& image_id) const override {
    return real_->aliasOf(image_id);
  }
  cache::Usage usage() const override { return real_->usage(); }
  std::vector<cache::ContentInfo> list() const override { return real_->list(); }

  std::atomic<bool> full = false;               // begin() fails
  std::atomic<std::uint64_t> fails_at = ~0ull;  // writes at or beyond this offset fail

 private:
  std::unique_ptr<cache::ContentStore> real_;
};

class EdgeFixture {
 public:
  explicit EdgeFixture(std::function<void(EdgeOptions&)> change = {});
  ~EdgeFixture();

  // One request on a connection of its own. Status 0: the response did not end cleanly.
  net::testing::RawResponse get(const std::string& target, const std::string& token = "token",
                                const std::string& more_headers = "");
  net::testing::RawResponse download(const std::string& image, const std::string& token = "token",
                                     const std::string& more_headers = "") {
    return get("/v2/images/" + image + "/file", token, more_headers);
  }
  std::string requestText(const std::string& target, const std::string& token,
                          const std::string& more_headers = "") const;
  net::testing::RawResponse call(const std::string& method, const std::string& target,
                                 const std::string& token = "token",
                                 const std::string& more_headers = "");
  Edge& edge() { return *edge_; }
  // A counter's value in the text of /metrics; 0 when absent.
  double metric(const std::string& series);

  FakeUpstream upstream;
  ManualClock clock;
  net::testing::TestDirectory directory;
  std::unique_ptr<FaultyStore> store;
  std::unique_ptr<net::testing::RecordingObserver> observer =
      std::make_unique<net::testing::RecordingObserver>();

 private:
  EdgeOptions options_;
  metrics::Registry registry_{metrics::ProgramKind::kEdge};
  metrics::EdgeMetrics metrics_{registry_};
  CredentialsReader credentials_;

 public:
  std::unique_ptr<net::WorkerPool> workers;
  std::unique_ptr<Upstream> health;
  std::unique_ptr<Authorizer> authorizer;
  std::unique_ptr<Fills> fills;
  std::unique_ptr<PrefetchQueue> prefetch;

 private:
  std::unique_ptr<Edge> edge_;
  std::unique_ptr<AdminApi> admin_;
  std::unique_ptr<CacheApi> cache_api_;

 public:
  std::unique_ptr<net::Server> server;
};

}  // namespace glint::proxy::testing
