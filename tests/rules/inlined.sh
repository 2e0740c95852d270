#!/bin/sh
# The per-packet path calls nothing in nat/: link-time optimisation has pulled it all in. Except
# nat_csum_check: it sums the whole packet, on ports that do not trust checksums, and is no hot path.
set -eu
. "$(dirname "$0")/lib.sh"
build=${TRGW_BUILD:-build}
[ -x "$build/trgwd" ] || { echo "$build/trgwd is missing: ./run build first"; exit 1; }
if grep -qE -e '-D(b_lto=false|dpdk=disabled|buildtype=debug|b_sanitize)' "$build/run-options"; then
	echo "$build is no release build: this rule needs one (./run build without options)"
	exit 1
fi
asm=$(objdump -d --no-show-raw-insn "$build/trgwd" |
	awk '/^[0-9a-f]+ <dp_forward/ { on = 1 } /^$/ { on = 0 } on')
[ -n "$asm" ] || complain "$build/trgwd has no function dp_forward"
calls=$(printf '%s\n' "$asm" | sed -n 's/.*call.*<\(nat_[a-z0-9_.]*\).*/\1/p' | grep -vx nat_csum_check | sort -u | tr '\n' ' ')
[ -z "$calls" ] || complain "dp_forward calls $calls"
done_with
