// The table behind glanceOptions(), as INI text: "name = default".
#pragma once

#include <string_view>

namespace glint::origin {

extern const std::string_view kGlanceServiceOptions;
extern const std::string_view kGlanceMessagingOptions;
extern const std::string_view kGlanceStoreOptions;

}  // namespace glint::origin
