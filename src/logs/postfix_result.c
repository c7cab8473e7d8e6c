/*
 * postfix_result - what became of one recipient in one try: smtp, lmtp, local, virtual, pipe, error ...
 *
 *     to=<R>[, orig_to=<O>], relay=X[, conn_use=N], delay=D[, delays=a/b/c/d][, tls=..][, dsn=x.y.z],
 *     status=S (text)
 *
 * Keys are read from the left up to status=; the text in brackets runs to the LAST ")" and is only
 * classified, never searched for keys. Source: Postfix src/global/log_adhoc.c; before 2.3 no delays and dsn.
 *
 * TRUST: text is the remote server's. A second queue id in it ("queued as") is ours only where the
 * relay is this machine or the operator's own filter service; "forwarded as" only from local(8). A
 * recipient in the unquoted form of Postfix before 3.5 could imitate the keys: where the rest of the line
 * holds a second beginning of keys the id is left out.
 */
#include "logs/postfix_parts.h"

#include "logs/reply.h"

struct result {
	struct span recipient, orig, relay, delay, delays, dsn, status, text;
	struct pf_peer peer;
	uint16_t flags; /* where it went: EVF_REMOTE, EVF_FILTER */
	bool cut;
};

static const struct {
	struct span word;
	enum event_kind kind;
	uint16_t flags;
} statuses[] = {
	{ { "sent", 4 }, EV_DELIVER, 0 },
	{ { "deferred", 8 }, EV_DEFER, 0 },
	{ { "bounced", 7 }, EV_BOUNCE, 0 },
	{ { "SOFTBOUNCE", 10 }, EV_DEFER, 0 },
	{ { "expired", 7 }, EV_BOUNCE, EVF_EXPIRED },
	{ { "force-expired", 13 }, EV_BOUNCE, EVF_EXPIRED },
	{ { "deliverable", 11 }, EV_DELIVER, EVF_PROBE },
	{ { "undeliverable", 13 }, EV_BOUNCE, EVF_PROBE },
	{ { "undeliverable-but-not-cached", 28 }, EV_BOUNCE, EVF_PROBE },
};

/* Behind the ">" of an address the grammar has one of these. */
static bool starts_keys(struct span s)
{
	return span_starts(s, SPAN(", relay=")) || span_starts(s, SPAN(", orig_to=")) ||
	       span_starts(s, SPAN(", delay="));
}

static bool take_recipient(struct span *s, struct span *ret_address)
{
	return s->n && s->p[0] == '<' ? pf_take_bracketed(s, starts_keys, ret_address)
				      : pf_take_address(s, ret_address);
}

/* The value of ", key=value", up to the next comma. */
static inline struct span take_value(struct span *s, size_t key)
{
	const char *start = s->p + key, *end = s->p + s->n, *comma = bytes_find(start, end, ',');

	*s = span_of(comma, (size_t)(end - comma));
	return span_of(start, (size_t)(comma - start));
}

/* ", relay=X, conn_use=N, delay=D, delays=.., tls=.., dsn=..": up to ", status=", which stays. */
static bool read_keys(struct span *s, struct result *r)
{
	for (unsigned keys = 0; keys < 12; keys++) {
		if (s->n < 9 || s->p[0] != ',' || s->p[1] != ' ')
			return false;
		if (span_starts(*s, SPAN(", status=")))
			return true;
		switch (s->p[2]) {
		case 'r':
			if (span_starts(*s, SPAN(", relay=")))
				r->relay = take_value(s, 8);
			else
				take_value(s, 2);
			break;
		case 'd':
			if (span_starts(*s, SPAN(", delay=")))
				r->delay = take_value(s, 8);
			else if (span_starts(*s, SPAN(", delays=")))
				r->delays = take_value(s, 9);
			else if (span_starts(*s, SPAN(", dsn=")))
				r->dsn = take_value(s, 6);
			else
				take_value(s, 2);
			break;
		default:
			take_value(s, 2);
		}
	}
	return false;
}

static void read_status(struct span s, struct result *r)
{
	ptrdiff_t blank = pf_find(s, 0, ' ');
	ptrdiff_t close;

	r->status = blank < 0 ? s : span_head(s, (size_t)blank);
	r->cut = true;
	if (blank < 0 || (size_t)blank + 1 >= s.n || s.p[blank + 1] != '(')
		return;
	r->text = span_from(s, (size_t)blank + 2);
	close = span_ends(r->text, SPAN(")")) ? (ptrdiff_t)r->text.n - 1 : span_rfind(r->text, ')');
	r->cut = close < 0 || (size_t)close + 1 != r->text.n;
	if (close >= 0)
		r->text.n = (size_t)close;
}

