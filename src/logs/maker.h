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

/* What framing (logs/frame.h) found before the dialect's own text. */
struct line {
	struct span raw;       /* the whole line, without newline and CR */
	struct span host;      /* n == 0: none */
	struct span program;   /* syslog tag without pid: "postfix/submission/smtpd", "exim", "sshd" */
	struct span text;      /* what is left for the dialect */
	int64_t at;
	uint32_t usec;
	uint32_t pid;
	int16_t zone;
	uint8_t stamp;         /* enum stamp_flag */
	bool syslog;           /* came through syslog or the journal */
	uint16_t flags;        /* EVF_CONTINUES, EVF_CUT: framing's part of the event's flags */
	uint32_t repeat;       /* 1; N under "message repeated N times: [ ...]" */
};

enum line_result {
	LINE_OTHER,            /* not this dialect's, or not understood: counted as unknown */
	LINE_DULL,             /* understood, nothing in it that was asked for: no event written */
	LINE_EVENT,            /* exactly one event was written */
};

struct maker {
	struct evbuf *out;
	const struct line *line;
	uint32_t line_index;
	/*
	 * true for explain and tests: every field that the line has, and an event for every
	 * understood line. false on the hot path: only events and fields named in maker_hot().
	 */
	bool all;
	struct event *ev;      /* being written */
};

/*
 * Starts an event with what framing knows (at, pid, line, repeat). Fields follow, then maker_end, which
 * adds F_PROGRAM (the tag's last path element) and F_HOST where m->all and the dialect has not.
 */
struct event *maker_begin(struct maker *m, enum dialect dialect, enum event_kind kind);
/* Adds a field; S must lie in the batch's text (or come from maker_text). Empty spans are kept. At most 63. */
static inline void maker_field(struct maker *m, enum field_key key, struct span s);
/* Reserves N bytes of batch text for decoded strings; NULL when the batch has no room (drop the field). */
char *maker_text(struct maker *m, size_t n);
void maker_end(struct maker *m);

/* Is this field wanted? Dear fields (subjects that need unescaping, texts) ask first. */
bool maker_wants(const struct maker *m, enum field_key key);

static inline void maker_field(struct maker *m, enum field_key key, struct span s)
{
	struct event *ev = m->ev;

	if (ev->nfields < 63)
		ev->f[ev->nfields++] = (struct field){
			.off = (uint32_t)(s.p - m->out->base), .len = s.n & 0xffffff, .key = key,
		};
}

/* The dialects. Each sees only the line's text; program tells the daemon. */
enum line_result exim_line(struct maker *m);          /* main and panic log, also syslog-wrapped */
enum line_result exim_reject_line(struct maker *m);   /* reject log records, continuation lines included */
enum line_result postfix_line(struct maker *m);
enum line_result dovecot_line(struct maker *m);       /* also saslauthd */
enum line_result php_line(struct maker *m);           /* mail.log in its three forms */
enum line_result web_line(struct maker *m);           /* common, combined, vhost first */
enum line_result ssh_line(struct maker *m);
enum line_result ftp_line(struct maker *m);           /* vsftpd, proftpd, pure-ftpd, xferlog */

#endif
