#include "origin/glance_options.h"

#include <utility>
#include <vector>

#include "base/check.h"
#include "base/ini.h"
#include "origin/glance_option_texts.h"

namespace glint::origin {
namespace {

constexpr const char* kStoreGroup = "glance_store";

std::vector<GlanceOption> read(std::string_view text) {
  auto entries = parseIni(text, "glance options");
  GLINT_CHECK(entries.has_value(), "the table of Glance's options is no INI text");
  std::vector<GlanceOption> options;
  for (auto& entry : *entries)
    options.push_back({std::move(entry.group), std::move(entry.key), std::move(entry.value)});
  return options;
}

std::vector<GlanceOption> readTexts() {
  std::vector<GlanceOption> options;
  for (const auto text : {kGlanceServiceOptions, kGlanceMessagingOptions})
    for (GlanceOption& option : read(text)) options.push_back(std::move(option));
  for (GlanceOption& option : read(kGlanceStoreOptions)) {
    if (option.group != kStoreGroup)
      options.push_back({kStoreGroup, option.name, option.default_text});
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace

std::span<const GlanceOption> glanceOptions() {
  static const std::vector<GlanceOption> kOptions = readTexts();
  return kOptions;
}

}  // namespace glint::origin
