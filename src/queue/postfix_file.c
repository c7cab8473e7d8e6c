/*
 * postfix_file - a Postfix queue file: records of one type byte, a length in base 128 (low part first) and data.
 *
 * Postfix src/global/rec_type.h, record.c, cleanup_final.c: C sizes ("size data-offset recipients options
 * content-length"), T time, A name=value, S sender, O a recipient before aliases, R D what he became, M the message starts, N p L its lines, X what
 * was extracted from it, E the end; p is a pointer to elsewhere in the file, which milters need. Mail by sendmail(1)
 * has its recipients behind the text: the C record says where, so the text itself is not read.
 *
 * TRUST: a local user writes the text, and a maildrop file as a whole, but cleanup(8) writes this file and its first
 * N record; what a Received: line further down says is anybody's.
 */
#include "queue/files.h"
#include "queue/room.h"
#include "queue/window.h"

#define RECORD_MOST 65536
#define JUMPS_MOST 1000
#define RECORDS_MOST 4000000 /* limit queue: records of a queue file */
#define HEADERS_MOST 500 /* limit queue: header lines of a message, Postfix */
#define ORIGINAL_MOST 320 /* RFC 5321, 4.5.3.1: a local part of 64, a domain of 255 */
#define SKIP_MOST ((uint64_t)8 << 20) /* bytes of text that are walked where the C record does not help */

struct record {
	char type;
	struct span data;
	uint64_t next; /* where the one behind it begins */
};

struct postfix_file {
	struct window *w;
	struct room *room;
	uint64_t at;
	unsigned jumps;
	uint32_t records, headers;
	bool size, time, sender, sasl_user, sasl_method, method_seen;
	bool first; /* the record of the text that cleanup itself writes has been read */
	bool body; /* the headers are over */
	uint64_t data_offset, content_length, declared;
	struct span value;
	char original[ORIGINAL_MOST]; /* the recipient that follows, before aliases */
	size_t noriginal;
};

/* The record at AT; false: the file ends or makes no sense there. */
static bool read_record(struct postfix_file *f, struct record *ret)
{
	struct span s = window_look(f->w, f->at, 8);
	uint64_t length = 0;
	unsigned n = 1;

	for (unsigned shift = 0;; shift += 7) {
		if (n >= s.n || shift > 28)
			return false;
		length |= (uint64_t)((unsigned char)s.p[n] & 0x7f) << shift;
		if (!((unsigned char)s.p[n++] & 0x80))
			break;
	}
	/* longer than Postfix's own lines: nothing that we want is */
	if (length > RECORD_MOST - 8)
		return false;
	ret->type = s.p[0];
	if (length > s.n - n)
		s = window_look(f->w, f->at, (size_t)length + n);
	if (s.n < n || length > s.n - n)
		return false;
	ret->data = span_of(s.p + n, (size_t)length);
	ret->next = f->at + n + length;
	return true;
}

/* The next number of a C, T or p record. */
static bool number(struct span *s, uint64_t *ret)
{
	size_t n = 0;

	*s = span_trim(*s);
	while (n < s->n && s->p[n] != ' ')
		n++;
	if (!span_u64(span_head(*s, n), ret))
		return false;
	*s = span_from(*s, n);
	return true;
}

static const char *take_sizes(struct postfix_file *f, struct span data)
{
	uint64_t options;

	if (f->size)
		return "a second size record";
	f->size = true;
	if (!number(&data, &f->room->q.size) || !number(&data, &f->data_offset) ||
	    !number(&data, &f->declared))
		return "a size record that makes no sense";
	/* old versions end here */
	if (!number(&data, &options) || !number(&data, &f->content_length))
		f->content_length = 0;
	return NULL;
}

static const char *take_time(struct postfix_file *f, struct span data)
{
	uint64_t seconds;

	if (f->time)
		return "a second time record";
	f->time = true;
	if (!number(&data, &seconds) || seconds > INT64_MAX / 2)
		return "a time record that makes no sense";
	f->room->q.arrival = (int64_t)seconds;
	return NULL;
}

