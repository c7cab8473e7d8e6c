/*
 * postfix_action - mail refused, held or changed at the door: smtpd, postscreen, milters, the proxy filter.
 *
 *     ACTION: STAGE from NAME[IP][:PORT]: TEXT; from=<S> to=<R> proto=P helo=<H> [sasl_...]
 *     proxy-accept: END-OF-MESSAGE: REPLY; from=<S> ... [ sasl_username=<U>]
 *
 * Keys are separated by a blank, in postscreen by a comma and a blank. Sources: Postfix
 * src/smtpd/smtpd_check.c log_whatsup, smtpd.c smtpd_whatsup, src/postscreen/postscreen_smtpd.c.
 *
 * TRUST: TEXT repeats the client's addresses, H is the client's. The login is taken only where all keys
 * stood in order up to the end of the line, and not from a line long enough to have been cut.
 */
#include "logs/postfix_parts.h"

#include "logs/reply.h"

/* A classic syslog daemon cuts at 1024 bytes, stamp and tag included. */
#define UNCUT_MOST 900

static const struct {
	struct span word;
	enum event_kind kind;
} actions[] = {
	{ { "reject", 6 }, EV_REJECT },
	{ { "milter-reject", 13 }, EV_REJECT },
	{ { "milter-header-reject", 20 }, EV_REJECT },
	{ { "milter-body-reject", 18 }, EV_REJECT },
	{ { "discard", 7 }, EV_REJECT },
	{ { "milter-discard", 14 }, EV_REJECT },
	{ { "milter-header-discard", 21 }, EV_REJECT },
	{ { "milter-body-discard", 19 }, EV_REJECT },
	{ { "hangup", 6 }, EV_REJECT },
	{ { "proxy-reject", 12 }, EV_REJECT },
	{ { "hold", 4 }, EV_HOLD },
	{ { "milter-hold", 11 }, EV_HOLD },
	{ { "milter-header-hold", 18 }, EV_HOLD },
	{ { "milter-body-hold", 16 }, EV_HOLD },
	{ { "proxy-accept", 12 }, EV_NOTICE },
	{ { "reject_warning", 14 }, EV_NOTICE },
	{ { "warning", 7 }, EV_NOTICE },
	{ { "warn", 4 }, EV_NOTICE },
	{ { "info", 4 }, EV_NOTICE },
	{ { "permit", 6 }, EV_NOTICE },
	{ { "filter", 6 }, EV_NOTICE },
	{ { "redirect", 8 }, EV_NOTICE },
	{ { "prepend", 7 }, EV_NOTICE },
	{ { "replace", 7 }, EV_NOTICE },
	{ { "bcc", 3 }, EV_NOTICE },
	{ { "delay", 5 }, EV_NOTICE },
	{ { "pass", 4 }, EV_NOTICE },
	{ { "strip", 5 }, EV_NOTICE },
};

enum event_kind pf_action_kind(struct span action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (pf_is_word(action, actions[i].word))
			return actions[i].kind;
	return EV_OTHER;
}

void pf_put_tail(struct pf *p, struct event *ev, const struct pf_tail *t)
{
	if (t->sender.p && !t->sender.n)
		ev->flags |= EVF_NULL_SENDER;
	pf_put(p, F_SENDER, t->sender);
	pf_put(p, F_RECIPIENT, t->recipient);
	pf_put(p, F_HELO, t->helo);
	pf_put(p, F_PROTOCOL, t->proto);
	if (t->user.n && p->text.n <= UNCUT_MOST) {
		pf_put(p, F_USER, t->user);
		pf_put(p, F_AUTH_METHOD, t->method);
	}
}

struct refusal {
	struct span action;
	enum event_kind kind;
	struct pf_peer peer;
	struct span text;
	struct pf_tail tail;
};

static void put_text(struct pf *p, struct event *ev, struct span text)
{
	struct span code, dsn;

	pf_read_reply(text, &code, &dsn);
	if (ev->kind == EV_REJECT)
		ev->flags |= reply_classify(text, dsn);
	pf_put(p, F_CODE, code);
	pf_put(p, F_DSN, dsn);
	pf_put(p, F_TEXT, text);
}

static enum line_result write_refusal(struct pf *p, const struct refusal *r)
{
	struct event *ev = pf_begin(p, r->kind);

	pf_put_tail(p, ev, &r->tail);
	pf_put_client(p, &r->peer);
	pf_put(p, F_ACTION, r->action);
	put_text(p, ev, r->text);
	return pf_end(p);
}

/* The filter in front of the queue took or refused it: its id is the only one the mail will have here. */
static enum line_result proxy(struct pf *p, struct refusal *r, struct span s)
{
	struct span text;

	pf_cut_tail(s, &text, &r->tail);

	struct event *ev = pf_begin(p, r->kind);
	ptrdiff_t blank = span_rfind(text, ' ');

	pf_put_tail(p, ev, &r->tail);
	if (r->kind == EV_NOTICE && blank > 0 &&
	    span_ends(span_head(text, (size_t)blank), SPAN("queued as")) &&
	    pf_is_id(span_from(text, (size_t)blank + 1)))
		pf_put(p, F_CHILD_ID, span_from(text, (size_t)blank + 1));
	pf_put(p, F_ACTION, r->action);
	put_text(p, ev, text);
	return pf_end(p);
}

enum line_result pf_action(struct pf *p)
{
	struct refusal r = { 0 };
	struct span s = p->text;
	ptrdiff_t colon = pf_find(span_head(s, 32), 0, ':');

	if (colon <= 0)
		return LINE_OTHER;
	r.action = span_head(s, (size_t)colon);
	r.kind = pf_action_kind(r.action);
	s = span_from(s, (size_t)colon);
	if (r.kind == EV_OTHER || !pf_take(&s, SPAN(": ")))
		return LINE_OTHER;
	if (pf_take(&s, SPAN("END-OF-MESSAGE: ")))
		return proxy(p, &r, s);

	/* STAGE is Postfix's own word, so the first " from " is its. */
	ptrdiff_t from = span_search(span_head(s, 60), 0, SPAN(" from "));

	s = span_from(s, (size_t)from + 6);
	if (from < 0 || !pf_take_peer(&s, &r.peer))
		return LINE_OTHER;
	if (pf_take(&s, SPAN(": ")))
		pf_cut_tail(s, &r.text, &r.tail);
	if (r.kind == EV_NOTICE && !p->m->all)
		return LINE_DULL;
	return write_refusal(p, &r);
}
