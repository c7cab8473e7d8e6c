/*
 * php - PHP's mail.log: which file called mail(), on which line, to whom.
 *
 * Three forms, each also through syslog (php-src ext/standard/mail.c, now and at 5.3):
 *     mail() on [FILE:LINE]: To: TO -- Headers: HDRS                            5.3, no stamp
 *     [stamp] mail() on [FILE:LINE]: To: TO -- Headers: HDRS                    5.4 to 7.0
 *     [stamp] mail() on [FILE:LINE]: To: TO -- Headers: HDRS -- Subject: SUBJ   since 7.1
 * Framing reads the stamp. A line that breaks inside TO keeps what stands before the break; the rest is a
 * continued line. Other lines with PHP's stamp are its error log: notices.
 *
 * TRUST: TO, HDRS and SUBJ are the script's, and may repeat every word of the grammar; FILE comes
 * first and is the engine's, but the account chose the names of its folders. So the first end that
 * fits closes FILE: what a folder's name can do is cut its own path short, never point elsewhere.
 */
#include "logs/fact.h"

struct call {
	struct span script, script_line, to, subject;
	bool subject_known;
};

/* The number that ends at AT with OPENER before it; true where both are there. Looks back 11 bytes at most. */
static bool number_before(struct span s, size_t at, char opener, struct span *ret_number)
{
	size_t from = at;

	while (from > 0 && at - from < 10 && s.p[from - 1] >= '0' && s.p[from - 1] <= '9')
		from--;
	if (from == at || from < 2 || s.p[from - 1] != opener)
		return false;
	*ret_number = span_of(s.p + from, at - from);
	return true;
}

/* S starts with FILE:LINE]: To: TO. Returns TO, or a span with p == NULL. */
static struct span file_read(struct span s, struct call *c)
{
	static const struct span close = { "]: To: ", 7 };
	ptrdiff_t at = span_search(s, 0, close);

	while (at >= 0 && !number_before(s, (size_t)at, ':', &c->script_line))
		at = span_search(s, (size_t)at + 1, close);
	if (at < 0)
		return SPAN_NONE;
	c->script = span_head(s, (size_t)(c->script_line.p - s.p - 1));
	return span_from(s, (size_t)at + close.n);
}

/*
 * Code that was evaluated is called "FILE(12) : eval()'d code", nested ones repeat that (Zend
 * zend_compile.c, zend_make_compiled_string_description). The file on disk ends at the first "(12) : ".
 */
static void cut_evaluated(struct call *c)
{
	static const struct span mark = { ") : ", 4 };
	ptrdiff_t at = span_search(c->script, 0, mark);

	while (at >= 0 && !number_before(c->script, (size_t)at, '(', &c->script_line))
		at = span_search(c->script, (size_t)at + 1, mark);
	if (at >= 0)
		c->script = span_head(c->script, (size_t)(c->script_line.p - c->script.p - 1));
}

static bool call_read(struct span s, struct call *c)
{
	static const struct span headers = { " -- Headers:", 12 }, subject = { " -- Subject: ", 13 };
	ptrdiff_t at;

	c->to = file_read(s, c);
	if (!c->to.p)
		return false;
	cut_evaluated(c);
	/* An empty TO may have lost one of its two blanks to a mail or a web page. */
	at = span_starts(c->to, span_from(headers, 1)) ? 0 : span_search(c->to, 0, headers);
	if (at >= 0) {
		struct span rest = span_from(c->to, (size_t)at);

		c->to = span_head(c->to, (size_t)at);
		at = fact_rsearch(rest, subject);
		c->subject_known = at >= 0;
		c->subject = span_from(rest, (size_t)at + subject.n);
	}
	c->to = span_trim(c->to);
	return true;
}

/* One address of a To header: what stands in <>, else the words without comment. */
static struct span bare_address(struct span s)
{
	ptrdiff_t close = span_rfind(s, '>'),
		  open = close < 0 ? -1 : span_rfind(span_head(s, (size_t)close), '<');

	if (open >= 0)
		return span_of(s.p + open + 1, (size_t)(close - open - 1));
	return span_trim(s);
}

/* RFC 5322 section 3.4: a list with commas; quoted names may hold commas. */
static void add_recipients(struct maker *m, struct span to)
{
	size_t from = 0;
	bool quoted = false;

	for (size_t i = 0; i <= to.n; i++) {
		if (i < to.n && to.p[i] == '"')
			quoted = !quoted;
		if (i < to.n && (quoted || to.p[i] != ','))
			continue;

		struct span address = bare_address(span_of(to.p + from, i - from));

		if (span_find(address, 0, '@') > 0 && m->ev->nfields < 48)
			maker_field(m, F_RECIPIENTS, address);
		from = i + 1;
	}
}

enum line_result php_line(struct maker *m)
{
	static const struct span start = { "mail() on [", 11 };
	struct span s = m->line->text;
	struct call c = { .subject_known = false };

	/* Without a tag the line came here for PHP's own stamp. */
	if (!span_starts(s, start) || !call_read(span_from(s, start.n), &c))
		return m->line->program.n && !span_starts(s, SPAN("PHP "))
			       ? LINE_OTHER
			       : fact_write(m, DIALECT_PHP, EV_NOTICE, &(struct fact){ .text = s });
	maker_begin(m, DIALECT_PHP, EV_PHPMAIL);
	maker_field(m, F_SCRIPT, c.script);
	if (maker_wants(m, F_SCRIPT_LINE))
		maker_field(m, F_SCRIPT_LINE, c.script_line);
	if (c.to.n)
		maker_field(m, F_TO, c.to);
	if (m->all)
		add_recipients(m, c.to);
	if (c.subject_known)
		maker_field(m, F_SUBJECT, c.subject);
	maker_end(m);
	return LINE_EVENT;
}
