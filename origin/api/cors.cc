#include "origin/api/cors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "net/exchange_wrapper.h"

namespace glint::origin {

namespace {

// Headers that a page may always send.
constexpr std::array<std::string_view, 8> kSimpleHeaders = {
    "Accept",           "Accept-Language", "Content-Type",  "Cache-Control",
    "Content-Language", "Expires",         "Last-Modified", "Pragma"};

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ",") + word;
  return list;
}

std::vector<std::string> wordsOf(std::optional<std::string_view> field) {
  std::vector<std::string> words;
  if (!field) return words;
  for (const std::string_view word : split(*field, ','))
    if (!trim(word).empty()) words.emplace_back(trim(word));
  return words;
}

bool mayBeSent(const CorsRules& rules, std::string_view header) {
  const auto same = [header](std::string_view known) { return iequals(known, header); };
  return std::ranges::any_of(kSimpleHeaders, same) ||
         std::ranges::any_of(rules.allow_headers, same);
}

void addOrigins(OptionGroup& group, CorsRules& rules) {
  group.list("allowed_origin", rules.allowed_origin,
             "Origins (https://host:port, or *) whose pages may use the API; empty: none.");
}

void addRules(OptionGroup& group, CorsRules& rules) {
  group.boolean("allow_credentials", rules.allow_credentials, "Pages may send credentials.")
      .list("expose_headers", rules.expose_headers, "Headers of answers that pages may read.")
      .integer("max_age", rules.max_age, "Seconds a browser may keep a permission; 0: not told.",
               {.min = 0})
      .list("allow_methods", rules.allow_methods, "Methods that pages may use.")
      .list("allow_headers", rules.allow_headers,
            "Headers that pages may send, beside the simple ones.");
}

class PermittedExchange final : public net::ExchangeWrapper {
 public:
  PermittedExchange(net::ExchangePtr inner, const CrossOrigin& rules)
      : ExchangeWrapper(std::move(inner)), rules_(rules) {}
  void respond(http::Response response) override {
    rules_.permit(request(), response.headers);
    inner().respond(std::move(response));
  }

 private:
  const CrossOrigin& rules_;
};

class CrossOriginHandler final : public net::Handler {
 public:
  CrossOriginHandler(std::unique_ptr<net::Handler> inner, const CrossOrigin& rules)
      : inner_(std::move(inner)), rules_(rules) {}

  void handle(net::ExchangePtr exchange) override {
    if (exchange->request().method == http::Method::kOptions) {
      exchange->setRoute("preflight");
      return exchange->respond(rules_.preflight(exchange->request()));
    }
    // Without an origin there is nothing to add.
    if (exchange->request().headers.get("Origin"))
      exchange = std::make_shared<PermittedExchange>(std::move(exchange), rules_);
    inner_->handle(std::move(exchange));
  }

 private:
  const std::unique_ptr<net::Handler> inner_;
  const CrossOrigin& rules_;
};

}  // namespace

void addOptions(OptionTable& table, CorsOptions& options) {
  OptionGroup group = table.group(
      "cors",
      "Use of the API by web pages of other origins. Groups [cors.NAME] name further origins; what "
      "they do not say is taken from here, but for the origins.");
  addOrigins(group, options.all);
  addRules(group, options.all);
  table.groupsBeginning("cors.", [&options](OptionTable& rows, const std::string& name) -> Status {
    CorsRules& rules = options.named.emplace_back();
    OptionGroup named = rows.group(name);
    addOrigins(named, rules);
    addRules(named.fallback("cors"), rules);
    return {};
  });
}

CrossOrigin::CrossOrigin(const CorsOptions& options) {
  const auto add = [this](const CorsRules& rules) {
    for (const auto& origin : rules.allowed_origin) by_origin_.try_emplace(origin, rules);
  };
  add(options.all);
  std::ranges::for_each(options.named, add);
}

std::optional<CrossOrigin::Permission> CrossOrigin::permissionOf(
    const http::RequestHead& head) const {
  const auto origin = head.headers.get("Origin");
  if (!origin) return std::nullopt;
  auto found = by_origin_.find(*origin);
  if (found == by_origin_.end()) found = by_origin_.find("*");
  if (found == by_origin_.end()) return std::nullopt;
  return Permission{found->first, found->second};
}

http::Response CrossOrigin::preflight(const http::RequestHead& head) const {
  http::Response response;
  const auto permission = permissionOf(head);
  const auto method = head.headers.get("Access-Control-Request-Method");
  if (!permission || !method) return response;
  const auto& [origin, rules] = *permission;
  const auto headers = wordsOf(head.headers.get("Access-Control-Request-Headers"));
  for (const auto& header : headers)
    if (!mayBeSent(rules, header)) return response;
  if (std::ranges::find(rules.allow_methods, *method) == rules.allow_methods.end()) return response;

  response.headers.add("Vary", "Origin");
  response.headers.add("Access-Control-Allow-Origin", origin);
  if (rules.allow_credentials) response.headers.add("Access-Control-Allow-Credentials", "true");
  if (rules.max_age > 0)
    response.headers.add("Access-Control-Max-Age", std::to_string(rules.max_age));
  response.headers.add("Access-Control-Allow-Methods", std::string(*method));
  if (!headers.empty()) response.headers.add("Access-Control-Allow-Headers", joined(headers));
  return response;
}

void CrossOrigin::permit(const http::RequestHead& head, http::HeaderMap& answer) const {
  const auto permission = permissionOf(head);
  if (!permission) return;
  const auto& [origin, rules] = *permission;
  const auto varies = answer.get("Vary");
  answer.set("Vary", varies ? std::string(*varies) + ",Origin" : "Origin");
  answer.add("Access-Control-Allow-Origin", origin);
  if (rules.allow_credentials) answer.add("Access-Control-Allow-Credentials", "true");
  if (!rules.expose_headers.empty())
    answer.add("Access-Control-Expose-Headers", joined(rules.expose_headers));
}

std::unique_ptr<net::Handler> crossOriginHandler(std::unique_ptr<net::Handler> inner,
                                                 const CrossOrigin& rules) {
  if (!rules.enabled()) return inner;
  return std::make_unique<CrossOriginHandler>(std::move(inner), rules);
}

}  // namespace glint::origin
