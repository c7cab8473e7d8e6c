/*
 * freemail - is this recipient domain one where anybody gets a mailbox? By hash, since it is asked for
 * every recipient. The list is a signal for "strangers", not a verdict: it needs the big ones only.
 */
#ifndef SPAMTRAIL_TRACE_FREEMAIL_H
#define SPAMTRAIL_TRACE_FREEMAIL_H

#include <stdbool.h>
#include <stdint.h>

#define FREEMAIL_SLOTS 256

struct freemail {
	uint64_t slot[FREEMAIL_SLOTS];
};

/* Hashes as rcpt_hash gives them for the domain. */
void freemail_init(struct freemail *f);

static inline bool freemail_has(const struct freemail *f, uint64_t domain)
{
	for (unsigned at = domain % FREEMAIL_SLOTS; f->slot[at]; at = (at + 1) % FREEMAIL_SLOTS)
		if (f->slot[at] == domain)
			return true;
	return false;
}

#endif
