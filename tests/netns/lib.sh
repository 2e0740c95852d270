# Shared by the scripts of this folder and by pktgen/demo.sh: isolation, topology, gateway, waiting.
#
#   a (domain A)                      gateway                         b (domain B)
#   eth0 198.51.100.1/24  ------ va0  trgwd  vb0 ------ eth0  203.0.113.1/24
#        2001:db8:a::1/64                                     2001:db8:b::1/64
#                                vc0 192.0.2.10/24
#                                 |
#                                eth0 192.0.2.1/24
#                                ibcf (controller)
#
# Each script runs in namespaces of its own: when its first process ends, however it ends, the kernel
# removes every process, interface and mount that it made. va0 and vb0 belong to trgwd alone: no
# address, no IPv6. The gateway's own addresses end in .10 and ::10.
# shellcheck shell=sh
# shellcheck disable=SC2034  # variables that only the scripts use

top=${top:-$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)}
build=${TRGW_BUILD:-$top/build}

if [ -z "${TRGW_INSIDE:-}" ]; then
	[ -x "$build/trgwd" ] || { echo "$build/trgwd is missing: ./run build first" >&2; exit 1; }
	user=
	if [ "$(id -u)" != 0 ]; then
		user='--user --map-root-user'
		# shellcheck disable=SC2086
		unshare $user true 2>/dev/null || {
			echo 'neither root nor user namespaces: run as root, or allow them (sysctl' \
				'kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)' >&2
			exit 1
		}
	fi
	# shellcheck disable=SC2086
	TRGW_INSIDE=1 exec unshare $user --net --mount --pid --fork --kill-child --mount-proc sh "$0" "$@"
fi

# From here on this is process 1 of its own world.
trap 'exit 130' INT
trap 'exit 143' TERM
mount -t tmpfs none /run
dir=${TRGW_DIR:-/run/test}
mkdir -p /run/netns "$dir"

# ---- saying and waiting ---------------------------------------------------------------------

