/*
 * lines - one log line through framing and explain, for the tests that read files of lines.
 */
#ifndef TEST_GOLDEN_LINES_H
#define TEST_GOLDEN_LINES_H

#include "base/err.h"
#include "logs/frame.h"
#include "report/explain.h"

#include <stdio.h>
#include <stdlib.h>

/* "Now" for yearless stamps: 2026-11-30T00:00:00. */
#define LINES_NOW INT64_C(1795996800)

struct reader {
	struct frame frame;
	struct evbuf ev;
	struct buf json;
};

static inline void reader_free(struct reader *r)
{
	free(r->ev.base);
	free(r->ev.mem);
	buf_free(&r->json);
}

/* The line's only event, its year chosen; valid until the next call. */
static inline const struct event *reader_event(struct reader *r, struct span line)
{
	struct maker m = { .out = &r->ev, .all = true };
	struct event *ev;

	if (!r->ev.base) {
		r->frame = FRAME_START;
		r->ev.cap = (size_t)4 << 20;
		r->ev.base = xmalloc(r->ev.cap);
	}
	if (line.n > r->ev.cap / 4)
		line.n = r->ev.cap / 4;
	memcpy(r->ev.base, line.p, line.n);
	r->ev.used = line.n;
	r->ev.mem_used = 0;
	r->ev.events = 0;
	frame_line(&r->frame, &m, span_of(r->ev.base, line.n));
	if (r->ev.events != 1)
		bug("explain wants exactly one event a line");
	ev = (struct event *)(void *)r->ev.mem;
	if (ev->stamp & STAMP_NO_YEAR) {
		ev->at = stamp_with_year(ev->at, stamp_year_newest(ev->at, LINES_NOW));
		ev->stamp &= (uint8_t)~STAMP_NO_YEAR;
	}
	return ev;
}

static inline struct span reader_json(struct reader *r, struct span line)
{
	const struct event *ev = reader_event(r, line);

	if (!r->json.max)
		r->json = BUF_MAX((size_t)8 << 20);
	r->json.n = 0;
	explain_json(&r->json, ev, r->ev.base, 1, 0);
	buf_byte(&r->json, 0);
	return buf_view(&r->json);
}

#endif
