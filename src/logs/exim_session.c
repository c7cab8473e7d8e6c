/*
 * exim_session - lines that begin with the client: H=, U= or F=, then what happened to it.
 *
 * Keys are read from the left, each once, up to the first word that is none: "rejected",
 * "temporarily", "sender verify", "Warning:" and so on. Behind that the text is the administrator's
 * and holds no keys. With an id and no verb of these, H= is the server that a delivery talked to.
 *
 * TRUST: HELO, sender and login are the client's. The client's address is Exim's own where HELO
 * cannot hold brackets; a reject accuses nobody by itself.
 *
 * Source: acl.c, smtp_in.c (smtp_handle_acl_fail), receive.c (local_scan, non-SMTP ACL), rejectlog.
 */
#include "logs/exim_parts.h"

#include "logs/reply.h"

struct session {
	struct exim_host host;
	struct span user, sender, auth, proto, rest;
	bool has_host, has_sender, torn;
	unsigned skip;
	uint32_t seen; /* one-letter keys: each counts once, a second one is text */
};

static struct span key_value(const char **p, const char *end, size_t skip)
{
	const char *start = *p + skip;

	*p = exim_address(start + (start < end && *start == '<'), end);
	return span_of(start, (size_t)(*p - start));
}

/* One key at *P; false where the keys end. */
static bool session_key(struct session *s, const char **p, const char *end)
{
	struct span word = span_of(*p, (size_t)(exim_word(*p, end) - *p));

	if (word.n > 1 && word.p[1] == '=') {
		unsigned bit = 1u << (word.p[0] & 31);

		if (s->seen & bit)
			return false;
		s->seen |= bit;
		switch (word.p[0]) {
		case 'H':
			s->has_host = true;
			*p = exim_host_cut(*p + 2, end, s->skip, &s->host);
			if (!*p)
				*p = exim_word(word.p, end);
			return true;
		case 'U':
			s->user = key_value(p, end, 2);
			return true;
		case 'F':
			s->has_sender = true;
			s->sender = key_value(p, end, 2);
			/* An address that does not close has let foreign text out. */
			s->torn = s->sender.n && *s->sender.p == '<' && s->sender.p[s->sender.n - 1] != '>';
			s->sender = exim_bare(s->sender);
			return true;
		case 'A':
			s->auth = key_value(p, end, 2);
			return true;
		case 'P':
			s->proto = key_value(p, end, 2);
			return true;
		default:
			*p = word.p + word.n;
			return true;
		}
	}
	if (span_starts(word, SPAN("DN=\""))) {
		*p = exim_quoted(*p + 4, end);
		*p += *p < end;
		return true;
	}
	if (span_starts(word, SPAN("I=")) || span_starts(word, SPAN("Ci=")) ||
	    span_starts(word, SPAN("CV=")) || span_starts(word, SPAN("SNI=")) ||
	    span_starts(word, SPAN("PRX=")) || span_starts(word, SPAN("SPF")) ||
	    span_starts(word, SPAN("TFO")) || span_starts(word, SPAN("DMARC"))) {
		*p = word.p + word.n;
		return true;
	}
	return false;
}

/* SKIP: see exim_host_cut. */
static void read_session(struct span s, unsigned skip, struct session *ret)
{
	const char *p = s.p, *end = s.p + s.n;

	*ret = (struct session){ .skip = skip };
	while (p < end) {
		if (!session_key(ret, &p, end))
			break;
		while (p < end && *p == ' ')
			p++;
		if (p < end && *p == ':')
			break;
	}
	ret->rest = span_of(p, (size_t)(end - p));
}

static void put_session(struct maker *m, const struct session *s)
{
	ptrdiff_t colon = span_find(s->auth, 0, ':');

	exim_put(m, F_SENDER, s->sender);
	if (s->has_host)
		exim_put_client(m, &s->host);
	if (!s->host.ip.p) {
		m->ev->flags |= EVF_LOCAL;
		exim_put(m, F_UNIX_USER, s->user);
	}
	exim_put(m, F_PROTOCOL, s->proto);
	if (colon > 0) {
		m->ev->flags |= EVF_AUTH;
		exim_put(m, F_AUTH_METHOD, span_head(s->auth, (size_t)colon));
		exim_put(m, F_USER, span_from(s->auth, (size_t)colon + 1));
	}
	if (s->has_sender && s->sender.n == 0)
		m->ev->flags |= EVF_NULL_SENDER;
}

