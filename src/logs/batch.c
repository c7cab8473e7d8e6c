/*
 * batch - see batch.h. Lines are cut only at newlines and at LOGS_LINE_MAX, so a block's size never
 * changes an event.
 *
 * TRUST: file contents of any kind: no newline at all, NUL bytes left by copytruncate, damage.
 */
#include "logs/batch.h"

#include "logs/decode.h"
#include "logs/ends.h"
#include "logs/frame.h"
#include "logs/tail.h"
#include "sys/inflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SPARE (64u << 10) /* room for decoded strings behind the text */

struct batch *batch_new(void)
{
	return xcalloc(1, sizeof(struct batch));
}

void batch_free(struct batch *b)
{
	if (b) {
		free(b->ev.base);
		free(b->ev.mem);
		free(b);
	}
}

static void batch_room(struct batch *b, size_t text)
{
	if (b->room < text + SPARE) {
		b->room = text + SPARE;
		b->ev.base = xrealloc(b->ev.base, b->room);
	}
}

static void damage_set(struct log_read *read, const char *text)
{
	if (!read->damage[0])
		snprintf(read->damage, sizeof(read->damage), "%.*s", (int)sizeof(read->damage) - 1, text);
}

static bool too_big_to_unpack(const struct stream *s, const struct logs_options *options)
{
	return options->most && !source_seekable(s->source) && source_total(s->source) > options->most / 8;
}

/* To where it is to be read from. */
static void stream_seek(struct stream *s, const struct logs_options *options, uint32_t file,
			struct log_read *read)
{
	uint64_t total = source_total(s->source);

	s->offset = tail_seek(s->source, options->from, options->zone, s->files[file].mtime);
	if (options->most && source_seekable(s->source) && total - s->offset > options->most) {
		char text[80];

		s->offset = total - options->most;
		source_seek(s->source, s->offset);
		snprintf(text, sizeof(text), "only its newest %llu MiB were read",
			 (unsigned long long)(options->most >> 20));
		damage_set(read, text);
	}
	s->skipping = s->offset > 0;
}

/* The next member of the set that can be opened; false at the end of the set. */
static bool stream_open(struct stream *s, const struct logs_options *options, struct log_read *reads)
{
	while (s->at < s->set->nfiles) {
		struct err err = { 0 };
		uint32_t file = s->set->file[s->at++];
		int fd;

		if (options->from && s->files[file].mtime && s->files[file].mtime < options->from)
			continue;
		fd = options->open(options->ctx, file, &err);
		s->file = file;
		s->offset = 0;
		s->skipping = false;
		if (fd >= 0 && source_open(fd, 0, s->ask, &s->source, &err) == 0) {
			if (too_big_to_unpack(s, options)) {
				damage_set(&reads[file], "packed, and too long for a quick look");
				source_close(s->source);
				s->source = NULL;
				continue;
			}
			if (options->from)
				stream_seek(s, options, file, &reads[file]);
			else if (s->at == 1)
				tail_years(s->source, &s->years);
			s->decode = decode_new(s->source);
			return true;
		}
		if (fd >= 0)
			close(fd);
		damage_set(&reads[file], err.text);
	}
	return false;
}

void stream_close(struct stream *s)
{
	decode_free(s->decode);
	s->decode = NULL;
	source_close(s->source);
	s->source = NULL;
}

/* Reads into b behind its first N bytes, up to WANT in all; returns the new N, sets *ret_end at the file's end. */
static size_t stream_read(struct stream *s, struct batch *b, size_t n, size_t want, struct log_read *read,
			  bool *ret_end)
{
	while (n < want) {
		struct err err = { 0 };
		ssize_t got = decode_read(s->decode, b->ev.base + n, want - n, &err);

		if (got < 0)
			damage_set(read, err.text);
		if (got <= 0) {
			*ret_end = true;
			break;
		}
		__atomic_add_fetch(&read->bytes, (uint64_t)got, __ATOMIC_RELAXED);
		n += (size_t)got;
	}
	return n;
}

