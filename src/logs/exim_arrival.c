/*
 * exim_arrival - "<=" and "(=": a message came in, from whom, over what, with whose password.
 *
 * This line names the account, so it is the one that an attacker wants to write into. Six of its
 * fields hold foreign text: the HELO name, the ident answer, the login, the Message-ID, the subject
 * and the addresses. They are read in the grammar's order, and the reading that counts is the first
 * that is grammatical to the end of the line: every identity key at most once, in its place, with a
 * value of its form. Text that imitates keys breaks that, and then a later end of one free field is
 * tried. Where no reading holds, the line is still an arrival, but names no login and no unix user:
 * rather nobody than an innocent.
 *
 * TRUST: written by the MTA; the six fields by whoever sends. The subject is quoted with escapes, so
 * it ends where it says. U= is the kernel's word only without a client address. A= counts only
 * where P= agrees, since the protocol's name is Exim's own and its "a" says that a login was accepted.
 *
 * Source: receive.c (receive_msg, add_host_info_for_log), smtp_in.c (protocol names), Exim 4.
 */
#include "logs/digits.h"
#include "logs/exim_behind.h"
#include "logs/exim_near.h"
#include "logs/frame.h"

/* Identity keys in the order in which receive.c writes them. */
enum rank {
	R_NONE,
	R_PARENT,
	R_HOST,
	R_IDENT,
	R_PROTO,
	R_TLS,
	R_PEER,
	R_AUTH,
	R_SIZE,
	R_ID,
	R_TOPIC,
	R_FROM,
	R_FOR
};

/* Which free field is given a later end than the obvious one, and by how many candidates. */
struct choice {
	unsigned host, ident, auth, id;
};

struct arrival {
	struct span sender, parent, ident, proto, auth, size, id, topic, list, user_word;
	struct exim_host client;
	uint32_t nrcpt, bytes;
	bool resolved; /* B=: a panel has looked up who is behind the connection */
	bool cut;
};

struct reading {
	const char *p, *end;
	struct choice skip;
	enum rank rank;
	struct arrival *a;
};

static inline bool starts(const char *p, const char *end, const char *text, size_t n)
{
	return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}

static inline bool take_rank(struct reading *r, enum rank rank)
{
	if (r->rank >= rank)
		return false;
	r->rank = rank;
	return true;
}

static inline struct span take_word(struct reading *r, size_t skip)
{
	const char *start = r->p + skip;

	r->p = exim_word(start, r->end);
	return span_of(start, (size_t)(r->p - start));
}

/* The keys that may follow a Message-ID. */
static bool late_key(const char *p, const char *end)
{
	return STARTS(p, end, "T=\"") || STARTS(p, end, "from <") || STARTS(p, end, "for ");
}

/* The keys that may follow a login. */
static bool after_login(const char *p, const char *end)
{
	static const struct span keys[] = {
		SPAN("PRDR"), SPAN("PRX="), SPAN("K "),	   SPAN("M8S="), SPAN("DKIM="),
		SPAN("SPF"),  SPAN("ARC"),  SPAN("DMARC"), SPAN("RT="),	 SPAN("Q="),
		SPAN("id="),  SPAN("id*="), SPAN("ID="),   SPAN("B="),
	};

	if (STARTS(p, end, "S="))
		return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (starts(p, end, keys[i].p, keys[i].n))
			return true;
	return late_key(p, end);
}

/* End of a free field: the blank before a key that FITS, SKIP of them passed over; NULL when they run out. */
static const char *free_end(const char *p, const char *end, unsigned skip,
			    bool (*fits)(const char *, const char *))
{
	for (p = exim_word(p, end); p < end; p = exim_word(p + 1, end))
		if (fits(p + 1, end) && skip-- == 0)
			return p;
	return skip == 0 ? end : NULL;
}

static bool proto_key(const char *p, const char *end)
{
	return STARTS(p, end, "P=") || STARTS(p, end, "Ci=");
}

