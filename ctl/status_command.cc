// `glintctl status`: health, version, and the few numbers that say how a program is.

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/units.h"
#include "ctl/commands.h"
#include "ctl/connect.h"
#include "ctl/text_table.h"
#include "http/json.h"

namespace glint::ctl {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

struct ProgramStatus {
  nlohmann::json json = nlohmann::json::object();
  Lines lines;  // the same for people
  bool good = false;
};

std::string versionOf(const std::vector<Sample>& samples) {
  for (const Sample& sample : samples)
    if (sample.name == "glint_build_info")
      if (const auto version = sample.labels.find("version"); version != sample.labels.end())
        return version->second;
  return "unknown";
}

std::string uptimeOf(const std::vector<Sample>& samples) {
  const auto start = sumOf(samples, "process_start_time_seconds");
  if (!start) return "unknown";
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto seconds = static_cast<std::int64_t>(now - *start);
  return seconds < 0 ? "unknown"
                     : fmt::format("{} d {:02}:{:02}:{:02}", seconds / 86400, seconds / 3600 % 24,
                                   seconds / 60 % 60, seconds % 60);
}

std::uint64_t countOf(
    const std::vector<Sample>& samples, std::string_view name,
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels = {}) {
  const double sum = sumOf(samples, name, labels).value_or(0);
  return sum > 0 && sum < 9e18 ? static_cast<std::uint64_t>(sum) : 0;
}

// Health and what every program counts. `samples` is empty when the program could not be reached.
ProgramStatus commonStatus(const Remote& remote, std::vector<Sample>& samples) {
  ProgramStatus status;
  status.json["url"] = remote.url();
  status.lines.emplace_back("url", remote.url());
  const auto health = remote.getHealth();
  auto metrics =
      health ? remote.getSamples() : Result<std::vector<Sample>>(tl::unexpected(health.error()));
  if (!metrics) {
    status.json["health"] = "unreachable";
    status.json["detail"] = metrics.error().message;
    status.lines.emplace_back("health", "unreachable: " + metrics.error().message);
    return status;
  }
  samples = std::move(*metrics);
  status.good = health->health != Remote::Health::kFailed;
  status.json["health"] = toString(health->health);
  status.json["detail"] = health->detail;
  status.json["version"] = versionOf(samples);
  status.json["connections"] = countOf(samples, "glint_http_connections");
  status.json["requests"] = countOf(samples, "glint_http_requests_total");
  status.json["sent_bytes"] = countOf(samples, "glint_http_response_body_bytes_total");
  const std::string detail = health->detail.empty() ? "" : " (" + health->detail + ")";
  status.lines.emplace_back("health", toString(health->health) + detail);
  status.lines.emplace_back("version", versionOf(samples));
  status.lines.emplace_back("uptime", uptimeOf(samples));
  status.lines.emplace_back("requests", fmt::format("{}, {} connections open",
                                                    countOf(samples, "glint_http_requests_total"),
                                                    countOf(samples, "glint_http_connections")));
  status.lines.emplace_back("sent",
                            humanSize(countOf(samples, "glint_http_response_body_bytes_total")));
  return status;
}

ProgramStatus originStatus(const Remote& origin) {
  std::vector<Sample> samples;
  ProgramStatus status = commonStatus(origin, samples);
  if (samples.empty()) return status;
  const auto stored = countOf(samples, "glint_uploads_total", {{"result", "stored"}});
  const auto running = countOf(samples, "glint_uploads_in_flight");
  status.json["uploads"] = stored;
  status.json["uploads_in_flight"] = running;
  status.lines.emplace_back("uploads", fmt::format("{} stored, {} running", stored, running));
  return status;
}

void addCounts(ProgramStatus& status, const std::vector<Sample>& samples) {
  auto& requests = status.json["cache_requests"] = nlohmann::json::object();
  std::string text;
  for (const char* result :
       {"hit", "miss", "coalesced", "partial", "bypass", "denied", "stale", "error"}) {
    const auto count = countOf(samples, "glint_cache_requests_total", {{"result", result}});
    requests[result] = count;
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, result);
  }
  status.lines.emplace_back("downloads", text.empty() ? "none" : text);
}

