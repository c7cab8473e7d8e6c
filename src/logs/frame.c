/*
 * frame - peels stamp, host, tag and pid off a line and hands the rest to the dialect they name.
 *
 * Promises: one pass from the left, no allocation, no state that could change a result; the same
 * line gives the same event wherever it stands in a file. Nothing is unwrapped twice, so a line
 * cannot make us loop. Formats: log-formats.md section 1; RFC 3164 and 5424; rsyslog's and
 * sysklogd's own "repeated" lines; syslog_name of Postfix (postconf(5)). Lines that begin as the one before does: frame_short.c.
 *
 * TRUST: whoever may log may write any host and tag (that is grade B's limit, not mended here). But
 * text behind a daemon's tag never chooses a dialect, and a tag behind a bare ISO stamp (Exim's own
 * file, where clients name themselves) is believed only between a host's letters and a known name.
 */
#include "logs/frame.h"

#include "logs/frame_short.h"
#include "logs/journal.h"
#include "logs/pieces.h"
#include "logs/voice.h"

#define LINE_MAX_BYTES ((size_t)1 << 20) /* longer lines are cut here */
#define WEB_BRACKETS 8 /* `[` tried for the stamp of an access log */
#define REPEAT_MAX 1000000 /* a bigger claim is nobody's syslog */

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static struct span skip_blanks(struct span s)
{
	const char *p = s.p, *end = s.p + s.n;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return span_of(p, (size_t)(end - p));
}

static struct span take_word(struct span *s)
{
	ptrdiff_t blank = span_find(*s, 0, ' ');
	struct span word = span_head(*s, blank < 0 ? s->n : (size_t)blank);

	*s = span_from(*s, word.n + (blank >= 0));
	return word;
}

/* "Nov  3 08:01:02 info exim[1]: ": syslog-ng templates that give the severity where the host is expected. */
static bool is_severity(struct span s)
{
	static const char *const words[] = {
		"info", "notice", "warning", "warn",  "err",   "error",
		"crit", "alert",  "emerg",   "debug", "fatal", "panic",
	};

	/* Hosts come by here on every line, severities seldom. */
	if (s.n < 3 || s.n > 7 || !memchr("inwecadfpINWECADFP", *s.p, 18))
		return false;
	for (size_t i = 0; i < COUNT(words); i++)
		if (span_eq_nocase(s, span_str(words[i])))
			return true;
	return false;
}

static bool host_like(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!frame_name_byte(s.p[i]) && s.p[i] != ':')
			return false;
	return s.n > 0 && s.n <= 255 && s.p[s.n - 1] != ':';
}

/* ---- what stands behind the tag ---- */

/* rsyslog: "message repeated 3 times: [ TEXT]". */
static void unwrap_repeat(struct line *l)
{
	struct span s = l->text;
	uint32_t times;

	if (!span_starts(s, SPAN("message repeated ")))
		return;
	s = span_from(s, 17);
	if (!voice_take_number(&s, &times) || !span_starts(s, SPAN(" times: [")) || !span_ends(s, SPAN("]")))
		return;
	s = span_from(s, 9);
	s.n -= s.n > 0;
	l->text = skip_blanks(s);
	l->repeat = times < 1 ? 1 : times > REPEAT_MAX ? REPEAT_MAX : times;
}

/* sysklogd: "last message repeated 3 times", with dashes around it on BSD. */
static bool last_repeated(struct span s, uint32_t *ret_times)
{
	if (span_starts(s, SPAN("--- ")))
		s = span_from(s, 4);
	if (!span_starts(s, SPAN("last message repeated ")))
		return false;
	s = span_from(s, 22);
	return voice_take_number(&s, ret_times) && (span_starts(s, SPAN(" time")));
}

static void set_stamp(struct line *l, const struct stamp *st)
{
	l->at = st->at;
	l->usec = st->usec;
	l->zone = st->zone;
	l->stamp = st->flags;
}

/*
 * Exim with syslog_timestamp writes its own stamp behind syslog's; it has a year, so it wins, unless syslog's
 * tells the zone and Exim's does not. Behind a "[1/3] " piece mark it is left in the text for the dialect.
 */
