/* The heap in big pages: the kernel's own word for it (proc(5), VmFlags). */
#include "sys/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OTHER_MALLOC true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define OTHER_MALLOC true
#endif
#ifndef OTHER_MALLOC
#define OTHER_MALLOC false
#endif

/* Is the mapping that P lies in advised to be of big pages? */
static bool is_big(const void *p)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	bool inside = false, big = false;
	char line[4096];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		uintptr_t start, end;

		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = (uintptr_t)p >= start && (uintptr_t)p < end;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			big = strstr(line, " hg ") != NULL;
	}
	fclose(f);
	return big;
}

static void small_pieces_come_from_big_pages(void **state)
{
	enum { PIECES = 64, BYTES = 64 << 10 };
	char *piece[PIECES];
	unsigned big = 0;

	if (OTHER_MALLOC || access("/sys/kernel/mm/transparent_hugepage", F_OK) < 0)
		skip();
	heap_in_big_pages((size_t)8 << 20);
	for (unsigned i = 0; i < PIECES; i++) {
		piece[i] = malloc(BYTES);
		assert_non_null(piece[i]);
		memset(piece[i], 1, BYTES);
		big += is_big(piece[i]);
	}
	/* the first ones may lie in front of the first big page */
	assert_true(big >= PIECES / 4);
	for (unsigned i = 0; i < PIECES; i++)
		free(piece[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_pieces_come_from_big_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
