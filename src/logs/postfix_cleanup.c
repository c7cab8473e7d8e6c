/*
 * postfix_cleanup - what cleanup(8) says of a message on its way into the queue: its Message-ID, and
 * headers that header_checks was told to log.
 *
 *     message-id=<X> | resent-message-id=<X>
 *     ACTION: header NAME: TEXT from SRC; from=<S> to=<R> proto=P helo=<H>[: NOTE]
 *
 * TEXT is at most 200 bytes with its name; SRC is NAME[IP], "local" or "unknown". Source: Postfix
 * src/cleanup/cleanup_message.c cleanup_act_log and cleanup_mime_error_callback, cleanup_milter.c.
 *
 * TRUST: header and Message-ID are the author's text. TEXT ends at the last " from SRC; keys" within
 * its 200 bytes that fits the grammar to the end of the line, so that a header cannot end itself early.
 * X-PHP-Originating-Script is written by PHP, or by whoever imitates it: a hint, never a uid.
 */
#include "logs/postfix_parts.h"

#define CONTENT_MOST 200

struct content {
	struct span header; /* "Name: value", or a body line */
	struct span source;
	struct pf_peer peer;
	struct pf_tail tail;
};

/* "SRC; keys" */
static bool take_source(struct span s, struct content *c)
{
	struct span from = s;
	struct pf_peer peer = { 0 };

	if (!pf_take(&s, SPAN("local;")) && !pf_take(&s, SPAN("unknown;")) &&
	    !(pf_take_peer(&s, &peer) && pf_take(&s, SPAN(";"))))
		return false;

	struct pf_tail tail;

	pf_read_tail(s, &tail);
	if (!tail.whole || !tail.sender.p)
		return false;
	c->source = span_head(from, from.n - s.n - 1);
	c->peer = peer;
	c->tail = tail;
	return true;
}

static void read_content(struct span s, struct content *c)
{
	struct span reach = span_head(s, CONTENT_MOST + 6);
	ptrdiff_t at;

	c->header = s;
	for (size_t n = reach.n; (at = span_rfind(span_head(reach, n), 'f')) > 0; n = (size_t)at) {
		struct span here = span_from(s, (size_t)at - 1);

		if (pf_take(&here, SPAN(" from ")) && take_source(here, c)) {
			c->header = span_head(s, (size_t)at - 1);
			return;
		}
	}
}

/* "UID:BASENAME" */
static void put_php_script(struct pf *p, struct span value)
{
	struct span s = value;
	uint32_t uid;

	if (!pf_take_number(&s, &uid) || !s.n || s.p[0] != ':')
		return;
	pf_put(p, F_UID, span_head(value, value.n - s.n));
	pf_put(p, F_SCRIPT, span_from(s, 1));
}

static void put_header(struct pf *p, struct span header)
{
	ptrdiff_t colon = pf_find(header, 0, ':');
	struct span name = span_head(header, colon < 0 ? 0 : (size_t)colon);
	struct span value = span_trim(span_from(header, name.n + 1));

	if (span_eq_nocase(name, SPAN("X-PHP-Originating-Script")))
		put_php_script(p, value);
	else if (span_eq_nocase(name, SPAN("Subject")))
		pf_put(p, F_SUBJECT, value);
	pf_put(p, F_HEADER, header);
}

/* S stands behind "ACTION: header " or "ACTION: body ". */
static enum line_result content(struct pf *p, struct span action, struct span s, bool header)
{
	enum event_kind kind = pf_action_kind(action);
	struct content c = { 0 };

	read_content(s, &c);
	if (kind == EV_NOTICE && header)
		kind = EV_HEADER;
	if (kind == EV_NOTICE && !p->m->all)
		return LINE_DULL;

	struct event *ev = pf_begin(p, kind);

	if (header)
		put_header(p, c.header);
	pf_put(p, F_ACTION, action);
	if (kind == EV_REJECT || p->m->all) {
		pf_put_tail(p, ev, &c.tail);
		pf_put_client(p, &c.peer);
		pf_put(p, F_TEXT, c.tail.note.p ? c.tail.note : c.header);
	}
	return pf_end(p);
}

/* "mime-error WHAT: TEXT from SRC; from=<> to=<>" */
static enum line_result mime_error(struct pf *p, struct span action, struct span s)
{
	struct content c = { 0 };

	read_content(s, &c);

	struct event *ev = pf_begin(p, pf_action_kind(action));

	pf_put_tail(p, ev, &c.tail);
	pf_put_client(p, &c.peer);
	pf_put(p, F_ACTION, action);
	pf_put(p, F_TEXT, c.header);
	return pf_end(p);
}

static enum line_result message_id(struct pf *p, struct span s)
{
	pf_begin(p, EV_MESSAGE_ID);
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = span_of(s.p + 1, s.n - 2);
	pf_put(p, F_MESSAGE_ID, s);
	return pf_end(p);
}

/* "removed (canceled)" and "removed (discarded)", since 3.9: it never got into the queue. */
static enum line_result removed(struct pf *p)
{
	pf_begin(p, EV_REMOVE);
	pf_put(p, F_TEXT, p->text);
	return pf_end(p);
}

enum line_result pf_cleanup(struct pf *p)
{
	struct span s = p->text;
	ptrdiff_t colon;

	if (!p->id.n || p->severe)
		return pf_known(p);
	if (pf_take(&s, SPAN("message-id=")) || pf_take(&s, SPAN("resent-message-id=")))
		return message_id(p, s);
	if (span_starts(s, SPAN("to=")))
		return pf_result(p);
	if (span_starts(s, SPAN("removed (")))
		return removed(p);
	colon = pf_find(span_head(s, 32), 0, ':');
	if (colon > 0 && pf_action_kind(span_head(s, (size_t)colon)) != EV_OTHER) {
		struct span action = span_head(s, (size_t)colon), rest = span_from(s, (size_t)colon);

		if (pf_take(&rest, SPAN(": header ")))
			return content(p, action, rest, true);
		if (pf_take(&rest, SPAN(": body ")))
			return content(p, action, rest, false);
		if (pf_take(&rest, SPAN(": mime-error ")))
			return mime_error(p, action, rest);
	}

	enum line_result result = pf_action(p);

	return result == LINE_OTHER ? pf_known(p) : result;
}
