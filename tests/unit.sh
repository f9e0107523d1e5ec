#!/usr/bin/env bash
# Runs the unit tests of a preset that is built, and prints what each test program said last.
#   tests/unit.sh PRESET [CTEST ARGUMENTS...]
set -uo pipefail
cd "$(dirname "$0")/.."
preset=${1:?usage: unit.sh PRESET [CTEST ARGUMENTS...]}
shift
ctest --preset "$preset" "$@"
code=$?
awk '/^[0-9]+\/[0-9]+ Testing: / { name = $3 }
     /^(All tests passed|test cases:|assertions:|No tests ran)/ { printf "%-22s %s\n", name, $0 }' \
  "build/$preset/Testing/Temporary/LastTest.log"
exit "$code"
