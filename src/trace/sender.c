/* sender - see sender.h. TRUST: ids, addresses and subjects are foreign; how many there are is up to an attacker. */
#include "trace/sender.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/huge.h"
#include "host/accounts.h"
#include "logs/logs.h"
#include "trace/baseline.h"
#include "trace/names.h"

#include <stdlib.h>

#define TALLY_MOST (1u << 20)
#define NEAR 2 /* seconds that join a message and a web request */

/* Where a key lies in the table: keys are the same in every run, so that somebody could aim at them. */
static uint64_t row_spread(const struct senders *s, uint64_t key)
{
	return hash_mix(key ^ s->names->seed);
}

struct row_key {
	uint64_t hash;
	enum sender_kind kind;
	uint32_t id, account;
};

static bool row_same(const void *owner, uint32_t index, const void *key)
{
	const struct sender *row = ((const struct senders *)owner)->row[index];
	const struct row_key *k = key;

	return row->key == k->hash && row->kind == k->kind && row->id == k->id && row->account == k->account;
}

static bool tally_same(const void *owner, uint32_t index, const void *key)
{
	const struct senders *s = owner;

	return s->tally[index].key == *(const uint64_t *)key;
}

void senders_init(struct senders *s, const struct names *names, struct baseline *base)
{
	*s = (struct senders){ .n = 1, .room = 64, .names = names, .base = base };
	s->row = xcalloc(s->room, sizeof(*s->row));
	table_init(&s->table, 8);
	table_init(&s->tally_table, 10);
}

#define BLOCK_BYTES ((size_t)2 << 20) /* a huge page */

struct row_block {
	struct row_block *next;
	size_t used;
	struct sender row[]; /* on cache lines */
};

static struct sender *row_new(struct senders *s)
{
	const size_t most = (BLOCK_BYTES - sizeof(struct row_block)) / sizeof(struct sender);
	struct sender *row = s->spare;

	if (row) {
		memcpy(&s->spare, (const void *)row, sizeof(s->spare));
		return row;
	}
	if (!s->blocks || s->blocks->used == most) {
		struct row_block *b = xhuge(BLOCK_BYTES);

		b->next = s->blocks;
		s->blocks = b;
	}
	return &s->blocks->row[s->blocks->used++];
}

void senders_free(struct senders *s)
{
	for (uint32_t i = 1; i < s->n; i++)
		if (i == s->other || s->row[i]->kind != KIND_OTHER)
			proof_free_chain(s->row[i]->proof);
	for (unsigned i = 0; i < 2; i++) {
		for (uint32_t at = 0; at < s->dead[i].n; at++)
			proof_free_chain(s->dead[i].row[at]->proof);
		free(s->dead[i].row);
	}
	proofs_free(&s->proofs);
	while (s->blocks) {
		struct row_block *b = s->blocks;

		s->blocks = b->next;
		free(b);
	}
	free(s->row);
	free(s->tally);
	table_free(&s->table);
	table_free(&s->tally_table);
}

static uint32_t row_add(struct senders *s, const struct row_key *key)
{
	struct sender *row = row_new(s);

	*row = (struct sender){
		.kind = key->kind,
		.id = key->id,
		.id_text = names_get(s->names, key->id),
		.account = key->account,
		.key = key->hash,
		.account_index = ACCOUNT_NONE,
	};
	memcpy(row->id_head, row->id_text.p, row->id_text.n < SENDER_HEAD ? row->id_text.n : SENDER_HEAD);
	baseline_give(s->base, key->hash, key->kind, names_get(s->names, key->id),
		      names_get(s->names, key->account), &row->judge);
	if (s->n == s->room) {
		s->room *= 2;
		s->row = xrealloc(s->row, s->room * sizeof(*s->row));
	}
	s->row[s->n] = row;
	s->live++;
	return s->n++;
}

uint32_t sender_seek(const struct senders *s, enum sender_kind kind, uint32_t id, uint32_t account_name)
{
	const struct row_key key = {
		.hash = baseline_key(kind, names_get(s->names, id), names_get(s->names, account_name)),
		.kind = kind,
		.id = id,
		.account = account_name,
	};
	uint32_t index = table_find(&s->table, row_spread(s, key.hash), row_same, s, &key);

	return index == TABLE_NONE ? 0 : index;
}

uint32_t sender_find(struct senders *s, enum sender_kind kind, uint32_t id, uint32_t account_name)
{
	struct row_key key = {
		.hash = baseline_key(kind, names_get(s->names, id), names_get(s->names, account_name)),
		.kind = kind,
		.id = id,
		.account = account_name,
	};
	uint32_t index = table_find(&s->table, row_spread(s, key.hash), row_same, s, &key);

	if (index != TABLE_NONE)
		return index;
	index = row_add(s, &key);
	table_put(&s->table, row_spread(s, key.hash), index);
	return index;
}

bool sender_tally(struct senders *s, struct names *names, uint32_t sender, enum tally_what what,
		  struct span text, char grade)
{
	uint64_t key = hash_mix(hash_span(text, names->seed + what) + sender);
	uint32_t index = table_find(&s->tally_table, key, tally_same, s, &key);
	struct sender *row = s->row[sender];

