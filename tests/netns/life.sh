#!/bin/sh
# Life of the daemon: bad configuration, a second daemon, hostile H.248, a controller that goes away and
# comes back, a clean stop.
#
#   a  trgw-pktgen msrp ---- va0 trgwd vb0 ---- trgw-pktgen msrp  b
#                               |vc0
#                               ibcf  comes and goes
set -eu
. "$(dirname "$0")/lib.sh"

topology

step 'a configuration error names file, key, value and what would be legal'
gateway_config "$dir/bad.yaml"
sed -i 's/checksum: auto/checksum: sometimes/' "$dir/bad.yaml"
expect_not 'a wrong value was accepted' "$build/trgwd" --check-config --config "$dir/bad.yaml" 2>"$dir/bad.txt"
for word in bad.yaml checksum sometimes recompute; do
	grep -q "$word" "$dir/bad.txt" || fail "the message lacks \"$word\": $(cat "$dir/bad.txt")"
done
gateway_config "$dir/good.yaml"
expect 'the configuration of the tests' "$build/trgwd" --check-config --config "$dir/good.yaml"
expect_not 'a missing file was accepted' "$build/trgwd" --check-config --config "$dir/none.yaml" 2>/dev/null

step 'versions'
for program in trgwd trgwctl trgw-pktgen; do
	"$build/$program" --version | grep -q '[0-9]\.[0-9]' || fail "$program --version"
	"$build/$program" --help | grep -q usage || fail "$program --help"
done

step 'a second daemon on the same configuration says so and stops'
start_gateway
expect_not 'the second daemon started' timeout 30 "$build/trgwd" --config "$dir/trgw.yaml" 2>"$dir/second.txt"
grep -q 'another trgwd' "$dir/second.txt" || fail "the second daemon said: $(tail -n 3 "$dir/second.txt")"
expect 'the first daemon died of it' alive "$gateway"

step 'registration, and hostile messages that change nothing'
IBCF_TIMEOUT=60
relay first TCP 198.51.100.1 9 active 203.0.113.1 7001 passive
start_ibcf
wait_for 10 'registration' gateway_said event=registered
contexts() { gateway_ctl --json show summary | jq -r .contexts; }
before=$(contexts)
[ "$before" = 1 ] || fail "$before contexts where there should be 1"
# The controller's address, another port: nobody whom the gateway knows, so it keeps silent.
$in_ibcf python3 - <<'EOF' || fail 'a stranger got an answer'
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('192.0.2.1', 29440))
s.settimeout(1)
s.connect(('192.0.2.10', 2944))
for message in (b'', b'\0' * 1400, b'MEGACO/3', b'MEGACO/3 [192.0.2.1]:2944 Transaction = 1 {',
                b'!/3 [192.0.2.1]:2944 T=1{C=-{AV=ROOT{AT{}}}}', b'{' * 60000, os.urandom(1000)):
    s.send(message)
try:
    s.recv(2000)
    sys.exit(1)
except (TimeoutError, ConnectionRefusedError):
    pass
EOF
[ "$(contexts)" = 1 ] || fail 'hostile messages changed the contexts'

step 'the controller vanishes: calls go on, registration is tried again'
kill -KILL "$ibcf"
$in_b python3 - >"$dir/heard" <<'EOF' &
import socket
s = socket.create_server(('203.0.113.1', 7001))
print('listening', flush=True)
c, peer = s.accept()
while True:
    data = c.recv(1000)
    if not data:
        break
    c.sendall(data.upper())
EOF
wait_for 5 'the listener' grep -q listening "$dir/heard"
echoed() {
	$in_a python3 - "$(port_a first)" <<'EOF'
import socket, sys
s = socket.create_connection(('198.51.100.10', int(sys.argv[1])), timeout=5)
s.sendall(b'still there?')
sys.exit(s.recv(100) != b'STILL THERE?')
EOF
}
expect 'the call died with its controller' echoed

step 'the controller comes back: it is asked to accept the gateway again, and may command it'
$in_ibcf python3 - >"$dir/register.txt" 2>&1 <<'EOF' || fail "$(cat "$dir/register.txt")"
# The end of the connection is notified to a controller that says nothing; when the gateway's patience
# ends it registers anew. Then it is asked about a context that it does not have.
import re, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('192.0.2.1', 2944))
s.settimeout(70)
gateway = ('192.0.2.10', 2944)

def wait_for(pattern):
    end = time.monotonic() + 70
    while time.monotonic() < end:
        text = s.recv(65000).decode()
        print(text, flush=True)
        found = re.search(pattern, text, re.S)
        if found:
            return found
    sys.exit('nothing like ' + pattern)

tid = wait_for(r'Transaction\s*=\s*(\d+).*ServiceChange').group(1)
s.sendto(b'MEGACO/3 [192.0.2.1]:2944 Reply = %s { Context = - { ServiceChange = ROOT { Services { Version = 3 } } } }'
         % tid.encode(), gateway)
s.sendto(b'MEGACO/3 [192.0.2.1]:2944 Transaction = 77 { Context = 4000000000 { Subtract = ip/access/1/20000 } }',
         gateway)
wait_for(r'Reply\s*=\s*77\s.*Error\s*=\s*411')
EOF

step 'a clean stop'
stop_gateway
[ ! -e "$dir/trgwd.sock" ] || fail 'the control socket is still there'
start_gateway
stop_gateway
echo PASS
