#include "origin/options.h"

#include "base/digest.h"
#include "base/state_dir.h"
#include "base/strings.h"
#include "base/units.h"
#include "image/manifest_keys.h"
#include "net/server_rows.h"
#include "origin/glance_options.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;

// "127.0.0.1:9292", "[::1]:9292", ":9292" (all IPv4 addresses).
Status parseListen(std::string_view text, net::ServerOptions& server) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? std::nullopt
                        : parseInteger<std::uint16_t>(text.substr(colon + 1));
  if (!port) {
    return fail(ErrorCode::kInvalidArgument,
                "[origin] listen: \"" + std::string(text) + "\" is not ADDRESS:PORT");
  }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  server.host = host.empty() ? "0.0.0.0" : std::string(host);
  server.port = *port;
  return {};
}

// "<number>[B|KB|MB|GB|TB]", binary multiples; 0: no quota.
Status parseQuota(std::string_view text, std::uint64_t& bytes) {
  auto size = parseSize(text);
  if (!size) return tl::unexpected(std::move(size.error()));
  bytes = *size;
  return {};
}

Status refuseKeystoneLimits(std::string_view text) {
  const auto wanted = parseBool(text);
  if (!wanted) return fail(ErrorCode::kInvalidArgument, "neither true nor false");
  if (!*wanted) return {};
  return fail(ErrorCode::kInvalidArgument,
              "limits in Keystone are not supported; user_storage_quota and the image_*_quota "
              "options are");
}

void addServerOptions(OptionTable& table, OriginOptions& o) {
  OptionGroup group =
      table.group("origin", "What glint-origin has beyond the options of Glance.")
          .text(
              "listen", o.listen,
              "Address and port to listen on, instead of bind_host and bind_port; port 0: any free "
              "one.")
          .path("state_dir", o.state_dir,
                "Where the catalog, images and tokens are kept when nothing else is said.")
          .path("image_schema_file", o.image_schema_file,
                "Custom properties with types of their own: Glance's schema-image.json.")
          .boolean("gzip", o.api.gzip,
                   "Answers are compressed for clients that take gzip; bytes of images are not.")
          .integer("api_threads", o.workers.threads,
                   "Threads for requests; an upload keeps one while it runs.",
                   {.min = 2, .max = 4096});
  net::addServerRows(group, o.server);
  table.group("manifest", "Block manifests, by which images can be verified piece by piece.")
      .boolean(
          "at_upload", o.data.ingest.manifest,
          "Made while the bytes arrive, at the price of a third digest; else when first asked for.")
      .path("keys_dir", o.manifest.keys_dir,
            "Directory of the keys they are signed with, as `glintctl keys generate` makes it; "
            "empty: not signed.");
  table.group("DEFAULT", "Options of glance-api.conf.")
      .text("bind_host", o.server.host, "Address to listen on.")
      .port("bind_port", o.server.port, "Port to listen on.")
      .integer("workers", o.server.loops, "Event-loop threads; 0: one per core.",
               {.min = 0, .max = 256})
      .integer("max_header_line", o.server.max_header_bytes,
               "Longest request head; longer ones are refused with 431.",
               {.min = 1024, .max = 1 << 20})
      .path("cert_file", o.tls.certificate_file, "Certificate chain (PEM); empty: no TLS.")
      .path("key_file", o.tls.key_file, "Its private key (PEM).")
      .path("ca_file", o.tls.client_ca_file,
            "When set, clients must show a certificate of this CA.");
}

