/*
 * spf - see spf.h. A frame per record on its way (the domain's own, an include's); the top one is read term by term.
 *
 * TRUST: every byte of a record. Positions only move forward; what cannot be understood is a permerror (4.6).
 */
#include "repute/spf.h"

#include "repute/spf_macro.h"
#include "repute/ask.h"
#include "base/arena.h"

#include <arpa/inet.h>

#define LOOKUPS_MOST 10 /* limit reputation: questions of one SPF record (RFC 7208) */
#define VOIDS_MOST 2
#define MX_MOST 10
#define FRAMES_MOST 11
#define RECORD_MOST 8192
#define STEPS_MOST 4000 /* terms of all records; a record of 8 KiB holds fewer */

enum want { WANT_RECORD, WANT_TERM, WANT_ADDRESS, WANT_MX, WANT_MX_ADDRESS, WANT_DECIDED };

struct frame {
	struct span domain, left, redirect;
	char qualifier; /* of the include that opened it */
	bool redirected; /* a record must be there (6.1) */
};

struct spf {
	struct arena *arena;
	struct spf_who who;
	struct frame frame[FRAMES_MOST];
	unsigned depth; /* frames in use */
	unsigned lookups, voids, steps;
	enum want want;
	struct span name; /* to look up */
	struct span term; /* at hand, for the report */
	char qualifier;
	bool exists;
	unsigned v4_bits, v6_bits;
	struct span mx[MX_MOST];
	unsigned nmx, at_mx;
	enum spf_result result;
	struct span why;
};

const char *spf_result_name(enum spf_result r)
{
	static const char *const names[] = { "none",	 "neutral",   "pass",	  "fail",
					     "softfail", "temperror", "permerror" };

	return r < SPF_RESULTS ? names[r] : "permerror";
}

static void decide(struct spf *s, enum spf_result r, struct span why)
{
	s->result = r;
	s->why = why;
	s->want = WANT_DECIDED;
}

struct spf *spf_new(struct arena *a, struct span domain, struct span ip)
{
	struct spf *s = arena_alloc(a, sizeof(*s));

	*s = (struct spf){ .arena = a, .depth = 1, .want = WANT_RECORD };
	s->who.nip = (uint8_t)ip.n;
	memcpy(s->who.ip, ip.p, ip.n == 16 ? 16 : 4);
	s->who.domain = arena_span(a, domain);
	s->frame[0].domain = s->name = s->who.domain;
	if (!ask_name_fits(domain))
		decide(s, SPF_NONE, SPAN("not a domain"));
	return s;
}

static enum spf_result of_qualifier(char q)
{
	return q == '-' ? SPF_FAIL : q == '~' ? SPF_SOFTFAIL : q == '?' ? SPF_NEUTRAL : SPF_PASS;
}

/* The first BITS of both are the same. */
static bool within(const uint8_t *net, const uint8_t *ip, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(net, ip, whole) == 0 &&
	       (rest == 0 || ((net[whole] ^ ip[whole]) & (0xff00 >> rest & 0xff)) == 0);
}

/* The record of an include is done: only its pass is a match of the include (5.2), and may end the one above, too. */
static void frame_ends(struct spf *s, enum spf_result r, struct span why)
{
	while (s->depth > 1 && r != SPF_TEMPERROR && r != SPF_PERMERROR) {
		char qualifier = s->frame[--s->depth].qualifier;

		if (r == SPF_NONE) {
			decide(s, SPF_PERMERROR, SPAN("it includes a domain without a record"));
			return;
		}
		s->want = WANT_TERM;
		if (r != SPF_PASS)
			return;
		r = of_qualifier(qualifier);
	}
	decide(s, r, why);
}

static void matched(struct spf *s)
{
	frame_ends(s, of_qualifier(s->qualifier), s->term);
}

/* --- one term ------------------------------------------------------------------------------------ */

