#!/bin/sh
# iperf3 with 8 streams through relayed streams, against testpmd on the same wires.
# usage: iperf_run.sh SECONDS ROUNDS [--check]     --check: the ratios must hold
#
#   a  iperf3 -P 8 ---- va0 trgwd or testpmd vb0 ---- iperf3 -s  b
#
# A port of the gateway carries one connection, so nftables in a spreads iperf3's 9 connections over 9
# relayed streams; with testpmd it sends them all to the server, at the same cost of tracking.
set -eu
. "$(dirname "$0")/lib.sh"

seconds=$1
rounds=$2
check=${3:-}
connections=9
results="$dir/results"
: >"$results"
topology
ip -n a route add 203.0.113.0/24 dev eth0
ip -n b route add 198.51.100.0/24 dev eth0

# spread MAP: where the connections of iperf3 to 198.51.100.10:5201 really go.
spread() {
	$in_a nft "add table ip t; flush table ip t; add chain ip t out { type nat hook output priority -100; };
		add rule ip t out ip daddr 198.51.100.10 tcp dport 5201 dnat to $1" || fail 'nft'
}

# relayed SET: the map of a set of 9 relays.
relayed() {
	map=
	for i in $(seq 0 $((connections - 1))); do
		map="$map${map:+, }$i : $(port_a "$1-$i")"
	done
	echo "198.51.100.10 : numgen inc mod $connections map { $map }"
}

# measure NAME: one run of iperf3; rate and retransmissions go to $results.
measure() {
	$in_b iperf3 -s -1 >"$dir/iperf-server.log" 2>&1 &
	server=$!
	wait_for 5 'the iperf3 server' listening
	timeout $((seconds + 20)) $in_a iperf3 -c 198.51.100.10 -P 8 -t "$seconds" -J >"$dir/iperf.json" 2>&1 ||
		fail "iperf3, $1: $(jq -r '.error // empty' "$dir/iperf.json" 2>/dev/null)"
	stopped $server || true
	jq -r --arg n "$1" '"\($n) \(.end.sum_received.bits_per_second / 1e6 | floor) \(.end.sum_sent.retransmits)"' \
		"$dir/iperf.json" | tee -a "$results" |
		while read -r n rate again; do echo "   $n: $rate Mbit/s, $again retransmissions"; done
}
listening() { $in_b ss -Hltn 'sport = :5201' | grep -q .; }

both() { offloads a eth0 "$1"; offloads b eth0 "$1"; }

gateway_round() {
	step "round $1: gateway"
	rm -rf "$dir/calls"
	calls=
	for set in off csum tso; do
		for i in $(seq 0 $((connections - 1))); do
			relay "$set-$i" TCP 198.51.100.1 9 active 203.0.113.1 5201 passive
		done
	done
	start_gateway
	start_ibcf
	for set in off csum; do
		both $set
		spread "$(relayed $set)"
		measure $set
	done
	[ "$1" != 1 ] || segmented
	release_calls
	stop_gateway
}

# With TSO on, frames larger than the ring arrive cut: counted under a reason that says what to do.
segmented() {
	before=$(drops frame_cut)
	both tso
	spread "$(relayed tso)"
	$in_b iperf3 -s -1 >"$dir/iperf-server.log" 2>&1 &
	server=$!
	wait_for 5 'the iperf3 server' listening
	timeout 15 $in_a iperf3 -c 198.51.100.10 -P 8 -t 2 >"$dir/iperf-tso.log" 2>&1 || true
	kill $server 2>/dev/null || true
	stopped $server || true
	wait_for 5 'drops of frame_cut' drops_more frame_cut "$before"
	wait_for 5 'the advice in the log' gateway_said 'frame_cut.*tso off'
	echo "   tso: $(drops frame_cut) frames dropped as frame_cut; the log says what to switch off"
}

testpmd_round() {
	step "round $1: testpmd io"
	both off
	spread 203.0.113.1:5201
	ring=blocksz=65536,framesz=2048,framecnt=${TESTPMD_FRAMES:-4096}
	mkfifo "$dir/stdin.$1"
	stdbuf -oL dpdk-testpmd --no-huge -m 256 --no-shconf --no-telemetry --no-pci --lcores 0,1 \
		--vdev "net_af_packet0,iface=va0,$ring" --vdev "net_af_packet1,iface=vb0,$ring" -- \
		--forward-mode=io --auto-start --total-num-mbufs=16384 <"$dir/stdin.$1" >"$dir/testpmd.log" 2>&1 &
	testpmd=$!
	exec 9>"$dir/stdin.$1"
	wait_for 20 'testpmd' grep -q 'Press enter' "$dir/testpmd.log"
	measure testpmd
	exec 9>&-
	stopped $testpmd || true
}

for round in $(seq "$rounds"); do
	gateway_round "$round"
	testpmd_round "$round"
done

# rates NAME: all its rates in ascending order.
rates() { awk -v n="$1" '$1 == n { print $2 }' "$results" | sort -n; }
median() { rates "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
percent() { echo $(($1 * 100 / $2)); }

step "Mbit/s of 8 streams, $rounds rounds of $seconds s"
printf '   %-10s %8s %8s %8s\n' '' min median max
for n in off csum testpmd; do
	printf '   %-10s %8s %8s %8s\n' $n "$(rates $n | head -n 1)" "$(median $n)" "$(rates $n | tail -n 1)"
done
again=$(awk '$1 == "off" && $3 > m { m = $3 } END { print m + 0 }' "$results")
csum=$(percent "$(median csum)" "$(median off)")
io=$(percent "$(median off)" "$(median testpmd)")
echo "   checksum offload on: $csum % of all offloads off (at least 70)"
echo "   all offloads off: $io % of testpmd io (at least 80), at most $again retransmissions in a run (under 1000)"
if [ "$check" = --check ]; then
	[ "$csum" -ge 70 ] || fail 'checksum offload costs too much'
	[ "$io" -ge 80 ] || fail 'too slow against testpmd'
	[ "$again" -lt 1000 ] || fail 'too many retransmissions'
fi
echo PASS
