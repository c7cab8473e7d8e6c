/*
 * baseline - see baseline.h. At most PASTS_MOST senders are kept, those with the most messages, so that an
 * account that makes up senders by the thousand pushes out its own first.
 *
 * TRUST: the bytes come out of state.db, which somebody may have replaced: counts, lengths and kinds are checked
 * here, each past by judge_load. Ids are foreign text.
 */
#include "trace/baseline.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/pack.h"
#include "trace/internal.h"

#include <stdlib.h>

#define MAGIC UINT32_C(0x65736142)
#define VERSION 1
#define PASTS_MOST 32768 /* limit investigate: senders whose past is kept */
#define FORGET_AFTER (400 * INT64_C(86400))

uint64_t baseline_key(enum sender_kind kind, struct span id, struct span account)
{
	return hash_mix(hash_span(id, (uint64_t)kind + 1) + hash_span(account, SENDER_KINDS + 1));
}

/* Where a key lies in the table: it must not be known beforehand, as the key is. */
static uint64_t past_spread(const struct baseline *b, uint64_t key)
{
	return hash_mix(key ^ (uintptr_t)b->bytes);
}

static bool past_same(const void *owner, uint32_t index, const void *key)
{
	const struct baseline_past *x = &((const struct baseline *)owner)->past[index];
	const struct baseline_past *y = key;

	return x->key == y->key && x->kind == y->kind && span_eq(x->id, y->id) &&
	       span_eq(x->account, y->account);
}

/* The next past of U; false at the end or where the bytes stop making sense. */
static bool past_unpack(struct unpacker *u, struct baseline_past *ret)
{
	struct baseline_past p = { 0 };
	struct span past;
	uint8_t kind;

	if (u->left.n == 0)
		return false;
	kind = unpack_u8(u);
	p.id = unpack_span(u);
	p.account = unpack_span(u);
	p.messages = unpack_u64(u);
	p.last = unpack_i64(u);
	past = unpack_span(u);
	if (u->failed || kind >= SENDER_KINDS || past.n != JUDGE_PAST_BYTES)
		return false;
	p.kind = kind;
	p.past = (const unsigned char *)past.p;
	p.key = baseline_key(p.kind, p.id, p.account);
	*ret = p;
	return true;
}

static void past_add(struct baseline *b, const struct baseline_past *p)
{
	if (b->n == b->room) {
		b->room = b->room ? b->room * 2 : 256;
		b->past = xrealloc(b->past, b->room * sizeof(*b->past));
	}
	b->past[b->n++] = *p;
}

void baseline_unpack(struct baseline *b, struct span bytes, struct span *ret_novelty)
{
	struct unpacker u = { .left = bytes };
	uint32_t magic = unpack_u32(&u);
	uint32_t version = unpack_u32(&u);
	int64_t began = unpack_i64(&u);
	struct span novelty = unpack_span(&u);
	struct baseline_past p;

	*b = (struct baseline){ 0 };
	table_init(&b->table, 8);
	*ret_novelty = SPAN_NONE;
	if (u.failed || magic != MAGIC || version != VERSION)
		return;
	*ret_novelty = novelty;
	b->began = began;
	b->bytes = xmalloc(u.left.n + 1);
	if (u.left.n)
		memcpy(b->bytes, u.left.p, u.left.n);
	u.left.p = b->bytes;
	while (b->n < PASTS_MOST && past_unpack(&u, &p)) {
		past_add(b, &p);
		table_put(&b->table, past_spread(b, p.key), b->n - 1);
	}
}

void baseline_free(struct baseline *b)
{
	table_free(&b->table);
	free(b->past);
	free(b->bytes);
}

void baseline_give(struct baseline *b, uint64_t key, enum sender_kind kind, struct span id,
		   struct span account, struct judge_state *ret_state)
{
	const struct baseline_past wanted = { .key = key, .kind = kind, .id = id, .account = account };
	uint32_t index =
		b->n ? table_find(&b->table, past_spread(b, key), past_same, b, &wanted) : TABLE_NONE;

	if (index == TABLE_NONE || b->past[index].given)
		return;
	b->past[index].given = judge_load(ret_state, b->past[index].past);
}

