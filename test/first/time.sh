#!/bin/sh
# time.sh - seconds until `scan --incident` has printed the script that mailed, in a home of FILES small scripts: when nothing is
# known of the home yet, and when all of it is. Exit code 1: another script was printed first.
# Usage: time.sh FILES
set -u
cd "$(dirname "$0")/../.." || exit 70
. test/first/lib.sh
R=$tmp/server
server "$R" 2 || exit 70
n=0
while [ $n -lt "$1" ]; do
	d=$R$home/public_html/data/$((n / 100000))/$((n / 1000))
	mkdir -p "$d"
	seq "$n" $((n + 999)) | sed 's/.*/<?php $page = &; echo "page $page of many", strlen($page);/' | split -l 1 -a 4 --additional-suffix=.php - "$d/p"
	n=$((n + 1000))
done
id=$(of investigate --json | incident_of "$folder")
[ -n "$id" ] || exit 1
sleep 3
for _ in 1 2; do
	began=$(date +%s%N)
	of scan --incident "$id" 2>/dev/null | while read -r line; do
		case $line in
		*/public_html/*)
			case $line in *"$truth") echo "$began $(date +%s%N)" | awk '{ printf "%.2f\n", ($2 - $1) / 1e9 }' ;; esac
			cat >/dev/null
			;;
		esac
	done >"$tmp/named"
	[ -s "$tmp/named" ] || exit 1
	cat "$tmp/named"
done
