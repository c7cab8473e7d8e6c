/* decode - see decode.h. Format: systemd documentation, "Journal Export Formats". */
#include "logs/decode.h"

#include "logs/journal.h"
#include "sys/inflate.h"

#include <stdlib.h>

#define RAW_SIZE (64u << 10)
#define LINE_MOST (1u << 20)
#define HEAD_SIZE 64 /* enough for what journal_export_is looks at */

struct export
{
	struct journal_export state;
	char raw[RAW_SIZE];
	size_t at, n;
	struct buf line; /* begun in an earlier piece of raw */
	struct buf out; /* synthetic lines */
	size_t given; /* of out */
	bool ended;
	int failed; /* the source's code, told once everything in front of it was given out */
	struct err why;
};

struct decode {
	struct source *source;
	struct export *export; /* NULL = passes through */
	char head[HEAD_SIZE]; /* read ahead to tell the format */
	size_t head_n, head_at;
	bool begun;
};

struct decode *decode_new(struct source *s)
{
	struct decode *d = xcalloc(1, sizeof(*d));

	d->source = s;
	return d;
}

void decode_free(struct decode *d)
{
	if (d && d->export) {
		journal_export_free(&d->export->state);
		buf_free(&d->export->line);
		buf_free(&d->export->out);
		free(d->export);
	}
	free(d);
}

/* Reads until the format is clear. */
static ssize_t begin(struct decode *d, struct err *err)
{
	ssize_t got = 1;

	while (got > 0 && d->head_n < HEAD_SIZE && !memchr(d->head, '=', d->head_n)) {
		got = source_read(d->source, d->head + d->head_n, HEAD_SIZE - d->head_n, err);
		d->head_n += got > 0 ? (size_t)got : 0;
	}
	d->begun = true;
	if (journal_export_is(span_of(d->head, d->head_n))) {
		d->export = xcalloc(1, sizeof(*d->export));
		journal_export_init(&d->export->state);
		d->export->line = BUF_MAX(LINE_MOST);
		d->export->out = BUF_MAX(4 * LINE_MOST);
	}
	return got < 0 ? got : 0;
}

/* One entry as one line: a newline inside must not make another. */
static void put_entry(struct export *x)
{
	char *p = x->state.line.p;

	for (size_t i = 0; i < x->state.line.n; i++)
		if (p[i] == '\n')
			p[i] = ' ';
	buf_span(&x->out, buf_view(&x->state.line));
	buf_byte(&x->out, '\n');
}

static void take_line(struct export *x, const char *p, size_t n)
{
	bool ended;

	if (x->line.n || x->line.over) {
		buf_add(&x->line, p, n);
		ended = journal_export_line(&x->state, buf_view(&x->line));
		x->line.n = 0;
		x->line.over = false;
	} else {
		ended = journal_export_line(&x->state, span_of(p, n));
	}
	if (ended)
		put_entry(x);
}

/* The lines of what lies in raw, until an entry has come out. */
static void take_raw(struct export *x)
{
	while (x->at < x->n && x->out.n == 0) {
		const char *from = x->raw + x->at;
		const char *newline = memchr(from, '\n', x->n - x->at);

		if (!newline && x->state.binary) {
			journal_export_part(&x->state, span_of(from, x->n - x->at));
			x->at = x->n;
			return;
		}
		if (!newline) {
			buf_add(&x->line, from, x->n - x->at);
			x->at = x->n;
			return;
		}
		take_line(x, from, (size_t)(newline - from));
		x->at = (size_t)(newline - x->raw) + 1;
	}
}

static void refill(struct decode *d)
{
	struct export *x = d->export;
	ssize_t got;

	x->at = 0;
	x->n = d->head_n;
	if (d->head_n) {
		memcpy(x->raw, d->head, d->head_n);
		d->head_n = 0;
		return;
	}
	got = source_read(d->source, x->raw, RAW_SIZE, &x->why);
	if (got > 0) {
		x->n = (size_t)got;
		return;
	}
	x->failed = (int)got;
	x->ended = true;
	if (x->line.n)
		take_line(x, "", 0);
	if (journal_export_end(&x->state))
		put_entry(x);
}

static ssize_t export_read(struct decode *d, void *p, size_t n, struct err *err)
{
	struct export *x = d->export;

	while (x->given == x->out.n) {
		x->given = x->out.n = 0;
		if (x->at < x->n)
			take_raw(x);
		else if (x->ended)
			break;
		else
			refill(d);
	}
	if (x->given == x->out.n && x->failed < 0 && err)
		*err = x->why;
	if (x->given == x->out.n)
		return x->failed;
	if (n > x->out.n - x->given)
		n = x->out.n - x->given;
	memcpy(p, x->out.p + x->given, n);
	x->given += n;
	return (ssize_t)n;
}

ssize_t decode_read(struct decode *d, void *p, size_t n, struct err *err)
{
	if (!d->begun && begin(d, err) < 0 && d->head_n == 0)
		return source_read(d->source, p, n, err);
	if (d->export)
		return export_read(d, p, n, err);
	if (d->head_at == d->head_n)
		return source_read(d->source, p, n, err);
	if (n > d->head_n - d->head_at)
		n = d->head_n - d->head_at;
	memcpy(p, d->head + d->head_at, n);
	d->head_at += n;
	return (ssize_t)n;
}
