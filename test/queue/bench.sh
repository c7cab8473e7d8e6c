#!/bin/sh
# bench.sh - MESSAGES (100000) in the queues of a real Postfix and a real Exim (test/lab, as root): spamtrail queue by
# culprit, recipients read, against postqueue -j and exim -bpr, in turns; prints rows for the table of test/bench.
# LAB names another lab script. FIRST=1: all that is measured, Postfix's own processes too, runs before whatever else this
# machine does, so that other work does not show in the ratios. Exit 1 where a row misses.
set -u
cd "$(dirname "$0")/../.." || exit 70
: "${BUILD:=$PWD/build}" "${LAB:=$PWD/test/lab/lab}" "${MESSAGES:=100000}" "${ROUNDS:=5}" "${FIRST:=0}"
say() { printf '| %-52s | skipped: %s |\n' "queue of $MESSAGES messages" "$1"; exit 0; }
[ "$(id -u)" = 0 ] || say "needs root"
[ -x "$LAB" ] || say "test/lab is not there"
dir=$(mktemp -d "${TMPDIR:-/tmp}/spamtrail-bench.XXXXXX") || exit 70
chmod 755 "$dir"
trap '"$LAB" stop "$dir/lab" >/dev/null 2>&1; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
"$LAB" start "$dir/lab" >"$dir/log" 2>&1 || say "the lab does not start: $(tail -n 1 "$dir/log")"
cp "$BUILD/spamtrail" "$BUILD/test/gen/spamtrail-spool" "$BUILD/test/bench/cost" "$dir/lab/out/"
cat >"$dir/lab/out/bench" <<'INNER'
# As the lab's root. The spools lie on the disk: they would fill the memory that the lab writes to.
messages=$1 rounds=$2 first=$3
postfix stop >/dev/null 2>&1
cp -a /var/spool/postfix /lab/sp && mount --bind /lab/sp /var/spool/postfix || exit 70
cp -a /var/spool/exim4 /lab/ex && mount --bind /lab/ex /var/spool/exim4 || exit 70
mkdir -p /var/spool/exim4/input && chown Debian-exim: /var/spool/exim4 /var/spool/exim4/input
postfix start >/dev/null 2>&1
mkdir -p /lab/rp/etc /lab/re/etc # an image with one of the servers only, each
for s in "rp postfix" "re exim4"; do
	set -- $s
	mkdir -p /lab/$1/etc/$2 /lab/$1/var/spool/$2
	cp /etc/passwd /lab/$1/etc/
	cp -r /etc/$2/. /lab/$1/etc/$2/
	mount --bind /var/spool/$2 /lab/$1/var/spool/$2
done
cd /lab
./spamtrail-spool postfix /var/spool/postfix "$messages" || exit 70
./spamtrail-spool exim /var/spool/exim4 "$messages" || exit 70
if [ "$first" = 1 ]; then
	# what master(8) starts inherits it
	chrt -f -p 10 $$ && chrt -f -p 10 $(cat /var/spool/postfix/pid/master.pid) || exit 70
fi
for round in $(seq 0 "$rounds"); do # the first warms up
	for what in "tool postqueue -j" "ours ./spamtrail queue --json --root /lab/rp" "exim exim4 -bpr" "ourx ./spamtrail queue --json --root /lab/re"; do
		name=${what%% *}
		./cost -o /lab/$name.out ${what#* } >>/lab/$name.cost || echo "$what: failed" >&2
	done
	[ "$round" = 0 ] && rm -f /lab/*.cost
done
./cost -m ./spamtrail queue --json --root /lab/rp >/lab/rp.mem
./cost -m ./spamtrail queue --json --root /lab/re >/lab/re.mem
wc -l </lab/tool.out >/lab/tool.n
grep -c '^ *[0-9]*[mhd] ' /lab/exim.out >/lab/exim.n
grep -o '@' /lab/exim.out | wc -l >/lab/exim.at
INNER
"$LAB" run "$dir/lab" sh /lab/bench "$MESSAGES" "$ROUNDS" "$FIRST" || say "the lab's part failed"
out=$dir/lab/out
middle() { awk -v c="$2" '{ print $c }' "$out/$1.cost" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
total() { grep -o '"totals":{"messages":[0-9]*,"recipients":[0-9]*' "$out/$1.out" | grep -o '[0-9]*' | tr '\n' ' '; }
failed=0
row() { # NAME VALUE UNIT LIMIT
	awk -v n="$1" -v v="$2" -v u="$3" -v l="$4" 'BEGIN {
		printf "| %-52s | %9.2f %-4s | %8s | %8s | %s |\n", n, v, u, l, l, v <= l ? "goal" : "MISSED"; exit v > l }' || failed=1
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", (b > 0 ? a / b : 99) }'; }
echo "# postqueue -j: $(cat "$out/tool.n") messages in $(middle tool 2) s; spamtrail: $(total ours)in $(middle ours 2) s, $(middle ours 1) s of CPU"
echo "# exim -bpr: $(cat "$out/exim.n") messages in $(middle exim 2) s, $(middle exim 1) s of CPU; spamtrail: $(total ourx)in $(middle ourx 2) s, $(middle ourx 1) s of CPU"
row "queue: wall clock against postqueue -j" "$(ratio "$(middle ours 2)" "$(middle tool 2)")" x 0.3333
row "queue: wall clock against exim -bpr" "$(ratio "$(middle ourx 2)" "$(middle exim 2)")" x 0.5
row "queue: memory, Postfix" "$(awk '{ print $4 / 1024 }' "$out/rp.mem")" MiB 64
row "queue: memory, Exim" "$(awk '{ print $4 / 1024 }' "$out/re.mem")" MiB 64
[ "$(cat "$out/tool.n")" = "$(total ours | cut -d' ' -f1)" ] || { echo "postqueue and spamtrail count differently"; failed=1; }
[ "$(cat "$out/exim.n")" = "$(total ourx | cut -d' ' -f1)" ] || { echo "exim and spamtrail count differently"; failed=1; }
exit $failed
