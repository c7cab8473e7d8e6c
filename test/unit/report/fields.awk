# fields.awk - the table of all text fields of structs out of headers: FIELD(struct, field) and LIST(struct, pointer, count).
# A list is followed by its count, on the same line or the next; one that is not is left out.
{ line = $0; sub(/\/\*.*/, "", line) }
line ~ /^struct [a-z_]+ \{/ { split(line, w, " "); name = w[2]; list = ""; next }
line ~ /^}/ { name = "" }
name == "" { next }
list != "" {
	if (line ~ /^\t(size_t|unsigned|uint32_t|uint64_t) [a-z_]+;/) {
		split(line, w, /[ ;]/)
		print "LIST(" name ", " list ", " w[2] ")"
	}
	list = ""
}
line !~ /struct span / { next }
{
	sub(/^.*struct span /, "", line)
	split(line, part, ";")
	if (part[1] ~ /\[|\(/) next
	if (part[1] ~ /^\*/) {
		n = split(part[2], w, " ")
		if (n) print "LIST(" name ", " substr(part[1], 2) ", " w[n] ")"
		else list = substr(part[1], 2)
		next
	}
	n = split(part[1], field, /, */)
	for (i = 1; i <= n; i++) print "FIELD(" name ", " field[i] ")"
}
