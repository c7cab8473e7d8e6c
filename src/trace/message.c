/*
 * message - see message.h. Ids are made by the MTA, but a local user can forge lines that name any: where they
 * lie in the table differs from run to run, and nothing else does.
 */
#include "trace/message.h"

#include "base/err.h"
#include "base/hash_seed.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK (1u << MESSAGE_CHUNK_LOG2)
#define EXTRA_CHUNK (1u << EXTRA_CHUNK_LOG2)
#define HIDDEN_ID UINT64_MAX /* qid.hi of a message that its id no longer finds */
#define EVICT_SHARE 8 /* one eighth of all messages at a time */
#define AGE_BINS 4096

/* One wide multiplication, both halves of it folded (as XXH3 does); who does not know the seed cannot aim. */
static inline uint64_t id_hash(const struct messages *m, struct qid id)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 product =
		(unsigned __int128)(id.hi ^ m->seed) * (id.lo ^ (m->seed << 32 | m->seed >> 32));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	return hash_mix(id.hi ^ hash_mix(id.lo ^ m->seed));
#endif
}

static bool slot_same(const void *owner, uint32_t slot, const void *key)
{
	return qid_eq(message_at(owner, slot)->id, *(const struct qid *)key);
}

static bool pair_same(const void *owner, uint32_t index, const void *key)
{
	const struct messages *m = owner;

	return m->pair[index].key == *(const uint64_t *)key;
}

void messages_init(struct messages *m, size_t most_bytes)
{
	*m = (struct messages){ .most_bytes = most_bytes };
	table_init(&m->table, 8);
	table_init(&m->pair_table, 8);
	m->seed = hash_seed(m->table.slot);
}

void messages_free(struct messages *m)
{
	for (uint32_t i = 0; i < m->n; i += CHUNK)
		free(m->chunk[i >> MESSAGE_CHUNK_LOG2]);
	free(m->chunk);
	for (uint32_t i = 0; i < m->nextra; i += EXTRA_CHUNK)
		free(m->extra[i >> EXTRA_CHUNK_LOG2]);
	free(m->extra);
	free(m->pair);
	table_free(&m->table);
	table_free(&m->pair_table);
}

static size_t messages_bytes(const struct messages *m)
{
	return (size_t)m->n * sizeof(struct message) + (size_t)m->nextra * sizeof(struct extra) +
	       (size_t)m->pair_room * sizeof(struct pair) +
	       sizeof(*m->table.slot) * ((size_t)m->table.mask + m->pair_table.mask + 2);
}

uint32_t messages_find(const struct messages *m, struct qid id)
{
	return table_find(&m->table, id_hash(m, id), slot_same, m, &id);
}

void messages_prefetch(const struct messages *m, struct qid id, bool near)
{
	const struct table_slot *home = table_home(&m->table, id_hash(m, id));

	if (!near)
		__builtin_prefetch(home);
	else if (m->n)
		/* an empty place: any message will do, which is cheaper than to ask */
		__builtin_prefetch(message_at(m, home->index - (home->index > 0)));
}

/* One more chunk in a list of chunks whose room doubles. */
static void *chunk_list(void *list, uint32_t index, size_t item)
{
	void **chunk = list;

	if ((index & (index - 1)) == 0)
		chunk = xrealloc(chunk, (index ? (size_t)index * 2 : 1) * sizeof(*chunk));
	chunk[index] = xcalloc(1, item);
	return chunk;
}

uint32_t messages_add(struct messages *m, struct qid id, int64_t at)
{
	uint32_t slot;
	struct message *msg;

	if (m->free) {
		slot = m->free - 1;
		m->free = message_at(m, slot)->sender;
	} else {
		if ((m->n & (CHUNK - 1)) == 0)
			m->chunk = chunk_list(m->chunk, m->n >> MESSAGE_CHUNK_LOG2,
					      CHUNK * sizeof(struct message));
		slot = m->n++;
	}
	msg = message_at(m, slot);
	*msg = (struct message){ .id = id, .arrived = (uint32_t)at };
	table_put(&m->table, id_hash(m, id), slot);
	m->live++;
	return slot;
}

static void extra_drop(struct messages *m, struct message *msg)
{
	struct extra *x = extra_at(m, msg->extra);

	while (x->pairs) {
		uint32_t index = x->pairs - 1;

		x->pairs = m->pair[index].next;
		table_drop(&m->pair_table, m->pair[index].key, index);
		m->pair[index].next = m->pair_free;
		m->pair_free = index + 1;
	}
	x->pairs = m->extra_free;
	m->extra_free = msg->extra;
	msg->extra = NO_EXTRA;
}

void messages_drop(struct messages *m, uint32_t slot)
{
	struct message *msg = message_at(m, slot);

	if (msg->extra != NO_EXTRA && !(msg->flags & M_SMALL))
		extra_drop(m, msg);
	table_drop(&m->table, id_hash(m, msg->id), slot);
	*msg = (struct message){ .sender = m->free };
	m->free = slot + 1;
	m->live--;
}

static uint32_t extra_new(struct messages *m)
{
	uint32_t index = m->extra_free;

	if (index) {
		m->extra_free = extra_at(m, index)->pairs;
		return index;
	}
	if ((m->nextra & (EXTRA_CHUNK - 1)) == 0) {
		m->extra = chunk_list(m->extra, m->nextra >> EXTRA_CHUNK_LOG2,
				      EXTRA_CHUNK * sizeof(struct extra));
		m->nextra += m->nextra == 0; /* index 0 is NO_EXTRA */
	}
	return m->nextra++;
}

struct extra *message_extra_new(struct messages *m, struct message *msg)
{
	static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct message was = *msg;
	struct extra *x;

