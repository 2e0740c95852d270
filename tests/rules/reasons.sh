#!/bin/sh
# Every reason for which a packet is dropped is explained in docs/troubleshooting.md and seen in a test.
set -eu
. "$(dirname "$0")/lib.sh"
reasons=$(sed -n 's/^[[:space:]]*X(\([A-Z0-9_]*\), "\([a-z0-9_]*\)".*/\1 \2/p' nat/verdict.h)
[ -n "$reasons" ] || complain 'nat/verdict.h: no table of reasons found'
while read -r symbol name; do
	grep -q "^| \`$name\` |" docs/troubleshooting.md ||
		complain "docs/troubleshooting.md lacks the drop reason $name"
	grep -rqwE "NAT_R_$symbol|$name" tests --include='*.[ch]' --include='*.sh' ||
		complain "no test mentions the drop reason $name (NAT_R_$symbol)"
done <<EOF
$reasons
EOF
done_with
