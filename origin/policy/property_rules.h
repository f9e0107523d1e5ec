// Property protections: who may create, read, update and delete which custom properties of images
// (spec: auth-policy §7), as an operator's file says.
//
//   [^x_billing_.*]            a regular expression, searched in the property's name
//   create = admin             role names, or with the format "policies" one policy rule;
//   read = admin,member        @ is everybody, ! or nothing is nobody
//   update = admin
//   delete = !
//
// The first section that matches decides, in file order; what no section matches is denied. Names
// that begin with os_glance are the service's own and never protected.
//
// Threads: immutable, shared freely.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/property_access.h"
#include "origin/identity/caller.h"
#include "origin/policy/pattern.h"
#include "origin/policy/policy.h"

namespace glint::origin {

enum class ProtectionFormat : std::uint8_t { kRoles, kPolicies };

class PropertyRules {
 public:
  // `policy` says which rules exist (format kPolicies). `path` is for messages.
  // Errors: kInvalidArgument with file, line and what is wrong.
  static Result<std::shared_ptr<const PropertyRules>> parse(std::string_view text,
                                                            const std::string& path,
                                                            ProtectionFormat format,
                                                            const Policy& policy);

  bool allows(image::PropertyAccess access, std::string_view name, const Caller& caller,
              const Policy& policy) const;

  // Whether there is no section that matches every name: then names are denied by silence.
  bool leavesGaps() const;

 private:
  struct Permission {
    enum class Kind : std::uint8_t { kNobody, kEverybody, kNamed };
    Kind kind = Kind::kNobody;
    std::vector<std::string> names;  // roles in lower case, or one policy rule
  };
  struct Section {
    std::string text;
    Pattern pattern;
    std::array<Permission, 4> permissions;  // by PropertyAccess
  };
  class Reader;

  explicit PropertyRules(ProtectionFormat format) : format_(format) {}

  ProtectionFormat format_;
  std::vector<Section> sections_;
};

}  // namespace glint::origin
