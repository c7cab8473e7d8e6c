/*
 * web - access logs: who asked for what, and what he got.
 *
 * Common, combined and their relatives (vhost or X-Forwarded-For first, more fields behind), and
 * nginx-proxy-manager's. Sources: Apache mod_log_config, server/util.c (ap_escape_logitem); nginx
 * ngx_http_log_module (log_escape); nginx-proxy-manager log.conf. On the hot path only POST
 * requests count; any other line costs one look at the request's first bytes.
 *
 * TRUST: the user name, the request, referer and agent are the client's, with quotes and backslashes
 * escaped by the server; the address stands in front of them and is read first. The request is
 * the quoted text behind `] `: an unescaped quote can stand there only by the server's hand.
 * A list of forwarded addresses is as good as the proxy that wrote it.
 */
#include "logs/stamp.h"
#include "logs/web_parts.h"

struct request {
	struct span head; /* in front of the stamp: vhost, client, ident, user */
	struct span line; /* between the quotes */
	struct span rest; /* behind the closing quote */
	struct span vhost, client, user, status, bytes, agent, method, url;
};

/* The request's opening quote follows `+0100] `; -1 where the line is no access line. */
static ptrdiff_t request_quote(struct span s)
{
	for (ptrdiff_t q = span_find(s, 0, '"'); q >= 0; q = span_find(s, (size_t)q + 1, '"'))
		if (q >= 28 && s.p[q - 1] == ' ' && s.p[q - 2] == ']' &&
		    (s.p[q - 7] == '+' || s.p[q - 7] == '-') && s.p[q - 8] == ' ')
			return q;
	return -1;
}

/* Where the stamp in front of the quote starts: it has 27 or 28 bytes and ends one blank before. -1: no stamp. */
static ptrdiff_t stamp_start(struct span s, size_t quote)
{
	for (size_t n = 29; n >= 28; n--)
		if (quote >= n && s.p[quote - n] == '[')
			return (ptrdiff_t)(quote - n);
	return -1;
}

/* Behind a tag of syslog's there is a second stamp; it has a year and a zone, so it is the better one. */
static bool own_stamp(struct maker *m, struct span s, struct stamp *ret_stamp)
{
	struct stamp_memory none = { .len = 0 };

	return !(m->line->stamp & STAMP_ZONE) && stamp_read(&none, s, ret_stamp);
}

