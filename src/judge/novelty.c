/*
 * novelty - see novelty.h.
 */
#include "judge/novelty.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/huge.h"

#include <stdlib.h>

#define SLOTS 31
#define RCPT_BUCKETS 49152 /* 3 MiB: at 900,000 pairs 18 of 31 slots are taken */
#define DOMAIN_BUCKETS 16384 /* 1 MiB */

/* One cache line. A mark is never below SLOTS, so the first entry can be compared like the rest. */
struct bucket {
	_Alignas(64) uint16_t entry[1 + SLOTS]; /* [0]: the slot that is written next; 0 = free */
};

struct novelty {
	struct bucket b[RCPT_BUCKETS + DOMAIN_BUCKETS];
};

struct novelty *novelty_new(void)
{
	return xhuge(sizeof(struct novelty));
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
	uint16_t *entry = bucket_of(v, kind, h)->entry;
	uint16_t mark = (uint16_t)h < SLOTS ? (uint16_t)(h + SLOTS) : (uint16_t)h;
	uint16_t hit = 0;

	for (unsigned i = 0; i < 1 + SLOTS; i++)
		hit |= entry[i] == mark ? UINT16_MAX : 0;
	if (hit || !learn)
		return hit;
	entry[1 + entry[0]] = mark;
	entry[0] = entry[0] + 1 < SLOTS ? entry[0] + 1 : 0;
	return false;
}

void novelty_prefetch(const struct novelty *v, enum novelty_kind kind, uint64_t sender, uint64_t other)
{
	uint64_t h = hash_mix(hash_mix(sender + kind) ^ other);

	__builtin_prefetch(bucket_of((struct novelty *)(uintptr_t)v, kind, h));
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
		if (v->b[i].entry[0] >= SLOTS)
			v->b[i].entry[0] = 0;
	return true;
}
