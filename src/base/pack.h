/*
 * pack - numbers and texts as flat bytes and back, for messages between our processes and for state.
 *
 * Little-endian, no padding; a text is its u32 length and its bytes. A reader checks nothing in
 * between: the first shortage sets `failed`, from then on every answer is 0 or empty, and one look
 * at unpack_done() at the end decides. Spans point into the packed bytes.
 *
 * TRUST: what is unpacked may come from a peer that an attacker has taken over.
 */
#ifndef SPAMTRAIL_BASE_PACK_H
#define SPAMTRAIL_BASE_PACK_H

#include "base/buf.h"

struct packer {
	struct buf *out; /* its `over` says that the message is not whole */
};

struct unpacker {
	struct span left;
	bool failed;
};

void pack_u8(struct packer *p, uint8_t value);
void pack_u32(struct packer *p, uint32_t value);
void pack_u64(struct packer *p, uint64_t value);
void pack_i64(struct packer *p, int64_t value);
void pack_f64(struct packer *p, double value);
/* Seven bits a byte, the lowest first: small numbers are short. */
void pack_short(struct packer *p, uint64_t value);
/* At most 4 GiB - 1; more is our bug. */
void pack_span(struct packer *p, struct span s);

uint8_t unpack_u8(struct unpacker *u);
uint32_t unpack_u32(struct unpacker *u);
uint64_t unpack_u64(struct unpacker *u);
int64_t unpack_i64(struct unpacker *u);
/* NaN and infinities fail: no sum of ours is one. */
double unpack_f64(struct unpacker *u);
/* Longer than it had to be fails: one number, one form. */
uint64_t unpack_short(struct unpacker *u);
/* A 0 or a 1; anything else fails. */
bool unpack_bool(struct unpacker *u);
struct span unpack_span(struct unpacker *u);
/* The next N bytes. */
struct span unpack_bytes(struct unpacker *u, uint64_t n);
/* A u32 number of things to follow, each at least one byte: fails over MAX or over the bytes left. */
uint32_t unpack_count(struct unpacker *u, uint32_t max);
/* All read, nothing missing, nothing left. */
bool unpack_done(const struct unpacker *u);

#endif
