/*
 * bounce - bounces in words: Exim's, qmail's (QSBMF), Sendmail's and others' own forms.
 *
 * Exim writes recipients indented by two blanks; qmail <address>: on a line of its own; most others an address in
 * angle brackets somewhere. The original follows behind a line of dashes; headers_in_text finds it.
 */
#include "mime/parts.h"
#include "repute/headers.h"
#include "base/arena.h"

#define LINES_MOST 400 /* limit complaints: lines of a bounce without a machine's part */

static bool begins_nocase(struct span s, struct span with)
{
	return s.n >= with.n && span_eq_nocase(span_head(s, with.n), with);
}

bool bounce_is(struct span from, struct span subject, struct span return_path)
{
	static const struct span senders[] = { SPAN("mailer-daemon"), SPAN("postmaster"),
					       SPAN("mail-daemon") };
	static const struct span subjects[] = {
		SPAN("mail delivery failed"),  SPAN("undelivered mail"),      SPAN("undeliverable"),
		SPAN("delivery status not"),   SPAN("returned mail"),	      SPAN("failure notice"),
		SPAN("delivery failure"),      SPAN("mail delivery fail"),    SPAN("mail system error"),
		SPAN("message not delivered"), SPAN("delivery notification"), SPAN("warning: message"),
		SPAN("nondeliverable"),	       SPAN("non-delivery"),
	};

	for (size_t i = 0; i < sizeof(senders) / sizeof(*senders); i++)
		if (begins_nocase(from, senders[i]))
			return true;
	if (!span_eq(return_path, SPAN("<>")) && return_path.n)
		return false;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
		if (begins_nocase(subject, subjects[i]))
			return true;
	return false;
}

/* From here on the original is quoted: its addresses are not the failed ones. */
static bool original_begins(struct span line)
{
	return begins_nocase(line, SPAN("------ This is a copy")) ||
	       begins_nocase(line, SPAN("--- Below this line")) ||
	       begins_nocase(line, SPAN("   ----- Original message")) ||
	       begins_nocase(line, SPAN("----- Original message")) ||
	       begins_nocase(line, SPAN("---------- Forwarded message")) ||
	       begins_nocase(line, SPAN("Received:")) || begins_nocase(line, SPAN("Return-Path:"));
}

/* An address in <> at the start, or alone on an indented line. */
static struct span failed_address(struct span line)
{
	struct span word = span_trim(line);
	size_t n = 0;

	if (word.n && word.p[0] == '<')
		return address_in(span_head(word, (size_t)(span_find(word, 0, '>') + 1)));
	while (n < word.n && word.p[n] != ' ')
		n++;
	return line.n > 2 && (line.p[0] == ' ' || line.p[0] == '\t') && n == word.n ? address_in(word)
										    : SPAN_NONE;
}

/* The rest of LINE behind WORDS, or nothing. */
static struct span behind(struct span line, struct span words)
{
	return begins_nocase(line, words) ? span_trim(span_from(line, words.n)) : SPAN_NONE;
}

/*
 * Exim's warnings quote no message, they name it: by its id in the queue of the server that wrote the warning, which says
 * its name a line above (src/deliver.c, delay_warning).
 */
static void read_warning(struct arena *a, struct span line, struct complaint *c)
{
	struct original *o = &c->original;
	ptrdiff_t at = span_search(line, 0, SPAN(" on the queue on "));
	struct span id = behind(line, SPAN("The message identifier is:")),
		    subject = behind(line, SPAN("The subject of the message is:"));

	if (at >= 0 && !c->reporting_mta.n) {
		c->reporting_mta = part_text(a, span_from(line, (size_t)at + 17));
		if (span_ends(c->reporting_mta, SPAN(".")))
			c->reporting_mta.n--;
	}
	if (id.n && !o->queue_id.n)
		o->queue_id = part_text(a, id);
	if (subject.n && !o->subject.n)
		o->subject = part_text(a, subject);
}

void bounce_read(struct arena *a, struct span text, struct complaint *c)
{
	for (unsigned i = 0; i < LINES_MOST && text.n; i++) {
		ptrdiff_t end = span_find(text, 0, '\n');
		struct span line = end < 0 ? text : span_head(text, (size_t)end);

		if (original_begins(line))
			return;
		read_warning(a, line, c);
		complaint_recipient(a, c, failed_address(line));
		text = span_from(text, line.n + 1);
	}
}