static void carry_set(struct stream *s, const char *p, size_t n)
{
	if (s->carry_room < n) {
		s->carry_room = n + 4096;
		s->carry = xrealloc(s->carry, s->carry_room);
	}
	if (n)
		memcpy(s->carry, p, n);
	s->carried = n;
}

/* In the rest of a line that was cut: drops bytes up to and including the next newline. */
static size_t drop_rest(struct stream *s, struct batch *b, size_t n)
{
	char *newline = memchr(b->ev.base, '\n', n);
	size_t drop = newline ? (size_t)(newline - b->ev.base) + 1 : n;

	memmove(b->ev.base, b->ev.base + drop, n - drop);
	s->offset += drop;
	s->skipping = !newline;
	return n - drop;
}

/* Whole lines of the first N bytes; what is behind them is carried over. */
static void batch_cut(struct stream *s, struct batch *b, size_t n, bool end)
{
	const char *newline = memrchr(b->ev.base, '\n', n);
	size_t whole = end ? n : newline ? (size_t)(newline - b->ev.base) + 1 : 0;

	b->torn = false;
	if (whole == 0 && n >= LOGS_LINE_MAX) {
		whole = n;
		s->skipping = true;
		b->torn = n == LOGS_LINE_MAX;
	}
	carry_set(s, b->ev.base + whole, n - whole);
	b->text = whole;
	b->offset = s->offset;
	b->file = s->file;
	s->offset += whole;
}

bool stream_fill(struct stream *s, struct batch *b, const struct logs_options *options,
		 struct log_read *reads)
{
	b->text = 0;
	while (b->text == 0) {
		bool end = false;
		size_t n = s->carried;
		size_t want = n + options->block;

		if (!s->source && !stream_open(s, options, reads))
			return false;
		batch_room(b, want);
		if (n)
			memcpy(b->ev.base, s->carry, n);
		n = stream_read(s, b, n, want, &reads[s->file], &end);
		if (s->skipping)
			n = drop_rest(s, b, n);
		batch_cut(s, b, n, end);
		if (end)
			stream_close(s);
	}
	b->state = BATCH_FILLED;
	return true;
}

static struct span line_trim(struct batch *b, const char *p, size_t n)
{
	if (n > LOGS_LINE_MAX) {
		n = LOGS_LINE_MAX;
		b->cut_lines++;
	}
	if (n && p[n - 1] == '\r')
		n--;
	/* copytruncate under a writer leaves a hole of NULs before the next line */
	while (n && *p == '\0') {
		p++;
		n--;
	}
	return span_of(p, n);
}

static inline void parse_line(struct batch *b, struct frame *f, struct maker *m, const char *p, size_t n)
{
	enum line_result result;

	/* nearly all lines need no second look */
	if (__builtin_expect(head_is(&f->head, p, n), true))
		result = frame_behind(f, m, span_of(p, n));
	else
		result = frame_line(f, m, line_trim(b, p, n));
	m->line_index++;
	if (__builtin_expect(result == LINE_OTHER, false))
		b->unknown++;
}

void batch_parse(struct batch *b, bool brief)
{
	struct frame frame = FRAME_START;
	struct maker maker = { .out = &b->ev, .brief = brief };
	const char *p = b->ev.base, *end = p + b->text;
	ends_fn *find_ends = ends_best();
	uint16_t ends[ENDS_MOST + 1];

	b->ev.used = b->text;
	b->ev.cap = b->room;
	b->ev.mem_used = 0;
	b->ev.events = 0;
	b->unknown = 0;
	b->cut_lines = b->torn;
	for (const char *at = p; at < end; at += ENDS_MOST) {
		size_t n = find_ends(at, end - at < ENDS_MOST ? (size_t)(end - at) : ENDS_MOST, ends);

		for (size_t i = 0; i < n; i++) {
			const char *newline = at + ends[i];

			parse_line(b, &frame, &maker, p, (size_t)(newline - p));
			p = newline + 1;
		}
	}
	if (p < end)
		parse_line(b, &frame, &maker, p, (size_t)(end - p));
	b->lines = maker.line_index;
	b->dialects = maker.dull;
}
