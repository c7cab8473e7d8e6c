/*
 * fuzz_postfix - the Postfix dialect behind any tag: input is "TAG\nTEXT".
 *
 * Holds: at most one event, every field within the line (or the room for decoded text), the same result and
 * kind on the hot path as for explain but for dull lines, and a second id only with a form of its own.
 */
#include <assert.h>
#include <stdlib.h>

#include "logs/maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum line_result read_line(struct evbuf *out, const struct line *line, bool all)
{
	struct maker m = { .out = out, .line = line, .all = all };

	out->used = line->raw.n;
	out->mem_used = 0;
	out->events = 0;
	enum line_result result = postfix_line(&m);

	assert((result == LINE_EVENT) == (out->events == 1));
	return result;
}

static void check_fields(const struct evbuf *out)
{
	const struct event *ev = (const struct event *)(void *)out->mem;
	struct span child = event_get(ev, out->base, F_CHILD_ID);

	for (unsigned i = 0; i < ev->nfields; i++)
		assert(ev->f[i].key < F_KEYS && (size_t)ev->f[i].off + ev->f[i].len <= out->used);
	for (size_t i = 0; i < child.n; i++)
		assert((unsigned char)child.p[i] > ' ' && child.p[i] != ')' && child.p[i] != '<');
	assert(!(ev->flags & EVF_AUTH) || event_get(ev, out->base, F_USER).n);
	assert(!(ev->flags & EVF_LOCAL) || ev->uid != UINT32_MAX || ev->kind == EV_SUBMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct evbuf out;
	size_t tag = 0;

	if (size > 20000)
		return 0;
	/* Exactly sized: what is read behind the end is behind the allocation. */
	char *text = malloc(size + 64);

	if (!text)
		return 0;
	memcpy(text, data, size);
	while (tag < size && text[tag] != '\n')
		tag++;
	out.base = text;
	out.cap = size + 64;

	struct span raw = span_of(text, size);
	struct line line = {
		.raw = raw,
		.program = span_head(raw, tag),
		.text = span_from(raw, tag + 1),
		.repeat = 1,
		.syslog = true,
	};
	enum line_result quick = read_line(&out, &line, false);
	uint8_t kind = quick == LINE_EVENT ? ((const struct event *)(void *)out.mem)->kind : EV_OTHER;

	if (quick == LINE_EVENT)
		check_fields(&out);
	enum line_result full = read_line(&out, &line, true);

	if (full == LINE_EVENT)
		check_fields(&out);
	assert((quick == LINE_OTHER) == (full == LINE_OTHER) && full != LINE_DULL);
	assert(quick != LINE_EVENT || kind == ((const struct event *)(void *)out.mem)->kind);
	free(text);
	return 0;
}
