#!/bin/sh
# The gateway as a neighbour and as a target: ARP and Neighbour Discovery in both roles, echo, next hops
# that do not answer, closed ports, spoofed sources.
#
#   a  ping, python3 ---- va0 trgwd vb0 ---- b  python3
set -eu
. "$(dirname "$0")/lib.sh"

topology
ip -n a addr add 198.51.100.66/24 dev eth0
ip -n a addr add 2001:db8:a::66/64 dev eth0 nodad
$in_b "$build/trgw-pktgen" capture --iface eth0 --out "$dir/b.pcapng" 2>"$dir/capture-b.log" &
capture_b=$!
wait_for 5 'capture in b' test -s "$dir/b.pcapng"
start_gateway

step 'ARP, Neighbour Discovery and echo: our addresses answer'
for target in 198.51.100.10 2001:db8:a::10; do
	expect "ping $target" $in_a ping -q -c 3 -i 0.2 -W 5 $target >/dev/null
done
for target in 203.0.113.10 2001:db8:b::10; do
	expect "ping $target" $in_b ping -q -c 3 -i 0.2 -W 5 $target >/dev/null
done
expect_not 'an address that is not ours answers' $in_a ping -q -c 1 -W 1 198.51.100.99 >/dev/null

# send NAMESPACE FROM FROM-PORT TO TO-PORT COUNT: UDP datagrams.
send() {
	ip netns exec "$1" python3 - "$@" <<'EOF'
import socket, sys
_, ns, src, sport, dst, dport, count = sys.argv
s = socket.socket(socket.AF_INET6 if ':' in dst else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((src, int(sport)))
for i in range(int(count)):
    s.sendto(b'datagram %d' % i, (dst, int(dport)))
EOF
}

# listen ADDRESS PORT FILE: in b; writes what arrives.
listen() {
	$in_b python3 - "$1" "$2" >"$3" <<'EOF' &
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
print('listening', flush=True)
while True:
    data, peer = s.recvfrom(2000)
    print(peer[0], peer[1], data.decode(), flush=True)
EOF
	wait_for 5 'the listener' grep -q listening "$3"
}

relay udp4 UDP 198.51.100.1 6000 - 203.0.113.1 7000 -
relay udp6 UDP 2001:db8:a::1 6000 - 2001:db8:b::1 7000 -
relay nobody UDP 198.51.100.1 6001 - 203.0.113.77 7000 -
relay nobody6 UDP 2001:db8:a::1 6001 - 2001:db8:b::77 7000 -
relay tcp TCP 198.51.100.1 9 active 203.0.113.1 7001 passive
start_ibcf
listen 203.0.113.1 7000 "$dir/heard4"
listen 2001:db8:b::1 7000 "$dir/heard6"

step 'next hops are resolved by us; the far end sees our address only'
send a 198.51.100.1 6000 198.51.100.10 "$(port_a udp4)" 3
send a 2001:db8:a::1 6000 2001:db8:a::10 "$(port_a udp6)" 3
wait_for 5 'three datagrams over IPv4' grep -q 'datagram 2' "$dir/heard4"
wait_for 5 'three datagrams over IPv6' grep -q 'datagram 2' "$dir/heard6"
expect 'IPv4 source' grep -q "^203.0.113.10 $(port_b udp4) datagram 0" "$dir/heard4"
expect 'IPv6 source' grep -q "^2001:db8:b::10 $(port_b udp6) datagram 0" "$dir/heard6"

step 'a spoofed source gets nothing through and is counted'
before=$(drops bad_source)
send a 198.51.100.66 6000 198.51.100.10 "$(port_a udp4)" 5
send a 198.51.100.1 6009 198.51.100.10 "$(port_a udp4)" 5
send a 2001:db8:a::66 6000 2001:db8:a::10 "$(port_a udp6)" 5
wait_for 5 'fifteen drops of bad_source' drops_more bad_source $((before + 14))
[ "$(grep -c datagram "$dir/heard4")" = 3 ] || fail 'a spoofed datagram came through'

step 'a next hop that does not answer: bounded waiting, bounded asking'
before=$(($(drops neigh_wait) + $(drops neigh_failed)))
send a 198.51.100.1 6001 198.51.100.10 "$(port_a nobody)" 200
send a 2001:db8:a::1 6001 2001:db8:a::10 "$(port_a nobody6)" 200
unresolved() { [ $(($(drops neigh_wait) + $(drops neigh_failed))) -ge $((before + $1)) ]; }
wait_for 20 'all 400 of them to be dropped' unresolved 400

step 'closed ports are silent'
before=$(drops no_flow)
live="$(port_a udp4) $(port_a udp6) $(port_a nobody) $(port_a nobody6) $(port_a tcp)"
$in_a python3 - "$live" 198.51.100.10 2001:db8:a::10 <<'EOF' || fail 'a closed port gave an answer'
import select, socket, sys, time
polled, names = select.poll(), {}
live = [int(port) for port in sys.argv[1].split()] # drawn at random, perhaps among those swept
for host in sys.argv[2:]:
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    for port in list(range(1, 130)) + list(range(29800, 29930)):
        for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
            if port in live:
                continue
            s = socket.socket(family, kind)
            s.setblocking(False)
            s.connect_ex((host, port))
            if kind == socket.SOCK_DGRAM:
                s.send(b'anybody there?')
            names[s.fileno()] = (s, host, port, kind)
            polled.register(s, select.POLLIN | select.POLLERR | select.POLLHUP)
end = time.monotonic() + 2 # silence has to last for a while to be silence
bad = 0
while time.monotonic() < end:
    for fd, what in polled.poll(100):
        print('answer from', names[fd][1:], what)
        bad += 1
        polled.unregister(fd)
sys.exit(bad != 0)
EOF
wait_for 5 'the sweep to be counted' drops_more no_flow $((before + 1000))

step 'frames for others, addresses that are not ours, too many echoes'
other=$(drops not_our_mac)
ours=$(drops not_ours)
rate=$(drops icmp_rate)
ip -n a neigh replace 198.51.100.98 lladdr 02:00:00:00:00:99 dev eth0
ip -n a neigh replace 198.51.100.97 lladdr "$(ip -o link show va0 | sed 's,.*link/ether \([^ ]*\).*,\1,')" dev eth0
send a 198.51.100.1 6003 198.51.100.98 7000 3
send a 198.51.100.1 6003 198.51.100.97 7000 3
$in_a ping -q -f -c 5000 198.51.100.10 >/dev/null || true
wait_for 5 'drops of not_our_mac' drops_more not_our_mac "$other"
wait_for 5 'drops of not_ours' drops_more not_ours "$ours"
wait_for 5 'drops of icmp_rate' drops_more icmp_rate "$rate"

step 'reasons that only overload brings are counted too, here never'
for reason in no_buffer tx_full handoff_full; do
	[ "$(drops $reason)" = 0 ] || fail "$reason: $(drops $reason)"
done

step 'a live TCP port is open to its caller only'
before=$(drops bad_source)
$in_a python3 - "$(port_a tcp)" <<'EOF' || fail 'a stranger got an answer'
import socket, sys
s = socket.socket()
s.bind(('198.51.100.66', 0))
s.settimeout(1.5)
sys.exit(s.connect_ex(('198.51.100.10', int(sys.argv[1]))) in (0, 111))
EOF
wait_for 5 'its SYN to be counted' drops_more bad_source "$before"

release_calls
kill -TERM $capture_b
stopped $capture_b || fail 'capture in b'
asked=$(tshark -r "$dir/b.pcapng" -Y 'arp.dst.proto_ipv4 == 203.0.113.77' 2>/dev/null | wc -l)
[ "$asked" -ge 1 ] && [ "$asked" -le 40 ] || fail "asked $asked times by ARP for a host that is not there"
asked=$(tshark -r "$dir/b.pcapng" -Y 'icmpv6.nd.ns.target_address == 2001:db8:b::77' 2>/dev/null | wc -l)
[ "$asked" -ge 1 ] && [ "$asked" -le 40 ] || fail "asked $asked times by ND for a host that is not there"
leaked=$(tshark -r "$dir/b.pcapng" -Y 'ip.addr == 198.51.100.0/24 or ipv6.addr == 2001:db8:a::/64' 2>/dev/null | wc -l)
[ "$leaked" = 0 ] || fail "$leaked packets in b show addresses of a"
announced=$(tshark -r "$dir/b.pcapng" -Y 'arp.isgratuitous == 1' 2>/dev/null | wc -l)
[ "$announced" -ge 1 ] || fail 'no gratuitous ARP at the start'
stop_gateway
echo PASS
