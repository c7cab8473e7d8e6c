/*
 * matrix_parts - all that is printed, in parts: for each what it is made of, where its structs are, and every output of it.
 *
 * An output that a part has not is NULL.
 */
#ifndef TEST_REPORT_MATRIX_PARTS_H
#define TEST_REPORT_MATRIX_PARTS_H

#include "base/arena.h"
#include "report/sink.h"

#include <stdbool.h>

typedef void part_visit(void *ctx, void *first, size_t n, size_t step);
typedef void part_print(struct sink *s, void *of);

struct part {
	const char *name;
	void *(*make)(struct arena *a);
	/* Calls GO for each array of structs TYPE. */
	void (*each)(const char *type, void *of, part_visit *go, void *ctx);
	void (*terminal)(struct sink *s, void *of, bool ascii);
	part_print *monitor; /* one line, figures behind a bar */
	part_print *mail; /* its head first */
	part_print *scripts; /* --plain */
	part_print *json; /* says every text as it is */
	part_print *json_letter; /* holds texts for people, who are not shown everything */
	part_print *page;
};

extern const struct part parts[];
extern const size_t nparts;

#endif
