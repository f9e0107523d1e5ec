// The command line of glintctl: the flags every command takes, and a tree of commands. A command
// brings its place in the tree, its options and what it does; commands.h lists them.
//
// Threads: one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "ctl/output.h"

namespace CLI {
class App;
}

namespace glint::ctl {

// Flags that may stand anywhere.
struct CommonFlags {
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
};

class CommandLine {
 public:
  // Does the command's work and returns the exit code.
  using Run = std::function<int(const CommonFlags& common, Output& output)>;
  struct Chosen {
    std::string command;  // its words: "edge ls"
    CommonFlags common;
    Run run;
  };

  CommandLine();
  ~CommandLine();

  // A word under which commands stand. `parent`: another group; nullptr: the top.
  CLI::App& group(const char* name, const char* help, CLI::App* parent = nullptr);
  // The caller adds options to what is returned; `run` finds their values in variables it shares.
  CLI::App& command(const char* name, const char* help, Run run, CLI::App* parent = nullptr);

  // What to do, or the exit code after --help, --version, --check-config or a message on standard
  // error. Once.
  std::variant<Chosen, int> parse(int argc, const char* const* argv);

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace glint::ctl
