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
#include "logs/postfix_short.h"

const char *pf_short_seek(const char *p, const char *end, char b, char c, char d)
{
	return bytes_find3(p, end, b, c, d);
}

/* A bit for each "<", ">", blank and quote among the TAG_WINDOW bytes at P: in each two of them one bit differs. */
static inline uint64_t address_ends(const char *p)
{
	uint64_t mask = 0;

#ifdef __SSE2__
	const __m128i both = _mm_set1_epi8((char)~('<' ^ '>'));

	for (unsigned at = 0; at < TAG_WINDOW; at += 16) {
		__m128i v = _mm_and_si128(bytes_load(p + at), both);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('<')),
					   _mm_cmpeq_epi8(v, _mm_set1_epi8(' ')));

		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << at;
	}
#else
	for (unsigned at = 0; at < TAG_WINDOW; at++)
		mask |= (uint64_t)(p[at] == '<' || p[at] == '>' || p[at] == ' ' || p[at] == '"') << at;
#endif
	return mask;
}

const char *pf_short_address(const char *p, const char *end)
{
	uint64_t mask = 0;

	if (p == end || *p != '<')
		return NULL;
	for (p++; end - p > TAG_WINDOW; p += TAG_WINDOW) {
		mask = address_ends(p);
		if (mask)
			break;
	}
	if (end - p <= TAG_WINDOW)
		mask = address_ends(end - TAG_WINDOW) >> (TAG_WINDOW - (end - p));
	p += mask ? (unsigned)__builtin_ctzll(mask) : 0;
	return mask && *p == '>' ? p + 1 : NULL;
}

const char *pf_short_id(struct maker *m, struct span s)
{
	return behind_id(m, s);
}

enum line_result pf_short_again(struct maker *m, struct span s, usual_fn *own)
{
	/* a shorter one is not known again by its first eight bytes */
	return pf_short_id(m, s) && m->known.len >= 8 ? own(m, s) : LINE_UNREAD;
}

/* "NAME[1.2.3.4]", and behind it nothing or a login. */
static enum line_result client(struct maker *m, const char *p, const char *end)
{
	struct span ip, user = SPAN_NONE;
	struct usual_event ev;

	p = usual_client(p, end, &ip);
	if (!p)
		return LINE_UNREAD;
	if (STARTS(p, end, ", sasl_method=")) {
		p = find_near(p + 14, end, ',', ',', ',');
		if (!STARTS(p, end, ", sasl_username="))
			return LINE_UNREAD;
		user = span_of(p + 16, (size_t)(end - p - 16));
		if (!user.n || find_near(user.p, end, ',', ',', ',') < end)
			return LINE_UNREAD;
	} else if (p < end) {
		return LINE_UNREAD;
	}
	ev = begin(m, user.p ? EV_SUBMIT : EV_ACCEPT);
	ev.ev->flags |= user.p ? EVF_AUTH : 0;
	usual_field(&ev, m, F_CLIENT_IP, ip);
	if (user.p)
		usual_field(&ev, m, F_USER, user);
	return usual_end(&ev, m);
}

/* What is said within a session: of a new message, mostly. */
static __attribute__((noinline)) enum line_result usual_session(struct maker *m, struct span s)
{
	const char *p = pf_short_id(m, s), *end = s.p + s.n;

	if (!p)
		return pf_short_failed(m, s);
	return STARTS(p, end, "client=") ? client(m, p + 7, end) : LINE_UNREAD;
}

/* Sessions that come and go: "connect from ", or the same behind "dis". Without asking which, since they take turns. */
static inline bool comes_or_goes(struct span s)
{
	const char *p = s.p;

	if (s.n < 16)
		return false;
	p += (size_t)BYTES_ARE(p, "disc") * 3;
	return BYTES_ARE(p, "connect from ");
}

static enum line_result usual_smtpd(struct maker *m, struct span s)
{
	if (!m->brief || !comes_or_goes(s))
		return usual_session(m, s);
	m->dull |= 1u << DIALECT_POSTFIX;
	return LINE_DULL;
}

/* "uid=N from=<S>": what ends so has no orig_id= behind it. */
static enum line_result usual_pickup(struct maker *m, struct span s)
{
	const char *p = pf_short_id(m, s), *end = s.p + s.n, *number;
	struct usual_event ev;
	struct span uid;
	uint32_t value;

