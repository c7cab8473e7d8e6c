/*
 * link - where a link of the scanned folder leads: it is never followed, but what lies behind it may be run all the same.
 * TRUST: the account makes links and exchanges them; what is said of one is about the moment.
 */
#ifndef SPAMTRAIL_SCAN_LINK_H
#define SPAMTRAIL_SCAN_LINK_H

#include "base/span.h"

/*
 * Of the link NAME in the open folder DIRFD, which is PATH beneath the folder TOP; that one is PLACE to the server, absolute.
 * Why it was left alone, a constant. *RET_HARMLESS: nothing that a server runs is known to lie behind it, or it is read under
 * its own name.
 */
const char *link_leads(int top, struct span place, int dirfd, const char *name, struct span path,
		       bool *ret_harmless);

#endif
