# limits.awk - the table of `config limits`, out of the sources themselves: every "#define NAME VALUE" or "NAME = VALUE," whose
# comment is "limit COMMAND[, UNIT]: what of". So the list has the very values that the code is built with.
match($0, /\/\* limit [a-z]+(, [a-z]+)?: .* \*\/$/) {
	mark = substr($0, RSTART + 9, RLENGTH - 12)
	line = substr($0, 1, RSTART - 1)
	if (line ~ /^#define /) sub(/^#define [A-Z0-9_]+ +/, "", line)
	else sub(/^[^=]*= /, "", line)
	sub(/,? *$/, "", line)
	colon = index(mark, ": ")
	split(substr(mark, 1, colon - 1), head, ", ")
	printf "LIMIT(\"%s\", \"%s\", %s, \"%s\")\n", head[1], head[2], line, substr(mark, colon + 2)
}
