/*
 * identity - see identity.h.
 *
 * RFC 8601 "iprev": an address's name must lead back to it. RFC 7489: _dmarc.DOMAIN, a TXT that begins with v=DMARC1.
 * RFC 6376: SELECTOR._domainkey.DOMAIN; which selectors there are cannot be asked: those that
 * the operator, the signer's settings or its log lines name are tried, else the usual ones.
 *
 * TRUST: names and records are whatever their owners publish.
 */
#include "repute/identity.h"

#include "base/arena_more.h"
#include "base/err.h"
#include "model/refusal.h"
#include "repute/check.h"
#include "repute/ask.h"
#include "base/buf.h"
#include "base/arena.h"

#define SELECTORS_MOST 16 /* limit reputation: DKIM selectors of one domain */
#define MILLIS 2000 /* limit reputation, ms: for one name or policy */
#define SPF_MILLIS 4000 /* limit reputation, ms: for one SPF record */
#define NAMES_MOST 4
#define FOUND_MOST 2000
#define SPF_ADDRESSES_MOST 4

enum purpose { ASKS_PTR, ASKS_FORWARD, ASKS_HELO, ASKS_SPF, ASKS_DMARC, ASKS_DKIM };

struct question {
	enum purpose purpose;
	uint32_t found, subject;
	struct span name;
	bool answered;
};

struct identities {
	struct arena *arena;
	struct identity_want want;
	struct identity *found;
	uint32_t *open; /* questions of each that are not answered */
	size_t nfound;
	struct question *question;
	size_t nquestions, room;
};

const char *identity_what_name(enum identity_what what)
{
	static const char *const names[] = { "ptr", "helo", "spf", "dkim", "dmarc" };

	return what < IDENTITIES ? names[what] : "";
}

const char *identity_state_name(enum identity_state state)
{
	static const char *const names[] = { "no_answer", "ok", "wrong", "missing" };

	return state < IDENTITY_STATES ? names[state] : "no_answer";
}

struct identities *identities_new(struct arena *a, const struct identity_want *want)
{
	struct identities *i = arena_alloc(a, sizeof(*i));

	*i = (struct identities){ .arena = a, .want = *want };
	i->found = arena_alloc(a, FOUND_MOST * sizeof(*i->found));
	i->open = arena_alloc(a, FOUND_MOST * sizeof(*i->open));
	return i;
}

static uint32_t new_found(struct identities *i, enum identity_what what, struct span subject)
{
	if (i->nfound == FOUND_MOST)
		return FOUND_MOST;
	i->found[i->nfound] = (struct identity){ .what = what, .subject = subject };
	return (uint32_t)i->nfound++;
}

static bool ask(struct identities *i, struct asks *out, struct question q, enum ask_type type,
		struct span address)
{
	struct ask a = { .id = CHECK_IDS + (uint32_t)i->nquestions,
			 .type = type,
			 .group = i->want.group + (uint32_t)q.purpose,
			 .millis = type == ASK_SPF ? SPF_MILLIS : MILLIS,
			 .name = q.name,
			 .address = address };

	if (q.found >= FOUND_MOST || !asks_add(out, i->arena, &a))
		return false;
	i->question = arena_more(i->arena, i->question, i->nquestions, &i->room, 64, sizeof(*i->question));
	i->open[q.found]++;
	i->question[i->nquestions++] = q;
	return true;
}

static struct span joined(struct identities *i, struct span left, struct span right)
{
	char *p = arena_alloc(i->arena, left.n + right.n + 1);

	memcpy(p, left.p, left.n);
	memcpy(p + left.n, right.p, right.n);
	return span_of(p, left.n + right.n);
}

static void ask_ptr(struct identities *i, struct asks *out, uint32_t subject)
{
	const struct subject *s = &i->want.subjects[subject];
	struct buf name = BUF_MAX(200);

	subject_name(s, s->nip == 4 ? SPAN("in-addr.arpa") : SPAN("ip6.arpa"), &name);
	ask(i, out,
	    (struct question){ .purpose = ASKS_PTR,
			       .found = new_found(i, IDENTITY_PTR, s->text),
			       .subject = subject,
			       .name = arena_span(i->arena, buf_view(&name)) },
	    ASK_PTR, SPAN_NONE);
	buf_free(&name);
}

