#!/bin/sh
# An independent H.248 stack (Erlang/OTP megaco) controls the gateway: registration, its default scenario
# and an MSRP call over TLS; each in the pretty and in the compact form of the text encoding.
#
#   a  trgw-pktgen msrp ---- va0 trgwd vb0 ---- trgw-pktgen msrp  b
#                               |vc0
#                               ibcf  mgc.escript
set -eu
. "$(dirname "$0")/lib.sh"

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
export HOME="$dir" MEGACO_DIR="$dir" MEGACO_BUILD="$build" MEGACO_CALL="$here/megaco_call.sh"
topology

# scenario ENCODING NAME [controller options]: a fresh gateway each time, so that it registers again.
scenario() {
	step "$2, $1"
	log="$dir/mgc-$1-$2.log"
	encoding=$1
	shift 2
	$in_ibcf escript "$here/mgc.escript" --ip 192.0.2.1 --port 2944 --transport udp \
		--encoding "$encoding" --timeout 30 "$@" >"$log" 2>&1 &
	mgc=$!
	GW_ENCODING=$encoding start_gateway
	stopped $mgc || fail "the controller is not content: see $(basename "$log")"
	grep '^STEP' "$log"
	expect 'not one step' grep -q '^STEP' "$log"
	expect_not 'a step failed' grep -q '^STEP.* BAD' "$log"
	stop_gateway
}

for e in pretty compact; do
	scenario $e default
	scenario $e msrp --scenario "$here/megaco_msrp.h248"
done
echo PASS
