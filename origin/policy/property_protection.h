// The operator's property protections as their file says right now.
//
// refresh() looks whether the file has changed. A file that has become wrong leaves the protections
// that were in force, is logged once and counted. Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "origin/policy/live_value.h"
#include "origin/policy/property_rules.h"

namespace glint::origin {

struct ProtectionSources {
  std::string file;  // empty: nothing is protected
  ProtectionFormat format = ProtectionFormat::kRoles;
};

class PropertyProtection {
 public:
  // Keeps `policy`. `on_refused` is called for each version of the file that is not taken.
  // Errors: kInvalidArgument with file, line and rule; those of reading.
  static Result<std::unique_ptr<PropertyProtection>> open(const ProtectionSources& sources,
                                                          std::shared_ptr<const Policy> policy,
                                                          std::function<void()> on_refused = {});

  void refresh() const {
    if (rules_) rules_->refresh();
  }
  // False: everybody may do everything.
  bool active() const { return rules_ != nullptr; }
  bool allows(image::PropertyAccess access, std::string_view name, const Caller& caller) const {
    return !rules_ || rules_->get()->allows(access, name, caller, *policy_);
  }

 private:
  PropertyProtection(std::shared_ptr<const Policy> policy,
                     std::unique_ptr<LiveValue<PropertyRules>> rules)
      : policy_(std::move(policy)), rules_(std::move(rules)) {}

  const std::shared_ptr<const Policy> policy_;  // shared with whoever asks it about other rules
  const std::unique_ptr<LiveValue<PropertyRules>> rules_;
};

}  // namespace glint::origin
