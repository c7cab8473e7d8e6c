/*
 * explain_child - see explain_child.h. One object a line, in the lines' order. The first line of a record that
 * syslog split waits until the record is whole (logs/pieces.h), and what follows waits behind it.
 *
 * TRUST: everything it reads is hostile. Memory: one line, 16 records, and the text that waits behind them.
 */
#include "app/explain_child.h"

#include "base/civil.h"
#include "base/pack.h"
#include "logs/decode.h"
#include "logs/frame.h"
#include "logs/pieces.h"
#include "report/explain.h"
#include "sys/inflate.h"

#include <stdlib.h>
#include <unistd.h>

#define SEND_AT (64u << 10)
#define SPARE (2u << 20) /* decoded strings of one line: with m->all all its fields */
#define WAITING_MOST (8u << 20)
#define TEXT_MOST (64u << 20)
#define HOLES_MOST 64

/* A line whose object is not known yet, and the text that follows it. */
struct hole {
	uint64_t line;
	bool filled;
	struct buf text;
};

struct explainer {
	const struct explain_want *want;
	struct channel *channel;
	struct frame frame;
	struct evbuf ev;
	struct pieces *pieces;
	struct hole hole[HOLES_MOST];
	size_t holes;
	struct buf out; /* goes out next */
	struct buf object;
	uint64_t line; /* counts from 1 */
	uint64_t whole; /* the last line that continues none; 0 = none yet */
	uint64_t cut_lines;
	int64_t before; /* civil seconds of the last stamp whose year is known */
	bool dated;
};

static void give_up(void)
{
	_exit(EXIT_SOFTWARE);
}

static void send_out(struct explainer *x)
{
	struct err err;

	if (x->out.over || channel_send(x->channel, EXPLAIN_TEXT, buf_view(&x->out), NULL, 0, &err) < 0)
		give_up();
	x->out.n = 0;
}

/* --- what waits ------------------------------------------------------------------------------ */

static void release(struct explainer *x)
{
	size_t n = 0;

	while (n < x->holes && x->hole[n].filled) {
		buf_span(&x->out, buf_view(&x->hole[n].text));
		buf_free(&x->hole[n++].text);
	}
	x->holes -= n;
	memmove(x->hole, x->hole + n, x->holes * sizeof(*x->hole));
}

static void put(struct explainer *x, struct span text)
{
	buf_span(x->holes ? &x->hole[x->holes - 1].text : &x->out, text);
}

/* The object at hand belongs in front of what has gathered behind its line. */
static void fill(struct explainer *x, uint64_t line)
{
	for (size_t i = 0; i < x->holes; i++) {
		struct hole *h = &x->hole[i];
		struct buf behind = h->text;

		if (h->filled || h->line != line)
			continue;
		h->text = BUF_MAX(TEXT_MOST);
		buf_span(&h->text, buf_view(&x->object));
		buf_span(&h->text, buf_view(&behind));
		buf_free(&behind);
		h->filled = true;
		break;
	}
	release(x);
}

static size_t waiting(const struct explainer *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->holes; i++)
		n += x->hole[i].text.n;
	return n;
}

/* --- one line ---------------------------------------------------------------------------------- */

static struct event *frame(struct explainer *x, struct span line, bool all)
{
	struct maker m = { .out = &x->ev, .all = all };

	if (x->ev.cap < line.n + SPARE) {
		x->ev.cap = line.n + SPARE;
		x->ev.base = xrealloc(x->ev.base, x->ev.cap);
	}
	if (line.n)
		memcpy(x->ev.base, line.p, line.n);
	x->ev.used = line.n;
	x->ev.mem_used = 0;
	x->ev.events = 0;
	frame_line(&x->frame, &m, span_of(x->ev.base, line.n));
	return x->ev.events ? (struct event *)(void *)x->ev.mem : NULL;
}

/* The newest year that is not in the future; further down the file, the year that runs on. */
static void date(struct explainer *x, struct event *ev)
{
	if (!(ev->stamp & STAMP_TIME))
		return;
	if (ev->stamp & STAMP_NO_YEAR) {
		int year = x->dated ? stamp_year_next(ev->at, x->before)
				    : stamp_year_newest(ev->at, x->want->latest);

		ev->at = stamp_with_year(ev->at, year);
		ev->stamp &= (uint8_t)~STAMP_NO_YEAR;
	}
	x->before = ev->at + (ev->stamp & STAMP_ZONE ? ev->zone * 60 : 0);
	x->dated = true;
}

static void describe(struct explainer *x, struct event *ev, uint64_t line, uint64_t of)
{
	date(x, ev);
	x->object.n = 0;
	if (x->want->json)
		explain_json(&x->object, ev, x->ev.base, line, of);
	else
		explain_text(&x->object, ev, x->ev.base, line, of);
	buf_byte(&x->object, '\n');
}

static void give_record(struct explainer *x, const struct record *r)
{
	describe(x, frame(x, r->line, true), r->at.line, 0);
	fill(x, r->at.line);
}

