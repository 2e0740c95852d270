#!/bin/sh
# trgwctl observe and tshark look at the same capture of OpenSSL and GnuTLS, and agree.
#
#   a 198.51.100.1  openssl s_client, gnutls-cli ---- veth ---- openssl s_server, gnutls-serv  203.0.113.1 b
#                                                  dumpcap at b
set -eu
. "$(dirname "$0")/lib.sh"
export TMPDIR=/run

direct_line() {
	ip netns add a
	ip netns add b
	ip -n a link add eth0 type veth peer name eth0 netns b
	for end in a:198.51.100.1:2001:db8::1 b:198.51.100.2:2001:db8::2; do
		ns=${end%%:*}
		rest=${end#*:}
		ip -n "$ns" link set lo up
		ip netns exec "$ns" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad'
		ip -n "$ns" addr add "${rest%%:*}/24" dev eth0
		ip -n "$ns" addr add "${rest#*:}/64" dev eth0 nodad
		ip -n "$ns" link set eth0 up
		offloads "$ns" eth0 off
	done
}

direct_line
capture=$dir/capture.pcapng
for who in server client; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$who" \
		-keyout "$dir/$who-key.pem" -out "$dir/$who.pem" 2>/dev/null
done
psk='-psk 000102030405060708090a0b0c0d0e0f -psk_identity trgw'
mutual="-cert $dir/client.pem -key $dir/client-key.pem"

# name, port, server's options, client's options (words; @ stands for the files above)
cases() {
	cat <<'EOT'
tls10|4401|-tls1 -cipher ALL:@SECLEVEL=0|-tls1 -cipher ALL:@SECLEVEL=0
tls11|4402|-tls1_1 -cipher ALL:@SECLEVEL=0|-tls1_1 -cipher ALL:@SECLEVEL=0
tls12|4403|-tls1_2|-tls1_2
tls13|4404|-tls1_3|-tls1_3
cbc12|4405|-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA|-tls1_2
mutual12|4406|-tls1_2 -verify 1|-tls1_2 MUTUAL
mutual13|4407|-tls1_3 -verify 1|-tls1_3 MUTUAL
psk12|4408|-tls1_2 -nocert PSK|-tls1_2 -cipher PSK-AES128-GCM-SHA256 PSK
psk13|4409|-tls1_3 -nocert PSK|-tls1_3 PSK
retry13|4410|-tls1_3 -groups P-384|-tls1_3 -groups X25519:P-384
nosuite12|4411|-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256|-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384
refused12|4412|-tls1_2 -Verify 1 -verify_return_error|-tls1_2 MUTUAL
oldclient|4413|-tls1_3|-tls1_2
resume12|4414|-tls1_2|-tls1_2
resume13|4415|-tls1_3|-tls1_3
bigalpn13|4416|-tls1_3|-tls1_3 ALPN
EOT
}

said() { grep -qs -e "$2" "$1"; }

words() {
	echo "$1" | sed -e "s|MUTUAL|$mutual|" -e "s|PSK\$|$psk|" -e "s|PSK |$psk |" -e "s|ALPN|-alpn $alpn|"
}

# Speaks until the server has answered or the connection ends.
ask() {
	echo seen-by-both
	for _ in $(seq 50); do
		grep -qs -e htob-yb-nees -e 'alert\|errno\|unexpected eof' "$1" && return 0
		sleep 0.1
	done
}

alpn=$(seq -s , -f 'protocol-%06g' 200)
$in_b dumpcap -q -i eth0 -w "$capture" >"$dir/dumpcap.log" 2>&1 &
dumpcap=$!
wait_for 10 'dumpcap to begin' said "$dir/dumpcap.log" File

cases >"$dir/cases"
decode=
while IFS='|' read -r name port server client; do
	decode="$decode -d tcp.port==$port,tls"
	log=$dir/$name-client.log
	: >"$log"
	# shellcheck disable=SC2046
	$in_b openssl s_server -accept "$port" -cert "$dir/server.pem" -key "$dir/server-key.pem" \
		$(words "$server") -rev >"$dir/$name-server.log" 2>&1 &
	pid=$!
	wait_for 10 "$name: s_server to listen" said "$dir/$name-server.log" ACCEPT
	runs='-sess_out'
	case $name in resume*) runs='-sess_out -sess_in' ;; esac
	for run in $runs; do
		: >"$log"
		# shellcheck disable=SC2046
		ask "$log" | $in_a openssl s_client -connect 198.51.100.2:"$port" $(words "$client") \
			"$run" "$dir/session.pem" >"$log" 2>&1 || true
	done
	case $name in resume*) expect "$name: not resumed" said "$log" '^Reused' ;; esac
	kill "$pid"
