#include "http/json.h"

#include <set>
#include <vector>

#include <nlohmann/json.hpp>

namespace glint::http {
namespace {

using nlohmann::json;

// Reads the text once without building anything, and stops at the first broken bound.
class BoundsReader final : public nlohmann::json_sax<json> {
 public:
  explicit BoundsReader(std::uint32_t max_depth) : max_depth_(max_depth) {}

  const std::string& problem() const { return problem_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool binary(json::binary_t&) override { return refuse("not JSON"); }
  bool string(std::string& text) override { return checkText(text); }
  bool key(std::string& name) override {
    if (!keys_.back().insert(name).second) return refuse("a key stands twice in one object");
    return checkText(name);
  }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    return refuse("malformed at byte " + std::to_string(position));
  }

 private:
  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool checkText(const std::string& text) {
    return text.find('\0') == std::string::npos || refuse("NUL in a string");
  }
  bool open() {
    if (keys_.size() >= max_depth_) return refuse("nested too deeply");
    keys_.emplace_back();
    return true;
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  std::uint32_t max_depth_;
  std::vector<std::set<std::string>> keys_;  // of the objects open now; unused for arrays
  std::string problem_;
};

}  // namespace

Result<json> parseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorCode::kTooLarge,
                "JSON is longer than " + std::to_string(limits.max_bytes) + " bytes");
  }
  if (text.find('\0') != std::string_view::npos) {  // the library takes it for the end
    return fail(ErrorCode::kInvalidArgument, "invalid JSON: NUL");
  }
  if (text.starts_with("\xEF\xBB\xBF")) {  // the library skips it
    return fail(ErrorCode::kInvalidArgument, "invalid JSON: a byte order mark");
  }
  BoundsReader bounds(limits.max_depth);
  if (!json::sax_parse(text, &bounds)) {
    return fail(ErrorCode::kInvalidArgument, "invalid JSON: " + bounds.problem());
  }
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(ErrorCode::kInvalidArgument, "invalid JSON");
  return value;
}

std::string dumpJson(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string quoteJson(std::string_view text) { return dumpJson(json(text)); }

}  // namespace glint::http
