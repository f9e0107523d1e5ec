// Header fields in the order they came; names compare without case (RFC 9110 §5.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glint::http {

class HeaderMap {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string_view name, std::string value);  // replaces all of that name
  void remove(std::string_view name);

  // The first value of that name; nullopt when absent. The view lives as long as the map is
  // unchanged.
  std::optional<std::string_view> get(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  // True when the comma-separated list value(s) of `name` contain `token` (no case).
  bool hasToken(std::string_view name, std::string_view token) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  void reserve(std::size_t fields) { fields_.reserve(fields); }
  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  void clear() { fields_.clear(); }

  bool operator==(const HeaderMap&) const = default;

 private:
  std::vector<Field> fields_;
};

}  // namespace glint::http
