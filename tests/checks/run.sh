#!/usr/bin/env bash
# Runs the repository's checks, each a script of this folder, and says which of them held.
#   tests/checks/run.sh [NAME...]       default: all
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
folder=tests/checks
[ $# -gt 0 ] || set -- format includes sizes words headers
failed=()
for name in "$@"; do
  script=$(ls "$folder/$name.sh" "$folder/$name.py" 2>/dev/null | head -n 1)
  if [ -z "$script" ]; then
    echo "check $name: there is no such check" >&2
    exit 2
  fi
  started=$SECONDS
  case $script in
    *.py) /usr/bin/python3 -B "$script" ;;
    *) bash "$script" ;;
  esac && verdict=ok || { verdict=FAILED; failed+=("$name"); }
  printf 'check %-9s %s (%d s)\n' "$name" "$verdict" $((SECONDS - started))
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "checks: $# run, ${#failed[@]} failed: ${failed[*]}"
  exit 1
fi
echo "checks: $# run, all passed"
