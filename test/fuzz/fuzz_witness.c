/*
 * A line of the journal's JSON as our helper writes it: any bytes. A program is told only beside a uid, of a place of the mail
 * server's, and never of a program that works as its user.
 */
#include "base/err.h"
#include "logs/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct evbuf *out, const char *base)
{
	const struct event *ev = (const struct event *)(void *)out->mem;

	for (uint32_t i = 0; i < out->events; i++, ev = event_next(ev)) {
		struct span exe = event_get(ev, base, F_WRITER_EXE);

		if (!exe.n)
			continue;
		if (!(ev->has >> F_WRITER & 1))
			bug("a program without a uid");
		if (!span_starts(exe, SPAN("/usr/")))
			bug("a program of nowhere is the mail server's");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] = "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\",";
	size_t n = sizeof(head) - 1 + size;
	char *text = xcalloc(2 * n + 256, 1);
	struct frame frame = FRAME_START;
	struct evbuf out = { .base = text, .used = n, .cap = 2 * n + 256 };
	struct maker m = { .out = &out, .all = false };

	/* as it comes, and behind the start of an entry that is one */
	memcpy(text, data, size);
	frame_line(&frame, &m, span_of(text, size));
	check(&out, text);
	out.mem_used = out.events = 0;
	out.used = n;
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(head) - 1, data, size);
	frame_line(&frame, &m, span_of(text, n));
	check(&out, text);
	free(text);
	free(out.mem);
	return 0;
}
