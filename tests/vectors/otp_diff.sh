#!/bin/sh
# Differential test against Erlang/OTP megaco: generated messages, text v1 to v3 and BER.
#   otp_diff.sh TRGWCTL [MESSAGES [SEED]]
#
#   text ---- OTP ----> form ---- OTP + numbers of otp_ber.escript ----> BER of theirs
#     |                                                                       |
#     +-- trgwctl --> pretty, compact, BER of ours       trgwctl --> BER, pretty of ours
#
# Passes when OTP reads the same form from everything that we made. Exit 77: no OTP megaco here.
set -eu

ctl=$1
n=${2:-100}
seed=${3:-1}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v escript >/dev/null || ! erl -noshell -eval 'halt(case code:which(megaco_ber_encoder) of non_existing -> 1; _ -> 0 end).'; then
	echo "SKIP: no Erlang/OTP megaco (packages erlang-base erlang-megaco erlang-asn1)"
	exit 77
fi

# convert FORM EXTENSION: a run of trgwctl for all files of that kind.
convert() {
	mkdir -p "$work/$1"
	if ! find "$work" -maxdepth 1 -name "*.$2" -print0 |
		xargs -0 "$ctl" ix check --interfaces core,peer --to "$1" --out "$work/$1" >"$work/lines"; then
		grep -v '	ok	' "$work/lines" | head -n 5
		return 1
	fi
}

escript "$here/otp_ber.escript" generate "$seed" "$n" "$work"
for form in pretty compact ber; do
	convert "$form" txt
done
for form in pretty ber; do
	convert "$form" ber
done
escript "$here/otp_ber.escript" compare "$work"