	if (index != TABLE_NONE) {
		s->tally[index].count += s->tally[index].count < (1u << 28) - 1;
		return false;
	}
	row->nclients += what == TALLY_CLIENT;
	row->nplaces += what == TALLY_PLACE;
	if (s->ntally == TALLY_MOST) {
		s->tally_lost++;
		return true;
	}
	if (s->ntally == s->tally_room) {
		s->tally_room = s->tally_room ? s->tally_room * 2 : 256;
		s->tally = xrealloc(s->tally, s->tally_room * sizeof(*s->tally));
	}
	index = s->ntally++;
	s->tally[index] = (struct tally){
		.key = key,
		.sender = sender,
		.next = row->tally,
		.name = names_put_aside(names, text),
		.count = 1,
		.what = (unsigned)what & 3,
		.grade = (unsigned)(grade - 'A' + 1) & 3,
	};
	row->tally = index + 1;
	table_put(&s->tally_table, key, index);
	return true;
}

/* The sum is back at zero: what was kept of its rise proves nothing any more. The first line stays. */
static void sender_forget_run(struct senders *all, struct sender *s)
{
	if (s->nproof <= 1)
		return;
	if (s->nproof == 2)
		proof_give(&all->proofs, s->run, s->run_size);
	else
		proof_give_chain(&all->proofs, s->run);
	s->run = s->proof->next = NULL;
	s->newest = s->proof;
	s->nproof = 1;
}

static struct tally_run *run_of(struct sender *row, enum tally_what what)
{
	return what == TALLY_CLIENT ? &row->client : &row->place;
}

static void run_flush(struct senders *s, struct tally_run *run)
{
	struct tally *t = run->tally ? &s->tally[run->tally - 1] : NULL;

	if (t)
		t->count = t->count + run->count < (1u << 28) ? t->count + run->count : (1u << 28) - 1;
	run->count = 0;
}

bool sender_tally_run(struct senders *s, struct names *names, uint32_t sender, enum tally_what what,
		      struct span text, char grade)
{
	struct tally_run *run = run_of(s->row[sender], what);
	uint64_t hash = hash_span(text, names->seed + what);
	uint64_t key;

	if (run->hash == (uint32_t)hash && run->tally) {
		run->count++;
		return false;
	}
	if (what == TALLY_CLIENT) {
		struct tally_run last = *run;

		*run = s->row[sender]->client_before;
		s->row[sender]->client_before = last;
		if (run->hash == (uint32_t)hash && run->tally) {
			run->count++;
			return true;
		}
	}
	run_flush(s, run);
	sender_tally(s, names, sender, what, text, grade);
	key = hash_mix(hash + sender);
	run->tally = table_find(&s->tally_table, key, tally_same, s, &key) + 1;
	run->hash = (uint32_t)hash;
	return true;
}

void sender_tally_flush(struct senders *s, uint32_t sender)
{
	run_flush(s, &s->row[sender]->client);
	run_flush(s, &s->row[sender]->client_before);
	run_flush(s, &s->row[sender]->place);
}

bool sender_wants_proof(struct senders *all, struct sender *s, bool first)
{
	if (first)
		return true;
	if (!judge_is_rising(&s->judge)) {
		if (s->risen)
			sender_forget_run(all, s);
		s->risen = 0;
		return false;
	}
	s->risen++;
	return (s->risen & (s->risen - 1)) == 0;
}

/* A bin is full: all count in units twice as big from now on. */
static void bins_halve(struct sender *s)
{
	for (unsigned i = 0; i < SENDER_BINS; i++)
		s->bin[i] >>= 1;
	s->bin_scale++;
}

static bool bins_would_overflow(const struct sender *s)
{
	for (unsigned i = 0; i < SENDER_BINS; i += 2)
		if (s->bin[i] + s->bin[i + 1] > UINT16_MAX)
			return true;
	return false;
}

static void bin_count(struct sender *s, size_t i)
{
	if (++s->bin_part >> s->bin_scale == 0)
		return;
	s->bin_part = 0;
	if (s->bin[i] == UINT16_MAX)
		bins_halve(s);
	s->bin[i]++;
}

/* Makes room for AT by joining neighbouring bins until it fits. */
static void bins_widen(struct sender *s, int64_t at)
{
	while (at >= s->bin_start + s->bin_width * SENDER_BINS) {
		if (bins_would_overflow(s))
			bins_halve(s);
		for (unsigned i = 0; i < SENDER_BINS / 2; i++)
			s->bin[i] = (uint16_t)(s->bin[2 * i] + s->bin[2 * i + 1]);
		memset(s->bin + SENDER_BINS / 2, 0, sizeof(s->bin) / 2);
		s->bin_width *= 2;
	}
}

