#include "http/method.h"

#include <array>
#include <cstddef>

namespace glint::http {
namespace {

constexpr std::array<std::string_view, 8> kNames = {"GET",   "HEAD",   "POST",    "PUT",
                                                    "PATCH", "DELETE", "OPTIONS", "OTHER"};
static_assert(kNames.size() == static_cast<std::size_t>(Method::kOther) + 1);

}  // namespace

std::string_view toString(Method method) { return kNames[static_cast<std::size_t>(method)]; }

Method parseMethod(std::string_view token) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Method::kOther); ++i) {
    if (kNames[i] == token) return static_cast<Method>(i);
  }
  return Method::kOther;
}

}  // namespace glint::http