/* --- giving back ------------------------------------------------------------------------------- */

static bool is_learnt(enum sender_kind kind)
{
	return kind == KIND_AUTH || kind == KIND_SCRIPT || kind == KIND_LOCAL || kind == KIND_RELAY ||
	       kind == KIND_FORWARD;
}

/* One sender to be packed: its row of this run, or, where it sent nothing, its past as it was. */
struct learnt {
	const struct sender *row;
	const struct baseline_past *old;
	uint64_t messages;
	uint64_t key;
};

static int by_messages(const void *x, const void *y)
{
	const struct learnt *a = x;
	const struct learnt *b = y;

	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static const struct baseline_past *old_of(const struct trace *t, const struct sender *row)
{
	const struct baseline_past wanted = {
		.key = row->key,
		.kind = row->kind,
		.id = names_get(&t->names, row->id),
		.account = names_get(&t->names, row->account),
	};
	uint32_t index = t->base.n ? table_find(&t->base.table, past_spread(&t->base, row->key), past_same,
						&t->base, &wanted)
				   : TABLE_NONE;

	return index == TABLE_NONE ? NULL : &t->base.past[index];
}

static uint32_t gather(const struct trace *t, struct learnt *list)
{
	uint32_t n = 0;

	for (uint32_t i = 1; i < t->senders.n; i++) {
		const struct sender *row = sender_at(&t->senders, i);
		const struct baseline_past *old;

		/* the number of a name that was not kept is everybody's */
		if (!is_learnt(row->kind) || row->id == NAME_LOST || row->account == NAME_LOST)
			continue;
		old = old_of(t, row);
		/* who only logged in has learnt nothing, but what was known of him goes on */
		if (!row->arrivals && !(old && old->given))
			continue;
		list[n++] = (struct learnt){
			.row = row,
			.old = old,
			.key = row->key,
			.messages = row->arrivals + (old ? old->messages : 0),
		};
	}
	for (uint32_t i = 0; i < t->base.n; i++) {
		const struct baseline_past *p = &t->base.past[i];

		if (!p->given && p->last > t->time - FORGET_AFTER)
			list[n++] = (struct learnt){ .old = p, .messages = p->messages, .key = p->key };
	}
	qsort(list, n, sizeof(*list), by_messages);
	return n;
}

static void pack_row(const struct trace *t, struct packer *p, const struct learnt *l)
{
	struct judge_state state = l->row->judge;
	unsigned char past[JUDGE_PAST_BYTES];

	if (judge_alarmed(&state))
		judge_absolve(&state);
	judge_save(&state, past);
	pack_u8(p, (uint8_t)l->row->kind);
	pack_span(p, names_get(&t->names, l->row->id));
	pack_span(p, names_get(&t->names, l->row->account));
	pack_u64(p, l->messages);
	pack_i64(p, t->time);
	pack_span(p, span_of((const char *)past, sizeof(past)));
}

static void pack_old(struct packer *p, const struct baseline_past *old)
{
	pack_u8(p, (uint8_t)old->kind);
	pack_span(p, old->id);
	pack_span(p, old->account);
	pack_u64(p, old->messages);
	pack_i64(p, old->last);
	pack_span(p, span_of((const char *)old->past, JUDGE_PAST_BYTES));
}

void trace_learnt(const struct trace *t, struct buf *out)
{
	struct learnt *list = xcalloc((size_t)t->senders.n + t->base.n + 1, sizeof(*list));
	uint32_t n = gather(t, list);
	struct packer p = { .out = out };
	int64_t began = t->base.began ? t->base.began : t->base.n ? 0 : t->began;

	pack_i64(&p, t->began);
	pack_i64(&p, t->time);
	pack_u32(&p, MAGIC);
	pack_u32(&p, VERSION);
	pack_i64(&p, n > PASTS_MOST ? 0 : began);
	pack_span(&p, judge_novelty(t->judge));
	for (uint32_t i = 0; i < n && i < PASTS_MOST && !out->over; i++) {
		size_t before = out->n;

		if (list[i].row)
			pack_row(t, &p, &list[i]);
		else
			pack_old(&p, list[i].old);
		if (out->over)
			out->n = before;
	}
	free(list);
}
