#include "proxy/fleet_report.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "cache/content_store.h"
#include "metrics/edge_metrics.h"
#include "net/sequential_client.h"
#include "proxy/authorizer.h"
#include "proxy/change_source.h"
#include "proxy/service_account.h"
#include "proxy/upstream.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;            // of one report
constexpr auto kNoFleetPause = 600'000ms;  // before an upstream that takes no reports
constexpr int kNoContent = 204;

std::string hostName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "edge";
  return name.data();
}

// Until when each image may be booted if the upstream were lost now.
std::map<std::string, image::Time> bootableUntil(const Authorizer& authorizer) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(Clock::real().systemNow());
  std::map<std::string, image::Time> until;
  for (const auto& allowed : authorizer.allowedImages()) {
    if (allowed.grace_left <= 0s) continue;
    const image::Time end = now + std::chrono::floor<std::chrono::seconds>(allowed.grace_left);
    auto& known = until[allowed.image.value];
    known = std::max(known, end);
  }
  return until;
}

class Reporter final : public FleetReporter {
 public:
  Reporter(const Parts& parts, FleetOptions options, std::unique_ptr<net::SequentialClient> client)
      : parts_(parts),
        options_(std::move(options)),
        client_(std::move(client)),
        thread_([this] { run(); }) {}
  ~Reporter() override {
    client_->interrupt();
    thread_.join();
  }

 private:
  void run() {
    do {
      if (const auto told = tell(); !told && told.error().code == ErrorCode::kCancelled) return;
    } while (client_->pause(pause_));
  }

  Status tell() {
    const auto report =
        reportOf(options_.url, parts_.offline_grace, parts_.store, parts_.authorizer);
    SourceSession session{*client_, parts_.upstream, parts_.account, parts_.metrics,
                          metrics::UpstreamKind::kReport};
    const auto answer =
        session.put("/glint/v1/edges/" + options_.name, image::edgeReportJson(report), kPatience);
    pause_ = options_.interval;
    if (answer && answer->head.status == kNoContent) {
      if (std::exchange(trouble_, {}) != "")
        log::info("fleet_report_taken", {{"upstream", parts_.upstream.url()}});
      return {};
    }
    if (answer) pause_ = std::max<std::chrono::milliseconds>(kNoFleetPause, options_.interval);
    const Error error = answer ? Error{ErrorCode::kNotFound,
                                       "the upstream takes no reports of edges: it answered " +
                                           std::to_string(answer->head.status)}
                               : answer.error();
    if (error.code != ErrorCode::kCancelled &&
        std::exchange(trouble_, error.message) != error.message)
      log::warn("fleet_report_failed",
                {{"upstream", parts_.upstream.url()}, {"error", error.message}});
    return tl::unexpected(error);
  }

  const Parts parts_;
  const FleetOptions options_;
  const std::unique_ptr<net::SequentialClient> client_;
  // Of the thread:
  std::chrono::milliseconds pause_{};
  std::string trouble_ = "nothing was told yet";
  std::thread thread_;  // last: it uses all the others
};

class NoReporter final : public FleetReporter {};

}  // namespace

void addOptions(OptionTable& table, FleetOptions& o) {
  table.group("fleet", "What the edge tells glint-origin of itself; needs a [service_account].")
      .text("name", o.name, "This edge among all; empty: the host's name.")
      .text("url", o.url, "Where compute hosts reach this edge; empty: nothing is told.")
      .duration("interval", o.interval, "Between reports.", {.min = 1000ms});
}

Status finish(FleetOptions& options) {
  if (options.name.empty()) options.name = hostName();
  if (!options.url.empty() && !image::isEdgeName(options.name))
    return fail(ErrorCode::kInvalidArgument,
                "fleet.name: " + options.name +
                    " is no name of an edge: 1 to 64 letters, digits, '.', '_' or '-'");
  return {};
}

image::EdgeReport reportOf(const std::string& url, std::chrono::milliseconds offline_grace,
                           const cache::ContentStore& store, const Authorizer& authorizer) {
  const auto usage = store.usage();
  image::EdgeReport report{
      .url = url,
      .version = kVersion,
      .capacity_bytes = usage.capacity_bytes,
      .used_bytes = usage.bytes,
      .offline_grace = std::chrono::duration_cast<std::chrono::seconds>(offline_grace),
      .images = {}};
  auto contents = store.list();
  std::ranges::sort(contents, std::ranges::greater(), &cache::ContentInfo::last_used);
  const auto until = bootableUntil(authorizer);
  for (const cache::ContentInfo& content : contents) {
    for (const std::string& id : content.image_ids) {
      report.truncated = report.images.size() == image::kMaxReportedImages;
      if (report.truncated) return report;
      image::HeldImage held{.image = {id}, .size = content.size, .bootable_until = std::nullopt};
      if (const auto found = until.find(id); found != until.end())
        held.bootable_until = found->second;
      report.images.push_back(std::move(held));
    }
  }
  return report;
}

std::size_t bootableOffline(const cache::ContentStore& store, const Authorizer& authorizer) {
  const auto until = bootableUntil(authorizer);
  std::size_t images = 0;
  for (const cache::ContentInfo& content : store.list())
    for (const std::string& id : content.image_ids) images += until.count(id);
  return images;
}

Result<std::unique_ptr<FleetReporter>> FleetReporter::start(const Parts& parts,
                                                            const FleetOptions& options,
                                                            const net::ClientOptions& client) {
  if (options.url.empty() || !parts.account.configured()) {
    log::info("fleet_report_off",
              {{"reason", options.url.empty() ? "no fleet.url" : "no service account"}});
    return std::make_unique<NoReporter>();
  }
  auto sequential = net::SequentialClient::create(client);
  if (!sequential) return tl::unexpected(sequential.error());
  return std::make_unique<Reporter>(parts, options, std::move(*sequential));
}

}  // namespace glint::proxy
