# lib.sh - what the scripts of test/exact and test/bench share: made-up servers, TAP, and the product under test.
: "${BUILD:=$PWD/build}"
: "${SPAMTRAIL:=$BUILD/spamtrail}" "${SPAMTRAIL_GEN:=$BUILD/test/gen/spamtrail-gen}"
compare=$BUILD/test/exact/exact-compare
for need in "$SPAMTRAIL" "$SPAMTRAIL_GEN" "$compare"; do
	[ -x "$need" ] || { echo "not ok 1 - $need is not built"; exit 66; }
done
tmp=$(mktemp -d "${TMPDIR:-/tmp}/spamtrail-test.XXXXXX") || exit 70
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
tests=0 bad=0

ok() { # STATUS TEXT
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		bad=$((bad + 1))
		echo "not ok $tests - $2"
	fi
}

finish() {
	echo "1..$tests"
	[ $bad = 0 ]
	exit
}

# Options of the generator from one word: exim:ids16,pid
world() { # WORD DIR OPTIONS...
	word=$1 dir=$2
	shift 2
	rm -rf "$dir"
	"$SPAMTRAIL_GEN" --mta "${word%%:*}" --variant "${word#*:}" --out "$dir" "$@"
}

# Exit 0 and 1 are whole answers; 3 would mean that something was left out.
investigate() { # DIR ARGUMENTS...
	dir=$1
	shift
	"$SPAMTRAIL" investigate --json --root "$dir" "$@"
}
