// The operator's policy as its files say right now: the policy file, and what lies in policy
// directories (by name, later files win).
//
// refresh() looks whether a file has changed, so that the next request obeys the change. Files that
// have become wrong leave the rules that were in force, are logged once and counted.
// Threads: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "origin/policy/live_value.h"
#include "origin/policy/policy.h"

namespace glint::origin {

struct PolicySources {
  std::string file;               // empty: none; must exist when it is named
  std::vector<std::string> dirs;  // *.yaml, *.yml, *.json in them; a missing one is empty
  PolicyMode mode = {};
};

// The rules of all files, later ones over earlier ones. Errors: those of readPolicyFile().
Result<std::map<std::string, std::string>> readPolicySources(const PolicySources& sources);

class LivePolicy final : public Policy {
 public:
  // `on_refused` is called for each version of the files that is not taken.
  // Errors: kInvalidArgument with file, line and rule; those of reading.
  static Result<std::shared_ptr<const Policy>> open(const PolicySources& sources,
                                                    std::function<void()> on_refused = {});

  void refresh() const override { rules_->refresh(); }
  bool defines(std::string_view rule) const override { return rules_->get()->defines(rule); }
  bool allows(std::string_view rule, const Caller& caller,
              const PolicyTarget& target) const override {
    return rules_->get()->allows(rule, caller, target);
  }

 private:
  explicit LivePolicy(std::unique_ptr<LiveValue<Policy>> rules) : rules_(std::move(rules)) {}

  const std::unique_ptr<LiveValue<Policy>> rules_;
};

}  // namespace glint::origin
