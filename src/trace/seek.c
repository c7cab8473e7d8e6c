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
#include "trace/accord.h"
#include "trace/internal.h"

#include <stdlib.h>

#define SEED UINT64_C(0x7365656b7365656b)
#define LINE_MOST 2000
#define PARENTS_MOST 8 /* limit investigate: messages within messages */
#define SUBJECT_MOST 600
#define RCPTS_MOST 2000 /* limit complaints: recipients of one logged message, to compare with */
#define RCPTS_ALL (1u << 20) /* limit complaints: recipients of all logged messages together */

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
	/* what its lines say, for ACCORD; its id may come again once it has ended */
	const struct told *told;
	bool arrived, ended, cut, added;
	struct span subject, logged_id;
	struct logged_rcpt *rcpt;
	uint32_t nrcpt, room;
};

struct seek {
	struct goal *goal;
	size_t n;
	struct table ids, message_ids;
	struct arena *arena;
	size_t rcpts;
};

static struct span without_brackets(struct span id)
{
	return id.n > 2 && id.p[0] == '<' ? span_of(id.p + 1, id.n - 2) : id;
}

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
		s->goal[i].told = want[i].told;
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

/* --- what the log says of it ------------------------------------------------------------------------- */

static void add_rcpt(struct seek *k, struct goal *g, struct span address)
{
	struct logged_rcpt one;

	if (!address.n)
		return;
	one.address = rcpt_hash(address, &one.domain);
	for (uint32_t i = g->nrcpt; i-- > 0 && i + 8 > g->nrcpt;)
		if (g->rcpt[i].address == one.address)
			return;
	if (g->nrcpt == g->room) {
		uint32_t room = g->room ? 2 * g->room : 2;
		struct logged_rcpt *more;

		if (room > RCPTS_MOST || k->rcpts + room > RCPTS_ALL) {
			g->cut = true;
			return;
		}
		more = arena_alloc(k->arena, room * sizeof(*more));
		if (g->nrcpt)
			memcpy(more, g->rcpt, g->nrcpt * sizeof(*more));
		g->rcpt = more;
		g->room = room;
		k->rcpts += room;
	}
	g->rcpt[g->nrcpt++] = one;
}

/* Exim's "for" list, names with blanks and quotes aside. */
static void add_list(struct seek *k, struct goal *g, struct span list)
{
	while (list.n) {
		ptrdiff_t end = span_find(list, 0, ' ');
		struct span one = end < 0 ? list : span_head(list, (size_t)end);

		add_rcpt(k, g, one);
		list = span_from(list, one.n + 1);
	}
}

static void keep_once(struct seek *k, struct span *field, struct span value)
{
	if (!field->n && value.n)
		*field = arena_span(k->arena, span_head(value, SUBJECT_MOST));
}

/* A queue id comes again (Postfix' short ones within days): the message nearer to when the complaint says it was. */
static bool is_another(const struct goal *g, int64_t time)
{
	return g->ended && g->told && g->told->at && llabs(time - g->told->at) < llabs(g->time - g->told->at);
}

static void gather(struct seek *k, struct goal *g, const struct step *s)
{
	const struct event *ev = s->ev;
	bool arrival = ev->kind == EV_SUBMIT || ev->kind == EV_ACCEPT;

	if (arrival && is_another(g, s->time)) {
		g->seen = g->arrived = g->ended = g->cut = g->added = false;
		g->sender = NO_SENDER;
		g->subject = g->logged_id = SPAN_NONE;
		g->nrcpt = 0;
	}
	if (g->ended)
		return;
	g->arrived = g->arrived || arrival;
	g->ended = ev->kind == EV_COMPLETE || ev->kind == EV_REMOVE;
	g->added |= !g->subject.n && ev->kind == EV_HEADER && (ev->flags & EVF_SYSLOG);
	keep_once(k, &g->subject, step_get(s, F_SUBJECT));
	if (!(ev->flags & EVF_CUT))
		keep_once(k, &g->logged_id, without_brackets(step_get(s, F_MESSAGE_ID)));
	add_rcpt(k, g, step_get(s, F_RECIPIENT));
	add_rcpt(k, g, step_get(s, F_ORIG_RECIPIENT));
	if (ev->dialect == DIALECT_EXIM)
		add_list(k, g, step_get(s, F_RECIPIENTS));
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

void seek_event(struct trace *t, const struct step *s, bool after)
{
	struct seek *k = t->seek;
	struct span text = without_brackets(step_get(s, F_MESSAGE_ID));
	uint32_t index;
	uint64_t key;

	if (qid_none(s->ev->id))
		return;
	key = text.n ? hash_span(text, SEED) | 1 : 0;
	index = key ? table_find(&k->message_ids, key, same_message_id, k, &key) : TABLE_NONE;
	if (index != TABLE_NONE && qid_none(k->goal[index].id)) {
		k->goal[index].id = s->ev->id;
		k->goal[index].by_message_id = true;
		put_id(k, index);
	}
	index = table_find(&k->ids, id_hash(s->ev->id), same_id, k, &s->ev->id);
	if (index == TABLE_NONE)
		return;
	if (!after)
		gather(k, &k->goal[index], s);
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
static char grade_of(const struct goal *found, const struct goal *asked, char row_grade, uint32_t differs)
{
	char grade = row_grade ? row_grade : 'C';

	if (found->by_message_id || qid_none(asked->id) || differs)
		return 'C';
	return found->syslog && grade == 'A' ? 'B' : grade;
}

/* ASKED's complaint against the lines of FOUND: another complaint's, where both are about one message. */
static void compare(const struct goal *found, const struct goal *asked, struct sought *ret)
{
	struct logged logged = { .subject = found->subject,
				 .message_id = found->logged_id,
				 .rcpt = found->rcpt,
				 .nrcpt = found->nrcpt,
				 .whole = found->arrived && found->ended && !found->cut,
				 .added = found->added,
				 .at = found->arrived ? found->time : 0 };

	if (asked->told)
		accord_compare(asked->told, &logged, &ret->agrees, &ret->differs);
}

void seek_fill(const struct trace *t, struct arena *a, const uint32_t *row_of, struct inquiry *q)
{
	const struct seek *k = t->seek;

	q->sought = arena_alloc(a, (k->n + 1) * sizeof(*q->sought));
	for (uint32_t i = 0; i < k->n; i++) {
		const struct goal *g = settled(k, &k->goal[i]);
		struct sought *one;

		if (!g->seen || g->sender == NO_SENDER || row_of[g->sender] == UINT32_MAX)
			continue;
		one = &q->sought[q->nsought++];
		*one = (struct sought){ .wanted = i, .row = row_of[g->sender], .at = g->time };
		compare(g, &k->goal[i], one);
		one->line = (struct evidence){
			.grade = grade_of(g, &k->goal[i], sender_at(&t->senders, g->sender)->grade,
					  one->differs),
			.file = g->at.file < t->o.nfiles ? t->o.files[g->at.file].name : SPAN_NONE,
			.line = g->at.line,
			.offset = g->at.offset,
			.text = arena_span(a, span_of(g->line, g->len)),
			.claim = g->by_message_id ? SPAN("its Message-ID was logged here")
						  : SPAN("its queue id was logged here"),
		};
	}
}
