/*
 * fuzz_logins - one dialect over one line, whole and hot, with what must hold of any event.
 *
 * The first byte chooses the tag; the rest is the text behind it.
 */
#ifndef TEST_FUZZ_LOGINS_H
#define TEST_FUZZ_LOGINS_H

#include "base/err.h"
#include "logs/maker.h"

#include <stdlib.h>

static inline void fuzz_one(enum line_result (*dialect)(struct maker *), struct line l, bool all)
{
	struct evbuf out = { .base = (char *)(uintptr_t)l.raw.p, .used = l.raw.n, .cap = l.raw.n };
	struct maker m = { .out = &out, .line = &l, .all = all };
	enum line_result result = dialect(&m);

	if (out.events != (result == LINE_EVENT))
		bug("an event and its result go together");
	if (result == LINE_DULL && all)
		bug("nothing is dull for explain");
	if (out.events) {
		const struct event *ev = (const struct event *)(const void *)out.mem;

		if (!all && (ev->kind == EV_NOTICE || ev->kind == EV_OTHER))
			bug("a notice on the hot path");
		for (unsigned i = 0; i < ev->nfields; i++)
			if (ev->f[i].off > l.raw.n || ev->f[i].len > l.raw.n - ev->f[i].off)
				bug("a field outside its line");
	}
	free(out.mem);
}

/* TAGS: what framing may have found in front, NULL for nothing; COUNT of them. */
static inline int fuzz_line(enum line_result (*dialect)(struct maker *), const char *const *tags,
			    size_t count, const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;

	const char *tag = tags[data[0] % count];
	size_t n = tag ? strlen(tag) : 0;
	char *text = xmalloc(n + size);

	if (n)
		memcpy(text, tag, n);
	memcpy(text + n, data + 1, size - 1);

	struct line l = {
		.raw = span_of(text, n + size - 1),
		.program = n ? span_of(text, n) : SPAN_NONE,
		.text = span_of(text + n, size - 1),
		.stamp = data[0] & 0x80 ? STAMP_TIME : STAMP_NONE,
		.repeat = 1,
	};

	fuzz_one(dialect, l, true);
	fuzz_one(dialect, l, false);
	free(text);
	return 0;
}

#endif
