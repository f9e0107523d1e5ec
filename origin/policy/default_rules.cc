#include "origin/policy/default_rules.h"

#include <algorithm>
#include <array>

namespace glint::origin {
namespace {

using Rules = std::vector<std::pair<std::string, std::string>>;

struct OlderRule {
  std::string_view name;
  std::string_view check;
};
// Rules that have the same default before and after are not here.
constexpr std::array kOlderRules = {
    OlderRule{"get_images", "rule:default"},
    OlderRule{"get_image", "rule:default"},
    OlderRule{"add_image", "rule:default"},
    OlderRule{"modify_image", "rule:default"},
    OlderRule{"delete_image", "rule:default"},
    OlderRule{"upload_image", "rule:default"},
    OlderRule{"download_image", "rule:default"},
    OlderRule{"download_from_store", "rule:default"},
    OlderRule{"communitize_image", "rule:default"},
    OlderRule{"deactivate", "rule:default"},
    OlderRule{"reactivate", "rule:default"},
    OlderRule{"get_image_location", "rule:default"},
    OlderRule{"set_image_location", "rule:default"},
    OlderRule{"delete_image_location", "rule:default"},
    OlderRule{"add_member", "rule:default"},
    OlderRule{"delete_member", "rule:default"},
    OlderRule{"get_member", "rule:default"},
    OlderRule{"get_members", "rule:default"},
    OlderRule{"modify_member", "rule:default"},
    OlderRule{"cache_image", "rule:manage_image_cache"},
    OlderRule{"cache_list", "rule:manage_image_cache"},
    OlderRule{"cache_delete", "rule:manage_image_cache"},
    OlderRule{"get_metadef_namespace", "rule:metadef_default"},
    OlderRule{"get_metadef_namespaces", "rule:metadef_default"},
    OlderRule{"get_metadef_object", "rule:metadef_default"},
    OlderRule{"get_metadef_objects", "rule:metadef_default"},
    OlderRule{"list_metadef_resource_types", "rule:metadef_default"},
    OlderRule{"get_metadef_resource_type", "rule:metadef_default"},
    OlderRule{"get_metadef_property", "rule:metadef_default"},
    OlderRule{"get_metadef_properties", "rule:metadef_default"},
    OlderRule{"get_metadef_tag", "rule:metadef_default"},
    OlderRule{"get_metadef_tags", "rule:metadef_default"},
};

constexpr std::array<std::string_view, 10> kOwnersOnly = {
    "add_image",  "modify_image", "delete_image",  "upload_image",       "deactivate",
    "reactivate", "add_member",   "delete_member", "set_image_location", "delete_image_location",
};

// What is Glint's own (docs/change-feed.md, docs/fleet.md).
void addGlintRules(Rules& rules) {
  for (const char* name : {"get_events", "report_edge", "get_edges"})
    rules.emplace_back(name, "rule:service_api");
}

// Metadata definitions: readers of the project see its namespaces and public ones.
void addMetadefRules(Rules& rules, const std::string& admin, const std::string& owner_reads) {
  const std::string reads =
      admin + " or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))";
  rules.insert(
      rules.end(),
      {{"metadef_default", ""}, {"metadef_admin", admin}, {"get_metadef_namespaces", owner_reads}});
  for (const char* name :
       {"get_metadef_namespace", "get_metadef_object", "get_metadef_objects",
        "list_metadef_resource_types", "get_metadef_resource_type", "get_metadef_property",
        "get_metadef_properties", "get_metadef_tag", "get_metadef_tags"})
    rules.emplace_back(name, reads);
  for (const char* name :
       {"modify_metadef_namespace", "add_metadef_namespace", "delete_metadef_namespace",
        "modify_metadef_object", "add_metadef_object", "delete_metadef_object",
        "add_metadef_resource_type_association", "remove_metadef_resource_type_association",
        "modify_metadef_property", "add_metadef_property", "remove_metadef_property",
        "add_metadef_tag", "add_metadef_tags", "modify_metadef_tag", "delete_metadef_tag",
        "delete_metadef_tags"})
    rules.emplace_back(name, "rule:metadef_admin");
}

Rules newerRules() {
  const std::string admin = "rule:context_is_admin";
  const std::string own_project = "project_id:%(project_id)s";
  const std::string own_or_member = "(project_id:%(project_id)s or project_id:%(member_id)s)";
  const std::string visible =
      "(project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or "
      "'public':%(visibility)s or 'shared':%(visibility)s)";
  const std::string owner_reads = admin + " or (role:reader and " + own_project + ")";
  const std::string owner_changes = admin + " or (role:member and " + own_project + ")";
  const std::string member_downloads = admin + " or (role:member and " + visible + ")";
  const std::string owner_adds = "(role:member and " + own_project + " and project_id:%(owner)s)";

  Rules rules = {
      {"default", ""},
      {"context_is_admin", "role:admin"},
      {"service_api", "role:service or role:admin"},

      {"get_images", owner_reads},
      {"get_image", admin + " or (role:reader and " + visible + ")"},
      {"add_image", admin + " or " + owner_adds},
      {"modify_image", owner_changes},
      {"delete_image", owner_changes},
      {"upload_image", owner_changes},
      {"download_image", member_downloads},
      {"download_from_store", member_downloads},
      {"publicize_image", admin},
      {"communitize_image", owner_changes},
      {"deactivate", owner_changes},
      {"reactivate", owner_changes},
      {"copy_image", admin},

      {"get_image_location", owner_reads},
      {"set_image_location", owner_changes},
      {"delete_image_location", admin},
      {"add_image_location", "rule:service_api or " + owner_adds},
      {"fetch_image_location", "rule:service_api"},

      {"add_member", owner_changes},
      {"delete_member", owner_changes},
      {"get_member", admin + " or role:reader and " + own_or_member},
      {"get_members", admin + " or role:reader and " + own_or_member},
      {"modify_member", admin + " or (role:member and project_id:%(member_id)s)"},

      {"stores_info_detail", admin + " or rule:service_api"},
      {"cache_image", admin},
      {"cache_list", admin},
      {"cache_delete", admin},
      {"cache_clean", admin},
      {"cache_prune", admin},
      {"list_cached_nodes", admin},
      {"manage_image_cache", admin},
      {"tasks_api_access", admin},
      {"get_task", "rule:default"},
      {"get_tasks", "rule:default"},
      {"add_task", "rule:default"},
      {"modify_task", "rule:default"},
  };
  addGlintRules(rules);
  addMetadefRules(rules, admin, owner_reads);
  return rules;
}

}  // namespace

Rules defaultRules(bool older_too) {
  auto rules = newerRules();
  if (!older_too) return rules;
  for (auto& [name, check] : rules) {
    const auto* older = std::ranges::find(kOlderRules, name, &OlderRule::name);
    if (older != kOlderRules.end()) check = "(" + check + ") or " + std::string(older->check);
  }
  return rules;
}

Ownership neededOwnership(std::string_view rule) {
  if (rule == "modify_member") return Ownership::kNotOwner;
  return std::ranges::find(kOwnersOnly, rule) == kOwnersOnly.end() ? Ownership::kAny
                                                                   : Ownership::kOwner;
}

}  // namespace glint::origin
