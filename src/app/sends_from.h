/*
 * sends_from - the addresses and domains to look up: the operator's, or those this server sends from.
 */
#ifndef SPAMTRAIL_APP_SENDS_FROM_H
#define SPAMTRAIL_APP_SENDS_FROM_H

#include "repute/check.h"

struct config;
struct err;
struct inquiry;

#define SUBJECTS_MOST 64 /* limit reputation: addresses and domains of this server */

struct sends_from {
	struct subject subject[SUBJECTS_MOST];
	size_t n;
	bool more;             /* there were more */
	bool private_only;     /* addresses were found, and none that others can see */
};

/* WORDS of the operator. EXIT_USAGE where one is neither an address nor a domain. */
int sends_from_words(struct sends_from *s, char *const *words, size_t n, struct err *err);
/* By the configuration, the settings and refusals in Q and, where LIVE, this host's interfaces; and the domains that
 * its logins and its name belong to. Q may be NULL. */
void sends_from_server(struct sends_from *s, struct arena *a, const struct config *c, const struct inquiry *q, bool live);

#endif
