// glintctl: the commands, the command line, what is printed; nothing else.

#include <csignal>
#include <cstdio>

#include "ctl/command_line.h"
#include "ctl/commands.h"

int main(int argc, char** argv) {
  using namespace glint::ctl;
  CommandLine line;
  addStatusCommand(line);
  addEdgeCommands(line);
  addLocalCommands(line);
  addInspectCommand(line);
  addPolicyCommands(line);
  addMetadefCommands(line);
  addKeysCommands(line);
  addFleetCommands(line);
  addDatabaseCommands(line);
  const auto parsed = line.parse(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& chosen = std::get<CommandLine::Chosen>(parsed);
  std::signal(SIGPIPE, SIG_IGN);
  Output output;
  if (chosen.common.json) output.format = OutputFormat::kJson;
  const int exit_code = chosen.run(chosen.common, output);
  std::fputs(output.err.c_str(), stderr);
  std::fputs(output.out.c_str(), stdout);
  return std::fflush(stdout) == 0 ? exit_code : 1;
}
