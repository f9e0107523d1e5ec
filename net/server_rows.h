// The option rows of a server's limits, the same for every program.
#pragma once

namespace glint {
class OptionGroup;
}

namespace glint::net {

struct ServerOptions;

void addServerRows(OptionGroup& group, ServerOptions& options);

}  // namespace glint::net
