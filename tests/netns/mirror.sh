#!/bin/sh
# Mirrors copy one call out of several, and nothing that happens to a sink touches a call.
#
#   a 198.51.100.1 ---- va0 trgwd vb0 ---- 203.0.113.1 b     TLS 1.2, TLS 1.3, in clear, bulk
#                           |   vm0 ------ eth0 m            what sink port sends
#                           files, FIFO; vk0 --- 10.8.8.2    collector: ERSPAN and VXLAN
set -eu
. "$(dirname "$0")/lib.sh"
export TMPDIR=/run

topology
endpoint m vm0
endpoint k vk0 10.8.8.2/24
data_side vm0
ip addr add 10.8.8.1/24 dev vk0
ip link set vk0 up

# A port for mirrors, and one mirror from the start.
GW_PORTS='  - { name: m, device: "net_af_packet2,iface=vm0" }'
GW_MORE="mirrors: [{ name: dropped, drops: [\"*\"], target: \"$dir/dropped.pcapng\" }]"
start_gateway

# name, port of the server, protocol
cat >"$dir/cases" <<'EOF'
tls12 4401 TLSv1.2
tls13 4402 TLSv1.3
clear 4403 -
bulk1 4404 -
bulk2 4405 -
bulk3 4406 -
bulk4 4407 -
EOF
while read -r name port protocol; do
	[ "$protocol" = - ] && proto=TCP/MSRP || proto=TCP/TLS/MSRP
	relay "$name" "$proto" 198.51.100.1 9 active 203.0.113.1 "$port" passive
done <"$dir/cases"
start_ibcf

said() { grep -qs -e "$2" "$1"; }
ctl() { gateway_ctl "$@" >>"$dir/ctl.log" 2>&1 || fail "trgwctl $*"; }
# refused WORD COMMAND...: trgwctl says no, and why
refused() {
	word=$1
	shift
	if gateway_ctl "$@" >"$dir/refused.log" 2>&1; then fail "not refused: trgwctl $*"; fi
	said "$dir/refused.log" "$word" || fail "trgwctl $*: no \"$word\" in the answer"
}
# mirror_field NAME FIELD
mirror_field() {
	gateway_ctl --json show mirrors | jq -r --arg n "$1" --arg f "$2" '.[] | select(.name == $n) | .[$f]'
}
mirror_more() { [ "$(mirror_field "$1" "$2")" -gt "$3" ]; }
# shark FILE FILTER [OPTION...]: what tshark shows of the packets
shark() {
	file=$1
	filter=$2
	shift 2
	tshark -r "$file" -Y "$filter" "$@" 2>>"$dir/tshark.log"
}
frames() { shark "$@" | wc -l; }
# whole FILE: a capture that ends with a whole packet
whole() { tshark -r "$1" -q -z io,phs >>"$dir/tshark.log" 2>&1 || fail "$1 is cut or broken"; }
# context NAME: of a relay, found by its port in domain A
context() {
	for id in $(gateway_ctl --json show contexts | jq -r '.[].context'); do
		gateway_ctl --json show context "$id" | jq -r --arg p ":$(port_a "$1")" \
			'select(.streams | any(.local | endswith($p))) | .context'
	done
}

# secret NAME: the client says the word, the server says it backwards.
secret() {
	name=$1
	read -r _ port protocol <<EOF
$(grep "^$name " "$dir/cases")
EOF
	case $protocol in TLSv1.2) option=-tls1_2 ;; *) option=-tls1_3 ;; esac
	log=$dir/$name-client.log
	: >"$log"
	$in_b openssl s_server -accept "$port" -4 -cert "$dir/cert.pem" -key "$dir/key.pem" $option -rev \
		>"$dir/$name-server.log" 2>&1 &
	server=$!
	wait_for 10 's_server to listen' said "$dir/$name-server.log" ACCEPT
	{
		echo secret-word
		wait_for 10 'the answer' said "$log" drow-terces
	} | $in_a openssl s_client -connect "198.51.100.10:$(port_a "$name")" $option \
		-keylogfile "$dir/$name.keys" >"$log" 2>&1 || fail "$name: s_client failed"
	kill "$server"
}

listens() { $in_b ss -Hltn "sport = :$1" | grep -q LISTEN; }

