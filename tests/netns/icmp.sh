#!/bin/sh
# ICMP errors reach whom they concern, through all pairs of IP versions.
#
#   a ---- va0 trgwd vb0 ---- b (router) ---- c      the link from b to c carries 1300 bytes
#
# c's kernel and b's say what is wrong; a's kernel must believe it: path MTU, refused, unreachable.
set -eu
. "$(dirname "$0")/lib.sh"

topology
ip netns add c
ip -n b link add eth1 type veth peer name eth0 netns c
for n in b c; do
	ip netns exec $n sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1
done
ip -n b addr add 192.0.3.1/24 dev eth1
ip -n b addr add 2001:db8:c::1/64 dev eth1 nodad
ip -n c addr add 192.0.3.2/24 dev eth0
ip -n c addr add 2001:db8:c::2/64 dev eth0 nodad
ip -n b link set eth1 up
ip -n c link set eth0 up
ip -n b link set eth1 mtu 1300
ip -n c route add default via 192.0.3.1
ip -n c route add default via 2001:db8:c::1
offloads b eth1 csum
offloads c eth0 csum
in_c='ip netns exec c'

GW_ROUTER_B='next_hop4: "203.0.113.1"'
GW_ROUTER_B="$GW_ROUTER_B
    next_hop6: \"2001:db8:b::1\""
start_gateway

# of FAMILY ADDRESS-4 ADDRESS-6
of() { if [ "$1" = 4 ]; then echo "$2"; else echo "$3"; fi; }
side_a() { of "$1" 198.51.100.1 2001:db8:a::1; }
side_c() { of "$1" 192.0.3.2 2001:db8:c::2; }
gate_a() { of "$1" 198.51.100.10 2001:db8:a::10; }

for fa in 4 6; do
	for fc in 4 6; do
		relay "tcp-$fa$fc" TCP "$(side_a $fa)" 9 active "$(side_c $fc)" "4${fa}${fc}1" passive
		relay "udp-$fa$fc" UDP "$(side_a $fa)" "5${fa}${fc}1" - "$(side_c $fc)" "5${fa}${fc}2" -
	done
done
start_ibcf

cat >"$dir/serve.py" <<'EOF'
# Takes one connection, reads it to its end, answers with the SHA-256 of what came.
import hashlib, socket, sys
s = socket.create_server((sys.argv[1], int(sys.argv[2])), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
print("ready", flush=True)
c, _ = s.accept()
h = hashlib.sha256()
while d := c.recv(65536):
    h.update(d)
c.sendall(h.hexdigest().encode())
EOF
cat >"$dir/send.py" <<'EOF'
# Sends two megabytes, hears their SHA-256, prints the path MTU that the kernel has learned.
import hashlib, os, socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
data = os.urandom(2000000)
s.sendall(data)
s.shutdown(socket.SHUT_WR)
assert s.recv(100).decode() == hashlib.sha256(data).hexdigest()
print(s.getsockopt(*((socket.IPPROTO_IPV6, 24) if ":" in sys.argv[1] else (socket.IPPROTO_IP, 14))))
EOF
cat >"$dir/udp.py" <<'EOF'
# What the kernel says about datagrams to a port: too long ones (path MTU), then closed or unreachable.
import errno, socket, struct, sys, time
here, port, there, to, want_mtu = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
six = ":" in here
level, discover, recverr, mtu = (socket.IPPROTO_IPV6, 23, 25, 24) if six else (socket.IPPROTO_IP, 10, 11, 14)
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(level, discover, 2)  # IP_PMTUDISC_DO: never fragment here
s.setsockopt(level, recverr, 1)
s.settimeout(0.1)
s.bind((here, port))
s.connect((there, to))
def error(want, size):
    for _ in range(50):
        try:
            s.send(bytes(size))
            s.recv(1)
        except socket.timeout:
            continue
        except OSError as e:
            if e.errno == want:
                return
            if e.errno not in (errno.EMSGSIZE, errno.ECONNREFUSED):
                raise
    sys.exit("never heard " + errno.errorcode[want])
error(errno.ECONNREFUSED, 10)  # the far host
if not six and want_mtu == 1280:  # the gateway: 1500 bytes would become 1520
    error(errno.EMSGSIZE, 1472)
    assert s.getsockopt(level, mtu) == 1480, s.getsockopt(level, mtu)
error(errno.EMSGSIZE, want_mtu - (48 if six else 28) + 1)
got = s.getsockopt(level, mtu)
assert got == want_mtu, (got, want_mtu)
error(errno.ECONNREFUSED, want_mtu - (48 if six else 28))
s.setsockopt(level, 16 if six else 2, 1)  # hop limit, TTL
error(errno.EHOSTUNREACH, 10)  # the gateway
s.setsockopt(level, 16 if six else 2, 2)
error(errno.EHOSTUNREACH, 10)  # the router behind it
EOF

for fa in 4 6; do
	for fc in 4 6; do
		pair=$fa$fc
		case $pair in 46) mtu=1280 ;; 64) mtu=1320 ;; *) mtu=1300 ;; esac
		step "TCP, IPv$fa to IPv$fc: the path MTU of the far link"
		$in_c python3 "$dir/serve.py" "$(side_c $fc)" "4${pair}1" >"$dir/serve-$pair.log" 2>&1 &
		wait_for 10 'the server' grep -q ready "$dir/serve-$pair.log"
		$in_a ip -"$fa" route flush cache
		$in_a python3 "$dir/send.py" "$(gate_a $fa)" "$(port_a "tcp-$pair")" >"$dir/send-$pair.log" 2>&1 ||
			fail "TCP $pair"
		[ "$(cat "$dir/send-$pair.log")" = $mtu ] || fail "TCP $pair: MTU $(cat "$dir/send-$pair.log"), not $mtu"

		step "UDP, IPv$fa to IPv$fc: path MTU, closed port"
		$in_a ip -"$fa" route flush cache
		$in_a python3 "$dir/udp.py" "$(side_a $fa)" "5${pair}1" "$(gate_a $fa)" "$(port_a "udp-$pair")" $mtu \
			>"$dir/udp-$pair.log" 2>&1 || fail "UDP $pair"
	done
done
release_calls
stop_gateway
echo PASS
