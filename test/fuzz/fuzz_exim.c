/*
 * fuzz_exim - any line through the Exim dialect: fields lie in the batch, the hot path and explain agree,
 * and nobody is named who was not handed over by the kernel or by a login.
 */
#include "logs/maker.h"

#include <stdlib.h>

#define TEXT_MOST ((size_t)1 << 16)

static void must(bool good)
{
	if (!good)
		abort();
}

struct outcome {
	enum line_result result;
	unsigned kind, flags;
	bool user, unix_user;
};

static struct outcome check(char *base, size_t n, bool all, bool reject)
{
	struct evbuf out = { .base = base, .used = n, .cap = TEXT_MOST * 2 };
	struct line l = {
		.raw = span_of(base, n), .text = span_of(base, n), .repeat = 1, .stamp = STAMP_TIME
	};
	struct maker m = { .out = &out, .line = &l, .all = all };
	struct outcome o = { .result = LINE_OTHER };

	if (reject)
		l.stamp = STAMP_NONE;
	o.result = reject ? exim_reject_line(&m) : exim_line(&m);
	must(out.events == (o.result == LINE_EVENT));
	must(!all || o.result != LINE_DULL);
	if (out.events) {
		const struct event *ev = (const struct event *)(const void *)out.mem;

		must((const unsigned char *)event_next(ev) == out.mem + out.mem_used && ev->kind < EV_KINDS);
		for (unsigned i = 0; i < ev->nfields; i++)
			must((size_t)ev->f[i].off + ev->f[i].len <= out.used && ev->f[i].key < F_KEYS);
		o.kind = ev->kind;
		o.flags = ev->flags;
		o.user = event_get(ev, base, F_USER).p;
		o.unix_user = event_get(ev, base, F_UNIX_USER).p;
		must(!o.user || ev->kind == EV_AUTH_FAIL || (ev->flags & EVF_AUTH));
		must(!o.unix_user || (ev->flags & EVF_LOCAL));
		must(!(ev->flags & EVF_LOCAL) || !event_get(ev, base, F_CLIENT_IP).p);
		must((ev->flags & (EVF_SPAM | EVF_UNKNOWN_RCPT)) != (EVF_SPAM | EVF_UNKNOWN_RCPT));
	}
	free(out.mem);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *base = malloc(TEXT_MOST * 2);
	size_t n = size < TEXT_MOST ? size : TEXT_MOST;

	must(base);
	memcpy(base, data, n);

	struct outcome hot = check(base, n, false, false), full = check(base, n, true, false);

	must((hot.result == LINE_OTHER) == (full.result == LINE_OTHER));
	if (hot.result == LINE_EVENT)
		must(hot.kind == full.kind && hot.flags == full.flags && hot.user == full.user &&
		     hot.unix_user == full.unix_user);
	check(base, n, true, true);
	free(base);
	return 0;
}
