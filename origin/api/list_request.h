// The query of "list images": from parameters to what the catalog is asked.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "http/url.h"
#include "origin/api/request.h"
#include "origin/catalog/list_query.h"

namespace glint::origin {

// Everything but who asks (admin, project). Of parameters given more than once the last counts,
// but for tag, sort_key and sort_dir. Errors: kInvalidArgument.
Result<ListQuery> parseListQuery(const http::QueryPairs& parameters, const ApiOptions& options);

// What may stand before a filter's value: "in:a,b", "eq:x". Errors: kInvalidArgument (another
// operator, misplaced quotes).
Result<std::vector<std::string>> parseTextFilter(std::string_view value);

// The values of "in:", separated by commas; one that holds a comma stands in double quotes, where
// \" is a quote. Errors: kInvalidArgument (a quote elsewhere).
Result<std::vector<std::string>> splitQuoted(std::string_view list);

}  // namespace glint::origin
