/*
 * exim_dull - nearly half of an Exim log says nothing that anybody asks for: told by its first bytes, before anything
 * is set up. For the two usual kinds only; the grammar (exim_command.c, exim_misc.c) says LINE_DULL of all of them.
 *
 * TRUST: directories and programs are the caller's text: a line is dull only where every byte that tells is in place.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_DULL_H
#define SPAMTRAIL_LOGS_EXIM_DULL_H

#include "logs/exim_id.h"

/* "cwd=DIR 3 args: PROGRAM -Mc ID", where DIR has no blank: Exim calling itself for each message. */
static inline bool exim_is_own_call(struct span s)
{
	const char *end = s.p + s.n, *blank = bytes_find(s.p, end, ' '), *option;
	size_t n;

	if (end - blank < 36 || memcmp(blank, " 3 args: ", 9) != 0 || blank[9] == '"')
		return false;
	option = bytes_find(blank + 9, end, ' ');
	n = (size_t)(end - option);
	if (n < 21 || memcmp(option, " -Mc ", 5) != 0)
		return false;
	return (n == 21 && exim_id_sixteen(option + 5)) ||
	       (n == 28 && exim_id_sixteen(option + 5) && exim_id_sixteen(option + 12));
}

/* S: the text behind the stamp; BRIEF: nobody counts connections. */
static inline bool exim_is_dull(struct span s, bool brief)
{
	if (s.n < 40)
		return false;
	if (*s.p == 'c')
		return memcmp(s.p, "cwd=", 4) == 0 && exim_is_own_call(s);
	return *s.p == 'S' && brief && memcmp(s.p, "SMTP connection from ", 21) == 0;
}

#endif
