# incident.sh - sourced: which incident of `investigate --json` has a script of FOLDER among its senders.

# incident_of FOLDER; senders are told by their rank.
incident_of() {
	awk -v id="\"kind\":\"script\",\"id\":\"$1\"" '{
		n = split($0, row, /[{]"rank":/)
		for (i = 2; i <= n; i++) if (index(row[i], id)) rank = row[i] + 0
		if (!rank || !(at = index($0, "\"incidents\":["))) exit
		n = split(substr($0, at), in_, /[{]"id":"/)
		for (i = 2; i <= n; i++) {
			if (!match(in_[i], /"senders":\[[0-9,]*\]/)) continue
			if (index("," substr(in_[i], RSTART + 11, RLENGTH - 12) ",", "," rank ",")) { sub(/".*/, "", in_[i]); print in_[i]; exit }
		}
	}'
}
