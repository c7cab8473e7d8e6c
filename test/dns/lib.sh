# lib.sh - what the DNS tests share: a network namespace of their own, servers in it, and one check as a table.
# Sourced with $tmp set. Servers are started by start NAME PORT COMMAND... and end with the script.
pids=
start() { # PORT COMMAND...
	port=$1
	shift
	"$@" >>"$tmp/servers.log" 2>&1 &
	pids="$pids $!"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ss -lun 2>/dev/null | grep -q ":$port " && return 0
		sleep 0.1
	done
	echo "# port $port: nobody listens"
	return 1
}
stop_servers() {
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null
	pids=
}
# A section per zone; kinds as test/dns/responder.c knows them.
zone() { # NAME
	printf '[%s]\nname = %s\nkind = address\nipv6 = yes\nanswer = 127.0.0.2 test\n\n' "$1" "$1"
}
# look RESOLVER ZONES... -- ARGUMENTS...: states into $tmp/out (plain), $tmp/json
look() {
	printf '[reputation]\nresolver = %s\nlists = %s\n' "$1" "$tmp/lists.conf" >"$tmp/conf"
	shift
	while [ "$1" != -- ]; do
		echo "only = $1" >>"$tmp/conf"
		shift
	done
	shift
	"$SPAMTRAIL" reputation --config "$tmp/conf" --state "$tmp/none" --plain "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
}
state_of() { # ADDRESS ZONE
	awk -F '\t' -v a="$1" -v z="$2" '$1 == "check" && $2 == a && $3 == z { print $4 }' "$tmp/out"
}
listed() { grep -c "^check.*	listed	" "$tmp/out"; }
