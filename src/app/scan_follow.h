/*
 * scan_follow - the files that scripts include, as places to be looked at: what stands in front of a name may be any folder, the
 * site's own above all, so that each above the script is tried.
 *
 * TRUST: names are an attacker's; a place is a path beneath the scanned folder, opened there without links (scan/walk.h).
 */
#ifndef SPAMTRAIL_APP_SCAN_FOLLOW_H
#define SPAMTRAIL_APP_SCAN_FOLLOW_H

#include "base/span.h"

struct follow;
struct lexicon;

/* HOME, absolute, and WORDS are the caller's, and live longer. Not for several workers at once. */
struct follow *follow_new(struct span home, const struct lexicon *words);
void follow_free(struct follow *f);

/* Notes what the script PATH, whose TEXT this is, includes. */
void follow_note(struct follow *f, struct span path, struct span text);
/* The next place, also of what was noted since the last call; NULL: there is none, and all begins anew. F's. */
const char *follow_next(struct follow *f);
/* The last place was there: all of that include is settled by it. */
void follow_found(struct follow *f);

#endif
