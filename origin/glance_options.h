// Every option that the configuration files of Glance may hold, of its releases 25 (2022) to 2026:
// group, name and default there. Facts of those releases; store drivers' options stand under
// [glance_store] and under the groups of their own that Glance's sample has.
//
// Options that Glint has rows for keep name and default (glance_options_test.cc holds that); the
// others are accepted, and named in one warning.
#pragma once

#include <span>
#include <string>

namespace glint::origin {

struct GlanceOption {
  std::string group;
  std::string name;
  std::string default_text;  // empty: none
};

std::span<const GlanceOption> glanceOptions();

}  // namespace glint::origin
