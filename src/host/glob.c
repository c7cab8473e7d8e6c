/*
 * glob - see glob.h. Only the last * is ever tried again, so a pattern of many stars costs no more.
 *
 * TRUST: pattern and names are a configuration's, in an image anybody's: no recursion, and at most one step
 * for each pair of their bytes. A class ([a-z]) is compared as it is written, so such an include finds
 * nothing.
 */
#include "host/glob.h"

bool glob_is(struct span text)
{
	return span_find(text, 0, '*') >= 0 || span_find(text, 0, '?') >= 0;
}

bool glob_match(struct span pattern, struct span name)
{
	size_t p = 0;
	size_t star = SIZE_MAX;
	size_t again = 0;

	if (name.n && name.p[0] == '.' && !(pattern.n && pattern.p[0] == '.'))
		return false;
	for (size_t i = 0; i < name.n;) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			again = i;
		} else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == name.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++again;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}