static inline bool read_host(struct reading *r)
{
	r->p = exim_host_cut(r->p + 2, r->end, r->skip.host, &r->a->client);
	return r->p && (r->p == r->end || *r->p == ' ');
}

static inline bool read_ident(struct reading *r)
{
	const char *start = r->p + 2;

	r->p = r->skip.ident ? free_end(start, r->end, r->skip.ident, proto_key) : exim_word(start, r->end);
	if (!r->p)
		return false;
	r->a->ident = span_of(start, (size_t)(r->p - start));
	return true;
}

/* esmtpsa, local-smtp, spam-scanned: letters, digits and - _ . + */
static bool proto_form(struct span s)
{
	static const bool fits[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['-'] = true,
		['_'] = true,	      ['.'] = true,	    ['+'] = true,
	};

	for (size_t i = 0; i < s.n; i++)
		if (!fits[(unsigned char)s.p[i]])
			return false;
	return s.n > 0;
}

static inline bool read_auth(struct reading *r)
{
	const char *start = r->p + 2;

	r->p = free_end(start, r->end, r->skip.auth, after_login);
	if (!r->p)
		return false;
	r->a->auth = span_of(start, (size_t)(r->p - start));
	/*
	 * The protocol comes before the login: here it would be the real one, behind a forged ident
	 * answer.
	 */
	return !memchr(start, ' ', r->a->auth.n) || span_search(r->a->auth, 0, SPAN(" P=")) < 0;
}

static inline bool read_size(struct reading *r)
{
	struct span s = take_word(r, 2);
	uint64_t value = 0;
	size_t n = 0;

	for (; n < s.n && n < 18 && (unsigned char)(s.p[n] - '0') < 10; n++)
		value = value * 10 + (unsigned char)(s.p[n] - '0');
	/* Panels put the user's name into a second S=. */
	if (n && n == s.n) {
		if (!take_rank(r, R_SIZE))
			return false;
		r->a->size = s;
		r->a->bytes = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
		return true;
	}
	r->a->user_word = s;
	return proto_form(s) || span_find(s, 0, '@') > 0;
}

static inline bool read_id(struct reading *r)
{
	const char *start = r->p + (r->p[2] == '*' ? 4 : 3);

	r->p = free_end(start, r->end, r->skip.id, late_key);
	if (!r->p)
		return false;
	r->a->id = span_of(start, (size_t)(r->p - start));
	return true;
}

static inline bool read_topic(struct reading *r)
{
	const char *start = r->p + 3, *close = exim_quoted(start, r->end);

	r->a->topic = span_of(start, (size_t)(close - start));
	if (close == r->end) {
		r->p = r->end;
		r->a->cut = true;
		/* Without a client there is no HELO that could have opened it: the line was cut. */
		return !r->a->client.ip.p;
	}
	r->p = close + 1;
	return r->p == r->end || *r->p == ' ';
}

/* DN="..." is the peer certificate's text, its quotes not escaped: it ends at a quote before a blank. */
static bool read_peer(struct reading *r)
{
	const char *close = memmem(r->p + 4, (size_t)(r->end - r->p - 4), "\" ", 2);

	r->p = close ? close + 1 : r->end;
	return true;
}

static bool read_from(struct reading *r)
{
	r->p = exim_address(r->p + 6, r->end);
	return r->p[-1] == '>';
}

/* One recipient; false for text that no address list holds. ODD: the list has quotes or brackets. */
static inline __attribute__((always_inline)) bool read_recipient(const char *p, const char *stop, bool odd)
{
	size_t n = (size_t)(stop - p);

	if (*p == '"')
		return true;
	if (*p == '[' || *p == '<' || (n == 3 && !memcmp(p, "for", 3)))
		return false;
	return !odd || bytes_find2(p, stop, '"', ')') == stop;
}

