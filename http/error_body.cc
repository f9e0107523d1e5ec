#include "http/error_body.h"

#include "http/ascii.h"
#include "http/json.h"
#include "http/status.h"
#include "http/status_map.h"

namespace glint::http {
namespace {

struct Acceptable {
  bool html = false;
  bool json = false;
};

// True for an element's parameters that say "not acceptable": q=0, q=0.0 … (RFC 9110 §12.4.2).
bool isExcluded(std::string_view parameters) {
  for (const std::string_view parameter : split(parameters, ';')) {
    const std::string_view text = trimOws(parameter);
    if (!iequals(text.substr(0, 2), "q=")) continue;
    return text.size() > 2 && text.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

Acceptable parseAccept(std::string_view accept) {
  Acceptable acceptable;
  forEachListElement(accept, [&](std::string_view element) {
    const auto semicolon = std::min(element.find(';'), element.size());
    const std::string_view type = trimOws(element.substr(0, semicolon));
    if (isExcluded(element.substr(semicolon))) return;
    const bool any = type == "*/*";
    acceptable.html |= any || iequals(type, "text/html") || iequals(type, "text/*");
    acceptable.json |= any || iequals(type, "application/json") || iequals(type, "application/*");
  });
  return acceptable;
}

std::string escapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped.append("&amp;");
        break;
      case '<':
        escaped.append("&lt;");
        break;
      case '>':
        escaped.append("&gt;");
        break;
      case '"':
        escaped.append("&quot;");
        break;
      case '\'':
        escaped.append("&#x27;");
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

}  // namespace

ErrorBody makeErrorBody(int status, std::string_view explanation,
                        std::optional<std::string_view> accept) {
  const std::string reason(reasonPhrase(status));
  const std::string line = std::to_string(status) + " " + reason;
  const Acceptable acceptable = parseAccept(accept.value_or(""));
  if (acceptable.html) {
    return {"text/html; charset=UTF-8",
            "<html>\n <head>\n  <title>" + line + "</title>\n </head>\n <body>\n  <h1>" + line +
                "</h1>\n  " + escapeHtml(explanation) + "<br /><br />\n\n\n </body>\n</html>"};
  }
  if (acceptable.json) {
    return {"application/json", "{\"message\": " + quoteJson(explanation) + ", \"code\": " +
                                    quoteJson(line) + ", \"title\": " + quoteJson(reason) + "}"};
  }
  return {"text/plain; charset=UTF-8", line + "\n\n" + std::string(explanation) + "\n\n   "};
}

Response errorResponse(int status, std::string_view explanation, const HeaderMap& request) {
  ErrorBody body = makeErrorBody(status, explanation, request.get("Accept"));
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(body.content_type));
  response.body = std::move(body.text);
  return response;
}

Response methodNotAllowed(std::string_view allow, const HeaderMap& request) {
  Response response = errorResponse(405, "This method is not allowed here.", request);
  response.headers.set("Allow", std::string(allow));
  return response;
}

Response errorResponse(const Error& error, const HeaderMap& request) {
  const int status = toHttpStatus(error.code);
  const bool callers_fault = status < 500 && error.code != ErrorCode::kNoSpace;
  return errorResponse(status, callers_fault ? error.message : reasonPhrase(status), request);
}

}  // namespace glint::http