static void inner_stamp(struct frame *f, struct line *l)
{
	struct span s = l->text;
	struct stamp st;
	bool piece = s.n > 6 && s.p[0] == '[' && span_find(span_head(s, 12), 0, ']') > 0;

	if (piece)
		s = skip_blanks(span_from(s, (size_t)span_find(s, 0, ']') + 1));
	if (s.n == 0 || !frame_is_digit(*s.p) || !stamp_read(&f->inner, s, &st) || st.form != STAMP_SPACED)
		return;
	if ((st.flags & STAMP_ZONE) || !(l->stamp & STAMP_ZONE))
		set_stamp(l, &st);
	if (!piece)
		l->text = span_from(s, st.len + 1);
}

static enum line_result write_other(struct maker *m, enum dialect dialect)
{
	maker_begin(m, dialect, EV_OTHER);
	maker_end(m);
	return LINE_OTHER;
}

/* Read as soon as the record is whole (logs/mend.h). With m->all the dialect shows what the piece alone says. */
static enum line_result write_piece(struct maker *m)
{
	const struct line *l = m->line;

	maker_begin(m, DIALECT_EXIM, EV_OTHER);
	m->ev->flags |= EVF_PIECE;
	if (l->host.n)
		maker_field(m, F_HOST, l->host);
	maker_field(m, F_PROGRAM, l->program);
	maker_field(m, F_TEXT, l->text);
	maker_end(m);
	return LINE_EVENT;
}

static inline enum line_result speak(struct frame *f, struct maker *m, struct line *l, const struct voice *v)
{
	struct piece piece;
	enum line_result result;

	if (l->syslog) {
		if (l->text.n && *l->text.p == 'm')
			unwrap_repeat(l);
		if (v->dialect == DIALECT_EXIM && !m->all && l->text.n && *l->text.p == '[' &&
		    piece_read(l->text, &piece))
			return write_piece(m);
		if (v->dialect == DIALECT_EXIM)
			inner_stamp(f, l);
	}
	result = frame_heard(m, v->dialect, v->line(m));
	if (result == LINE_OTHER && m->all)
		return write_other(m, v->dialect);
	return result;
}

static enum line_result by_tag(struct frame *f, struct maker *m, struct line *l)
{
	const struct voice *v = voice_of(l->program);
	uint32_t times;

	l->syslog = true;
	if (v)
		return speak(f, m, l, v);
	if (last_repeated(l->text, &times)) {
		l->repeat = times < 1 ? 1 : times > REPEAT_MAX ? REPEAT_MAX : times;
		l->flags |= EVF_CONTINUES;
		write_other(m, DIALECT_OTHER);
		return LINE_EVENT;
	}
	/* PHP logs under the name of whatever runs it. */
	if (span_starts(l->text, SPAN("mail() on [")))
		return php_line(m);
	return LINE_OTHER;
}

/* Takes the host off, if there is one; a severity word in its place is dropped. */
static struct span take_host(struct frame *f, struct span *s)
{
	struct span word = take_word(s);

	*s = skip_blanks(*s);
	if (is_severity(word))
		return SPAN_NONE;
	frame_remember_host(f, word);
	return word;
}

/* "host tag[pid]: text", the host maybe missing or a severity word in its place. */
static enum line_result syslog_line(struct frame *f, struct maker *m, struct line *l, struct span rest)
{
	size_t host = frame_known_host(f, rest);
	bool hosted = host > 0;

	if (hosted) {
		const struct frame_tag *known = frame_known_tag(f, rest.p + host, rest.p + rest.n, l);

		l->host = span_of(rest.p, f->host_len - 1);
		if (known) {
			l->syslog = true;
			return speak(f, m, l, known->voice);
		}
		rest = span_of(rest.p + host, rest.n - host);
	} else if (voice_take_tag(&rest, &l->program, &l->pid) == TAG_NONE) {
		hosted = true;
		l->host = take_host(f, &rest);
	}
	if (hosted && voice_take_tag(&rest, &l->program, &l->pid) == TAG_PID)
		frame_remember_tag(f, l->program, voice_of(l->program));
	l->text = rest;
	/* Dovecot 1 in its own file: "Jun 23 15:04:05 Info: imap-login: ...". */
	if (!hosted && is_severity(l->program)) {
		l->program = SPAN_NONE;
		return dovecot_line(m);
	}
	return by_tag(f, m, l);
}

