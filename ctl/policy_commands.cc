// `glintctl policy check`: who may do what under an origin's policy files, and which rule decides.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "ctl/commands.h"
#include "ctl/program_tables.h"
#include "ctl/text_table.h"
#include "http/json.h"
#include "origin/policy/default_rules.h"
#include "origin/policy/live_policy.h"

namespace glint::ctl {
namespace {

// The target of rules on images: what was asked for, and the aliases that an image has.
origin::FixedTarget targetOf(const PolicyQuestion& question) {
  const auto owner =
      question.owner.empty() ? std::nullopt : std::optional(question.owner);  // nobody's
  const bool foreign = question.owner != question.project;
  const bool member = question.visibility == "shared" && foreign && !question.project.empty();
  origin::FixedTarget target;
  target.attributes = {{"project_id", owner},
                       {"owner", owner},
                       {"visibility", question.visibility},
                       {"member_id", member ? std::optional(question.project) : std::nullopt}};
  return target;
}

struct Verdict {
  std::string rule;
  bool allowed = false;
  std::string check;
  bool overridden = false;
  const char* ownership = "";  // beside the check: whose the image must be
};

const char* ownershipOf(const std::string& rule, bool older_defaults) {
  if (!older_defaults) return "";
  switch (origin::neededOwnership(rule)) {
    case origin::Ownership::kOwner:
      return "owner or admin";
    case origin::Ownership::kNotOwner:
      return "not the owner, or admin";
    case origin::Ownership::kAny:
      break;
  }
  return "";
}

std::vector<Verdict> judge(const origin::Policy& policy, const PolicyQuestion& question,
                           const std::map<std::string, std::string>& overrides,
                           bool older_defaults) {
  origin::Caller caller{.user_id = question.user, .project_id = question.project};
  for (const auto& role : question.roles) caller.roles.push_back(asciiLower(role));
  caller.is_admin = policy.allows("context_is_admin", caller, origin::FixedTarget());
  auto rules = overrides;
  for (auto& rule : origin::defaultRules(older_defaults)) rules.insert(std::move(rule));
  std::vector<Verdict> verdicts;
  for (const auto& [name, check] : rules) {
    if (!question.rule.empty() && question.rule != name) continue;
    verdicts.push_back({.rule = name,
                        .allowed = policy.allows(name, caller, targetOf(question)),
                        .check = check.empty() ? "@" : check,
                        .overridden = overrides.contains(name),
                        .ownership = ownershipOf(name, older_defaults)});
  }
  return verdicts;
}

}  // namespace

int policyCheck(const origin::PolicySources& sources, const PolicyQuestion& question,
                Output& output) {
  const auto overrides = origin::readPolicySources(sources);
  if (!overrides) return failed(overrides.error(), output);
  const auto policy = origin::Policy::create(*overrides, sources.mode);
  if (!policy) return failed(policy.error(), output);
  const auto verdicts = judge(**policy, question, *overrides, sources.mode.older_defaults);
  if (verdicts.empty())
    return failed({ErrorCode::kNotFound, "there is no rule " + question.rule}, output);
  if (output.format == OutputFormat::kJson) {
    auto list = nlohmann::json::array();
    for (const auto& verdict : verdicts) {
      list.push_back({{"rule", verdict.rule},
                      {"allowed", verdict.allowed},
                      {"check", verdict.check},
                      {"from", verdict.overridden ? "policy files" : "default"}});
      if (*verdict.ownership != 0) list.back()["and"] = verdict.ownership;
    }
    output.out += http::dumpJson(list) + "\n";
  } else {
    TextTable table({"RULE", "ALLOWED", "FROM", "CHECK"});
    for (const auto& verdict : verdicts)
      table.add({verdict.rule, verdict.allowed ? "yes" : "no",
                 verdict.overridden ? "policy files" : "default",
                 *verdict.ownership == 0 ? verdict.check
                                         : verdict.check + "  [and: " + verdict.ownership + "]"});
    output.out += table.text();
  }
  const bool asked_one = !question.rule.empty();
  return asked_one && !verdicts.front().allowed ? 1 : 0;
}

void addPolicyCommands(CommandLine& line) {
  struct Asked {
    PolicyQuestion question;
    std::vector<ConfigSource> sources;
  };
  const auto asked = std::make_shared<Asked>();
  CLI::App& policy = line.group("policy", "Who may do what at the origin");
  CLI::App& check = line.command(
      "check", "What a caller may do to an image, and which rule decides",
      [asked](const CommonFlags&, Output& output) {
        auto sources = originPolicySources(configInputs(asked->sources));
        if (!sources) return failed(sources.error(), output);
        return policyCheck(*sources, asked->question, output);
      },
      &policy);
  PolicyQuestion& question = asked->question;
  check.add_option("--rule", question.rule, "One rule; exit code 1 when it denies")
      ->type_name("NAME");
  check.add_option("--user", question.user, "The caller's user id")->type_name("ID");
  check.add_option("--project", question.project, "The caller's project id")->type_name("ID");
  check.add_option("--roles", question.roles, "The caller's roles")
      ->delimiter(',')
      ->type_name("ROLE,…");
  check.add_option("--owner", question.owner, "The image's owner")->type_name("ID");
  check.add_option("--visibility", question.visibility, "The image's visibility")
      ->check(CLI::IsMember({"public", "community", "shared", "private"}))
      ->capture_default_str();
  addConfigFlags(check, asked->sources);
}

}  // namespace glint::ctl
