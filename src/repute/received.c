/*
 * received - see received.h.
 *
 * TRUST: anybody can write such a field into a message; who may be believed is tie.c's matter.
 */
#include "repute/received.h"

#include "base/civil.h"

#define WORDS_MOST 200

/* The next word or whole (comment) of S; nested parentheses are counted, not followed. */
static struct span next_word(struct span *s)
{
	struct span rest = span_trim(*s), found;
	size_t n = 0;
	unsigned depth = 0;

	if (rest.n && rest.p[0] == '(') {
		do {
			depth += rest.p[n] == '(';
			depth -= rest.p[n] == ')';
			n++;
		} while (n < rest.n && depth);
	} else {
		while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '\t' && rest.p[n] != '(' &&
		       rest.p[n] != ';')
			n++;
		n += n == 0 && rest.n;
	}
	found = span_head(rest, n);
	*s = span_from(rest, n);
	return found;
}

static struct span inside(struct span s, struct span before, char end)
{
	ptrdiff_t at = span_search(s, 0, before);
	ptrdiff_t close = at < 0 ? -1 : span_find(s, (size_t)at + before.n, end);

	return close < 0 ? SPAN_NONE : span_of(s.p + at + before.n, (size_t)close - (size_t)at - before.n);
}

static struct span bare(struct span s)
{
	if (s.n > 1 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return span_of(s.p + 1, s.n - 2);
	return s;
}

static void once(struct span *field, struct span value)
{
	if (!field->n)
		*field = value;
}

static void take_comment(struct span comment, struct received *r)
{
	once(&r->login, span_trim(inside(comment, SPAN("(Authenticated sender:"), ')')));
	once(&r->sender, inside(comment, SPAN("(envelope-from <"), '>'));
	once(&r->uid, inside(comment, SPAN("(Postfix, from userid "), ')'));
}

static bool number(struct span s, unsigned *ret)
{
	uint64_t v;

	if (s.n == 0 || s.n > 4 || !span_u64(s, &v))
		return false;
	*ret = (unsigned)v;
	return true;
}

/* "+0200", and whatever else is UTC. */
static int64_t zone_of(struct span s)
{
	unsigned hhmm;

	if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-') || !number(span_from(s, 1), &hhmm))
		return 0;
	return (s.p[0] == '-' ? -60 : 60) * (int64_t)(hhmm / 100 * 60 + hhmm % 100);
}

/* RFC 5322 3.3: [Mon,] 30 Nov 2026 02:00:00 +0000. */
static int64_t date_of(struct span s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct civil c = { .year = 0 };
	struct span word = next_word(&s), clock;
	unsigned year = 0;

	if (span_ends(word, SPAN(",")))
		word = next_word(&s);
	if (!number(word, &c.day))
		return 0;
	word = next_word(&s);
	for (unsigned i = 0; i < 12; i++)
		if (span_eq_nocase(word, span_of(months + 3 * i, 3)))
			c.month = i + 1;
	if (!number(next_word(&s), &year) || year < 1970)
		return 0;
	clock = next_word(&s);
	c.year = (int)year;
	if (clock.n < 5 || !number(span_head(clock, 2), &c.hour) ||
	    !number(span_head(span_from(clock, 3), 2), &c.minute) || !civil_valid(&c))
		return 0;
	return civil_seconds(&c) - zone_of(next_word(&s));
}

void received_read(struct span value, struct received *ret)
{
	ptrdiff_t date = span_rfind(value, ';');
	struct received r = { .at = date < 0 ? 0 : date_of(span_from(value, (size_t)date + 1)) };
	struct span from = SPAN_NONE;

	for (unsigned n = 0; n < WORDS_MOST; n++) {
		struct span word = next_word(&value);

		if (!word.n || word.p[0] == ';')
			break;
		if (word.p[0] == '(')
			take_comment(word, &r);
		else if (span_eq_nocase(word, SPAN("from")))
			once(&from, next_word(&value));
		else if (span_eq_nocase(word, SPAN("by")))
			once(&r.by, next_word(&value));
		else if (span_eq_nocase(word, SPAN("id")))
			once(&r.id, next_word(&value));
		else if (span_eq_nocase(word, SPAN("for")))
			once(&r.recipient, bare(next_word(&value)));
		else if (span_eq_nocase(word, SPAN("with")))
			r.local = r.local || span_starts(next_word(&value), SPAN("local"));
	}
	if (r.local)
		once(&r.uid, from);
	r.local = r.local || r.uid.n > 0;
	*ret = r;
}
