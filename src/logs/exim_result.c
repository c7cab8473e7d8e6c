/*
 * exim_result - "=>", "->", ">>", "*>", "==", "**": what became of a message at one recipient.
 *
 * The address comes first and may be a pipe command with blanks, so it ends where something follows
 * that can only follow an address. Then keys up to the first ": " or " : "; what is behind that is the
 * remote server's text and never holds keys. "retry time not reached" is marked, since no attempt was
 * made.
 *
 * TRUST: addresses and pipe commands are the customer's, text behind the colon and in C="" the remote
 * server's. No field of this line names an account; a forged one changes a mark on one result.
 *
 * Source: deliver.c (delivery_log, deferral_log, failure_log, string_log_address, d_hostlog), Exim 4;
 * error numbers: macros.h (ERRNO_RRETRY -51 to ERRNO_UNKNOWNHOST).
 */
#include "logs/exim_parts.h"

#include "logs/reply.h"

/* What decides about flags; all else goes into the event as it is read. */
struct result {
	struct maker *m;
	struct exim_host host;
	struct span transport, reply, text;
	int error; /* of "defer (N)", 0 when absent */
};

struct cursor {
	const char *p, *end;
};

static inline bool at_text(const struct cursor *c, const char *literal)
{
	size_t n = strlen(literal);

	return (size_t)(c->end - c->p) >= n && memcmp(c->p, literal, n) == 0;
}

/* What can stand behind an address and nowhere inside a plain one. */
static bool after_address(const char *p, const char *end)
{
	static const char *const marks[] = { "(",   "<",  "R=", "T=",	   "F=<",
					     "P=<", "Q=", "D=", "defer (", "routing defer",
					     ": " };
	struct cursor c = { p, end };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (at_text(&c, marks[i]))
			return true;
	return false;
}

/*
 * A pipe or file name: up to the blank before the first mark that stands outside double quotes. A
 * quote that is never closed is an ordinary byte, and so are all behind it: looking again for each
 * would take forever.
 */
static const char *command_end(const char *p, const char *end)
{
	bool quotes = true;

	for (;;) {
		const char *stop = exim_word(p, end);
		const char *quote = quotes ? memchr(p, '"', (size_t)(stop - p)) : NULL;

		if (quote) {
			const char *close = exim_quoted(quote + 1, end);

			quotes = close < end;
			p = quotes ? close + 1 : p;
			continue;
		}
		if (stop == end || after_address(stop + 1, end))
			return stop;
		p = stop + 1;
	}
}

static bool stop_after(const struct cursor *c, const char *p)
{
	return p == c->end || *p == ' ' || *p == ':';
}

/* "<...>" at p, whose end is the ">" before a blank or colon: quoted local parts may hold ">". */
static struct span cut_angle(struct cursor *c)
{
	const char *start = c->p + 1, *close = start;

	while ((close = bytes_find(close, c->end, '>')) < c->end && !stop_after(c, close + 1))
		close++;
	if (close == c->end) {
		c->p = c->end;
		return span_of(start, (size_t)(c->end - start));
	}
	c->p = close + 1;
	return span_of(start, (size_t)(close - start));
}

static inline void skip_blanks(struct cursor *c)
{
	const char *p = c->p, *end = c->end;

	while (p < end && *p == ' ')
		p++;
	c->p = p;
}

static void cut_final(struct cursor *c, struct result *r)
{
	const char *start = c->p;
	bool command = c->p < c->end && (*c->p == '|' || *c->p == '/');

	if (c->p < c->end && *c->p == '<') {
		exim_put(r->m, F_RECIPIENT, cut_angle(c));
		return;
	}
	c->p = command ? command_end(start, c->end) : exim_address(start, c->end);
	if (c->p + 1 < c->end && c->p[1] == '|')
		c->p = command_end(c->p + 1, c->end);
	/* "** addr: text" of older releases; ":blackhole:" keeps its colons. */
	if (c->p - start > 1 && c->p[-1] == ':' && *start != ':')
		c->p--;
	if (c->p - start > 1 && *start == '>')
		start++;
	exim_put(r->m, F_RECIPIENT, span_of(start, (size_t)(c->p - start)));
}

/*
 * The outermost parent is the last of "a, b"; words as in "blackhole (RCPT ACL discarded recipients)"
 * are none.
 */
static struct span outermost(struct span parents)
{
	ptrdiff_t comma = span_rfind(parents, ',');
	struct span last = span_trim(span_from(parents, (size_t)(comma + 1)));

	return last.n && *last.p != '"' && span_find(last, 0, ' ') >= 0 ? SPAN_NONE : last;
}