/* NAME[:DOMAIN][/BITS][//BITS] behind its name; false: not so written. */
static bool read_target(struct spf *s, struct span rest, bool bits_too, struct span *ret_domain)
{
	ptrdiff_t slash = bits_too ? span_find(rest, 0, '/') : -1;
	struct span domain = slash < 0 ? rest : span_head(rest, (size_t)slash);
	struct span bits = slash < 0 ? SPAN_NONE : span_from(rest, (size_t)slash);
	uint64_t v;

	s->v4_bits = 32;
	s->v6_bits = 128;
	if (domain.n && (domain.p[0] != ':' || domain.n == 1))
		return false;
	if (bits.n && !span_starts(bits, SPAN("//"))) {
		ptrdiff_t end = span_search(bits, 1, SPAN("//"));
		struct span v4 = end < 0 ? span_from(bits, 1) : span_of(bits.p + 1, (size_t)end - 1);

		if (!span_u64(v4, &v) || v > 32)
			return false;
		s->v4_bits = (unsigned)v;
		bits = end < 0 ? SPAN_NONE : span_from(bits, (size_t)end);
	}
	if (bits.n) {
		if (!span_u64(span_from(bits, 2), &v) || v > 128)
			return false;
		s->v6_bits = (unsigned)v;
	}
	*ret_domain = domain.n ? span_from(domain, 1) : SPAN_NONE;
	return true;
}

/* The name a term looks up; also counts the look-up. False: decided. */
static bool take_name(struct spf *s, struct span written)
{
	s->name = s->frame[s->depth - 1].domain;
	if (written.n && !spf_expand(s->arena, &s->who, s->frame[s->depth - 1].domain, written, &s->name))
		decide(s, SPF_PERMERROR, s->term);
	else if (++s->lookups > LOOKUPS_MOST)
		decide(s, SPF_PERMERROR, SPAN("more than ten terms that look something up"));
	return s->want != WANT_DECIDED;
}

static void go(struct spf *s, struct span written, enum want want)
{
	if (!take_name(s, written))
		return;
	s->want = want;
	/* what cannot be a name does not exist */
	if (!ask_name_fits(s->name))
		s->want = WANT_TERM;
}

static void include(struct spf *s, struct span written)
{
	if (s->depth == FRAMES_MOST) {
		decide(s, SPF_PERMERROR, SPAN("more than ten terms that look something up"));
		return;
	}
	go(s, written, WANT_RECORD);
	if (s->want == WANT_DECIDED)
		return;
	s->frame[s->depth++] = (struct frame){ .domain = s->name, .qualifier = s->qualifier };
	if (s->want != WANT_RECORD)
		frame_ends(s, SPF_NONE, SPAN_NONE);
}

static void network(struct spf *s, struct span value, bool v6)
{
	ptrdiff_t slash = span_find(value, 0, '/');
	struct span address = slash < 0 ? value : span_head(value, (size_t)slash);
	uint64_t bits = v6 ? 128 : 32;
	char text[INET6_ADDRSTRLEN];
	uint8_t net[16];

	if (address.n == 0 || address.n >= sizeof(text) || memchr(address.p, '\0', address.n) ||
	    (slash >= 0 &&
	     (!span_u64(span_from(value, (size_t)slash + 1), &bits) || bits > (v6 ? 128 : 32)))) {
		decide(s, SPF_PERMERROR, s->term);
		return;
	}
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, net) != 1)
		decide(s, SPF_PERMERROR, s->term);
	else if (s->who.nip == (v6 ? 16 : 4) && within(net, s->who.ip, (unsigned)bits))
		matched(s);
}

static struct span mechanism_name(struct span term)
{
	size_t n = 0;

	while (n < term.n && term.p[n] != ':' && term.p[n] != '/')
		n++;
	return span_head(term, n);
}

static void looked_up(struct spf *s, struct span rest, bool bits_too, enum want want)
{
	struct span domain;

	if (read_target(s, rest, bits_too, &domain))
		go(s, domain, want);
	else
		decide(s, SPF_PERMERROR, s->term);
}

