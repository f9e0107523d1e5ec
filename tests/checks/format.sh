#!/usr/bin/env bash
# All C++ sources are formatted as .clang-format says.
set -euo pipefail
git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format --dry-run -Werror --ferror-limit=3