static void cut_address(struct cursor *c, struct result *r)
{
	struct span parents = SPAN_NONE;

	cut_final(c, r);

	struct cursor next = *c;

	skip_blanks(&next);
	if (next.p > c->p && at_text(&next, "(")) {
		const char *close = memmem(next.p, (size_t)(next.end - next.p), ") ", 2);

		if (!close && next.end[-1] == ')')
			close = next.end - 1;
		if (close) {
			parents = span_of(next.p + 1, (size_t)(close - next.p - 1));
			next.p = close + 1;
			*c = next;
			skip_blanks(&next);
		}
	}
	if (next.p > c->p && at_text(&next, "<")) {
		*c = next;
		exim_put(r->m, F_ORIG_RECIPIENT, cut_angle(c));
	} else if (parents.p) {
		exim_put(r->m, F_ORIG_RECIPIENT, outermost(parents));
	}
}

/* A value up to the blank, or to the colon that begins the text. */
static inline struct span cut_value(struct cursor *c, size_t skip)
{
	const char *start = c->p + skip, *stop = exim_word(start, c->end);

	if (stop > start && stop[-1] == ':')
		stop--;
	c->p = stop;
	return span_of(start, (size_t)(stop - start));
}

static struct span cut_quoted(struct cursor *c, size_t skip)
{
	const char *start = c->p + skip, *close = exim_quoted(start, c->end);

	c->p = close < c->end ? close + 1 : close;
	return span_of(start, (size_t)(close - start));
}

static void cut_host(struct cursor *c, struct result *r)
{
	const char *done = exim_host_cut(c->p + 2, c->end, 0, &r->host);

	c->p = done ? done : exim_word(c->p + 2, c->end);
}

static void cut_error(struct cursor *c, struct result *r)
{
	const char *p = c->p + 7, *close = memchr(p, ')', (size_t)(c->end - p));
	int sign = 1, value = 0;

	if (p < c->end && *p == '-') {
		sign = -1;
		p++;
	}
	for (; p < c->end && (unsigned char)(*p - '0') < 10 && value < 100000; p++)
		value = value * 10 + (*p - '0');
	r->error = sign * value;
	c->p = close ? close + 1 : c->end;
}

static bool cut_sender(struct cursor *c, struct result *r, enum field_key key)
{
	if (c->p + 2 >= c->end || c->p[2] != '<')
		return false;
	c->p += 2;
	exim_tell(r->m, key, cut_angle(c));
	return true;
}

/* Keys that are read for what they say; false for anything else. */
static bool cut_known(struct cursor *c, struct result *r)
{
	switch (*c->p) {
	case 'R':
	case 'D':
		exim_tell(r->m, F_ROUTER, cut_value(c, 2));
		return true;
	case 'T':
		r->transport = cut_value(c, 2);
		return true;
	case 'H':
		if (r->host.name.p || r->host.ip.p)
			return false;
		cut_host(c, r);
		return true;
	case 'S':
		exim_tell(r->m, F_SIZE, cut_value(c, 2));
		return true;
	case 'C':
		if (!at_text(c, "C=\""))
			return false;
		r->reply = cut_quoted(c, 3);
		return true;
	case 'P':
		return cut_sender(c, r, F_RETURN_PATH);
	case 'F':
		return cut_sender(c, r, F_SENDER);
	default:
		return false;
	}
}

/* One key; false when text without a colon in front begins here. */
static bool cut_key(struct cursor *c, struct result *r)
{
	struct span s;

	if (c->end - c->p > 2 && c->p[1] == '=' && cut_known(c, r))
		return true;
	if (at_text(c, "defer (")) {
		cut_error(c, r);
		return true;
	}
	if (at_text(c, "DN=\"")) {
		cut_quoted(c, 4);
		return true;
	}
	s = cut_value(c, 0);
	return (s.n && *s.p >= 'A' && *s.p <= 'Z') || span_eq(s, SPAN("routing"));
}

/* "Connection timed out H=NAME [ip] DT=1s: more": a system error's words come before the host. */
static void host_in_text(struct result *r)
{
	ptrdiff_t colon, at;

	if (r->error <= 0 || r->host.name.p)
		return;
	colon = span_search(r->text, 0, SPAN(": "));
	at = span_search(colon < 0 ? r->text : span_head(r->text, (size_t)colon), 0, SPAN(" H="));
	if (at < 0)
		return;
	exim_host_cut(r->text.p + at + 3, r->text.p + r->text.n, 0, &r->host);
	r->text = colon < 0 ? span_head(r->text, (size_t)at) : span_from(r->text, (size_t)colon + 2);
}

