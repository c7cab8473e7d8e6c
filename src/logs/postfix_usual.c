/*
 * postfix_usual - the lines that make up nearly all of a Postfix log, each by its shortest way: sessions, client=,
 * message-id=, the queue manager's, and deliveries that went as log_adhoc.c writes them.
 *
 * Promises: what is read here gives the very event that the grammar (postfix.c and the files of the daemons) would
 * give; what is not surely so is LINE_UNREAD, and nothing has been written. Nothing here is needed for a result.
 *
 * TRUST: as the files of the grammar say. Where foreign text could have imitated what follows it (quotes, a second
 * ">", a comma), the grammar decides.
 */
#include "logs/marks.h"
#include "logs/postfix_short.h"

/* "NAME[1.2.3.4]", and behind it nothing or a login. */
static enum line_result client(struct maker *m, struct qid id, const char *p, const char *end)
{
	struct span ip, user = SPAN_NONE;
	struct usual_event ev;

	p = usual_client(p, end, &ip);
	if (!p)
		return LINE_UNREAD;
	if (STARTS(p, end, ", sasl_method=")) {
		p = bytes_find(p + 14, end, ',');
		if (!STARTS(p, end, ", sasl_username="))
			return LINE_UNREAD;
		user = span_of(p + 16, (size_t)(end - p - 16));
		if (!user.n || bytes_find(user.p, end, ',') < end)
			return LINE_UNREAD;
	} else if (p < end) {
		return LINE_UNREAD;
	}
	ev = begin(m, user.p ? EV_SUBMIT : EV_ACCEPT, id);
	ev.ev->flags |= user.p ? EVF_AUTH : 0;
	usual_field(&ev, m, F_CLIENT_IP, ip);
	if (user.p)
		usual_field(&ev, m, F_USER, user);
	return usual_end(&ev, m);
}

static enum line_result usual_smtpd(struct maker *m, struct span s)
{
	const char *p, *end = s.p + s.n;
	struct qid id;

	/* sessions that come and go */
	if (m->brief && (STARTS(s.p, end, "connect from ") || STARTS(s.p, end, "disconnect from "))) {
		m->dull |= 1u << DIALECT_POSTFIX;
		return LINE_DULL;
	}
	p = behind_id(m, s, &id);
	if (!p)
		return pf_short_failed(m, s);
	return STARTS(p, end, "client=") ? client(m, id, p + 7, end) : LINE_UNREAD;
}

/* "uid=N from=<S>": what ends so has no orig_id= behind it. */
static enum line_result usual_pickup(struct maker *m, struct span s)
{
	const char *end = s.p + s.n, *p, *number;
	struct usual_event ev;
	struct span uid;
	struct qid id;
	uint32_t value;

	p = behind_id(m, s, &id);
	if (!p || end - p < 16 || !BYTES_ARE(p, "uid=") || end[-1] != '>')
		return LINE_UNREAD;
	number = p += 4;
	value = bytes_number(&p);
	uid = span_of(number, (size_t)(p - number));
	if (!uid.n || end - p < 8 || !BYTES_ARE(p, " from=<"))
		return LINE_UNREAD;
	p += 7;
	ev = begin(m, EV_SUBMIT, id);
	ev.ev->flags |= EVF_LOCAL | (p == end - 1 ? EVF_NULL_SENDER : 0);
	ev.ev->uid = value;
	usual_field(&ev, m, F_SENDER, span_of(p, (size_t)(end - 1 - p)));
	usual_field(&ev, m, F_UID, uid);
	return usual_end(&ev, m);
}

/* "UID:BASENAME from local; from=<S> to=<R>", behind "warning: header X-PHP-Originating-Script: " at HEADER. */
static enum line_result php_header(struct maker *m, struct qid id, const char *header, const char *p,
				   const char *end)
{
	const char *number = p, *name;
	struct span uid, script;
	struct usual_event ev;

	while (p < end && (unsigned char)(*p - '0') < 10)
		p++;
	uid = span_of(number, (size_t)(p - number));
	if (uid.n == 0 || uid.n > 9 || p == end || *p != ':')
		return LINE_UNREAD;
	name = p + 1;
	p = bytes_find(name, end, ' ');
	script = span_of(name, (size_t)(p - name));
	/* past 200 bytes cleanup cuts the header, and the grammar looks for its end in another place */
	if (p - header > 190 || script.n == 0 || (unsigned char)p[-1] <= ' ' ||
	    !STARTS(p, end, " from local; from=") || !(name = plain_address(p + 18, end)) ||
	    !STARTS(name, end, " to=") || plain_address(name + 4, end) != end)
		return LINE_UNREAD;
	ev = begin(m, EV_HEADER, id);
	usual_field(&ev, m, F_UID, uid);
	usual_field(&ev, m, F_SCRIPT, script);
	usual_field(&ev, m, F_HEADER, span_of(header, (size_t)(p - header)));
	return usual_end(&ev, m);
}