done <"$dir/cases"

# DTLS, IPv6, small datagrams.
$in_b gnutls-serv --udp --mtu 500 --port 5501 --echo --x509certfile "$dir/server.pem" \
	--x509keyfile "$dir/server-key.pem" --priority NORMAL >"$dir/dtls-server.log" 2>&1 &
pid=$!
wait_for 10 'gnutls-serv to listen' said "$dir/dtls-server.log" 'ready\|listening'
: >"$dir/dtls.log"
{
	echo seen-by-both
	wait_for 5 'the echo' said "$dir/dtls.log" '^seen-by-both'
} | $in_a gnutls-cli --udp --mtu 500 --port 5501 --no-ca-verification 2001:db8::2 >"$dir/dtls.log" 2>&1 ||
	fail 'gnutls-cli failed'
kill "$pid"

# A line that should be TLS and is not: MSRP in clear.
$in_b socat -u TCP-LISTEN:4450,reuseaddr OPEN:/dev/null &
wait_for 10 'socat to listen' sh -c "$in_b ss -Hltn | grep -q :4450"
printf 'MSRP d93kswow SEND\r\nTo-Path: msrp://x\r\n' | $in_a socat -u - TCP:198.51.100.2:4450

captured() { [ "$(tshark -r "$capture" -Y 'tcp.port == 4450 && tcp.flags.fin == 1' 2>/dev/null | wc -l)" -ge 2 ]; }
wait_for 10 'the capture to be written' captured
kill -INT "$dumpcap"
stopped "$dumpcap" || true

"$build/trgwctl" observe "$capture" --json >"$dir/observed.json" || fail 'trgwctl observe'
"$build/trgwctl" observe "$capture" >"$dir/observed.txt" || fail 'trgwctl observe'

# ---- what tshark says, in the same words ------------------------------------------------------

fields() { # FILTER FIELD...
	filter=$1
	shift
	# shellcheck disable=SC2046,SC2086
	tshark -r "$capture" $decode -o tls.desegment_ssl_records:TRUE -Y "$filter" -T fields \
		$(printf ' -e %s' "$@") 2>/dev/null
}

# Per TCP connection: opener and its peer.
fields 'tcp.flags.syn == 1 && tcp.flags.ack == 0' tcp.stream ip.src tcp.srcport ip.dst tcp.dstport |
	sed 's/\t/ /g' | sort -u >"$dir/t-open"
jq -r '[.connections[] | select(.transport == "tcp")] | to_entries[]
	| "\(.key) \(.value.a) \(.value.b)"' "$dir/observed.json" | sed 's/:/ /g' | sort -u >"$dir/o-open"

# Version and suite of every ServerHello that is no HelloRetryRequest.
fields 'tls.handshake.type == 2' tcp.stream tls.handshake.random tls.handshake.version \
	tls.handshake.extensions.supported_version tls.handshake.ciphersuite |
	grep -v cf21ad74e59a6111 |
	awk -F '\t' '{ split($4 == "" ? $3 : $4, v, ","); split($5, s, ","); print $1, v[1], s[1] }' |
	sort -u >"$dir/t-hello"
jq -r '[.connections[] | select(.transport == "tcp")] | to_entries[] | select(.value.version)
	| "\(.key) \(.value.version) \(.value.suite_id)"' "$dir/observed.json" |
	while read -r stream _ version suite; do
		case $version in 1.0) v=1 ;; 1.1) v=2 ;; 1.2) v=3 ;; 1.3) v=4 ;; *) v=unknown ;; esac
		printf '%s 0x030%s 0x%04x\n' "$stream" "$v" "$suite"
	done | sort -u >"$dir/o-hello"

