#!/bin/sh
# Foreign TLS and DTLS stacks talk through the gateway: OpenSSL over TCP, GnuTLS over UDP.
#
#   a  openssl s_client ---- va0 trgwd vb0 ---- openssl s_server  b      TLS 1.2, 1.3, PSK; IPv4, IPv6
#      gnutls-cli --udp ----      relay    ---- gnutls-serv --udp        DTLS 1.2;          IPv4, IPv6
set -eu
. "$(dirname "$0")/lib.sh"
export TMPDIR=/run

topology
start_gateway

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=domain-b \
	-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
fingerprint=$(openssl x509 -in "$dir/cert.pem" -noout -fingerprint -sha256)
psk=000102030405060708090a0b0c0d0e0f

# name, port of the server, family, protocol, options of both ends
cases() {
	cat <<'EOF'
tls12-4 4401 4 TLSv1.2 -tls1_2
tls13-4 4402 4 TLSv1.3 -tls1_3
psk12-4 4403 4 TLSv1.2 -tls1_2 -psk
psk13-4 4404 4 TLSv1.3 -tls1_3 -psk
tls12-6 4405 6 TLSv1.2 -tls1_2
tls13-6 4406 6 TLSv1.3 -tls1_3
psk12-6 4407 6 TLSv1.2 -tls1_2 -psk
EOF
}

side_a() { [ "$1" = 4 ] && echo 198.51.100.1 || echo 2001:db8:a::1; }
side_b() { [ "$1" = 4 ] && echo 203.0.113.1 || echo 2001:db8:b::1; }
gate_a() { [ "$1" = 4 ] && echo 198.51.100.10 || echo '[2001:db8:a::10]'; }

cases >"$dir/cases"
while read -r name port family _; do
	relay "$name" TCP/TLS/MSRP "$(side_a "$family")" 9 active "$(side_b "$family")" "$port" passive
done <"$dir/cases"
# A DTLS client cannot be told its port: nftables gives it the one that was announced.
relay dtls-4 UDP/TLS/UDPTL 198.51.100.1 5001 - 203.0.113.1 5501 -
relay dtls-6 UDP/TLS/UDPTL 2001:db8:a::1 5002 - 2001:db8:b::1 5502 -
start_ibcf

# said FILE TEXT, for wait_for
said() { grep -qs -e "$2" "$1"; }

# ask NAME ANSWER: says one line, ends its output when the client has shown the answer.
ask() {
	echo through-the-gateway
	for _ in $(seq 100); do
		grep -q -e "$2" "$dir/$1-client.log" && return 0
		sleep 0.1
	done
}

# OpenSSL: the server answers each line reversed.
while read -r name port family protocol options; do
	step "openssl s_client, $name"
	log="$dir/$name-client.log"
	: >"$log"
	auth="-cert $dir/cert.pem -key $dir/key.pem"
	case $options in *-psk)
		auth=-nocert
		options="$options $psk -psk_identity trgw"
		;;
	esac
	# shellcheck disable=SC2086
	$in_b openssl s_server -accept "$port" "-$family" $auth ${options} -rev >"$dir/$name-server.log" 2>&1 &
	server=$!
	wait_for 10 's_server to listen' said "$dir/$name-server.log" ACCEPT
	# shellcheck disable=SC2086
	ask "$name" yawetag-eht-hguorht |
		$in_a openssl s_client -connect "$(gate_a "$family"):$(port_a "$name")" ${options} >"$log" 2>&1 ||
		fail "$name: s_client failed"
	expect "$name: no answer" said "$log" yawetag-eht-hguorht
	expect "$name: not $protocol" said "$log" "$protocol"
	case $name in
	psk*) expect "$name: no PSK" said "$log" 'no peer certificate available' ;;
	*)
		seen=$(openssl x509 -in "$log" -noout -fingerprint -sha256)
		[ "$seen" = "$fingerprint" ] || fail "$name: the client saw another certificate: $seen"
		;;
	esac
	kill "$server"
done <"$dir/cases"

# GnuTLS over UDP: the server echoes.
for family in 4 6; do
	name=dtls-$family
	step "gnutls-cli --udp, IPv$family"
	log="$dir/$name-client.log"
	: >"$log"
	case $family in
	4) port=5501 source=198.51.100.1:5001 table=ip ;;
	6) port=5502 source='[2001:db8:a::1]:5002' table=ip6 ;;
	esac
	$in_a nft "add table $table t; add chain $table t c { type nat hook postrouting priority srcnat; };
		add rule $table t c oif eth0 udp dport $(port_a $name) snat to $source" ||
		fail 'nft'
	$in_b gnutls-serv --udp --port "$port" --echo --x509certfile "$dir/cert.pem" \
		--x509keyfile "$dir/key.pem" --priority NORMAL >"$dir/$name-server.log" 2>&1 &
	server=$!
	wait_for 10 'gnutls-serv to listen' said "$dir/$name-server.log" 'ready\|listening'
	target=$(gate_a $family | tr -d '[]')
	ask $name '^through-the-gateway' |
		$in_a gnutls-cli --udp --port "$(port_a $name)" --no-ca-verification \
			"$target" >"$log" 2>&1 || fail "$name: gnutls-cli failed"
	expect "$name: no answer" said "$log" '^through-the-gateway'
	expect "$name: not DTLS" said "$log" 'DTLS1.2'
	kill "$server"
done
release_calls
stop_gateway
echo PASS
