#!/bin/sh
# The demo itself: as root, as an ordinary user, killed and interrupted half-way: nothing may be left.
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d /tmp/trgw-demo-test.XXXXXX)
chmod 1777 "$work"
trap 'rm -rf "$work"' EXIT

fail() {
	echo "FAIL: $*"
	for log in "$work"/*.txt; do
		echo "--- end of $log"
		tail -n 40 "$log"
	done
	exit 1
}

# What a demo could leave behind: namespaces, interfaces, processes (all of its own carry TRGW_DIR).
left() {
	ip netns list 2>/dev/null
	ip -o link show | cut -d: -f2
	grep -lz "^TRGW_DIR=$work" /proc/[0-9]*/environ 2>/dev/null
}

# Waits for the world to look as before.
nothing_left() {
	for _ in $(seq 50); do
		left >"$work/after"
		cmp -s "$work/before" "$work/after" && return 0
		sleep 0.1
	done
	diff "$work/before" "$work/after" || true
	return 1
}

left >"$work/before" || true

echo '-- as it is called'
TMPDIR=$work sh pktgen/demo.sh >"$work/first.txt" 2>&1 || fail 'the demo failed'
tail -n 1 "$work/first.txt" | grep -q '^PASS' || fail 'the demo did not end with PASS'
nothing_left || fail 'the demo left something behind'

# ordinary COMMAND...: as a user without any right.
ordinary() { setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"; }

if [ "$(id -u)" = 0 ] && ordinary unshare --user --map-root-user true 2>/dev/null; then
	echo '-- as an ordinary user'
	TMPDIR=$work ordinary sh pktgen/demo.sh >"$work/user.txt" 2>&1 || fail 'the demo failed as an ordinary user'
	nothing_left || fail 'the demo of an ordinary user left something behind'
elif [ "$(id -u)" = 0 ]; then
	echo '-- as an ordinary user: NOT POSSIBLE HERE, user namespaces are forbidden; it must say so'
	if TMPDIR=$work ordinary sh pktgen/demo.sh >"$work/user.txt" 2>&1; then fail 'the demo claims success'; fi
	grep -q 'neither root nor user namespaces' "$work/user.txt" || fail 'the demo does not say why it cannot run'
fi

# half_way SIGNAL: the demo is stopped while its calls run.
half_way() {
	echo "-- SIG$1 half-way"
	TMPDIR=$work setsid env --default-signal=INT sh pktgen/demo.sh >"$work/$1.txt" 2>&1 &
	demo=$!
	for _ in $(seq 300); do
		grep -q 'three calls' "$work/$1.txt" && break
		sleep 0.1
	done
	grep -q 'three calls' "$work/$1.txt" || fail 'the demo did not come half-way'
	if [ "$1" = INT ]; then
		kill -INT "-$demo" # Ctrl-C goes to the whole foreground group
	else
		kill "-$1" "$demo"
	fi
	wait "$demo" 2>/dev/null || true
	nothing_left || fail "SIG$1 left something behind"
}
half_way KILL
half_way INT
echo PASS
