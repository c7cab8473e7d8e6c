# lib.sh - what the scripts of this folder begin with, sourced from the project's root: a folder of their own in $tmp, no rules and no
# scanner but ours in $tmp/conf, and plant.sh's servers.
: "${BUILD:=$PWD/build}" "${SPAMTRAIL:=$BUILD/spamtrail}" "${SPAMTRAIL_GEN:=$BUILD/test/gen/spamtrail-gen}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/spamtrail-test.XXXXXX") || exit 70
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$tmp"
export LC_ALL=C
. test/first/plant.sh
. test/first/incident.sh
mkdir "$tmp/none"
printf '[scan]\nrules = %s\nclamd = off\nmaldet = %s\n' "$tmp/none" "$tmp/none" >"$tmp/conf"
# $R is the server
of() { "$SPAMTRAIL" "$@" --root "$R" --state "$tmp/state" --config "$tmp/conf"; }
