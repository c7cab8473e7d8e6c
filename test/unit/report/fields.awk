# fields.awk - the table of all text fields of structs out of headers: FIELD(struct, field) and LIST(struct, pointer, count).
# A list is followed by its count on the same line, as the headers of what is printed have it; one that is not is left out.
{ line = $0; sub(/\/\*.*/, "", line) }
line ~ /^struct [a-z_]+ \{/ { split(line, w, " "); name = w[2]; next }
line ~ /^}/ { name = "" }
name == "" || line !~ /struct span / { next }
{
	sub(/^.*struct span /, "", line)
	split(line, part, ";")
	if (part[1] ~ /\[|\(/) next
	if (part[1] ~ /^\*/) {
		n = split(part[2], w, " ")
		if (n) print "LIST(" name ", " substr(part[1], 2) ", " w[n] ")"
		next
	}
	n = split(part[1], field, /, */)
	for (i = 1; i <= n; i++) print "FIELD(" name ", " field[i] ")"
}
