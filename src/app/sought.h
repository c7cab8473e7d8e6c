/*
 * sought - what the operator names and nobody found: where not all could be read, that is no "there is no such".
 */
#ifndef SPAMTRAIL_APP_SOUGHT_H
#define SPAMTRAIL_APP_SOUGHT_H

#include "app/options.h"

/*
 * NAME was not found, RC and ERR say so. Where parts were UNSEEN, these are told instead and it is EXIT_INCOMPLETE; with --json as
 * an object of its own. Returns what the verb is to return: RC, or a negative code with ERR filled anew.
 */
int sought_in_part(const struct options *o, const char *name, const struct span *unseen, size_t nunseen, int rc,
		   struct err *err);

#endif