# HelloRetryRequests.
fields 'tls.handshake.type == 2' tcp.stream tls.handshake.random | grep cf21ad74e59a6111 | cut -f 1 |
	sort -u >"$dir/t-retry"
jq -r '[.connections[] | select(.transport == "tcp")] | to_entries[]
	| select(.value.flags | index("retried")) | .key' "$dir/observed.json" | sort -u >"$dir/o-retry"

# SHA-256 of the first certificate of every Certificate message.
fields 'tls.handshake.type == 11' tcp.stream ip.src tls.handshake.certificate |
	while IFS="$(printf '\t')" read -r stream source certificates; do
		echo "$stream $source $(printf %s "${certificates%%,*}" | tr -d ':' | tr a-f A-F |
			basenc --base16 -d | sha256sum | cut -d ' ' -f 1)"
	done | sort -u >"$dir/t-certificate"
jq -r '[.connections[] | select(.transport == "tcp")] | to_entries[] | .key as $k | .value
	| (.certificates_a[] as $c | "\($k) \(.a) \($c)"), (.certificates_b[] as $c | "\($k) \(.b) \($c)")' \
	"$dir/observed.json" | awk '{ sub(/:.*/, "", $2); gsub(/:/, "", $3); print $1, $2, tolower($3) }' |
	sort -u >"$dir/o-certificate"

# Alerts in clear.
fields 'tls.alert_message.desc' tcp.stream tls.alert_message.desc |
	awk -F '\t' '{ split($2, a, ","); print $1, a[1] }' | sort -u >"$dir/t-alert"
jq -r '[.connections[] | select(.transport == "tcp")] | to_entries[] | select(.value.alert)
	| "\(.key) \(.value.alert)"' "$dir/observed.json" | sed -e 's/handshake_failure/40/' \
	-e 's/protocol_version/70/' -e 's/unknown_ca/48/' -e 's/bad_certificate/42/' |
	sort -u >"$dir/o-alert"

for what in open hello retry certificate alert; do
	step "tshark and trgwctl: $what ($(wc -l <"$dir/t-$what") lines)"
	diff -u "$dir/t-$what" "$dir/o-$what" || fail "tshark and trgwctl disagree: $what"
	[ -s "$dir/t-$what" ] || fail "nothing to compare: $what"
done

# ---- what tshark does not say -----------------------------------------------------------------

# is PORT FILTER: exactly the connections to this port, each as the jq filter says.
is() {
	# shellcheck disable=SC2016
	jq -e --arg p ":$1" "[.connections[] | select(.b | endswith(\$p))] | length > 0 and all($2)" \
		"$dir/observed.json" >/dev/null || {
		jq --arg p ":$1" '.connections[] | select(.b | endswith($p))' "$dir/observed.json"
		fail "port $1 is not: $2"
	}
}

step 'states, keys and ends'
for port in 4401 4402 4403 4404 4405 4406 4407 4408 4409 4410 4414 4415 4416; do
	is $port '.state == "closed" and .opener == "a" and .client == "a" and .why == "none"'
done
for port in 4403 4404 4405 4406 4407 4410 4416; do is $port '.keys == "full"'; done
for port in 4408 4409; do is $port '.keys == "psk" and .psk_identity_bytes == 4'; done
for port in 4414 4415; do is $port '.keys == "full" or .keys == "resumed"'; done
expect 'one resumed connection each' jq -e '[.connections[] | select(.keys == "resumed") | .b]
	== ["198.51.100.2:4414", "198.51.100.2:4415"]' "$dir/observed.json" >/dev/null
is 4406 '.certificates_a | length == 1'
is 4401 '.verdict == "forbidden"'
is 4404 '.verdict == "conforming"'
is 4405 '.verdict == "deprecated"'
for port in 4411 4412 4413; do is $port '.state == "failed" and .why == "alert" and .alert_side == "b"'; done
is 4450 '.protocol == "plaintext" and .plaintext == "msrp" and .side == "a"'
is 5501 '.transport == "udp" and .version == "DTLS 1.2" and (.state == "up" or .state == "closing")
	and .keys == "full" and (.certificates_b | length == 1)'
expect 'no PSK identity in clear' test "$(grep -c trgw "$dir/observed.txt" "$dir/observed.json" |
	cut -d : -f 2 | sort -u)" = 0
echo PASS
