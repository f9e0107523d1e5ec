#include "net/server_rows.h"

#include "base/options.h"
#include "net/server.h"

namespace glint::net {

using namespace std::chrono_literals;

void addServerRows(OptionGroup& group, ServerOptions& options) {
  group
      .integer("max_connections", options.max_connections,
               "Client connections at once; more are refused with 503.", {.min = 1})
      .integer("max_header_bytes", options.max_header_bytes,
               "Longest request head; longer ones are refused with 431.",
               {.min = 1024, .max = 1 << 20})
      .duration("header_timeout", options.header_timeout, "Longest wait for a whole request head.",
                {.min = 1ms})
      .duration("idle_timeout", options.idle_timeout, "How long an idle connection is kept.",
                {.min = 1ms})
      .duration("stall_timeout", options.stall_timeout,
                "A client that moves fewer bytes than min_rate for so long is cut.", {.min = 1ms})
      .size("min_rate", options.min_rate_bytes_per_second,
            "Bytes per second below which a client stalls.")
      .duration("drain_timeout", options.drain_timeout,
                "At the end, how long running requests may take.");
}

}  // namespace glint::net
