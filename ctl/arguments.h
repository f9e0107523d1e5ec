// The command line of glintctl.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/options.h"

namespace glint::ctl {

enum class Command : std::uint8_t {
  kStatus,
  kEdgeList,
  kEdgeShow,
  kEdgePurge,
  kToken,
  kConfigShow
};

struct Arguments {
  Command command = Command::kStatus;
  bool json = false;
  std::string origin_url = "http://127.0.0.1:9292";
  std::string edge_url = "http://127.0.0.1:9393";
  bool ask_origin = true;  // `status` asks both, unless only one URL was given
  bool ask_edge = true;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  std::chrono::milliseconds timeout{10000};
  std::string cache_dir;         // of the edge
  std::string admin_token_file;  // beats cache_dir
  std::string state_dir;         // of the origin
  std::string image_id;
  std::string program;                // "origin" or "edge"
  std::vector<ConfigSource> sources;  // of that program
};

// What to do, or the exit code after --help, --version, --check-config or a message on standard
// error.
std::variant<Arguments, int> parseArguments(int argc, const char* const* argv);

}  // namespace glint::ctl
