#!/bin/sh
# The media endpoints talk to each other without a gateway: every protocol, version, role and family,
# and then everything that must go wrong: foreign certificates, other keys, other versions, nobody there.
#
#   offerer  127.0.0.1 or ::1  <------ TCP or UDP ------>  127.0.0.1 or ::1  answerer
set -eu
. "$(dirname "$0")/lib.sh"
export TMPDIR=/run

ip link set lo up
pktgen="$build/trgw-pktgen"
key=00112233445566778899aabbccddeeff
other=ffeeddccbbaa99887766554433221100

# both NAME SUB-COMMAND ADDRESS OPTIONS-OF-THE-OFFERER OPTIONS-OF-THE-ANSWERER: status_a and status_b.
both() {
	call="$dir/calls/$1"
	mkdir -p "$call"
	# shellcheck disable=SC2086  # options are words
	"$pktgen" "$2" --role offer --sdp "$call" --local "$3" --timeout "${allow:-20}" $4 >"$dir/$1-a.log" 2>&1 &
	a=$!
	status_b=0
	# shellcheck disable=SC2086
	"$pktgen" "$2" --role answer --sdp "$call" --local "$3" --timeout "${allow:-20}" $5 >"$dir/$1-b.log" 2>&1 ||
		status_b=$?
	status_a=0
	stopped $a || status_a=$?
}

# field FILE NAME: a value of a result.
field() { jq -r ".$2" "$call/$1"; }

# works NAME SUB-COMMAND ADDRESS OPTIONS-A OPTIONS-B
works() {
	step "$1"
	both "$1" "$2" "$3" "--direct $4" "--direct $5"
	[ "$status_a$status_b" = 00 ] || fail "$1: exit status $status_a and $status_b"
	[ "$(field result.a ok)$(field result.b ok)" = truetrue ] || fail "$1: a result is not ok"
	[ "$(field result.a tls)" = "$(field result.b tls)" ] || fail "$1: two TLS versions"
	[ "$(field result.a peer_fingerprint)" = "$(field result.b own_fingerprint)" ] ||
		fail "$1: the offerer saw another certificate"
	[ "$(field result.b peer_fingerprint)" = "$(field result.a own_fingerprint)" ] ||
		fail "$1: the answerer saw another certificate"
	[ "$(field result.a remote)" = "$(field result.b local)" ] || fail "$1: addresses"
}

# has FIELD VALUE: of both results of the last call.
has() {
	[ "$(field result.a "$1")/$(field result.b "$1")" = "$2/$2" ] || fail "$call: $1 is not $2"
}

# The slow ones first, beside everything else: a fax takes its time, about 20 s.
allow=90
(
	works t38-dtls t38 127.0.0.1 '' ''
	has tls DTLSv1.2
	has fingerprint_ok true
	has sha256 "$(field result.a sha256)"
	[ "$(field result.a sha256)" != null ] || fail 't38-dtls: no page'
) >"$dir/t38-dtls.out" 2>&1 &
fax4=$!
(
	works t38-clear t38 ::1 '--tls none' "--tls none --out $dir/page.tif"
	has tls null
	has sha256 "$(field result.a sha256)"
	expect 't38-clear: no page written' test -s "$dir/page.tif"
) >"$dir/t38-clear.out" 2>&1 &
fax6=$!
# The answerer calls and lets the offerer be DTLS client. Its page is the one that the first fax drew.
wait_for 20 'the first fax to send its page' grep -qs negotiated "$dir/t38-dtls-a.log"
cp "$dir/calls/t38-dtls/sent.tif" "$dir/own.tif"
(
	works t38-back t38 ::1 "--out $dir/back.tif" "--file $dir/own.tif --setup passive"
	has sha256 "$(field result.b sha256)"
) >"$dir/t38-back.out" 2>&1 &
faxback=$!
allow=20