void addApiOptions(OptionTable& table, OriginOptions& o) {
  table.group("DEFAULT")
      .text("public_endpoint", o.api.public_endpoint,
            "Base URL of version links; empty: the one the client used.")
      .integer("limit_param_default", o.api.limit_param_default,
               "Images on a page when the client does not say.", {.min = 1})
      .integer("api_limit_max", o.api.api_limit_max, "Most images on a page.", {.min = 1})
      .integer("max_request_id_length", o.api.max_request_id_length,
               "Longest request id taken from a client; 0: any.")
      .path("metadata_source_path", o.metadata_source_path,
            "Where `glintctl metadefs` takes definition files from, and puts them.")
      .integer("image_property_quota", o.api.image_property_quota,
               "Most custom properties of an image; negative: any.")
      .integer("image_tag_quota", o.api.image_tag_quota, "Most tags of an image; negative: any.")
      .integer("image_member_quota", o.api.image_member_quota,
               "Most members of an image; negative: any.")
      .boolean("allow_additional_image_properties", o.schema.additional_properties,
               "Images may have custom properties that image_schema_file does not describe.")
      .boolean("show_image_direct_url", o.api.show_image_direct_url,
               "Images tell where their bytes are (direct_url).")
      .boolean("show_multiple_locations", o.api.show_multiple_locations,
               "Images tell all places where their bytes are (locations), and let them be changed.")
      .integer("image_location_quota", o.api.image_location_quota,
               "Most locations that a change may leave an image; negative: any.")
      .size("image_size_cap", o.data.image_size_cap, "Longest image, in bytes.", {.min = 1})
      .custom("user_storage_quota", "0", "a size",
              "Most bytes of images one project may keep; 0: any.",
              [&o](std::string_view text) { return parseQuota(text, o.data.user_storage_quota); })
      .custom("use_keystone_limits", "false", "false",
              "Limits in Keystone are not supported: true is refused, for nothing would keep them.",
              refuseKeystoneLimits)
      .custom("hashing_algorithm", o.data.ingest.hashing_algorithm, "a digest of OpenSSL",
              "What os_hash_value is computed with.", [&o](std::string_view text) -> Status {
                if (!knownDigest(text)) return fail(ErrorCode::kInvalidArgument, "no such digest");
                o.data.ingest.hashing_algorithm = text;
                return {};
              });
  table.group("image_format")
      .list("container_formats", o.schema.container_formats, "Values container_format may have.")
      .list("disk_formats", o.schema.disk_formats, "Values disk_format may have.")
      .choice("require_image_format_match", o.data.ingest.require_format_match,
              "Whether uploaded bytes must be of the image's disk_format.",
              {{"true", image::RequireMatch::kYes}, {"false", image::RequireMatch::kNo}})
      .list("vmdk_allowed_types", o.data.ingest.inspection.vmdk_types,
            "Values that createType of a vmdk may have.")
      .list("gpt_safety_checks_nonfatal", o.data.ingest.inspection.gpt_nonfatal_checks,
            "Checks that a partition table may fail and be accepted all the same: mbr.")
      .oldName("container_formats", "DEFAULT", "container_formats")
      .oldName("disk_formats", "DEFAULT", "disk_formats");
}

// What else a glance-api.conf may hold.
void ignoreOtherOptions(OptionTable& table) {
  for (const auto& option : glanceOptions())
    if (table.find(option.group, option.name) == nullptr) table.ignored(option.group, option.name);
}

// A boolean of which it matters whether it was given.
Status parseGiven(std::string_view text, std::optional<bool>& given) {
  const auto value = parseBool(text);
  if (!value) return fail(ErrorCode::kInvalidArgument, "neither true nor false");
  given = *value;
  return {};
}

