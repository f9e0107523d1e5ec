#!/usr/bin/env bash
# What must not stand in the repository: left-over marks, waiting by the clock in tests, bare suppressions.
set -uo pipefail
bad=0
forbid() { # PATTERN MESSAGE PATHSPEC...
  local pattern=$1 message=$2
  shift 2
  if git grep -nIE "$pattern" -- "$@" | grep -v '// the random moment'; then
    echo "  ^ $message" >&2
    bad=1
  fi
}
forbid '\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b' 'finish it or file an issue' '*.cc' '*.h' '*.py' '*.sh' '*.cmake' 'CMakeLists.txt' 'Makefile'
# Killing a child at a random moment is the one use of the clock: such a line says "// the random moment".
forbid 'sleep_for|sleep_until|\b(u|nano)?sleep\(' 'a test waits for a condition with a bound, never for the clock' \
  '*_test.cc' 'tests/*.py' ':!tests/checks' ':!tests/support/scripted_upstream.py'
forbid '//[[:space:]]*NOLINT(NEXTLINE)?([[:space:]]*$|\([a-z,.*-]+\)[[:space:]]*$)' 'a suppression names its check and its reason' '*.cc' '*.h'
forbid '#include <(regex|format|expected|coroutine)>' 'not used in Glint (docs/adr, .clang-tidy)' '*.cc' '*.h'
exit "$bad"
