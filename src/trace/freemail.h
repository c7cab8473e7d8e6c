/*
 * freemail - is this recipient domain one where anybody gets a mailbox? By hash, since it is asked for
 * every recipient. The list is a signal for "strangers", not a verdict: it needs the big ones only.
 */
#ifndef SPAMTRAIL_TRACE_FREEMAIL_H
#define SPAMTRAIL_TRACE_FREEMAIL_H

#include <stdbool.h>
#include <stdint.h>

#define FREEMAIL_SLOTS 256

/* A hash is in one of its two slots, so that no search branches. */
struct freemail {
	uint64_t slot[FREEMAIL_SLOTS]; /* 0: free */
};

static inline unsigned freemail_first(uint64_t domain)
{
	return domain % FREEMAIL_SLOTS;
}

static inline unsigned freemail_second(uint64_t domain)
{
	return domain / FREEMAIL_SLOTS % FREEMAIL_SLOTS;
}

/* Hashes as rcpt_hash gives them for the domain. */
void freemail_init(struct freemail *f);

static inline bool freemail_has(const struct freemail *f, uint64_t domain)
{
	bool first = f->slot[freemail_first(domain)] == domain, second = f->slot[freemail_second(domain)] == domain;

	return (first | second) & (domain != 0);
}

#endif
