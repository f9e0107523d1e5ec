// Reading the Prometheus text that the programs answer.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glint::ctl {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

// Lines that are no samples are skipped.
std::vector<Sample> parseSamples(std::string_view text);

// The sum of all samples with that name that carry these labels; nullopt when there is none.
std::optional<double> sumOf(
    const std::vector<Sample>& samples, std::string_view name,
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels = {});

}  // namespace glint::ctl
