/*
 * seek - see seek.h. A Message-ID leads to the queue id of the line that names it, and from there on as one.
 *
 * TRUST: ids come out of complaints, which anybody may write: they find a message that was logged, or nothing. A
 * Message-ID can be another's (a forged complaint, a copied header): the queue id is tried first, and what is found by
 * Message-ID alone is told with grade C. Log lines of the message may be forged through syslog: true ones cannot be taken away,
 * so every line under the id is kept, in the part of the log that it belongs to, and what only some of them say is in doubt.
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
#define NAMES_MOST 4000 /* limit complaints: recipients and domains of one logged message, to compare with */
#define NAMES_ALL (1u << 21) /* limit complaints: recipients and domains of all logged messages together */
#define PARTS_MOST 8 /* limit complaints: messages under one queue id */
#define PARTS_ALL 40000 /* limit complaints: messages under all queue ids */
#define AGAIN 3600 /* s: a second arrival within them is none: an id does not come again so soon */

/* Lines under one queue id that seem to speak of one message, and what they say of it. */
struct part {
	struct part *next;
	struct log_at at;
	int64_t time;
	char *line;
	uint32_t len, sender; /* NO_SENDER: not known yet */
	bool syslog, arrived, ended, cut, added, settled, to_somebody;
	struct span subject, message_id;
	uint64_t *name;
	uint32_t nnames, room;
};

struct goal {
	struct qid id; /* none: not known yet */
	uint64_t message_id; /* hash; 0 = none */
	bool by_message_id;
	const struct told *told;
	/* in the order of the log, so a forged one comes behind the true one; and lines that belong to none of them */
	struct part *first, *last, *stray;
	uint32_t nparts;
};

struct seek {
	struct goal *goal;
	size_t n;
	struct table ids, message_ids;
	struct arena *arena;
	size_t names, parts; /* room for names, all together; likewise */
};

static struct span without_brackets(struct span id)
{
	return id.n > 2 && id.p[0] == '<' ? span_of(id.p + 1, id.n - 2) : id;
}

static uint64_t id_hash(struct qid id)
{
	return hash_mix(id.hi ^ hash_mix(id.lo));
}

