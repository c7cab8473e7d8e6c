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

void code_time(struct codec *c, int64_t *v)
{
	code_i64(c, v);
	code_refuse_if(c, *v < TIME_LEAST || *v > TIME_MOST);
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
