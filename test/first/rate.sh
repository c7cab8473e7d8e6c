#!/bin/sh
# rate.sh - how often the first finding of `scan --incident` is the script that mailed, over made-up servers of SEEDS seeds.
# Usage: [SET=held] rate.sh SEEDS [FIRST]; prints a line for each miss and "first N of SEEDS". KEEP=DIR leaves the servers there.
set -u
cd "$(dirname "$0")/../.." || exit 70
. test/first/lib.sh

good=0 total=0 seed=${2:-1}
until=$((seed + $1))
while [ $seed -lt $until ]; do
	R=${KEEP:-$tmp}/server$seed
	rm -rf "$R" "$tmp/state"
	server "$R" $seed || exit 70
	id=$(of investigate --json | incident_of "$folder")
	[ -n "$id" ] && of scan --incident "$id" --json >"$tmp/out" 2>"$tmp/err" || :
	first=$(sed -n 's/.*"findings":\[{"path":"\([^"]*\)".*/\1/p' "$tmp/out" 2>/dev/null)
	total=$((total + 1))
	if [ -n "$id" ] && [ "$first" = "$truth" ]; then
		good=$((good + 1))
	else
		echo "miss: seed $seed $mta shape $shape $chain, incident ${id:-none}: $truth, but first ${first:-nothing}"
	fi
	[ -n "${KEEP:-}" ] || rm -rf "$R"
	: >"$tmp/out"
	seed=$((seed + 1))
done
echo "first $good of $total"
