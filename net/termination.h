// How a program with a server ends: SIGTERM and SIGINT stop it, SIGHUP reads its TLS files again
// and reopens its log.
//
// Threads: made in the main thread before any other thread begins (they inherit the blocked
// signals); serve() there.
#pragma once

#include <csignal>

namespace glint::net {

class Server;

class Termination {
 public:
  Termination();  // blocks the signals, for sigwait()

  // Returns when the program is told to stop; the caller then drains the server.
  void serve(Server& server) const;

 private:
  sigset_t signals_;
};

}  // namespace glint::net
