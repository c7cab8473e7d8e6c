/*
 * seek - see seek.h. A Message-ID leads to the queue id of the line that names it, and from there on as one.
 *
 * TRUST: ids come out of complaints, which anybody may write: they find a message that was logged, or nothing. A
 * Message-ID can be another's (a forged complaint, a copied header): the queue id is tried first, and what is found by
 * Message-ID alone is told with grade C.
 */
#include "trace/seek.h"

#include "base/err.h"
#include "base/hash.h"
#include "trace/internal.h"

#include <stdlib.h>

#define SEED UINT64_C(0x7365656b7365656b)
#define LINE_MOST 2000
#define PARENTS_MOST 8 /* limit investigate: messages within messages */

struct goal {
	struct qid id; /* none: not known yet */
	uint64_t message_id; /* hash; 0 = none */
	uint32_t sender; /* NO_SENDER: not known yet */
	bool by_message_id, seen;
	struct log_at at;
	int64_t time;
	char *line;
	uint32_t len;
	bool syslog;
};

struct seek {
	struct goal *goal;
	size_t n;
	struct table ids, message_ids;
	struct arena *arena;
};

static uint64_t id_hash(struct qid id)
{
	return hash_mix(id.hi ^ hash_mix(id.lo));
}

static uint64_t by_id(const void *owner, uint32_t index)
{
	return id_hash(((const struct seek *)owner)->goal[index].id);
}

static bool same_id(const void *owner, uint32_t index, const void *key)
{
	return qid_eq(((const struct seek *)owner)->goal[index].id, *(const struct qid *)key);
}

static uint64_t by_message_id(const void *owner, uint32_t index)
{
	return ((const struct seek *)owner)->goal[index].message_id;
}

static bool same_message_id(const void *owner, uint32_t index, const void *key)
{
	return ((const struct seek *)owner)->goal[index].message_id == *(const uint64_t *)key;
}

/* Several complaints may name one message: the first stands for all, the others are found through it. */
static void put_id(struct seek *s, uint32_t index)
{
	struct qid id = s->goal[index].id;

	if (!qid_none(id) && table_find(&s->ids, id_hash(id), same_id, s, &id) == TABLE_NONE)
		table_put(&s->ids, id_hash(id), index, by_id, s);
}

struct seek *seek_new(const struct seek_want *want, size_t n)
{
	struct seek *s = xcalloc(1, sizeof(*s));

	s->n = n < SOUGHT_MOST ? n : SOUGHT_MOST;
	s->goal = xcalloc(s->n + 1, sizeof(*s->goal));
	s->arena = arena_new();
	table_init(&s->ids, 8);
	table_init(&s->message_ids, 8);
	for (uint32_t i = 0; i < s->n; i++) {
		uint64_t key = want[i].message_id.n ? hash_span(want[i].message_id, SEED) | 1 : 0;

		s->goal[i].id = want[i].queue_id.n ? qid_pack(want[i].queue_id) : (struct qid){ 0, 0 };
		s->goal[i].message_id = key;
		put_id(s, i);
		if (key && table_find(&s->message_ids, key, same_message_id, s, &key) == TABLE_NONE)
			table_put(&s->message_ids, key, i, by_message_id, s);
	}
	return s;
}

void seek_free(struct seek *s)
{
	if (!s)
		return;
	arena_free(s->arena);
	table_free(&s->ids);
	table_free(&s->message_ids);
	free(s->goal);
	free(s);
}

uint32_t trace_sender_of(struct trace *t, struct qid id)
{
	uint32_t slot = messages_find(&t->messages, id);

	for (unsigned i = 0; i < PARENTS_MOST && slot != NO_MESSAGE; i++) {
		struct message *msg = message_at(&t->messages, slot);

		if (qid_none(msg->id))
			break;
		if (!(msg->flags & M_CHILD))
			return msg->flags & M_FIXED ? msg->sender : NO_SENDER;
		slot = message_extra(&t->messages, msg)->parent;
	}
	return NO_SENDER;
}

static void look(struct trace *t, struct goal *g, const struct step *s)
{
	struct span line = span_head(event_line(s->ev, s->base), LINE_MOST);

	if (!g->seen) {
		g->seen = true;
		g->at = *s->at;
		g->time = s->time;
		g->line = arena_str(t->seek->arena, line);
		g->len = (uint32_t)line.n;
		g->syslog = (s->ev->flags & EVF_SYSLOG) != 0;
	}
	if (g->sender == NO_SENDER)
		g->sender = trace_sender_of(t, s->ev->id);
}

void seek_event(struct trace *t, const struct step *s)
{
	struct seek *k = t->seek;
	struct span text = step_get(s, F_MESSAGE_ID);
	uint32_t index;
	uint64_t key;

	if (qid_none(s->ev->id))
		return;
	if (text.n > 2 && text.p[0] == '<')
		text = span_of(text.p + 1, text.n - 2);
	key = text.n ? hash_span(text, SEED) | 1 : 0;
	index = key ? table_find(&k->message_ids, key, same_message_id, k, &key) : TABLE_NONE;
	if (index != TABLE_NONE && qid_none(k->goal[index].id)) {
		k->goal[index].id = s->ev->id;
		k->goal[index].by_message_id = true;
		put_id(k, index);
	}
	index = table_find(&k->ids, id_hash(s->ev->id), same_id, k, &s->ev->id);
	if (index != TABLE_NONE)
		look(t, &k->goal[index], s);
}

/* What another complaint about the same message has found. */
static const struct goal *settled(const struct seek *k, const struct goal *g)
{
	uint32_t index = TABLE_NONE;

	if (g->seen)
		return g;
	if (!qid_none(g->id))
		index = table_find(&k->ids, id_hash(g->id), same_id, k, &g->id);
	if ((index == TABLE_NONE || !k->goal[index].seen) && g->message_id)
		index = table_find(&k->message_ids, g->message_id, same_message_id, k, &g->message_id);
	if (index == TABLE_NONE)
		return g;
	g = &k->goal[index];
	if (!g->seen && !qid_none(g->id))
		index = table_find(&k->ids, id_hash(g->id), same_id, k, &g->id);
	return index == TABLE_NONE ? g : &k->goal[index];
}

/* The line's own grade: what came through syslog any local user may have written. */
static char grade_of(const struct goal *found, const struct goal *asked, char row_grade)
{
	char grade = row_grade ? row_grade : 'C';

	if (found->by_message_id || qid_none(asked->id))
		return 'C';
	return found->syslog && grade == 'A' ? 'B' : grade;
}

void seek_fill(const struct trace *t, struct arena *a, const uint32_t *row_of, struct inquiry *q)
{
	const struct seek *k = t->seek;

	q->sought = arena_alloc(a, (k->n + 1) * sizeof(*q->sought));
	for (uint32_t i = 0; i < k->n; i++) {
		const struct goal *g = settled(k, &k->goal[i]);

		if (!g->seen || g->sender == NO_SENDER || row_of[g->sender] == UINT32_MAX)
			continue;
		q->sought[q->nsought++] = (struct sought){
			.wanted = i,
			.row = row_of[g->sender],
			.at = g->time,
			.line = { .grade = grade_of(g, &k->goal[i], sender_at(&t->senders, g->sender)->grade),
				  .file = g->at.file < t->o.nfiles ? t->o.files[g->at.file].name : SPAN_NONE,
				  .line = g->at.line,
				  .offset = g->at.offset,
				  .text = arena_span(a, span_of(g->line, g->len)),
				  .claim = g->by_message_id ? SPAN("its Message-ID was logged here")
							    : SPAN("its queue id was logged here") },
		};
	}
}
