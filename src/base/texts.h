/*
 * texts - texts that come again and again, each kept once and known by its number, for messages with many of them.
 *
 * Who packs asks for numbers, and sends the new texts ahead of what names them; who unpacks gives every text that
 * comes the next number. Numbers count from 1; 0 is none.
 */
#ifndef SPAMTRAIL_BASE_TEXTS_H
#define SPAMTRAIL_BASE_TEXTS_H

#include "base/span.h"
#include "base/table.h"

#define TEXTS_MOST (1u << 16)
#define TEXTS_BYTES_MOST ((size_t)4 << 20)

struct texts {
	struct span *text;
	uint32_t n, room;
	size_t bytes;
	struct arena *arena; /* of the packer's copies */
	struct table table;
};

/* An empty one is zeroed. */
void texts_free(struct texts *t);
/* Packing: its number, a new one where it has none; 0 when there are too many. */
uint32_t texts_number(struct texts *t, struct span text);
/* Unpacking: the next number is TEXT's, whose bytes stay the caller's. False when there are too many. */
bool texts_add(struct texts *t, struct span text);

#endif
