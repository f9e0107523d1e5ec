// Request methods Glint knows; anything else is kOther (answered 405 or 501).
#pragma once

#include <cstdint>
#include <string_view>

namespace glint::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

std::string_view toString(Method method);    // "GET" …; kOther: "OTHER"
Method parseMethod(std::string_view token);  // case-sensitive (RFC 9110 §9.1)

}  // namespace glint::http
