#include "ctl/samples.h"

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"

namespace glint::ctl {
namespace {

// Takes `name="value"` off the front of `text`; false when it does not begin with one.
bool takeLabel(std::string_view& text, std::map<std::string, std::string>& labels) {
  const auto quote = text.find("=\"");
  if (quote == std::string_view::npos) return false;
  const std::string name(text.substr(0, quote));
  std::string value;
  for (std::size_t at = quote + 2; at < text.size(); ++at) {
    if (text[at] == '"') {
      labels[name] = value;
      text.remove_prefix(at + 1);
      return true;
    }
    if (text[at] == '\\' && at + 1 < text.size()) {
      ++at;
      value += text[at] == 'n' ? '\n' : text[at];
    } else {
      value += text[at];
    }
  }
  return false;
}

std::optional<Sample> parseLine(std::string_view line) {
  Sample sample;
  const auto name_end = line.find_first_of("{ ");
  if (line.starts_with('#') || name_end == std::string_view::npos) return std::nullopt;
  sample.name = line.substr(0, name_end);
  line.remove_prefix(name_end);
  if (line.starts_with('{')) {
    line.remove_prefix(1);
    while (!line.starts_with('}')) {
      if (!takeLabel(line, sample.labels)) return std::nullopt;
      if (line.starts_with(',')) line.remove_prefix(1);
    }
    line.remove_prefix(1);
  }
  const std::string number(trim(line));
  char* end = nullptr;
  sample.value = std::strtod(number.c_str(), &end);
  if (number.empty() || (*end != '\0' && *end != ' '))
    return std::nullopt;  // a timestamp may follow
  return sample;
}

}  // namespace

std::vector<Sample> parseSamples(std::string_view text) {
  std::vector<Sample> samples;
  for (const std::string_view line : split(text, '\n'))
    if (auto sample = parseLine(trimRight(line))) samples.push_back(std::move(*sample));
  return samples;
}

std::optional<double> sumOf(
    const std::vector<Sample>& samples, std::string_view name,
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  std::optional<double> sum;
  for (const Sample& sample : samples) {
    const bool carries = std::ranges::all_of(labels, [&](const auto& wanted) {
      const auto found = sample.labels.find(std::string(wanted.first));
      return found != sample.labels.end() && found->second == wanted.second;
    });
    if (sample.name == name && carries) sum = sum.value_or(0) + sample.value;
  }
  return sum;
}

}  // namespace glint::ctl