/* Position of the quote that closes the text at AT: one with an even number of backslashes before it. */
static ptrdiff_t closing_quote(struct span s, size_t at)
{
	for (ptrdiff_t q = span_find(s, at, '"'); q >= 0; q = span_find(s, (size_t)q + 1, '"')) {
		size_t slashes = 0;

		while ((size_t)q - slashes > at && s.p[(size_t)q - slashes - 1] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return q;
	}
	return -1;
}

/* A status follows the request; what has none behind its quote goes on (servers that escape nothing). */
static bool status_follows(struct span s)
{
	return s.n >= 2 && s.p[0] == ' ' && ((s.p[1] >= '0' && s.p[1] <= '9') || s.p[1] == '-');
}

static bool request_cut(struct span s, size_t quote, struct request *r)
{
	ptrdiff_t first = closing_quote(s, quote + 1), q = first;

	while (q >= 0 && !status_follows(span_from(s, (size_t)q + 1)))
		q = closing_quote(s, (size_t)q + 1);
	q = q < 0 ? first : q;
	r->line = q < 0 ? span_from(s, quote + 1) : span_of(s.p + quote + 1, (size_t)q - quote - 1);
	r->rest = q < 0 ? SPAN_NONE : span_from(s, (size_t)q + 1);
	return q >= 0;
}

static struct span next_word(struct span *s)
{
	struct span word;

	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = span_from(*s, 1);
	word = *s;
	word.n = 0;
	while (word.n < s->n && word.p[word.n] != ' ' && word.p[word.n] != '\t')
		word.n++;
	*s = span_from(*s, word.n);
	return word;
}

/* Takes QUOTED text off the front of S; false where none stands there. */
static bool next_quoted(struct span *s, struct span *ret_text)
{
	struct span rest = *s;
	ptrdiff_t q;

	while (rest.n && rest.p[0] == ' ')
		rest = span_from(rest, 1);
	if (rest.n == 0 || rest.p[0] != '"')
		return false;
	q = closing_quote(rest, 1);
	*ret_text = q < 0 ? span_from(rest, 1) : span_of(rest.p + 1, (size_t)q - 1);
	*s = q < 0 ? SPAN_NONE : span_from(rest, (size_t)q + 1);
	return true;
}

/* The first of "A,B" or "A," without quotes around it. */
static struct span list_first(struct span word)
{
	ptrdiff_t comma = span_find(word, 0, ',');

	if (comma >= 0)
		word = span_head(word, (size_t)comma);
	if (span_starts(word, SPAN("\"")))
		word = span_from(word, 1);
	if (span_ends(word, SPAN("\"")))
		word.n--;
	return word;
}

static struct span without_port(struct span name)
{
	ptrdiff_t colon = span_rfind(name, ':');
	uint64_t port;

	return colon > 0 && span_u64(span_from(name, (size_t)colon + 1), &port)
		       ? span_head(name, (size_t)colon)
		       : name;
}

/* [VHOST[:PORT] ]CLIENT[, PROXY...] IDENT USER; USER is what is left, blanks and all. */
static void read_head(struct request *r)
{
	struct span rest = r->head, word = next_word(&rest), after = rest, second = next_word(&after), ident;

	if (!fact_is_address(list_first(word)) && second.n &&
	    (fact_is_address(list_first(second)) ||
	     (!span_eq(second, SPAN("-")) && span_trim(after).n >= 3))) {
		r->vhost = span_eq(word, SPAN("-")) ? SPAN_NONE : without_port(list_first(word));
		word = second;
		rest = after;
	}
	r->client = list_first(word);
	while (span_ends(word, SPAN(",")))
		word = next_word(&rest);
	ident = next_word(&rest);
	r->user = span_trim(rest);
	if (!ident.n || span_eq(r->user, SPAN("-")) || span_eq(r->user, SPAN("\"\"")) ||
	    span_ends(r->user, SPAN(" -")))
		r->user = SPAN_NONE;
}

static bool is_method(struct span s)
{
	if (s.n < 2 || s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-'))
			return false;
	return true;
}

/* METHOD URL[ HTTP/x]; URL may hold blanks. TLS bytes, "-" and the like stay what they are. */
static void read_request_line(struct request *r)
{
	ptrdiff_t blank = span_find(r->line, 0, ' '), proto;
	struct span url;

	if (blank < 0 || !is_method(span_head(r->line, (size_t)blank)))
		return;
	url = span_from(r->line, (size_t)blank + 1);
	proto = span_rfind(url, ' ');
	if (proto >= 0 && span_starts(span_from(url, (size_t)proto), SPAN(" HTTP/")))
		url = span_head(url, (size_t)proto);
	if (!url.n)
		return;
	r->method = span_head(r->line, (size_t)blank);
	r->url = url;
}

/* The last address of LIST that is a client's: what is left of it the client may have written himself. */
static struct span forwarded(struct span list)
{
	for (;;) {
		ptrdiff_t comma = span_rfind(list, ',');
		struct span last = span_trim(span_from(list, (size_t)(comma + 1)));

		if (fact_is_address(last) && !fact_is_inner(last))
			return last;
		if (comma < 0)
			return SPAN_NONE;
		list = span_head(list, (size_t)comma);
	}
}

/* STATUS BYTES ["REFERER" "AGENT" ["FORWARDED"]] and whatever else a server was told to add. */
static void read_tail(struct request *r)
{
	struct span rest = r->rest, word = next_word(&rest), text;
	uint64_t number;

	if (word.n == 3 && span_u64(word, &number))
		r->status = word;
	word = next_word(&rest);
	if (span_u64(word, &number))
		r->bytes = word;
	if (!next_quoted(&rest, &text) || !next_quoted(&rest, &r->agent))
		return;
	if (fact_is_inner(fact_address(r->client)) && next_quoted(&rest, &text)) {
		text = forwarded(text);
		r->client = text.n ? text : r->client;
	}
}

static void put(struct maker *m, enum field_key key, struct span s)
{
	if (s.n && maker_wants(m, key))
		maker_field(m, key, s);
}

static enum line_result request_write(struct maker *m, const struct request *r)
{
	struct span client = fact_address(r->client);

	maker_begin(m, DIALECT_WEB, EV_REQUEST);
	put(m, fact_is_address(client) ? F_CLIENT_IP : F_CLIENT_NAME, client);
	put(m, F_USER, r->user);
	put(m, F_METHOD, r->method);
	put(m, F_URL, r->url);
	put(m, F_HTTP_STATUS, r->status);
	put(m, F_VHOST, r->vhost);
	put(m, F_AGENT, r->agent);
	put(m, F_BYTES, r->bytes);
	if (!r->method.n)
		put(m, F_TEXT, r->line);
	maker_end(m);
	return LINE_EVENT;
}

static enum line_result access_line(struct maker *m, struct span s, size_t quote)
{
	struct request r = { .vhost = SPAN_NONE };
	ptrdiff_t at = stamp_start(s, quote);
	struct stamp stamp;
	enum line_result result;

	if (at < 0)
		return LINE_OTHER;
	r.head = span_head(s, (size_t)at);
	read_head(&r);
	request_cut(s, quote, &r);
	/* cpdavd of cPanel writes its refusals as access lines. */
	if (span_starts(r.rest, SPAN(" FAILED LOGIN ")))
		return fact_write(m, DIALECT_WEB, EV_LOGIN_FAIL,
				  &(struct fact){ .user = r.user, .addr = r.client });
	read_request_line(&r);
	read_tail(&r);
	result = request_write(m, &r);
	if (own_stamp(m, span_from(s, (size_t)at), &stamp)) {
		m->ev->at = stamp.at;
		m->ev->usec = stamp.usec;
		m->ev->zone = stamp.zone;
		m->ev->stamp = stamp.flags;
	}
	return result;
}

static struct span last_word(struct span *s)
{
	ptrdiff_t blank = span_rfind(*s, ' ');
	struct span word = span_from(*s, (size_t)(blank + 1));

	*s = span_head(*s, blank < 0 ? 0 : (size_t)blank);
	return word;
}

/*
 * nginx-proxy-manager: [CACHE UPSTREAM ]STATUS - METHOD SCHEME HOST "URL" [Client ADDRESS] [Length N] ...
 * S stands behind the stamp; in front of the URL only HOST is the client's, and nginx lets no blank into it.
 */
static enum line_result npm_line(struct maker *m, struct span s)
{
	ptrdiff_t quote = span_find(s, 0, '"'), close = quote < 0 ? -1 : closing_quote(s, (size_t)quote + 1);
	struct request r = { .vhost = SPAN_NONE };
	struct span head, word;
	uint64_t number;

	if (close < 0 || quote < 2 || s.p[quote - 1] != ' ')
		return LINE_OTHER;
	head = span_head(s, (size_t)quote - 1);
	r.url = span_of(s.p + quote + 1, (size_t)(close - quote - 1));
	r.vhost = last_word(&head);
	word = last_word(&head);
	r.method = last_word(&head);
	if (!span_starts(word, SPAN("http")) || !is_method(r.method) || !span_eq(last_word(&head), SPAN("-")))
		return LINE_OTHER;
	r.status = last_word(&head);
	s = span_from(s, (size_t)close + 1);
	if (!span_u64(r.status, &number) || !span_starts(s, SPAN(" [Client ")) ||
	    !fact_cut(&s, SPAN("]"), &head))
		return LINE_OTHER;
	r.client = span_from(head, 9);
	if (fact_cut(&s, SPAN("[Length "), &head) && fact_cut(&s, SPAN("]"), &head))
		r.bytes = head;
	if (fact_cut(&s, SPAN("\""), &head))
		r.agent = span_head(s,
				    (size_t)(closing_quote(s, 0) < 0 ? (ptrdiff_t)s.n : closing_quote(s, 0)));
	return m->all || span_eq(r.method, SPAN("POST")) ? request_write(m, &r) : LINE_DULL;
}

/* CLIENT IDENT USER "REQUEST" STATUS under a stamp of syslog's: some servers leave theirs out. */
static enum line_result stampless_line(struct maker *m, struct span s)
{
	ptrdiff_t quote = span_find(s, 0, '"');
	struct request r = { .vhost = SPAN_NONE };

	if (!(m->line->stamp & STAMP_TIME) || quote < 4 || s.p[quote - 1] != ' ')
		return LINE_OTHER;
	r.head = span_head(s, (size_t)quote - 1);
	read_head(&r);
	if (!fact_is_address(r.client) || !request_cut(s, (size_t)quote, &r) || !status_follows(r.rest))
		return LINE_OTHER;
	read_request_line(&r);
	read_tail(&r);
	return m->all || span_eq(r.method, SPAN("POST")) ? request_write(m, &r) : LINE_DULL;
}

enum line_result web_line(struct maker *m)
{
	struct span s = m->line->text;
	ptrdiff_t quote = request_quote(s);
	struct stamp_memory none = { .len = 0 };
	struct stamp stamp;
	enum line_result result;

	if (quote >= 0) {
		struct span request = span_from(s, (size_t)quote + 1);

		if (!m->all && !span_starts(request, SPAN("POST ")) &&
		    !span_starts(request, SPAN("GET\" FAILED")))
			return LINE_DULL;
		result = access_line(m, s, (size_t)quote);
		if (result != LINE_OTHER)
			return result;
	}
	if (stamp_read(&none, s, &stamp))
		s = span_from(s, stamp.len + 1);
	result = npm_line(m, s);
	if (result == LINE_OTHER)
		result = web_error_line(m, s);
	return result == LINE_OTHER ? stampless_line(m, s) : result;
}
