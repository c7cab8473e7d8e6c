/*
 * Stamps: two after each other with one memory. The memory changes nothing, what is read lies inside the text, and
 * the year that is chosen for a yearless one obeys its rule.
 */
#include "base/civil.h"
#include "base/err.h"
#include "logs/stamp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAY 86400
#define LATEST INT64_C(1795996800) /* 2026-11-30 */

static void check_years(const struct stamp *st)
{
	int64_t chosen, next;

	if (!(st->flags & STAMP_NO_YEAR))
		return;
	chosen = stamp_with_year(st->at, stamp_year_newest(st->at, LATEST));
	if (chosen > LATEST + DAY || chosen < LATEST - INT64_C(4) * 366 * DAY)
		bug("a year out of bounds");
	next = stamp_with_year(st->at, stamp_year_next(st->at, chosen));
	if (next != chosen)
		bug("the same stamp again has moved");
}

static void one(struct stamp_memory *mem, struct span text)
{
	struct stamp_memory none = { .len = 0 };
	struct stamp warm = { .len = 0 }, cold = { .len = 0 };
	bool found = stamp_read(mem, text, &warm);

	if (found != stamp_read(&none, text, &cold) || (found && memcmp(&warm, &cold, sizeof(warm)) != 0))
		bug("the memory has changed a stamp");
	if (!found)
		return;
	if (warm.len > text.n || warm.form >= STAMP_FORMS || warm.usec > 999999 || !(warm.flags & STAMP_TIME))
		bug("a stamp that cannot be");
	check_years(&warm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stamp_memory mem = { .len = 0 };
	size_t half = size / 2;
	char *first = malloc(half ? half : 1), *second = malloc(size - half ? size - half : 1);

	memcpy(first, data, half);
	memcpy(second, data + half, size - half);
	one(&mem, span_of(first, half));
	one(&mem, span_of(second, size - half));
	one(&mem, span_of(first, half));
	free(first);
	free(second);
	return 0;
}