// What the edge tells of itself, beyond the metrics. An edge that does not answer it still has its
// metrics.
void addEdgeDetails(ProgramStatus& status, const nlohmann::json& body) {
  const auto& upstream = objectAt(body, "upstream");
  const auto& store = objectAt(body, "store");
  status.json["edge"] = body;
  const std::string detail = textAt(upstream, "detail");
  status.lines.emplace_back("upstream",
                            fmt::format("{}, {}{}", textAt(upstream, "url"),
                                        boolAt(upstream, "healthy") ? "healthy" : "not healthy",
                                        detail.empty() ? "" : " (" + detail + ")"));
  status.lines.emplace_back(
      "store",
      fmt::format("{} of {} used, {} reserved, {} contents, {} evicted, {} corrupt",
                  humanSize(numberAt(store, "used_bytes")),
                  humanSize(numberAt(store, "capacity_bytes")),
                  humanSize(numberAt(store, "reserved_bytes")), numberAt(store, "contents"),
                  numberAt(store, "evictions"), numberAt(store, "corrupt")));
  status.lines.emplace_back(
      "fills", fmt::format("{} running, {} clients follow them", numberAt(body, "fills_in_flight"),
                           numberAt(body, "waiters")));
}

void addEdgeMetrics(ProgramStatus& status, const std::vector<Sample>& samples) {
  status.lines.emplace_back(
      "upstream", countOf(samples, "glint_upstream_up") > 0 ? "answers" : "does not answer");
  status.lines.emplace_back(
      "store", fmt::format("{} of {} used", humanSize(countOf(samples, "glint_store_used_bytes")),
                           humanSize(countOf(samples, "glint_store_capacity_bytes"))));
  status.lines.emplace_back("fills", fmt::format("{} running, {} clients follow them",
                                                 countOf(samples, "glint_fills_in_flight"),
                                                 countOf(samples, "glint_fill_waiters")));
}

ProgramStatus edgeStatus(const Remote& edge) {
  std::vector<Sample> samples;
  ProgramStatus status = commonStatus(edge, samples);
  if (samples.empty()) return status;
  addCounts(status, samples);
  if (auto body = edge.getJson("/glint/v1/status"))
    addEdgeDetails(status, *body);
  else
    addEdgeMetrics(status, samples);
  return status;
}

std::string linesText(const char* name, const Lines& lines) {
  std::string text = fmt::format("{}\n", name);
  for (const auto& [key, value] : lines)
    text += fmt::format("  {:<10} {}\n", key, printable(value));
  return text;
}

}  // namespace

int status(const Remote* origin, const Remote* edge, Output& output) {
  auto json = nlohmann::json::object();
  bool good = true;
  const auto add = [&](const char* name, ProgramStatus status) {
    good = good && status.good;
    json[name] = std::move(status.json);
    if (output.format == OutputFormat::kTable) output.out += linesText(name, status.lines);
  };
  if (origin != nullptr) add("origin", originStatus(*origin));
  if (edge != nullptr) add("edge", edgeStatus(*edge));
  if (output.format == OutputFormat::kJson) output.out += http::dumpJson(json) + "\n";
  return good ? 0 : 1;
}

void addStatusCommand(CommandLine& line) {
  line.command("status", "How origin and edge are; with one URL given, only that program",
               [](const CommonFlags& common, Output& output) {
                 const Remote origin = originOf(common);
                 const auto edge = edgeOf(common, Secret::kNo);  // its status is open
                 if (!edge) return failed(edge.error(), output);
                 return status(common.ask_origin ? &origin : nullptr,
                               common.ask_edge ? &*edge : nullptr, output);
               });
}

}  // namespace glint::ctl
