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
#include "logs/exim_behind.h"
#include "logs/exim_near.h"
#include "logs/frame.h"
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
	const char *open = exim_near2(p, end, 32, ' ', '['), *close;

	if (*p == '(' || end - open < 18 || open[0] != ' ' || open[1] != '[')
		return NULL;
	u->ip = span_of(open + 2, bytes_dotted_in(open + 2, 0));
	close = u->ip.p + u->ip.n;
	return u->ip.n && end - close > 2 && !BYTES_ARE(u->ip.p, "127.") ? close + 1 : NULL;
}

/* What an address may begin with here: no quote, and none of the signs in front of a pipe or a file. */
static const bool begins_address[256] = {
	['0' ... '9'] = true,
	['A' ... '|' - 1] = true,
	['|' + 1 ... 127] = true,
};

/* "ADDR [<ADDR>] " at p, as deliver.c begins nearly every result: the last blank, three more bytes behind it, or NULL. */
static inline __attribute__((always_inline)) const char *usual_addresses(const char *p, const char *end,
									 struct usual *u)
{
	const char *stop = exim_near(p, end, 32, ' '), *close;

	if (end - stop < 4 || stop[-1] == ':' || !begins_address[(unsigned char)*p])
		return NULL;
	u->rcpt = span_of(p, (size_t)(stop - p));
	u->orig.p = u->ip.p = NULL;
	if (stop[1] == '<') {
		p = stop + 2;
		close = exim_near2(p, end, 32, '>', ' ');
		if (end - close < 5 || close[0] != '>' || close[1] != ' ')
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

static __attribute__((noinline)) enum line_result usual_completion(struct frame *f, struct maker *m,
								   struct span raw)
{
	const char *p = exim_behind_id(&f->head, &f->last, raw);

	if (raw.p + raw.n - p != 9 || !BYTES_ARE(p, "Completed") || !exim_take_id(&f->head, &f->last, raw))
		return LINE_UNREAD;
	frame_line_behind(f, m, raw);
	return usual_completed(m, DIALECT_EXIM, f->last.qid, 0);
}

/* P: behind the flag. */
static inline __attribute__((always_inline)) enum line_result delivery(struct frame *f, struct maker *m,
								       struct span raw, const char *p)
{
	const char *end = raw.p + raw.n, *start;
	struct usual_event ev;
	struct exim_way *way;
	struct usual u;
	bool smtp;

	start = usual_addresses(p, end, &u);
	if (!start)
		return LINE_UNREAD;
	way = exim_way_out(f->ways, start);
	if (end - start >= EXIM_WAY_OUT && exim_way_is(way, start, EXIM_WAY_OUT)) {
		p = start + way->n - 1;
		smtp = way->smtp;
	} else {
		p = usual_way(start, end, &u);
		if (!p)
			return LINE_UNREAD;
		smtp = exim_is_smtp(u.transport);
		if (p < end) {
			exim_way_keep(way, start, (size_t)(p + 1 - start), EXIM_WAY_OUT);
			way->smtp = smtp;
		}
	}
	if (!read_sent(p, end, &u))
		return LINE_UNREAD;
	frame_line_behind(f, m, raw);
	ev = usual_begin(m, DIALECT_EXIM, EV_DELIVER, f->last.qid, 0);
	return put_delivery(m, &ev, &u, smtp);
}

/* P: behind the flag. */
static __attribute__((noinline)) enum line_result failed(struct frame *f, struct maker *m, struct span raw,
							 const char *p, bool deferred)
{
	struct span s = span_of(p, (size_t)(raw.p + raw.n - p));
	struct exim_head h;
	struct usual u;

	frame_line_behind(f, m, raw);
	if (read_failed(p, p + s.n, &u) && put_failed(m, NULL, f->last.qid, deferred, &u))
		return LINE_EVENT;
	h = exim_head_behind(&f->head, &f->last, raw);
	return exim_result(m, &h, deferred ? 'd' : 'b', s);
}

/* "=>" and "->", and "==". */
static __attribute__((noinline)) enum line_result usual_outcome(struct frame *f, struct maker *m,
								struct span raw)
{
	const char *flag = exim_behind_id(&f->head, &f->last, raw), *p = exim_behind_flag(flag, raw, "=> ");

	if (!p)
		p = exim_behind_flag(flag, raw, "-> ");
	if (p)
		return exim_take_id(&f->head, &f->last, raw) ? delivery(f, m, raw, p) : LINE_UNREAD;
	p = exim_behind_flag(flag, raw, "== ");
	return p && exim_take_id(&f->head, &f->last, raw) ? failed(f, m, raw, p, true) : LINE_UNREAD;
}

static __attribute__((noinline)) enum line_result usual_bounce(struct frame *f, struct maker *m,
							       struct span raw)
{
	const char *p = exim_behind_flag(exim_behind_id(&f->head, &f->last, raw), raw, "** ");

	return p && exim_take_id(&f->head, &f->last, raw) ? failed(f, m, raw, p, false) : LINE_UNREAD;
}

/*
 * "NAME authenticator failed for ...": a name of letters, digits and an underscore is none of the programs that might write
 * into a file of this form (frame.c), and no line of another kind begins so.
 */
static bool is_auth_failure(const char *p, const char *end)
{
	const char *blank = exim_near(p, end, 32, ' ');
	bool underscore = false;

	if (!STARTS(blank, end, " authenticator failed for "))
		return false;
	for (; p < blank; p++) {
		if (*p != '_' && (unsigned char)((*p | 0x20) - 'a') >= 26 && (unsigned char)(*p - '0') >= 10)
			return false;
		underscore |= *p == '_';
	}
	return underscore;
}

/*
 * The first line with an id, or with one of the other length. Of those without one some go to their reader at once, past
 * questions (exim.c) to which the answer is no.
 */
static __attribute__((noinline)) enum line_result other(struct frame *f, struct maker *m, struct span raw)
{
	const char *p = raw.p + f->head.len, *end = raw.p + raw.n;
	size_t n = exim_id_length(span_of(p, EXIM_ID_ROOM));
	struct exim_head none = { .pid = 0 };
	struct span s = span_of(p, (size_t)(end - p));

	if (n && n + 1 != f->last.behind) {
		exim_id_keep(&f->last, p, n);
		return exim_usual(f, m, raw);
	}
	if (p[1] == '=' && (*p == 'H' || *p == 'U' || *p == 'F')) {
		frame_line_behind(f, m, raw)->text = s;
		return exim_session(m, &none, s);
	}
	if (is_auth_failure(p, end)) {
		frame_line_behind(f, m, raw)->text = s;
		return exim_misc(m, &none, s);
	}
	return LINE_UNREAD;
}

/*
 * Lines that nearly half of a log consists of have been passed over as dull. The others: what stands behind the id tells the
 * kind, if it is one that has any.
 */
enum line_result exim_usual(struct frame *f, struct maker *m, struct span raw)
{
	size_t n = raw.n - f->head.len;
	char flag;

	if (n <= EXIM_ID_ROOM || n >= EXIM_TEXT_MOST)
		return LINE_UNREAD;
	flag = *exim_behind_id(&f->head, &f->last, raw);
	if (flag == 'C')
		return usual_completion(f, m, raw);
	if (flag == '=' || flag == '-')
		return usual_outcome(f, m, raw);
	if (flag == '<')
		return exim_usual_arrival(f, m, raw);
	if (flag == '*')
		return usual_bounce(f, m, raw);
	if (raw.p[f->head.len] == 'c')
		return exim_usual_command(f, m, raw);
	return other(f, m, raw);
}
