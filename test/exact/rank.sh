#!/bin/sh
# rank.sh - the judge on made-up weeks: culprits above innocents over SEEDS seeds, clean weeks without accusation.
# Usage: rank.sh [SEEDS [SIZE]]. Prints a table on stderr and TAP on stdout; what is asked is the least of the
# project's goal: three loud culprits above every innocent always, the slow form in 9 of 10; nobody convicted in a
# clean week, at most one suspect; `since` within 10 messages, median 3.
set -u
cd "$(dirname "$0")/../.." || exit 70
. test/exact/lib.sh
seeds=${1:-20} size=${2:-8M}

weeks() { # WORD CLEAN-OPTION
	for seed in $(seq 1 "$seeds"); do
		world "$1" "$tmp/w" --seed "$seed" --bytes "$size" $2 || return
		investigate "$tmp/w" >"$tmp/json" 2>/dev/null
		"$compare" rank "$tmp/w/truth.json" "$tmp/json" 2>>"$tmp/innocents" | sed "s/^/$seed\t/"
	done
}

ranking() { # WORD
	weeks "$1" "" >"$tmp/ranks"
	awk -F'\t' -v word="$1" -v seeds="$seeds" '
		$2 == "innocents" { convicted += $3; found += $5; next }
		{ n[$2]++; top[$2] += $4 == 0; named[$2] += $3 == "compromised"; off[$2, n[$2]] = $5; within[$2] += $5 <= 10 }
		END {
			split("plugin;stolen mailbox;cron mailer;slow form", who, ";")
			for (k = 1; k <= 4; k++) {
				w = who[k]
				for (i = 2; i <= n[w]; i++) {
					t = off[w, i]
					for (j = i - 1; j > 0 && off[w, j] + 0 > t + 0; j--) off[w, j + 1] = off[w, j]
					off[w, j + 1] = t
				}
				med = n[w] ? off[w, int((n[w] + 1) / 2)] : 999
				printf "%-28s %-15s on top %2d/%d  compromised %2d  since median %3d  within 10: %2d\n", word, w, top[w], seeds, named[w], med, within[w] > "/dev/stderr"
				need = w == "slow form" ? int(seeds * 0.9) : seeds
				print (top[w] < need), "on top: " w " (" top[w] + 0 " of " seeds ")"
				print (med > 3), "since of " w ": median " med " messages"
			}
			print (convicted > 0), "innocents convicted: " convicted + 0
			print (found < 4 * seeds), "culprits found: " found + 0 " of " 4 * seeds
		}' "$tmp/ranks" >"$tmp/lines"
	while read -r rc text; do ok "$rc" "$1: $text"; done <"$tmp/lines"
}

clean() { # WORD
	weeks "$1" --clean >"$tmp/ranks"
	set -- "$1" $(awk -F'\t' '{ c += $3; if ($4 > most) most = $4; n++ } END { print c + 0, most + 0, n + 0 }' "$tmp/ranks")
	printf '%-28s clean weeks: %d compromised, at most %d suspects a week, %d weeks\n' "$1" "$2" "$3" "$4" >&2
	[ "$2" = 0 ] && [ "$4" = "$seeds" ]
	ok $? "$1: nobody compromised in $4 clean weeks"
	[ "$3" -le 1 ]
	ok $? "$1: at most one suspect in a clean week ($3)"
}

: >"$tmp/innocents"
for word in exim:ids23 exim:wwwdata,pid postfix:long postfix:wwwdata; do
	ranking "$word"
done
for word in exim:ids23 postfix:long; do
	clean "$word"
done
sort "$tmp/innocents" | uniq -c | sort -rn | head -n 12 >&2
finish
