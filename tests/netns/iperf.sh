#!/bin/sh
# iperf3 through the gateway with every offload setting, briefly: it must work. How fast: tests/bench/iperf.sh
exec sh "$(dirname "$0")/iperf_run.sh" 2 1
