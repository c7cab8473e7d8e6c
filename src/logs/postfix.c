/*
 * postfix - lines of the Postfix daemons: tag, severity, queue id, then the daemon's own grammar.
 *
 *     tag  = syslog_name "/" [ service "/" ] daemon
 *     line = [ severity ": " ] [ queue id ": " ] text
 *
 * Promises: one look at a line from the left; every event names its grammar's position, never a word
 * found by search. Lines about sessions only (connect, TLS) are dull before anything else is done.
 * Lines of amavis, opendkim, postgrey, policy daemons and spamd are not ours: they say nothing about a
 * message that Postfix does not say itself, so they stay "other".
 *
 * TRUST: text behind the queue id is partly the client's, see each file. The tag is the operator's choice,
 * but anybody with a syslog socket can write a whole line; that is for trace to doubt, not for us.
 *
 * Sources: Postfix src/global/mail_task.c (tag), src/util/msg_output.c (severity), mail_queue.h (ids).
 */
#include "logs/postfix_parts.h"

#include "logs/fact.h"
#include "logs/postfix_id.h"

/* Hot daemons first: the search ends there for nearly every line. */
static const struct {
	struct span name;
	enum line_result (*line)(struct pf *p);
} daemons[] = {
	{ { "smtp", 4 }, pf_agent },
	{ { "qmgr", 4 }, pf_qmgr },
	{ { "smtpd", 5 }, pf_smtpd },
	{ { "cleanup", 7 }, pf_cleanup },
	{ { "local", 5 }, pf_agent },
	{ { "lmtp", 4 }, pf_agent },
	{ { "pipe", 4 }, pf_agent },
	{ { "virtual", 7 }, pf_agent },
	{ { "pickup", 6 }, pf_pickup },
	{ { "bounce", 6 }, pf_bounce },
	{ { "postscreen", 10 }, pf_postscreen },
	{ { "error", 5 }, pf_agent },
	{ { "retry", 5 }, pf_agent },
	{ { "defer", 5 }, pf_bounce },
	{ { "trace", 5 }, pf_bounce },
	{ { "discard", 7 }, pf_agent },
	{ { "oqmgr", 5 }, pf_qmgr },
	{ { "nqmgr", 5 }, pf_qmgr },
	{ { "postsuper", 9 }, pf_postsuper },
	{ { "qmqpd", 5 }, pf_smtpd },
	{ { "anvil", 5 }, pf_known },
	{ { "dnsblog", 7 }, pf_known },
	{ { "flush", 5 }, pf_known },
	{ { "master", 6 }, pf_known },
	{ { "postalias", 9 }, pf_known },
	{ { "postdrop", 8 }, pf_known },
	{ { "postfix-script", 14 }, pf_known },
	{ { "postlog", 7 }, pf_known },
	{ { "postlogd", 8 }, pf_known },
	{ { "postmap", 7 }, pf_known },
	{ { "postqueue", 9 }, pf_known },
	{ { "proxymap", 8 }, pf_known },
	{ { "scache", 6 }, pf_known },
	{ { "sendmail", 8 }, pf_known },
	{ { "showq", 5 }, pf_known },
	{ { "spawn", 5 }, pf_known },
	{ { "tlsmgr", 6 }, pf_known },
	{ { "tlsproxy", 8 }, pf_known },
	{ { "trivial-rewrite", 15 }, pf_known },
	{ { "verify", 6 }, pf_known },
};

/* Beginnings of lines that name no mail. What is neither here nor in a grammar counts as unknown. */
static const struct span known[] = {
	SPAN("Untrusted TLS connection"),
	SPAN("Trusted TLS connection"),
	SPAN("Verified TLS connection"),
	SPAN("Anonymous TLS connection"),
	SPAN("SSL_accept error from "),
	SPAN("SSL_connect error to "),
	SPAN("setting up TLS connection"),
	SPAN("certificate "),
	SPAN("server certificate "),
	SPAN("subject_CN="),
	SPAN("connect to "),
	SPAN("host "),
	SPAN("enabling PIX workarounds"),
	SPAN("conversation with "),
	SPAN("lost connection with "),
	SPAN("improper command pipelining after "),
	SPAN("discarding EHLO keywords"),
	SPAN("breaking line > "),
	SPAN("Host offered STARTTLS"),
	SPAN("statistics: "),
	SPAN("addr "),
	SPAN("table "),
	SPAN("using backwards-compatible "),
	SPAN("close database "),
	SPAN("cache "),
	SPAN("daemon started"),
	SPAN("reload "),
	SPAN("terminating on signal "),
	SPAN("starting the Postfix mail system"),
	SPAN("stopping the Postfix mail system"),
	SPAN("refreshing the Postfix mail system"),
	SPAN("the Postfix mail system "),
	SPAN("CONNECT from "),
	SPAN("DISCONNECT "),
	SPAN("initializing the "),
	SPAN("Requeued: "),
	SPAN("Deleted: "),
	SPAN("Placed on hold: "),
	SPAN("Released from hold: "),
	SPAN("Force-expired: "),
	SPAN("Renamed to match inode number: "),
	SPAN("removed file "),
	SPAN("skipped, still being delivered"),
	SPAN("entering STRESS mode"),
	SPAN("leaving STRESS mode"),
	SPAN("not sending trace/success notification"),
	SPAN("no trace file"),
	SPAN("status=deferred (bounce failed"),
	SPAN("replacing command "),
	SPAN("abort: TLS from "),
	SPAN("Sender requested REQUIRETLS"),
};

