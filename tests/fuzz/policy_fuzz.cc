// The policy language: what can be parsed can be asked, and the answer does not depend on the day.
// The input is a policy file; each of its rules is asked about one image for one caller.
#include "base/check.h"
#include "origin/policy/check.h"
#include "origin/policy/policy.h"
#include "origin/policy/policy_file.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glint::origin;
  const std::string text(glint::fuzz::asText(data, size));
  (void)parseCheck(text);
  const auto rules = parsePolicyText(text, "f");
  if (!rules) {
    GLINT_CHECK(rules.error().message.substr(0, 2) == "f:", "an error names its place");
    return 0;
  }
  const auto policy = Policy::create(*rules);
  if (!policy) return 0;  // it refers to what is not there, or to itself
  Caller caller;
  caller.user_id = "u";
  caller.project_id = "p";
  caller.roles = {"member", "reader"};
  glint::image::Image image;
  image.id.value = "i";
  image.owner = "p";
  const ImageTarget target(image, caller);
  for (const auto& [name, check] : *rules) {
    GLINT_CHECK(parseCheck(check).has_value(), "a rule that was read can be parsed");
    GLINT_CHECK((*policy)->defines(name), "a rule that was read is defined");
    const bool allowed = (*policy)->allows(name, caller, target);
    GLINT_CHECK(allowed == (*policy)->allows(name, caller, target), "one answer");
  }
  return 0;
}
