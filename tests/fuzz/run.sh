#!/usr/bin/env bash
# Runs every fuzz target (or those named) for some seconds; fails on a finding and says where the input is.
#   tests/fuzz/run.sh [SECONDS] [TARGET...]       e.g. tests/fuzz/run.sh 60 codec range
# The targets come from the build folder GLINT_FUZZ_BUILD (default build/fuzz). New inputs stay there, outside the corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-30}
[ $# -gt 0 ] && shift
build=${GLINT_FUZZ_BUILD:-build/fuzz}
if [ $# -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do set -- "$@" "$(basename "$source" _fuzz.cc)"; done
fi
failed=()
for target in "$@"; do
  program=$build/tests/fuzz/${target}_fuzz
  found=$build/fuzz-found/$target
  mkdir -p "$found/corpus"
  if [ ! -x "$program" ]; then
    echo "fuzz $target: not built (cmake --preset fuzz && cmake --build --preset fuzz --target glint_fuzz_targets)" >&2
    failed+=("$target")
    continue
  fi
  options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$found/" -print_final_stats=1)
  [ -f "tests/fuzz/$target.dict" ] && options+=(-dict="tests/fuzz/$target.dict")
  if "$program" "${options[@]}" "$found/corpus" "tests/fuzz/corpus/$target" >"$found/log" 2>&1; then
    printf 'fuzz %-12s ok, %s runs\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log")"
  else
    tail -n 40 "$found/log"
    printf 'fuzz %-12s FAILED, the input is in %s\n' "$target" "$found"
    failed+=("$target")
  fi
done
[ ${#failed[@]} -eq 0 ] || { echo "fuzz: failed: ${failed[*]}"; exit 1; }
