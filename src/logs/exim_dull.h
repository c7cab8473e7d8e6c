/*
 * exim_dull - nearly half of an Exim log says nothing that anybody asks for: told by its first bytes, before anything
 * is set up. For the two usual kinds only; the grammar (exim_command.c, exim_misc.c) says LINE_DULL of all of them.
 *
 * TRUST: directories and programs are the caller's text: a line is dull only where every byte that tells is in place.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_DULL_H
#define SPAMTRAIL_LOGS_EXIM_DULL_H

#include "logs/exim_id.h"

/* The last call of itself, up to the id: the next one is nearly always the same. */
struct exim_own {
	uint32_t n, line; /* bytes of it, and of a line with it; 0: none */
	char text[64];
};

/* Equal for 16 to 64 bytes: four overlapping windows. */
static inline bool exim_own_same(const struct exim_own *o, const char *p)
{
	bytes_pair off = bytes_pair_at(p) ^ bytes_pair_at(o->text);

	for (uint32_t i = 1; i < 4; i++) {
		uint32_t at = i * 16 + 16 <= o->n ? i * 16 : o->n - 16;

		off |= bytes_pair_at(p + at) ^ bytes_pair_at(o->text + at);
	}
	return !(off[0] | off[1]);
}

/* Where no customer can make a folder (exim_command.c). */
static inline bool exim_is_own_place(struct span dir)
{
	return dir.n == 1 || span_eq(dir, SPAN("/root")) || span_starts(dir, SPAN("/var/spool/exim"));
}

/* "cwd=DIR 3 args: PROGRAM -Mc ID" with such a DIR that has no blank: Exim calling itself for each message. */
static inline bool exim_is_own_call(struct exim_own *o, struct span s)
{
	const char *end = s.p + s.n, *blank, *option;
	size_t n;

	if (s.n == o->line && exim_own_same(o, s.p) && exim_id_sixteen(s.p + o->n) && exim_id_sixteen(end - 16))
		return true;
	blank = bytes_find(s.p, end, ' ');
	if (end - blank < 36 || !exim_is_own_place(span_of(s.p + 4, (size_t)(blank - s.p - 4))) || memcmp(blank, " 3 args: ", 9) != 0 || blank[9] == '"')
		return false;
	option = bytes_find(blank + 9, end, ' ');
	n = (size_t)(end - option);
	if ((n != 21 && n != 28) || memcmp(option, " -Mc ", 5) != 0 || !exim_id_sixteen(option + 5) ||
	    !exim_id_sixteen(end - 16))
		return false;
	n = (size_t)(option + 5 - s.p);
	if (n >= 16 && n <= sizeof(o->text)) {
		memcpy(o->text, s.p, n);
		o->n = (uint32_t)n;
		o->line = (uint32_t)s.n;
	}
	return true;
}

/* S: the text behind the stamp; BRIEF: nobody counts connections. */
static inline bool exim_is_dull(struct exim_own *o, struct span s, bool brief)
{
	if (s.n < 40)
		return false;
	if (*s.p == 'c')
		return memcmp(s.p, "cwd=", 4) == 0 && exim_is_own_call(o, s);
	return *s.p == 'S' && brief && memcmp(s.p, "SMTP connection from ", 21) == 0;
}

#endif