void sender_tick(struct sender *s, int64_t at)
{
	int64_t gap = at - s->last;

	/* the row of kind other has a first time from those that it took up, before its first own message */
	if (!s->bin_width) {
		s->first = s->first && s->first < at ? s->first : at;
		s->last = s->last > at ? s->last : at;
		s->bin_width = 60;
		s->bin_start = at - at % 60;
		s->covered = 2 * NEAR + 1;
	} else {
		s->covered += (uint64_t)(gap <= 0 ? 0 : gap > 2 * NEAR + 1 ? 2 * NEAR + 1 : gap);
		if (at > s->last)
			s->last = at;
		if (at < s->first)
			s->first = at;
	}
	bins_widen(s, at);
	bin_count(s, at < s->bin_start ? 0 : (size_t)((at - s->bin_start) / s->bin_width));
}

void sender_prove(struct senders *all, struct sender *s, const struct log_at *at, int64_t when,
		  struct span line, struct span subject, char grade, const char *claim)
{
	struct span kept = span_head(line, PROOF_TEXT);
	size_t from = subject.n ? (size_t)((uintptr_t)subject.p - (uintptr_t)kept.p) : 0;
	bool inside = subject.n && from < kept.n && subject.n <= kept.n - from;
	struct proof *p;

	if (s->nproof == SENDER_PROOFS)
		return;
	p = proof_take(&all->proofs, kept.n);
	*p = (struct proof){
		.claim = claim,
		.line = at->line,
		.offset = at->offset,
		.at = when,
		.file = at->file,
		.n = (uint16_t)kept.n,
		.subject = inside ? (uint16_t)from : 0,
		.nsubject = inside ? (uint16_t)subject.n : 0,
		.grade = grade,
	};
	if (kept.n)
		memcpy(p->text, kept.p, kept.n);
	if (!s->nproof)
		s->proof = p;
	else
		s->newest->next = p;
	if (s->nproof == 1) {
		s->run = p;
		s->run_size = (uint8_t)proof_size(kept.n);
	}
	s->newest = p;
	s->nproof++;
}

static int by_messages(const void *x, const void *y)
{
	const struct sender *a = *(struct sender *const *)x;
	const struct sender *b = *(struct sender *const *)y;

	if (a->counts.messages != b->counts.messages)
		return a->counts.messages < b->counts.messages ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static void counts_move(struct counts *to, const struct counts *from)
{
	to->messages += from->messages;
	to->recipients += from->recipients;
	to->delivered += from->delivered;
	to->deferred += from->deferred;
	to->bounced += from->bounced;
	to->bytes += from->bytes;
}

/* Its proofs go to nobody's pool: the one who works on proofs may be another thread. */
static void row_give(struct senders *s, struct sender *row)
{
	proof_free_chain(row->proof);
	memcpy((void *)row, &s->spare, sizeof(s->spare));
	s->spare = row;
}

/* Its memory is used again: at once, or where somebody may still be at it (later.h), when he is done. */
static void row_bury(struct senders *s, struct sender *row)
{
	struct dead_rows *d = &s->dead[0];

	if (!s->linger) {
		row_give(s, row);
		return;
	}
	if (d->n == d->room) {
		d->room = d->room ? d->room * 2 : 256;
		d->row = xrealloc(d->row, d->room * sizeof(*d->row));
	}
	d->row[d->n++] = row;
}

void senders_reclaim(struct senders *s, uint64_t passed, uint64_t done)
{
	struct dead_rows empty = s->dead[1];

	if (done < s->dead_at || !(s->dead[0].n | s->dead[1].n))
		return;
	for (uint32_t i = 0; i < empty.n; i++)
		row_give(s, empty.row[i]);
	empty.n = 0;
	s->dead[1] = s->dead[0];
	s->dead[0] = empty;
	s->dead_at = passed;
}

static void row_merge(struct senders *s, uint32_t index)
{
	struct sender *row = s->row[index];
	struct sender *other = s->row[s->other];

	counts_move(&other->counts, &row->counts);
	if (row->first && (!other->first || row->first < other->first))
		other->first = row->first;
	if (row->last > other->last)
		other->last = row->last;
	table_drop(&s->table, row_spread(s, row->key), index);
	row_bury(s, row);
	s->row[index] = other;
	s->live--;
	s->merged++;
}

void senders_shrink(struct senders *s, uint32_t most)
{
	struct sender **sorted;
	const struct sender *limit;
	uint32_t n = 0;

	if (s->live <= most)
		return;
	if (!s->other)
		s->other = sender_find(s, KIND_OTHER, 0, 0);
	sorted = xcalloc(s->n, sizeof(*sorted));
	for (uint32_t i = 1; i < s->n; i++)
		if (s->row[i]->kind != KIND_OTHER)
			sorted[n++] = s->row[i];
	qsort(sorted, n, sizeof(*sorted), by_messages);
	limit = sorted[n + 1 > most ? n + 1 - most : 0];
	for (uint32_t i = 1; i < s->n; i++)
		if (s->row[i]->kind != KIND_OTHER && by_messages(&s->row[i], &limit) < 0)
			row_merge(s, i);
	free(sorted);
}