head -c 700001 /dev/urandom >"$dir/sent.bin"
for at in 127.0.0.1 ::1; do
	works "msrp-1.2-$at" msrp $at "--tls 1.2 --file $dir/sent.bin" "--tls 1.2 --out $dir/got.bin"
	has tls TLSv1.2
	has fingerprint_ok true
	has identical true
	has sha256 "$(sha256sum <"$dir/sent.bin" | cut -d' ' -f1)"
	expect 'the file changed on its way' cmp "$dir/sent.bin" "$dir/got.bin"
	works "msrp-1.3-$at" msrp $at "--size 100000 --chunk 2048" "--size 50000 --chunk 16384"
	has tls TLSv1.3
	has identical true
	works "msrp-clear-$at" msrp $at '--tls none --chunk 1 --size 500' '--tls none --setup passive'
	has tls null
	has peer_fingerprint null
	works "bfcp-1.2-$at" bfcp $at '' ''
	has tls TLSv1.2
	has fingerprint_ok true
	works "bfcp-passive-$at" bfcp $at '' '--setup passive'
	works "bfcp-dtls-$at" bfcp $at '--udp' '--udp --setup passive'
	has tls DTLSv1.2
	works "bfcp-udp-$at" bfcp $at '--udp --tls none' '--udp --tls none'
	works "bfcp-clear-$at" bfcp $at '--tls none' '--tls none'
	for tls in 1.2 1.3; do
		works "msrp-psk-$tls-$at" msrp $at "--tls $tls --psk bob:$key" "--tls $tls --psk bob:$key"
		has tls TLSv$tls
		has own_fingerprint null
		has identical true
	done
done
works msrp-active msrp ::1 '--setup active' "--keylog $dir/keys"
works msrp-passive msrp ::1 '--setup passive' ''
expect 'no secrets in the key log' grep -q TRAFFIC_SECRET "$dir/keys"

# breaks NAME SUB-COMMAND OPTIONS-A OPTIONS-B TEXT-A TEXT-B: both ends must fail and say why.
breaks() {
	step "$1 must fail"
	both "$1" "$2" ::1 "$3" "$4"
	[ "$status_a$status_b" = 11 ] || fail "$1: exit status $status_a and $status_b"
	[ "$(field result.a ok)$(field result.b ok)" = falsefalse ] || fail "$1: a result is ok"
	expect "$1: the offerer does not say: $5" grep -q "$5" "$call/result.a"
	expect "$1: the answerer does not say: $6" grep -q "$6" "$call/result.b"
}

# forge NAME OFFER|ANSWER: carries the SDP like an IBCF, but with another fingerprint in one of them.
forge() {
	mkdir -p "$dir/calls/$1"
	cd "$dir/calls/$1"
	wrong='s/^a=fingerprint:sha-256 ../a=fingerprint:sha-256 /;s/^\(a=fingerprint:sha-256 \):/\100:/'
	wait_for 10 'an offer' test -s offer.a
	if [ "$2" = offer ]; then sed "$wrong" offer.a >offer.part; else cp offer.a offer.part; fi
	mv offer.part offer.b
	wait_for 10 'an answer' test -s answer.b
	if [ "$2" = answer ]; then sed "$wrong" answer.b >answer.part; else cp answer.b answer.part; fi
	mv answer.part answer.a
}

mine='does not match a=fingerprint'
alert='alert .*bad certificate'
for form in 'msrp --tls 1.2' 'msrp --tls 1.3' 'bfcp --tls 1.2' 'bfcp --tls dtls1.2' t38; do
	name=$(echo "$form" | tr -d ' -')
	# shellcheck disable=SC2086
	set -- $form
	app=$1
	shift
	forge "$name-offer" offer &
	breaks "$name-offer" "$app" "$*" "$*" "$alert" "$mine"
	forge "$name-answer" answer &
	breaks "$name-answer" "$app" "$*" "$*" "$mine" "$alert"
done