void addPolicyOptions(OptionTable& table, OriginOptions& o) {
  table.group("oslo_policy", "Who may do what.")
      .path("policy_file", o.policy.file,
            "Rules (YAML or JSON) that replace the default ones; obeyed as soon as it changes.")
      .multi("policy_dirs", o.policy.dirs,
             "Directories of such files, by name; later ones win over the policy file.")
      .text("policy_default_rule", o.policy.mode.default_rule,
            "The rule that decides for names without a rule.")
      .boolean("enforce_scope", o.policy.mode.enforce_scope,
               "Tokens of the whole system, or of a domain, may do nothing.")
      .custom("enforce_new_defaults", "true", "true, false",
              "false: the older default rules, without the roles member and reader, apply beside "
              "the new ones. Given together with enforce_secure_rbac, both must agree.",
              [&o](std::string_view text) { return parseGiven(text, o.enforce_new_defaults); });
  table.group("DEFAULT")
      .custom("enforce_secure_rbac", "true", "true, false",
              "The same choice as [oslo_policy] enforce_new_defaults.",
              [&o](std::string_view text) { return parseGiven(text, o.enforce_secure_rbac); })
      .path("property_protection_file", o.protection.file,
            "Who may create, read, update and delete which custom properties of images; obeyed as "
            "soon as it changes. Empty: everybody, whatever the image's rules allow.")
      .choice("property_protection_rule_format", o.protection.format,
              "What that file names: roles, or rules of the policy.",
              {{"roles", ProtectionFormat::kRoles}, {"policies", ProtectionFormat::kPolicies}});
}

void addBackendOptions(OptionTable& table, OriginOptions& o) {
  addOptions(table, o.stores);
  addOptions(table, o.imports);
  addOptions(table, o.identity);
  addPolicyOptions(table, o);
  addOptions(table, o.cors);
}

}  // namespace

OriginOptions defaultOriginOptions() {
  OriginOptions options;
  options.state_dir = stateDirectory();
  options.server.port = 9292;
  return options;
}

void addOptions(OptionTable& table, OriginOptions& options) {
  addServerOptions(table, options);
  addApiOptions(table, options);
  addOptions(table, options.database);
  addBackendOptions(table, options);
  ignoreOtherOptions(table);
}

Status settlePolicyMode(OriginOptions& options) {
  const auto& rules = options.enforce_new_defaults;
  const auto& code = options.enforce_secure_rbac;
  if (rules && code && *rules != *code)
    return fail(ErrorCode::kInvalidArgument,
                "[DEFAULT] enforce_secure_rbac and [oslo_policy] enforce_new_defaults must agree");
  options.policy.mode.older_defaults = !rules.value_or(code.value_or(true));
  return {};
}

Status finish(OriginOptions& options) {
  if (auto mode = settlePolicyMode(options); !mode) return mode;
  if (!options.listen.empty()) {
    if (auto listen = parseListen(options.listen, options.server); !listen) return listen;
  }
  if (options.tls.certificate_file.empty() != options.tls.key_file.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "[DEFAULT] cert_file and key_file are given together or not at all");
  }
  if (!options.tls.client_ca_file.empty() && options.tls.certificate_file.empty())
    return fail(ErrorCode::kInvalidArgument, "[DEFAULT] ca_file: needs a cert_file");
  if (!options.tls.certificate_file.empty()) options.server.tls = options.tls;

  const std::string& state = options.state_dir;
  if (options.database.connection.empty())
    options.database.connection = "sqlite:///" + state + "/catalog.sqlite";
  if (auto stores = finish(options.stores, state); !stores) return stores;
  if (auto imports = finish(options.imports, state); !imports) return imports;
  options.api.enabled_import_methods = options.imports.methods;
  options.api.image_size_cap = options.data.image_size_cap;
  options.api.hashing_algorithm = options.data.ingest.hashing_algorithm;
  if (auto identity = finish(options.identity); !identity) return identity;
  StaticIdentityOptions& tokens = options.identity.static_tokens;
  if (tokens.tokens_file.empty()) {
    tokens.tokens_file = state + "/tokens";
    tokens.admin_token_file = state + "/" + kAdminTokenFile;
  }
  if (!options.manifest.keys_dir.empty()) {
    if (auto keys = image::loadSigningKeys(options.manifest.keys_dir); !keys)
      return failWith("[manifest] keys_dir", keys.error());
  }
  return net::validate(options.server);
}

}  // namespace glint::origin
