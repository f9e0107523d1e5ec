#include "proxy/options.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "net/server_rows.h"
#include "proxy/upstream.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;

// An environment variable, read before any thread exists.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): single-threaded start
  return value ? value : "";
}

std::string defaultCacheDir() {
  if (const auto xdg = environment("XDG_CACHE_HOME"); !xdg.empty()) return xdg + "/glint-edge";
  if (const auto home = environment("HOME"); !home.empty()) return home + "/.cache/glint-edge";
  return "/var/cache/glint-edge";
}

// "127.0.0.1:9393", "[::1]:9393", ":9393" (all IPv4 addresses).
Status parseListen(std::string_view text, net::ServerOptions& server) {
  const auto colon = text.rfind(':');
  const auto bad = [&] {
    return fail(ErrorCode::kInvalidArgument,
                "edge.listen: \"" + std::string(text) + "\" is not ADDRESS:PORT");
  };
  if (colon == std::string_view::npos) return bad();
  const auto port = parseInteger<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!port) return bad();
  server.host = host.empty() ? "0.0.0.0" : std::string(host);
  server.port = *port;
  return {};
}

void addEdgeGroup(OptionTable& table, EdgeOptions& o) {
  OptionGroup group =
      table.group("edge", "Where the edge listens, and what it keeps.")
          .text("listen", o.listen, "Address and port to listen on; port 0: any free one.")
          .path("cache_dir", o.store.dir, "Directory of the content store; of one edge only.")
          .size("cache_size", o.store.capacity_bytes, "Most bytes of images kept.",
                {.min = 1u << 20})
          .size("keep_free", o.store.keep_free_bytes, "Bytes of the file system that stay unused.")
          .integer("loops", o.server.loops, "Event-loop threads; 0: one per core.",
                   {.min = 0, .max = 256})
          .integer("workers", o.workers.threads, "Threads for disk work.", {.min = 2, .max = 256});
  net::addServerRows(group, o.server);
}

void addUpstreamGroups(OptionTable& table, EdgeOptions& o) {
  table.group("tls", "HTTPS for clients; certificate and key are read again on SIGHUP.")
      .path("certificate_file", o.tls.certificate_file, "Certificate chain (PEM); empty: no TLS.")
      .path("key_file", o.tls.key_file, "Private key (PEM).")
      .path("client_ca_file", o.tls.client_ca_file,
            "When set, clients must show a certificate of this CA.");
  table.group("upstream", "The image service behind the edge.")
      .text("url", o.upstream_url, "http(s)://host[:port][/prefix] of the Images API.")
      .list("fallbacks", o.upstream_fallbacks,
            "Other addresses of the same service, used in this order while those before cannot be "
            "reached.")
      .duration("connect_timeout", o.client.connect_timeout, "Longest wait for a connection.",
                {.min = 1ms})
      .duration("first_byte_timeout", o.client.first_byte_timeout,
                "Longest wait for the head of an answer.", {.min = 1ms})
      .duration("stall_timeout", o.client.stall_timeout,
                "A transfer below 1 KiB/s for so long is broken off.", {.min = 1ms})
      .integer("max_connections", o.client.max_connections,
               "Connections of each loop to the upstream; more requests wait.", {.min = 1})
      .path("ca_file", o.client.ca_file, "CA certificates (PEM); empty: the system's.")
      .path("certificate_file", o.client.certificate_file, "Client certificate (PEM).")
      .path("key_file", o.client.key_file, "Its private key (PEM).")
      .duration("probe_interval", o.monitor.interval, "How often a lost upstream is looked for.",
                {.min = 10ms})
      .duration("probe_timeout", o.monitor.timeout, "Longest wait for the answer to that.",
                {.min = 10ms});
}

