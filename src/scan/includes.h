/*
 * includes - which files a script includes, as far as its text says: constant names, with __DIR__ or dirname(__FILE__),
 * and dirname() of those, in front or without. What is put together at run time is not followed; the engine sees it.
 *
 * TRUST: the text is an attacker's; what comes out are names to be opened beneath the same folder and nowhere else.
 */
#ifndef SPAMTRAIL_SCAN_INCLUDES_H
#define SPAMTRAIL_SCAN_INCLUDES_H

#include "base/span.h"

struct arena;
struct lexicon;

/* One include: the name as it is written but for "../" in place of dirname(); where it stands. */
struct include {
	struct span name;
	uint32_t at;
};

/* At most MAX of them in RET, names in A. */
size_t includes_of(const struct lexicon *words, struct span text, struct arena *a, struct include *ret,
		   size_t max);
/* NAME, as includes_of gave it, beneath HOME (absolute) from the script in FOLDER beneath it; empty: not beneath it. */
struct span includes_place(struct arena *a, struct span home, struct span folder, struct span name);

#endif
