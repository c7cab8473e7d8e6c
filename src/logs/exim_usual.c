/*
 * exim_usual - the lines that make up nearly all of an Exim log, each by its shortest way: Completed, and deliveries
 * that went as deliver.c writes them. Those that say nothing are exim_dull.h's.
 *
 * Promises: what is read here gives the very event that the grammar (exim.c, exim_result.c, exim_command.c) would
 * give; what is not surely so is LINE_UNREAD, and nothing has been written. Nothing here is needed for a result.
 *
 * TRUST: as the files of the grammar say. No free text is searched: every byte that decides is in its place.
 */
#include "logs/digits.h"
#include "logs/exim_id.h"
#include "logs/exim_parts.h"
#include "logs/frame.h"
#include "logs/marks.h"

/* What trace asks of a delivery that went the usual way. */
struct usual {
	struct span rcpt, orig, transport, ip;
};

/* The value of a one-letter key at *P, which moves to the blank behind it; empty where something else stands there. */
static inline struct span usual_value(const char **p, const char *end, const char *key)
{
	const char *start = *p + 3;

	if (end - *p < 4 || !bytes_are(*p, key, 3))
		return SPAN_NONE;
	*p = exim_word(start, end);
	return (*p)[-1] == ':' ? SPAN_NONE : span_of(start, (size_t)(*p - start));
}

/* "NAME [1.2.3.4]" at p, and behind it a blank and more. */
static inline bool usual_host(const char *p, const char *end, struct usual *u)
{
	const char *open = bytes_find2(p, end, ' ', '['), *close;

	if (*p == '(' || end - open < 8 || open[0] != ' ' || open[1] != '[')
		return false;
	u->ip = span_of(open + 2, bytes_dotted(open + 2, end));
	close = u->ip.p + u->ip.n;
	return u->ip.n && end - close > 1 && close[1] == ' ' && !BYTES_ARE(u->ip.p, "127.");
}

/*
 * "ADDR [<ADDR>] R=ROUTER T=TRANSPORT" and behind it nothing, the host or the reply, as deliver.c writes nearly
 * every delivery. What follows decides nothing (the reply names another id of this server only where the relay is
 * loopback), so it is not read. False: nothing is known, the grammar must be read.
 */
static inline __attribute__((always_inline)) bool read_usual(struct span s, struct usual *u)
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
	if (!usual_value(&stop, end, " R=").n)
		return false;
	u->transport = usual_value(&stop, end, " T=");
	if (!u->transport.n)
		return false;
	if (end - stop > 4 && BYTES_ARE(stop, " H="))
		return usual_host(stop + 3, end, u);
	return stop == end || (end - stop > 4 && BYTES_ARE(stop, " C=\""));
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

/* The grammar's own readers, straight to them: S is behind the flag whose byte tells them apart. */
static __attribute__((noinline)) enum line_result by_grammar(struct maker *m, struct span id, char flag,
							     struct span s)
{
	const struct exim_head h = { .id = id };

	return flag == '<' ? exim_arrival(m, &h, s) : exim_result(m, &h, flag == '*' ? 'b' : 'd', s);
}

/* Behind an id of N characters at the start of S. */
static inline enum line_result with_id(struct frame *f, struct maker *m, struct span raw, struct span s,
				       size_t n)
{
	struct span rest = span_of(s.p + n + 1, s.n - n - 1), told;
	/* both lengths spelled out, so that each is packed without a loop */
	struct qid id = n == 23 ? qid_pack(span_of(s.p, 23)) : qid_pack(span_of(s.p, 16));
	struct usual_event ev;
	struct usual u;

	if (rest.n == 9 && BYTES_ARE(rest.p, "Completed")) {
		frame_line_behind(f, m, raw);
		return usual_completed(m, DIALECT_EXIM, id, 0);
	}
	if (rest.n < 4 || rest.p[2] != ' ' || rest.p[3] == ' ')
		return LINE_UNREAD;
	told = span_of(rest.p + 3, rest.n - 3);
	if ((rest.p[0] == '=' || rest.p[0] == '-') && rest.p[1] == '>') {
		if (!read_usual(told, &u))
			return LINE_UNREAD;
		frame_line_behind(f, m, raw);
		ev = usual_begin(m, DIALECT_EXIM, EV_DELIVER, id, 0);
		return put_delivery(m, &ev, &u);
	}
	if (rest.p[1] != (rest.p[0] == '<' ? '=' : rest.p[0]) ||
	    (rest.p[0] != '<' && rest.p[0] != '=' && rest.p[0] != '*'))
		return LINE_UNREAD;
	frame_line_behind(f, m, raw);
	if (rest.p[0] == '<' && exim_usual_arrival(m, NULL, id, told))
		return LINE_EVENT;
	return by_grammar(m, span_of(s.p, n), rest.p[0], told);
}

enum line_result exim_usual(struct frame *f, struct maker *m, struct span raw)
{
	struct span s = span_of(raw.p + f->head.len, raw.n - f->head.len);
	size_t n;

	if (s.n >= EXIM_TEXT_MOST)
		return LINE_UNREAD;
	n = exim_id_length(s);
	if (n)
		return with_id(f, m, raw, s, n);
	return s.n >= MARKS_LEAST && BYTES_ARE(s.p, "cwd=") ? exim_usual_command(f, m, raw, s) : LINE_UNREAD;
}
