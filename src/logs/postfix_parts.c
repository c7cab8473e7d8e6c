/*
 * postfix_parts - the small grammars of Postfix's log lines; see postfix_parts.h.
 *
 * Everything walks from the left, looks at each byte a bounded number of times, and believes a
 * separator only where the grammar has one. Sources: Postfix src/global/mail_queue.h (ids),
 * src/smtpd/smtpd_check.c log_whatsup and smtpd.c smtpd_whatsup (keys of refusals),
 * src/global/info_log_addr_form.c (addresses: quoted in external form since 3.5, bare before).
 *
 * TRUST: addresses and replies are the client's. A key that could belong to a forged address is dropped,
 * not guessed: pf_tail.whole.
 */
#include "logs/postfix_parts.h"

#include "logs/postfix_id.h"

enum { DIGIT = 1, HEX = 2, LETTER = 4 };

#define D DIGIT
#define H HEX
#define L LETTER
static const uint8_t id_class[256] = {
	['0'] = D, ['1'] = D, ['2'] = D, ['3'] = D, ['4'] = D, ['5'] = D, ['6'] = D, ['7'] = D, ['8'] = D,
	['9'] = D, ['A'] = H, ['B'] = H, ['C'] = H, ['D'] = H, ['E'] = H, ['F'] = H, ['G'] = L, ['H'] = L,
	['I'] = L, ['J'] = L, ['K'] = L, ['L'] = L, ['M'] = L, ['N'] = L, ['O'] = L, ['P'] = L, ['Q'] = L,
	['R'] = L, ['S'] = L, ['T'] = L, ['U'] = L, ['V'] = L, ['W'] = L, ['X'] = L, ['Y'] = L, ['Z'] = L,
	['a'] = L, ['b'] = L, ['c'] = L, ['d'] = L, ['e'] = L, ['f'] = L, ['g'] = L, ['h'] = L, ['i'] = L,
	['j'] = L, ['k'] = L, ['l'] = L, ['m'] = L, ['n'] = L, ['o'] = L, ['p'] = L, ['q'] = L, ['r'] = L,
	['s'] = L, ['t'] = L, ['u'] = L, ['v'] = L, ['w'] = L, ['x'] = L, ['y'] = L, ['z'] = L,
};
#undef D
#undef H
#undef L

/*
 * Short ids are 6 to 16 upper hex digits, long ones base 52 that begin with a digit until 2060; no
 * severity word has a digit, so one digit or nothing but hex tells an id from a word.
 */
size_t pf_id_length(struct span s)
{
	size_t most = s.n < 40 ? s.n : 40, n = 0;
	unsigned seen = 0;

#ifdef __SSE2__
	int quick = s.n >= 16 ? pf_id_short(s.p) : -1;

	if (quick >= 0)
		return (size_t)quick;
#endif
	for (; n < most; n++) {
		uint8_t c = id_class[(unsigned char)s.p[n]];

		if (!c)
			break;
		seen |= c;
	}
	return n >= 5 && ((seen & DIGIT) || !(seen & LETTER)) ? n : 0;
}

bool pf_is_id(struct span s)
{
	return s.n && pf_id_length(s) == s.n;
}

bool pf_take_number(struct span *s, uint32_t *ret_value)
{
	uint64_t value = 0;
	size_t n = 0;

	for (; n < s->n && id_class[(unsigned char)s->p[n]] == DIGIT; n++) {
		value = value * 10 + (unsigned)(s->p[n] - '0');
		if (value > UINT32_MAX)
			value = UINT32_MAX;
	}
	if (!n)
		return false;
	*s = span_from(*s, n);
	*ret_value = (uint32_t)value;
	return true;
}

/* ":PORT", digits only. */
static struct span take_port(struct span *s)
{
	struct span port = span_from(*s, 1), rest = port;
	uint32_t value;

	if (!s->n || s->p[0] != ':' || !pf_take_number(&rest, &value))
		return SPAN_NONE;
	*s = rest;
	return span_head(port, port.n - rest.n);
}

bool pf_take_peer(struct span *s, struct pf_peer *ret_peer)
{
	/* A host name has at most 255 bytes, an address in brackets at most 107 (a socket's path). */
	struct span reach = span_head(*s, 260);
	const char *bracket = reach.n ? bytes_find2(reach.p, reach.p + reach.n, '[', ' ') : NULL;
	ptrdiff_t open = bracket && bracket < reach.p + reach.n && *bracket == '[' ? bracket - s->p : -1;
	ptrdiff_t close = open < 0 ? -1 : pf_find(span_head(*s, (size_t)open + 120), (size_t)open, ']');

	if (close < 0)
		return false;
	ret_peer->name = open ? span_head(*s, (size_t)open) : SPAN_NONE;
	ret_peer->ip = span_of(s->p + open + 1, (size_t)(close - open - 1));
	*s = span_from(*s, (size_t)close + 1);
	ret_peer->port = take_port(s);
	return true;
}

