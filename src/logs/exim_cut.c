/*
 * exim_cut - the small pieces of Exim's grammar: words, quoted text, addresses, hosts, replies.
 *
 * Each reads forward only and ends at END, whatever the bytes are; callers decide whether a piece
 * makes sense where it stands.
 *
 * TRUST: all of it may be foreign. What looks like an address of the network is checked by its letters, so
 * that no other text ends up where an address is expected.
 *
 * Sources: host.c (sender_fullhost), deliver.c (d_hostlog, string_log_address), string.c (string_printing).
 */
#include "logs/exim_near.h"
#include "logs/exim_parts.h"

/* Bytes of "[ip]" at most: an IPv6 address with a scope fits. */
#define ADDRESS_MOST 64

const char *exim_far(const char *p, const char *end, char c)
{
	return bytes_find(p, end, c);
}

const char *exim_far2(const char *p, const char *end, char c, char d)
{
	return bytes_find2(p, end, c, d);
}

const char *exim_quoted(const char *p, const char *end)
{
	while (p < end) {
		const char *quote = bytes_find(p, end, '"');
		const char *back = quote;

		if (quote == end)
			return end;
		while (back > p && back[-1] == '\\')
			back--;
		if (((quote - back) & 1) == 0)
			return quote;
		p = quote + 1;
	}
	return end;
}

const char *exim_address(const char *p, const char *end)
{
	if (p < end && *p == '"') {
		const char *close = exim_quoted(p + 1, end);

		if (close < end)
			return exim_word(close + 1, end);
	}
	return exim_word(p, end);
}

struct span exim_bare(struct span s)
{
	if (s.n && s.p[0] == '<')
		s = span_from(s, 1);
	if (s.n && s.p[s.n - 1] == '>')
		s.n--;
	return s;
}

struct span exim_ip(struct span s)
{
	static const unsigned char letter[256] = {
		['0' ... '9'] = 1, ['a' ... 'f'] = 1, ['A' ... 'F'] = 1, [':'] = 2, ['.'] = 2,
	};
	unsigned char seen = 0;

	if (s.n < 2 || s.n > 45)
		return SPAN_NONE;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char is = letter[(unsigned char)s.p[i]];

		if (!is)
			return SPAN_NONE;
		seen |= is;
	}
	if (!(seen & 2))
		return SPAN_NONE;
	if (s.n > 9 && span_eq_nocase(span_head(s, 7), SPAN("::ffff:")) && span_find(s, 7, '.') > 0)
		return span_from(s, 7);
	return s;
}

bool exim_is_loopback(struct span ip)
{
	return span_starts(ip, SPAN("127.")) || span_eq(ip, SPAN("::1"));
}

/* "[ip]" and an optional ":port" at p; returns the end, or NULL when this is none. */
static inline const char *bracket_cut(const char *p, const char *end, struct exim_host *host)
{
	const char *limit = end - p < ADDRESS_MOST ? end : p + ADDRESS_MOST, *close;

	host->ip = host->port = SPAN_NONE;
	host->dotted = false;
	if (p >= end || *p != '[')
		return NULL;
	close = bytes_find2(p, limit, ']', ' ');
	if (close == limit || *close != ']')
		return NULL;
	host->ip = span_of(p + 1, (size_t)(close - p - 1));
	host->dotted = exim_is_dotted(p + 1, host->ip.n, end);
	p = close + 1;
	if (p + 1 < end && *p == ':' && p[1] != ' ') {
		const char *port = ++p;

		while (p < end && *p != ' ' && *p != ':' && *p != '*')
			p++;
		host->port = span_of(port, (size_t)(p - port));
	}
	if (p < end && *p == '*')
		p++;
	return p == end || *p == ' ' || *p == ':' || *p == ',' ? p : NULL;
}

/* "(helo) [ip]" at p, where HELO may itself hold such text: SKIP of them are passed over. */
static const char *helo_cut(const char *p, const char *end, unsigned skip, struct exim_host *host)
{
	const char *at, *done;
	unsigned asked = skip;

	for (at = p; (at = bytes_find(at, end, ')')) < end; at++) {
		if (end - at < 3 || at[1] != ' ' || at[2] != '[')
			continue;
		done = bracket_cut(at + 2, end, host);
		if (!done || skip--)
			continue;
		host->helo = span_of(p + 1, (size_t)(at - p - 1));
		return done;
	}
	host->ip = host->port = SPAN_NONE;
	host->dotted = false;
	if (asked)
		return NULL;
	at = memchr(p, ')', (size_t)(end - p));
	if (!at)
		return NULL;
	host->helo = span_of(p + 1, (size_t)(at - p - 1));
	return at + 1;
}

