/*
 * wrote - see wrote.h. Three tables of hashes: messages that wait, recipients that wait, and pairs of a sender and one of
 * these recipients with the time of the first message.
 *
 * TRUST: as wrote.h says; all of it is bounded by WROTE_MOST and PAIRS_MOST.
 */
#include "trace/wrote.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/lower.h"
#include "base/pack.h"
#include "base/table.h"
#include "trace/internal.h"

#include <stdlib.h>

#define PAIRS_MOST 1500000
#define ID_SECONDS 600 /* short queue ids are used again: the log's arrival must be the file's */
#define NAME_MOST 512

/* --- names --------------------------------------------------------------------------------------- */

static uint64_t lower_hash(struct span s, uint64_t seed)
{
	char room[NAME_MOST];

	return hash_span(span_lower(span_head(s, NAME_MOST), room), seed) | 1;
}

uint64_t wrote_identity(enum sender_kind kind, struct span id, struct span account)
{
	switch (kind) {
	case KIND_AUTH:
		return lower_hash(id, 1);
	case KIND_LOCAL:
	case KIND_SCRIPT:
	case KIND_DIRECT:
		if (account.n)
			return hash_span(account, 2) | 1;
		/* without an account a folder's mail and its user's cannot be told apart in the queue */
		return kind == KIND_LOCAL ? hash_span(id, 3) | 1 : 0;
	default:
		return 0;
	}
}

uint64_t wrote_address(struct span address)
{
	return rcpt_hash(address, NULL);
}

static uint64_t id_key(struct qid id)
{
	return hash_mix(id.hi ^ hash_mix(id.lo));
}

static uint64_t pair_key(uint64_t identity, uint64_t rcpt)
{
	return hash_mix(identity ^ hash_mix(rcpt));
}

/* --- the question -------------------------------------------------------------------------------- */

void wrote_ask_add(struct wrote_ask *ask, const struct queued *q)
{
	if (ask->nmessages == ask->messages_room && ask->nmessages < WROTE_MOST) {
		ask->messages_room = ask->messages_room ? 2 * ask->messages_room : 1024;
		ask->message = xrealloc(ask->message, ask->messages_room * sizeof(*ask->message));
	}
	if (ask->nmessages < WROTE_MOST) {
		ask->message[ask->nmessages].id = q->id;
		ask->message[ask->nmessages++].arrival = q->arrival;
	}
	for (uint32_t i = 0; i < q->nlisted && ask->nrcpts < WROTE_MOST; i++) {
		if (ask->nrcpts == ask->rcpts_room) {
			ask->rcpts_room = ask->rcpts_room ? 2 * ask->rcpts_room : 1024;
			ask->rcpt = xrealloc(ask->rcpt, ask->rcpts_room * sizeof(*ask->rcpt));
		}
		ask->rcpt[ask->nrcpts++] = wrote_address(q->recipients[i].address);
	}
}

void wrote_ask_pack(struct wrote_ask *ask, struct buf *out)
{
	struct packer p = { .out = out };

	pack_u32(&p, (uint32_t)ask->nmessages);
	for (size_t i = 0; i < ask->nmessages; i++) {
		pack_u64(&p, ask->message[i].id.hi);
		pack_u64(&p, ask->message[i].id.lo);
		pack_i64(&p, ask->message[i].arrival);
	}
	pack_u32(&p, (uint32_t)ask->nrcpts);
	for (size_t i = 0; i < ask->nrcpts; i++)
		pack_u64(&p, ask->rcpt[i]);
}

void wrote_ask_free(struct wrote_ask *ask)
{
	free(ask->message);
	free(ask->rcpt);
	*ask = (struct wrote_ask){ 0 };
}

/* --- while the logs are read --------------------------------------------------------------------- */

struct waiting {
	struct qid id;
	int64_t arrival, apart; /* APART: the log's arrival that SENDER is from, in seconds */
	uint64_t owner;
	uint32_t sender, answers; /* NO_SENDER: not known */
};

struct wrote_pair {
	uint32_t sender, rcpt;
	uint32_t first; /* UTC seconds */
};

struct wrote {
	struct waiting *message; /* owned, as are the others */
	uint64_t *rcpt;
	struct wrote_pair *pair;
	uint32_t nmessages, nrcpts, npairs, pairs_room;
	struct table messages, rcpts, pairs;
	uint32_t *row_of;
	size_t nrows;
};

static bool message_same(const void *owner, uint32_t index, const void *key)
{
	return qid_eq(((const struct wrote *)owner)->message[index].id, *(const struct qid *)key);
}

static bool rcpt_same(const void *owner, uint32_t index, const void *key)
{
	return ((const struct wrote *)owner)->rcpt[index] == *(const uint64_t *)key;
}

static uint64_t both_key(uint32_t sender, uint32_t rcpt)
{
	return hash_mix((uint64_t)sender << 32 | rcpt);
}

static bool pair_same(const void *owner, uint32_t index, const void *key)
{
	const struct wrote_pair *p = &((const struct wrote *)owner)->pair[index];
	const struct wrote_pair *k = key;

	return p->sender == k->sender && p->rcpt == k->rcpt;
}