/* Position behind the closing quote of a quoted local part at AT, or AT when there is none. */
static size_t skip_quoted(struct span s, size_t at)
{
	if (at >= s.n || s.p[at] != '"')
		return at;
	for (size_t i = at + 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return at;
}

bool pf_take_bracketed(struct span *s, bool (*follows)(struct span rest), struct span *ret_address)
{
	if (!s->n || s->p[0] != '<')
		return false;
	for (ptrdiff_t close = pf_find(*s, skip_quoted(*s, 1), '>'); close >= 0;
	     close = pf_find(*s, (size_t)close + 1, '>')) {
		struct span rest = span_from(*s, (size_t)close + 1);

		if (follows(rest)) {
			*ret_address = span_of(s->p + 1, (size_t)close - 1);
			*s = rest;
			return true;
		}
	}
	return false;
}

static bool ends_value(struct span rest)
{
	return rest.n == 0 || rest.p[0] == ' ' || rest.p[0] == ',' || rest.p[0] == ':';
}

bool pf_take_address(struct span *s, struct span *ret_address)
{
	size_t n = 0;

	if (s->n && s->p[0] == '<')
		return pf_take_bracketed(s, ends_value, ret_address);
	while (n < s->n && s->p[n] != ' ' && s->p[n] != ',')
		n++;
	*ret_address = span_head(*s, n);
	*s = span_from(*s, n);
	return n > 0;
}

/* A key's value without brackets, up to a blank, comma or the end. */
static struct span take_word(struct span *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] != ' ' && s->p[n] != ',' && s->p[n] != ':')
		n++;
	struct span word = span_head(*s, n);

	*s = span_from(*s, n);
	return word;
}

/*
 * log_whatsup writes the login bare, smtpd_whatsup in brackets. Bare it runs to " sasl_sender=" or the
 * end. HELO names before Postfix 2.1 and unquoted addresses before 3.5 may imitate the key, but then
 * the line goes on behind it with their ">": a bare login holding one is nobody's.
 */
static struct span take_user(struct span *s)
{
	struct span user = *s;

	if (s->n && s->p[0] == '<')
		return pf_take_address(s, &user) ? user : SPAN_NONE;
	ptrdiff_t end = span_search(*s, 0, SPAN(" sasl_sender="));

	user = end < 0 ? *s : span_head(*s, (size_t)end);
	*s = span_from(*s, s->n);
	return pf_find(user, 0, '>') < 0 ? user : SPAN_NONE;
}

void pf_read_tail(struct span keys, struct pf_tail *ret_tail)
{
	struct pf_tail *t = ret_tail;
	struct span s = keys;

	*t = (struct pf_tail){ 0 };
	/* Each key once, in the order of the grammar; postscreen has a comma before the blank. */
	if (pf_take(&s, SPAN(" from=")) && !pf_take_address(&s, &t->sender))
		return;
	if ((pf_take(&s, SPAN(" to=")) || pf_take(&s, SPAN(", to="))) && !pf_take_address(&s, &t->recipient))
		return;
	if (pf_take(&s, SPAN(" proto=")) || pf_take(&s, SPAN(", proto=")))
		t->proto = take_word(&s);
	if ((pf_take(&s, SPAN(" helo=")) || pf_take(&s, SPAN(", helo="))) && !pf_take_address(&s, &t->helo))
		return;
	if (pf_take(&s, SPAN(" sasl_method=")))
		t->method = take_word(&s);
	if (pf_take(&s, SPAN(" sasl_username=")))
		t->user = take_user(&s);
	if (pf_take(&s, SPAN(": ")))
		t->note = s;
	t->whole = t->note.p || s.n == 0;
	if (!t->whole)
		t->method = t->user = SPAN_NONE;
}

static bool starts_keys(struct span s)
{
	return s.n == 0 || span_starts(s, SPAN(" from=")) || span_starts(s, SPAN(" to=<")) ||
	       span_starts(s, SPAN(" proto=")) || span_starts(s, SPAN(" helo=<"));
}

void pf_cut_tail(struct span s, struct span *ret_text, struct pf_tail *ret_tail)
{
	struct pf_tail t;
	bool found = false;
	ptrdiff_t semi = -1;

	*ret_text = s;
	*ret_tail = (struct pf_tail){ 0 };
	/* The text may hold semicolons, and a recipient quoted in it whole false keys: prefer what fits to the end. */
	for (unsigned tries = 0; tries < 16 && (semi = pf_find(s, (size_t)(semi + 1), ';')) >= 0; tries++) {
		struct span keys = span_from(s, (size_t)semi + 1);

		if (!starts_keys(keys))
			continue;
		pf_read_tail(keys, &t);
		if (found && !t.whole)
			continue;
		*ret_text = span_head(s, (size_t)semi);
		*ret_tail = t;
		found = true;
		if (t.whole && !t.note.p)
			return;
	}
}

bool pf_is_loopback(struct span ip)
{
	return span_starts(ip, SPAN("127.")) || span_eq(ip, SPAN("::1")) ||
	       span_starts(ip, SPAN("::ffff:127."));
}
