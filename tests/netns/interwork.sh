#!/bin/sh
# IPv4 on one side, IPv6 on the other: foreign TLS and DTLS stacks, five megabytes, packets as large as the way.
#
#   a  IPv4 client ---- va0 trgwd vb0 ---- IPv6 server  b      openssl (TCP), gnutls (UDP), a plain UDP echo
#   a  IPv6 client ----               ---- IPv4 server  b
set -eu
. "$(dirname "$0")/lib.sh"
export TMPDIR=/run

topology
start_gateway

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=domain-b \
	-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null

# of FAMILY ADDRESS-4 ADDRESS-6
of() { if [ "$1" = 4 ]; then echo "$2"; else echo "$3"; fi; }
other() { of "$1" 6 4; }
side_a() { of "$1" 198.51.100.1 2001:db8:a::1; }
side_b() { of "$1" 203.0.113.1 2001:db8:b::1; }
gate_a() { of "$1" 198.51.100.10 2001:db8:a::10; }
gate_a_port() { of "$1" "198.51.100.10:$2" "[2001:db8:a::10]:$2"; }

for f in 4 6; do
	a=$(side_a $f)
	b=$(side_b "$(other $f)")
	relay "tls12-$f" TCP/TLS/MSRP "$a" 9 active "$b" "44${f}2" passive
	relay "tls13-$f" TCP/TLS/MSRP "$a" 9 active "$b" "44${f}3" passive
	relay "dtls-$f" UDP/TLS/UDPTL "$a" "500$f" - "$b" "550$f" -
	relay "udp-$f" UDP "$a" "510$f" - "$b" "560$f" -
done

# The endpoints of the demo, whose SDP is of two IP versions.
# both APPLICATION OPTIONS...: they run while the rest goes on.
both() {
	name=$1-$f
	call="$dir/calls/$name"
	mkdir -p "$call"
	calls="$calls --call $name:$call:access:core:$f:$(other $f)"
	app=$1
	shift
	$in_a "$build/trgw-pktgen" "$app" --role offer --sdp "$call" --local "$(side_a $f)" --timeout 60 "$@" \
		>"$dir/$name-a.log" 2>&1 &
	ends="$ends $!"
	[ "$app" != msrp ] || set -- --tls 1.3 --out "$dir/out-$f"
	$in_b "$build/trgw-pktgen" "$app" --role answer --sdp "$call" --local "$(side_b "$(other $f)")" --timeout 60 "$@" \
		>"$dir/$name-b.log" 2>&1 &
	ends="$ends $!"
}
step 'MSRP, BFCP and fax calls between IPv4 and IPv6'
ends=
for f in 4 6; do
	both msrp --tls 1.3 --size 5000000
	both bfcp --tls 1.2
	both t38 --tls dtls1.2
done
start_ibcf

said() { grep -qs -e "$2" "$1"; }

head -c 5000000 /dev/urandom >"$dir/sent"
sum=$(sha256sum <"$dir/sent")
listens() { $in_b ss -Htln "sport = :$1" | grep -q .; }

# OpenSSL: five megabytes to the server, then five from it (it plays a web server).
for f in 4 6; do
	step "TLS 1.2, IPv$f to IPv$(other $f), 5 MB to the server"
	name=tls12-$f
	sleep 300 | $in_b openssl s_server -accept "44${f}2" "-$(other $f)" -cert "$dir/cert.pem" -key "$dir/key.pem" \
		-tls1_2 -quiet -naccept 1 >"$dir/got-$name" 2>"$dir/$name-server.log" &
	server=$!
	wait_for 10 's_server to listen' listens "44${f}2"
	$in_a openssl s_client -connect "$(gate_a_port $f "$(port_a $name)")" -tls1_2 -quiet -no_ign_eof -nocommands \
		<"$dir/sent" >"$dir/$name-client.log" 2>&1 || fail "$name: s_client failed"
	wait_for 20 's_server to end' gone $server
	[ "$(sha256sum <"$dir/got-$name")" = "$sum" ] || fail "$name: not what was sent"

	step "TLS 1.3, IPv$f to IPv$(other $f), 5 MB to the client"
	name=tls13-$f
	(cd "$dir" && exec $in_b openssl s_server -accept "44${f}3" "-$(other $f)" -cert cert.pem -key key.pem \
		-tls1_3 -WWW -naccept 1 >"$name-server.log" 2>&1) &
	server=$!
	wait_for 10 's_server to listen' listens "44${f}3"
	printf 'GET /sent HTTP/1.0\r\n\r\n' | $in_a openssl s_client -quiet -ign_eof -tls1_3 \
		-connect "$(gate_a_port $f "$(port_a $name)")" >"$dir/got-$name" 2>"$dir/$name-client.log" ||
		fail "$name: s_client failed"
	[ "$(tail -c 5000000 "$dir/got-$name" | sha256sum)" = "$sum" ] || fail "$name: not what was sent"
	wait_for 20 's_server to end' gone $server