static void give_oldest(struct explainer *x)
{
	struct record r;

	if (pieces_end(x->pieces, &r))
		give_record(x, &r);
}

/* EV is what framing made of the piece LINE. */
static void take_piece(struct explainer *x, struct event *ev, struct span line)
{
	struct log_at at = { .line = x->line };
	uint64_t first = pieces_line(x->pieces, ev, x->ev.base);
	struct record r;
	bool given;

	if (x->holes == HOLES_MOST || waiting(x) > WAITING_MOST)
		give_oldest(x);
	given = pieces_add(x->pieces, ev, x->ev.base, &at, &r);
	if (pieces_line(x->pieces, ev, x->ev.base) == x->line) {
		/* its own stamp has the year for the pieces behind it */
		date(x, frame(x, line, true));
		x->hole[x->holes++] = (struct hole){ .line = x->line, .text = BUF_MAX(TEXT_MOST) };
	} else {
		describe(x, frame(x, line, true), x->line, first);
		put(x, buf_view(&x->object));
	}
	if (given)
		give_record(x, &r);
}

static void take_line(struct explainer *x, struct span line)
{
	struct event *ev = NULL;
	uint64_t of;

	x->line++;
	if (span_search(line, 0, SPAN(": [")) > 0)
		ev = frame(x, line, false);
	if (ev && (ev->flags & EVF_PIECE)) {
		take_piece(x, ev, line);
		x->whole = x->line;
	} else {
		ev = frame(x, line, true);
		of = ev->flags & EVF_CONTINUES && line.n ? x->whole : 0;
		if (line.n && !(ev->flags & EVF_CONTINUES))
			x->whole = x->line;
		describe(x, ev, x->line, of);
		put(x, buf_view(&x->object));
	}
	if (x->out.n >= SEND_AT)
		send_out(x);
}

/* --- the input ----------------------------------------------------------------------------------- */

struct input {
	struct source *source; /* NULL: the line of the command line */
	struct decode *decode;
	struct span rest;
};

static ssize_t input_read(struct input *in, char *p, size_t n, struct err *err)
{
	if (in->source)
		return decode_read(in->decode, p, n, err);
	n = n < in->rest.n ? n : in->rest.n;
	if (n)
		memcpy(p, in->rest.p, n);
	in->rest = span_from(in->rest, n);
	return (ssize_t)n;
}

/* Cuts the lines of P[0..N) off; what is left is at most one line without its end. */
static size_t take_lines(struct explainer *x, char *p, size_t n, bool *skipping)
{
	size_t at = 0;

	while (at < n) {
		char *newline = memchr(p + at, '\n', n - at);
		size_t length = newline ? (size_t)(newline - p) - at : n - at;

		if (*skipping) {
			*skipping = !newline;
		} else if (newline || length >= LOGS_LINE_MAX) {
			x->cut_lines += length > LOGS_LINE_MAX || !newline;
			*skipping = !newline;
			take_line(x, span_of(p + at, length < LOGS_LINE_MAX ? length : LOGS_LINE_MAX));
		} else {
			break;
		}
		at += length + (newline != NULL);
	}
	memmove(p, p + at, n - at);
	return n - at;
}

static void take_input(struct explainer *x, struct input *in, struct err *err)
{
	size_t room = LOGS_LINE_MAX + SEND_AT;
	char *p = xmalloc(room);
	size_t n = 0;
	bool skipping = false;
	ssize_t got;

	while ((got = input_read(in, p + n, room - n, err)) > 0)
		n = take_lines(x, p, n + (size_t)got, &skipping);
	if (n)
		take_line(x, span_of(p, n));
	while (x->holes)
		give_oldest(x);
	send_out(x);
	free(p);
}

static void open_file(struct channel *channel, struct input *in, struct err *err)
{
	struct message m = { 0 };
	struct err lost;

	if (channel_receive(channel, &m, &lost) <= 0 || m.type != EXPLAIN_FILE || m.nfds != 1)
		give_up();
	if (source_open(m.fds[0], 0, NULL, &in->source, err) == 0)
		in->decode = decode_new(in->source);
}

void explain_child(void *ctx, struct channel *channel, bool unconfined)
{
	const struct explain_want *want = ctx;
	struct explainer x = {
		.want = want,
		.channel = channel,
		.frame = FRAME_START,
		.pieces = pieces_new(),
		.out = BUF_MAX(TEXT_MOST),
		.object = BUF_MAX(TEXT_MOST),
	};
	struct input in = { .rest = want->line };
	struct err err = { 0 };
	struct buf end = BUF_MAX(1024);
	struct packer p = { .out = &end };

	if (!want->line.p)
		open_file(channel, &in, &err);
	if (want->line.p || in.source)
		take_input(&x, &in, &err);
	pack_u64(&p, x.cut_lines);
	pack_span(&p, span_str(err.text));
	if (channel_send(channel, EXPLAIN_END, buf_view(&end), NULL, 0, &err) < 0)
		give_up();
}
