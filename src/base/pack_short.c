/*
 * pack_short - the part of pack.h that rows of senders need: short numbers and fractions. Apart, as codec_short.c is.
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
	while (value > 0x7f) {
		pack_u8(p, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	pack_u8(p, (uint8_t)value);
}

uint64_t unpack_short(struct unpacker *u)
{
	uint64_t value = 0;
	uint64_t part = 0x80;

	for (unsigned shift = 0; part & 0x80; shift += 7) {
		part = unpack_u8(u);
		/* the tenth byte has one bit left, and the last byte of several is never empty */
		if ((shift == 63 && part > 1) || (shift && part == 0))
			u->failed = true;
		if (u->failed)
			return 0;
		value |= (part & 0x7f) << shift;
	}
	return value;
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
