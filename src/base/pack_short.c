/*
 * pack_short - short numbers, which rows of senders are made of, and fractions: a part of pack.h. Apart, as codec_short.c is.
 *
 * TRUST: as pack.c.
 */
#include "base/pack.h"

#include <math.h>

void pack_f64(struct packer *p, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	pack_u64(p, bits);
}

void pack_short(struct packer *p, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		buf_byte(p->out, (char)(value | 0x80));
	buf_byte(p->out, (char)value);
}

/* By hand rather than by unpack_u8: of a large server's rows there are millions of these. */
uint64_t unpack_short(struct unpacker *u)
{
	const unsigned char *p = (const unsigned char *)u->left.p;
	uint64_t value = 0;

	if (u->left.n && *p < 0x80 && !u->failed) {
		u->left = span_of(u->left.p + 1, u->left.n - 1);
		return *p;
	}
	for (size_t n = 0; n < u->left.n && !u->failed; n++) {
		/* the tenth byte has one bit left, and the last byte of several is never empty */
		if ((n == 9 && p[n] > 1) || (n && p[n] == 0))
			break;
		value |= (uint64_t)(p[n] & 0x7f) << 7 * n;
		if (p[n] < 0x80) {
			u->left = span_of(u->left.p + n + 1, u->left.n - n - 1);
			return value;
		}
	}
	u->failed = true;
	return 0;
}

double unpack_f64(struct unpacker *u)
{
	uint64_t bits = unpack_u64(u);
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (!isfinite(value)) {
		u->failed = true;
		return 0;
	}
	return value;
}