static bool is_attribute(struct postfix_file *f, struct span data, struct span name)
{
	if (data.n <= name.n || !span_starts(data, name) || data.p[name.n] != '=')
		return false;
	f->value = span_from(data, name.n + 1);
	return true;
}

static const char *take_login(struct postfix_file *f)
{
	struct queued *q = &f->room->q;

	if (f->sasl_user)
		return "a second sasl_username";
	f->sasl_user = true;
	if (!room_is_name(f->value))
		return "a sasl_username with control characters";
	q->login = room_keep(f->room, f->value);
	q->login_grade = 'B';
	return NULL;
}

static const char *take_attribute(struct postfix_file *f, struct span data)
{
	struct queued *q = &f->room->q;

	if (is_attribute(f, data, SPAN("sasl_username")))
		return take_login(f);
	if (is_attribute(f, data, SPAN("sasl_method"))) {
		if (f->sasl_method)
			return "a second sasl_method";
		f->sasl_method = true;
	} else if (is_attribute(f, data, SPAN("log_client_address"))) {
		if (!q->client.n && room_is_name(f->value)) {
			q->client = room_keep(f->room, f->value);
			q->client_grade = 'B';
		}
	} else if (is_attribute(f, data, SPAN("log_helo_name"))) {
		if (!q->helo.n)
			q->helo = room_keep(f->room, f->value);
	} else if (is_attribute(f, data, SPAN("log_protocol_name"))) {
		if (!q->protocol.n)
			q->protocol = room_keep(f->room, f->value);
	}
	return NULL;
}

static const char *take_sender(struct postfix_file *f, struct span data)
{
	struct queued *q = &f->room->q;

	if (f->sender)
		return "a second sender record";
	f->sender = true;
	q->sender = room_keep(f->room, data);
	q->null_sender = data.n == 0;
	return NULL;
}

/* 1: gone there; 0: the pointer points nowhere, read on; -1: too often. */
static int jump(struct postfix_file *f, struct span data)
{
	uint64_t to;

	if (!number(&data, &to) || to == 0)
		return 0;
	if (++f->jumps > JUMPS_MOST)
		return -1;
	f->at = to;
	return 1;
}

static void take_original(struct postfix_file *f, struct span data)
{
	f->noriginal = data.n <= sizeof(f->original) ? data.n : 0;
	if (f->noriginal)
		memcpy(f->original, data.p, f->noriginal);
}

static void take_recipient(struct postfix_file *f, struct span data, bool done)
{
	struct span original = span_of(f->original, f->noriginal);
	struct queued *q = &f->room->q;
	uint32_t n = q->nlisted;
	bool other = original.n && !span_eq_nocase(original, data);

	f->noriginal = 0;
	room_recipient(f->room, data, done);
	/* mostly it is the same, and there is room for one text of each */
	if (other && q->nlisted > n)
		q->recipients[n].original = room_keep(f->room, original);
}

/* Records in front of the message and behind it. NULL, or what is wrong. */
static const char *take_envelope(struct postfix_file *f, const struct record *r)
{
	switch (r->type) {
	case 'C':
		return take_sizes(f, r->data);
	case 'T':
		return take_time(f, r->data);
	case 'A':
		return take_attribute(f, r->data);
	case 'S':
		return take_sender(f, r->data);
	case 'O':
		take_original(f, r->data);
		return NULL;
	case 'R':
	case 'D':
		take_recipient(f, r->data, r->type == 'D');
		return NULL;
	default:
		/* full name, DSN fields, flags, deleted ones ... */
		return r->type > 0x20 && r->type < 0x7f ? NULL : "a record of an unknown type";
	}
}