static bool take_messages(struct wrote *w, struct unpacker *u)
{
	uint32_t n = unpack_count(u, WROTE_MOST);

	if (u->failed)
		return false;
	w->message = xrealloc(w->message, ((size_t)w->nmessages + n + 1) * sizeof(*w->message));
	for (uint32_t i = 0; i < n; i++) {
		struct waiting *m = &w->message[w->nmessages];

		m->id.hi = unpack_u64(u);
		m->id.lo = unpack_u64(u);
		m->arrival = unpack_i64(u);
		m->sender = m->answers = NO_SENDER;
		m->apart = INT64_MAX;
		m->owner = 0;
		if (u->failed)
			return false;
		if (!qid_none(m->id) &&
		    table_find(&w->messages, id_key(m->id), message_same, w, &m->id) == TABLE_NONE)
			table_put(&w->messages, id_key(m->id), w->nmessages++);
	}
	return true;
}

static bool take_rcpts(struct wrote *w, struct unpacker *u)
{
	uint32_t n = unpack_count(u, WROTE_MOST);

	if (u->failed)
		return false;
	w->rcpt = xrealloc(w->rcpt, ((size_t)w->nrcpts + n + 1) * sizeof(*w->rcpt));
	for (uint32_t i = 0; i < n; i++) {
		uint64_t hash = unpack_u64(u);

		w->rcpt[w->nrcpts] = hash;
		if (!u->failed && table_find(&w->rcpts, hash, rcpt_same, w, &hash) == TABLE_NONE)
			table_put(&w->rcpts, hash, w->nrcpts++);
	}
	return !u->failed;
}

struct wrote *wrote_new(struct span question)
{
	struct unpacker u = { .left = question };
	struct wrote *w = xcalloc(1, sizeof(*w));

	table_init(&w->messages, 10);
	table_init(&w->rcpts, 10);
	table_init(&w->pairs, 10);
	while (u.left.n)
		if (!take_messages(w, &u) || !take_rcpts(w, &u)) {
			wrote_free(w);
			return NULL;
		}
	return w;
}

void wrote_free(struct wrote *w)
{
	if (!w)
		return;
	table_free(&w->messages);
	table_free(&w->rcpts);
	table_free(&w->pairs);
	free(w->message);
	free(w->rcpt);
	free(w->pair);
	free(w->row_of);
	free(w);
}

void wrote_seen(struct wrote *w, uint32_t sender, uint64_t rcpt, int64_t at)
{
	struct wrote_pair key = { .sender = sender,
				  .rcpt = table_find(&w->rcpts, rcpt, rcpt_same, w, &rcpt) };
	uint64_t hash = both_key(sender, key.rcpt);
	uint32_t found;

	if (key.rcpt == TABLE_NONE || sender == NO_SENDER || at <= 0 || at > UINT32_MAX)
		return;
	found = table_find(&w->pairs, hash, pair_same, w, &key);
	if (found != TABLE_NONE) {
		if (at < w->pair[found].first)
			w->pair[found].first = (uint32_t)at;
		return;
	}
	if (w->npairs == PAIRS_MOST)
		return;
	if (w->npairs == w->pairs_room) {
		w->pairs_room = w->pairs_room ? 2 * w->pairs_room : 1024;
		w->pair = xrealloc(w->pair, w->pairs_room * sizeof(*w->pair));
	}
	key.first = (uint32_t)at;
	w->pair[w->npairs] = key;
	table_put(&w->pairs, hash, w->npairs++);
}

static struct waiting *waiting_find(struct wrote *w, struct qid id, int64_t arrived)
{
	uint32_t found = table_find(&w->messages, id_key(id), message_same, w, &id);
	int64_t apart;

	if (found == TABLE_NONE)
		return NULL;
	apart = w->message[found].arrival - arrived;
	return apart > ID_SECONDS || apart < -ID_SECONDS ? NULL : &w->message[found];
}

void wrote_child(struct trace *t, struct qid child, struct qid parent, int64_t at)
{
	struct waiting *m = waiting_find(t->wrote, child, at);

	if (m && m->answers == NO_SENDER)
		m->answers = trace_sender_of(t, parent);
}

void wrote_settled(struct wrote *w, struct qid id, int64_t arrived, uint32_t sender, uint64_t owner)
{
	struct waiting *m = waiting_find(w, id, arrived);
	int64_t apart = m ? llabs(m->arrival - arrived) : 0;

	/* who forges lines for an id knows it only once it has been given away */
	if (m && apart < m->apart) {
		m->apart = apart;
		m->sender = sender;
		m->owner = owner;
	}
}

void wrote_rank(struct wrote *w, const uint32_t *row_of, size_t n)
{
	w->row_of = xmalloc((n + 1) * sizeof(*w->row_of));
	memcpy(w->row_of, row_of, n * sizeof(*w->row_of));
	w->nrows = n;
}

/* --- the answer ---------------------------------------------------------------------------------- */

#define MESSAGE_BYTES 32
#define PAIR_BYTES 12

static uint32_t row_of(const struct wrote *w, uint32_t sender)
{
	return sender < w->nrows ? w->row_of[sender] : WROTE_NO_ROW;
}

