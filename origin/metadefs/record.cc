#include "origin/metadefs/record.h"

namespace glint::metadefs {

const char* toString(Visibility visibility) {
  switch (visibility) {
    case Visibility::kPublic:
      return "public";
    case Visibility::kPrivate:
      return "private";
  }
  return "private";
}

std::optional<Visibility> parseVisibility(std::string_view text) {
  if (text == "public") return Visibility::kPublic;
  if (text == "private") return Visibility::kPrivate;
  return std::nullopt;
}

}  // namespace glint::metadefs
