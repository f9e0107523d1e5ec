// Version discovery: which API versions this service speaks, and which of them a request means.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace glint::origin {

struct VersionOptions {
  bool cache = false;        // an image cache is configured: v2.14, v2.16, v2.18
  bool multi_store = false;  // several stores are configured: v2.8, v2.10 … v2.13
};

// Whether a path may begin with this segment: "v2", "v2.0" … The minor version changes nothing.
bool isEnabledVersion(std::string_view segment, const VersionOptions& options);

// {"versions": […]}; every entry points to <base>/v2/.
std::string versionDocument(const std::string& base_url, const VersionOptions& options);

struct Negotiated {
  enum class Kind : std::uint8_t {
    kApi,              // `target` is the request's target as version 2 knows it: "/v2/…?…"
    kVersions,         // the list was asked for
    kMultipleChoices,  // no version was meant, or none that is spoken: the list, as 300
    kRedirect,         // to `target`
  };
  Kind kind;
  std::string target;
};

// From the path, or from an Accept field that begins with the Images API's own media type (the path
// is then one without version).
Negotiated negotiate(const http::RequestHead& head, const VersionOptions& options);

}  // namespace glint::origin
