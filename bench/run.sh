#!/usr/bin/env bash
# The benchmarks, one after the other: bench/run.sh [--quick] [--write] [--state FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
export GLINT_BUILD=${GLINT_BUILD:-build/release}
[ -f "$GLINT_BUILD/CMakeCache.txt" ] || cmake --preset "$(basename "$GLINT_BUILD")" >/dev/null
cmake --build "$GLINT_BUILD" --target glint_bench --parallel 2 -- --quiet
status=0
/usr/bin/python3 bench/edge_bench.py "$@" || status=$?
/usr/bin/python3 bench/upload_bench.py "$@" || status=$?
/usr/bin/python3 bench/api_bench.py "$@" || status=$?
"$GLINT_BUILD/bench/bench_find" 200 2
exit "$status"