/* Counts the recipients that the list names; false where it is none, behind those that were counted. */
static inline bool read_recipients(struct span list, uint32_t *n)
{
	const char *p = list.p, *end = p + list.n;
	bool odd = bytes_find2(p, end, '"', ')') < end;

	while (p < end) {
		const char *stop = *p == '"' ? exim_address(p, end) : exim_word(p, end);

		if (stop > p) {
			if (!read_recipient(p, stop, odd))
				return false;
			++*n;
		}
		p = stop + 1;
	}
	return true;
}

static inline bool read_list(struct reading *r)
{
	r->a->list = span_of(r->p + 4, (size_t)(r->end - r->p - 4));
	if (span_ends(r->a->list, SPAN(" <trunc>"))) {
		r->a->list.n -= 8;
		r->a->cut = true;
	}
	r->p = r->end;
	return read_recipients(r->a->list, &r->a->nrcpt);
}

/* A key that is nobody's identity: WORD or WORD=value without quotes and round brackets. */
static inline bool read_other(struct reading *r)
{
	struct span s = take_word(r, 0);

	if (span_starts(s, SPAN("B=")))
		r->a->resolved = true;
	if (s.n == 0)
		return true;
	if (!(s.p[0] >= 'A' && s.p[0] <= 'Z') && !span_eq(s, SPAN("<trunc>")))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == '(' || s.p[i] == ')')
			return false;
	return true;
}

static inline bool read_tls(struct reading *r)
{
	if (r->p + 2 < r->end && r->p[2] == '"') {
		r->p = exim_quoted(r->p + 3, r->end);
		r->p += r->p < r->end;
	} else {
		r->p = exim_word(r->p, r->end);
	}
	return true;
}

static inline bool read_proto(struct reading *r)
{
	r->a->proto = take_word(r, 2);
	return proto_form(r->a->proto);
}

static bool read_parent(struct reading *r)
{
	r->a->parent = take_word(r, 2);
	return true;
}

static inline bool read_letter(struct reading *r)
{
	switch (*r->p) {
	case 'R':
		return take_rank(r, R_PARENT) && read_parent(r);
	case 'H':
		return take_rank(r, R_HOST) && read_host(r);
	case 'U':
		return take_rank(r, R_IDENT) && read_ident(r);
	case 'P':
		return take_rank(r, R_PROTO) && read_proto(r);
	case 'X':
		return take_rank(r, R_TLS) && read_tls(r);
	case 'A':
		return take_rank(r, R_AUTH) && read_auth(r);
	case 'S':
		return read_size(r);
	case 'T':
		if (r->p + 2 < r->end && r->p[2] == '"')
			return take_rank(r, R_TOPIC) && read_topic(r);
		return read_other(r);
	default:
		return read_other(r);
	}
}

/* One key; p stands on its first byte. */
static inline bool read_key(struct reading *r)
{
	const char *p = r->p, *end = r->end;

	if (end - p > 1 && p[1] == '=')
		return read_letter(r);
	if (STARTS(p, end, "id=") || STARTS(p, end, "id*="))
		return take_rank(r, R_ID) && read_id(r);
	if (STARTS(p, end, "for "))
		return take_rank(r, R_FOR) && read_list(r);
	if (STARTS(p, end, "from <"))
		return take_rank(r, R_FROM) && read_from(r);
	if (STARTS(p, end, "DN=\""))
		return take_rank(r, R_PEER) && read_peer(r);
	return read_other(r);
}

/* SMTP protocols that carry a login end in "a" (smtp_in.c, protocols[]). */
static inline bool proto_agrees(struct span p, struct span ip, struct span auth)
{
	if (ip.p && span_starts(p, SPAN("local")))
		return false;
	return !auth.p || (p.n && p.p[p.n - 1] == 'a') || span_search(p, 0, SPAN("smtp")) < 0;
}

