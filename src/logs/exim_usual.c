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
#include "logs/reply.h"

/* What trace asks of a result that is told the usual way. */
struct usual {
	struct span rcpt, orig, transport, ip;
	struct span text; /* of what failed */
};

/* The value of a one-letter key at *P, which moves to the blank behind it; empty where something else stands there. */
static inline struct span usual_value(const char **p, const char *end, const char *key)
{
	const char *start = *p + 3;

	if (end - *p < 4 || !bytes_are(*p, key, 3))
		return SPAN_NONE;
	*p = bytes_find(start, end, ' ');
	return span_of(start, (size_t)(*p - start));
}

/* "NAME [1.2.3.4]" at p: what stands behind it, more than a byte; NULL for anything else. */
static inline const char *usual_host(const char *p, const char *end, struct usual *u)
{
	const char *open = bytes_find2(p, end, ' ', '['), *close;

	if (*p == '(' || end - open < 18 || open[0] != ' ' || open[1] != '[')
		return NULL;
	u->ip = span_of(open + 2, bytes_dotted_in(open + 2, 0));
	close = u->ip.p + u->ip.n;
	return u->ip.n && end - close > 2 && !BYTES_ARE(u->ip.p, "127.") ? close + 1 : NULL;
}

/* "ADDR [<ADDR>] " at p, as deliver.c begins nearly every result: the last blank, or NULL. */
static inline __attribute__((always_inline)) const char *usual_addresses(const char *p, const char *end,
									 struct usual *u)
{
	const char *stop = bytes_find(p, end, ' '), *close;

	if (stop == p || stop == end || stop[-1] == ':' || *p == '|' || (*p < 'A' && (*p < '0' || *p > '9')))
		return NULL;
	u->rcpt = span_of(p, (size_t)(stop - p));
	u->orig = u->ip = SPAN_NONE;
	if (end - stop > 3 && stop[1] == '<') {
		p = stop + 2;
		close = bytes_find2(p, end, '>', ' ');
		if (end - close < 2 || close[0] != '>' || close[1] != ' ')
			return NULL;
		u->orig = span_of(p, (size_t)(close - p));
		stop = close + 1;
	}
	return stop;
}

/* " R=ROUTER T=TRANSPORT" at p: what stands behind it, or NULL. */
static inline const char *usual_way(const char *p, const char *end, struct usual *u)
{
	if (!usual_value(&p, end, " R=").n || p[-1] == ':')
		return NULL;
	u->transport = usual_value(&p, end, " T=");
	return u->transport.n ? p : NULL;
}

/*
 * A delivery: behind the transport nothing, the host or the reply. What follows decides nothing (the reply names another
 * id of this server only where the relay is loopback), so it is not read. False: nothing is known, the grammar must be
 * read.
 */
static inline __attribute__((always_inline)) bool read_sent(const char *p, const char *end, struct usual *u)
{
	if (p[-1] == ':')
		return false;
	if (end - p > 4 && BYTES_ARE(p, " H=")) {
		p = usual_host(p + 3, end, u);
		return p && *p == ' ';
	}
	return p == end || (end - p > 4 && BYTES_ARE(p, " C=\""));
}

/* "defer (NUMBER)" at *P, which moves behind it: is it a system error? */
static inline bool usual_error(const char **p)
{
	const char *number = *p + 7 + ((*p)[7] == '-');

	*p = number;
	bytes_number(p);
	/* else at a byte that nothing begins with */
	*p = *p > number && **p == ')' ? *p + 1 : number - 1;
	return number[-1] != '-';
}

/*
 * What failed: behind the transport an error's number, the host and the words of its encryption, each once at most, and
 * then the colon that begins the text. A system error without a host has one in its text, maybe.
 */
static inline bool read_failed(const char *p, const char *end, struct usual *u)
{
	bool by_system = false;

	p = usual_addresses(p, end, u);
	p = p ? usual_way(p, end, u) : NULL;
	if (!p)
		return false;
	p -= p[-1] == ':';
	if (end - p > 32 && BYTES_ARE(p, " defer (")) {
		p++;
		by_system = usual_error(&p);
	}
	if (end - p > 32 && BYTES_ARE(p, " H=")) {
		p = usual_host(p + 3, end, u);
		if (!p)
			return false;
	}
	while (end - p > 4 && (BYTES_ARE(p, " X=") || BYTES_ARE(p, " CV="))) {
		p = bytes_find(p + 1, end, ' ');
		p -= p[-1] == ':';
	}
	if (end - p < 3 || p[0] != ':' || p[1] != ' ')
		return false;
	u->text = span_trim(span_of(p + 2, (size_t)(end - p - 2)));
	return u->text.n && (!by_system || u->ip.p);
}

static inline __attribute__((always_inline)) enum line_result put_delivery(struct maker *m,
									   struct usual_event *ev,
									   const struct usual *u, bool smtp)
{
	if (u->ip.p || smtp)
		ev->ev->flags |= EVF_REMOTE;
	usual_field(ev, m, F_RECIPIENT, u->rcpt);
	if (u->orig.p)
		usual_field(ev, m, F_ORIG_RECIPIENT, u->orig);
	if (u->ip.p)
		usual_field(ev, m, F_RELAY_IP, u->ip);
	return usual_end(ev, m);
}

