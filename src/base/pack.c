/*
 * pack - see pack.h. Byte by byte through shifts, so neither alignment nor the machine's order matter.
 *
 * TRUST: unpacked bytes may be chosen by a taken-over peer: every length is held against what is left
 * before it is believed.
 */
#include "base/pack.h"

#include "base/err.h"

static void pack_number(struct packer *p, uint64_t value, unsigned bytes)
{
	unsigned char text[8];

	for (unsigned i = 0; i < bytes; i++)
		text[i] = (unsigned char)(value >> 8 * i);
	buf_add(p->out, text, bytes);
}

void pack_u8(struct packer *p, uint8_t value)
{
	pack_number(p, value, 1);
}

void pack_u32(struct packer *p, uint32_t value)
{
	pack_number(p, value, 4);
}

void pack_u64(struct packer *p, uint64_t value)
{
	pack_number(p, value, 8);
}

void pack_i64(struct packer *p, int64_t value)
{
	pack_number(p, (uint64_t)value, 8);
}

void pack_span(struct packer *p, struct span s)
{
	if (s.n > UINT32_MAX)
		bug("a text of 4 GiB in a message");
	pack_u32(p, (uint32_t)s.n);
	buf_span(p->out, s);
}

/* N bytes from the front, or NULL once anything was short. */
static const char *take(struct unpacker *u, size_t n)
{
	const char *p = u->left.p;

	if (u->failed || u->left.n < n) {
		u->failed = true;
		return NULL;
	}
	u->left = span_from(u->left, n);
	return p;
}

static uint64_t unpack_number(struct unpacker *u, unsigned bytes)
{
	const char *p = take(u, bytes);
	uint64_t value = 0;

	for (unsigned i = 0; p && i < bytes; i++)
		value |= (uint64_t)(unsigned char)p[i] << 8 * i;
	return value;
}

uint8_t unpack_u8(struct unpacker *u)
{
	return (uint8_t)unpack_number(u, 1);
}

uint32_t unpack_u32(struct unpacker *u)
{
	return (uint32_t)unpack_number(u, 4);
}

uint64_t unpack_u64(struct unpacker *u)
{
	return unpack_number(u, 8);
}

int64_t unpack_i64(struct unpacker *u)
{
	return (int64_t)unpack_number(u, 8);
}

bool unpack_bool(struct unpacker *u)
{
	uint8_t value = unpack_u8(u);

	if (value > 1)
		u->failed = true;
	return value == 1;
}

struct span unpack_span(struct unpacker *u)
{
	return unpack_bytes(u, unpack_u32(u));
}

struct span unpack_bytes(struct unpacker *u, uint64_t n)
{
	const char *p = take(u, n);

	return p ? span_of(p, n) : span_of("", 0);
}

uint32_t unpack_count(struct unpacker *u, uint32_t max)
{
	uint32_t n = unpack_u32(u);

	if (n > max || n > u->left.n) {
		u->failed = true;
		return 0;
	}
	return n;
}

bool unpack_done(const struct unpacker *u)
{
	return !u->failed && u->left.n == 0;
}
