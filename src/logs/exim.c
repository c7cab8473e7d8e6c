/*
 * exim - one line of Exim's main or panic log: pid, id, then what kind of line it is.
 *
 * The flag is looked for in one place only, right behind the id: subjects hold "=>" freely. Ids are
 * taken by their shape (16 characters up to 4.96, 23 since 4.97); another word made of the same
 * letters is an id where a flag or a queue word follows, since older and patched builds differ in
 * length.
 *
 * TRUST: behind the flag stands text of mail clients, scripts and remote servers. An ACL's logwrite can
 * put any text anywhere; such a line is only as good as the configuration that writes it.
 *
 * Sources: Exim specification, "Log files"; log.c (log_write, write_syslog), local_scan.h (id lengths).
 */
#include "logs/exim_id.h"
#include "logs/exim_parts.h"

#include "base/err.h"

#define ID_MOST 40

static bool id_letters(const char *p, size_t n)
{
	uint64_t v = BYTES_ALL('0');

	if (n < 8) {
		memcpy(&v, p, n);
		return exim_id_bytes(v);
	}
	for (size_t at = 8; at < n; at += 8)
		if (!exim_id_bytes(bytes_word(p + at - 8)))
			return false;
	return exim_id_bytes(bytes_word(p + n - 8));
}

#define FLAG(a, b) ((unsigned)(unsigned char)(a) << 8 | (unsigned char)(b))

/* The two bytes of a flag that starts S, or 0. */
static inline unsigned flag_at(struct span s)
{
	unsigned flag = s.n < 2 ? 0 : FLAG(s.p[0], s.p[1]);

	switch (flag) {
	case FLAG('<', '='):
	case FLAG('(', '='):
	case FLAG('=', '>'):
	case FLAG('-', '>'):
	case FLAG('>', '>'):
	case FLAG('*', '>'):
	case FLAG('=', '='):
		return flag;
	case FLAG('*', '*'):
		return s.n > 2 && s.p[2] == '*' ? 0 : flag;
	case FLAG('>', ' '):
		return s.n > 2 && s.p[2] == '>' ? flag : 0;
	default:
		return 0;
	}
}

static bool queue_word(struct span s)
{
	static const struct span words[] = {
		SPAN("Completed"),	   SPAN("Frozen"),   SPAN("frozen"),   SPAN("*** frozen"),
		SPAN("Message is frozen"), SPAN("Unfrozen"), SPAN("unfrozen"), SPAN("removed by "),
		SPAN("cancelled by "),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_starts(s, words[i]))
			return true;
	return false;
}

/* An id of another length, believed because of what follows it. */
static size_t id_odd(struct span s)
{
	ptrdiff_t blank = span_find(span_head(s, ID_MOST + 1), 0, ' ');

	if (blank < 1 || !id_letters(s.p, (size_t)blank))
		return 0;

	struct span rest = span_from(s, (size_t)blank + 1);

	return (flag_at(rest) && rest.n > 2 && rest.p[2] == ' ') || queue_word(rest) ? (size_t)blank : 0;
}

/* "[123] " in front of the id, from log selector +pid. */
static struct span cut_pid(struct span s, uint32_t *ret_pid)
{
	uint32_t pid = 0;
	size_t at = 1;

	while (at < s.n && at < 11 && s.p[at] >= '0' && s.p[at] <= '9')
		pid = pid * 10 + (uint32_t)(s.p[at++] - '0');
	if (at == 1 || at + 1 >= s.n || s.p[at] != ']' || s.p[at + 1] != ' ')
		return s;
	*ret_pid = pid;
	return span_from(s, at + 2);
}

static size_t digits(struct span s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && (unsigned char)(s.p[at + n] - '0') < 10)
		n++;
	return n;
}

/*
 * "[1/3] " or "[2\3] " of a record that was split for syslog (log.c, write_syslog). Returns the number
 * of the piece, 0 when this is none.
 */
static unsigned cut_piece(struct span *s, bool *ret_cut)
{
	size_t n = digits(*s, 1), total;

	if (n == 0 || n > 3 || 1 + n >= s->n || (s->p[1 + n] != '/' && s->p[1 + n] != '\\'))
		return 0;
	total = digits(*s, 2 + n);
	if (total == 0 || span_search(span_from(*s, 2 + n + total), 0, SPAN("] ")) != 0)
		return 0;
	*ret_cut |= s->p[1 + n] == '/';

	unsigned piece = n == 1 ? (unsigned)(s->p[1] - '0') : 2;

	*s = span_from(*s, 4 + n + total);
	return piece;
}

/* The second stamp of a split record: syslog_timestamp writes it behind the piece's number. */
static struct span skip_stamp(struct span s)
{
	size_t at = 19;

