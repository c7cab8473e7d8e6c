/*
 * codec - structs as flat bytes and back: one function per struct serves both directions, so what is packed and
 * what is unpacked cannot drift apart.
 *
 * Unpacked texts point into the bytes, lists lie in the arena. One wrong byte sets `failed` of the unpacker; from
 * then on every number is 0 and every list empty, and one look at unpack_done() at the end decides.
 */
#ifndef SPAMTRAIL_BASE_CODEC_H
#define SPAMTRAIL_BASE_CODEC_H

#include "base/arena.h"
#include "base/pack.h"
#include "base/texts.h"

/* UTC seconds of the years 1 to 9999. */
#define TIME_LEAST INT64_C(-62135596800)
#define TIME_MOST INT64_C(253402300799)

struct codec {
	struct packer *to; /* packing, or NULL */
	struct unpacker *from; /* unpacking, or NULL */
	struct arena *arena;
	struct texts *texts; /* of code_shared; NULL: none are shared */
};

/* WRONG, when unpacking, refuses the whole. */
void code_refuse_if(struct codec *c, bool wrong);
void code_u32(struct codec *c, uint32_t *v);
void code_u64(struct codec *c, uint64_t *v);
void code_i64(struct codec *c, int64_t *v);
/* A time within the years 1 to 9999: differences of two never overflow. */
void code_time(struct codec *c, int64_t *v);
void code_f64(struct codec *c, double *v);
void code_bool(struct codec *c, bool *v);
void code_span(struct codec *c, struct span *v);
/*
 * The same for what is kept in great numbers: numbers and lengths take as many bytes as they need, and a text that
 * many have is one number, once it is in TEXTS.
 */
void code_short(struct codec *c, uint64_t *v);
void code_short_u32(struct codec *c, uint32_t *v);
void code_short_time(struct codec *c, int64_t *v);
void code_short_span(struct codec *c, struct span *v);
void code_shared(struct codec *c, struct span *v);
/* A fraction, with the six decimals that are printed at most; beyond 2e9 it is cut to that. NaN and infinity are refused. */
void code_short_fixed(struct codec *c, double *v);
/* 'A', 'B', 'C', or 0. */
void code_grade(struct codec *c, char *v);
/* An enum below LIMIT, kept in an unsigned number. */
unsigned code_enum(struct codec *c, unsigned v, unsigned limit);
/* The number of things to follow, each at least LEAST packed bytes; memory for them when unpacking. */
void *code_list(struct codec *c, void *list, size_t *n, size_t size, size_t least);

void *code_short_list(struct codec *c, void *list, size_t *n, size_t size, size_t least);

/* Codes LIST of N with CODE_ONE; LEAST = packed bytes of the smallest member. */
#define CODE_LIST(c, list, n, least, code_one) CODE_LIST_BY(code_list, c, list, n, least, code_one)
#define CODE_SHORT_LIST(c, list, n, least, code_one) CODE_LIST_BY(code_short_list, c, list, n, least, code_one)
#define CODE_LIST_BY(how, c, list, n, least, code_one)                     \
	do {                                                               \
		(list) = how((c), (list), &(n), sizeof(*(list)), (least)); \
		for (size_t i_ = 0; i_ < (n); i_++)                        \
			code_one((c), &(list)[i_]);                        \
	} while (0)

#endif
