/*
 * exim_misc - lines that begin with words: queue words, failed logins, connections, limits, daemon notices.
 *
 * A table of beginnings, tried in order; the first that fits decides. With an id any text is at
 * least a notice about that message; without one an unknown beginning is nobody's.
 *
 * TRUST: host names, HELO and set_id are the client's. set_id= is read behind the server's own reply
 * and up to the line's last bracket, so a login may hold anything.
 *
 * Sources: log messages of exim.c, daemon.c, smtp_in.c, queue.c, deliver.c, auths; cPanel's and
 * DirectAdmin's configurations (limits, holds, identification of connections from localhost).
 */
#include "logs/exim_parts.h"

typedef void misc_fill(struct maker *m, struct span rest);

struct misc {
	struct span start;
	enum event_kind kind;
	misc_fill *fill; /* NULL: the whole line is text */
	bool needs_id;
};

/* A host at the start of REST, as sender_fullhost prints it; returns the end of it. */
static const char *take_host(struct span rest, struct exim_host *ret_host)
{
	const char *p = rest.p, *end = rest.p + rest.n, *done;

	if (span_starts(rest, SPAN("Ci=")))
		p = exim_word(p, end) + (exim_word(p, end) < end);
	if (end - p > 5 && !memcmp(p, "from ", 5))
		p += 5;
	if (end - p > 2 && !memcmp(p, "H=", 2))
		p += 2;
	done = exim_host_cut(p, end, 0, ret_host);
	return done ? done : end;
}

static const char *put_host(struct maker *m, struct span rest)
{
	struct exim_host host;
	const char *done = take_host(rest, &host);

	exim_put_client(m, &host);
	return done;
}

static void fill_host(struct maker *m, struct span rest)
{
	const char *done = put_host(m, rest);

	exim_put(m, F_TEXT, span_trim(span_of(done, (size_t)(rest.p + rest.n - done))));
}

/* "closed by QUIT", "lost", "(TCP/IP connection count = 1)": the same beginning, three meanings. */
static bool is_closed(struct span tail)
{
	return tail.n && *tail.p != '(' && *tail.p != 'I';
}

static void fill_connection(struct maker *m, struct span rest)
{
	const char *done = put_host(m, rest);
	struct span tail = span_trim(span_of(done, (size_t)(rest.p + rest.n - done)));

	if (is_closed(tail))
		m->ev->kind = EV_DISCONNECT;
	exim_put(m, F_TEXT, tail);
}

static void fill_text(struct maker *m, struct span rest)
{
	exim_put(m, F_TEXT, rest);
}

/* "Completed QT=3s": the word is the event. */
static void fill_rest(struct maker *m, struct span rest)
{
	if (rest.n > 1)
		exim_put(m, F_TEXT, span_trim(rest));
}

static void fill_ip(struct maker *m, struct span rest)
{
	exim_put(m, F_CLIENT_IP,
		 exim_ip(span_head(rest, (size_t)(exim_word(rest.p, rest.p + rest.n) - rest.p))));
}

static struct span next_word(struct span *rest)
{
	struct span word = span_head(*rest, (size_t)(exim_word(rest->p, rest->p + rest->n) - rest->p));

	*rest = span_from(*rest, word.n + 1);
	return word;
}

/* cPanel: "SMTP connection outbound EPOCH ID DOMAIN RCPT" */
static void fill_outbound(struct maker *m, struct span rest)
{
	next_word(&rest);
	next_word(&rest);

	struct span domain = next_word(&rest);

	exim_put(m, F_RECIPIENT, rest);
	exim_put(m, F_TEXT, domain);
}

/*
 * cPanel: "SMTP connection identification H=localhost A=::1 P=49956 U=aaron ID=1234 S=aaron
 * B=identify_...", "Sender identification U=aaron D=domain S=aaron@domain". Each key once, its first
 * value counts.
 */
static void fill_identity(struct maker *m, struct span rest)
{
	unsigned seen = 0;

	while (rest.n) {
		struct span word = next_word(&rest);
		unsigned bit = word.n > 2 && word.p[1] == '=' ? 1u << (word.p[0] & 31) : 0;

		if (!bit || (seen & bit))
			continue;
		seen |= bit;
		if (word.p[0] == 'U')
			exim_put(m, F_IDENT_USER, span_from(word, 2));
		else if (word.p[0] == 'S' && span_find(word, 2, '@') > 0)
			exim_put(m, F_SENDER, span_from(word, 2));
		else if (word.p[0] == 'A')
			exim_put(m, F_CLIENT_IP, exim_ip(span_from(word, 2)));
		else if (word.p[0] == 'P')
			maker_field(m, F_PORT, span_from(word, 2));
	}
}

/*
 * What doctor has an administrator log in acl_not_smtp, where Exim puts the id before it and prints line ends as \n
 * (acl.c): "X-PHP-Script: HOST/PATH for IP X-PHP-Originating-Script: UID:FILE", either of them empty. Whoever hands the
 * message over writes both: a name that looks like another header's ends where the first one does.
 */
