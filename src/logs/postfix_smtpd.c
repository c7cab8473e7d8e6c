/*
 * postfix_smtpd - arrivals by SMTP, logins that failed, sessions; and postscreen in front of them.
 *
 *     client=NAME[IP][:PORT][, sasl_method=M][, sasl_username=U][, sasl_sender=S][, orig_queue_id=Q]
 *     [, orig_client=NAME[IP]]
 *     warning: NAME[IP]: SASL M authentication failed: REASON[, sasl_username=U]
 *
 * Promises: a login is believed on the client line only, at its place. Sources: Postfix
 * src/smtpd/smtpd.c mail_open_stream, smtpd_sasl_glue.c, src/postscreen.
 *
 * TRUST: NAME is the reverse name of the client's choice, within the letters of a host name. U is
 * client text; on a client line it is the name that logged in, on a failure anything at all. It ends where
 * the next key of the grammar starts: a name that itself holds such a key is cut there.
 */
#include "logs/postfix_parts.h"

/* The value up to ", key=" with a key of lower case letters and underscores, or the end. */
static struct span take_value(struct span *s)
{
	struct span all = *s;
	ptrdiff_t comma = -1;

	while ((comma = pf_find(all, (size_t)(comma + 1), ',')) >= 0) {
		size_t i = (size_t)comma + 2;

		while (i < all.n && i < (size_t)comma + 40 &&
		       ((all.p[i] >= 'a' && all.p[i] <= 'z') || all.p[i] == '_'))
			i++;
		if (i > (size_t)comma + 2 && i < all.n && all.p[i] == '=' && all.p[comma + 1] == ' ') {
			*s = span_from(all, (size_t)comma);
			return span_head(all, (size_t)comma);
		}
	}
	*s = span_from(all, all.n);
	return all;
}

struct login {
	struct span method, user, parent, orig_client;
};

static void read_login(struct span s, struct login *l)
{
	while (pf_take(&s, SPAN(", "))) {
		if (!l->method.p && pf_take(&s, SPAN("sasl_method=")))
			l->method = take_value(&s);
		else if (!l->user.p && pf_take(&s, SPAN("sasl_username=")))
			l->user = take_value(&s);
		else if (!l->parent.p && pf_take(&s, SPAN("orig_queue_id=")))
			l->parent = take_value(&s);
		else if (!l->orig_client.p && pf_take(&s, SPAN("orig_client=")))
			l->orig_client = take_value(&s);
		else
			take_value(&s);
	}
}

static enum line_result arrival(struct pf *p)
{
	struct span s = span_from(p->text, 7);
	struct pf_peer peer = { 0 };
	struct login l = { 0 };

	if (!pf_take_peer(&s, &peer))
		return LINE_OTHER;
	if (s.n)
		read_login(s, &l);

	struct event *ev = pf_begin(p, l.user.n ? EV_SUBMIT : EV_ACCEPT);

	if (l.user.n)
		ev->flags |= EVF_AUTH;
	pf_put_client(p, &peer);
	if (l.user.n)
		pf_put(p, F_USER, l.user);
	pf_put(p, F_AUTH_METHOD, l.method);
	if (pf_is_id(l.parent))
		pf_put(p, F_PARENT_ID, l.parent);
	if (p->m->all)
		pf_put(p, F_TEXT, l.orig_client);
	return pf_end(p);
}

/* RFC 4422 3.1: a mechanism's name is 1 to 20 of A-Z 0-9 - _ */
static bool is_mechanism(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return s.n >= 1 && s.n <= 20;
}

/* S stands behind "SASL ". */
static enum line_result login_failed(struct pf *p, const struct pf_peer *peer, struct span s)
{
	ptrdiff_t blank = pf_find(span_head(s, 120), 0, ' ');
	struct span method = span_head(s, blank < 0 ? 0 : (size_t)blank), reason, user = SPAN_NONE;

	s = span_from(s, method.n);
	if (!pf_take(&s, SPAN(" authentication failed")) && !pf_take(&s, SPAN(" authentication aborted")))
		return pf_notice(p);
	if (pf_take(&s, SPAN(":")))
		pf_take(&s, SPAN(" "));
	reason = s;

	ptrdiff_t key = span_search(s, 0, SPAN(", sasl_username="));

	if (key >= 0) {
		reason = span_head(s, (size_t)key);
		user = span_from(s, (size_t)key + 16);
	}
	pf_begin(p, EV_AUTH_FAIL);
	pf_put_client(p, peer);
	if (is_mechanism(method)) {
		if (user.n && !span_eq(user, SPAN("(unavailable)")))
			pf_put(p, F_USER, user);
		pf_put(p, F_AUTH_METHOD, method);
	}
	pf_put(p, F_TEXT, reason);
	return pf_end(p);
}

