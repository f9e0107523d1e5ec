#include "net/termination.h"

#include "base/log.h"
#include "net/server.h"

namespace glint::net {

Termination::Termination() {
  sigemptyset(&signals_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void Termination::serve(Server& server) const {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals_, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    log::reopen();
    if (auto reloaded = server.reloadTls(); !reloaded) {
      log::error("tls_not_reloaded", {{"error", reloaded.error().message}});
    } else {
      log::info("reloaded");
    }
  }
}

}  // namespace glint::net
