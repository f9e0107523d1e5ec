// The configuration of glint-origin: names of Glance where Glance has them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/options.h"
#include "base/result.h"
#include "image/schema.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "origin/api/cors.h"
#include "origin/api/image_data.h"
#include "origin/api/request.h"
#include "origin/catalog/database_options.h"
#include "origin/identity/options.h"
#include "origin/manifests.h"
#include "origin/policy/live_policy.h"
#include "origin/policy/property_protection.h"
#include "origin/stores/options.h"
#include "origin/tasks/options.h"

namespace glint::origin {

struct OriginOptions {
  std::string listen;  // ADDRESS:PORT; beats bind_host and bind_port
  std::string state_dir;
  net::ServerOptions server;
  net::TlsOptions tls;                            // used when it names a certificate
  net::WorkerPoolOptions workers{.threads = 64};  // an upload keeps one while it runs
  DatabaseOptions database;
  StoresOptions stores;
  ImportOptions imports;
  IdentityOptions identity;
  PolicySources policy;
  std::optional<bool> enforce_new_defaults;  // of [oslo_policy]
  std::optional<bool> enforce_secure_rbac;   // of [DEFAULT]: the same choice, made twice
  ProtectionSources protection;
  image::SchemaOptions schema;
  std::string image_schema_file;  // schema-image.json; empty: none
  ImageDataOptions data;
  ManifestOptions manifest;
  ApiOptions api;
  std::string metadata_source_path = "/etc/glance/metadefs/";  // of definition files
  CorsOptions cors;
};

// Defaults that depend on the environment: the state directory.
OriginOptions defaultOriginOptions();

void addOptions(OptionTable& table, OriginOptions& options);

// Which default rules apply: one choice has two options, and what is said in one place only holds
// for both. A part of finish(). Errors: kInvalidArgument (they disagree).
Status settlePolicyMode(OriginOptions& options);

// Rules across fields; fills the fields that follow from others. Errors: kInvalidArgument.
Status finish(OriginOptions& options);

}  // namespace glint::origin
