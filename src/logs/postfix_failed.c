/*
 * postfix_failed - the usual lines of what failed, each by its shortest way: deliveries deferred or bounced, logins
 * refused, recipients refused at the door, and the notices of bounces.
 *
 * Promises: as postfix_usual.c. Replies are classified as the grammar does (reply.c).
 *
 * TRUST: as postfix_result.c, postfix_action.c and postfix_smtpd.c say. An address that could end itself early, a second
 * semicolon in front of the keys or a comma in a reason: the grammar decides.
 */
#include "logs/postfix_short.h"

#include "logs/reply.h"

/* The value of dsn=, where it is the key in front of status=; p == NULL: it is not. */
static struct span dsn_before(const char *keys, const char *status)
{
	const char *p = status;

	while (p > keys && *--p != ',')
		;
	return STARTS(p, status, ", dsn=") ? span_of(p + 6, (size_t)(status - p - 6)) : SPAN_NONE;
}

static bool tried_loopback(struct span text)
{
	struct pf_peer tried;

	return pf_take(&text, SPAN("connect to ")) && pf_take_peer(&text, &tried) && pf_is_loopback(tried.ip);
}

enum line_result pf_short_unsent(struct maker *m, struct pf_unsent u, const char *p, const char *end)
{
	bool deferred = STARTS(p, end, "deferred (");
	struct span dsn = dsn_before(u.keys, u.status), text;
	struct usual_event ev;

	if (!dsn.p || !(deferred || STARTS(p, end, "bounced (")) || end[-1] != ')')
		return LINE_UNREAD;
	p += deferred ? 10 : 9;
	text = span_of(p, (size_t)(end - 1 - p));
	/* a filter's, maybe */
	if (u.nobody ? tried_loopback(text) : !u.ip.p)
		return LINE_UNREAD;
	ev = begin(m, deferred ? EV_DEFER : EV_BOUNCE);
	ev.ev->flags |=
		(u.smtp ? EVF_REMOTE : 0) | reply_classify(pf_reply_of(text), dsn) |
		(deferred && span_starts(text, SPAN("delivery temporarily suspended")) ? EVF_NOT_FRESH : 0);
	usual_field(&ev, m, F_RECIPIENT, u.rcpt);
	if (u.orig.p)
		usual_field(&ev, m, F_ORIG_RECIPIENT, u.orig);
	if (u.ip.p)
		usual_field(&ev, m, F_RELAY_IP, u.ip);
	usual_field(&ev, m, F_TEXT, text);
	return usual_end(&ev, m);
}

/* An event of no message. */
static inline struct usual_event begin_nameless(struct maker *m, enum event_kind kind)
{
	return usual_begin(m, DIALECT_POSTFIX, kind, (struct qid){ 0, 0 }, EVF_SYSLOG);
}

/* "NAME[IP]: SASL METHOD authentication failed: REASON[, sasl_username=U]" */
static enum line_result login_refused(struct maker *m, const char *p, const char *end)
{
	struct span ip, user = SPAN_NONE;
	struct usual_event ev;
	const char *comma;

	p = usual_client(p, end, &ip);
	if (!p || !STARTS(p, end, ": SASL ") ||
	    !(STARTS(p + 7, end, "LOGIN ") || STARTS(p + 7, end, "PLAIN ")) ||
	    !STARTS(p + 13, end, "authentication failed: "))
		return LINE_UNREAD;
	p += 36;
	comma = bytes_find(p, end, ',');
	if (comma < end) {
		if (!STARTS(comma, end, ", sasl_username="))
			return LINE_UNREAD;
		user = span_of(comma + 16, (size_t)(end - comma - 16));
	}
	ev = begin_nameless(m, EV_AUTH_FAIL);
	usual_field(&ev, m, F_CLIENT_IP, ip);
	if (user.n && !span_eq(user, SPAN("(unavailable)")))
		usual_field(&ev, m, F_USER, user);
	usual_field(&ev, m, F_TEXT, span_of(p, (size_t)(comma - p)));
	return usual_end(&ev, m);
}

/* "NAME[IP]: TEXT; from=<S> to=<R> proto=P helo=<H>" */
static enum line_result recipient_refused(struct maker *m, const char *p, const char *end)
{
	struct span ip, text, sender, rcpt, code, dsn;
	struct usual_event ev;
	const char *q;

	p = usual_client(p, end, &ip);
	if (!p || !STARTS(p, end, ": "))
		return LINE_UNREAD;
	p += 2;
	q = bytes_find(p, end, ';');
	text = span_of(p, (size_t)(q - p));
	if (!STARTS(q, end, "; from=") || !(p = pf_short_address(q + 7, end)) || !STARTS(p, end, " to="))
		return LINE_UNREAD;
	sender = span_of(q + 8, (size_t)(p - q - 9));
	q = p + 4;
	if (!(p = pf_short_address(q, end)) || !STARTS(p, end, " proto="))
		return LINE_UNREAD;
	rcpt = span_of(q + 1, (size_t)(p - q - 2));
	p = bytes_find(p + 7, end, ' ');
	if (!STARTS(p, end, " helo=") || pf_short_address(p + 6, end) != end)
		return LINE_UNREAD;
	pf_read_reply(text, &code, &dsn);
	ev = begin_nameless(m, EV_REJECT);
	ev.ev->flags |= (sender.n ? 0 : EVF_NULL_SENDER) | reply_classify(text, dsn);
	usual_field(&ev, m, F_SENDER, sender);
	usual_field(&ev, m, F_RECIPIENT, rcpt);
	usual_field(&ev, m, F_CLIENT_IP, ip);
	usual_field(&ev, m, F_TEXT, text);
	return usual_end(&ev, m);
}

enum line_result pf_short_failed(struct maker *m, struct span s)
{
	const char *end = s.p + s.n;

	if (s.n < 40 || s.n > POSTFIX_TEXT_MOST)
		return LINE_UNREAD;
	if (BYTES_ARE(s.p, "warning: "))
		return login_refused(m, s.p + 9, end);
	return BYTES_ARE(s.p, "NOQUEUE: reject: RCPT from ") ? recipient_refused(m, s.p + 27, end)
							     : LINE_UNREAD;
}

enum line_result pf_short_bounce(struct maker *m, struct span s)
{
	const char *p = pf_short_id(m, s), *end = s.p + s.n;
	struct usual_event ev;
	struct span child;

	if (!p || !STARTS(p, end, "sender non-delivery notification: "))
		return LINE_UNREAD;
	child = span_of(p + 34, (size_t)(end - p - 34));
	if (!pf_is_id(child))
		return LINE_UNREAD;
	ev = begin(m, EV_NOTICE);
	usual_field(&ev, m, F_CHILD_ID, child);
	usual_field(&ev, m, F_TEXT, span_of(p, 32));
	return usual_end(&ev, m);
}