	if (!p || end - p < 16 || !BYTES_ARE(p, "uid=") || end[-1] != '>')
		return LINE_UNREAD;
	number = p += 4;
	value = bytes_number(&p);
	uid = span_of(number, (size_t)(p - number));
	if (!uid.n || end - p < 8 || !BYTES_ARE(p, " from=<"))
		return LINE_UNREAD;
	p += 7;
	ev = begin(m, EV_SUBMIT);
	ev.ev->flags |= EVF_LOCAL | (p == end - 1 ? EVF_NULL_SENDER : 0);
	ev.ev->uid = value;
	usual_field(&ev, m, F_SENDER, span_of(p, (size_t)(end - 1 - p)));
	usual_field(&ev, m, F_UID, uid);
	return usual_end(&ev, m);
}

/* "UID:BASENAME from local; from=<S> to=<R>", behind "warning: header X-PHP-Originating-Script: " at HEADER. */
static enum line_result php_header(struct maker *m, const char *header, const char *p, const char *end)
{
	const char *number = p, *name;
	struct span uid, script;
	struct usual_event ev;

	if (end - p < 8)
		return LINE_UNREAD;
	p = bytes_behind_number(number);
	uid = span_of(number, (size_t)(p - number));
	if (uid.n == 0 || *p != ':')
		return LINE_UNREAD;
	name = p + 1;
	p = find_near(name, end, ' ', ' ', ' ');
	script = span_of(name, (size_t)(p - name));
	/* past 200 bytes cleanup cuts the header, and the grammar looks for its end in another place */
	if (p - header > 190 || script.n == 0 || (unsigned char)p[-1] <= ' ' ||
	    !STARTS(p, end, " from local; from=") || !(name = pf_short_address(p + 18, end)) ||
	    !STARTS(name, end, " to=") || pf_short_address(name + 4, end) != end)
		return LINE_UNREAD;
	ev = begin(m, EV_HEADER);
	usual_field(&ev, m, F_UID, uid);
	usual_field(&ev, m, F_SCRIPT, script);
	usual_field(&ev, m, F_HEADER, span_of(header, (size_t)(p - header)));
	return usual_end(&ev, m);
}

/* P: behind the id of a line of cleanup that stands behind the message's arrival, or says something else. */
static __attribute__((noinline)) enum line_result cleanup_alone(struct maker *m, const char *p,
								const char *end)
{
	struct usual_event ev;

	if (STARTS(p, end, "warning: header X-PHP-Originating-Script: "))
		return php_header(m, p + 16, p + 42, end);
	if (!STARTS(p, end, "message-id=<") || end - p < 14 || end[-1] != '>')
		return LINE_UNREAD;
	ev = begin(m, EV_MESSAGE_ID);
	usual_field(&ev, m, F_MESSAGE_ID, span_of(p + 12, (size_t)(end - p - 13)));
	return usual_end(&ev, m);
}

static enum line_result usual_cleanup(struct maker *m, struct span s)
{
	const char *p = behind_known(m, s), *end = s.p + s.n;
	struct event *before;