# fail TEXT: the test ends here, with the ends of all logs.
fail() {
	{
		echo "FAIL: $*"
		for log in "$dir"/*.log; do
			[ -s "$log" ] || continue
			echo "--- end of $(basename "$log")"
			tail -n "${TRGW_TAIL:-25}" "$log"
		done
	} >&2
	exit 1
}

step() { echo "-- $*"; }

# expect WHAT COMMAND...: the command must succeed.
expect() {
	what=$1
	shift
	"$@" || fail "$what"
}

# expect_not WHAT COMMAND...: the command must fail.
expect_not() {
	what=$1
	shift
	if "$@"; then fail "$what"; fi
}

uptime_s() {
	read -r up _ </proc/uptime
	echo "${up%.*}"
}

# wait_for SECONDS WHAT COMMAND...: polls until the command succeeds; the test fails at the deadline.
wait_for() {
	deadline=$(($(uptime_s) + $1 + 1))
	what=$2
	limit=$1
	shift 2
	until "$@"; do
		[ "$(uptime_s)" -le "$deadline" ] || fail "waited $limit s in vain for: $what"
		sleep 0.1
	done
}

alive() { kill -0 "$1" 2>/dev/null; }
gone() { ! alive "$1"; }
is_file() { [ -e "$1" ]; }

# stopped PID: waits for the end of a child of ours and returns its status.
stopped() {
	status=0
	wait "$1" || status=$?
	return $status
}

# ---- topology -------------------------------------------------------------------------------

# Prefixes of commands, not functions: with `$in_a cmd &` $! is the command itself.
in_a='ip netns exec a'
in_b='ip netns exec b'
in_ibcf='ip netns exec ibcf'

# endpoint NAMESPACE GATEWAY-INTERFACE ADDRESS...: a namespace whose eth0 ends at the gateway.
endpoint() {
	ns=$1
	gwif=$2
	shift 2
	ip netns add "$ns"
	ip link add "$gwif" type veth peer name eth0 netns "$ns"
	ip -n "$ns" link set lo up
	ip netns exec "$ns" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad'
	for addr in "$@"; do
		case $addr in
		*:*) ip -n "$ns" addr add "$addr" dev eth0 nodad ;;
		*) ip -n "$ns" addr add "$addr" dev eth0 ;;
		esac
	done
	ip -n "$ns" link set eth0 up
}

# data_side INTERFACE: hands the gateway's end of a veth to trgwd: up, but silent.
data_side() {
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
	ip link set "$1" up
}

# offloads NAMESPACE INTERFACE SETTING: off (none at all), csum (checksum only), tso (all on).
offloads() {
	case $3 in
	off) set -- "$1" "$2" tx off tso off gso off gro off ;;
	csum) set -- "$1" "$2" tx on tso off gso off gro off ;;
	tso) set -- "$1" "$2" tx on tso on gso on gro on ;;
	*) fail "offloads: $3" ;;
	esac
	ns=$1
	shift
	ip netns exec "$ns" ethtool -K "$@" >/dev/null 2>&1 || fail "ethtool -K $*"
}

topology() {
	ip link set lo up
	endpoint a va0 198.51.100.1/24 2001:db8:a::1/64
	endpoint b vb0 203.0.113.1/24 2001:db8:b::1/64
	endpoint ibcf vc0 192.0.2.1/24
	data_side va0
	data_side vb0
	ip addr add 192.0.2.10/24 dev vc0
	ip link set vc0 up
	offloads a eth0 csum
	offloads b eth0 csum
}

# ---- gateway --------------------------------------------------------------------------------

# gateway_config FILE: a configuration for this topology. Variables change single values.
gateway_config() {
	cat >"$1" <<EOF
gateway: { mid: "[192.0.2.10]:2944" }
dataplane: { workers: 1, eal: [], mbufs: 0, streams: ${GW_STREAMS:-1000}, open_s: 60, idle_s: 7440, trans_s: 240 }
ports:
  - { name: a, device: "net_af_packet0,iface=va0", mtu: 1500, checksum: ${GW_CHECKSUM:-auto} }
  - { name: b, device: "net_af_packet1,iface=vb0", mtu: ${GW_MTU_B:-1500}, checksum: ${GW_CHECKSUM:-auto} }
${GW_PORTS:-}
realms:
  - name: access
    port: a
    vlan: ${GW_VLAN_A:-0}
    addresses: ["198.51.100.10/24", "2001:db8:a::10/64"]
    first_port: ${GW_FIRST_PORT:-20000}
    last_port: ${GW_LAST_PORT:-29999}
  - name: core
    port: b
    vlan: ${GW_VLAN_B:-0}
    addresses: ["203.0.113.10/24", "2001:db8:b::10/64"]
    ${GW_ROUTER_B:-}
    first_port: 30000
    last_port: 39999
ix:
  local: "192.0.2.10:2944"
  controllers: ["192.0.2.1:2944"]
  transport: udp
  encoding: ${GW_ENCODING:-pretty}
  profile: "IxProfile/4"
  version: 3
log: { level: ${GW_LOG:-info} }
metrics: "127.0.0.1:9464"
control_socket: "$dir/trgwd.sock"
${GW_MORE:-}
EOF
}

# gateway_said PATTERN: a line of its log matches.
gateway_said() { grep -q -e "$1" "$dir/trgwd.log"; }

ready_or_dead() { gateway_said event=ready || gone "$gateway"; }

# start_gateway: writes the configuration, starts trgwd as $gateway, returns when it is ready.
start_gateway() {
	gateway_config "$dir/trgw.yaml"
	: >"$dir/trgwd.log"
	"$build/trgwd" --config "$dir/trgw.yaml" 2>>"$dir/trgwd.log" &
	gateway=$!
	wait_for 30 'trgwd to be ready' ready_or_dead
	gateway_said event=ready || fail 'trgwd did not start'
}

# stop_gateway: SIGTERM must end it cleanly.
stop_gateway() {
	kill -TERM "$gateway"
	wait_for 10 'trgwd to stop' gone "$gateway"
	stopped "$gateway" || fail "trgwd ended with status $?"
}

gateway_ctl() { "$build/trgwctl" --socket "$dir/trgwd.sock" "$@"; }

# drops REASON: how many packets were dropped for it so far.
drops() { gateway_ctl --json show drops | jq -r --arg r "$1" '[.[] | select(.reason == $r) | .packets] | first // 0'; }

# drops_more REASON THAN: for wait_for.
drops_more() { [ "$(drops "$1")" -gt "$2" ]; }

# ---- calls ----------------------------------------------------------------------------------
# A relayed stream for peers that know no SDP: the script plays both ends' signalling, the IBCF does
# the rest. relay, relay, ...; start_ibcf; then port_a NAME and port_b NAME are the gateway's ports.

calls=

# sdp FILE PROTO ADDRESS PORT SETUP: one media line; appears whole.
sdp() {
	case $3 in *:*) family=IP6 ;; *) family=IP4 ;; esac
	{
		printf 'v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n' $family "$3" $family "$3"
		printf 'm=application %s %s *\r\n' "$4" "$2"
		[ "$5" = - ] || printf 'a=setup:%s\r\n' "$5"
	} >"$1.part"
	mv "$1.part" "$1"
}

# relay NAME PROTO ADDRESS-A PORT-A SETUP-A ADDRESS-B PORT-B SETUP-B: setup "-" for none.
relay() {
	mkdir -p "$dir/calls/$1"
	sdp "$dir/calls/$1/offer.a" "$2" "$3" "$4" "$5"
	sdp "$dir/calls/$1/answer.b" "$2" "$6" "$7" "$8"
	case $3 in *:*) fa=6 ;; *) fa=4 ;; esac
	case $6 in *:*) fb=6 ;; *) fb=4 ;; esac
	calls="$calls --call $1:$dir/calls/$1:access:core:$fa:$fb"
}

# start_ibcf: plays all relays; returns when every one is set up.
start_ibcf() {
	# shellcheck disable=SC2086  # words
	$in_ibcf "$build/trgw-pktgen" ibcf --listen 192.0.2.1:2944 --style "${IBCF_STYLE:-pretty}" \
		--timeout "${IBCF_TIMEOUT:-120}" $calls >>"$dir/ibcf.log" 2>&1 &
	ibcf=$!
	for d in "$dir"/calls/*; do
		wait_for 20 "call $(basename "$d") to be set up" test -s "$d/answer.a"
	done
}

# release_calls: ends every call; the IBCF subtracts them, writes their statistics and ends.
release_calls() {
	for d in "$dir"/calls/*; do
		for r in result.a result.b; do
			echo '{"ok":true}' >"$d/$r.part"
			mv "$d/$r.part" "$d/$r"
		done
	done
	wait_for 20 'the IBCF to end' gone "$ibcf"
	stopped "$ibcf" || fail "the IBCF ended with status $?"
}

media_port() { tr -d '\r' <"$1" | sed -n 's/^m=[^ ]* \([0-9]*\) .*/\1/p'; }
port_a() { media_port "$dir/calls/$1/answer.a"; }
port_b() { media_port "$dir/calls/$1/offer.b"; }
