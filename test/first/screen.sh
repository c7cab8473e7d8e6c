#!/bin/sh
# screen.sh - `scan --incident` on a screen: each finding once, those elsewhere under a word of their own, the next command last.
set -u
cd "$(dirname "$0")/../.." || exit 70
: "${BUILD:=$PWD/build}" "${SPAMTRAIL:=$BUILD/spamtrail}" "${SPAMTRAIL_GEN:=$BUILD/test/gen/spamtrail-gen}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/spamtrail-test.XXXXXX") || exit 70
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$tmp"
export LC_ALL=C COLUMNS=200
. test/first/plant.sh
. test/first/incident.sh
mkdir "$tmp/none"
printf '[scan]\nrules = %s\nclamd = off\nmaldet = %s\n' "$tmp/none" "$tmp/none" >"$tmp/conf"
server "$tmp/server" 1 || exit 70
of() { "$SPAMTRAIL" "$@" --root "$tmp/server" --state "$tmp/state" --config "$tmp/conf"; }
id=$(of investigate --json | incident_of "$folder")
of scan --incident "$id" >"$tmp/out" 2>/dev/null
grep -o '/home/[^ ]*\.[a-z0-9]*$' "$tmp/out" | sort >"$tmp/named"
[ -s "$tmp/named" ] && [ -z "$(uniq -d "$tmp/named")" ] && grep -qx ELSEWHERE "$tmp/out" && grep -q "^NEXT     spamtrail contain $id " "$tmp/out"