	if (!p)
		return pf_short_again(m, s, usual_cleanup);
	before = usual_neighbour(m, m->known.id);
	if (!before || !(before->kind == EV_SUBMIT || before->kind == EV_ACCEPT) || end - p < 14 ||
	    !BYTES_ARE(p, "message-id=<") || end[-1] != '>')
		return cleanup_alone(m, p, end);
	before->flags |= EVF_CLEANUP;
	m->dull |= 1u << DIALECT_POSTFIX;
	return LINE_DULL;
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
static inline __attribute__((always_inline)) struct usual_event queued(struct maker *m)
{
	struct event *before = usual_neighbour(m, m->known.id);
	bool cleaned = before && before->kind == EV_MESSAGE_ID;

	if (cleaned) {
		m->out->mem_used = m->out->last;
		m->out->events--;
	}
	return usual_begin(m, DIALECT_POSTFIX, EV_QUEUE, m->known.id,
			   EVF_SYSLOG | (cleaned ? EVF_CLEANUP : 0));
}

/* "from=<S>, size=N, nrcpt=N (queue active)" */
static __attribute__((noinline)) enum line_result usual_queued(struct maker *m, const char *p,
							       const char *end)
{
	uint32_t size, nrcpt;
	struct usual_event ev;

	if (end - p < 40 || !BYTES_ARE(p, "from=<") || !BYTES_ARE(end - 15, " (queue active)"))
		return LINE_UNREAD;
	end -= 15;
	nrcpt = (unsigned char)(end[-1] - '0');
	/* one digit, mostly */
	if (nrcpt < 10 && BYTES_ARE(end - 9, ", nrcpt="))
		end -= 9;
	else if (!number_before(p, &end, ", nrcpt=", 8, &nrcpt))
		return LINE_UNREAD;
	if (!number_before(p, &end, ", size=", 7, &size) || end - p < 7 || end[-1] != '>')
		return LINE_UNREAD;
	ev = queued(m);
	ev.ev->flags |= end - p == 7 ? EVF_NULL_SENDER : 0;
	ev.ev->size = size;
	ev.ev->nrcpt = nrcpt;
	usual_field(&ev, m, F_SENDER, span_of(p + 6, (size_t)(end - p - 7)));
	return usual_end(&ev, m);
}

static enum line_result usual_qmgr(struct maker *m, struct span s)
{
	const char *p = behind_known(m, s), *end = s.p + s.n;

	if (!p)
		return pf_short_again(m, s, usual_qmgr);
	if (end - p != 7)
		return usual_queued(m, p, end);
	return BYTES_ARE(p, "removed") ? usual_completed(m, DIALECT_POSTFIX, m->known.id, EVF_SYSLOG)
				       : LINE_UNREAD;
}

#define WINDOW 64 /* bytes in which an address or the usual keys stand */

/*
 * "<ADDRESS>" at P, up to the next comma, which is at COMMA, and a blank behind that: what is behind it; NULL where the address
 * holds quotes or commas. No earlier ">" has a comma behind it, so that none could end the address.
 */
static inline const char *usual_address(const char *p, const char *comma, const char *end,
					struct span *ret_address)
{
	if (end - comma < 12 || comma - p < 2 || *p != '<' || p[1] == '"' || comma[-1] != '>' ||
	    comma[1] != ' ')
		return NULL;
	*ret_address = span_of(p + 1, (size_t)(comma - p - 2));
	return comma + 2;
}

/* Is there "queued as " in [P, END), which others stand in front of? Maybe, where a q has a d five bytes behind it. */
static inline bool says_queued(const char *p, const char *end)
{
	uint64_t hits = bytes_mask_of(end - 21, 16, 'q') & bytes_mask_of(end - 16, 16, 'd');

	for (; end - p > 21; p += 16)
		hits |= bytes_mask_of(p, 16, 'q') & bytes_mask_of(p + 5, 16, 'd');
	return hits;
}

/*
 * "NAME[ADDRESS]..." or "none" as relay= gives it, from P to a comma, which is returned; NULL: something else. IP is told
 * where there is an address, not a socket's path.
 */
static inline __attribute__((always_inline)) const char *usual_relay(const char *p, const char *end,
								     struct span *ret_ip)
{
	const char *open = find_near(p, end, '[', ' ', ',');