/* "NAME[IP]: SASL ..." and "Connection rate limit exceeded: N from NAME[IP] for service S" */
static enum line_result warning(struct pf *p)
{
	static const struct span from = { " from ", 6 };
	struct span s = p->text;
	struct pf_peer peer = { 0 };

	if (pf_take_peer(&s, &peer)) {
		if (pf_take(&s, SPAN(": SASL ")))
			return login_failed(p, &peer, s);
		return pf_notice(p);
	}

	ptrdiff_t limit = span_search(span_head(p->text, 60), 0, SPAN(" limit exceeded: "));
	ptrdiff_t at = limit < 0 ? -1 : span_search(span_head(p->text, 100), (size_t)limit, from);

	s = span_from(p->text, (size_t)at + from.n);
	if (at < 0 || !pf_take_peer(&s, &peer))
		return pf_notice(p);
	pf_begin(p, EV_LIMIT);
	pf_put_client(p, &peer);
	pf_put(p, F_TEXT, p->text);
	return pf_end(p);
}

/* Beginning or end of a session; S starts with the client, or has " from " before it. Statistics count beginnings. */
static enum line_result session(struct pf *p, enum event_kind kind, struct span s)
{
	struct pf_peer peer = { 0 };
	struct span text = p->text;

	if (!p->m->all && (p->m->brief || kind != EV_CONNECT))
		return LINE_DULL;
	if (kind != EV_CONNECT && !pf_take_peer(&s, &peer)) {
		ptrdiff_t from = span_search(s, 0, SPAN(" from "));

		s = span_from(s, from < 0 ? s.n : (size_t)from + 6);
		pf_take_peer(&s, &peer);
	} else if (kind == EV_CONNECT) {
		pf_take_peer(&s, &peer);
		text = SPAN_NONE;
	}
	pf_begin(p, kind);
	pf_put_client(p, &peer);
	pf_put(p, F_TEXT, text);
	return pf_end(p);
}

/* Beginnings of a session's end; what follows names the client. */
static const struct span endings[] = {
	SPAN("lost connection after "),
	SPAN("timeout after "),
	SPAN("too many errors after "),
	SPAN("hangup after "),
};

enum line_result pf_smtpd(struct pf *p)
{
	struct span s = p->text;

	if (p->severe)
		return p->id.n ? pf_notice(p) : warning(p);
	if (span_starts(s, SPAN("client=")))
		return p->id.n ? arrival(p) : LINE_OTHER;
	if (pf_take(&s, SPAN("connect from ")))
		return session(p, EV_CONNECT, s);
	if (pf_take(&s, SPAN("disconnect from ")))
		return session(p, EV_DISCONNECT, s);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (pf_take(&s, endings[i]))
			return session(p, EV_DISCONNECT, s);

	enum line_result result = pf_action(p);

	return result == LINE_OTHER ? pf_known(p) : result;
}

/* Words of postscreen's tests; the client stands in the first bracket behind them, client text comes later. */
static const struct span tests[] = {
	SPAN("PASS "),	       SPAN("PREGREET "),	  SPAN("HANGUP "),	 SPAN("DNSBL rank "),
	SPAN("COMMAND "),      SPAN("NON-SMTP COMMAND "), SPAN("BARE NEWLINE "), SPAN("DATA without "),
	SPAN("BDAT without "), SPAN("ALLOWLIST"),	  SPAN("WHITELIST"),	 SPAN("DENYLIST"),
	SPAN("BLACKLIST"),
};

static enum line_result test_result(struct pf *p)
{
	struct span s = p->text;
	struct pf_peer peer = { 0 };
	ptrdiff_t open = pf_find(s, 0, '[');

	if (!p->m->all)
		return LINE_DULL;
	s = span_from(s, open < 0 ? s.n : (size_t)open);
	pf_take_peer(&s, &peer);
	pf_begin(p, EV_NOTICE);
	pf_put_client(p, &peer);
	pf_put(p, F_TEXT, p->text);
	return pf_end(p);
}

enum line_result pf_postscreen(struct pf *p)
{
	struct span s = p->text;

	if (p->severe)
		return pf_notice(p);
	/* whom it lets pass connects to smtpd once more */
	if (pf_take(&s, SPAN("CONNECT from ")))
		return p->m->all ? session(p, EV_CONNECT, s) : LINE_DULL;
	if (pf_take(&s, SPAN("DISCONNECT ")))
		return session(p, EV_DISCONNECT, s);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (span_starts(s, tests[i]))
			return test_result(p);

	enum line_result result = pf_action(p);

	return result == LINE_OTHER ? pf_known(p) : result;
}