/* "RCPT <addr>: text": the command is the action, the address its own field, the rest text. */
static void put_what(struct maker *m, struct span what)
{
	const char *p = what.p, *end = what.p + what.n;
	ptrdiff_t angle = span_find(span_head(what, 8), 0, '<'), colon;
	struct span action = what, text = SPAN_NONE;

	if (angle > 0) {
		const char *close = exim_address(p + angle + 1, end);
		bool sender = span_starts(what, SPAN("MAIL"));
		struct span addr;

		if (close > p && close[-1] == ':')
			close--;
		addr = exim_bare(span_of(p + angle, (size_t)(close - p - angle)));
		action = span_trim(span_head(what, (size_t)angle));
		exim_put(m, sender ? F_SENDER : F_RECIPIENT, addr);
		p = close;
	}
	colon = span_search(span_of(p, (size_t)(end - p)), 0, SPAN(": "));
	if (colon >= 0) {
		text = span_of(p + colon + 2, (size_t)(end - p - colon - 2));
		if (angle <= 0)
			action = span_of(p, (size_t)colon);
	}
	exim_put(m, F_ACTION, action);
	if (text.p) {
		struct exim_reply reply;

		exim_reply_cut(text, &reply);
		m->ev->flags |= reply_classify(reply.text, reply.dsn);
		exim_put(m, F_CODE, reply.code);
		exim_put(m, F_DSN, reply.dsn);
		exim_put(m, F_TEXT, text);
	}
}

static enum line_result rejected(struct maker *m, const struct exim_head *h, const struct session *s,
				 struct span what)
{
	exim_begin(m, h, EV_REJECT);
	/* only counted there */
	if (!m->brief) {
		put_session(m, s);
		put_what(m, what);
	}
	exim_put_word(m, F_STATUS, SPAN("rejected"));
	maker_end(m);
	return LINE_EVENT;
}

struct verb {
	struct span text;
	enum event_kind kind;
};

static const struct verb verbs[] = {
	{ SPAN("rejected "), EV_REJECT },
	{ SPAN("temporarily rejected "), EV_REJECT },
	{ SPAN("dropped "), EV_REJECT },
	{ SPAN("authenticator failed"), EV_AUTH_FAIL },
	{ SPAN("SMTP connection lost"), EV_DISCONNECT },
	{ SPAN("sender verify "), EV_NOTICE },
	{ SPAN("Warning"), EV_NOTICE },
};

static const struct verb *find_verb(struct span rest)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_starts(rest, verbs[i].text))
			return &verbs[i];
	return NULL;
}

/* What is left: a notice about the client, or about the server that a delivery talked to. */
static enum line_result noticed(struct maker *m, const struct exim_head *h, const struct session *s,
				const struct verb *verb)
{
	enum event_kind kind = verb ? verb->kind : EV_NOTICE;
	struct span text = s->rest;
	bool outward = !verb && h->id.n && s->has_host && !s->has_sender;

	if (!m->all && kind != EV_AUTH_FAIL)
		return LINE_DULL;
	exim_begin(m, h, kind);
	if (outward) {
		exim_put(m, F_RELAY, s->host.name);
		exim_put(m, F_RELAY_IP, exim_ip(s->host.ip));
		exim_put(m, F_RELAY_PORT, s->host.port);
	} else {
		put_session(m, s);
	}
	if (span_starts(text, SPAN(": ")))
		text = span_from(text, 2);
	exim_put(m, F_TEXT, text);
	maker_end(m);
	return LINE_EVENT;
}

/* HELO can imitate the keys; then the reading that leads to a verb is the line's own. */
enum line_result exim_session(struct maker *m, const struct exim_head *h, struct span line)
{
	const struct verb *verb = NULL;
	struct session s;

	for (unsigned skip = 0; !verb && skip < 4; skip++) {
		read_session(line, skip, &s);
		verb = find_verb(s.rest);
		if (!s.host.helo.p)
			break;
	}
	if (!verb)
		read_session(line, 0, &s);
	if (!verb || s.torn)
		s.auth = SPAN_NONE;
	if (verb && verb->kind == EV_REJECT)
		return rejected(m, h, &s, span_from(s.rest, verb->text.n));
	return noticed(m, h, &s, verb);
}
