/*
 * ask - see ask.h. One function per struct packs and unpacks (base/codec.h).
 *
 * TRUST: unpacking runs on both sides, each against the other: the helper may have been taken over by a packet, and the
 * names it is asked for come out of logs and settings.
 */
#include "repute/ask.h"
#include "base/arena_more.h"
#include "base/err.h"
#include "base/codec.h"

#define LEAST_ASK 21
#define LEAST_ANSWER 17

bool ask_name_fits(struct span name)
{
	size_t label = 0;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || name.n > ASK_NAME_MOST)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		label = c == '.' ? 0 : label + 1;
		if (label > 63 || c <= ' ' || c >= 0x7f || c == '\\' ||
		    (c == '.' && (i == 0 || name.p[i - 1] == '.')))
			return false;
	}
	return true;
}

bool asks_add(struct asks *asks, struct arena *a, const struct ask *ask)
{
	if (!ask_name_fits(ask->name))
		return false;
	asks->list = arena_more(a, asks->list, asks->n, &asks->room, 64, sizeof(*asks->list));
	asks->list[asks->n] = *ask;
	asks->list[asks->n].name = arena_span(a, ask->name);
	asks->list[asks->n++].address = arena_span(a, ask->address);
	return true;
}

/* A name is checked on both sides: libunbound would read a backslash in it as an escape. */
static void code_ask(struct codec *c, struct ask *v)
{
	code_u32(c, &v->id);
	v->type = code_enum(c, v->type, ASK_TYPES);
	code_u32(c, &v->group);
	code_u32(c, &v->millis);
	code_span(c, &v->name);
	code_span(c, &v->address);
	code_refuse_if(c, !ask_name_fits(v->name));
	code_refuse_if(c, (v->type == ASK_SPF) != (v->address.n == 4 || v->address.n == 16));
}

static void code_asks(struct codec *c, struct asks *v)
{
	CODE_LIST(c, v->list, v->n, LEAST_ASK, code_ask);
	code_refuse_if(c, v->n > ASK_QUERIES_MOST);
}

/* An answer that says "data" and has none would be read as clean by nobody, but as listed by somebody careless. */
static void code_answer(struct codec *c, struct answer *v)
{
	code_u32(c, &v->id);
	v->state = code_enum(c, v->state, ANSWER_STATES);
	code_u32(c, &v->millis);
	CODE_LIST(c, v->record, v->nrecords, 4, code_span);
	code_refuse_if(c, v->nrecords > ASK_RECORDS_MOST || (v->state == ANSWER_DATA && v->nrecords == 0));
	code_span(c, &v->text);
}

static void code_answers(struct codec *c, struct answers *v)
{
	CODE_LIST(c, v->list, v->n, LEAST_ANSWER, code_answer);
}

void asks_pack(const struct asks *asks, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec c = { .to = &p };

	/* A packing codec only reads. */
	code_asks(&c, (struct asks *)asks);
}

int asks_unpack(struct arena *a, struct span bytes, struct asks *ret_asks, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct asks asks = { 0 };

	code_asks(&c, &asks);
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the questions are damaged");
	*ret_asks = asks;
	return 0;
}

void answers_pack(const struct answers *answers, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec c = { .to = &p };

	code_answers(&c, (struct answers *)answers);
}

int answers_unpack(struct arena *a, struct span bytes, struct answers *ret_answers, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct answers answers = { 0 };

	code_answers(&c, &answers);
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "spamtrail-dns spoke nonsense: nothing of it is used");
	*ret_answers = answers;
	return 0;
}
