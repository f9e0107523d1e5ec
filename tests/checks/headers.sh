#!/usr/bin/env bash
# Every header compiles on its own. A header that some source includes before anything else is shown to by the build;
# the others are compiled here, through ccache, so that only changed ones cost time.
set -euo pipefail
[ -f build/dev/build.ninja ] || { mkdir -p build && cmake --preset dev >build/dev.log 2>&1; } || { cat build/dev.log >&2; exit 1; }
out=build/headers
mkdir -p "$out"
flags=(-std=c++20 -O0 -Wall -Wextra -Wpedantic -Werror -I. -Ibuild/dev/generated)
for folder in /usr/include/soci /usr/share/include/llhttp /usr/include/llhttp; do
  [ ! -d "$folder" ] || flags+=(-isystem "$folder")
done
export out
one() {
  local unit=$out/${1//\//__}.cc
  printf '#include "%s"\n' "$1" | cmp -s - "$unit" || printf '#include "%s"\n' "$1" >"$unit"
  ccache g++ "${@:2}" -c "$unit" -o "$unit.o" || { echo "$1 does not compile on its own" >&2; return 1; }
}
export -f one
proven=$(git ls-files '*.cc' | xargs awk 'FNR == 1 { seen = 0 } !seen && /^#include/ { seen = 1; if ($2 ~ /^"/) print $2 }' | tr -d '"' | sort -u)
git ls-files '*.h' | grep -vxF -f <(printf '%s\n' "$proven") | xargs -r -P "$(nproc)" -I {} bash -c 'one "$@"' _ {} "${flags[@]}"