const char *exim_host_cut(const char *p, const char *end, unsigned skip, struct exim_host *ret_host)
{
	const char *stop;

	ret_host->name = ret_host->helo = ret_host->ip = ret_host->port = SPAN_NONE;
	ret_host->dotted = false;
	if (p < end && *p == '(')
		return helo_cut(p, end, skip, ret_host);
	if (p < end && *p == '[')
		return skip ? NULL : bracket_cut(p, end, ret_host);
	stop = bytes_find2(p, end, ' ', '[');
	if (stop < end && *stop == '[') {
		ret_host->name = span_of(p, (size_t)(stop - p));
		return skip ? NULL : bracket_cut(stop, end, ret_host);
	}
	ret_host->name = span_of(p, (size_t)(stop - p));
	if (stop + 1 < end && stop[1] == '(')
		return helo_cut(stop + 1, end, skip, ret_host);
	if (skip)
		return NULL;
	if (stop + 1 < end && stop[1] == '[') {
		const char *done = bracket_cut(stop + 1, end, ret_host);

		if (done)
			return done;
	}
	return stop;
}

bool exim_is_mta_user(struct span login)
{
	static const struct span users[] = {
		SPAN("Debian-exim"), SPAN("mailnull"), SPAN("exim"), SPAN("_exim"), SPAN("mail"),
	};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (span_eq(login, users[i]))
			return true;
	return false;
}

static bool digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* d.ddd.ddd (RFC 3463, section 2) */
static struct span dsn_cut(const char *p, const char *end)
{
	const char *start = p;

	if (p == end || (*p != '2' && *p != '4' && *p != '5'))
		return SPAN_NONE;
	p++;
	for (int part = 0; part < 2; part++) {
		const char *first = p + 1;

		if (p == end || *p != '.')
			return SPAN_NONE;
		for (p++; p < end && p - first < 3 && digit(*p);)
			p++;
		if (p == first)
			return SPAN_NONE;
	}
	return p < end && digit(*p) ? SPAN_NONE : span_of(start, (size_t)(p - start));
}

static bool code_at(const char *p, const char *end)
{
	return end - p >= 3 && p[0] >= '2' && p[0] <= '5' && digit(p[1]) && digit(p[2]) &&
	       (end - p == 3 || p[3] == ' ' || p[3] == '-' || p[3] == '\\');
}

/* "host NAME [ip]: " as releases before 4.8x wrote it inside the text. */
static const char *old_host(const char *p, const char *end, struct exim_reply *r)
{
	struct exim_host host;
	const char *done;

	if (end - p < 8 || memcmp(p, "host ", 5))
		return p;
	done = exim_host_cut(p + 5, end, 0, &host);
	if (!done || !host.ip.p)
		return p;
	r->relay = host.name;
	r->relay_ip = host.ip;
	if (end - done > 7 && !memcmp(done, " said: ", 7))
		return done + 7;
	return end - done > 2 && !memcmp(done, ": ", 2) ? done + 2 : p;
}

/* The first byte C of [p, end) that has a blank behind it, or END. */
static const char *before_blank(const char *p, const char *end, char c)
{
	while ((p = bytes_find(p, end, c)) < end && (end - p < 2 || p[1] != ' '))
		p++;
	return p;
}

/*
 * The reply stands at the text's start, or behind the ": " that ends "SMTP error from ... after RCPT
 * TO:<x>". The address in <> is the client's text, so it is stepped over as one piece.
 */
void exim_reply_cut(struct span text, struct exim_reply *r)
{
	const char *p = text.p, *end = text.p + text.n, *at;

	*r = (struct exim_reply){ .text = text };
	for (int tries = 0; tries < 4; tries++) {
		p = old_host(p, end, r);
		if (code_at(p, end)) {
			r->code = span_of(p, 3);
			r->dsn = end - p > 4 ? dsn_cut(p + 4, end) : SPAN_NONE;
			r->text = span_of(p, (size_t)(end - p));
			return;
		}
		at = before_blank(p, end, ':');
		if (at == end)
			return;

		const char *close = bytes_find(p, at, '<') < at ? at : end;

		/* the colon that ends "<...>: " */
		while (close < end && (close == p || close[-1] != '>'))
			close = before_blank(close + 1, end, ':');
		p = close < end ? close + 2 : at + 2;
	}
}
