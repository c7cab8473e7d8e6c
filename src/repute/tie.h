/*
 * tie - what of a complaint our own host wrote, if anything, and so what to ask the logs for.
 *
 * Of the Received fields only the topmost that names this host can be ours: whoever received the mail from us wrote
 * those above it, and the sender may have written any number below. Even that one may be made up: until the logs know
 * its queue id it is a claim (grade C).
 */
#ifndef SPAMTRAIL_REPUTE_TIE_H
#define SPAMTRAIL_REPUTE_TIE_H

#include "repute/complaint.h"
#include "repute/received.h"

struct tie {
	bool ours;             /* a line of our host is in it */
	struct received line;  /* that line */
	struct span raw;       /* as it stands there */
	struct span queue_id, message_id; /* to ask the logs for; message id without <> */
	struct span login, script, account_path; /* what the message says of itself: grade C */
};

/* NAMES: the names this host gives itself. */
void tie_find(const struct complaint *c, const struct span *names, size_t nnames, struct tie *ret);

#endif