static void mechanism(struct spf *s, struct span term)
{
	struct span name = mechanism_name(term);
	struct span rest = span_from(term, name.n);
	bool value = rest.n > 1 && rest.p[0] == ':';

	s->exists = false;
	if (span_eq_nocase(name, SPAN("all")) && rest.n == 0)
		matched(s);
	else if (span_eq_nocase(name, SPAN("include")) && value)
		include(s, span_from(rest, 1));
	else if (span_eq_nocase(name, SPAN("a")))
		looked_up(s, rest, true, WANT_ADDRESS);
	else if (span_eq_nocase(name, SPAN("mx")))
		looked_up(s, rest, true, WANT_MX);
	else if (span_eq_nocase(name, SPAN("ptr")))
		(void)take_name(s, SPAN_NONE);
	else if (span_eq_nocase(name, SPAN("ip4")) && value)
		network(s, span_from(rest, 1), false);
	else if (span_eq_nocase(name, SPAN("ip6")) && value)
		network(s, span_from(rest, 1), true);
	else if (span_eq_nocase(name, SPAN("exists")) && value) {
		s->exists = true;
		looked_up(s, rest, false, WANT_ADDRESS);
	} else {
		decide(s, SPF_PERMERROR, s->term);
	}
}

/* redirect=, exp= or another modifier: NAME=, a letter, then letters, digits and -_. before the = (12). */
static bool modifier(struct spf *s, struct span term)
{
	ptrdiff_t eq = span_find(term, 0, '=');
	struct span name = eq < 0 ? SPAN_NONE : span_head(term, (size_t)eq);

	for (size_t i = 0; i < name.n; i++) {
		bool letter = (name.p[i] | 0x20) >= 'a' && (name.p[i] | 0x20) <= 'z';

		if (!letter && (i == 0 || !memchr("0123456789-_.", name.p[i], 13)))
			return false;
	}
	if (name.n == 0)
		return false;
	if (span_eq_nocase(name, SPAN("redirect"))) {
		if (s->frame[s->depth - 1].redirect.n || term.n == name.n + 1)
			decide(s, SPF_PERMERROR, s->term);
		s->frame[s->depth - 1].redirect = span_from(term, name.n + 1);
	}
	return true;
}

static void record_ends(struct spf *s)
{
	struct frame *f = &s->frame[s->depth - 1];
	struct span to = f->redirect;

	if (to.n == 0) {
		frame_ends(s, SPF_NEUTRAL, SPAN("no term matches"));
		return;
	}
	s->term = to;
	go(s, to, WANT_RECORD);
	f->domain = s->name;
	f->redirect = SPAN_NONE;
	f->redirected = true;
	if (s->want == WANT_TERM)
		decide(s, SPF_PERMERROR, to);
}

/* Reads one term off the top frame. STEPS_MOST is never reached by records that fit the limits; it is a fuse. */
static void next_term(struct spf *s)
{
	struct frame *f = &s->frame[s->depth - 1];
	struct span term;
	size_t n = 0;

	while (f->left.n && f->left.p[0] == ' ')
		f->left = span_from(f->left, 1);
	while (n < f->left.n && f->left.p[n] != ' ')
		n++;
	term = span_head(f->left, n);
	f->left = span_from(f->left, n);
	if (++s->steps > STEPS_MOST) {
		decide(s, SPF_PERMERROR, SPAN("too many terms"));
		return;
	}
	if (n == 0) {
		record_ends(s);
		return;
	}
	s->term = term;
	if (modifier(s, term))
		return;
	s->qualifier = strchr("+-~?", term.p[0]) && term.p[0] ? term.p[0] : '+';
	mechanism(s, strchr("+-~?", term.p[0]) && term.p[0] ? span_from(term, 1) : term);
}

/* --- answers -------------------------------------------------------------------------------------- */

