/*
 * line - words in a line of settings, whatever their case and their place in it.
 * TRUST: lines are an account's.
 */
#ifndef SPAMTRAIL_SCAN_LINE_H
#define SPAMTRAIL_SCAN_LINE_H

#include "base/span.h"

/* Where WORD, of any case, begins in S at or behind FROM, or -1. */
ptrdiff_t line_find(struct span s, size_t from, const char *word);
bool line_has(struct span s, const char *word);
/* The end of some name in it says picture, text or style: what never runs. */
bool line_names_quiet_file(struct span s);

#endif