static enum line_result usual_cleanup(struct maker *m, struct span s)
{
	const char *end = s.p + s.n, *p;
	struct usual_event ev;
	struct event *before;
	struct qid id;

	p = behind_id(m, s, &id);
	if (p && STARTS(p, end, "warning: header X-PHP-Originating-Script: "))
		return php_header(m, id, p + 16, p + 42, end);
	if (!p || !STARTS(p, end, "message-id=<") || end - p < 14 || end[-1] != '>')
		return LINE_UNREAD;
	before = usual_neighbour(m, id);
	if (before && (before->kind == EV_SUBMIT || before->kind == EV_ACCEPT)) {
		before->flags |= EVF_CLEANUP;
		m->dull |= 1u << DIALECT_POSTFIX;
		return LINE_DULL;
	}
	ev = begin(m, EV_MESSAGE_ID, id);
	usual_field(&ev, m, F_MESSAGE_ID, span_of(p + 12, (size_t)(end - p - 13)));
	return usual_end(&ev, m);
}

/* The number of up to seven digits that ends at END, behind WORD; moves *END to where WORD begins. */
static inline bool number_before(const char *p, const char **end, const char *word, size_t n,
				 uint32_t *ret_value)
{
	const char *q = *end;

	if (q - p < 8)
		return false;
	*ret_value = bytes_number_before(&q);
	if (q == *end || (size_t)(q - p) < n || memcmp(q - n, word, n) != 0)
		return false;
	*end = q - n;
	return true;
}

/* In the place of cleanup's event, where that stands right before. */
static inline __attribute__((always_inline)) struct usual_event queued(struct maker *m, struct qid id)
{
	struct event *before = usual_neighbour(m, id);
	bool cleaned = before && before->kind == EV_MESSAGE_ID;

	if (cleaned) {
		m->out->mem_used = m->out->last;
		m->out->events--;
	}
	return usual_begin(m, DIALECT_POSTFIX, EV_QUEUE, id, EVF_SYSLOG | (cleaned ? EVF_CLEANUP : 0));
}

static enum line_result usual_qmgr(struct maker *m, struct span s)
{
	const char *end = s.p + s.n, *p;
	uint32_t size, nrcpt;
	struct usual_event ev;
	struct qid id;

	p = behind_id(m, s, &id);
	if (!p)
		return LINE_UNREAD;
	if (end - p == 7 && BYTES_ARE(p, "removed"))
		return usual_completed(m, DIALECT_POSTFIX, id, EVF_SYSLOG);
	if (!STARTS(p, end, "from=<") || end - p < 40 || !BYTES_ARE(end - 15, " (queue active)"))
		return LINE_UNREAD;
	end -= 15;
	if (!number_before(p, &end, ", nrcpt=", 8, &nrcpt) || !number_before(p, &end, ", size=", 7, &size) ||
	    end - p < 7 || end[-1] != '>')
		return LINE_UNREAD;
	ev = queued(m, id);
	ev.ev->flags |= end - p == 7 ? EVF_NULL_SENDER : 0;
	ev.ev->size = size;
	ev.ev->nrcpt = nrcpt;
	usual_field(&ev, m, F_SENDER, span_of(p + 6, (size_t)(end - p - 7)));
	return usual_end(&ev, m);
}

/*
 * "<ADDRESS>" at P, up to the next comma, and a blank behind that: what is behind it; NULL where the address holds quotes or
 * commas. No earlier ">" has a comma behind it, so that none could end the address.
 */
static inline const char *usual_address(struct marks *k, const char *p, struct span *ret_address)
{
	const char *comma = marks_next(k);

	if (k->end - comma < 12 || comma - p < 2 || *p != '<' || p[1] == '"' || comma[-1] != '>' ||
	    comma[1] != ' ')
		return NULL;
	*ret_address = span_of(p + 1, (size_t)(comma - p - 2));
	return comma + 2;
}