/* Dovecot's own file names the level behind the service: "imap-login: Info: ...". */
static bool dovecot_level(struct span s)
{
	static const char *const levels[] = { ": Info: ",  ": Warning: ", ": Error: ",
					      ": Fatal: ", ": Panic: ",	  ": Debug: " };

	s = span_head(s, 160);
	for (size_t i = 0; i < COUNT(levels); i++)
		if (span_search(s, 0, span_str(levels[i])) >= 0)
			return true;
	return false;
}

/* Behind "2026-11-23 08:01:02 ": Exim's own file, unless a host and a tag of ours say otherwise. */
static enum line_result spaced_line(struct frame *f, struct maker *m, struct line *l, struct span rest)
{
	struct span after = rest, word, tag;
	const struct voice *v;
	uint32_t pid = 0;

	l->text = rest;
	if (rest.n == 0 || frame_exim_shape(rest))
		return m->all ? speak(f, m, l, &voice_exim) : frame_heard(m, DIALECT_EXIM, exim_line(m));

	word = span_head(rest, voice_tag_length(rest));
	v = voice_service(word);
	if (v && dovecot_level(rest)) {
		l->program = word;
		l->text = span_from(rest, word.n);
		return speak(f, m, l, v);
	}
	word = take_word(&after);
	if (host_like(word) && voice_take_tag(&after, &tag, &pid) != TAG_NONE && voice_of(tag)) {
		l->host = word;
		l->program = tag;
		l->pid = pid;
		l->text = after;
		return by_tag(f, m, l);
	}
	return speak(f, m, l, &voice_exim);
}

