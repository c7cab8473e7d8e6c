/*
 * inquire - from the command line's options to a finished inquiry: what investigate, why and doctor share.
 *
 * Order of trust: the operator's words, root's configuration, then what confined children have found, checked
 * in form. A queue, processes or a state that cannot be read become a note or make the answer incomplete;
 * without logs there is none.
 */
#ifndef SPAMTRAIL_APP_INQUIRE_H
#define SPAMTRAIL_APP_INQUIRE_H

#include "app/options.h"
#include "base/zone.h"
#include "model/inquiry.h"

struct clock;

struct inquire {
	struct arena *arena;
	struct inquiry *q;
	struct zone *zone;     /* ROOT's, for printing */
	struct span wrote;     /* with options.waiting: what the logs say of what waits (trace/wrote.h); empty: nothing */
};

/* A busy live host: told once what the newest hours say, while the past is still to be read. */
typedef void inquire_first(const struct options *o, const struct inquire *in);

/* Reads O's paths from argument SKIP on. FIRST may be NULL. inquire_end frees everything, also after a failure. */
int inquire(const struct options *o, int skip, inquire_first *first, struct inquire *ret, struct err *err);
void inquire_end(struct inquire *in);
/*
 * ROOT's zone as the reader told it, NULL for UTC; the caller's to zone_free. A: for what is needed
 * meanwhile.
 */
struct zone *inquire_zone(const struct inquiry *q, struct arena *a);
/* Seconds since 1970, or what the test switch holds still. */
int64_t inquire_now(const struct clock *clock);
/*
 * 0, 1 or 3 as the contract's exit codes say; that something was not seen outranks that something was found.
 */
int inquire_code(const struct inquiry *q);

#endif