	if (s.n < 20 || digits(s, 0) != 4 || s.p[4] != '-' || s.p[10] != ' ' || s.p[13] != ':' ||
	    s.p[16] != ':')
		return s;
	if (s.p[at] == '.')
		at += 1 + digits(s, at + 1);
	if (at + 6 < s.n && (s.p[at + 1] == '+' || s.p[at + 1] == '-') && digits(s, at + 2) == 4)
		at += 6;
	return at < s.n && s.p[at] == ' ' ? span_from(s, at + 1) : s;
}

static enum line_result later_piece(struct maker *m)
{
	struct exim_head none = { .pid = 0 };

	if (!m->all)
		return LINE_DULL;
	exim_begin(m, &none, EV_OTHER)->flags |= EVF_CONTINUES;
	maker_end(m);
	return LINE_EVENT;
}

static enum line_result flagged(struct maker *m, const struct exim_head *h, unsigned flag, struct span s)
{
	while (s.n && s.p[0] == ' ')
		s = span_from(s, 1);
	switch (flag) {
	case FLAG('<', '='):
	case FLAG('(', '='):
		return exim_arrival(m, h, s);
	case FLAG('=', '='):
		return exim_result(m, h, 'd', s);
	case FLAG('*', '*'):
		return exim_result(m, h, 'b', s);
	case FLAG('*', '>'):
		return exim_result(m, h, 'N', s);
	default:
		return exim_result(m, h, '=', s);
	}
}

/* A result without an id is believed only when router or transport stand where they belong. */
static bool looks_like_result(struct span s)
{
	return s.n > 3 && s.p[2] == ' ' && s.p[0] != '<' && s.p[0] != '(' &&
	       (span_search(s, 3, SPAN(" R=")) > 0 || span_search(s, 3, SPAN(" T=")) > 0);
}

static enum line_result completed(struct maker *m, const struct exim_head *h)
{
	exim_begin(m, h, EV_COMPLETE);
	maker_end(m);
	return LINE_EVENT;
}

static enum line_result dispatch(struct maker *m, struct exim_head *h, struct span s)
{
	size_t n = exim_id_length(s);
	unsigned flag;

	if (!n) {
		if (span_starts(s, SPAN("cwd=")))
			return exim_command(m, h, s);
		if (span_starts(s, SPAN("SMTP connection ")))
			return exim_misc(m, h, s);
		n = id_odd(s);
	}
	if (n) {
		h->id = span_head(s, n);
		s = span_from(s, n + 1);
		if (s.n == 9 && memcmp(s.p, "Completed", 9) == 0)
			return completed(m, h);
	}
	flag = flag_at(s);
	if (flag && (n || looks_like_result(s)))
		return flagged(m, h, flag, span_from(s, 2));
	if (s.n > 1 && s.p[1] == '=' && (s.p[0] == 'H' || s.p[0] == 'U' || s.p[0] == 'F'))
		return exim_session(m, h, s);
	return exim_misc(m, h, s);
}

enum line_result exim_line(struct maker *m)
{
	struct exim_head h = { .cut = m->line->text.n > EXIM_TEXT_MOST };
	struct span s = span_head(m->line->text, EXIM_TEXT_MOST);
	unsigned piece;

	if (s.n > 1 && s.p[0] == '[') {
		piece = cut_piece(&s, &h.cut);
		if (piece > 1)
			return later_piece(m);
		if (piece)
			s = skip_stamp(s);
		if (s.n > 1 && s.p[0] == '[')
			s = cut_pid(s, &h.pid);
		if (s.n > 6 && (s.p[0] == '+' || s.p[0] == '-') && digits(s, 1) == 4 && s.p[5] == ' ')
			s = span_from(s, 6);
	}
	return dispatch(m, &h, s);
}

/* Header lines of a reject record: a type letter or a blank, a blank, then "Name:" (log.c, LOG_REJECT). */
static bool reject_header(struct span s)
{
	return s.n > 3 && s.p[1] == ' ' && s.p[2] != ' ' &&
	       (s.p[0] == ' ' || s.p[0] == '*' || (s.p[0] >= 'A' && s.p[0] <= 'Z')) &&
	       span_find(span_head(s, 80), 2, ':') > 2;
}

enum line_result exim_reject_line(struct maker *m)
{
	struct exim_head none = { .pid = 0 };
	struct span s = m->line->raw;
	bool header = reject_header(s);

	if (m->line->stamp != STAMP_NONE || m->line->syslog)
		return exim_line(m);
	if (!header && s.n && s.p[0] != '\t' && s.p[0] != ' ' && !span_starts(s, SPAN("Envelope-")) &&
	    !span_starts(s, SPAN("-----")))
		return LINE_OTHER;
	if (!m->all)
		return LINE_DULL;
	exim_begin(m, &none, EV_OTHER)->flags |= EVF_CONTINUES;
	if (header)
		maker_field(m, F_HEADER, span_from(s, 2));
	maker_end(m);
	return LINE_EVENT;
}