done
rm "$dir"/got-*

# GnuTLS over UDP: the server echoes. A client cannot be told its port: nftables gives it the announced one.
for f in 4 6; do
	step "gnutls-cli --udp, IPv$f to IPv$(other $f)"
	name=dtls-$f
	log="$dir/$name-client.log"
	: >"$log"
	table=$(of $f ip ip6)
	$in_a nft "add table $table t; add chain $table t c { type nat hook postrouting priority srcnat; };
		add rule $table t c oif eth0 udp dport $(port_a $name) snat to $(of $f 198.51.100.1:5004 '[2001:db8:a::1]:5006')" ||
		fail nft
	$in_b gnutls-serv --udp --port "550$f" --echo --x509certfile "$dir/cert.pem" \
		--x509keyfile "$dir/key.pem" --priority NORMAL >"$dir/$name-server.log" 2>&1 &
	server=$!
	wait_for 10 'gnutls-serv to listen' said "$dir/$name-server.log" 'ready\|listening'
	{
		echo through-the-gateway
		for _ in $(seq 100); do
			said "$log" '^through-the-gateway' && break
			sleep 0.1
		done
	} | $in_a gnutls-cli --udp --port "$(port_a $name)" --no-ca-verification "$(gate_a $f)" >"$log" 2>&1 ||
		fail "$name: gnutls-cli failed"
	expect "$name: no answer" said "$log" '^through-the-gateway'
	expect "$name: not DTLS" said "$log" 'DTLS1.2'
	kill $server
done

# Plain UDP: every size up to what the way carries, traffic class and ECN, hop limit, no checksum.
for f in 4 6; do
	step "UDP, IPv$f to IPv$(other $f): sizes, marks, hop limit, no checksum"
	$in_b python3 - "$(side_b "$(other $f)")" "560$f" >"$dir/udp-$f-echo.log" 2>&1 <<'EOF' &
import socket, sys, struct
six = ":" in sys.argv[1]
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
if six:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
else:
    s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    s.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
print("ready", flush=True)
while True:
    data, more, _, who = s.recvmsg(65535, 1000)
    marks = {kind: value[0] for _, kind, value in more}
    tos = marks.get(socket.IPV6_TCLASS if six else socket.IP_TOS)
    ttl = marks.get(socket.IPV6_HOPLIMIT if six else socket.IP_TTL)
    s.sendto(bytes([tos, ttl]) + data, who)
EOF
	server=$!
	wait_for 10 'the echo' said "$dir/udp-$f-echo.log" ready
	$in_a python3 - "$(side_a $f)" "510$f" "$(gate_a $f)" "$(port_a udp-$f)" >"$dir/udp-$f.log" 2>&1 <<'EOF' || fail "udp-$f"
import os, socket, sys
six = ":" in sys.argv[1]
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
s.connect((sys.argv[3], int(sys.argv[4])))
s.settimeout(5)
largest = 1500 - 48  # what IPv6 carries, on whichever side it is
def ask(n, tos=0, ttl=64):
    if six:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    data = os.urandom(n)
    s.send(data)
    got = s.recv(65535)
    assert got[2:] == data, (n, len(got))
    assert (got[0], got[1]) == (tos, ttl - 1), (tos, ttl, got[:2])
for n in list(range(0, 40)) + list(range(1200, 1300)) + [largest - 3, largest - 2]:
    ask(n)
for tos in range(0, 256, 5):
    ask(30, tos)
ask(30, 0, 255)
ask(30, 0, 2)
if not six:
    SO_NO_CHECK = 11
    s.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    for n in range(0, 20):
        ask(n)
EOF
	kill $server
done
for e in $ends; do
	stopped "$e" || fail "an endpoint ended with status $?"
done
release_calls
for r in too_big family bad_checksum bad_l4; do
	[ "$(drops $r)" = 0 ] || fail "$(drops $r) packets dropped as $r"
done
stop_gateway
echo PASS
