/* mend - see mend.h. */
#include "logs/mend.h"

#include "base/buf.h"
#include "logs/frame.h"
#include "logs/pieces.h"

#include <stdlib.h>

#define SPARE (16u << 10) /* room for decoded strings behind a record */
#define EVENT_MOST (sizeof(struct event) + 63 * sizeof(struct field))

struct mend {
	struct pieces *pieces; /* NULL until the first */
	struct evbuf joined; /* a record put together, and its event */
	struct evbuf kept; /* a copy of the last event of the batch before */
	struct log_at kept_at;
};

static struct mend *mend_get(struct mend **m)
{
	if (!*m)
		*m = xcalloc(1, sizeof(**m));
	return *m;
}

static void room(struct evbuf *ev, size_t text)
{
	if (ev->cap < text) {
		ev->cap = text;
		ev->base = xrealloc(ev->base, text);
	}
	if (!ev->mem) {
		ev->mem_cap = 2 * EVENT_MOST;
		ev->mem = xmalloc(ev->mem_cap);
	}
	ev->used = ev->mem_used = 0;
	ev->events = 0;
}

static void hand_over(const struct mend_out *out, const struct event *ev, const char *base,
		      const struct log_at *at)
{
	struct log_at passing = *at;

	passing.passing = true;
	out->options->event(out->options->event_ctx, ev, base, &passing);
}

static void hand_record(struct mend *m, const struct mend_out *out, const struct record *r)
{
	struct frame frame = FRAME_START;
	struct maker maker = { .out = &m->joined };
	struct event *ev;

	room(&m->joined, r->line.n + SPARE);
	memcpy(m->joined.base, r->line.p, r->line.n);
	m->joined.used = r->line.n;
	frame_line(&frame, &maker, span_of(m->joined.base, r->line.n));
	if (m->joined.events == 0)
		return;
	ev = (struct event *)(void *)m->joined.mem;
	if (ev->flags & EVF_MEND)
		return;
	ev->flags |= r->cut ? EVF_CUT : 0;
	wallclock_resolve(out->clock, ev);
	hand_over(out, ev, m->joined.base, &r->at);
}

/* The event once more, N times, at the time of the line that says so. */
static void hand_again(const struct mend_out *out, const struct event *before, const struct event *ev,
		       const char *base, const struct log_at *at)
{
	uint64_t copy[(EVENT_MOST + 7) / 8];
	struct event *again = (struct event *)(void *)copy;

	if (before->flags & EVF_MEND)
		return;
	memcpy(again, before, sizeof(*before) + before->nfields * sizeof(struct field));
	again->at = ev->at;
	again->usec = ev->usec;
	again->repeat = ev->repeat;
	/* cleanup's line, which stood in front of the one that is repeated */
	again->flags &= ~(uint32_t)EVF_CLEANUP;
	hand_over(out, again, base, at);
}

static void repeat(struct mend *m, const struct mend_out *out, const struct event *ev,
		   const struct event *before, const char *base, const struct log_at *at)
{
	if (before && before->line + 1 == ev->line)
		hand_again(out, before, ev, base, at);
	else if (m && m->kept.events && m->kept_at.file == at->file && m->kept_at.line + 1 == at->line)
		hand_again(out, (const struct event *)(void *)m->kept.mem, ev, m->kept.base, at);
}

void mend_event(struct mend **m, const struct mend_out *out, const struct event *ev,
		const struct event *before, const char *base, const struct log_at *at)
{
	struct record r;

	if (!(ev->flags & EVF_PIECE)) {
		repeat(*m, out, ev, before, base, at);
		return;
	}
	mend_get(m);
	if (!(*m)->pieces)
		(*m)->pieces = pieces_new();
	if (pieces_add((*m)->pieces, ev, base, at, &r))
		hand_record(*m, out, &r);
}

/* The line, and behind it the fields that were decoded elsewhere. */
void mend_keep(struct mend **m, const struct event *ev, const char *base, const struct log_at *at)
{
	struct evbuf *kept = &mend_get(m)->kept;
	size_t text = ev->len;
	struct event *copy;

	for (unsigned i = 0; i < ev->nfields; i++)
		text += ev->f[i].len;
	room(kept, text + 1);
	copy = (struct event *)(void *)kept->mem;
	memcpy(copy, ev, sizeof(*ev) + ev->nfields * sizeof(struct field));
	memcpy(kept->base, base + ev->off, ev->len);
	kept->used = ev->len;
	for (unsigned i = 0; i < copy->nfields; i++) {
		struct field *f = &copy->f[i];

		if (f->off >= ev->off && f->off + f->len <= ev->off + ev->len) {
			f->off -= ev->off;
			continue;
		}
		memcpy(kept->base + kept->used, base + f->off, f->len);
		f->off = (uint32_t)kept->used;
		kept->used += f->len;
	}
	copy->off = 0;
	kept->events = 1;
	(*m)->kept_at = *at;
}

void mend_end(struct mend *m, const struct mend_out *out)
{
	struct record r;

	while (m && m->pieces && pieces_end(m->pieces, &r))
		hand_record(m, out, &r);
}

void mend_free(struct mend *m)
{
	if (!m)
		return;
	pieces_free(m->pieces);
	free(m->joined.base);
	free(m->joined.mem);
	free(m->kept.base);
	free(m->kept.mem);
	free(m);
}
