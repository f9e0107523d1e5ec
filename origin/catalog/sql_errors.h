// What the exceptions of SOCI and the codes of the databases mean. Private to catalog/.
#pragma once

#include <string_view>

#include "base/result.h"
#include "origin/catalog/sql_connection.h"

namespace soci {
class session;
}

namespace glint::origin {

struct SqlFailure {
  Error error;
  Trouble trouble;
};

// The exception that is being handled, of a statement on `session`.
SqlFailure failedStatement(soci::session& session);
// The same, of opening a connection. kOverloaded: it may be there later.
Error failedConnect(std::string_view what);

}  // namespace glint::origin