/* What the operator names, then the domain's own keys, then those of any domain; else what is usual. */
static size_t selectors_of(const struct identities *i, struct span domain, struct span ret[SELECTORS_MOST])
{
	static const struct span usual[] = { SPAN("default"), SPAN("mail"), SPAN("dkim"), SPAN("x"),
					     SPAN("s1") };
	const struct identity_want *w = &i->want;
	size_t n = 0;

	for (size_t k = 0; k < w->nselectors && n < SELECTORS_MOST; k++)
		ret[n++] = w->selectors[k];
	for (int any = 0; any < 2; any++)
		for (size_t k = 0; k < w->nkeys && n < SELECTORS_MOST; k++)
			if (any ? !w->keys[k].domain.n : span_eq_nocase(w->keys[k].domain, domain))
				ret[n++] = w->keys[k].selector;
	for (size_t k = 0; n == 0 && k < sizeof(usual) / sizeof(*usual); k++)
		ret[k] = usual[k];
	return n ? n : sizeof(usual) / sizeof(*usual);
}

static void ask_domain(struct identities *i, struct asks *out, uint32_t subject)
{
	const struct subject *s = &i->want.subjects[subject];
	struct span selector[SELECTORS_MOST];
	size_t n = selectors_of(i, s->text, selector), addresses = 0;
	struct question q = { .purpose = ASKS_SPF, .subject = subject, .name = s->text };

	for (size_t k = 0; k < i->want.nsubjects && addresses < SPF_ADDRESSES_MOST; k++) {
		const struct subject *from = &i->want.subjects[k];

		if (!from->nip)
			continue;
		addresses++;
		q.found = new_found(i, IDENTITY_SPF, s->text);
		if (q.found < FOUND_MOST)
			i->found[q.found].address = from->text;
		ask(i, out, q, ASK_SPF, span_of((const char *)from->ip, from->nip));
	}
	q.purpose = ASKS_DMARC;
	q.found = new_found(i, IDENTITY_DMARC, s->text);
	q.name = joined(i, SPAN("_dmarc."), s->text);
	ask(i, out, q, ASK_TXT, SPAN_NONE);
	q.purpose = ASKS_DKIM;
	q.found = new_found(i, IDENTITY_DKIM, s->text);
	for (size_t k = 0; k < n; k++) {
		q.name = joined(i, selector[k], joined(i, SPAN("._domainkey."), s->text));
		ask(i, out, q, ASK_TXT, SPAN_NONE);
	}
}

void identities_start(struct identities *i, struct asks *out)
{
	struct question helo = { .purpose = ASKS_HELO, .name = i->want.helo };
	bool addresses = false;

	for (uint32_t k = 0; k < i->want.nsubjects; k++) {
		addresses = addresses || i->want.subjects[k].nip;
		if (i->want.subjects[k].nip)
			ask_ptr(i, out, k);
		else
			ask_domain(i, out, k);
	}
	if (!addresses || !ask_name_fits(i->want.helo))
		return;
	helo.found = new_found(i, IDENTITY_HELO, i->want.helo);
	ask(i, out, helo, ASK_A, SPAN_NONE);
	ask(i, out, helo, ASK_AAAA, SPAN_NONE);
}

/* --- answers -------------------------------------------------------------------------------------- */

static bool has_address(const struct answer *answer, const struct subject *s)
{
	for (size_t k = 0; k < answer->nrecords; k++)
		if (answer->record[k].n == s->nip && memcmp(answer->record[k].p, s->ip, s->nip) == 0)
			return true;
	return false;
}

static void settle(struct identity *f, enum identity_state state, struct span value, struct span text)
{
	f->state = state;
	f->value = value;
	f->text = text;
}

/* Until a name leads back it counts as wrong: each forward answer may only better that. */
static void take_ptr(struct identities *i, const struct question *q, const struct answer *answer,
		     struct asks *out)
{
	struct identity *f = &i->found[q->found];
	const struct subject *s = &i->want.subjects[q->subject];

	if (answer->state == ANSWER_NONE)
		settle(f, IDENTITY_MISSING, SPAN_NONE,
		       SPAN("the address has no name: many servers refuse its mail"));
	if (answer->state != ANSWER_DATA)
		return;
	settle(f, IDENTITY_WRONG, arena_span(i->arena, answer->record[0]),
	       SPAN("its name does not lead back to the address"));
	for (size_t k = 0; k < answer->nrecords && k < NAMES_MOST; k++)
		ask(i, out,
		    (struct question){ .purpose = ASKS_FORWARD,
				       .found = q->found,
				       .subject = q->subject,
				       .name = arena_span(i->arena, answer->record[k]) },
		    s->nip == 4 ? ASK_A : ASK_AAAA, SPAN_NONE);
}