static const struct span severities[] = { SPAN("warning: "), SPAN("error: "), SPAN("fatal: "),
					  SPAN("panic: ") };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct event *pf_begin(struct pf *p, enum event_kind kind)
{
	struct event *ev = maker_begin(p->m, DIALECT_POSTFIX, kind);

	if (p->id.n) {
		/* NOQUEUE stands where an id would, but is none. */
		if (!span_eq(p->id, SPAN("NOQUEUE")))
			ev->id = qid_pack(p->id);
		pf_put(p, F_ID, p->id);
	}
	return ev;
}

enum line_result pf_end(struct pf *p)
{
	maker_end(p->m);
	return LINE_EVENT;
}

bool pf_is_address(struct span s)
{
	size_t most = s.n < 5 ? s.n : 5;
	bool digits = true;

	for (size_t i = 0; i < most; i++) {
		char c = s.p[i];

		if (c == ':')
			return true;
		if (c == '.')
			return digits && i > 0;
		if (!is_digit(c)) {
			digits = false;
			if (!((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
				return false;
		}
	}
	return false;
}

static struct span unmapped(struct span ip)
{
	return ip.n && ip.p[0] == ':' ? fact_address(ip) : ip;
}

void pf_put_client(struct pf *p, const struct pf_peer *peer)
{
	if (pf_is_address(peer->ip))
		pf_put(p, F_CLIENT_IP, unmapped(peer->ip));
	pf_put(p, F_CLIENT_NAME, peer->name);
	pf_put(p, F_PORT, peer->port);
}

void pf_put_relay(struct pf *p, struct span relay, const struct pf_peer *peer)
{
	if (!pf_is_address(peer->ip)) {
		pf_put(p, F_RELAY, relay);
		return;
	}
	pf_put(p, F_RELAY, peer->name);
	pf_put(p, F_RELAY_IP, unmapped(peer->ip));
	pf_put(p, F_RELAY_PORT, peer->port);
}

/* Length of "5.1.1" at the start of S (RFC 3463: one digit, then twice one to three), 0 for none. */
static size_t dsn_length(struct span s)
{
	size_t n = 1;

	if (!s.n || !(s.p[0] == '2' || s.p[0] == '4' || s.p[0] == '5'))
		return 0;
	for (int part = 0; part < 2; part++) {
		size_t digits = 0;

		if (n >= s.n || s.p[n] != '.')
			return 0;
		for (n++; n < s.n && digits < 4 && is_digit(s.p[n]); n++)
			digits++;
		if (digits < 1 || digits > 3)
			return 0;
	}
	return n == s.n || s.p[n] == ' ' ? n : 0;
}

void pf_read_reply(struct span reply, struct span *ret_code, struct span *ret_dsn)
{
	struct span s = reply;

	*ret_code = *ret_dsn = SPAN_NONE;
	if (s.n >= 3 && is_digit(s.p[0]) && is_digit(s.p[1]) && is_digit(s.p[2]) &&
	    (s.n == 3 || s.p[3] == ' ' || s.p[3] == '-')) {
		*ret_code = span_head(s, 3);
		s = span_from(s, 4);
	}

	size_t n = dsn_length(s);

	if (n)
		*ret_dsn = span_head(s, n);
}

enum line_result pf_notice(struct pf *p)
{
	if (!p->m->all)
		return LINE_DULL;
	pf_begin(p, EV_NOTICE);
	pf_put(p, F_TEXT, p->text);
	return pf_end(p);
}

enum line_result pf_known(struct pf *p)
{
	if (p->severe)
		return pf_notice(p);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_starts(p->text, known[i]))
			return pf_notice(p);
	return LINE_OTHER;
}

static inline bool severity_letter(struct span s)
{
	return s.n && (s.p[0] == 'w' || s.p[0] == 'e' || s.p[0] == 'f' || s.p[0] == 'p');
}

/* Takes "SEVERITY: " and "ID: " off the text. */
static void split_head(struct pf *p)
{
	/* Ids start with a digit or an upper case letter, severities do not. */
	if (severity_letter(p->text))
		for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]) && !p->severe; i++)
			p->severe = pf_take(&p->text, severities[i]);

	size_t n = span_starts(p->text, SPAN("NOQUEUE")) ? 7 : pf_id_length(p->text);

	if (n && p->text.n >= n + 2 && p->text.p[n] == ':' && p->text.p[n + 1] == ' ') {
		p->id = span_head(p->text, n);
		p->text = span_from(p->text, n + 2);
	}
}

#define DAEMONS (sizeof(daemons) / sizeof(daemons[0]))

/* The row of the tag's last element, DAEMONS where it is none of ours. */
static size_t daemon_row(struct span name)
{
	size_t row = 0;

	while (row < DAEMONS && !pf_is_word(name, daemons[row].name))
		row++;
	return row;
}

/* Behind the tag whose last element begins at AT and has ROW. */
static enum line_result whole_line(struct maker *m, size_t at, size_t row)
{
	const struct line *l = m->line;
	struct span tag = l->program;
	struct pf p = { .m = m, .text = span_head(l->text, POSTFIX_TEXT_MOST) };

	p.service = span_of(tag.p, at - 1);
	p.daemon = span_of(tag.p + at, tag.n - at);
	split_head(&p);
	if (row < DAEMONS)
		return daemons[row].line(&p);
	/* A delivery agent under a name of the operator's. */
	return p.id.n && span_starts(p.text, SPAN("to=<")) ? pf_result(&p) : LINE_OTHER;
}

enum line_result postfix_line(struct maker *m)
{
	struct span tag = m->line->program;
	size_t at = (size_t)(span_rfind(tag, '/') + 1);

	return at ? whole_line(m, at, daemon_row(span_from(tag, at))) : LINE_OTHER;
}
