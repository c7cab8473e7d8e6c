/*
 * verdict - see verdict.h.
 *
 * TRUST: answers may be anybody's: a resolver that rewrites, a list that died and was bought, a wildcard.
 */
#include "repute/verdict.h"
#include "repute/blocklists.h"
#include "repute/ask.h"
#include "base/buf.h"
#include "base/arena.h"

#include <stdio.h>

#define SHOWN_MOST 8

const char *list_state_name(enum list_state state)
{
	static const char *const names[] = { "clean", "listed", "refused", "no_answer", "lying" };

	return state < LIST_STATES ? names[state] : "no_answer";
}

static uint32_t address_of(struct span record)
{
	const unsigned char *p = (const unsigned char *)record.p;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static struct span all_shown(struct arena *a, const struct answer *answer)
{
	struct buf out = BUF_MAX(1024);
	struct span copy;

	for (size_t i = 0; i < answer->nrecords && i < SHOWN_MOST; i++) {
		uint32_t v = answer->record[i].n == 4 ? address_of(answer->record[i]) : 0;

		buf_addf(&out, "%s%u.%u.%u.%u", i ? " " : "", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
	}
	copy = arena_span(a, buf_view(&out));
	buf_free(&out);
	return copy;
}

static struct span refused_text(uint32_t v)
{
	switch (v & 255) {
	case 252:
		return SPAN("refused: the query was malformed, or the zone is not for this use");
	case 254:
		return SPAN("refused: it came by a public or shared resolver");
	case 255:
		return SPAN(
			"refused: too many queries from this resolver, or none allowed without registering");
	default:
		return SPAN("refused: the list answers with an error code");
	}
}

enum meaning { MEANS_NOTHING, MEANS_GOOD, MEANS_POLICY, MEANS_LISTED, MEANS_OUTSIDE, MEANS_REFUSED };

static enum meaning by_bits(const struct blocklist *z, uint32_t v, struct span *ret_text)
{
	uint32_t mask = v & 255;

	if (v >> 8 != 0x7f0000 || mask == 0 || mask & ~(uint32_t)(z->bits_listed | z->bits_error))
		return MEANS_NOTHING;
	*ret_text = z->bit_text[__builtin_ctz(mask & z->bits_error ? mask & z->bits_error : mask)];
	return mask & z->bits_error ? MEANS_REFUSED : MEANS_LISTED;
}

static enum meaning meaning_of(const struct blocklist *z, uint32_t v, struct span *ret_text)
{
	static const enum meaning of_kind[] = { [CODE_LISTED] = MEANS_LISTED,
						[CODE_POLICY] = MEANS_POLICY,
						[CODE_GOOD] = MEANS_GOOD,
						[CODE_ERROR] = MEANS_REFUSED };

	if (v >> 24 != 127) {
		*ret_text = SPAN(
			"the answer lies outside 127.0.0.0/8: the resolver rewrites answers, or the zone "
			"is not a list any more");
		return MEANS_OUTSIDE;
	}
	for (size_t i = 0; i < z->ncodes; i++)
		if (v >= z->code[i].from && v <= z->code[i].to) {
			*ret_text = z->code[i].text;
			return of_kind[z->code[i].kind];
		}
	if (v >> 8 == 0x7fffff) {
		*ret_text = refused_text(v);
		return MEANS_REFUSED;
	}
	return z->bits ? by_bits(z, v, ret_text) : MEANS_NOTHING;
}

/*
 * The gravest meaning of all answers decides: one that refuses or leads elsewhere spoils those beside it, one that is
 * not documented adds nothing.
 */
static struct list_verdict of_records(struct arena *a, const struct blocklist *z, const struct answer *answer)
{
	struct list_verdict v = { .state = LIST_LYING, .answer = all_shown(a, answer) };
	enum meaning most = MEANS_NOTHING;

	v.text = SPAN("the answer is none that the list documents: it is not counted");
	for (size_t i = 0; i < answer->nrecords; i++) {
		struct span text = SPAN_NONE;
		enum meaning m = answer->record[i].n == 4
					 ? meaning_of(z, address_of(answer->record[i]), &text)
					 : MEANS_NOTHING;

		if (m <= most)
			continue;
		most = m;
		v.text = text;
	}
	if (most == MEANS_REFUSED)
		v.state = LIST_REFUSED;
	else if (most == MEANS_LISTED || most == MEANS_POLICY)
		v.state = LIST_LISTED;
	else if (most == MEANS_GOOD)
		v.state = LIST_CLEAN;
	v.policy = most == MEANS_POLICY;
	return v;
}

struct list_verdict verdict_of(struct arena *a, const struct blocklist *z, const struct answer *answer)
{
	switch (answer->state) {
	case ANSWER_DATA:
		return of_records(a, z, answer);
	case ANSWER_NONE:
		return (struct list_verdict){ .state = LIST_CLEAN, .answer = SPAN("none") };
	case ANSWER_LATE:
		return (struct list_verdict){ .state = LIST_NO_ANSWER,
					      .answer = SPAN("no answer in time"),
					      .text = SPAN("its servers did not answer") };
	default:
		return (struct list_verdict){ .state = LIST_NO_ANSWER,
					      .answer = arena_span(a, answer->text),
					      .text = SPAN("the question could not be answered") };
	}
}
