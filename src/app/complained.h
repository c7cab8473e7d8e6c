/*
 * complained - an incident hears of the complaints and bounces that were tied to its senders: each becomes evidence with
 * its own grade, and the complaints a reason.
 */
#ifndef SPAMTRAIL_APP_COMPLAINED_H
#define SPAMTRAIL_APP_COMPLAINED_H

#include "base/arena.h"
#include "base/err.h"

struct inquiry;
struct store;

/* Changes Q's accused rows and incidents; texts live in A. */
int complained_attach(struct store *s, struct arena *a, struct inquiry *q, struct err *err);

#endif
