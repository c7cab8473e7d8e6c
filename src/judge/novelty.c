/*
 * novelty - see novelty.h.
 */
#include "judge/novelty.h"

#include "base/err.h"
#include "base/hash.h"

#define SLOTS 31
#define RCPT_BUCKETS 49152 /* 3 MiB: at 900,000 pairs 18 of 31 slots are taken */
#define DOMAIN_BUCKETS 16384 /* 1 MiB */

struct bucket {
	uint16_t next; /* slot that is written next */
	uint16_t mark[SLOTS]; /* 0 = free */
};

struct novelty {
	struct bucket b[RCPT_BUCKETS + DOMAIN_BUCKETS];
};

struct novelty *novelty_new(void)
{
	struct novelty *v = aligned_alloc(64, sizeof(*v));

	if (!v)
		bug("out of memory for the novelty filter");
	memset(v, 0, sizeof(*v));
	return v;
}

void novelty_free(struct novelty *v)
{
	free(v);
}

size_t novelty_bytes(const struct novelty *v)
{
	return sizeof(*v);
}

static struct bucket *bucket_of(struct novelty *v, enum novelty_kind kind, uint64_t h)
{
	uint64_t n = kind == NOVELTY_RCPT ? RCPT_BUCKETS : DOMAIN_BUCKETS;
	uint64_t at = (h >> 32) * n >> 32;

	return &v->b[kind == NOVELTY_RCPT ? at : RCPT_BUCKETS + at];
}

bool novelty_seen(struct novelty *v, enum novelty_kind kind, uint64_t sender, uint64_t other, bool learn)
{
	uint64_t h = hash_mix(hash_mix(sender + kind) ^ other);
	struct bucket *b = bucket_of(v, kind, h);
	uint16_t mark = (uint16_t)h ? (uint16_t)h : 1;
	unsigned hits = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		hits |= b->mark[i] == mark;
	if (hits || !learn)
		return hits;
	b->mark[b->next] = mark;
	b->next = b->next + 1 < SLOTS ? b->next + 1 : 0;
	return false;
}

struct span novelty_view(const struct novelty *v)
{
	return span_of((const char *)v, sizeof(*v));
}

bool novelty_load(struct novelty *v, struct span bytes)
{
	if (bytes.n != sizeof(*v))
		return false;
	memcpy(v, bytes.p, bytes.n);
	for (size_t i = 0; i < RCPT_BUCKETS + DOMAIN_BUCKETS; i++)
		if (v->b[i].next >= SLOTS)
			v->b[i].next = 0;
	return true;
}