	msg->extra = extra_new(m);
	x = extra_at(m, msg->extra);
	*x = (struct extra){ .account = UINT32_MAX, .serial = ++m->serial };
	if (was.flags & M_SMALL) {
		msg->flags &= ~(unsigned)M_SMALL & 0x3ff;
		msg->sender = NO_SENDER;
		x->undecided = WAIT_RESULT;
		x->size = was.extra;
		memcpy(x->ip, v4_prefix, 12);
		memcpy(x->ip + 12, &was.sender, 4);
	}
	return x;
}

void message_set_size(struct messages *m, struct message *msg, uint32_t size)
{
	if (msg->flags & M_SMALL)
		msg->extra = size;
	else
		message_extra(m, msg)->size = size;
}

void messages_hide(struct messages *m, uint32_t slot)
{
	struct message *msg = message_at(m, slot);

	table_drop(&m->table, id_hash(m, msg->id), slot);
	msg->id = (struct qid){ HIDDEN_ID, ((uint64_t)m->serial << 32) + slot };
	table_put(&m->table, id_hash(m, msg->id), slot);
}

static uint64_t pair_key(const struct messages *m, uint32_t slot, uint64_t rcpt)
{
	return hash_mix(rcpt ^ hash_mix(m->seed + slot));
}

void message_rcpt_prefetch(const struct messages *m, uint32_t slot, uint64_t rcpt)
{
	__builtin_prefetch(table_home(&m->pair_table, pair_key(m, slot, rcpt)));
}

enum rcpt_status message_rcpt(struct messages *m, uint32_t slot, uint64_t rcpt, enum rcpt_status status)
{
	struct message *msg = message_at(m, slot);
	struct extra *x = message_extra(m, msg);
	uint64_t key = pair_key(m, slot, rcpt);
	uint32_t index = table_find(&m->pair_table, key, pair_same, m, &key);
	enum rcpt_status before = RCPT_NEW;

	if (index == TABLE_NONE && status == RCPT_FINAL && (msg->flags & M_RCPTS))
		return RCPT_NEW;
	if (index != TABLE_NONE) {
		before = m->pair[index].status;
	} else if (m->pair_free) {
		index = m->pair_free - 1;
		m->pair_free = m->pair[index].next;
	} else {
		if ((size_t)m->npair * sizeof(*m->pair) > m->most_bytes / 8) {
			m->pairs_lost++;
			return RCPT_NEW;
		}
		if (m->npair == m->pair_room) {
			m->pair_room = m->pair_room ? m->pair_room + m->pair_room / 2 : 256;
			m->pair = xrealloc(m->pair, m->pair_room * sizeof(*m->pair));
		}
		index = m->npair++;
	}
	if (before == RCPT_NEW) {
		m->pair[index] = (struct pair){ .key = key, .next = x->pairs };
		x->pairs = index + 1;
		table_put(&m->pair_table, key, index);
	}
	m->pair[index].status = status;
	x->deferred_now += status == RCPT_DEFERRED;
	/* none are left where all have expired, whatever a late line says */
	x->deferred_now -= before == RCPT_DEFERRED && x->deferred_now;
	return before;
}

bool messages_full(const struct messages *m)
{
	return messages_bytes(m) >= m->most_bytes && !m->free;
}

/* Smaller = given up sooner. */
static unsigned worth(const struct message *msg)
{
	if (!(msg->flags & M_ARRIVED))
		return 0;
	return msg->nrcpt ? 2 : 1;
}

/* The arrival time up to which messages of this worth must go so that about WANTED of them do. */
static uint32_t age_limit(const struct messages *m, unsigned what, uint32_t wanted, uint32_t *ret_there)
{
	uint32_t oldest = UINT32_MAX;
	uint32_t newest = 0;
	uint32_t bin[AGE_BINS] = { 0 };
	uint32_t there = 0;
	uint64_t width;

	for (uint32_t i = 0; i < m->n; i++) {
		const struct message *msg = message_at(m, i);

		if (qid_none(msg->id) || worth(msg) != what)
			continue;
		there++;
		oldest = msg->arrived < oldest ? msg->arrived : oldest;
		newest = msg->arrived > newest ? msg->arrived : newest;
	}
	*ret_there = there;
	if (there <= wanted)
		return UINT32_MAX;
	width = ((uint64_t)newest - oldest) / AGE_BINS + 1;
	for (uint32_t i = 0; i < m->n; i++) {
		const struct message *msg = message_at(m, i);

		if (!qid_none(msg->id) && worth(msg) == what)
			bin[(msg->arrived - oldest) / width]++;
	}
	for (uint32_t b = 0, sum = 0; b < AGE_BINS; b++) {
		sum += bin[b];
		if (sum >= wanted)
			return (uint32_t)(oldest + (b + 1) * width - 1);
	}
	return UINT32_MAX;
}

void messages_evict(struct messages *m, void (*give_up)(void *ctx, uint32_t slot), void *ctx)
{
	uint32_t wanted = m->live / EVICT_SHARE + 1;
	uint64_t *count[] = { &m->evicted_unseen, &m->evicted_empty, &m->evicted_old };

	for (unsigned what = 0; what < 3 && wanted; what++) {
		uint32_t there;
		uint32_t limit = age_limit(m, what, wanted, &there);
		uint32_t gone = 0;

		for (uint32_t i = 0; i < m->n && gone < wanted; i++) {
			const struct message *msg = message_at(m, i);

			if (!qid_none(msg->id) && worth(msg) == what && msg->arrived <= limit) {
				give_up(ctx, i);
				gone++;
			}
		}
		*count[what] += gone;
		wanted -= gone;
	}
}
