#!/bin/sh
# Cycles a packet through the forwarding path, beside a bare NAT loop in the same process and rounds.
# Prints figures and ratios; judges nothing. Hugepages are used when enough are free:
#   echo 1024 > /proc/sys/vm/nr_hugepages
set -eu
top=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
bench=${TRGW_BUILD:-$top/build}/tests/bench/bench_path

echo "machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs," \
	"hugepages free: $(sed -n 's/^HugePages_Free: *//p' /proc/meminfo)"
for flows in 1 1000 100000 1000000; do
	"$bench" udp4 "$flows"
done
for kind in tcp4 udp6; do
	"$bench" "$kind" 1000
done