/* One [..] group of RFC 5424 structured data; quotes inside values hide brackets. */
static bool take_structured(struct span *s)
{
	bool quoted = false;

	for (size_t i = 1; i < s->n; i++) {
		if (s->p[i] == '\\' && quoted)
			i++;
		else if (s->p[i] == '"')
			quoted = !quoted;
		else if (s->p[i] == ']' && !quoted) {
			*s = span_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

static struct span nil_or(struct span s)
{
	return span_eq(s, SPAN("-")) ? span_of(s.p, 0) : s;
}

/* RFC 5424, section 6: HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP [BOM] MSG]. */
static enum line_result rfc5424_line(struct frame *f, struct maker *m, struct line *l, struct span rest)
{
	struct span pid;

	l->host = nil_or(take_word(&rest));
	l->program = nil_or(take_word(&rest));
	pid = take_word(&rest);
	voice_take_number(&pid, &l->pid);
	take_word(&rest);
	if (rest.n && *rest.p == '-')
		rest = span_from(rest, 1);
	while (rest.n && *rest.p == '[')
		if (!take_structured(&rest))
			return LINE_OTHER;
	if (rest.n && *rest.p == ' ')
		rest = span_from(rest, 1);
	if (span_starts(rest, SPAN("\xef\xbb\xbf")))
		rest = span_from(rest, 3);
	l->text = rest;
	return by_tag(f, m, l);
}

/* ---- lines without a tag: the shape decides ---- */

static enum line_result ftp_shape(struct frame *f, struct maker *m, struct line *l, struct span rest)
{
	l->text = rest;
	return ftp_line(m);
}

static enum line_result php_shape(struct frame *f, struct maker *m, struct line *l, struct span rest)
{
	l->text = rest;
	return php_line(m);
}

static enum line_result web_shape(struct frame *f, struct maker *m, struct line *l, struct span rest)
{
	l->text = l->raw;
	return web_line(m);
}

/* What may follow a stamp of each form. */
static enum line_result (*const layers[STAMP_FORMS])(struct frame *, struct maker *, struct line *,
						     struct span) = {
	[STAMP_SYSLOG] = syslog_line,	  [STAMP_ISO] = syslog_line,	     [STAMP_SPACED] = spaced_line,
	[STAMP_YEAR_FIRST] = syslog_line, [STAMP_YEAR_THIRD] = syslog_line,  [STAMP_ASCTIME] = ftp_shape,
	[STAMP_FULL] = syslog_line,	  [STAMP_EPOCH] = syslog_line,	     [STAMP_NGINX_ERROR] = web_shape,
	[STAMP_APACHE] = web_shape,	  [STAMP_APACHE_ERROR] = web_shape,  [STAMP_PHP] = php_shape,
	[STAMP_CPANEL] = web_shape,	  [STAMP_CPANEL_ACCESS] = web_shape,
};

/*
 * An access log's stamp is the first bracket group that is one and has ` "` behind it: the writer escapes
 * quotes in the user name in front (Apache and nginx both), so no client can put that there.
 */
static bool web_stamp(struct frame *f, struct line *l, struct span s)
{
	ptrdiff_t open = -1;
	struct stamp st;

	for (int i = 0; i < WEB_BRACKETS; i++) {
		open = span_find(s, (size_t)(open + 1), '[');
		if (open < 0)
			return false;
		if (stamp_read(&f->stamp, span_from(s, (size_t)open), &st) &&
		    (st.form == STAMP_APACHE || st.form == STAMP_CPANEL_ACCESS) &&
		    span_starts(span_from(s, (size_t)open + st.len), SPAN(" \""))) {
			set_stamp(l, &st);
			return true;
		}
	}
	return false;
}

static enum line_result unstamped_line(struct frame *f, struct maker *m, struct line *l, struct span s)
{
	struct span rest = s, tag;
	uint32_t pid = 0;

	l->text = s;
	if (web_stamp(f, l, s) || span_starts(s, SPAN("[")))
		return web_line(m);
	if (span_starts(s, SPAN("mail() on [")))
		return php_line(m);
	if (voice_take_tag(&rest, &tag, &pid) == TAG_PID && voice_of(tag)) {
		l->program = tag;
		l->pid = pid;
		l->text = rest;
		return by_tag(f, m, l);
	}
	l->flags |= EVF_CONTINUES;
	return exim_reject_line(m);
}

/* docker compose logs: "postfix_1  | ". */
static bool skip_compose(struct span *s)
{
	size_t n = 0;

	while (n < s->n && n < 80 && frame_name_byte(s->p[n]))
		n++;

	struct span rest = skip_blanks(span_from(*s, n));

	if (n == 0 || rest.p == s->p + n || !span_starts(rest, SPAN("| ")))
		return false;
	*s = span_from(rest, 2);
	return true;
}

/* "<22>" of RFC 3164, "<22>1 " of RFC 5424. True for the latter. */
static bool skip_priority(struct span *s)
{
	struct span rest = span_from(*s, 1);
	uint32_t ignored;

	if (!voice_take_number(&rest, &ignored) || rest.n == 0 || *rest.p != '>')
		return false;
	rest = span_from(rest, 1);
	if (span_starts(rest, SPAN("1 "))) {
		*s = span_from(rest, 2);
		return true;
	}
	*s = rest;
	return false;
}

static enum line_result journal_line(struct frame *f, struct maker *m, struct line *l)
{
	struct journal_writer writer;
	enum line_result result;
	uint32_t times;

	/* journald repeats no message: who says so means to multiply somebody's line */
	if (!journal_json(m, l->raw, l, &writer) || last_repeated(l->text, &times))
		return LINE_OTHER;
	/* dovecot_line reads a service as part of the text, which it is not here. */
	if (voice_service(l->program) && !span_starts(l->text, SPAN("pam_")))
		return LINE_OTHER;
	/* trace says whose it was; explain has nobody to say it to */
	if (m->all && journal_is_forged(l->program, &writer))
		return LINE_OTHER;
	result = by_tag(f, m, l);
	if (result == LINE_EVENT)
		journal_tell_writer(m, l, &writer);
	return result;
}

/* Behind a stamp that was read. */
static inline enum line_result stamped_line(struct frame *f, struct maker *m, struct line *l,
					    const struct stamp *st, struct span s)
{
	set_stamp(l, st);
	s = skip_blanks(span_from(s, st->len));
	if (st->form == STAMP_SPACED)
		return spaced_line(f, m, l, s);
	return st->form == STAMP_ISO || st->form == STAMP_SYSLOG ? syslog_line(f, m, l, s)
								 : layers[st->form](f, m, l, s);
}

static enum line_result read_line(struct frame *f, struct maker *m, struct line *l, struct span s)
{
	bool rfc5424 = false, stamped;
	struct stamp st;

	if (s.n == 0)
		return LINE_DULL;
	if (*s.p == '{')
		return journal_line(f, m, l);
	if (*s.p == '<')
		rfc5424 = skip_priority(&s);
	stamped = stamp_read(&f->stamp, s, &st);
	if (!stamped && skip_compose(&s))
		stamped = stamp_read(&f->stamp, s, &st);
	if (!stamped)
		return unstamped_line(f, m, l, s);
	if (!rfc5424)
		return stamped_line(f, m, l, &st, s);
	set_stamp(l, &st);
	return rfc5424_line(f, m, l, skip_blanks(span_from(s, st.len)));
}

/* Without CR and NUL around it (a crash or copytruncate leaves NULs), and without a byte order mark. */
static struct span clean_ends(struct span s)
{
	if (s.n && (unsigned char)s.p[s.n - 1] > '\r' && *s.p > 0)
		return s;
	while (s.n && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\n' || s.p[s.n - 1] == 0))
		s.n--;
	while (s.n && *s.p == 0)
		s = span_of(s.p + 1, s.n - 1);
	return span_starts(s, SPAN("\xef\xbb\xbf")) ? span_from(s, 3) : s;
}

/* Field by field: the compiler clears a whole struct with `rep stos`, which costs more than all of framing. */
static void line_init(struct line *l, struct span raw)
{
	l->raw = raw;
	l->host = SPAN_NONE;
	l->program = SPAN_NONE;
	l->text = raw;
	l->at = 0;
	l->usec = 0;
	l->pid = 0;
	l->zone = 0;
	l->stamp = STAMP_NONE;
	l->syslog = false;
	l->flags = 0;
	l->repeat = 1;
}

enum line_result frame_whole(struct frame *f, struct maker *m, struct span raw)
{
	uint32_t before = m->out->events;
	struct line l;
	enum line_result result;

	line_init(&l, clean_ends(span_head(raw, LINE_MAX_BYTES)));
	if (raw.n > LINE_MAX_BYTES)
		l.flags |= EVF_CUT;
	m->line = &l;
	result = read_line(f, m, &l, l.raw);
	if (m->all && m->out->events == before)
		write_other(m, DIALECT_OTHER);
	m->line = &f->line;
	return result;
}

/* The next lines of the file will probably begin as RAW does, which was read the long way. */
static void learn_head(struct frame *f, struct span raw)
{
	struct stamp st;
	struct span rest;
	size_t host = 0;

	if (!stamp_again(&f->stamp, raw, &st))
		return;
	rest = span_from(raw, st.len + 1);
	if (st.form != STAMP_SPACED) {
		rest = skip_blanks(rest);
		host = frame_known_host(f, rest);
		if (host == 0)
			return;
	}
	head_keep(&f->head, &f->stamp, raw, (size_t)(rest.p - raw.p) + host, LINE_MAX_BYTES);
	line_init(&f->line, raw);
	set_stamp(&f->line, &st);
	f->line.usec = 0;
	f->line.syslog = host > 0;
	f->line.host.n = host ? f->host_len - 1 : 0;
	f->host_from = (uint32_t)(rest.p - raw.p);
}

enum line_result frame_line(struct frame *f, struct maker *m, struct span raw)
{
	enum line_result result;

	if (!m->all && head_is(&f->head, raw.p, raw.n)) {
		m->line = &f->line;
		return frame_behind(f, m, raw);
	}
	result = frame_whole(f, m, raw);
	if (!m->all)
		learn_head(f, raw);
	return result;
}