static bool read_line(struct span s, struct choice skip, struct arrival *a)
{
	struct reading r = { .p = s.p, .end = s.p + s.n, .skip = skip, .rank = R_NONE, .a = a };

	r.p = exim_address(r.p, r.end);
	a->sender = span_of(s.p, (size_t)(r.p - s.p));
	while (r.p < r.end) {
		if (*r.p != ' ')
			return false;
		r.p++;
		if (r.p < r.end && *r.p != ' ' && !read_key(&r))
			return false;
	}
	return proto_agrees(a->proto, a->client.ip, a->auth);
}

/* The readings in the order in which they are tried; a line without forged text fits the first. */
static const struct choice choices[] = {
	{ 0 },	       { .host = 1 }, { .host = 2 }, { .host = 3 },  { .auth = 1 },
	{ .auth = 2 }, { .id = 1 },   { .id = 2 },   { .ident = 1 }, { .ident = 2 },
};

/* One by one: compilers clear a struct of this size with a slow string instruction. */
static void clear(struct arrival *a)
{
	a->sender = a->parent = a->ident = a->proto = a->auth = a->size = SPAN_NONE;
	a->id = a->topic = a->list = a->user_word = SPAN_NONE;
	a->client.name = a->client.helo = a->client.ip = a->client.port = SPAN_NONE;
	a->client.dotted = false;
	a->nrcpt = a->bytes = 0;
	a->resolved = a->cut = false;
}

static void read_arrival(struct span s, struct arrival *a)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		clear(a);
		if (read_line(s, choices[i], a))
			return;
	}
	clear(a);
	read_line(s, choices[0], a);
	a->auth = a->ident = a->user_word = SPAN_NONE;
	if (span_starts(a->proto, SPAN("local")))
		a->proto = SPAN_NONE;
}

/* driver:id:mailauth; false where no id is told. */
static bool login_of(struct span *auth)
{
	const char *end = auth->p + auth->n, *id = bytes_find(auth->p, end, ':');

	if (id++ == end)
		return false;
	*auth = span_of(id, (size_t)(bytes_find(id, end, ':') - id));
	return true;
}

static void put_login(struct maker *m, struct span auth)
{
	struct span id = auth;
	bool told = login_of(&id);

	exim_tell(m, F_AUTH_METHOD, told ? span_head(auth, (size_t)(id.p - 1 - auth.p)) : auth);
	if (told)
		exim_put(m, F_USER, id);
}

static void put_who(struct maker *m, const struct arrival *a, bool local)
{
	exim_put_client(m, &a->client);
	if (a->auth.p)
		put_login(m, a->auth);
	if (local && a->ident.p) {
		exim_put(m, F_UNIX_USER, a->ident);
		if (exim_is_mta_user(a->ident))
			m->ev->flags |= EVF_MTA_USER;
	}
	if (a->resolved && (a->user_word.p || a->ident.p))
		exim_put(m, F_IDENT_USER, a->user_word.p ? a->user_word : a->ident);
}

/* What trace asks of an arrival that has the usual keys one behind the other, and each in one word. */
struct usual {
	struct span sender, parent, ip, port, ident, auth, id, topic, list;
	uint32_t bytes, nrcpt;
	bool local; /* handed over by a program of this server */
};

#define KEY_LEAST \
	16 /* bytes that must be left where the next keys are looked at: a line of the usual kind has more */
#define USUAL_LEAST 64 /* bytes of such a line */

/* "NAME (HELO) [1.2.3.4]:PORT" at p, name or helo maybe missing: the blank behind it; NULL for anything else. */
static inline __attribute__((always_inline)) const char *usual_host(const char *p, const char *end,
								    struct usual *u)
{
	const char *open = p;