static uint64_t identity_of(const struct trace *t, uint32_t sender)
{
	const struct sender *s;

	if (sender == NO_SENDER)
		return 0;
	s = sender_at(&t->senders, sender);
	return wrote_identity((enum sender_kind)s->kind, names_get(&t->names, s->id),
			      names_get(&t->names, s->account));
}

void trace_wrote(const struct trace *t, struct buf *out)
{
	struct wrote *w = t->wrote;
	struct packer p = { .out = out };

	pack_i64(&p, w ? t->began : 0);
	pack_u32(&p, w ? w->nmessages : 0);
	for (uint32_t i = 0; w && i < w->nmessages; i++) {
		const struct waiting *m = &w->message[i];

		pack_u64(&p, id_key(m->id));
		pack_u64(&p, identity_of(t, m->sender));
		pack_u32(&p, row_of(w, m->sender));
		pack_u32(&p, row_of(w, m->answers));
		pack_u64(&p, m->owner);
	}
	pack_u32(&p, w ? w->npairs : 0);
	for (uint32_t i = 0; w && i < w->npairs; i++) {
		const struct wrote_pair *q = &w->pair[i];
		uint64_t identity = identity_of(t, q->sender);

		pack_u64(&p, identity ? pair_key(identity, w->rcpt[q->rcpt]) : 0);
		pack_u32(&p, q->first);
	}
}

struct known_pair {
	uint64_t key;
	uint32_t first;
};

struct known_message {
	uint64_t key;
	struct wrote_message m;
};

struct wrote_known {
	int64_t began;
	struct known_message *message;
	struct known_pair *pair;
	uint32_t nmessages, npairs;
	struct table messages, pairs;
};

static bool known_message_same(const void *owner, uint32_t index, const void *key)
{
	return ((const struct wrote_known *)owner)->message[index].key == *(const uint64_t *)key;
}

static bool known_pair_same(const void *owner, uint32_t index, const void *key)
{
	return ((const struct wrote_known *)owner)->pair[index].key == *(const uint64_t *)key;
}

/* Of several senders that are one person (his folders) the earliest counts. */
static void put_pair(struct wrote_known *k, uint64_t key, uint32_t first)
{
	uint32_t found = table_find(&k->pairs, key, known_pair_same, k, &key);

	if (found != TABLE_NONE) {
		if (first < k->pair[found].first)
			k->pair[found].first = first;
		return;
	}
	k->pair[k->npairs] = (struct known_pair){ key, first };
	table_put(&k->pairs, key, k->npairs++);
}

struct wrote_known *wrote_open(struct span bytes)
{
	struct unpacker u = { .left = bytes };
	struct wrote_known *k = xcalloc(1, sizeof(*k));
	uint32_t n;

	table_init(&k->messages, 10);
	table_init(&k->pairs, 10);
	k->began = unpack_i64(&u);
	n = unpack_u32(&u);
	/* the bytes must be there before room for them is */
	u.failed |= n > u.left.n / MESSAGE_BYTES;
	k->message = xmalloc(((u.failed ? 0 : (size_t)n) + 1) * sizeof(*k->message));
	for (uint32_t i = 0; i < n && !u.failed; i++) {
		struct known_message *m = &k->message[k->nmessages];

		m->key = unpack_u64(&u);
		m->m.identity = unpack_u64(&u);
		m->m.row = unpack_u32(&u);
		m->m.answers = unpack_u32(&u);
		m->m.owner = unpack_u64(&u);
		if (table_find(&k->messages, m->key, known_message_same, k, &m->key) == TABLE_NONE)
			table_put(&k->messages, m->key, k->nmessages++);
	}
	n = unpack_u32(&u);
	u.failed |= n > u.left.n / PAIR_BYTES;
	k->pair = xmalloc(((u.failed ? 0 : (size_t)n) + 1) * sizeof(*k->pair));
	for (uint32_t i = 0; i < n && !u.failed; i++) {
		uint64_t key = unpack_u64(&u);

		put_pair(k, key, unpack_u32(&u));
	}
	if (unpack_done(&u))
		return k;
	wrote_close(k);
	return NULL;
}

void wrote_close(struct wrote_known *k)
{
	if (!k)
		return;
	table_free(&k->messages);
	table_free(&k->pairs);
	free(k->message);
	free(k->pair);
	free(k);
}

int64_t wrote_began(const struct wrote_known *k)
{
	return k->began;
}

bool wrote_message(const struct wrote_known *k, struct qid id, struct wrote_message *ret)
{
	uint64_t key = id_key(id);
	uint32_t found = table_find(&k->messages, key, known_message_same, k, &key);

	if (found == TABLE_NONE)
		return false;
	*ret = k->message[found].m;
	return true;
}

int64_t wrote_first(const struct wrote_known *k, uint64_t identity, uint64_t rcpt)
{
	uint64_t key = pair_key(identity, rcpt);
	uint32_t found = table_find(&k->pairs, key, known_pair_same, k, &key);

	return found == TABLE_NONE ? 0 : k->pair[found].first;
}
