/*
 * account_reader - a confined child that learns this server's accounts and tells which folders are one's own: his home
 * first, then sites of his that lie elsewhere.
 *
 * TRUST: passwd, panels' tables and web servers' configuration are read in the child; of an image they are anybody's.
 */
#ifndef SPAMTRAIL_APP_ACCOUNT_READER_H
#define SPAMTRAIL_APP_ACCOUNT_READER_H

#include "base/err.h"
#include "base/span.h"
#include "sys/beneath.h"

struct account_want {
	const struct root *root;
	bool unconfined;
	struct span name; /* of the account; empty: by PATH */
	struct span path; /* something in its home */
};

struct account_answer {
	struct span name; /* as passwd or the panel spells it */
	uint32_t uid; /* UINT32_MAX: unknown */
	char **folder; /* absolute, without NUL, each once */
	size_t folders;
};

/* All in A. EXIT_NOINPUT: no such account, or none with a home. */
int account_ask(const struct account_want *want, struct arena *a, struct account_answer *ret, struct err *err);

#endif
