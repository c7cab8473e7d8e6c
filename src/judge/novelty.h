/*
 * novelty - "has this pair been seen before?" in fixed memory: buckets of 31 fingerprints of 16 bits, the
 * oldest of a bucket leaves first, so the filter ages by itself and a flood costs nobody a byte.
 *
 * A false "seen" (31 in 65,536) favours the sender. One cache line a query. Results depend on
 * the hashes alone. TRUST: hashes are of foreign addresses; who could choose them could only hide novelty
 * or wash out others' past, and novelty alone convicts nobody.
 */
#ifndef SPAMTRAIL_JUDGE_NOVELTY_H
#define SPAMTRAIL_JUDGE_NOVELTY_H

#include "base/span.h"

struct novelty;

/* Sizes fit 900,000 pairs of sender and recipient and 300,000 of sender and domain: 4 MiB. */
struct novelty *novelty_new(void);
void novelty_free(struct novelty *v);
size_t novelty_bytes(const struct novelty *v);

enum novelty_kind { NOVELTY_RCPT, NOVELTY_DOMAIN, NOVELTY_KINDS };
/* Was the pair seen? With LEARN it is from now on. */
bool novelty_seen(struct novelty *v, enum novelty_kind kind, uint64_t sender, uint64_t other, bool learn);
/* Starts loading the cache line that novelty_seen will need. */
void novelty_prefetch(const struct novelty *v, enum novelty_kind kind, uint64_t sender, uint64_t other);

/* The filter as bytes, and back; false: not a filter of this size. */
struct span novelty_view(const struct novelty *v);
bool novelty_load(struct novelty *v, struct span bytes);

#endif