/* False: it is one of the older ones whose text names the host, and nothing is written. */
static bool put_failed(struct maker *m, const struct exim_head *h, struct qid id, bool deferred,
		       const struct usual *u)
{
	enum event_kind kind = deferred ? EV_DEFER : EV_BOUNCE;
	struct exim_reply reply;
	struct usual_event ev;

	exim_reply_cut(u->text, &reply);
	if (reply.relay_ip.p && !u->ip.p)
		return false;
	ev = h ? usual_start(exim_begin(m, h, kind)) : usual_begin(m, DIALECT_EXIM, kind, id, 0);
	ev.ev->flags |= (u->ip.p || exim_is_smtp(u->transport) ? EVF_REMOTE : 0) |
			reply_classify(reply.text, reply.dsn) |
			(deferred && exim_not_fresh(u->text) ? EVF_NOT_FRESH : 0);
	usual_field(&ev, m, F_RECIPIENT, u->rcpt);
	if (u->orig.p)
		usual_field(&ev, m, F_ORIG_RECIPIENT, u->orig);
	if (u->ip.p)
		usual_field(&ev, m, F_RELAY_IP, u->ip);
	usual_field(&ev, m, F_TEXT, u->text);
	usual_end(&ev, m);
	return true;
}

bool exim_usual_result(struct maker *m, const struct exim_head *h, char flag, struct span s)
{
	const char *p = s.p, *end = p + s.n;
	struct usual_event ev;
	struct usual u;

	if (m->all)
		return false;
	if (flag == 'd' || flag == 'b')
		return read_failed(p, end, &u) && put_failed(m, h, qid_pack(SPAN_NONE), flag == 'd', &u);
	if (flag != '=')
		return false;
	p = usual_addresses(p, end, &u);
	p = p ? usual_way(p, end, &u) : NULL;
	if (!p || !read_sent(p, end, &u))
		return false;
	ev = usual_start(exim_begin(m, h, EV_DELIVER));
	put_delivery(m, &ev, &u, exim_is_smtp(u.transport));
	return true;
}

static __attribute__((noinline)) enum line_result usual_delivery(struct frame *f, struct maker *m,
								 struct span raw, const char *p)
{
	const char *end = raw.p + raw.n, *start;
	struct usual_event ev;
	struct exim_way *way;
	struct usual u;
	bool smtp;

	start = usual_addresses(p, end, &u);
	if (!start || end - start < 4)
		return LINE_UNREAD;
	way = exim_way_place(f->ways, start);
	if (end - start >= EXIM_WAY_MOST && exim_way_is(way, start)) {
		p = start + way->n - 1;
		smtp = way->smtp;
	} else {
		p = usual_way(start, end, &u);
		if (!p)
			return LINE_UNREAD;
		smtp = exim_is_smtp(u.transport);
		if (p < end)
			exim_way_keep(way, start, (size_t)(p + 1 - start), smtp);
	}
	if (!read_sent(p, end, &u))
		return LINE_UNREAD;
	frame_line_behind(f, m, raw);
	ev = usual_begin(m, DIALECT_EXIM, EV_DELIVER, f->last.qid, 0);
	return put_delivery(m, &ev, &u, smtp);
}

/* The head of the line RAW, which has P behind its flag, for the grammar's own readers. */
static struct exim_head head_of(const struct frame *f, struct span raw, const char *p)
{
	const char *start = raw.p + f->head.len;

	return (struct exim_head){ .id = span_of(start, (size_t)(p - 4 - start)) };
}

static __attribute__((noinline)) enum line_result usual_arrival(struct frame *f, struct maker *m,
								struct span raw, const char *p)
{
	struct span s = span_of(p, (size_t)(raw.p + raw.n - p));
	struct exim_head h;

	frame_line_behind(f, m, raw);
	if (exim_usual_arrival(m, NULL, f->last.qid, s))
		return LINE_EVENT;
	h = head_of(f, raw, p);
	return exim_arrival(m, &h, s);
}

static __attribute__((noinline)) enum line_result usual_failed(struct frame *f, struct maker *m,
							       struct span raw, const char *p, bool deferred)
{
	const struct exim_head h = head_of(f, raw, p);
	struct span s = span_of(p, (size_t)(raw.p + raw.n - p));
	struct usual u;

	frame_line_behind(f, m, raw);
	if (read_failed(p, p + s.n, &u) && put_failed(m, NULL, f->last.qid, deferred, &u))
		return LINE_EVENT;
	return exim_result(m, &h, deferred ? 'd' : 'b', s);
}

/* The two bytes of a flag. */
static inline bool flag_is(const char *p, char first, char second)
{
	return p[0] == first && p[1] == second;
}

/* P: behind the id. */
static inline enum line_result with_id(struct frame *f, struct maker *m, struct span raw, const char *p)
{
	size_t n = (size_t)(raw.p + raw.n - p);

	if (n == 9 && BYTES_ARE(p, "Completed")) {
		frame_line_behind(f, m, raw);
		return usual_completed(m, DIALECT_EXIM, f->last.qid, 0);
	}
	if (n < 4 || p[2] != ' ' || p[3] == ' ')
		return LINE_UNREAD;
	if (flag_is(p, '=', '>') || flag_is(p, '-', '>'))
		return usual_delivery(f, m, raw, p + 3);
	if (flag_is(p, '<', '='))
		return usual_arrival(f, m, raw, p + 3);
	if (flag_is(p, '=', '=') || flag_is(p, '*', '*'))
		return usual_failed(f, m, raw, p + 3, *p == '=');
	return LINE_UNREAD;
}

enum line_result exim_usual(struct frame *f, struct maker *m, struct span raw)
{
	struct span s = span_of(raw.p + f->head.len, raw.n - f->head.len);
	size_t n;

	if (s.n >= EXIM_TEXT_MOST)
		return LINE_UNREAD;
	n = exim_id_take(&f->last, s);
	if (n)
		return with_id(f, m, raw, s.p + n + 1);
	return s.n >= MARKS_LEAST && BYTES_ARE(s.p, "cwd=") ? exim_usual_command(f, m, raw, s) : LINE_UNREAD;
}
