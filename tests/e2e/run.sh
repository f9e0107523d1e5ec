#!/usr/bin/env bash
# Runs the end-to-end tests with the programs of GLINT_BUILD (default build/dev).
#   tests/e2e/run.sh [MODULE...]        e.g. tests/e2e/run.sh startup_test clients_origin_test
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
if [ $# -eq 0 ]; then
  exec /usr/bin/python3 -W ignore::DeprecationWarning -m unittest discover -s e2e -p '*_test.py' -t .
fi
exec /usr/bin/python3 -W ignore::DeprecationWarning -m unittest "${@/#/e2e.}"