static void fill_php(struct maker *m, struct span s)
{
	const struct span key = SPAN("X-PHP-Originating-Script: ");
	ptrdiff_t at = span_search(s, 0, key), colon;

	exim_put(m, F_TEXT, s);
	s = at < 0 ? SPAN_NONE : span_from(s, (size_t)at + key.n);
	colon = span_find(s, 0, ':');
	if (colon <= 0 || colon > 10 || (size_t)colon + 1 == s.n)
		return;
	for (ptrdiff_t i = 0; i < colon; i++)
		if ((unsigned char)(s.p[i] - '0') > 9)
			return;
	exim_put(m, F_UID, span_head(s, (size_t)colon));
	exim_put(m, F_SCRIPT, span_from(s, (size_t)colon + 1));
}

static void fill_limit(struct maker *m, struct span rest)
{
	exim_put(m, F_SENDER, next_word(&rest));
	exim_put(m, F_TEXT, rest);
}

#define WORD(text, kind)                          \
	{                                         \
		SPAN(text), kind, fill_text, true \
	}
#define HOST(text, kind)                           \
	{                                          \
		SPAN(text), kind, fill_host, false \
	}
#define NOTE(text, kind)                      \
	{                                     \
		SPAN(text), kind, NULL, false \
	}

static const struct misc table[] = {
	/* The two that make up most lines come first. */
	{ SPAN("Completed"), EV_COMPLETE, fill_rest, true },
	{ SPAN("SMTP connection from "), EV_CONNECT, fill_connection, false },
	WORD("Frozen", EV_FREEZE),
	WORD("frozen", EV_FREEZE),
	WORD("*** frozen", EV_FREEZE),
	WORD("Message is frozen", EV_FREEZE),
	WORD("Unfrozen", EV_THAW),
	WORD("unfrozen", EV_THAW),
	WORD("removed by ", EV_REMOVE),
	WORD("cancelled by ", EV_REMOVE),
	{ SPAN("SMTP connection outbound "), EV_NOTICE, fill_outbound, false },
	{ SPAN("SMTP connection identification "), EV_NOTICE, fill_identity, false },
	{ SPAN("Sender identification "), EV_NOTICE, fill_identity, false },
	{ SPAN("X-PHP-"), EV_HEADER, fill_php, true },
	{ SPAN("SMTP connection Ci="), EV_CONNECT, fill_connection, false },
	HOST("SMTP call from ", EV_DISCONNECT),
	HOST("no MAIL in SMTP connection from ", EV_DISCONNECT),
	HOST("SMTP connection lost after ", EV_DISCONNECT),
	HOST("SMTP command timeout on connection from ", EV_DISCONNECT),
	HOST("SMTP command timeout on TLS connection from ", EV_DISCONNECT),
	HOST("unexpected disconnection while reading SMTP command from ", EV_DISCONNECT),
	HOST("refused connection from ", EV_REJECT),
	HOST("rejected connection from ", EV_REJECT),
	HOST("rejected EHLO from ", EV_REJECT),
	HOST("rejected HELO from ", EV_REJECT),
	HOST("rejected MAIL from ", EV_REJECT),
	HOST("rejected VRFY from ", EV_REJECT),
	HOST("rejected XCLIENT from ", EV_REJECT),
	NOTE("rejected ", EV_REJECT),
	NOTE("temporarily rejected ", EV_REJECT),
	NOTE("too many recipients", EV_REJECT),
	HOST("TLS error on connection from ", EV_NOTICE),
	{ SPAN("no host name found for IP address "), EV_NOTICE, fill_ip, false },
	{ SPAN("no IP address found for host "), EV_NOTICE, NULL, false },
	{ SPAN("Sender "), EV_LIMIT, fill_limit, false },
	NOTE("Domain ", EV_LIMIT),
	NOTE("SMTP data timeout", EV_NOTICE),
	NOTE("SMTP protocol ", EV_NOTICE),
	NOTE("SMTP syntax error", EV_NOTICE),
	NOTE("SMTP error", EV_NOTICE),
	NOTE("SMTP command timeout", EV_DISCONNECT),
	NOTE("SMTP connection", EV_NOTICE),
	NOTE("Start ", EV_NOTICE),
	NOTE("End ", EV_NOTICE),
	NOTE("queue run", EV_NOTICE),
	NOTE("exim ", EV_NOTICE),
	NOTE("Exim configuration error", EV_NOTICE),
	NOTE("Warning", EV_NOTICE),
	NOTE("WARNING", EV_NOTICE),
	NOTE("TLS ", EV_NOTICE),
	NOTE("VRFY failed for ", EV_NOTICE),
	NOTE("sender verify ", EV_NOTICE),
	NOTE("recipient verify ", EV_NOTICE),
	NOTE("ignoring AUTH=", EV_NOTICE),
	NOTE("ACL ", EV_NOTICE),
	NOTE("ratelimit ", EV_NOTICE),
	NOTE("daemon", EV_NOTICE),
	NOTE("pid ", EV_NOTICE),
	NOTE("spool ", EV_NOTICE),
	NOTE("ridiculously long message header", EV_NOTICE),
	NOTE("overlong message header", EV_NOTICE),
	NOTE("unable to ", EV_NOTICE),
	NOTE("failed to ", EV_NOTICE),
	NOTE("Failed to ", EV_NOTICE),
	NOTE("...", EV_OTHER),
};

