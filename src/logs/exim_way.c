/* exim_way - see exim_way.h. */
#include "logs/exim_way.h"

const char exim_way_bits[2 * EXIM_WAY_MOST] = { [0 ... EXIM_WAY_MOST - 1] = (char)0xff };

void exim_way_keep(struct exim_way *w, const char *p, size_t n, unsigned most)
{
	char text[EXIM_WAY_MOST] = { 0 };

	w->n = 0;
	if (n > most)
		return;
	memcpy(text, p, n);
	for (unsigned i = 0; i < EXIM_WAY_MOST / 16; i++)
		w->text[i] = bytes_pair_at(text + 16 * i);
	w->n = (uint32_t)n;
}