static void take_forward(struct identities *i, const struct question *q, const struct answer *answer)
{
	struct identity *f = &i->found[q->found];

	if (has_address(answer, &i->want.subjects[q->subject]))
		settle(f, IDENTITY_OK, q->name, SPAN_NONE);
	else if (f->state == IDENTITY_WRONG && answer->state != ANSWER_DATA && answer->state != ANSWER_NONE)
		settle(f, IDENTITY_NO_ANSWER, q->name, SPAN("where its name leads could not be asked"));
}

/* Two questions, A and AAAA: missing only when both say so. */
static void take_helo(struct identities *i, const struct question *q, const struct answer *answer)
{
	struct identity *f = &i->found[q->found];

	for (size_t k = 0; k < i->want.nsubjects; k++)
		if (i->want.subjects[k].nip && has_address(answer, &i->want.subjects[k]))
			settle(f, IDENTITY_OK, i->want.subjects[k].text, SPAN_NONE);
	if (f->state == IDENTITY_OK)
		return;
	if (answer->state == ANSWER_DATA)
		settle(f, IDENTITY_WRONG, SPAN_NONE, SPAN("the HELO name leads to another address"));
	else if (answer->state == ANSWER_NONE && f->state == IDENTITY_NO_ANSWER && i->open[q->found] == 0)
		settle(f, IDENTITY_MISSING, SPAN_NONE, SPAN("the HELO name has no address"));
}

static void take_spf(struct identities *i, struct identity *f, const struct answer *answer)
{
	struct span result = answer->nrecords ? answer->record[0] : SPAN("temperror");

	f->value = arena_span(i->arena, result);
	f->text = arena_span(i->arena, answer->text);
	if (answer->state != ANSWER_DATA || span_eq(result, SPAN("temperror")))
		f->state = IDENTITY_NO_ANSWER;
	else if (span_eq(result, SPAN("pass")))
		f->state = IDENTITY_OK;
	else
		f->state = span_eq(result, SPAN("none")) ? IDENTITY_MISSING : IDENTITY_WRONG;
}

/* Several selectors are one question to the reader: one found is enough, and one without an answer keeps it open. */
static void take_record(struct identities *i, const struct question *q, const struct answer *answer,
			struct span begins, struct span missing)
{
	struct identity *f = &i->found[q->found];

	for (size_t k = 0; k < answer->nrecords; k++)
		if (span_eq_nocase(span_head(answer->record[k], begins.n), begins) ||
		    (q->purpose == ASKS_DKIM && span_search(answer->record[k], 0, SPAN("p=")) >= 0)) {
			settle(f, IDENTITY_OK,
			       q->purpose == ASKS_DKIM ? q->name : arena_span(i->arena, answer->record[k]),
			       SPAN_NONE);
			return;
		}
	if (f->state == IDENTITY_OK)
		return;
	if (answer->state == ANSWER_LATE || answer->state == ANSWER_FAILED)
		f->text = SPAN("its servers did not answer");
	else if (i->open[q->found] == 0 && !f->text.n)
		settle(f, IDENTITY_MISSING, SPAN_NONE, missing);
}

void identities_take(struct identities *i, const struct answer *answer, struct asks *out)
{
	uint32_t index = answer->id - CHECK_IDS;
	struct question q;

	if (answer->id < CHECK_IDS || index >= i->nquestions || i->question[index].answered)
		return;
	i->question[index].answered = true;
	q = i->question[index]; /* asking may move them */
	i->open[q.found]--;
	switch (q.purpose) {
	case ASKS_PTR:
		take_ptr(i, &q, answer, out);
		break;
	case ASKS_FORWARD:
		take_forward(i, &q, answer);
		break;
	case ASKS_HELO:
		take_helo(i, &q, answer);
		break;
	case ASKS_SPF:
		take_spf(i, &i->found[q.found], answer);
		break;
	case ASKS_DMARC:
		take_record(i, &q, answer, SPAN("v=DMARC1"), SPAN("no DMARC record"));
		break;
	case ASKS_DKIM:
		take_record(i, &q, answer, SPAN("v=DKIM1"),
			    SPAN("no key under the selectors that were tried: name yours in [reputation] "
				 "selectors"));
		break;
	}
}

void identities_stop(struct identities *i)
{
	for (size_t f = 0; f < i->nfound; f++)
		if (i->open[f] && i->found[f].state != IDENTITY_OK)
			settle(&i->found[f], IDENTITY_NO_ANSWER, SPAN_NONE, SPAN("not asked to the end"));
}

const struct identity *identities_found(const struct identities *i, size_t *ret_n)
{
	*ret_n = i->nfound;
	return i->found;
}
