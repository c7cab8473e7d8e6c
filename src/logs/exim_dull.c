/* exim_dull - see exim_dull.h. TRUST: as there; nothing outside of the text is read. */
#include "logs/exim_dull.h"

/* S is such a call, its id behind N bytes. */
static void own_keep(struct exim_own *o, struct span s, size_t n)
{
	char text[80], most_off[80];

	o->line = 0;
	if (s.n < 48 || s.n > sizeof(text))
		return;
	o->line = (uint32_t)s.n;
	memcpy(text, s.p, n);
	memset(text + n, 0xff, s.n - n);
	memset(most_off, 0, n);
	memset(most_off + n, 0xff - '#', s.n - n);
	for (unsigned i = 0; i < EXIM_OWN_WINDOWS; i++) {
		o->text[i] = bytes_pair_at(text + exim_own_window(o->line, i));
		o->most_off[i] = (bytes_sixteen)bytes_pair_at(most_off + exim_own_window(o->line, i));
	}
}

void exim_own_learn(struct exim_own *o, struct span s)
{
	const char *end = s.p + s.n, *blank, *option;
	size_t n;

	blank = bytes_find(s.p, end, ' ');
	if (end - blank < 36 || !exim_is_own_place(span_of(s.p + 4, (size_t)(blank - s.p - 4))) ||
	    memcmp(blank, " 3 args: ", 9) != 0 || blank[9] == '"')
		return;
	option = bytes_find(blank + 9, end, ' ');
	n = (size_t)(end - option);
	if ((n == 21 || n == 28) && memcmp(option, " -Mc ", 5) == 0 && exim_id_sixteen(option + 5) &&
	    exim_id_sixteen(end - 16))
		own_keep(o, s, (size_t)(option + 5 - s.p));
}
