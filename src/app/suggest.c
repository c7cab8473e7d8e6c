/*
 * suggest - see suggest.h. Optimal string alignment distance (one edit: a letter more, less, changed, or
 * two neighbours swapped) over at most WORD_MAX bytes, so that its cost is bounded.
 * TRUST: the typed word is the operator's or a configuration file's.
 */
#include "app/suggest.h"

#define WORD_MAX 40

struct suggest suggest_for(struct span typed)
{
	/*
	 * One edit of a short word, two of a longer one, three of a long one: with more, everything is near.
	 */
	return (struct suggest){ .typed = typed, .distance = typed.n < 4 ? 2 : typed.n < 9 ? 3 : 4 };
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned distance(struct span a, struct span b)
{
	unsigned row[3][WORD_MAX + 1];

	for (unsigned k = 0; k <= b.n; k++)
		row[0][k] = k;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned k = 1; k <= b.n; k++) {
			unsigned same = a.p[i - 1] != b.p[k - 1];

			now[k] = least(before[k] + 1, now[k - 1] + 1, before[k - 1] + same);
			if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] && a.p[i - 2] == b.p[k - 1] &&
			    two_before[k - 2] + 1 < now[k])
				now[k] = two_before[k - 2] + 1;
		}
	}
	return row[a.n % 3][b.n];
}

void suggest_offer(struct suggest *s, const char *word)
{
	struct span w = span_str(word);
	unsigned d;

	if (s->typed.n == 0 || s->typed.n > WORD_MAX || w.n > WORD_MAX)
		return;
	/* Half a word typed is nearer than its distance says. */
	d = s->typed.n >= 3 && span_starts(w, s->typed) ? 1 : distance(s->typed, w);
	if (d < s->distance) {
		s->distance = d;
		s->best = word;
	}
}
