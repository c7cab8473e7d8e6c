/*
 * exim_way - " R=ROUTER T=TRANSPORT " of deliveries that were read before: a server has few of them, so that nearly always
 * one comparison tells where they end and what the transport is.
 *
 * TRUST: both are names out of the server's configuration; what is remembered changes a line's price, never its event.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_WAY_H
#define SPAMTRAIL_LOGS_EXIM_WAY_H

#include "logs/pair.h"

#define EXIM_WAYS 16 /* a power of two */
#define EXIM_WAY_MOST 48 /* bytes of one, its last blank among them */

struct exim_way {
	bytes_pair text[EXIM_WAY_MOST / 16];
	bytes_pair own[EXIM_WAY_MOST / 16]; /* 255 where a byte of the text is the way's */
	uint32_t n; /* 0: none */
	bool smtp; /* as exim_is_smtp says of the transport */
};

/* Where the way that begins at P, of four bytes at least, is remembered: by the first letter of its router. */
static inline struct exim_way *exim_way_place(struct exim_way *ways, const char *p)
{
	return &ways[(unsigned char)p[3] % EXIM_WAYS];
}

/* Do the EXIM_WAY_MOST bytes at P begin with it? */
static inline bool exim_way_is(const struct exim_way *w, const char *p)
{
	bytes_pair off = { 0 };

	for (unsigned i = 0; i < EXIM_WAY_MOST / 16; i++)
		off |= (bytes_pair_at(p + 16 * i) ^ w->text[i]) & w->own[i];
	return w->n && !(off[0] | off[1]);
}

/* The way is N bytes long; one that is too long is left alone. */
static inline void exim_way_keep(struct exim_way *w, const char *p, size_t n, bool smtp)
{
	char text[EXIM_WAY_MOST] = { 0 }, own[EXIM_WAY_MOST] = { 0 };

	if (n > EXIM_WAY_MOST)
		return;
	memcpy(text, p, n);
	memset(own, 0xff, n);
	for (unsigned i = 0; i < EXIM_WAY_MOST / 16; i++) {
		w->text[i] = bytes_pair_at(text + 16 * i);
		w->own[i] = bytes_pair_at(own + 16 * i);
	}
	w->n = (uint32_t)n;
	w->smtp = smtp;
}

#endif
