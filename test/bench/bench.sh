#!/bin/sh
# bench.sh - the figures of the project's goal as one table: whole process, CPU as a ratio to LC_ALL=C grep -c on the
# same file in the same rounds (its output to a pipe), medians, the file in the page cache.
# Usage: bench.sh [SIZE [ROUNDS]]; FLOOD=ids (50000000), BENCH_DIR keeps the logs, FIRST=1 adds the first screen
# of a live host (root, a private mount namespace; FIRST_SIZE of logs). What is not installed is skipped aloud.
set -u
cd "$(dirname "$0")/../.." || exit 70
size=${1:-1G} rounds=${2:-7}
. test/exact/lib.sh
export LC_ALL=C
cost=$BUILD/test/bench/cost
dir=${BENCH_DIR:-$tmp}/$size
failed=0

row() { # NAME VALUE UNIT GOAL LEAST   (smaller is better; with "-" in front of GOAL larger is)
	awk -v n="$1" -v v="$2" -v u="$3" -v g="$4" -v l="$5" 'BEGIN {
		up = g ~ /^-/; sub(/^-/, "", g); v += 0; g += 0; l += 0 # sub makes texts, and "100" is below "99"
		word = up ? (v >= g ? "goal" : v >= l ? "least" : "MISSED") : (v <= g ? "goal" : v <= l ? "least" : "MISSED")
		printf "| %-52s | %9.2f %-4s | %8s | %8s | %s |\n", n, v, u, g, l, word; exit word == "MISSED" }' || failed=$((failed + 1))
}
skip() { printf '| %-52s | skipped: %s |\n' "$1" "$2"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", (b > 0 ? a / b : 0) }'; }
# Column 1 CPU, 2 wall, 3 first byte, 4 memory of commands run in turns, one file of figures each.
turns() { # ROUNDS; commands are in $tmp/a.sh and $tmp/b.sh
	: >"$tmp/a" && : >"$tmp/b"
	for _ in $(seq "$1"); do
		"$cost" sh "$tmp/a.sh" >>"$tmp/a"
		"$cost" sh "$tmp/b.sh" >>"$tmp/b"
	done
}
column() { awk -v c="$2" '{ print $c }' "$1" | median; }

# The programs of old, where they are not installed: unpacked, for exim4-base would be half a mail server.
fetch_older() {
	command -v eximstats >/dev/null && command -v pflogsumm >/dev/null && return
	command -v dpkg >/dev/null && command -v apt-get >/dev/null || return
	mkdir "$tmp/older" && (
		cd "$tmp/older" || exit
		apt-get download -qq exim4-base pflogsumm libdate-calc-perl libcarp-clan-perl libbit-vector-perl
		for d in *.deb; do dpkg -x "$d" .; done
	) >/dev/null 2>&1
	PATH=$PATH:$tmp/older/usr/sbin:$tmp/older/usr/bin
	PERL5LIB=$tmp/older/usr/share/perl5$(printf ':%s' "$tmp"/older/usr/lib/*/perl5/*)
	export PATH PERL5LIB
}

# Against the programs of old. eximstats of Debian 12 passes over ids of 23 characters, so it is given the shorter ones.
older() { # MTA LOG PROGRAM GOAL LEAST
	command -v "$3" >/dev/null || { skip "$1: less CPU than $3" "$3 is not installed"; return; }
	root=$dir/$1
	if [ "$1" = exim ]; then
		root=$dir/exim16
		[ -f "$root/truth.json" ] || "$SPAMTRAIL_GEN" --mta exim --variant ids16 --seed 1 --bytes "$size" --out "$root"
	fi
	cat "$root$2" >/dev/null
	# by standard input: a ".Z" anywhere in the name, and eximstats takes it for packed
	old=$("$cost" sh -c 'exec "$1" <"$2"' - "$3" "$root$2" | cut -d' ' -f1)
	new=$(for _ in 1 2 3; do "$cost" "$SPAMTRAIL" investigate --json --root "$root" "$2"; done | cut -d' ' -f1 | median)
	row "$1: less CPU than $3 ($old s)" "$(ratio "$old" "$new")" x "-$4" "$5"
}

speed() { # MTA LOG WORD GOAL LEAST OLD OLDGOAL OLDLEAST
	mta=$1 log=$2 word=$3
	[ -f "$dir/$mta/truth.json" ] || "$SPAMTRAIL_GEN" --mta "$mta" --seed 1 --bytes "$size" --out "$dir/$mta"
	file=$dir/$mta$log
	cat "$file" >/dev/null
	echo "exec $SPAMTRAIL investigate --json --root $dir/$mta $log" >"$tmp/a.sh"
	echo "exec grep -c $word $file" >"$tmp/b.sh"
	SPAMTRAIL_TEST_WORKERS=1
	export SPAMTRAIL_TEST_WORKERS
	turns "$rounds"
	ours=$(column "$tmp/a" 1)
	row "$mta: CPU against grep -c $word ($(column "$tmp/b" 1) s)" "$(ratio "$ours" "$(column "$tmp/b" 1)")" x "$4" "$5"
	older "$mta" "$log" "$6" "$7" "$8"

	"$cost" -o "$tmp/one" sh "$tmp/a.sh" >/dev/null
	echo "SPAMTRAIL_TEST_WORKERS=2 exec $SPAMTRAIL investigate --json --root $dir/$mta $log" >"$tmp/b.sh"
	turns "$rounds"
	"$cost" -o "$tmp/two" sh "$tmp/b.sh" >/dev/null
	row "$mta: two threads, wall clock" "$(ratio "$(column "$tmp/a" 2)" "$(column "$tmp/b" 2)")" x -1.85 1.6
	row "$mta: two threads, CPU" "$(ratio "$(column "$tmp/b" 1)" "$(column "$tmp/a" 1)")" x 1.10 1.20
	cmp -s "$tmp/one" "$tmp/two" || { echo "two threads print other bytes than one"; failed=$((failed + 1)); }
	unset SPAMTRAIL_TEST_WORKERS
	row "$mta: memory of all processes" "$(ratio "$("$cost" -m "$SPAMTRAIL" investigate --json --root "$dir/$mta" "$log" | cut -d' ' -f4)" 1024)" MiB 24 48

	[ -f "$file.gz" ] || gzip -1 -k "$file"
	cat "$file.gz" >/dev/null
	echo "exec $SPAMTRAIL investigate --json --root $dir/$mta $log.gz" >"$tmp/a.sh"
	echo "exec zcat $file.gz" >"$tmp/b.sh"
	turns 3
	least=0.6
	ldd "$SPAMTRAIL" | grep -q isal || least=1.25
	row "$mta: .gz, CPU against zcat alone" "$(ratio "$(column "$tmp/a" 1)" "$(column "$tmp/b" 1)")" x 0.4 $least
}

# A mailbox that is logged into from 49,000 networks, and then sends spam: what is kept of them must not be compared all with all.
networks() {
	file=$dir/networks/var/log/mail.log
	mkdir -p "${file%/*}"
	[ -s "$file" ] || awk 'BEGIN { for (; i < 98000; i++) {
		n = i % 49000
		t = 4 * i
		head = sprintf("Nov %d %02d:%02d:%02d mx ", 16 + int(t / 86400), t / 3600 % 24, t / 60 % 60, t % 60)
		ip = sprintf("%d.%d.%d.%d", 60 + n / 4096, n / 16 % 256, n % 16 * 16, 1 + i % 200)
		printf "%sdovecot: imap-login: Login: user=<a@shop.example>, method=PLAIN, rip=%s, lip=192.0.2.1, mpid=9, TLS, session=<%x>\n", head, ip, i
		if (i < 97000)
			continue
		id = sprintf("%010X", 1048576 + i)
		printf "%spostfix/smtpd[6]: %s: client=unknown[%s], sasl_method=PLAIN, sasl_username=a@shop.example\n", head, id, ip
		printf "%spostfix/qmgr[7]: %s: from=<a@shop.example>, size=1500, nrcpt=1 (queue active)\n", head, id
		printf "%spostfix/smtp[8]: %s: to=<x%d@d%d.example>, relay=mx[203.0.113.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (550 5.1.1 User unknown)\n", head, id, i, i % 997
		printf "%spostfix/qmgr[7]: %s: removed\n", head, id
	} }' >"$file"
	echo "exec $SPAMTRAIL investigate --json --root $dir/networks /var/log/mail.log" >"$tmp/a.sh"
	echo "exec grep -c from= $file" >"$tmp/b.sh"
	turns "$rounds"
	row "a login from 49,000 networks, CPU against grep" "$(ratio "$(column "$tmp/a" 1)" "$(column "$tmp/b" 1)")" x 12 20
}

flood() {
	n=${FLOOD:-50000000}
	mkdir -p "$dir/empty/etc"
	for kind in "" --arrivals; do
		set -- $("$SPAMTRAIL_GEN" --flood "$n" $kind | "$cost" -m -o "$tmp/flood" "$SPAMTRAIL" investigate --json --root "$dir/empty" -)
		row "memory in a flood of $n ids${kind:+ that arrive}" "$(ratio "$4" 1024)" MiB 256 512
		[ "$n" -lt 20000000 ] || { [ "$5" = 3 ] && grep -q 'unfinished messages given up' "$tmp/flood"; } ||
			{ echo "the flood's evictions are not said"; failed=$((failed + 1)); }
	done
}

# The live host's first screen: the made-up logs end now and lie over /var/log in a mount namespace of our own.
first_screen() {
	[ "${FIRST:-0}" = 1 ] && [ "$(id -u)" = 0 ] || { skip "first screen of a live host" "asked for with FIRST=1, as root"; return; }
	"$SPAMTRAIL_GEN" --mta exim --bytes "${FIRST_SIZE:-10G}" --rotate 4 --start $(($(date +%s) - 604800)) --out "$dir/live"
	loads=
	for _ in $(seq $((4 * $(nproc)))); do (while :; do :; done) & loads="$loads $!"; done
	sync
	echo 3 >/proc/sys/vm/drop_caches 2>/dev/null || echo "(caches could not be dropped)"
	set -- $("$cost" unshare -m sh -c "mount --bind '$dir/live/var/log' /var/log && mount --bind '$dir/live/etc/passwd' /etc/passwd &&
		exec '$SPAMTRAIL' investigate --state '$tmp/state'")
	kill $loads
	row "first screen, ${FIRST_SIZE:-10G} of logs, load 4 x cores" "$3" s 3 10
}

# What only a real server shows: root, and the lab of test/lab.
lab_there() { # WHAT
	[ "$(id -u)" = 0 ] && test/lab/lab build >/dev/null 2>&1 || { skip "$1" "needs root and test/lab"; return 1; }
}

# 1,000 mails, 20 a second, from 20 sites of one php-fpm pool.
live() {
	lab_there "--live" || return
	for mta in postfix exim; do
		set -- $(test/live/play $mta 1000 20 2>/dev/null | sed -n 's/^right \([0-9]*\) of 1000 .*, wrong \([0-9]*\),.* cpu \([0-9.]*\) % .*/\1 \2 \3/p')
		row "--live: the right folder, $mta (to a wrong one: ${2:-?})" "$(ratio "${1:-0}" 10)" % -99 95
		row "--live: of one core, $mta" "${3:-99}" % 2 2
	done
}

# A stolen mailbox with 10,000 messages in the queue, and somebody else's letters meanwhile.
contain() {
	lab_there "contain --apply" || return
	for mta in postfix exim; do
		LAB_TIMES=1 test/lab/play test/lab/scen/contain-queue.lab $mta >"$tmp/contain" 2>/dev/null ||
			{ echo "contain-queue.lab differs on $mta"; failed=$((failed + 1)); }
		ms=$(sed -n 's/^# spamtrail contain .*: \([0-9]*\) ms$/\1/p' "$tmp/contain")
		row "contain --apply, 10,000 queued, $mta" "$(ratio "${ms:-99000}" 1000)" s 5 15
		row "contain --apply: others' mail meanwhile, $mta" "$(sed -n 's/.*all within \([0-9.]*\) s$/\1/p' "$tmp/contain" | grep . || echo 99)" s 2 5
	done
}

dns() {
	[ -x "$BUILD/test/dns/responder" ] && test/dns/bench.sh >"$tmp/dns" 2>"$tmp/dns.err" || { skip "DNS lists" "$(head -n 1 "$tmp/dns.err" 2>/dev/null)"; return; }
	row "960 DNS list look-ups, answers after 20 ms" "$(sed -n 1p "$tmp/dns")" s 1 1
	row "30 DNS lists, every third silent, slow or broken" "$(sed -n 2p "$tmp/dns")" s 5 5
	[ ! -s "$tmp/dns.err" ] || { cat "$tmp/dns.err"; failed=$((failed + 1)); }
}

# Files that are made to cost time or memory, each as large as is read of one.
worst_file() {
	set -- $("$BUILD/test/test-scan-slow" 2>&1 | sed -n 's/.*worst file: \([0-9]*\) ms, \([0-9.]*\) MiB.*/\1 \2/p')
	row "scan: the worst of $(grep -c '^	{ "' test/unit/scan/test_scan_slow.c) hostile files, CPU" "${1:-9999}" ms 200 200
	row "scan: the worst of them, memory beside the file" "${2:-9999}" MiB 56 56
}

# The scanner against the runbook's three greps over the same clean files; how many of the bad ones it finds.
scanner() {
	pools=${SPAMTRAIL_POOLS:-}
	[ -n "$pools" ] && [ -d "$pools/clean" ] || { skip "scan: speed and detection" "SPAMTRAIL_POOLS=DIR with clean/ (dpkg -x of PHP packages) and bad/ (samples, never run)"; return; }
	find "$pools/clean" -type f -exec cat {} + >/dev/null
	# each time as if it were the first
	mkdir -p "$tmp/none"
	printf '[scan]\nrules = %s\nclamd = off\n' "$tmp/none" >"$tmp/scan.conf"
	scan="$SPAMTRAIL scan --config $tmp/scan.conf --json --quiet"
	echo "rm -rf $tmp/seen; exec $scan --state $tmp/seen $pools/clean" >"$tmp/a.sh"
	echo "for w in 'mail(' base64_decode 'eval('; do grep -RlsF \"\$w\" $pools/clean; done" >"$tmp/b.sh"
	turns 3
	rm -rf "$tmp/seen"
	$scan --state "$tmp/seen" "$pools/clean" >"$tmp/scan"
	set -- $(sed -n 's/.*"files":\([0-9]*\),"bytes":\([0-9]*\),.*/\1 \2/p' "$tmp/scan")
	wall=$(column "$tmp/a" 2)
	row "scan: clean files, MB/s" "$(ratio "$2" "$(awk -v w="$wall" 'BEGIN { print w * 1e6 }')")" MB/s -150 100
	row "scan: clean files, files/s" "$(ratio "$1" "$wall")" /s -20000 14000
	row "scan: wall clock against the three greps" "$(ratio "$wall" "$(column "$tmp/b" 2)")" x 1.0 1.5
	# what has not changed since the first; a million files by the time of one
	echo "exec $scan --state $tmp/seen $pools/clean" >"$tmp/a.sh"
	echo "find $pools/clean -mtime -2 >/dev/null" >"$tmp/b.sh"
	turns 3
	row "scan: a million files, first" "$(awk -v w="$wall" -v n="$1" 'BEGIN { printf "%.1f", w * 1e6 / n }')" s 60 90
	row "scan: a million files, unchanged" "$(awk -v w="$(column "$tmp/a" 2)" -v n="$1" 'BEGIN { printf "%.1f", w * 1e6 / n }')" s 6 10
	[ -d "$pools/bad" ] || return
	bad=$(find "$pools/bad" -type f | wc -l)
	found=$("$SPAMTRAIL" scan --config "$tmp/scan.conf" --state "$tmp/seen" --plain "$pools/bad" | grep -c '^finding')
	row "scan: bad files found" "$(ratio "$((found * 100))" "$bad")" % -92 85
	row "scan: malicious per 100,000 clean" "$(ratio "$(($(grep -o '"verdict":"malicious"' "$tmp/scan" | wc -l) * 100000))" "$1")" "" 5 10
}

# From an incident: is the script that mailed the first one named, and when, where the home holds FILES?
from_incident() {
	set -- "$(test/first/rate.sh "${SEEDS:-220}" | sed -n 's/^first \([0-9]*\) of \([0-9]*\)$/\1 \2/p')"
	row "scan --incident: the true mailer first, of ${1#* }" "$(ratio "$((${1% *} * 100))" "${1#* }")" % -95 90
	set -- $(SET=held test/first/rate.sh "${SEEDS:-220}" | sed -n 's/^not found, but.*: \([0-9]*\)$/\1/p; s/^first \([0-9]*\) of \([0-9]*\)$/\1 \2/p')
	[ $# = 3 ] || set -- 0 "$@"
	echo "(of shapes the scanner was not tuned with: $2 of $3 first, $1 more in a note, as PHP's log names them)"
	files=${FILES:-200000}
	test/first/time.sh "$files" >"$tmp/first" || { echo "the mailer is not named first in a home of $files files"; failed=$((failed + 1)); return; }
	row "scan --incident: named, $files files, first scan" "$(sed -n 1p "$tmp/first")" s 5 10
	row "scan --incident: named, $files files, known" "$(sed -n 2p "$tmp/first")" s 5 10
}

echo "spamtrail on $(nproc) cores, $(uname -m), logs of $size, median of $rounds"
echo "|                                                      | measured       |     goal |    least |"
echo "|---|---|---|---|"
fetch_older
speed exim /var/log/exim_mainlog cwd= 1.0 1.5 eximstats 50 30
speed postfix /var/log/mail.log from= 1.3 2.0 pflogsumm 60 40
networks
flood
MESSAGES=${MESSAGES:-100000} test/queue/bench.sh || failed=$((failed + 1))
live
contain
first_screen
scanner
worst_file
from_incident
dns
echo
echo "The judge: messages until the alarm, false alarms, the simulated ideal"
if [ -x "$BUILD/test/bench/judge_bench" ]; then
	"$BUILD/test/bench/judge_bench" || failed=$((failed + 1))
fi
echo
echo "Ranking over 20 seeds"
RANK_TABLE=1 test/exact/rank.sh 20 30M 2>&1 >"$tmp/rank.tap"
failed=$((failed + $(grep -c '^not ok' "$tmp/rank.tap")))
[ $failed = 0 ] && echo "bench: every figure within its least" || { echo "bench: $failed figures missed"; exit 1; }
