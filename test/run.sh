#!/bin/sh
# run.sh - runs every test that is built and adds up their TAP. The last line is "N passed, N failed, N skipped"; what failed is said
# once more right before it, for whoever sees only the end.
#
# A suite is a unit-test program (BUILD/test/test-*) or an executable test/NAME/run; each prints TAP on stdout.
# A suite that dies, prints no test, or prints fewer than its plan says counts as one failure more.
set -u
cd "$(dirname "$0")/.." || exit 70
: "${BUILD:=$PWD/build}" "${FUZZ:=$PWD/build-fuzz}"
: "${SPAMTRAIL:=$BUILD/spamtrail}" "${SPAMTRAIL_GEN:=$BUILD/test/gen/spamtrail-gen}"
export BUILD FUZZ SPAMTRAIL SPAMTRAIL_GEN CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}" UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
unset LC_ALL TZ NO_COLOR
tmp=$(mktemp -d) || exit 70
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0

suite() { # NAME COMMAND...
	name=$1
	shift
	began=$(date +%s)
	"$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	set -- $(awk '
		/^[ \t]*(not )?ok/ && /# *(SKIP|skip)/ { skip++; next } # cmocka 1.1.5 says "not ok ... # SKIP"
		/^[ \t]*not ok/ && /# *(TODO|todo)/ { todo++; next } # known to be missing: neither passed nor failed
		/^[ \t]*not ok/ { bad++; next }
		/^[ \t]*ok/ { good++; next }
		/^1\.\.[0-9]+/ { plan += substr($1, 4) }
		END { print good + 0, bad + 0, skip + 0, plan - todo }' "$tmp/out")
	bad=$2
	[ $(($1 + $2 + $3)) -ge "$4" ] && [ $(($1 + $2 + $3)) -gt 0 ] || bad=$((bad + 1))
	[ $rc = 0 ] || [ $bad -gt 0 ] || bad=1
	passed=$((passed + $1)) failed=$((failed + bad)) skipped=$((skipped + $3))
	printf '%-28s %5d passed %3d failed %3d skipped %4d s\n' "$name" "$1" "$bad" "$3" $(($(date +%s) - began))
	[ $bad = 0 ] || {
		# each failure with what follows it, before whatever else was said
		awk '/^[ \t]*(not )?ok/ { bad = /not ok/ && !/# *(SKIP|skip|TODO|todo)/; n = 0 } bad && n++ < 12' "$tmp/out" >"$tmp/bad"
		cat "$tmp/bad"
		[ -s "$tmp/bad" ] || grep -v '^ok' "$tmp/out" | tail -n 40
		tail -n 40 "$tmp/err"
		echo "($name ended with $rc)"
		sed "s/^/$name: /" "$tmp/bad" | cut -c 1-300 >>"$tmp/failed"
		echo "$name ended with $rc" >>"$tmp/failed"
	}
	grep -iE '^(not )?ok.*# *(skip|todo)|^# beside others: not ok' "$tmp/out" | sed 's/^/  /' | head -n 5
}

for t in "$BUILD"/test/test-*; do
	[ -f "$t" ] && [ -x "$t" ] && suite "unit ${t##*/test-}" "$t"
done
for t in "$FUZZ"/test/test-*; do
	[ -f "$t" ] && [ -x "$t" ] && suite "sanitized ${t##*/test-}" "$t"
done
for t in test/*/run; do
	[ -x "$t" ] && suite "$(basename "$(dirname "$t")")" "$t"
done

[ ! -s "$tmp/failed" ] || {
	echo "what failed:"
	head -n 40 "$tmp/failed"
}
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $passed -gt 0 ]