	if (*p != '(' && *p != '[') {
		open = exim_near2(p, end, 32, ' ', '[');
		if (open == end || *open++ != ' ' || open == end)
			return NULL;
	}
	if (*open == '(') {
		open = exim_near(open, end, 32, ')') + 2;
		if (end - open < 32 || open[-1] != ' ')
			return NULL;
	}
	if (end - open < 32 || *open != '[')
		return NULL;
	u->ip = span_of(open + 1, bytes_dotted_in(open + 1, 0));
	if (!u->ip.n)
		return NULL;
	p = u->ip.p + u->ip.n + 1;
	if (*p == ':') {
		u->port.p = ++p;
		p = bytes_behind_number(p);
		u->port.n = (size_t)(p - u->port.p);
	}
	return *p == ' ' && p[-1] != ':' ? p : NULL;
}

/* The word from START on: the blank behind it, with enough left for the next key; else NULL. */
static inline const char *usual_word(const char *start, const char *end, struct span *ret)
{
	const char *p = exim_word(start, end);

	*ret = span_of(start, (size_t)(p - start));
	return end - p < KEY_LEAST ? NULL : p;
}

/* Is this the key behind the blank P? */
static inline bool is_key(const char *p, const char *key)
{
	return bytes_are(p + 1, key, 2);
}

/*
 * " P=PROTOCOL", its encryption and whether that was verified, at the blank P: the blank behind them; NULL for anything else.
 * Where there is room, WAYS keep it, unless they are NULL.
 */
static const char *usual_entry(const char *p, const char *end, struct exim_way *ways, bool *ret_local,
			       bool *ret_login)
{
	const char *start = p;
	struct span proto, word;
	struct exim_way *w;

	if (!is_key(p, "P=") || !(p = usual_word(p + 3, end, &proto)) || !proto_form(proto))
		return NULL;
	if (is_key(p, "X=") && (p[3] == '"' || !(p = usual_word(p + 3, end, &word))))
		return NULL;
	if ((BYTES_ARE(p, " CV=no ") || BYTES_ARE(p, " CV=yes ")) && !(p = usual_word(p + 1, end, &word)))
		return NULL;
	*ret_local = span_starts(proto, SPAN("local"));
	*ret_login = proto_agrees(proto, SPAN_NONE, proto);
	if (ways && end - start >= EXIM_WAY_MOST && p[2] == '=') {
		w = exim_way_in(ways, start);
		exim_way_keep(w, start, (size_t)(p + 3 - start), EXIM_WAY_MOST);
		w->local = *ret_local;
		w->login = *ret_login;
	}
	return p;
}

/*
 * Who hands over: " H=..." or " U=...", maybe behind the " R=..." of a bounce, then the protocol, up to the size. At the blank
 * P; NULL for anything else. WAYS are those that have been read before, or NULL.
 */
static inline __attribute__((always_inline)) const char *usual_client(const char *p, const char *end,
								      struct exim_way *ways, struct usual *u)
{
	struct exim_way *way = NULL;
	const char *start;
	bool local, login;

	/* what is not there: a span cleared whole is written in halves and read at once, which stalls */
	u->parent.p = u->ip.p = u->port.p = u->ident.p = u->auth.p = NULL;
	if (is_key(p, "R=") && !(p = usual_word(p + 3, end, &u->parent)))
		return NULL;
	if (is_key(p, "H=")) {
		p = usual_host(p + 3, end, u);
		if (!p || end - p < KEY_LEAST)
			return NULL;
	}
	if (is_key(p, "U=") && !(p = usual_word(p + 3, end, &u->ident)))
		return NULL;
	if (ways && end - p >= EXIM_WAY_MOST)
		way = exim_way_in(ways, p);
	if (way && exim_way_is(way, p, EXIM_WAY_MOST)) {
		p += way->n - 3;
		local = way->local;
		login = way->login;
	} else if (!(p = usual_entry(p, end, ways, &local, &login))) {
		return NULL;
	}
	if (is_key(p, "A=")) {
		start = p + 3;
		p = exim_near(start, end, 48, ' ');
		u->auth = span_of(start, (size_t)(p - start));
	}
	u->local = !u->ip.p && (u->ident.p || local);
	return (u->ip.p && local) || (u->auth.p && !login) ? NULL : p;
}

