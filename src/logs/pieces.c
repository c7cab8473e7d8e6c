/* pieces - see pieces.h. */
#include "logs/pieces.h"

#include "base/buf.h"
#include "logs/voice.h"

#include <stdlib.h>

#define OPEN_MOST 16 /* limit input: records split by syslog that are not whole yet */
#define RECORD_MOST (32u << 10) /* limit input, bytes: of a record that syslog split */

struct slot {
	struct buf line;
	size_t host_at, host_n, tag_at, tag_n; /* in the line */
	struct log_at at;
	uint64_t age; /* 0 = free */
	uint32_t pid, next, total;
	bool closed; /* behind a newline: further pieces are lines of their own */
};

struct pieces {
	struct slot slot[OPEN_MOST];
	struct buf out; /* the record given out last */
	uint64_t ages;
};

bool piece_read(struct span text, struct piece *ret_piece)
{
	struct piece piece = { .number = 0 };
	struct span s = span_from(text, 1);

	if (text.n < 6 || *text.p != '[' || !voice_take_number(&s, &piece.number) || s.n == 0 ||
	    (*s.p != '/' && *s.p != '\\'))
		return false;
	piece.newline = *s.p == '\\';
	s = span_from(s, 1);
	if (!voice_take_number(&s, &piece.total) || !span_starts(s, SPAN("] ")))
		return false;
	if (piece.number == 0 || piece.number > piece.total || piece.total < 2)
		return false;
	piece.text = span_from(s, 2);
	*ret_piece = piece;
	return true;
}

struct pieces *pieces_new(void)
{
	struct pieces *p = xcalloc(1, sizeof(*p));

	for (size_t i = 0; i < OPEN_MOST; i++)
		p->slot[i].line = BUF_MAX(RECORD_MOST);
	p->out = BUF_MAX(RECORD_MOST);
	return p;
}

void pieces_free(struct pieces *p)
{
	for (size_t i = 0; p && i < OPEN_MOST; i++)
		buf_free(&p->slot[i].line);
	if (p)
		buf_free(&p->out);
	free(p);
}

static struct slot *find(const struct pieces *p, const struct event *ev, const char *base)
{
	struct span host = event_get(ev, base, F_HOST);
	struct span tag = event_get(ev, base, F_PROGRAM);

	for (size_t i = 0; i < OPEN_MOST; i++) {
		const struct slot *s = &p->slot[i];

		if (s->age && s->pid == ev->pid &&
		    span_eq(host, span_of(s->line.p + s->host_at, s->host_n)) &&
		    span_eq(tag, span_of(s->line.p + s->tag_at, s->tag_n)))
			return (struct slot *)s;
	}
	return NULL;
}

/* A free one, else the oldest. */
static struct slot *find_room(struct pieces *p)
{
	struct slot *best = &p->slot[0];

	for (size_t i = 1; i < OPEN_MOST; i++)
		if (p->slot[i].age < best->age)
			best = &p->slot[i];
	return best;
}

static void give_out(struct pieces *p, struct slot *s, struct record *ret)
{
	struct buf out = p->out;

	p->out = s->line;
	*ret = (struct record){
		.line = buf_view(&p->out),
		.at = s->at,
		.cut = p->out.over || (s->next <= s->total && !s->closed),
	};
	out.n = 0;
	out.over = false;
	s->line = out;
	s->age = 0;
}

/* Host and tag stand in front of the piece's text in the line itself. */
static void start(struct pieces *p, struct slot *s, const struct event *ev, const char *base,
		  const struct log_at *at, const struct piece *piece)
{
	struct span line = event_line(ev, base);
	struct span mark = event_get(ev, base, F_TEXT);
	struct span host = event_get(ev, base, F_HOST);
	struct span tag = event_get(ev, base, F_PROGRAM);

	buf_add(&s->line, line.p, (size_t)(mark.p - line.p));
	buf_span(&s->line, piece->text);
	s->host_at = host.n ? (size_t)(host.p - line.p) : 0;
	s->host_n = host.n;
	s->tag_at = tag.n ? (size_t)(tag.p - line.p) : 0;
	s->tag_n = tag.n;
	s->at = *at;
	s->age = ++p->ages;
	s->pid = ev->pid;
	s->next = 2;
	s->total = piece->total;
	s->closed = piece->newline;
}

/* The fields must lie in the line, in this order: a journal entry's decoded text does not. */
static bool in_line(const struct event *ev, const char *base, struct span text)
{
	struct span line = event_line(ev, base);
	struct span host = event_get(ev, base, F_HOST);

	return text.p >= line.p && text.p + text.n <= line.p + line.n && text.p - line.p < RECORD_MOST / 2 &&
	       (!host.n || (host.p >= line.p && host.p < text.p));
}

bool pieces_add(struct pieces *p, const struct event *ev, const char *base, const struct log_at *at,
		struct record *ret_record)
{
	struct span text = event_get(ev, base, F_TEXT);
	struct slot *s = find(p, ev, base);
	struct piece piece;
	bool given = false;

	if (!piece_read(text, &piece) || !in_line(ev, base, text))
		return false;
	if (s && piece.number == s->next && piece.total == s->total) {
		s->next++;
		if (!s->closed)
			buf_span(&s->line, piece.text);
		s->closed |= piece.newline;
		if (piece.number < piece.total)
			return false;
		give_out(p, s, ret_record);
		return true;
	}
	if (s || piece.number == 1) {
		s = s ? s : find_room(p);
		given = s->age > 0;
		if (given)
			give_out(p, s, ret_record);
	}
	if (piece.number == 1)
		start(p, s, ev, base, at, &piece);
	return given;
}

bool pieces_end(struct pieces *p, struct record *ret_record)
{
	struct slot *oldest = NULL;

	for (size_t i = 0; i < OPEN_MOST; i++)
		if (p->slot[i].age && (!oldest || p->slot[i].age < oldest->age))
			oldest = &p->slot[i];
	if (oldest)
		give_out(p, oldest, ret_record);
	return oldest != NULL;
}

uint64_t pieces_line(const struct pieces *p, const struct event *ev, const char *base)
{
	const struct slot *s = find(p, ev, base);

	return s ? s->at.line : 0;
}
