/*
 * exim_usual - the lines that make up nearly all of an Exim log, each by its shortest way: Completed, and deliveries
 * that went as deliver.c writes them. Those that say nothing are exim_dull.h's.
 *
 * Promises: what is read here gives the very event that the grammar (exim.c, exim_result.c, exim_command.c) would
 * give; what is not surely so is LINE_UNREAD, and nothing has been written. Nothing here is needed for a result.
 *
 * TRUST: as the files of the grammar say. No free text is searched: every byte that decides is in its place.
 */
#include "logs/exim_id.h"
#include "logs/exim_parts.h"
#include "logs/usual.h"

/* What trace asks of a delivery that went the usual way. */
struct usual {
	struct span rcpt, orig, transport, ip;
};

/* The value of a one-letter key at *P, which moves to the blank behind it; empty where something else stands there. */
static inline struct span usual_value(const char **p, const char *end, char key)
{
	const char *start = *p + 3;

	if (end - *p < 4 || (*p)[0] != ' ' || (*p)[1] != key || (*p)[2] != '=')
		return SPAN_NONE;
	*p = exim_word(start, end);
	return (*p)[-1] == ':' ? SPAN_NONE : span_of(start, (size_t)(*p - start));
}

/* "H=NAME [1.2.3.4]" at p, the text's end or a blank behind it. */
static inline bool usual_host(const char *p, const char *end, struct usual *u)
{
	const char *open = bytes_find2(p + 3, end, ' ', '['), *close;

	if (p[3] == '(' || end - open < 6 || open[0] != ' ' || open[1] != '[')
		return false;
	close = bytes_find(open + 2, end - open < 20 ? end : open + 20, ']');
	u->ip = span_of(open + 2, (size_t)(close - open - 2));
	return end - close > 1 && close[1] == ' ' && exim_is_dotted(u->ip.p, u->ip.n, end);
}

/*
 * "ADDR [<ADDR>] R=ROUTER T=TRANSPORT" and behind it nothing, the host or the reply, as deliver.c writes nearly
 * every delivery. What follows decides nothing (the reply names another id of this server only where the relay is
 * loopback), so it is not read. False: nothing is known, the grammar must be read.
 */
static bool read_usual(struct span s, struct usual *u)
{
	const char *p = s.p, *end = s.p + s.n, *stop = exim_word(p, end);

	if (stop == p || stop == end || stop[-1] == ':' || *p == '|' || (*p < 'A' && (*p < '0' || *p > '9')))
		return false;
	u->rcpt = span_of(p, (size_t)(stop - p));
	u->orig = u->ip = SPAN_NONE;
	if (end - stop > 3 && stop[1] == '<') {
		p = stop + 2;
		stop = bytes_find(p, end, '>');
		u->orig = span_of(p, (size_t)(stop - p));
		stop += stop < end;
	}
	if (!usual_value(&stop, end, 'R').n)
		return false;
	u->transport = usual_value(&stop, end, 'T');
	if (!u->transport.n)
		return false;
	if (end - stop > 4 && stop[1] == 'H' && stop[2] == '=')
		return usual_host(stop, end, u) && memcmp(u->ip.p, "127.", 4) != 0;
	return stop == end || (end - stop > 4 && memcmp(stop, " C=\"", 4) == 0);
}

static inline enum line_result put_delivery(struct maker *m, struct usual_event *ev, const struct usual *u)
{
	if (u->ip.p || exim_is_smtp(u->transport))
		ev->ev->flags |= EVF_REMOTE;
	usual_field(ev, m, F_RECIPIENT, u->rcpt);
	if (u->orig.p)
		usual_field(ev, m, F_ORIG_RECIPIENT, u->orig);
	if (u->ip.p)
		usual_field(ev, m, F_RELAY_IP, u->ip);
	return usual_end(ev, m);
}

bool exim_delivered(struct maker *m, const struct exim_head *h, struct span s)
{
	struct usual_event ev;
	struct usual u;

	if (m->all || !read_usual(s, &u))
		return false;
	ev = usual_start(exim_begin(m, h, EV_DELIVER));
	put_delivery(m, &ev, &u);
	return true;
}

static inline struct usual_event begin(struct maker *m, const char *id, size_t n, enum event_kind kind)
{
	/* both lengths spelled out, so that each is packed without a loop */
	return usual_begin(m, DIALECT_EXIM, kind,
			   n == 23 ? qid_pack(span_of(id, 23)) : qid_pack(span_of(id, 16)));
}

/* Arrivals and failures have readers of their own: straight to them. */
static enum line_result flagged(struct maker *m, struct span id, struct span rest)
{
	const struct exim_head h = { .id = id };
	const struct span s = span_of(rest.p + 3, rest.n - 3);

	if (rest.p[0] == '<' && rest.p[1] == '=')
		return exim_arrival(m, &h, s);
	if (rest.p[0] == '*' && rest.p[1] == '*')
		return exim_result(m, &h, 'b', s);
	return rest.p[0] == '=' && rest.p[1] == '=' ? exim_result(m, &h, 'd', s) : LINE_UNREAD;
}

/* Behind an id of N characters at the start of S. */
static inline enum line_result with_id(struct maker *m, struct span s, size_t n)
{
	struct span rest = span_of(s.p + n + 1, s.n - n - 1);
	struct usual_event ev;
	struct usual u;

	if (rest.n == 9 && memcmp(rest.p, "Completed", 9) == 0) {
		ev = begin(m, s.p, n, EV_COMPLETE);
		return usual_end(&ev, m);
	}
	if (rest.n < 4 || rest.p[2] != ' ' || rest.p[3] == ' ')
		return LINE_UNREAD;
	if ((rest.p[0] != '=' && rest.p[0] != '-') || rest.p[1] != '>')
		return flagged(m, span_of(s.p, n), rest);
	if (!read_usual(span_of(rest.p + 3, rest.n - 3), &u))
		return LINE_UNREAD;
	ev = begin(m, s.p, n, EV_DELIVER);
	return put_delivery(m, &ev, &u);
}

enum line_result exim_usual(struct maker *m, struct span s)
{
	size_t n = s.n < EXIM_TEXT_MOST ? exim_id_length(s) : 0;

	return n ? with_id(m, s, n) : LINE_UNREAD;
}
