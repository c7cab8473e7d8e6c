/*
 * span_letters - the part of span.h that knows letters and blanks. Apart, since the program that stays root needs none of it.
 *
 * TRUST: every byte may be foreign, so letters and blanks are ASCII ranges here and never libc's
 * locale tables: a report must not change with LANG.
 */
#include "base/lower.h"
#include "base/span.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool span_eq_nocase(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	return true;
}

struct span span_trim(struct span s)
{
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	while (s.n && blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}