/* The closing quote as exim_quoted has it, which is rarely needed. */
static inline const char *usual_quoted(const char *p, const char *end)
{
	const char *quote = exim_near(p, end, 32, '"');

	return quote < end && quote > p && quote[-1] == '\\' ? exim_quoted(p, end) : quote;
}

/* As read_recipients; 64 bytes in front of the list's end are the line's. */
static inline __attribute__((always_inline)) bool usual_recipients(struct span list, uint32_t *ret_count)
{
	const char *p = list.p, *end = p + list.n, *stop;
	uint64_t odd;

	*ret_count = 0;
	if (list.n - 1 >= 64)
		return list.n && read_recipients(list, ret_count);
	odd = exim_odd_bytes(p, end);
	if (odd && odd != bytes_mask(end - 64, ' ') >> (64 - list.n))
		return read_recipients(list, ret_count);
	do {
		stop = odd ? list.p + (unsigned)__builtin_ctzll(odd) : end;
		if (stop > p) {
			if (!read_recipient(p, stop, false))
				return false;
			++*ret_count;
		}
		p = stop + 1;
		odd &= odd - 1;
	} while (p < end);
	return true;
}

/* The subject, if there is one, and the recipients, up to the end. At the blank P. */
static inline __attribute__((always_inline)) bool usual_rest(const char *p, const char *end, struct usual *u)
{
	u->topic.p = u->list.p = NULL;
	u->nrcpt = 0;
	if (STARTS(p, end, " T=\"")) {
		const char *close = usual_quoted(p + 4, end);

		u->topic = span_of(p + 4, (size_t)(close - p - 4));
		if (close == end)
			return false;
		p = close + 1;
	}
	if (p == end)
		return true;
	if (!STARTS(p, end, " for "))
		return false;
	p += 5;
	u->list = span_of(p, (size_t)(end - p));
	return !span_ends(u->list, SPAN(" <trunc>")) && usual_recipients(u->list, &u->nrcpt);
}

/*
 * The first reading of read_line, for such a line: what it accepts it cuts just as the keys' own readers do. False: the
 * grammar must be read.
 */
static inline __attribute__((always_inline)) bool read_usual(struct span s, struct exim_way *ways,
							     struct usual *u)
{
	const char *p, *end = s.p + s.n, *start;

	if (s.n < USUAL_LEAST || *s.p == '"')
		return false;
	p = exim_near(s.p, end, 32, ' ');
	u->sender = span_of(s.p, (size_t)(p - s.p));
	if (end - p < KEY_LEAST)
		return false;
	p = usual_client(p, end, ways, u);
	/* the login ends where the size begins, if it is one word */
	if (!p || end - p < 11 || !is_key(p, "S="))
		return false;
	start = p += 3;
	u->bytes = bytes_number(&p);
	if (p == start || (p < end && *p != ' '))
		return false;
	u->id.p = NULL;
	if (STARTS(p, end, " id=")) {
		start = p + 4;
		p = exim_near(start, end, 48, ' ');
		u->id = span_of(start, (size_t)(p - start));
		/* the subject or the recipients follow */
		if (p == end)
			return false;
	}
	return usual_rest(p, end, u);
}

static inline enum event_kind usual_kind(const struct usual *u)
{
	return u->local || u->auth.p ? EV_SUBMIT : EV_ACCEPT;
}