d=--direct
breaks versions msrp "$d --tls 1.2" "$d --tls 1.3" 'TLS failed' 'TLS failed\|alert'
allow=3
breaks security msrp "$d --tls 1.2" "$d --tls none" 'no .*answer.a' 'give both the same --tls'
allow=20
breaks wrong-key msrp "$d --tls 1.2 --psk bob:$key" "$d --tls 1.2 --psk bob:$other" 'TLS failed\|alert' \
	'TLS failed\|alert'
breaks wrong-key-1.3 msrp "$d --psk bob:$key" "$d --psk bob:$other" 'TLS failed\|alert' 'TLS failed\|alert'
breaks wrong-name msrp "$d --psk bob:$key" "$d --psk eve:$key" 'TLS failed\|alert\|identity' \
	'TLS failed\|alert\|identity'
breaks one-psk msrp "$d --psk bob:$key" "$d" 'TLS failed\|alert\|cut\|lost' 'a=fingerprint'

step 'nobody answers'
call="$dir/calls/alone"
mkdir -p "$call"
expect_not 'success without a peer' "$pktgen" bfcp --role offer --sdp "$call" --local ::1 --timeout 1
expect 'no hint at what is missing' grep -q 'are the other end and the IBCF running' "$call/result.a"

# A peer of another make: OpenSSL's s_client says one MSRP chunk and leaves without answering ours.
step 'an MSRP peer of another make'
call="$dir/calls/foreign"
mkdir -p "$call"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=them -keyout "$dir/key.pem" \
	-out "$dir/cert.pem" 2>/dev/null
"$pktgen" msrp --role answer --sdp "$call" --direct --local 127.0.0.1 --tls 1.2 --setup passive \
	--out "$dir/foreign.bin" --timeout 20 2>"$dir/foreign.log" &
answerer=$!
print=$(openssl x509 -in "$dir/cert.pem" -noout -fingerprint -sha512 | cut -d= -f2)
printf '%s\r\n' v=0 'o=- 1 1 IN IP4 127.0.0.1' s=- 'c=IN IP4 127.0.0.1' 't=0 0' \
	'm=message 9 TCP/TLS/MSRP *' 'a=path:msrps://127.0.0.1:9/them;tcp' 'a=setup:active' \
	"a=fingerprint:sha-512 $print" >"$call/offer.part"
mv "$call/offer.part" "$call/offer.a"
wait_for 10 'an answer' test -s "$call/answer.a"
path=$(sed -n 's/^a=path:\(.*\).$/\1/p' "$call/answer.a")
port=$(sed -n 's/^m=message \([0-9]*\).*/\1/p' "$call/answer.a")
answered() { grep -q 'MSRP d93k 200' "$dir/foreign.out"; }
: >"$dir/foreign.out"
{
	printf 'MSRP d93k SEND\r\nTo-Path: %s\r\nFrom-Path: msrps://127.0.0.1:9/them;tcp\r\n' "$path"
	printf 'Message-ID: 1234\r\nByte-Range: 1-5/5\r\nContent-Type: a/b\r\n\r\nhello\r\n-------d93k$\r\n'
	for _ in $(seq 100); do
		answered && break
		sleep 0.1
	done
} | openssl s_client -connect "127.0.0.1:$port" -cert "$dir/cert.pem" -key "$dir/key.pem" -quiet \
	-no_ign_eof >"$dir/foreign.out" 2>/dev/null || fail 's_client failed'
expect 'no 200 OK' answered
expect_not 'the answerer claims that its own message was answered' stopped $answerer
expect 'the peer has shown its certificate' [ "$(field result.b fingerprint_ok)" = true ]
[ "$(cat "$dir/foreign.bin")" = hello ] || fail 'the foreign message did not arrive'

for fax in t38-dtls:$fax4 t38-clear:$fax6 t38-back:$faxback; do
	stopped "${fax#*:}" || fail "$(cat "$dir/${fax%:*}.out")"
	cat "$dir/${fax%:*}.out"
done
echo PASS