static bool is_record(struct span text)
{
	return span_eq_nocase(span_head(text, 6), SPAN("v=spf1")) && (text.n == 6 || text.p[6] == ' ');
}

/* Exactly one record may begin with v=spf1 (4.5); others at that name are not ours to read. */
static void take_record(struct spf *s, const struct answer *answer)
{
	struct span record = SPAN_NONE;
	unsigned n = 0;

	for (size_t i = 0; i < answer->nrecords; i++)
		if (is_record(answer->record[i])) {
			record = answer->record[i];
			n++;
		}
	if (n > 1) {
		decide(s, SPF_PERMERROR, SPAN("two records that begin with v=spf1"));
	} else if (n == 0) {
		frame_ends(s, s->frame[s->depth - 1].redirected ? SPF_PERMERROR : SPF_NONE,
			   SPAN("no record that begins with v=spf1"));
	} else if (record.n > RECORD_MOST) {
		decide(s, SPF_PERMERROR, SPAN("the record is too long"));
	} else {
		s->frame[s->depth - 1].left = span_from(arena_span(s->arena, record), 6);
		s->want = WANT_TERM;
	}
}

static bool has_address(const struct spf *s, const struct answer *answer)
{
	for (size_t i = 0; i < answer->nrecords; i++)
		if (s->exists || (answer->record[i].n == s->who.nip &&
				  within((const uint8_t *)answer->record[i].p, s->who.ip,
					 s->who.nip == 4 ? s->v4_bits : s->v6_bits)))
			return true;
	return false;
}

static void next_mx(struct spf *s)
{
	while (s->at_mx < s->nmx && !ask_name_fits(s->mx[s->at_mx]))
		s->at_mx++;
	s->want = s->at_mx < s->nmx ? WANT_MX_ADDRESS : WANT_TERM;
	if (s->want == WANT_MX_ADDRESS)
		s->name = s->mx[s->at_mx++];
}

static void take_mx(struct spf *s, const struct answer *answer)
{
	if (answer->nrecords > MX_MOST) {
		decide(s, SPF_PERMERROR, s->term);
		return;
	}
	s->nmx = (unsigned)answer->nrecords;
	s->at_mx = 0;
	for (unsigned i = 0; i < s->nmx; i++)
		s->mx[i] = arena_span(s->arena, answer->record[i]);
	next_mx(s);
}

/* No answer is a temperror at once (4.4): what an unreachable server would have said is not guessed. */
void spf_take(struct spf *s, const struct answer *answer)
{
	struct answer none = { .state = ANSWER_NONE };
	enum want want = s->want;

	if (answer->state == ANSWER_LATE || answer->state == ANSWER_FAILED) {
		decide(s, SPF_TEMPERROR, arena_span(s->arena, s->name));
		return;
	}
	if (answer->state == ANSWER_NONE) {
		answer = &none;
		if (want != WANT_RECORD && ++s->voids > VOIDS_MOST) {
			decide(s, SPF_PERMERROR, SPAN("more than two names that do not exist"));
			return;
		}
	}
	if (want == WANT_RECORD) {
		take_record(s, answer);
	} else if (want == WANT_MX) {
		take_mx(s, answer);
	} else if (has_address(s, answer)) {
		matched(s);
	} else if (want == WANT_MX_ADDRESS) {
		next_mx(s);
	} else {
		s->want = WANT_TERM;
	}
}

bool spf_next(struct spf *s, struct ask *ret_ask)
{
	while (s->want == WANT_TERM)
		next_term(s);
	if (s->want == WANT_DECIDED)
		return false;
	ret_ask->name = s->name;
	ret_ask->type = s->want == WANT_RECORD	       ? ASK_TXT
			: s->want == WANT_MX	       ? ASK_MX
			: s->who.nip == 4 || s->exists ? ASK_A
						       : ASK_AAAA;
	return true;
}

enum spf_result spf_decided(const struct spf *s, struct span *ret_why)
{
	*ret_why = s->why;
	return s->result;
}
