/*
 * exim_dull - nearly half of an Exim log says nothing that anybody asks for: told by its first bytes, before anything
 * is set up. For the two usual kinds only; the grammar (exim_command.c, exim_misc.c) says LINE_DULL of all of them.
 *
 * TRUST: directories and programs are the caller's text: a line is dull only where every byte that tells is in place.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_DULL_H
#define SPAMTRAIL_LOGS_EXIM_DULL_H

#include "logs/exim_id.h"
#include "logs/pair.h"

#define EXIM_OWN_WINDOWS 5 /* of 16 bytes; the last three end with the line */

/*
 * The last call of itself that was read the long way: the next one is the same but for the id, and nearly always as
 * long. In place of the id may stand any bytes but blanks and quotes: the grammar then counts three arguments all the
 * same, and the second one says what it is.
 */
struct exim_own {
	uint32_t line; /* bytes of such a line, 48 to 80; 0: none */
	bytes_pair text[EXIM_OWN_WINDOWS]; /* with 255 for bytes that change */
	bytes_sixteen most_off[EXIM_OWN_WINDOWS]; /* by how much a byte may differ from that */
};

static inline size_t exim_own_window(uint32_t line, unsigned i)
{
	return i < 2 ? i * 16 : line - (EXIM_OWN_WINDOWS - i) * 16;
}

/* P begins a line of o->line bytes. */
static inline bool exim_own_same(const struct exim_own *o, const char *p)
{
	bytes_pair off = { 0 };

	for (unsigned i = 0; i < EXIM_OWN_WINDOWS; i++)
		off |= (bytes_pair)bytes_above(
			(bytes_sixteen)(bytes_pair_at(p + exim_own_window(o->line, i)) ^ o->text[i]),
			o->most_off[i]);
	return !(off[0] | off[1]);
}

/* Where no customer can make a folder (exim_command.c). */
static inline bool exim_is_own_place(struct span dir)
{
	return dir.n == 1 || span_eq(dir, SPAN("/root")) || span_starts(dir, SPAN("/var/spool/exim"));
}

/* Keeps S, a dull call, if it is "cwd=DIR 3 args: PROGRAM -Mc ID" with such a DIR: Exim calling itself for each message. */
void exim_own_learn(struct exim_own *o, struct span s);

/* S: the text behind the stamp; BRIEF: nobody counts connections. */
static inline bool exim_is_dull(struct exim_own *o, struct span s, bool brief)
{
	if (s.n < 40)
		return false;
	if (*s.p == 'c')
		return s.n == o->line && exim_own_same(o, s.p);
	return *s.p == 'S' && brief && memcmp(s.p, "SMTP connection from ", 21) == 0;
}

#endif
