#include "origin/policy/default_rules.h"

namespace glint::origin {

std::vector<std::pair<std::string, std::string>> defaultRules() {
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

  return {
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
      {"get_events", "rule:service_api"},
      {"tasks_api_access", admin},
      {"get_task", "rule:default"},
      {"get_tasks", "rule:default"},
      {"add_task", "rule:default"},
      {"modify_task", "rule:default"},
  };
}

}  // namespace glint::origin
