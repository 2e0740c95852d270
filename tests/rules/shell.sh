#!/bin/sh
# Shell scripts are POSIX sh: dash reads them, shellcheck has nothing to say.
set -eu
. "$(dirname "$0")/lib.sh"
for f in run .ci/run $(files '*.sh'); do
	dash -n "$f" || complain "$f: dash cannot read it"
	shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR "$f" || complain "$f"
done
done_with
