/* --since: a time or a refusal, never a time that the calendar does not hold. */
#include "app/when.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t t;
	struct err err = { 0 };

	if (when_parse(span_of((const char *)data, size), 1795399620, NULL, &t, &err) == 0) {
		if (t > 2 * FAR || t < -2 * FAR)
			abort();
	} else if (err.code != EXIT_USAGE) {
		abort();
	}
	return 0;
}
