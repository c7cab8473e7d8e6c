#!/bin/sh
# rank.sh - the judge on made-up weeks: culprits above innocents over SEEDS seeds, clean weeks without accusation.
# Usage: rank.sh [SEEDS [SIZE]]; RANK_TABLE=1 prints every seed. Tables on stderr, TAP on stdout; what is asked is
# the least of the project's goal: three loud culprits above every innocent always, the slow form in 9 of 10; nobody
# convicted in any week, at most one suspect in a clean one; `since` within 10 messages (the slow form's in 8 of 10),
# median 3.
set -u
cd "$(dirname "$0")/../.." || exit 70
. test/exact/lib.sh
seeds=${1:-20} size=${2:-10M}

weeks() { # WORD CLEAN-OPTION
	for seed in $(seq 1 "$seeds"); do
		world "$1" "$tmp/w" --seed "$seed" --bytes "$size" $2 || return
		investigate "$tmp/w" >"$tmp/json" 2>/dev/null
		"$compare" rank "$tmp/w/truth.json" "$tmp/json" 2>>"$tmp/innocents" | sed "s/^/$seed\t/"
	done
}

# Seed by culprit: rank, score, messages until the alarm, error of `since` in messages.
table() { # WORD
	[ "${RANK_TABLE:-0}" = 1 ] || return 0
	awk -F'\t' -v word="$1" 'BEGIN { print word ": seed, then rank score until-alarm since-error of each culprit" }
		$2 == "innocents" { printf "%4d  %s\n", $1, line; line = ""; next }
		{ line = line sprintf("%-15s %2d %5.1f %3s %3s   ", $2, $6, $7, $8 == 999 ? "-" : $8, $5 == 999 ? "-" : $5) }' \
		"$tmp/ranks" >&2
}

ranking() { # WORD
	weeks "$1" "" >"$tmp/ranks"
	table "$1"
	awk -F'\t' -v word="$1" -v seeds="$seeds" '
		function median(of, n,   i, j, t) {
			for (i = 2; i <= n; i++) {
				t = of[i]
				for (j = i - 1; j > 0 && of[j] + 0 > t + 0; j--) of[j + 1] = of[j]
				of[j + 1] = t
			}
			return n ? of[int((n + 1) / 2)] : 999
		}
		$2 == "innocents" { convicted += $3; found += $5; next }
		{ n[$2]++; top[$2] += $4 == 0; named[$2] += $3 == "compromised"; within[$2] += $5 <= 10; off[$2, n[$2]] = $5; leak[$2, n[$2]] = $8 }
		END {
			split("plugin;stolen mailbox;cron mailer;slow form", who, ";")
			for (k = 1; k <= 4; k++) {
				w = who[k]
				for (i = 1; i <= n[w]; i++) { a[i] = off[w, i]; b[i] = leak[w, i] }
				err = median(a, n[w]) + 0
				sure = median(b, n[w]) + 0
				printf "%-18s %-15s on top %2d/%d  compromised %2d  until alarm, median %3s  since median %2d, within 10: %2d\n", word, w, top[w], seeds, named[w], sure == 999 ? "-" : sure, err, within[w] > "/dev/stderr"
				need = w == "slow form" ? int(seeds * 0.9) : seeds
				near = w == "slow form" ? int(seeds * 0.8) : seeds
				print (top[w] < need), "on top: " w " (" top[w] + 0 " of " seeds ")"
				print (err > 3), "since of " w ": median " err " messages"
				print (within[w] < near), "since of " w " within 10 messages (" within[w] + 0 " of " seeds ")"
			}
			print (convicted > 0), "innocents convicted: " convicted + 0
			print (found < 4 * seeds), "culprits found: " found + 0 " of " 4 * seeds
		}' "$tmp/ranks" >"$tmp/lines"
	while read -r rc text; do ok "$rc" "$1: $text"; done <"$tmp/lines"
}

clean() { # WORD
	weeks "$1" --clean >"$tmp/ranks"
	set -- "$1" $(awk -F'\t' '{ c += $3; if ($4 > most) most = $4; n++ } END { print c + 0, most + 0, n + 0 }' "$tmp/ranks")
	printf '%-18s clean weeks: %d compromised, at most %d suspects a week, %d weeks\n' "$1" "$2" "$3" "$4" >&2
	[ "$2" = 0 ] && [ "$4" = "$seeds" ]
	ok $? "$1: nobody compromised in $4 clean weeks"
	[ "$3" -le 1 ]
	ok $? "$1: at most one suspect in a clean week ($3)"
}

: >"$tmp/innocents"
for word in exim:ids23 exim:wwwdata,pid postfix:long postfix:wwwdata; do
	ranking "$word"
	clean "$word"
done
sort "$tmp/innocents" | uniq -c | sort -rn | head -n 12 >&2
finish