/* "by HOST (Postfix, from userid 2001)", as cleanup itself writes it in the first record. */
static void take_first(struct postfix_file *f, struct span line)
{
	static const char mark[] = ", from userid ";
	struct queued *q = &f->room->q;
	ptrdiff_t at = span_search(line, 0, span_of(mark, sizeof(mark) - 1));
	ptrdiff_t open = span_find(line, 0, '(');
	ptrdiff_t close;
	uint64_t uid;

	if (!span_starts(line, SPAN("Received: by ")) || at < 0 || open < 0 || open > at)
		return;
	line = span_from(line, (size_t)at + sizeof(mark) - 1);
	close = span_find(line, 0, ')');
	if (close < 0 || !span_u64(span_head(line, (size_t)close), &uid) || uid >= QUEUED_NO_UID)
		return;
	q->uid = (uint32_t)uid;
	q->uid_grade = 'A';
}

static void take_text(struct postfix_file *f, const struct record *r)
{
	if (!f->first) {
		f->first = true;
		if (r->type == 'N')
			take_first(f, r->data);
	}
	if (r->data.n == 0 || ++f->headers > HEADERS_MOST)
		f->body = true;
	if (!f->body)
		room_header(f->room, r->data);
}

/* From the headers' end to the record behind the text. */
static bool skip_text(struct postfix_file *f)
{
	uint64_t old = f->at;
	struct record r;

	f->at = f->data_offset + f->content_length;
	if (f->content_length && f->at > old && read_record(f, &r) && r.type == 'X')
		return true;
	f->at = old;
	return false;
}

static const char *read_message(struct postfix_file *f)
{
	uint64_t start = f->at;
	bool skipped = false;
	struct record r;

	for (;;) {
		if (f->body && !skipped) {
			skipped = true;
			if (skip_text(f))
				start = f->at;
		}
		if (++f->records > RECORDS_MOST || f->at - start > SKIP_MOST)
			return "a text that goes on and on";
		if (!read_record(f, &r))
			return "it ends within the text";
		if (r.type == 'p') {
			int way = jump(f, r.data);

			if (way < 0)
				return "it points to and fro";
			if (way > 0) {
				start = f->at;
				continue;
			}
		} else if (r.type == 'X') {
			f->at = r.next;
			return NULL;
		} else if (r.type == 'N' || r.type == 'L') {
			take_text(f, &r);
		} else if (r.type != 'w') {
			return "a record that cannot be within the text";
		}
		f->at = r.next;
	}
}

static const char *read_all(struct postfix_file *f)
{
	bool message = false;
	const char *wrong;
	struct record r;

	for (;;) {
		if (++f->records > RECORDS_MOST)
			return "it goes on and on";
		if (!read_record(f, &r))
			return f->at == 0 ? "it is empty or no queue file" : "it ends before its end record";
		if (!f->size && r.type != 'C')
			return "it does not begin with its sizes";
		if (r.type == 'E')
			return message ? NULL : "there is no message in it";
		if (r.type == 'p') {
			int way = jump(f, r.data);

			if (way < 0)
				return "it points to and fro";
			if (way > 0)
				continue;
		}
		f->at = r.next;
		if (r.type == 'M') {
			if (message)
				return "a second message in it";
			message = true;
			wrong = read_message(f);
		} else if (r.type == 'p') {
			wrong = NULL;
		} else {
			wrong = take_envelope(f, &r);
		}
		if (wrong)
			return wrong;
	}
}

void postfix_file(struct window *w, struct room *room)
{
	struct postfix_file f = { .w = w, .room = room };
	struct queued *q = &room->q;
	const char *wrong = read_all(&f);

	if (!wrong && (!f.time || !f.sender))
		wrong = "it has no sender or no time";
	/* bcc and done recipients: the C record counts those that were put in at first */
	if (!wrong && q->nrecipients < f.declared)
		wrong = "it has fewer recipients than it says";
	/* a login that smtpd accepted comes with its method; both are cleanup's own records */
	if (f.sasl_user && f.sasl_method)
		q->login_grade = 'A';
	/* who spoke SMTP has no uid: the line that says so is his own */
	if (q->client.n && q->uid != QUEUED_NO_UID) {
		q->uid = QUEUED_NO_UID;
		q->uid_grade = 0;
	}
	if (wrong)
		room_damaged(room, wrong);
	room_finish(room);
}
