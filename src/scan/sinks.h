/*
 * sinks - the places where harm is done are told here, and where values come from; see sinks.c.
 *
 * TRUST: names and arguments are the scanned text's.
 */
#ifndef SPAMTRAIL_SCAN_SINKS_H
#define SPAMTRAIL_SCAN_SINKS_H

#include "base/span.h"

struct machine;
struct function;
struct value;

struct sink_call {
	const struct function *function; /* NULL: eval, include, backticks, echo */
	uint8_t sink;
	struct span name;
	struct value *arg;
	uint32_t n;
	uint32_t name_marks; /* of a name that is a value */
	bool in_markup; /* it stands in XML */
};

void sink_reached(struct machine *m, const struct sink_call *call);
/* WORD stands in the file as it is, so that a search finds it. */
bool sink_visible(struct machine *m, struct span word);
/* The name of a function that runs things, put together so that it stands nowhere in the file. */
bool sink_hides(struct machine *m, const struct value *name);
/* What a source gives. */
struct value source_result(struct machine *m, const struct function *fn, struct value *arg, uint32_t n);

#endif