static bool read_result(struct span s, struct result *r)
{
	bool bare = !pf_take(&s, SPAN("to="));

	if (!take_recipient(&s, &r->recipient) || (bare && pf_find(r->recipient, 0, '@') < 0))
		return false;
	if (pf_take(&s, SPAN(", orig_to=")) && !take_recipient(&s, &r->orig))
		return false;
	if (!read_keys(&s, r))
		return false;
	read_status(span_from(s, 9), r);

	struct span relay = r->relay;

	pf_take_peer(&relay, &r->peer);
	return true;
}

static bool is_smtp(const struct pf *p)
{
	return span_eq(p->daemon, SPAN("smtp"));
}

/* The operator calls the way to his filter so in master.cf ("-o syslog_name=postfix/amavis"). */
static bool is_filter_service(struct span service)
{
	static const struct span words[] = { SPAN("amavis"), SPAN("filter"), SPAN("scan") };

	if (span_eq(service, SPAN("postfix")))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_search(service, 0, words[i]) >= 0)
			return true;
	return false;
}

static bool says_queued(struct span text)
{
	for (ptrdiff_t at = pf_find(text, 0, 'q'); at >= 0; at = pf_find(text, (size_t)at + 1, 'q'))
		if (span_starts(span_from(text, (size_t)at), SPAN("queued as ")))
			return true;
	return false;
}

/* Where the mail went and what that makes of it. */
static uint16_t relay_flags(const struct pf *p, const struct result *r)
{
	bool loopback = r->peer.ip.p && pf_is_loopback(r->peer.ip);
	struct span text = r->text;
	struct pf_peer tried;

	if (span_eq(p->daemon, SPAN("pipe")))
		return EVF_FILTER;
	if (!is_smtp(p) && !span_eq(p->daemon, SPAN("lmtp")))
		return 0;
	if (loopback || is_filter_service(p->service))
		return EVF_FILTER;
	/* A socket: a mailbox server's, or a filter's that queues again. */
	if (r->peer.ip.p && !pf_is_address(r->peer.ip))
		return says_queued(r->text) ? EVF_FILTER : 0;
	/* relay=none: nobody answered; the text begins with the one that was tried. */
	if (!r->peer.ip.p && pf_take(&text, SPAN("connect to ")) && pf_take_peer(&text, &tried) &&
	    pf_is_loopback(tried.ip))
		return EVF_FILTER;
	return is_smtp(p) ? EVF_REMOTE : 0;
}

/* No attempt was made: the queue manager's word, or that of the agents which only repeat it. */
static bool is_stale(const struct pf *p, const struct result *r)
{
	return span_starts(r->text, SPAN("delivery temporarily suspended")) ||
	       span_eq(p->daemon, SPAN("error")) || span_eq(p->daemon, SPAN("retry"));
}

/* The id behind the last WORD at the end of the text. */
static struct span trailing_id(struct span text, struct span word)
{
	ptrdiff_t blank = span_rfind(text, ' ');
	struct span id = span_from(text, (size_t)(blank + 1));

	if (blank < 0 || !span_ends(span_head(text, (size_t)blank + 1), word) || !pf_is_id(id))
		return SPAN_NONE;
	return id;
}

static struct span child_id(const struct pf *p, const struct result *r)
{
	struct span id = SPAN_NONE;
	struct span rest = span_of(r->relay.p, r->relay.p ? (size_t)(p->text.p + p->text.n - r->relay.p) : 0);

	if (r->cut || !(r->flags & EVF_FILTER || span_eq(p->daemon, SPAN("local"))))
		return id;
	if (span_eq(p->daemon, SPAN("local")) && span_starts(r->text, SPAN("forwarded as ")))
		id = trailing_id(r->text, SPAN("forwarded as "));
	else if ((is_smtp(p) || span_eq(p->daemon, SPAN("lmtp"))) && (r->flags & EVF_FILTER))
		id = trailing_id(r->text, SPAN("queued as "));
	if (id.n &&
	    (span_search(rest, 0, SPAN(">, relay=")) >= 0 || span_search(rest, 0, SPAN(">, orig_to=")) >= 0))
		return SPAN_NONE;
	return id;
}