/* "NAME[ADDRESS]..." as relay= gives it up to END; IP is left alone for a socket's path. */
static inline bool usual_relay(const char *p, const char *end, struct span *ret_ip)
{
	const char *open = bytes_find2(p, end, '[', ' ');

	if (open == end || *open != '[' || end - open < 3 || open - p > 255)
		return false;
	if (STARTS(open + 1, end, "private/"))
		return bytes_find(open, end, ']') < end && end - open < 100;
	/* 127 is a filter's */
	return usual_ip(open + 1, end, ret_ip) && !BYTES_ARE(open + 1, "127.");
}

static bool says_queued(const char *p, const char *end)
{
	while ((p = bytes_find(p, end, 'q')) < end && !STARTS(p, end, "queued as "))
		p++;
	return p < end;
}

/* ", key=value" from the comma P on up to ", status=", whose comma is returned; NULL where a key is not among the usual. */
static inline const char *usual_keys(struct marks *k, const char *p)
{
	for (unsigned keys = 0; keys < 11 && k->end - p >= 9; keys++) {
		if (BYTES_ARE(p, ", status="))
			return p;
		/* a second relay= would count */
		if (p[1] != ' ' || p[2] == 'r')
			return NULL;
		p = marks_next(k);
	}
	return NULL;
}

/*
 * "to=<R>[, orig_to=<O>], relay=NAME[IP]:PORT, key=value ..., status=sent (TEXT)" of smtp and lmtp, to another host or
 * to a mailbox server's socket.
 */
static inline __attribute__((always_inline)) enum line_result usual_sent(struct maker *m, struct span s,
									 bool smtp)
{
	const char *end = s.p + s.n, *p, *relay, *keys;
	struct span rcpt, orig = SPAN_NONE, ip = SPAN_NONE, text;
	struct usual_event ev;
	struct marks k;
	bool nobody;
	struct qid id;

	p = behind_id(m, s, &id);
	if (!p || end - p < MARKS_LEAST || !BYTES_ARE(p, "to="))
		return LINE_UNREAD;
	k = marks_start(p, end, ',');
	p = usual_address(&k, p + 3, &rcpt);
	if (p && *p == 'o')
		p = BYTES_ARE(p, "orig_to=") ? usual_address(&k, p + 8, &orig) : NULL;
	if (!p || !BYTES_ARE(p, "relay="))
		return LINE_UNREAD;
	relay = p + 6;
	keys = marks_next(&k);
	nobody = keys - relay == 4 && BYTES_ARE(relay, "none");
	if (!(nobody || usual_relay(relay, keys, &ip)) || !(p = usual_keys(&k, keys)))
		return LINE_UNREAD;
	p += 9;
	if (nobody || !STARTS(p, end, "sent ("))
		return pf_short_unsent(
			m, id, &(struct pf_unsent){ rcpt, orig, ip, keys, p - 9, smtp, nobody }, p, end);
	if (end[-1] != ')' || end - p < 7)
		return LINE_UNREAD;
	text = span_of(p + 6, (size_t)(end - p - 7));
	if (!ip.p && says_queued(text.p, text.p + text.n))
		return LINE_UNREAD;
	ev = begin(m, EV_DELIVER, id);
	ev.ev->flags |= smtp && ip.p ? EVF_REMOTE : 0;
	usual_field(&ev, m, F_RECIPIENT, rcpt);
	if (orig.p)
		usual_field(&ev, m, F_ORIG_RECIPIENT, orig);
	if (ip.p)
		usual_field(&ev, m, F_RELAY_IP, ip);
	usual_field(&ev, m, F_TEXT, text);
	return usual_end(&ev, m);
}

static enum line_result usual_smtp(struct maker *m, struct span s)
{
	return usual_sent(m, s, true);
}

static enum line_result usual_lmtp(struct maker *m, struct span s)
{
	return usual_sent(m, s, false);
}

usual_fn *postfix_usual(struct span tag)
{
	static const struct {
		struct span daemon;
		usual_fn *usual;
	} table[] = {
		{ SPAN("qmgr"), usual_qmgr },	     { SPAN("smtpd"), usual_smtpd },
		{ SPAN("cleanup"), usual_cleanup },  { SPAN("pickup"), usual_pickup },
		{ SPAN("bounce"), pf_short_bounce },
	};
	struct span daemon = span_from(tag, (size_t)(span_rfind(tag, '/') + 1));

	/* under another name it may hand over to a content filter: the grammar knows */
	if (span_eq(tag, SPAN("postfix/smtp")))
		return usual_smtp;
	if (span_eq(tag, SPAN("postfix/lmtp")))
		return usual_lmtp;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (daemon.n < tag.n && span_eq(daemon, table[i].daemon))
			return table[i].usual;
	return NULL;
}
