/* whose - see whose.h. The line is read again, with all its fields: this is seldom enough. */
#include "logs/whose.h"

#include "logs/frame.h"

#include <stdlib.h>

#define SPARE 4096 /* room for decoded strings behind the line */

void whose_look(struct log_whose *w, struct span line)
{
	struct evbuf out = { .base = xmalloc(line.n + SPARE), .used = line.n, .cap = line.n + SPARE };
	struct maker maker = { .out = &out, .all = true };
	struct frame frame = FRAME_START;
	struct span host = SPAN_NONE;

	if (line.n)
		memcpy(out.base, line.p, line.n);
	frame_line(&frame, &maker, span_of(out.base, line.n));
	if (out.events)
		host = event_get((const struct event *)(const void *)out.mem, out.base, F_HOST);
	w->looked = true;
	if (host.n && host.n < sizeof(w->host)) {
		if (w->host[0] && !span_eq(host, span_str(w->host)))
			w->several = true;
		memcpy(w->host, host.p, host.n);
		w->host[host.n] = '\0';
	}
	free(out.base);
	free(out.mem);
}

bool whose_all(const struct log_read *reads, size_t n, struct span *ret_host)
{
	struct span host = SPAN_NONE;

	for (size_t i = 0; i < n; i++) {
		struct span one = span_str(reads[i].whose.host);

		if (reads[i].whose.several || (host.n && one.n && !span_eq(host, one)))
			return false;
		host = one.n ? one : host;
	}
	*ret_host = host;
	return true;
}
