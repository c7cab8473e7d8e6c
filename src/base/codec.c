/*
 * codec - see codec.h.
 *
 * TRUST: what is unpacked may come from a peer that an attacker has taken over. A count is held against the bytes
 * left before memory is taken.
 */
#include "base/codec.h"

void code_refuse_if(struct codec *c, bool wrong)
{
	if (c->from && wrong)
		c->from->failed = true;
}

void code_u32(struct codec *c, uint32_t *v)
{
	if (c->to)
		pack_u32(c->to, *v);
	else
		*v = unpack_u32(c->from);
}

void code_u64(struct codec *c, uint64_t *v)
{
	if (c->to)
		pack_u64(c->to, *v);
	else
		*v = unpack_u64(c->from);
}

void code_i64(struct codec *c, int64_t *v)
{
	if (c->to)
		pack_i64(c->to, *v);
	else
		*v = unpack_i64(c->from);
}

static void check_time(struct codec *c, int64_t v)
{
	code_refuse_if(c, v < INT64_C(-62135596800) || v > INT64_C(253402300799));
}

void code_time(struct codec *c, int64_t *v)
{
	code_i64(c, v);
	check_time(c, *v);
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
	uint64_t wide = *v;

	code_short(c, &wide);
	code_refuse_if(c, wide > UINT32_MAX);
	*v = (uint32_t)wide;
}

/* Times before 1970 are rare: the sign is the lowest bit. */
void code_short_time(struct codec *c, int64_t *v)
{
	uint64_t folded = (uint64_t)*v << 1 ^ (*v < 0 ? UINT64_MAX : 0);

	code_short(c, &folded);
	*v = (int64_t)(folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0));
	check_time(c, *v);
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
	code_refuse_if(c, number && (!c->texts || number > c->texts->n));
	if (!number)
		code_short_span(c, v);
	else if (c->from)
		*v = c->from->failed ? span_of("", 0) : c->texts->text[number - 1];
}

void code_shared_f64(struct codec *c, double *v)
{
	char text[8];
	struct buf bytes = { .p = text, .cap = sizeof(text), .max = sizeof(text) };
	struct packer p = { .out = &bytes };
	struct unpacker u = { .failed = false };

	if (c->to)
		pack_f64(&p, *v);
	u.left = buf_view(&bytes);
	code_shared(c, &u.left);
	if (c->to)
		return;
	*v = unpack_f64(&u);
	code_refuse_if(c, !unpack_done(&u));
}

void code_f64(struct codec *c, double *v)
{
	if (c->to)
		pack_f64(c->to, *v);
	else
		*v = unpack_f64(c->from);
}

void code_bool(struct codec *c, bool *v)
{
	if (c->to)
		pack_u8(c->to, *v);
	else
		*v = unpack_bool(c->from);
}

void code_span(struct codec *c, struct span *v)
{
	if (c->to)
		pack_span(c->to, *v);
	else
		*v = unpack_span(c->from);
}

void code_grade(struct codec *c, char *v)
{
	if (c->to)
		pack_u8(c->to, (uint8_t)*v);
	else
		*v = (char)unpack_u8(c->from);
	code_refuse_if(c, *v != 0 && (*v < 'A' || *v > 'C'));
}

/* An enum below LIMIT, kept in an unsigned number. */
unsigned code_enum(struct codec *c, unsigned v, unsigned limit)
{
	if (c->to)
		pack_u8(c->to, (uint8_t)v);
	else
		v = unpack_u8(c->from);
	code_refuse_if(c, v >= limit);
	return v < limit ? v : 0;
}

/* The number of things to follow, each at least LEAST packed bytes; memory for them when unpacking. */
void *code_list(struct codec *c, void *list, size_t *n, size_t size, size_t least)
{
	if (c->to) {
		pack_u32(c->to, (uint32_t)*n);
		return list;
	}
	*n = unpack_count(c->from, (uint32_t)(c->from->left.n / least));
	return *n ? arena_alloc(c->arena, *n * size) : NULL;
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