static void read_result(struct span s, struct result *r)
{
	struct cursor c = { s.p, s.p + s.n };

	cut_address(&c, r);
	while (c.p < c.end) {
		bool blank = *c.p == ' ';

		skip_blanks(&c);
		if (c.p == c.end)
			break;
		if (*c.p == ':' && (c.p + 1 == c.end || c.p[1] == ' ')) {
			r->text = span_trim(span_of(c.p + 1, (size_t)(c.end - c.p - 1)));
			break;
		}

		const char *start = c.p;

		if (!blank || !cut_key(&c, r)) {
			r->text = span_of(start, (size_t)(c.end - start));
			break;
		}
	}
	host_in_text(r);
}

static bool not_fresh(const struct result *r)
{
	return exim_not_fresh(r->text) || (r->error <= -51 && r->error >= -54 && !r->text.n);
}

static uint16_t route_flags(const struct result *r, struct span ip)
{
	if (exim_is_loopback(ip) || (!ip.p && span_eq(r->host.name, SPAN("localhost"))))
		return EVF_FILTER;
	if (ip.p || exim_is_smtp(r->transport))
		return EVF_REMOTE;
	return 0;
}

/* "250 2.0.0 Ok: queued as X" and "250 OK id=X": the last word names the message's next id. */
static struct span child_id(struct span reply)
{
	ptrdiff_t blank = span_rfind(reply, ' ');
	struct span last = span_from(reply, (size_t)(blank + 1));

	if (blank > 9 && span_ends(span_head(reply, (size_t)blank), SPAN("queued as")))
		return last;
	return last.n > 3 && span_starts(last, SPAN("id=")) ? span_from(last, 3) : SPAN_NONE;
}

static void put_sent(struct maker *m, const struct result *r)
{
	struct exim_reply reply;

	exim_put(m, F_CHILD_ID, child_id(r->reply));
	if (!m->all || !r->reply.p)
		return;
	exim_reply_cut(r->reply, &reply);
	exim_tell(m, F_CODE, reply.code);
	exim_tell(m, F_DSN, reply.dsn);
	exim_put_escaped(m, F_TEXT, r->reply);
}

static void put_refused(struct maker *m, const struct result *r)
{
	struct exim_reply reply;

	if (!r->text.n)
		return;
	exim_reply_cut(r->text, &reply);
	m->ev->flags |= reply_classify(reply.text, reply.dsn);
	if (reply.relay_ip.p && !r->host.ip.p) {
		struct result older = { .host = { .name = reply.relay, .ip = reply.relay_ip } };

		exim_tell(m, F_RELAY, reply.relay);
		exim_put(m, F_RELAY_IP, exim_ip(reply.relay_ip));
		m->ev->flags &= (uint16_t) ~(EVF_REMOTE | EVF_FILTER);
		m->ev->flags |= route_flags(&older, exim_ip(reply.relay_ip));
	}
	exim_tell(m, F_CODE, reply.code);
	exim_tell(m, F_DSN, reply.dsn);
	exim_put(m, F_TEXT, r->text);
}

static void put_result(struct maker *m, const struct result *r)
{
	struct span ip = exim_host_ip(&r->host);

	m->ev->flags |= route_flags(r, ip);
	exim_tell(m, F_RELAY, r->host.name);
	exim_put(m, F_RELAY_IP, ip);
	exim_tell(m, F_RELAY_PORT, r->host.port);
	exim_put(m, F_TRANSPORT, r->transport);
}

/* One by one: compilers clear a struct of this size with a slow string instruction. */
static void clear(struct result *r, struct maker *m)
{
	r->m = m;
	r->host.name = r->host.helo = r->host.ip = r->host.port = SPAN_NONE;
	r->host.dotted = false;
	r->transport = r->reply = r->text = SPAN_NONE;
	r->error = 0;
}

enum line_result exim_result(struct maker *m, const struct exim_head *h, char flag, struct span s)
{
	struct result r;
	enum event_kind kind = flag == 'd' ? EV_DEFER : flag == 'b' ? EV_BOUNCE : EV_DELIVER;
	struct event *ev;

	if (exim_usual_result(m, h, flag, s))
		return LINE_EVENT;
	clear(&r, m);
	ev = exim_begin(m, h, kind);
	read_result(s, &r);
	put_result(m, &r);
	if (kind == EV_DELIVER) {
		ev->flags |= flag == 'N' ? EVF_SUPPRESSED : 0;
		put_sent(m, &r);
		exim_put_word(m, F_STATUS, SPAN("sent"));
	} else {
		ev->flags |= kind == EV_DEFER && not_fresh(&r) ? EVF_NOT_FRESH : 0;
		put_refused(m, &r);
		exim_put_word(m, F_STATUS, kind == EV_DEFER ? SPAN("deferred") : SPAN("bounced"));
	}
	maker_end(m);
	return LINE_EVENT;
}