static inline __attribute__((always_inline)) enum line_result put_usual(struct maker *m,
									struct usual_event *ev,
									struct usual *u)
{
	ev->ev->flags |= (uint16_t)((u->local ? EVF_LOCAL : 0) | (u->auth.p ? EVF_AUTH : 0));
	ev->ev->nrcpt = u->nrcpt;
	ev->ev->size = u->bytes;
	if (u->sender.n == 2 && BYTES_ARE(u->sender.p, "<>")) {
		ev->ev->flags |= EVF_NULL_SENDER;
		u->sender = span_of(u->sender.p + 2, 0);
	}
	usual_field(ev, m, F_SENDER, u->sender);
	if (u->ip.p)
		usual_field(ev, m, F_CLIENT_IP, u->ip);
	/* Panels name the unix user behind a connection from localhost by its port. */
	if (u->port.p && BYTES_ARE(u->ip.p, "127."))
		usual_field(ev, m, F_PORT, u->port);
	if (u->auth.p && login_of(&u->auth))
		usual_field(ev, m, F_USER, u->auth);
	if (u->local && u->ident.p) {
		usual_field(ev, m, F_UNIX_USER, u->ident);
		if (exim_is_mta_user(u->ident))
			ev->ev->flags |= EVF_MTA_USER;
	}
	if (u->list.p)
		usual_field(ev, m, F_RECIPIENTS, u->list);
	if (u->parent.p)
		usual_field(ev, m, F_PARENT_ID, u->parent);
	if (u->id.p)
		usual_field(ev, m, F_MESSAGE_ID, u->id);
	if (u->topic.p)
		usual_field(ev, m, F_SUBJECT, u->topic);
	return usual_end(ev, m);
}

static enum line_result grammar(struct maker *m, const struct exim_head *h, struct span s)
{
	struct arrival a;
	struct event *ev;
	bool local;

	read_arrival(s, &a);
	local = !a.client.ip.p && (a.ident.p || span_starts(a.proto, SPAN("local")));
	ev = exim_begin(m, h, local || a.auth.p ? EV_SUBMIT : EV_ACCEPT);
	ev->flags |= (uint16_t)((local ? EVF_LOCAL : 0) | (a.auth.p ? EVF_AUTH : 0) | (a.cut ? EVF_CUT : 0));
	if (span_eq(a.sender, SPAN("<>"))) {
		ev->flags |= EVF_NULL_SENDER;
		a.sender = span_from(a.sender, 2);
	}
	ev->nrcpt = a.nrcpt;
	ev->size = a.bytes;
	exim_put(m, F_SENDER, a.sender);
	put_who(m, &a, local);
	exim_put(m, F_RECIPIENTS, a.list);
	exim_put(m, F_PARENT_ID, a.parent);
	exim_tell(m, F_PROTOCOL, a.proto);
	exim_tell(m, F_SIZE, a.size);
	exim_put(m, F_MESSAGE_ID, a.id);
	exim_put_escaped(m, F_SUBJECT, a.topic);
	maker_end(m);
	return LINE_EVENT;
}

enum line_result exim_arrival(struct maker *m, const struct exim_head *h, struct span s)
{
	struct usual_event ev;
	struct usual u;

	if (m->all || !read_usual(s, NULL, &u))
		return grammar(m, h, s);
	ev = usual_start(exim_begin(m, h, usual_kind(&u)));
	return put_usual(m, &ev, &u);
}

enum line_result exim_usual_arrival(struct frame *f, struct maker *m, struct span raw)
{
	const char *p = exim_behind_flag(exim_behind_id(&f->head, &f->last, raw), raw, "<= ");
	struct usual_event ev;
	struct exim_head h;
	struct usual u;
	struct span s;

	/* hardly ever the last id */
	if (!p || !exim_id_new(&f->last, raw.p + f->head.len))
		return LINE_UNREAD;
	s = span_of(p, (size_t)(raw.p + raw.n - p));
	frame_line_behind(f, m, raw);
	if (!read_usual(s, f->ways, &u)) {
		h = exim_head_behind(&f->head, &f->last, raw);
		return grammar(m, &h, s);
	}
	ev = usual_begin(m, DIALECT_EXIM, usual_kind(&u), f->last.qid, 0);
	return put_usual(m, &ev, &u);
}
