#!/bin/sh
# Who may include whom: the table of docs/house.md section 1, on every #include of the project.
set -eu
. "$(dirname "$0")/lib.sh"

# Files; what their quoted includes may reach (paths from the top); what angle brackets may name.
# The two last are extended regular expressions. The first line that matches a file counts.
table() {
	cat <<'EOF'
nat/*.[ch]           ^nat/                        ^libc$
ix/*.[ch]            ^ix/                         ^libc$
dataplane/dp.h       ^nat/                        ^libc$
dataplane/neigh.[ch] ^(nat/|dataplane/(neigh|dp)\.h) ^libc$
dataplane/ring.h     ^(nat/|dataplane/(ring|dp)\.h) ^libc$
dataplane/pcapng.*   ^dataplane/pcapng\.h         ^libc$
dataplane/mirror_filter.* ^(nat/|dataplane/(mirror_filter|dp)\.h) ^(libc|pcap/.*)$
dataplane/mirror_[efs]*.[ch] ^(nat/|dataplane/(mirror_(encap|file|select|sink)|pcapng|dp)\.h) ^(libc|posix)$
dataplane/*.[ch]     ^(nat|dataplane)/            ^(libc|posix|rte_.*|pcap/.*)$
control/ctl*.[ch]    ^(nat/|ix/|control/(ctl|ix_)) ^(libc|posix|pcap/.*|jansson.h|openssl/.*)$
control/ix_*.[ch]    ^(nat/|ix/|control/(ctl|ix_)) ^(libc|posix|pcap/.*|jansson.h)$
control/*.[ch]       ^(nat/(ep|flow|event|view|verdict|wire)\.h|ix/|dataplane/dp\.h|control/) ^(libc|posix|event2/.*|cyaml/.*|jansson.h|openssl/.*|usrsctp.h)$
pktgen/*.[ch]        ^(nat/|ix/|control/link|dataplane/(eal|port|pcapng)\.h|pktgen/) ^(libc|posix|rte_.*|pcap/.*|openssl/.*|event2/.*|jansson.h|usrsctp.h|spandsp.*|tiffio.h)$
EOF
}

# Standard C headers and inet_pton's count as "libc", those of POSIX and Linux as "posix".
class() {
	case $1 in
	arpa/inet.h | assert.h | ctype.h | errno.h | inttypes.h | limits.h | math.h | stdalign.h | stdarg.h | stdatomic.h | \
		stdbool.h | stddef.h | stdint.h | stdio.h | stdlib.h | string.h | strings.h | time.h) echo libc ;;
	dirent.h | fcntl.h | getopt.h | ifaddrs.h | linux/* | net/* | netdb.h | netinet/* | \
		netpacket/* | poll.h | pthread.h | sched.h | signal.h | sys/* | syslog.h | unistd.h) echo posix ;;
	*) echo "$1" ;;
	esac
}

# rule FILE: its line of the table.
rule() {
	table | while read -r pattern quoted angled; do
		# shellcheck disable=SC2254  # the pattern is a pattern
		case $1 in
		$pattern)
			echo "$quoted $angled"
			break
			;;
		esac
	done
}

# target FILE INCLUDE: "../nat/ep.h" as written in dataplane/x.c is nat/ep.h.
target() {
	case $2 in
	../*) echo "${2#../}" ;;
	*) echo "$(dirname "$1")/$2" ;;
	esac
}

for f in $(files '*.c' '*.h' | grep -v '^tests/'); do
	r=$(rule "$f")
	[ -n "$r" ] || { complain "$f: its folder has no line in the table of layers"; continue; }
	quoted=${r% *}
	angled=${r#* }
	for i in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\(.*\)".*/\1/p' "$f"); do
		target "$f" "$i" | grep -qE "$quoted" || complain "$f may not include \"$i\""
	done
	for i in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*<\(.*\)>.*/\1/p' "$f"); do
		class "$i" | grep -qE "$angled" || complain "$f may not include <$i>"
	done
done
done_with
