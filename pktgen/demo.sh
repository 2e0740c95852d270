#!/bin/sh
# Three encrypted calls cross the gateway at the same time; then two captures prove what happened.
# Usually called by `./run demo`. Runs as root or as an ordinary user; leaves nothing but its folder.
#
#   domain A                  gateway                   domain B
#   msrp  offers a file  ==== TLS 1.3 over IPv4 ====>   msrp  stores it
#   bfcp  floor server   ==== TLS 1.2 over IPv6 =====   bfcp  asks for the floor
#   t38   sends a page   ==== DTLS 1.2 over IPv4 ===>   t38   receives it
#                                | Ix (H.248)
#                              ibcf  sets the calls up
set -eu

if [ -z "${TRGW_INSIDE:-}" ]; then
	base=${TMPDIR:-/tmp}
	case $base in /run/* | /var/run/*) base=/tmp ;; esac # /run is covered by an own one inside
	TRGW_DIR=$(mktemp -d "$base/trgw-demo.XXXXXX")
	export TRGW_DIR
fi
top=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
# shellcheck source=../tests/netns/lib.sh
. "$top/tests/netns/lib.sh"

pktgen="$build/trgw-pktgen"
began=$(uptime_s)
echo "captures, logs and files of this run: $dir"

step 'two domains, a gateway between them, a controller beside it'
topology
start_gateway

step 'capturing in both domains'
$in_a "$pktgen" capture --iface eth0 --out "$dir/a.pcapng" 2>"$dir/capture-a.log" &
capture_a=$!
$in_b "$pktgen" capture --iface eth0 --out "$dir/b.pcapng" 2>"$dir/capture-b.log" &
capture_b=$!
wait_for 10 'capture in domain A' test -s "$dir/a.pcapng"
wait_for 10 'capture in domain B' test -s "$dir/b.pcapng"

# ends CALL SUB-COMMAND ADDRESS-A ADDRESS-B [options of the offerer] -- [options of the answerer]
pids=
ends() {
	call=$1
	app=$2
	a=$3
	b=$4
	shift 4
	offerer=
	while [ "$1" != -- ]; do
		offerer="$offerer $1"
		shift
	done
	shift
	mkdir -p "$dir/calls/$call"
	# shellcheck disable=SC2086  # options are words
	$in_a "$pktgen" "$app" --role offer --sdp "$dir/calls/$call" --local "$a" --timeout 60 $offerer \
		>"$dir/$call-a.log" 2>&1 &
	pids="$pids $!"
	$in_b "$pktgen" "$app" --role answer --sdp "$dir/calls/$call" --local "$b" --timeout 60 "$@" \
		>"$dir/$call-b.log" 2>&1 &
	pids="$pids $!"
}

step 'three calls at once: MSRP over TLS 1.3, BFCP over TLS 1.2, T.38 over DTLS'
head -c 5000000 /dev/urandom >"$dir/sent.bin"
ends 1-msrp msrp 198.51.100.1 203.0.113.1 --tls 1.3 --file "$dir/sent.bin" -- \
	--tls 1.3 --out "$dir/received.bin"
ends 2-bfcp bfcp 2001:db8:a::1 2001:db8:b::1 --tls 1.2 -- --tls 1.2
ends 3-t38 t38 198.51.100.1 203.0.113.1 --tls dtls1.2 -- --tls dtls1.2 --out "$dir/page.tif"

$in_ibcf "$pktgen" ibcf --listen 192.0.2.1:2944 --style pretty --timeout 60 \
	--call "1-msrp:$dir/calls/1-msrp:access:core:4:4" \
	--call "2-bfcp:$dir/calls/2-bfcp:access:core:6:6" \
	--call "3-t38:$dir/calls/3-t38:access:core:4:4" >"$dir/ibcf.log" 2>&1 &
ibcf=$!
tail -q -n +1 -f "$dir/ibcf.log" "$dir"/[0-9]-*.log 2>/dev/null &
follow=$!

bad=
for pid in $pids $ibcf; do
	stopped "$pid" || bad="$bad $pid"
done
kill "$follow"
kill -TERM "$capture_a" "$capture_b"
stopped "$capture_a" || fail 'the capture in domain A is incomplete'
stopped "$capture_b" || fail 'the capture in domain B is incomplete'
stop_gateway
[ -z "$bad" ] || step 'an endpoint or the controller ended with an error'

step 'what the two captures, the endpoints and the controller say'
status=0
"$pktgen" proof --run "$dir" || status=$?
echo "captures, logs and files: $dir"
if [ -n "$bad" ] || [ "$status" != 0 ]; then
	fail "after $(($(uptime_s) - began)) s"
fi
echo "PASS after $(($(uptime_s) - began)) s"
