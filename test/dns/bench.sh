#!/bin/sh
# bench.sh - how long DNS lists take: 960 look-ups (60 lists, 16 addresses) with answers after 20 ms, and 30 lists of
# which every third does not answer, is slow or mumbles. Prints two numbers of seconds, or nothing and why on stderr.
set -u
cd "$(dirname "$0")/../.." || exit 70
: "${BUILD:=$PWD/build}" "${SPAMTRAIL:=$BUILD/spamtrail}"
if [ "${IN_NAMESPACE:-}" != 1 ]; then
	[ "$(id -u)" = 0 ] && how="unshare -n" || how="unshare -rn"
	$how true 2>/dev/null || { echo "no network namespace may be made here" >&2; exit 1; }
	export BUILD SPAMTRAIL IN_NAMESPACE=1
	exec $how "$0" "$@"
fi
ip link set lo up || exit 70
tmp=$(mktemp -d "${TMPDIR:-/tmp}/spamtrail-bench.XXXXXX") || exit 70
. test/dns/lib.sh
trap 'stop_servers; rm -rf "$tmp"' EXIT
export LC_ALL=C
: >"$tmp/lists.conf"
many= thirty=
for i in $(seq 60); do
	zone "good$i.lists.example" >>"$tmp/lists.conf"
	many="$many good$i.lists.example"
done
for i in $(seq 30); do
	case $((i % 12)) in 0) k=dead ;; 3) k=slow ;; 6) k=garbage ;; 9) k=loop ;; *) k=good ;; esac
	zone "${k}x$i.lists.example" >>"$tmp/lists.conf"
	thirty="$thirty ${k}x$i.lists.example"
done
start 5303 "$BUILD/test/dns/responder" 5303 20 || exit 1
seconds() { # ARGUMENTS of look
	began=$(date +%s%N)
	look "$@"
	echo "$(($(date +%s%N) - began))" | awk '{ printf "%.3f\n", $1 / 1e9 }'
}
# shellcheck disable=SC2086
{
	seconds 127.0.0.1@5303 $many -- $(seq -f '192.0.2.%.0f' 0 15)
	[ "$(listed)" = 480 ] || echo "listed: $(listed), not 480" >&2
	seconds 127.0.0.1@5303 $thirty -- 192.0.2.4
	[ "$(listed)" = 0 ] || echo "listed: $(listed), not 0" >&2
}
