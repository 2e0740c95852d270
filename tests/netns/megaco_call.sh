#!/bin/sh
# One MSRP call over TLS, its SDP carried by hand: megaco_call.sh GATE-A GATE-B (address:port each).
# Started by megaco.sh through the Erlang controller, while the gateway's stream is open.
set -eu
call="$MEGACO_DIR/call-$$"
mkdir -p "$call"
pktgen="$MEGACO_BUILD/trgw-pktgen"

# rewrite FROM TO ADDRESS:PORT: the SDP as the other domain shall see it.
rewrite() {
	until [ -e "$call/$1" ]; do sleep 0.1; done
	sed -e "s/^c=IN IP4 [0-9.]*/c=IN IP4 ${3%:*}/" -e "s/^\(m=[a-z]* \)[0-9]*/\1${3#*:}/" "$call/$1" \
		>"$call/part"
	mv "$call/part" "$call/$2"
}

ip netns exec a "$pktgen" msrp --role offer --sdp "$call" --local 198.51.100.1 --port 40001 \
	--setup passive --tls 1.3 --size 300000 --timeout 30 &
a=$!
ip netns exec b "$pktgen" msrp --role answer --sdp "$call" --local 203.0.113.1 --tls 1.3 --setup active \
	--timeout 30 --out "$call/received" &
b=$!
rewrite offer.a offer.b "$2"
rewrite answer.b answer.a "$1"
wait $a
wait $b
jq -e -s 'all(.ok and .fingerprint_ok and .tls == "TLSv1.3") and .[0].own_fingerprint == .[1].peer_fingerprint
	and .[1].own_fingerprint == .[0].peer_fingerprint' "$call/result.a" "$call/result.b" >/dev/null