void addAccountGroups(OptionTable& table, EdgeOptions& o) {
  addOptions(table, o.service_account);
  table.group("feed", "How the edge learns of changes at the upstream; needs a [service_account].")
      .boolean("enabled", o.feed.enabled, "Whether changes are followed.")
      .duration("wait", o.feed.wait, "How long glint-origin may wait for the next change.",
                {.min = 1000ms, .max = 60'000ms})
      .duration("poll_interval", o.feed.poll_interval, "How often another Images API is looked at.",
                {.min = 100ms});
  addOptions(table, o.fleet);
  table.group("prefetch", "What is fetched before anybody asks; needs a [service_account].")
      .multi("policy", o.prefetch.policy_texts,
             "NAME: CONDITION, … [, priority=N] [, pin]; images for which all conditions hold "
             "(tag, owner, name, visibility, disk_format, property.NAME, min_size, max_size; name "
             "and properties take * and ?) are fetched, and with pin not evicted.")
      .duration("sweep_interval", o.prefetch.sweep_interval,
                "How often the policies look at all images, beside those that change.",
                {.min = 1000ms})
      .integer("retries", o.prefetch.queue.retries, "Tries after a failed one.",
               {.min = 0, .max = 1000})
      .duration("retry_delay", o.prefetch.queue.retry_delay,
                "Wait before the first new try; doubled each time, up to ten minutes.",
                {.min = 1ms});
}

}  // namespace

EdgeOptions defaultEdgeOptions() {
  EdgeOptions options;
  options.store.dir = defaultCacheDir();
  return options;
}

void addOptions(OptionTable& table, EdgeOptions& o) {
  addEdgeGroup(table, o);
  addUpstreamGroups(table, o);
  table.group("auth", "How long the upstream's decisions about callers are kept.")
      .duration("ttl", o.auth.ttl,
                "A caller that may download is not asked about again for so long.")
      .duration("negative_ttl", o.auth.negative_ttl, "The same for a refusal.")
      .duration("offline_grace", o.auth.offline_grace,
                "With the upstream unreachable, permissions younger than this keep working.")
      .duration("timeout", o.auth.timeout, "Longest wait for a decision of the upstream.",
                {.min = 10ms})
      .integer("table_size", o.auth.table_size, "Decisions remembered.", {.min = 1});
  table.group("fill", "How content is fetched.")
      .size("buffer", o.fill.buffer_bytes, "Bytes of one fill in memory before it pauses.",
            {.min = 256 * 1024})
      .integer("retries", o.fill.retries, "Breaks in a row, without progress, before a fill fails.",
               {.min = 0, .max = 100})
      .duration("retry_delay", o.fill.retry_delay,
                "Wait before the first new try; doubled each time.", {.min = 1ms});
  addAccountGroups(table, o);
}

std::vector<std::string> upstreamUrls(const EdgeOptions& options) {
  std::vector<std::string> urls = {options.upstream_url};
  urls.insert(urls.end(), options.upstream_fallbacks.begin(), options.upstream_fallbacks.end());
  return urls;
}

Status finish(EdgeOptions& options) {
  for (const std::string& each : upstreamUrls(options))
    if (auto url = validateUpstreamUrl(each); !url) return url;
  if (auto account = validate(options.service_account); !account) return account;
  if (auto fleet = finish(options.fleet); !fleet) return fleet;
  options.prefetch.policies.clear();
  for (const std::string& text : options.prefetch.policy_texts) {
    auto policy = parsePrefetchPolicy(text);
    if (!policy) return failWith("prefetch.policy", policy.error());
    options.prefetch.policies.push_back(std::move(*policy));
  }
  if (!options.prefetch.policies.empty() && options.service_account.token_file.empty() &&
      options.service_account.auth_url.empty()) {
    return fail(ErrorCode::kInvalidArgument, "prefetch.policy: needs a [service_account]");
  }
  if (auto listen = parseListen(options.listen, options.server); !listen) return listen;
  if (options.tls.certificate_file.empty() != options.tls.key_file.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "tls: certificate_file and key_file are given together or not at all");
  }
  if (!options.tls.client_ca_file.empty() && options.tls.certificate_file.empty()) {
    return fail(ErrorCode::kInvalidArgument, "tls.client_ca_file: needs a certificate_file");
  }
  if (!options.tls.certificate_file.empty()) options.server.tls = options.tls;
  options.monitor.client = options.client;
  options.monitor.client.connect_timeout =
      std::min(options.client.connect_timeout, options.monitor.timeout);
  return net::validate(options.server);
}

}  // namespace glint::proxy
