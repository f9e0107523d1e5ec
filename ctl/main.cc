#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/state_dir.h"
#include "ctl/arguments.h"
#include "ctl/commands.h"
#include "ctl/program_tables.h"

namespace glint::ctl {
namespace {

constexpr std::uint64_t kMaxAnswerBytes = 64U << 20;

Fetch fetchOver(const Arguments& arguments) {
  net::ClientOptions options;
  options.connect_timeout = arguments.timeout;
  options.first_byte_timeout = arguments.timeout;
  options.ca_file = arguments.ca_file;
  options.certificate_file = arguments.certificate_file;
  options.key_file = arguments.key_file;
  return [options, timeout = arguments.timeout](net::ClientRequest request) {
    request.total_timeout = timeout;
    return net::fetchBlocking(options, request, kMaxAnswerBytes);
  };
}

// The file that was named, the environment, the cache directory. None is no error yet: the edge may
// not ask for it.
Result<std::string> adminToken(const Arguments& arguments) {
  if (!arguments.admin_token_file.empty()) return readTokenFile(arguments.admin_token_file);
  if (const char* token =
          std::getenv("GLINT_ADMIN_TOKEN");  // NOLINT(concurrency-mt-unsafe): one thread
      token != nullptr)
    return std::string(token);
  auto token = readTokenFile(arguments.cache_dir + "/" + kAdminTokenFile);
  if (!token && token.error().code == ErrorCode::kNotFound) return std::string();
  return token;
}

int runStatus(const Arguments& arguments, Output& output) {
  const Fetch fetch = fetchOver(arguments);
  const Remote origin("origin", arguments.origin_url, "", fetch);
  const Remote edge("edge", arguments.edge_url, "", fetch);  // its status is open: no secret leaves
  return status(arguments.ask_origin ? &origin : nullptr, arguments.ask_edge ? &edge : nullptr,
                output);
}

int runEdge(const Arguments& arguments, Output& output) {
  auto token = adminToken(arguments);
  if (!token) return failed(token.error(), output);
  const Remote edge("edge", arguments.edge_url, std::move(*token), fetchOver(arguments));
  if (arguments.command == Command::kEdgeShow) return edgeShow(edge, arguments.image_id, output);
  if (arguments.command == Command::kEdgePurge) return edgePurge(edge, arguments.image_id, output);
  return edgeList(edge, output);
}

int runConfigShow(const Arguments& arguments, Output& output) {
  const auto program = ProgramTable::create(arguments.program);
  const ConfigInputs inputs{
      .sources = arguments.sources, .overrides = {}, .environment = [](const std::string& name) {
        return std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
      }};
  const int shown = configShow(program->table(), inputs, output);
  if (shown != 0) return shown;
  // Flags may still complete it, so a rule that is not met is said, and no failure.
  if (auto complete = program->finish(); !complete)
    output.err += "glintctl: warning: " + complete.error().message + "\n";
  return 0;
}

int run(const Arguments& arguments, Output& output) {
  switch (arguments.command) {
    case Command::kStatus:
      return runStatus(arguments, output);
    case Command::kEdgeList:
    case Command::kEdgeShow:
    case Command::kEdgePurge:
      return runEdge(arguments, output);
    case Command::kToken:
      return printToken(arguments.state_dir, output);
    case Command::kConfigShow:
      return runConfigShow(arguments, output);
  }
  return 1;
}

}  // namespace
}  // namespace glint::ctl

int main(int argc, char** argv) {
  using namespace glint::ctl;
  const auto parsed = parseArguments(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& arguments = std::get<Arguments>(parsed);
  std::signal(SIGPIPE, SIG_IGN);
  Output output;
  if (arguments.json) output.format = OutputFormat::kJson;
  const int exit_code = run(arguments, output);
  std::fputs(output.err.c_str(), stderr);
  std::fputs(output.out.c_str(), stdout);
  return std::fflush(stdout) == 0 ? exit_code : 1;
}
