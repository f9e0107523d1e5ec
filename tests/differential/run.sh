#!/usr/bin/env bash
# Sends the same requests to a real Glance and to the glint-origin of GLINT_BUILD (default build/dev) and compares the answers.
#   tests/differential/run.sh [--show-allowed] [SCRIPT...]      e.g. tests/differential/run.sh create list
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
/usr/bin/python3 -m unittest -q differential.self_test
exec /usr/bin/python3 -m differential "$@"