# bulk NAME: 8 MB from a to b arrive as they were.
bulk() {
	port=$(sed -n "s/^$1 \([0-9]*\) .*/\1/p" "$dir/cases")
	$in_b socat -u "TCP-LISTEN:$port,reuseaddr" "OPEN:$dir/received,creat,trunc" &
	receiver=$!
	wait_for 10 'socat to listen' listens "$port"
	$in_a socat -u "OPEN:$dir/sent" "TCP:198.51.100.10:$(port_a "$1")" || fail "$1: sending failed"
	stopped "$receiver" || fail "$1: receiving failed"
	cmp "$dir/sent" "$dir/received" || fail "$1: the bytes arrived changed"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=domain-b \
	-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
head -c 8000000 /dev/urandom >"$dir/sent"

step 'what is wrong is refused in clear words'
refused 'syntax error' mirror add x 'ingress=*' 'filter=tcp prot 1' "target=$dir/x.pcapng"
refused 'no such realm' mirror add x ingress=nowhere "target=$dir/x.pcapng"
refused 'no such key' mirror add x 'ingress=*' colour=red "target=$dir/x.pcapng"
refused 'at least one' mirror add x "target=$dir/x.pcapng"
refused 'realm access uses' mirror add x 'ingress=*' sink=port target=a
refused 'already' mirror add dropped 'ingress=*' "target=$dir/x.pcapng"
refused 'no mirror' mirror start x
refused 'no FIFO' mirror add x 'ingress=*' sink=fifo "target=$dir/cert.pem"
refused 'no mirror' mirror del x

step 'one call out of several: by context, by filter, by direction, to every sink'
tls13=$(context tls13)
[ -n "$tls13" ] || fail 'no context of call tls13'
ctl mirror add context 'ingress=*' 'egress=*' "context=$tls13" "target=$dir/context.pcapng"
ctl mirror add filter ingress=core "filter=tcp port 4401" "target=$dir/filter.pcapng"
ctl mirror add short egress=core "context=$tls13" snaplen=60 "target=$dir/short.pcapng"
ctl mirror add wire ingress=access "context=$tls13" sink=port target=m vlan=77
ctl mirror add erspan egress=core "context=$tls13" sink=erspan target=10.8.8.2 tunnel=5
ctl mirror add vxlan egress=core "context=$tls13" sink=vxlan target=10.8.8.2 tunnel=4711
dumpcaps=
for ns in m k; do
	ip netns exec $ns dumpcap -q -i eth0 -w "$dir/at-$ns.pcapng" >"$dir/at-$ns.log" 2>&1 &
	dumpcaps="$dumpcaps $!"
	wait_for 10 "dumpcap in $ns" said "$dir/at-$ns.log" File
done
secret tls12
secret tls13
for name in context filter short wire erspan vxlan; do
	wait_for 5 "mirror $name to copy" mirror_more "$name" packets 5
	[ "$name" != filter ] || jit=$(mirror_field filter jit)
	ctl mirror stop "$name"
done
stopped_all() { [ "$(gateway_ctl --json show mirrors | jq '[.[] | select(.state == "running")] | length')" = 1 ]; }
wait_for 5 'the mirrors to stop' stopped_all
gateway_ctl show mirrors
for name in context filter short wire erspan vxlan; do
	[ "$(mirror_field "$name" lost)" = 0 ] || fail "mirror $name lost copies"
	[ "$(mirror_field "$name" unsent)" = 0 ] || fail "mirror $name: $(mirror_field "$name" error)"
done
case $(uname -m) in x86_64 | aarch64) expect 'the filter is machine code' test "$jit" = true ;; esac

step 'tshark: only that call, with its identity'
ports="tcp.port == 4402 || tcp.port == $(port_a tls13)"
n=$(frames "$dir/context.pcapng" tcp)
expect 'packets of the call' test "$n" -gt 20
expect 'nothing but the call' test "$(frames "$dir/context.pcapng" "!($ports)")" = 0
expect 'each packet has the context' test "$n" = \
	"$(frames "$dir/context.pcapng" "frame.comment contains \"context=$tls13 termination=ip/\"")"
expect 'TCP states' test "$(frames "$dir/context.pcapng" 'frame.comment contains "stream=1 tcp=up"')" -gt 5
shark "$dir/context.pcapng" tcp -T fields -e frame.interface_name | sort | uniq -c >"$dir/interfaces.log"
for interface in access-in access-out core-in core-out; do
	expect "packets at $interface" said "$dir/interfaces.log" "$interface"
done
expect 'as many leave as come' test "$(frames "$dir/context.pcapng" 'frame.interface_name == "access-in"')" = \
	"$(frames "$dir/context.pcapng" 'frame.interface_name == "core-out"')"
expect 'the filter took one call' test "$(frames "$dir/filter.pcapng" 'tcp.port == 4401')" -gt 5
expect 'and only that' test "$(frames "$dir/filter.pcapng" '!(tcp.port == 4401)')" = 0
expect 'and one direction' test "$(frames "$dir/filter.pcapng" 'frame.interface_name != "core-in"')" = 0
expect 'no more than snaplen' test "$(frames "$dir/short.pcapng" 'frame.cap_len > 60')" = 0
expect 'cut packets' test "$(frames "$dir/short.pcapng" 'frame.cap_len < frame.len')" -gt 2

