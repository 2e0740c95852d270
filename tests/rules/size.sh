#!/bin/sh
# No source file is longer than 800 lines (docs/house.md section 8).
set -eu
. "$(dirname "$0")/lib.sh"
for f in $(files '*.c' '*.h' '*.sh'); do
	lines=$(wc -l <"$f")
	[ "$lines" -le 800 ] || complain "$f: $lines lines, split it"
done
done_with