static bool same_id(const void *owner, uint32_t index, const void *key)
{
	return qid_eq(((const struct seek *)owner)->goal[index].id, *(const struct qid *)key);
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
		table_put(&s->ids, id_hash(id), index);
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
			table_put(&s->message_ids, key, i);
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

static bool has_room(struct seek *k, struct part *p)
{
	uint32_t room = p->room ? 2 * p->room : 4;
	uint64_t *more;

	if (p->nnames < p->room)
		return true;
	room = room < NAMES_MOST ? room : NAMES_MOST;
	if (room == p->room || k->names + room > NAMES_ALL) {
		p->cut = true;
		return false;
	}
	more = arena_alloc(k->arena, room * sizeof(*more));
	if (p->nnames)
		memcpy(more, p->name, p->nnames * sizeof(*more));
	p->name = more;
	p->room = room;
	k->names += room;
	return true;
}

static void add_name(struct seek *k, struct part *p, uint64_t name)
{
	for (uint32_t i = p->nnames; i-- > 0 && i + 8 > p->nnames;)
		if (p->name[i] == name)
			return;
	if (has_room(k, p))
		p->name[p->nnames++] = name;
}

static void add_rcpt(struct seek *k, struct part *p, struct span address)
{
	uint64_t domain;

	if (!address.n)
		return;
	p->to_somebody = true;
	add_name(k, p, accord_address(address, &domain));
	add_name(k, p, domain);
}

/* Exim's "for" list, names with blanks and quotes aside. */
static void add_list(struct seek *k, struct part *p, struct span list)
{
	while (list.n) {
		ptrdiff_t end = span_find(list, 0, ' ');
		struct span one = end < 0 ? list : span_head(list, (size_t)end);

		add_rcpt(k, p, one);
		list = span_from(list, one.n + 1);
	}
}

static void keep_once(struct seek *k, struct span *field, struct span value)
{
	if (!field->n && value.n)
		*field = arena_span(k->arena, span_head(value, SUBJECT_MOST));
}

static struct part *part_new(struct seek *k)
{
	struct part *p = arena_alloc(k->arena, sizeof(*p));

	*p = (struct part){ .sender = NO_SENDER };
	return p;
}

/* What came through syslog says nothing of a message that the mail server's own log knows. */
static bool is_outdone(const struct goal *g, const struct step *s)
{
	return g->last && !g->last->syslog && (s->ev->flags & EVF_SYSLOG);
}

/* A queue id comes again (Postfix' short ones within days), and anybody may write that it has. */
static bool begins(const struct goal *g, const struct step *s, bool arrival)
{
	const struct part *p = g->last;

	if (p->syslog && !(s->ev->flags & EVF_SYSLOG))
		return true;
	return arrival && (p->arrived ? s->time > p->time + AGAIN : p->syslog);
}

/* The part that the line belongs to. */
static struct part *part_of(struct seek *k, struct goal *g, const struct step *s, bool arrival)
{
	bool outdone = is_outdone(g, s);
	struct part *p;

	if (!g->last ||
	    (!outdone && begins(g, s, arrival) && g->nparts < PARTS_MOST && k->parts < PARTS_ALL)) {
		p = part_new(k);
		p->at = *s->at;
		p->time = s->time;
		p->len = (uint32_t)span_head(event_line(s->ev, s->base), LINE_MOST).n;
		p->line = arena_str(k->arena, span_head(event_line(s->ev, s->base), LINE_MOST));
		p->syslog = (s->ev->flags & EVF_SYSLOG) != 0;
		*(g->last ? &g->last->next : &g->first) = p;
		g->last = p;
		g->nparts++;
		k->parts++;
	}
	if (!outdone && !g->last->ended)
		return g->last;
	if (!g->stray)
		g->stray = part_new(k);
	return g->stray;
}

static void gather(struct seek *k, struct goal *g, const struct step *s)
{
	const struct event *ev = s->ev;
	bool arrival = ev->kind == EV_SUBMIT || ev->kind == EV_ACCEPT;
	struct span message_id = without_brackets(step_get(s, F_MESSAGE_ID));
	struct part *p = part_of(k, g, s, arrival);

	p->arrived = p->arrived || arrival;
	p->ended = ev->kind == EV_COMPLETE || ev->kind == EV_REMOVE;
	p->added |= !p->subject.n && ev->kind == EV_HEADER && (ev->flags & EVF_SYSLOG);
	keep_once(k, &p->subject, step_get(s, F_SUBJECT));
	if (message_id.n && !(ev->flags & EVF_CUT)) {
		keep_once(k, &p->message_id, message_id);
		add_name(k, p, accord_id(message_id));
	}
	add_rcpt(k, p, step_get(s, F_RECIPIENT));
	add_rcpt(k, p, step_get(s, F_ORIG_RECIPIENT));
	if (ev->dialect == DIALECT_EXIM)
		add_list(k, p, step_get(s, F_RECIPIENTS));
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
	if (k->goal[index].last && k->goal[index].last->sender == NO_SENDER)
		k->goal[index].last->sender = trace_sender_of(t, s->ev->id);
}

/* --- what was found ---------------------------------------------------------------------------------- */

/* What another complaint about the same message has found. */
static const struct goal *settled(const struct seek *k, const struct goal *g)
{
	uint32_t index = TABLE_NONE;

	if (g->first)
		return g;
	if (!qid_none(g->id))
		index = table_find(&k->ids, id_hash(g->id), same_id, k, &g->id);
	if ((index == TABLE_NONE || !k->goal[index].first) && g->message_id)
		index = table_find(&k->message_ids, g->message_id, same_message_id, k, &g->message_id);
	if (index == TABLE_NONE)
		return g;
	g = &k->goal[index];
	if (!g->first && !qid_none(g->id))
		index = table_find(&k->ids, id_hash(g->id), same_id, k, &g->id);
	return index == TABLE_NONE ? g : &k->goal[index];
}

static int compare_names(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Once for all complaints: no line is added any more. */
static struct logged logged_of(struct part *p)
{
	if (!p->settled && p->nnames)
		qsort(p->name, p->nnames, sizeof(*p->name), compare_names);
	p->settled = true;
	return (struct logged){ .subject = p->subject,
				.message_id = p->message_id,
				.names = p->name,
				.nnames = p->nnames,
				.whole = p->arrived && p->ended && p->to_somebody && !p->cut,
				.added = p->added,
				.cut = p->cut,
				.at = p->arrived ? p->time : 0 };
}

/* ASKED's complaint against the lines of FOUND: another complaint's, where both are about one message. The part that it is about;
 * there is one at least. */
static const struct part *compare(const struct goal *found, const struct told *told, struct accord *ret)
{
	struct part *part[PARTS_MOST + 1];
	struct logged all[PARTS_MOST + 1], one;
	size_t n = 0, from = 0, best;
	struct part *p = found->first;

	do
		part[n++] = p;
	while ((p = p->next) != NULL);
	/* what the mail server's own log knows comes behind what was only said of it */
	for (size_t i = 0; i < n; i++)
		from += part[i]->syslog && !part[n - 1]->syslog;
	for (size_t i = 0; i < n; i++)
		all[i] = logged_of(part[i]);
	best = from + accord_choose(all + from, n - from, told ? told->at : 0);
	one = all[best];
	all[best] = all[n - 1];
	n--;
	if (found->stray)
		all[n++] = logged_of(found->stray);
	one.others = all;
	one.nothers = n;
	if (told)
		*ret = accord_compare(told, &one);
	return part[best];
}

/* The line's own grade: what came through syslog any local user may have written. */
static char grade_of(const struct goal *found, const struct goal *asked, const struct part *p, char row_grade,
		     struct accord a)
{
	char grade = row_grade ? row_grade : 'C';

	if (found->by_message_id || qid_none(asked->id) || a.differs || a.doubts)
		return 'C';
	return p->syslog && grade == 'A' ? 'B' : grade;
}

void seek_fill(const struct trace *t, struct arena *a, const uint32_t *row_of, struct inquiry *q)
{
	const struct seek *k = t->seek;

	q->sought = arena_alloc(a, (k->n + 1) * sizeof(*q->sought));
	for (uint32_t i = 0; i < k->n; i++) {
		const struct goal *asked = &k->goal[i], *g = settled(k, asked);
		struct accord accord = { 0 };
		const struct part *p = g->first ? compare(g, asked->told, &accord) : NULL;

		if (!p || p->sender == NO_SENDER || row_of[p->sender] == UINT32_MAX)
			continue;
		q->sought[q->nsought++] = (struct sought){
			.wanted = i,
			.row = row_of[p->sender],
			.agrees = accord.agrees,
			.differs = accord.differs,
			.doubts = accord.doubts,
			.at = p->time,
			.line = { .grade = grade_of(g, asked, p, sender_at(&t->senders, p->sender)->grade,
						    accord),
				  .file = p->at.file < t->o.nfiles ? t->o.files[p->at.file].name : SPAN_NONE,
				  .line = p->at.line,
				  .offset = p->at.offset,
				  .text = arena_span(a, span_of(p->line, p->len)),
				  .claim = g->by_message_id ? SPAN("its Message-ID was logged here")
							    : SPAN("its queue id was logged here") },
		};
	}
}
