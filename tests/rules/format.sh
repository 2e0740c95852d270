#!/bin/sh
# All C is formatted as .clang-format says; mend with: clang-format -i FILE
set -eu
. "$(dirname "$0")/lib.sh"
files '*.c' '*.h' | xargs clang-format --dry-run -Werror