/* "NAME authenticator failed for [H=]HOST: 535 text (set_id=USER)" */
static enum line_result auth_failed(struct maker *m, const struct exim_head *h, struct span s, size_t at)
{
	struct span rest = span_from(s, at);
	const char *done;
	ptrdiff_t set, code;

	exim_begin(m, h, EV_AUTH_FAIL);
	/* nobody asks for more there */
	if (m->brief) {
		maker_end(m);
		return LINE_EVENT;
	}
	exim_put(m, F_AUTH_METHOD, span_head(s, (size_t)span_find(s, 0, ' ')));
	done = put_host(m, rest);
	rest = span_of(done, (size_t)(s.p + s.n - done));
	code = span_search(rest, 0, SPAN(": "));
	rest = code < 0 ? rest : span_from(rest, (size_t)code + 2);
	set = span_search(rest, 0, SPAN("(set_id="));
	if (set >= 0) {
		struct span user = span_from(rest, (size_t)set + 8);
		ptrdiff_t close = span_rfind(user, ')');

		exim_put(m, F_USER, close < 0 ? user : span_head(user, (size_t)close));
		rest = span_trim(span_head(rest, (size_t)set));
	}
	exim_put(m, F_TEXT, rest);
	maker_end(m);
	return LINE_EVENT;
}

static bool is_limit(struct span s)
{
	return span_search(s, 0, SPAN("exceeded")) > 0 || span_search(s, 0, SPAN("outgoing mail hold")) > 0 ||
	       span_search(s, 0, SPAN("suspension")) > 0;
}

/* On the hot path only what trace and the statistics count. */
static bool is_dull(const struct misc *row)
{
	return row->kind == EV_OTHER || row->kind == EV_DISCONNECT ||
	       (row->kind == EV_NOTICE && row->fill != fill_identity);
}

/* "... (TCP/IP connection count = 12)" */
static bool ends_in_count(struct span s)
{
	if (s.n < 3 || s.p[s.n - 1] != ')')
		return false;
	for (s.n--; s.n && (unsigned char)(s.p[s.n - 1] - '0') < 10;)
		s.n--;
	return span_ends(s, SPAN(" (TCP/IP connection count = "));
}

/* Nobody but the statistics asks for connections, and they only count them: the usual ends say enough. */
static enum line_result count_connection(struct maker *m, const struct exim_head *h, struct span rest)
{
	struct exim_host host;
	const char *done;

	if (span_ends(rest, SPAN(" closed by QUIT")))
		return LINE_DULL;
	if (!ends_in_count(rest)) {
		done = take_host(rest, &host);
		if (is_closed(span_trim(span_of(done, (size_t)(rest.p + rest.n - done)))))
			return LINE_DULL;
	}
	exim_begin(m, h, EV_CONNECT);
	maker_end(m);
	return LINE_EVENT;
}

static enum line_result write_row(struct maker *m, const struct exim_head *h, const struct misc *row,
				  struct span s)
{
	if (!m->all && is_dull(row))
		return LINE_DULL;
	if (!m->all && row->fill == fill_connection)
		return count_connection(m, h, span_from(s, row->start.n));
	exim_begin(m, h, row->kind);
	if (row->fill)
		row->fill(m,
			  span_from(s, row->fill == fill_text || row->fill == fill_php ? 0 : row->start.n));
	else
		exim_put(m, F_TEXT, s);
	if (row->kind == EV_OTHER)
		m->ev->flags |= EVF_CONTINUES;
	if (row->kind == EV_REJECT)
		exim_put_word(m, F_STATUS, SPAN("rejected"));
	maker_end(m);
	return LINE_EVENT;
}

enum line_result exim_misc(struct maker *m, const struct exim_head *h, struct span s)
{
	static const struct misc about_message = { SPAN(""), EV_NOTICE, fill_text, true };
	static const struct misc php = { SPAN("X-PHP-"), EV_HEADER, fill_php, true };
	ptrdiff_t word;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct misc *row = &table[i];

		if (!s.n || *s.p != *row->start.p || (row->needs_id && !h->id.n) ||
		    !span_starts(s, row->start))
			continue;
		if (row->kind == EV_LIMIT && !is_limit(s))
			continue;
		return write_row(m, h, row, s);
	}
	word = span_find(s, 0, ' ');
	/* "logwrite = $message_exim_id ..." says the id twice */
	if (word > 0 && h->id.n && span_eq(span_head(s, (size_t)word), h->id) &&
	    span_starts(span_from(s, (size_t)word + 1), SPAN("X-PHP-")))
		return write_row(m, h, &php, span_from(s, (size_t)word + 1));
	if (word > 0 && span_starts(span_from(s, (size_t)word), SPAN(" authenticator failed for ")))
		return auth_failed(m, h, s, (size_t)word + 26);
	return h->id.n ? write_row(m, h, &about_message, s) : LINE_OTHER;
}
