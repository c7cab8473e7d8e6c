/*
 * codec_short - the part of codec.h that makes ten thousand rows small: short numbers, shared texts; and fractions. Apart, since the
 * program that stays root needs none of it and links less.
 *
 * TRUST: as codec.c.
 */
#include "base/codec.h"

#include <math.h>

#define FIXED_PARTS 1e6
#define FIXED_MOST 2e9 /* up to here a double still tells one part from the next */

void code_f64(struct codec *c, double *v)
{
	if (c->to)
		pack_f64(c->to, *v);
	else
		*v = unpack_f64(c->from);
}

void code_short(struct codec *c, uint64_t *v)
{
	if (c->to)
		pack_short(c->to, *v);
	else
		*v = unpack_short(c->from);
}

void code_short_u32(struct codec *c, uint32_t *v)
{
	uint64_t wide;

	if (c->to) {
		pack_short(c->to, *v);
		return;
	}
	wide = unpack_short(c->from);
	*v = (uint32_t)wide;
	if (wide > UINT32_MAX)
		c->from->failed = true;
}

/* Times before 1970 are rare: the sign is the lowest bit. */
void code_short_time(struct codec *c, int64_t *v)
{
	uint64_t folded = (uint64_t)*v << 1 ^ (*v < 0 ? UINT64_MAX : 0);

	code_short(c, &folded);
	*v = (int64_t)(folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0));
	code_refuse_if(c, *v < TIME_LEAST || *v > TIME_MOST);
}

void code_short_span(struct codec *c, struct span *v)
{
	if (c->to) {
		pack_short(c->to, v->n);
		buf_span(c->to->out, *v);
	} else {
		*v = unpack_bytes(c->from, unpack_short(c->from));
	}
}

/* Its number + 1; or 0, and the text itself. */
void code_shared(struct codec *c, struct span *v)
{
	uint32_t number = c->to && c->texts ? texts_number(c->texts, *v) : 0;

	code_short_u32(c, &number);
	if (!number)
		code_short_span(c, v);
	else if (!c->from)
		return;
	else if (c->texts && number <= c->texts->n && !c->from->failed)
		*v = c->texts->text[number - 1];
	else {
		c->from->failed = true;
		*v = span_of("", 0);
	}
}

/* The sign is the lowest bit, as with times. A zero below zero stands for what is no number, and is refused. */
static uint64_t fixed_fold(double v)
{
	double size = fabs(v);
	uint64_t parts;

	if (!isfinite(v))
		return 1;
	parts = (uint64_t)((size < FIXED_MOST ? size : FIXED_MOST) * FIXED_PARTS + 0.5);
	return parts << 1 | (parts && v < 0);
}

void code_short_fixed(struct codec *c, double *v)
{
	uint64_t folded = c->to ? fixed_fold(*v) : 0;

	code_short(c, &folded);
	if (c->to)
		return;
	*v = (double)(folded >> 1) / FIXED_PARTS * (folded & 1 ? -1 : 1);
	code_refuse_if(c, folded == 1 || folded >> 1 > (uint64_t)(FIXED_MOST * FIXED_PARTS));
}

void *code_short_list(struct codec *c, void *list, size_t *n, size_t size, size_t least)
{
	uint64_t count = *n;

	code_short(c, &count);
	if (c->to)
		return list;
	code_refuse_if(c, count > c->from->left.n / least);
	*n = c->from->failed ? 0 : count;
	return *n ? arena_alloc(c->arena, *n * size) : NULL;
}
