# Shared by the rules: the files of the project, wherever the rule is started from.
# shellcheck shell=sh
cd "$(dirname "$0")/../.." || exit 1
bad=0

# complain TEXT...: the rule is broken once more.
complain() {
	echo "$*"
	bad=$((bad + 1))
}

# Files of the project by pattern: what git knows or would add; without git, what is there.
files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do
			[ ! -f "$f" ] || echo "$f"
		done
	else
		for pattern in "$@"; do
			find . -path './build*' -prune -o -type f -name "$pattern" -print | sed 's,^\./,,'
		done
	fi
}

# done_with: exit status of the rule.
done_with() { [ "$bad" = 0 ] || { echo "$bad violations"; exit 1; }; }
