/*
 * ends - every way to find line ends finds the same ones: in texts of any length, and where a text is exactly as long as its
 * memory (a step over the end shows under the sanitizer).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "logs/ends.h"

#include <stdlib.h>
#include <string.h>

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

static void one_text(ends_fn *find, size_t n, uint32_t spacing)
{
	char *text = xcalloc(1, n ? n : 1);
	uint16_t ends[ENDS_MOST + 1];
	size_t found, next = 0;

	for (size_t i = 0; i < n; i++)
		text[i] = dice(spacing) ? (char)dice(256) : '\n';
	found = find(text, n, ends);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n')
			assert_int_equal(next < found ? ends[next++] : ENDS_MOST, i);
	assert_int_equal(next, found);
	free(text);
}

static void all_lengths(ends_fn *find)
{
	static const uint32_t spacings[] = { 1, 2, 20, 150, 1000 };

	seed = 7;
	for (size_t n = 0; n <= ENDS_MOST; n += n < 300 ? 1 : 61)
		for (size_t i = 0; i < sizeof(spacings) / sizeof(*spacings); i++)
			one_text(find, n, spacings[i]);
	one_text(find, ENDS_MOST, 1);
}

static void plain(void **state)
{
	all_lengths(ends_find);
}

static void this_machine(void **state)
{
	all_lengths(ends_best());
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(plain), cmocka_unit_test(this_machine) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
