#!/bin/sh
# A realm behind a VLAN: a node of our own tags and untags, because the kernel may lack 802.1Q.
#
#   a  eth0 ---- t0 (tagger) t1 ---- va0 trgwd vb0 ---- eth0  b
#      untagged    vlan_node   VLAN 42
#
# A second gateway realm address is asked without a tag and with another one: no answer, and counted.
set -eu
. "$(dirname "$0")/lib.sh"

topology
ip netns add tagger
ip link set va0 netns tagger name t0
ip link add va0 type veth peer name t1 netns tagger
ip -n tagger link set t0 up
ip -n tagger link set t1 up
ip netns exec tagger sh -c 'for i in t0 t1; do echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6; done'
data_side va0

# tag VLAN-ID: (re)starts the tagging node.
tag() {
	[ -z "${node:-}" ] || kill "$node"
	: >"$dir/node.log"
	ip netns exec tagger "$build/tests/netns/vlan_node" t0 t1 "$1" >"$dir/node.log" 2>&1 &
	node=$!
	wait_for 5 'the tagging node' grep -q ready "$dir/node.log"
}

tag 42
GW_VLAN_A=42 start_gateway
expect 'no answer to ping through the VLAN' $in_a ping -q -c 2 -W 5 198.51.100.10 >/dev/null
expect 'no answer to ping6 through the VLAN' $in_a ping -q -c 2 -W 5 2001:db8:a::10 >/dev/null

mkdir -p "$dir/calls/msrp"
calls=" --call msrp:$dir/calls/msrp:access:core:4:4"
$in_a "$build/trgw-pktgen" msrp --role offer --sdp "$dir/calls/msrp" --local 198.51.100.1 --tls 1.3 \
	--size 1000000 --timeout 60 >"$dir/msrp-a.log" 2>&1 &
a=$!
$in_b "$build/trgw-pktgen" msrp --role answer --sdp "$dir/calls/msrp" --local 203.0.113.1 --tls 1.3 \
	--out "$dir/received" --timeout 60 >"$dir/msrp-b.log" 2>&1 &
b=$!
start_ibcf
stopped $a || fail 'MSRP over the VLAN, end a'
stopped $b || fail 'MSRP over the VLAN, end b'
wait_for 20 'the IBCF to end' gone "$ibcf"

step 'another VLAN is not ours'
before=$(drops vlan_unknown)
tag 43
$in_a ip neigh flush dev eth0
expect_not 'an answer in the wrong VLAN' $in_a ping -q -c 1 -W 1 198.51.100.10 >/dev/null
wait_for 5 'drops of vlan_unknown' drops_more vlan_unknown "$before"
stop_gateway
echo PASS