struct span pf_reply_of(struct span text)
{
	struct span s = text;
	struct pf_peer peer;

	if (!pf_take(&s, SPAN("host ")))
		return text;
	if (pf_take_peer(&s, &peer) &&
	    (pf_take(&s, SPAN(" said: ")) || pf_take(&s, SPAN(" refused to talk to me: "))))
		return s;
	return text;
}

/* The word in lower case, as explain prints it. */
static void put_status(struct pf *p, struct span word)
{
	char *copy;

	if (!span_eq(word, SPAN("SOFTBOUNCE")) || !maker_wants(p->m, F_STATUS)) {
		pf_put(p, F_STATUS, word);
		return;
	}
	copy = maker_text(p->m, word.n);
	if (copy) {
		memcpy(copy, "softbounce", word.n);
		maker_field(p->m, F_STATUS, span_of(copy, word.n));
	}
}

static void put_result(struct pf *p, struct event *ev, const struct result *r)
{
	pf_put(p, F_RECIPIENT, r->recipient);
	pf_put(p, F_ORIG_RECIPIENT, r->orig);
	pf_put_relay(p, r->relay, &r->peer);
	put_status(p, r->status);
	if (ev->kind == EV_DELIVER)
		pf_put(p, F_CHILD_ID, child_id(p, r));
	if (p->m->all) {
		struct span code, dsn;

		pf_read_reply(pf_reply_of(r->text), &code, &dsn);
		pf_put(p, F_DSN, r->dsn.p ? r->dsn : dsn);
		pf_put(p, F_CODE, code);
		pf_put(p, F_DELAY, r->delay);
		pf_put(p, F_DELAYS, r->delays);
	}
	pf_put(p, F_TEXT, r->text);
}

/* One by one: compilers clear a struct of this size with a slow string instruction. */
static void clear(struct result *r)
{
	r->recipient = r->orig = r->relay = r->delay = r->delays = SPAN_NONE;
	r->dsn = r->status = r->text = SPAN_NONE;
	r->peer.name = r->peer.ip = r->peer.port = SPAN_NONE;
	r->flags = 0;
	r->cut = false;
}

enum line_result pf_result(struct pf *p)
{
	struct result r;

	clear(&r);
	if (!read_result(p->text, &r))
		return LINE_OTHER;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (!pf_is_word(r.status, statuses[i].word))
			continue;

		struct event *ev = pf_begin(p, statuses[i].kind);

		r.flags = relay_flags(p, &r);
		ev->flags |= statuses[i].flags | r.flags | (r.cut ? EVF_CUT : 0);
		if (ev->kind == EV_DEFER && is_stale(p, &r))
			ev->flags |= EVF_NOT_FRESH;
		if (ev->kind != EV_DELIVER)
			ev->flags |= reply_classify(pf_reply_of(r.text), r.dsn);
		put_result(p, ev, &r);
		return pf_end(p);
	}
	return LINE_OTHER;
}

/* "host NAME[IP] said: TEXT (in reply to X command)": not final, another host is tried next. */
static enum line_result host_said(struct pf *p)
{
	struct span s = span_from(p->text, 5);
	struct span code, dsn;
	struct pf_peer peer;

	if (!p->m->all || !pf_take_peer(&s, &peer))
		return pf_notice(p);
	pf_read_reply(pf_reply_of(p->text), &code, &dsn);
	pf_begin(p, EV_NOTICE);
	pf_put_relay(p, peer.name, &peer);
	pf_put(p, F_DSN, dsn);
	pf_put(p, F_CODE, code);
	pf_put(p, F_TEXT, p->text);
	return pf_end(p);
}

enum line_result pf_agent(struct pf *p)
{
	if (p->id.n && !p->severe) {
		if (span_starts(p->text, SPAN("to=")))
			return pf_result(p);
		if (span_starts(p->text, SPAN("host ")))
			return host_said(p);
		/* smtp_header_checks and their like; or a recipient whose key somebody's tool cut away. */
		ptrdiff_t colon = pf_find(span_head(p->text, 32), 0, ':');

		if (colon > 0 && pf_action_kind(span_head(p->text, (size_t)colon)) != EV_OTHER)
			return pf_notice(p);
		if (pf_result(p) == LINE_EVENT)
			return LINE_EVENT;
	}
	return pf_known(p);
}
