/*
 * fixture - finished investigations made by hand, for the tests of everything that speaks about one.
 */
#ifndef TEST_REPORT_FIXTURE_H
#define TEST_REPORT_FIXTURE_H

#include "model/inquiry.h"

/* A stolen plugin folder and a stolen mailbox in one incident, a suspect, a newsletter, a trusted sender. */
struct inquiry *fixture_incident(struct arena *a);
/* An ordinary day. */
struct inquiry *fixture_quiet(struct arena *a);
/* The incident with FOREIGN in every text an outsider may write. */
struct inquiry *fixture_hostile(struct arena *a, struct span foreign);

#endif
