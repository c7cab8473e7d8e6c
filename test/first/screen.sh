#!/bin/sh
# screen.sh - `scan --incident` on a screen: each finding once, those elsewhere under a word of their own, the next command last.
set -u
cd "$(dirname "$0")/../.." || exit 70
. test/first/lib.sh
export COLUMNS=200
R=$tmp/server
server "$R" 1 || exit 70
id=$(of investigate --json | incident_of "$folder")
of scan --incident "$id" >"$tmp/out" 2>/dev/null
grep -o '/home/[^ ]*\.[a-z0-9]*$' "$tmp/out" | sort >"$tmp/named"
[ -s "$tmp/named" ] && [ -z "$(uniq -d "$tmp/named")" ] && grep -qx ELSEWHERE "$tmp/out" && grep -q "^NEXT     spamtrail contain $id " "$tmp/out"
