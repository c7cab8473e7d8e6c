/* fixture_letter - what a letter is made of, by hand, and the letters of it. */
#ifndef TEST_REPORT_FIXTURE_LETTER_H
#define TEST_REPORT_FIXTURE_LETTER_H

#include "report/letters.h"

#define LETTERS 6

extern const char *const letter_names[LETTERS];

/* Facts in which every text that an outsider may write is FOREIGN. */
struct letter_facts *fixture_letter_facts(struct arena *a, struct span foreign);
struct letter *fixture_letter(struct arena *a, const struct letter_facts *f, const char *name);
/* The template that is shipped; the test ends where there is none. */
struct span fixture_template(struct arena *a, const char *name);

#endif