	if (end - open < 17 || open - p > 255)
		return NULL;
	if (*open != '[')
		return open - p == 4 && BYTES_ARE(p, "none,") ? open : NULL;
	if (BYTES_ARE(open + 1, "private/")) {
		p = find_near(open + 9, end, ']', ',', ',');
		if (end - p < 2 || *p != ']' || p - open > 90)
			return NULL;
		p++;
	} else {
		p = usual_ip(open + 1, end, ret_ip);
		/* 127 is a filter's */
		if (!p || BYTES_ARE(open + 1, "127.") || end - p < 4)
			return NULL;
		p += BYTES_ARE(p, ":25,") ? 3 : 0;
	}
	return *p == ',' ? p : pf_short_seek(p, end, ',', ',', ',');
}

/* ", key=value" from the comma P on up to ", status=", whose comma is returned; NULL where a key is not among the usual. */
static __attribute__((noinline)) const char *behind_keys(const char *p, const char *end)
{
	for (unsigned keys = 0; keys < 11 && end - p >= 9; keys++) {
		if (BYTES_ARE(p, ", status="))
			return p;
		/* a second relay= would count */
		if (p[1] != ' ' || p[2] == 'r')
			return NULL;
		p = bytes_find(p + 1, end, ',');
	}
	return NULL;
}

/* The same, where they are the three that Postfix always writes, and near. */
static inline __attribute__((always_inline)) const char *usual_keys(const char *p, const char *end)
{
	uint64_t commas = end - p < WINDOW + 9 ? 0 : bytes_mask_of(p, WINDOW, ',');
	uint64_t second = commas & (commas - 1), third = second & (second - 1), last = third & (third - 1);

	if (last && BYTES_ARE(p, ", delay=") && BYTES_ARE(p + __builtin_ctzll(second), ", delays") &&
	    BYTES_ARE(p + __builtin_ctzll(third), ", ds") &&
	    BYTES_ARE(p + __builtin_ctzll(last), ", status="))
		return p + __builtin_ctzll(last);
	return behind_keys(p, end);
}

/*
 * "to=<R>[, orig_to=<O>], relay=NAME[IP]:PORT, key=value ..., status=sent (TEXT)" of smtp and lmtp, to another host or
 * to a mailbox server's socket.
 */
static inline __attribute__((always_inline)) enum line_result usual_sent(struct maker *m, const char *p,
									 const char *end, bool smtp)
{
	struct span rcpt, orig = SPAN_NONE, ip = SPAN_NONE, text;
	struct usual_event ev;
	const char *keys, *comma;
	uint64_t commas;
	bool nobody;

	if (end - p < WINDOW || !BYTES_ARE(p, "to=<"))
		return LINE_UNREAD;
	commas = bytes_mask_of(p, WINDOW, ',');
	comma = commas ? p + (unsigned)__builtin_ctzll(commas)
		       : pf_short_seek(p + WINDOW, end, ',', ',', ',');
	p = usual_address(p + 3, comma, end, &rcpt);
	if (p && *p == 'o')
		p = BYTES_ARE(p, "orig_to=")
			    ? usual_address(p + 8, pf_short_seek(p + 8, end, ',', ',', ','), end, &orig)
			    : NULL;
	if (!p || !BYTES_ARE(p, "relay="))
		return LINE_UNREAD;
	keys = usual_relay(p + 6, end, &ip);
	if (!keys)
		return LINE_UNREAD;
	nobody = keys - p == 10; /* of an address there is more */
	p = usual_keys(keys, end);
	if (!p)
		return LINE_UNREAD;
	p += 9;
	if (nobody || !STARTS(p, end, "sent ("))
		return pf_short_unsent(m, (struct pf_unsent){ rcpt, orig, ip, keys, p - 9, smtp, nobody }, p,
				       end);
	if (end[-1] != ')' || end - p < 7)
		return LINE_UNREAD;
	text = span_of(p + 6, (size_t)(end - p - 7));
	if (!ip.p && says_queued(text.p, text.p + text.n))
		return LINE_UNREAD;
	ev = begin(m, EV_DELIVER);
	ev.ev->flags |= smtp && ip.p ? EVF_REMOTE : 0;
	usual_field(&ev, m, F_RECIPIENT, rcpt);
	if (orig.p)
		usual_field(&ev, m, F_ORIG_RECIPIENT, orig);
	if (ip.p)
		usual_field(&ev, m, F_RELAY_IP, ip);
	usual_field(&ev, m, F_TEXT, text);
	return usual_end(&ev, m);
}

static __attribute__((noinline)) enum line_result smtp_sent(struct maker *m, const char *p, const char *end)
{
	return usual_sent(m, p, end, true);
}

static enum line_result usual_smtp(struct maker *m, struct span s)
{
	const char *p = behind_known(m, s);

	return p ? smtp_sent(m, p, s.p + s.n) : pf_short_again(m, s, usual_smtp);
}

static __attribute__((noinline)) enum line_result lmtp_sent(struct maker *m, const char *p, const char *end)
{
	return usual_sent(m, p, end, false);
}

static enum line_result usual_lmtp(struct maker *m, struct span s)
{
	const char *p = behind_known(m, s);

	return p ? lmtp_sent(m, p, s.p + s.n) : pf_short_again(m, s, usual_lmtp);
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
