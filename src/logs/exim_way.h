/*
 * exim_way - " R=ROUTER T=TRANSPORT " of deliveries and " P=PROTOCOL X=CIPHER CV=no S=" of arrivals that were read before: a
 * server has few of them, so that nearly always one comparison tells where they end and what they say.
 *
 * TRUST: names out of the server's configuration and of its programs; what is remembered changes a line's price, never its
 * event.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_WAY_H
#define SPAMTRAIL_LOGS_EXIM_WAY_H

#include "logs/pair.h"

#define EXIM_WAYS_OUT 16 /* a power of two */
#define EXIM_WAYS_IN 8
#define EXIM_WAYS (EXIM_WAYS_OUT + EXIM_WAYS_IN)
/* Bytes of one, its last byte among them. */
#define EXIM_WAY_MOST 64
#define EXIM_WAY_OUT 48

struct exim_way {
	bytes_pair text[EXIM_WAY_MOST / 16];
	uint32_t n; /* bytes of it; 0: none */
	bool smtp; /* of a delivery: as exim_is_smtp says of the transport */
	bool local, login; /* of an arrival: the protocol begins so; it may carry a login */
};

/* Where the way out that begins at P, of four bytes at least, is remembered: by the first letter of its router. */
static inline struct exim_way *exim_way_out(struct exim_way *ways, const char *p)
{
	return &ways[(unsigned char)p[3] % EXIM_WAYS_OUT];
}

/* The same for a way in, EXIM_WAY_MOST bytes: by its protocol and, where that is encrypted, by parts of the cipher's name. */
static inline struct exim_way *exim_way_in(struct exim_way *ways, const char *p)
{
	/* no branch: both are as usual */
	uint64_t encrypted = -(uint64_t)(p[8] == 's'), cipher = bytes_word(p + 16) * 3 + bytes_word(p + 22);
	uint64_t name = (cipher & encrypted) | ((unsigned char)p[3] & ~encrypted);

	/* the three highest bits */
	return &ways[EXIM_WAYS_OUT + (name * UINT64_C(0x9e3779b97f4a7c15) >> 61)];
}

/* EXIM_WAY_MOST bytes of 255, and as many of 0. */
extern const char exim_way_bits[];

/* Do the MOST bytes at P, EXIM_WAY_OUT or EXIM_WAY_MOST, begin with it? */
static inline bool exim_way_is(const struct exim_way *w, const char *p, unsigned most)
{
	const char *own = exim_way_bits + EXIM_WAY_MOST - w->n;
	bytes_pair off = { 0 };

	for (unsigned i = 0; i < most / 16; i++)
		off |= (bytes_pair_at(p + 16 * i) ^ w->text[i]) & bytes_pair_at(own + 16 * i);
	return w->n && !(off[0] | off[1]);
}

/* Remembers the N bytes at P as W, or forgets it where they are more than MOST. What they say is up to the caller. */
void exim_way_keep(struct exim_way *w, const char *p, size_t n, unsigned most);

#endif
