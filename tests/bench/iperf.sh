#!/bin/sh
# TCP throughput over veth against testpmd in the same run. usage: iperf.sh [--check]
exec sh "$(dirname "$0")/../netns/iperf_run.sh" 10 3 "$@"
