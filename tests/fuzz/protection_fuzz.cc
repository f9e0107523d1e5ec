// Property protection files in both formats, and the names that their expressions are searched in.
// The input is a file; its last line is also a property's name.
#include <memory>

#include "base/check.h"
#include "origin/policy/property_rules.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glint::origin;
  static const std::shared_ptr<const Policy> kPolicy = Policy::create().value();
  const auto text = glint::fuzz::asText(data, size);
  const auto name = text.substr(text.rfind('\n') + 1);
  Caller caller;
  caller.user_id = "u";
  caller.project_id = "p";
  caller.roles = {"admin", "member"};
  for (const auto format : {ProtectionFormat::kRoles, ProtectionFormat::kPolicies}) {
    const auto rules = PropertyRules::parse(text, "f", format, *kPolicy);
    if (!rules) {
      GLINT_CHECK(rules.error().message.substr(0, 2) == "f:", "an error names its place");
      continue;
    }
    using enum glint::image::PropertyAccess;
    for (const auto access : {kCreate, kRead, kUpdate, kDelete}) {
      (void)(*rules)->allows(access, name, caller, *kPolicy);
      GLINT_CHECK((*rules)->allows(access, "os_glance_x", caller, *kPolicy),
                  "the service's own names are free");
    }
  }
  return 0;
}
