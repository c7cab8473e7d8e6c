/*
 * fuzz_zone - any bytes as /etc/localtime: refused, or offsets that agree with themselves.
 */
#include "base/zone.h"

#include <stdlib.h>

static void check(const struct zone *z, int64_t utc)
{
	int32_t offset = zone_offset(z, utc);
	int64_t until, back = zone_to_utc(z, utc + offset, utc, &until);

	/* UTC itself is a reading of its own wall clock, so the first one not before it is it. */
	if (back != utc || until <= utc + offset || offset < -26 * 3600 || offset > 26 * 3600)
		abort();
	/* What may be kept in mind must be what would be worked out again. */
	int64_t last =
		until - 1 < utc + offset + (INT64_C(1) << 34) ? until - 1 : utc + offset + (INT64_C(1) << 34);

	if (zone_to_utc(z, last, utc, NULL) != last - offset)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone *z;
	struct err err = { 0 };

	if (zone_parse(span_of((const char *)data, size), &z, &err) < 0)
		return err.code == EXIT_IO && err.text[0] ? 0 : -1;
	for (int64_t utc = -INT64_C(3000000000); utc < INT64_C(6000000000); utc += 98765431)
		check(z, utc);
	zone_offset(z, INT64_MIN);
	zone_offset(z, INT64_MAX);
	zone_to_utc(z, INT64_MIN, INT64_MAX, NULL);
	zone_to_utc(z, INT64_MAX, INT64_MIN, NULL);
	zone_free(z);
	return 0;
}