step 'the wire: tagged frames at m, ERSPAN and VXLAN at the collector'
copies=$(frames "$dir/context.pcapng" 'frame.interface_name == "access-in"')
wire=0
wire_all() {
	wire=$(frames "$dir/at-m.pcapng" "vlan.id == 77 && ip.src == 198.51.100.1 && tcp.dstport == $(port_a tls13)")
	[ "$wire" = "$copies" ]
}
wait_for 10 "$copies frames at m" wire_all
tunnels_all() {
	[ "$(frames "$dir/at-k.pcapng" "!icmp && erspan.spanid == 5 && tcp.dstport == 4402")" = "$copies" ] &&
		[ "$(frames "$dir/at-k.pcapng" '!icmp && vxlan.vni == 4711 && tcp.dstport == 4402')" = "$copies" ]
}
wait_for 10 "$copies copies in each tunnel" tunnels_all
# shellcheck disable=SC2086  # a list
kill -INT $dumpcaps

step 'the capture decrypts with the key log of the endpoint, and shows nothing without'
tls="-d tcp.port==4402,tls -d tcp.port==4401,tls"
# shellcheck disable=SC2086
expect 'decrypted' test "$(frames "$dir/context.pcapng" 'data.data contains "secret-word"' $tls \
	-o "tls.keylog_file:$dir/tls13.keys")" -gt 0
# shellcheck disable=SC2086
expect 'opaque without' test "$(frames "$dir/context.pcapng" 'data.data' $tls)" = 0
expect_not 'the word in clear' grep -aq -e secret-word -e drow-terces "$dir/context.pcapng"

step 'dropped packets, with the reason'
$in_a socat -u OPEN:"$dir/cases" UDP:198.51.100.10:29999
wait_for 5 'a dropped packet' mirror_more dropped packets 0
dropped_written() { [ "$(frames "$dir/dropped.pcapng" 'udp.port == 29999 && frame.comment == "drop=no_flow"')" -gt 0 ]; }
wait_for 5 'the reason' dropped_written

step 'the reader of a FIFO is killed while a call runs, another takes over'
ctl mirror add live 'ingress=*' 'egress=*' sink=fifo "target=$dir/live"
cat "$dir/live" >/dev/null &
reader=$!
# A call may be over before a reader has come: echoes until the reader is served, then the call.
served() { $in_a ping -c 1 -W 1 198.51.100.10 >/dev/null; mirror_more live bytes 0; }
wait_for 10 'the reader to be served' served
before=$(mirror_field live bytes)
sent_more() { mirror_more live bytes $((before + 1000)); }
bulk bulk1 &
call=$!
wait_for 10 'the reader to get packets' sent_more
kill -9 "$reader"
stopped "$call" || fail 'the call suffered'
bulk bulk2
wait_for 5 'copies without a reader to be counted' mirror_more live unsent 0
cat "$dir/live" >"$dir/live.pcapng" &
reader=$!
read_more() { [ "$(frames "$dir/live.pcapng" tcp)" -gt 5 ]; }
second_served() { $in_a ping -c 1 -W 1 198.51.100.10 >/dev/null; [ -s "$dir/live.pcapng" ]; }
wait_for 10 'the second reader to be served' second_served
bulk bulk3
wait_for 10 'the second reader to get packets' read_more
ctl mirror del live
stopped "$reader" || fail 'the pipe did not end'
whole "$dir/live.pcapng"
wait_for 5 'the FIFO to be removed' test ! -e "$dir/live"

step 'the disk is full: counted, logged, the call unharmed; rotation within the budget'
mkdir "$dir/small" "$dir/rotated"
mount -t tmpfs -o size=2m none "$dir/small"
ctl mirror add full 'ingress=*' "target=$dir/small/full.pcapng"
ctl mirror add rotate 'ingress=*' rotate_mb=1 budget_mb=3 "target=$dir/rotated/r.pcapng"
bulk bulk4
wait_for 5 'the loss to be counted' mirror_more full unsent 10
wait_for 5 'the log' gateway_said 'event=mirror_sink name=full .*No space left'
ctl mirror del full
ctl mirror del rotate
whole "$dir/small/full.pcapng"
expect 'files within the budget' test "$(du -sk "$dir/rotated" | cut -f 1)" -le 3100
expect 'several files' test "$(find "$dir/rotated" -name 'r-*.pcapng' | wc -l)" -ge 2
expect 'the first has gone' test ! -e "$dir/rotated/r-000001.pcapng"
for file in "$dir"/rotated/*; do
	whole "$file"
done

release_calls
stop_gateway
whole "$dir/dropped.pcapng"
echo PASS
