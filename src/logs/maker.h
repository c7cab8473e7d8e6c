/*
 * maker - how a dialect turns one line into one event.
 *
 * A dialect is a pure function of the line: no state between lines, no allocation, no I/O. It reads
 * from the left in the grammar's order, accepts a key only where the writer puts it, and treats
 * the first free-text field as the end of keys. What it does not know is LINE_OTHER, never an error.
 *
 * TRUST: everything behind the tag may hold text chosen by a mail client, a script or a web client.
 */
#ifndef SPAMTRAIL_LOGS_MAKER_H
#define SPAMTRAIL_LOGS_MAKER_H

#include "model/event.h"

#define MAKER_FIELDS 63 /* fields of one event at most */

/* What framing (logs/frame.h) found before the dialect's own text. */
struct line {
	struct span raw; /* the whole line, without newline and CR */
	struct span host; /* n == 0: none */
	struct span program; /* syslog tag without pid: "postfix/submission/smtpd", "exim", "sshd" */
	struct span text; /* what is left for the dialect */
	int64_t at;
	uint32_t usec;
	int16_t zone;
	uint8_t stamp; /* enum stamp_flag */
	bool syslog; /* came through syslog or the journal */
	uint32_t pid;
	uint16_t flags; /* EVF_CONTINUES, EVF_CUT: framing's part of the event's flags */
	uint32_t repeat; /* 1; N under "message repeated N times: [ ...]" */
};

enum line_result {
	LINE_OTHER, /* not this dialect's, or not understood: counted as unknown */
	LINE_DULL, /* understood, nothing in it that was asked for: no event written */
	LINE_EVENT, /* exactly one event was written */
	LINE_UNREAD, /* by a reader of usual lines only: not one of them, the grammar must be read */
};

struct maker {
	struct evbuf *out;
	const struct line *line;
	uint32_t line_index;
	/*
	 * true for explain and tests: every field that the line has, and an event for every
	 * understood line. false on the hot path: only events that trace reads, with the FIELDS_TRACED.
	 */
	bool all;
	uint32_t dull; /* bit (1 << enum dialect): dialects that understood a line and wrote no event */
	bool brief; /* see struct logs_options */
	struct qid_known known; /* the message ID of the last usual line of Postfix */
	struct event *ev; /* being written */
};

/* Is this field wanted? Dear fields (subjects that need unescaping, texts) ask first. */
static inline bool maker_wants(const struct maker *m, enum field_key key)
{
	return m->all || (FIELDS_TRACED >> key & 1);
}

/* Room for one more event with all the fields it may have. */
void maker_room(struct evbuf *out);
/* F_PROGRAM (the tag's last path element) and F_HOST, unless the dialect has added them: maker_end, where m->all. */
void maker_frame_fields(struct maker *m);

/* What every event begins with: all but its fields' number and bits. Each member by itself: a compiler clears a struct first. */
static inline __attribute__((always_inline)) struct event *maker_head(struct maker *m, enum dialect dialect, enum event_kind kind,
								      struct qid id, uint32_t flags, uint32_t repeat)
{
	struct evbuf *out = m->out;
	const struct line *l = m->line;
	struct event *ev;

	if (__builtin_expect(out->mem_cap - out->mem_used < sizeof(*ev) + MAKER_FIELDS * sizeof(struct field), false))
		maker_room(out);
	ev = (struct event *)(void *)(out->mem + out->mem_used);
	ev->id = id;
	ev->at = l->at;
	/* usec, zone and stamp as they lie (maker.c), and a byte of no meaning where the kind is put */
	memcpy((char *)ev + offsetof(struct event, usec), (const char *)l + offsetof(struct line, usec), 8);
	ev->kind = (uint8_t)kind;
	ev->dialect = (uint8_t)dialect;
	ev->flags = flags;
	ev->off = (uint32_t)(l->raw.p - out->base);
	ev->len = (uint32_t)l->raw.n;
	ev->line = m->line_index;
	ev->pid = l->pid;
	ev->size = ev->nrcpt = 0;
	ev->uid = UINT32_MAX;
	ev->repeat = repeat;
	return ev;
}

/* Starts an event with what framing knows; fields follow. */
static inline struct event *maker_begin(struct maker *m, enum dialect dialect, enum event_kind kind)
{
	const struct line *l = m->line;

	m->ev = maker_head(m, dialect, kind, (struct qid){ 0, 0 }, l->flags | (l->syslog ? EVF_SYSLOG : 0), l->repeat);
	m->ev->has = m->ev->nfields = 0;
	return m->ev;
}

/* The first field with KEY is number AT. */
static inline __attribute__((always_inline)) void maker_place(struct event *ev, enum field_key key, size_t at)
{
	if (FIELDS_TRACED >> key & 1)
		ev->where[FIELD_PLACE(key)] = (uint8_t)at;
}

/* Adds a field: S must lie in the batch's text, or come from maker_text. Empty spans are kept. */
static inline void maker_field(struct maker *m, enum field_key key, struct span s)
{
	struct event *ev = m->ev;

	if (ev->nfields == MAKER_FIELDS)
		return;
	if (!(ev->has >> key & 1))
		maker_place(ev, key, ev->nfields);
	ev->has |= UINT64_C(1) << key;
	field_write(&ev->f[ev->nfields++], m->out->base, key, s);
}

static inline void maker_end(struct maker *m)
{
	struct evbuf *out = m->out;

	if (m->all)
		maker_frame_fields(m);
	out->last = (size_t)((unsigned char *)m->ev - out->mem);
	out->mem_used = (size_t)((unsigned char *)(m->ev->f + m->ev->nfields) - out->mem);
	out->events++;
}

/* Reserves N bytes of batch text for decoded strings; NULL when the batch has no room (drop the field). */
char *maker_text(struct maker *m, size_t n);

/* The dialects. Each sees only the line's text; program tells the daemon. */
enum line_result exim_line(struct maker *m); /* main and panic log, also syslog-wrapped */
enum line_result exim_reject_line(struct maker *m); /* reject log records, continuation lines included */
enum line_result postfix_line(struct maker *m);
enum line_result dovecot_line(struct maker *m); /* also saslauthd */
enum line_result php_line(struct maker *m); /* mail.log in its three forms */
enum line_result web_line(struct maker *m); /* common, combined, vhost first */
enum line_result ssh_line(struct maker *m);
enum line_result ftp_line(struct maker *m); /* vsftpd, proftpd, pure-ftpd, xferlog */

#endif
