#!/bin/sh
# No common misspellings in text, comments and names; words that are right: tests/rules/words.txt
set -eu
. "$(dirname "$0")/lib.sh"
files '*.c' '*.h' '*.md' '*.sh' '*.yaml' '*.txt' 'run' '*.build' '*.escript' |
	grep -v -e '^tests/fuzz/corpus/' -e '^tests/rules/words.txt' |
	xargs codespell --ignore-words tests/rules/words.txt
