/*
 * later - see later.h. A job is a run of operations behind each other, each with its row in front, so that what the next
 * ones need can be fetched meanwhile.
 */
#include "trace/later.h"

#include "base/err.h"
#include "trace/internal.h"

#include <pthread.h>
#include <stdlib.h>

#define JOB_FIRST (64u << 10)
#define JOB_MOST (1u << 20) /* bytes; who gives up a million messages in one turn does their work himself */
#define AHEAD 12 /* operations between the look at one and its turn */

enum op_kind {
	OP_NOTE,
	OP_RECALL,
	OP_KEEP,
	OP_SEEN,
	OP_MESSAGE,
	OP_TOLD,
	OP_RECIPIENT,
	OP_RESULT,
	OP_LOGIN,
	OP_REQUEST,
};

struct op {
	struct sender *row; /* NULL with OP_KEEP */
	uint16_t bytes; /* of all of it */
	uint8_t kind; /* enum op_kind */
	uint8_t result; /* enum judge_result */
	char grade;
	bool first, freemail;
	int64_t at;
	union {
		double share; /* of spam among the server's results of the hour before */
		uint32_t net;
		uint64_t domain;
	};
	union {
		struct outcomes outcomes;
		uint64_t rcpt;
		struct {
			const struct observed_handover *handover;
			const struct observed_process *process;
		};
		struct span text; /* result: of the recipient; else the line */
	};
};

struct op_line {
	struct op op;
	struct qid id;
	struct log_at where;
	const char *claim;
	struct span subject;
};

struct op_message {
	struct op op;
	struct judge_message m;
};

struct job {
	struct job *next;
	bool done;
	size_t used, room;
	unsigned char *mem;
	struct arena *texts; /* of events that are gone; NULL = none */
};

static bool at_once(const struct trace *t)
{
	return !t->o.later;
}

/* --- what is to be done ----------------------------------------------------------------------- */

static void note(struct trace *t, struct sender *row, char grade, const char *claim,
		 const struct log_at *where, int64_t at, struct span line, struct span subject)
{
	if (!row->grade || grade < row->grade)
		row->grade = grade;
	sender_prove(&t->senders, row, where, at, line, subject, grade, claim);
}

static void recall(struct trace *t, struct sender *row, bool first, char grade, const char *claim,
		   struct qid id)
{
	const struct recalled *line;

	row->grade = row->grade && row->grade < grade ? row->grade : grade;
	if (!claim[0] || !sender_wants_proof(&t->senders, row, first) ||
	    !(line = recall_find(&t->recall, id)))
		return;
	sender_prove(&t->senders, row, &line->at, line->time, span_of(line->text, line->len), SPAN_NONE,
		     grade, claim);
}

static void tell(struct trace *t, struct sender *row, int64_t at, struct outcomes outcomes, double share)
{
	for (; outcomes.fine; outcomes.fine--)
		judge_result(t->judge, &row->judge, at, RESULT_OK, share);
	for (; outcomes.unknown; outcomes.unknown--)
		judge_result(t->judge, &row->judge, at, RESULT_UNKNOWN_RCPT, share);
	for (; outcomes.spam; outcomes.spam--)
		judge_result(t->judge, &row->judge, at, RESULT_SPAM, share);
}

static void result(struct trace *t, struct sender *row, int64_t at, enum judge_result what, struct span rcpt,
		   double share)
{
	if (judge_has_echo(&row->judge) && judge_is_echo(&row->judge, rcpt_hash(rcpt, NULL)))
		return;
	judge_result(t->judge, &row->judge, at, what, share);
}

static void work(struct trace *t, const struct op *op)
{
	const struct op_line *l = (const struct op_line *)(const void *)op;
	struct sender *row = op->row;

	switch ((enum op_kind)op->kind) {
	case OP_NOTE:
		if (sender_wants_proof(&t->senders, row, op->first))
			note(t, row, op->grade, l->claim, &l->where, op->at, op->text, l->subject);
		break;
	case OP_RECALL:
		recall(t, row, op->first, op->grade, l->claim, l->id);
		break;
	case OP_KEEP:
		recall_put(&t->recall, l->id, &l->where, op->at, op->text);
		break;
	case OP_SEEN:
		observed_prove(&t->senders, row, op->handover, op->process);
		break;
	case OP_MESSAGE:
		judge_message(t->judge, &row->judge, row->kind,
			      &((const struct op_message *)(const void *)op)->m);
		break;
	case OP_TOLD:
		tell(t, row, op->at, op->outcomes, op->share);
		break;
	case OP_RECIPIENT:
		judge_recipient(t->judge, &row->judge, op->at, row->key, op->rcpt, op->domain, op->freemail);
		break;
	case OP_RESULT:
		result(t, row, op->at, op->result, op->text, op->share);
		break;
	case OP_LOGIN:
		judge_login(t->judge, &row->judge, op->at, op->net);
		break;
	case OP_REQUEST:
		judge_request(t->judge, &row->judge, op->at, op->net, true);
		break;
	}
}

/* --- writing it down -------------------------------------------------------------------------- */

static struct job *job_take(struct later *l)
{
	struct job *j;

	pthread_mutex_lock(&l->lock);
	j = l->spare;
	if (j)
		l->spare = j->next;
	pthread_mutex_unlock(&l->lock);
	return j ? j : xcalloc(1, sizeof(*j));
}

/* What OP will look at. */
static void fetch(const struct trace *t, const struct op *op)
{
	if (!op->row)
		return;
	for (size_t i = 0; i < sizeof(op->row->judge); i += 64)
		__builtin_prefetch((const char *)&op->row->judge + i);
	if (op->kind == OP_RECIPIENT)
		judge_prefetch(t->judge, op->row->key, op->rcpt, op->domain);
}

static const struct op *op_at(const struct job *j, size_t at)
{
	return (const struct op *)(const void *)(j->mem + at);
}

static void run(struct trace *t, struct job *j)
{
	size_t ahead = 0;

	for (unsigned i = 0; i < AHEAD && ahead < j->used; i++, ahead += op_at(j, ahead)->bytes)
		fetch(t, op_at(j, ahead));
	for (size_t at = 0; at < j->used; at += op_at(j, at)->bytes) {
		if (ahead < j->used) {
			fetch(t, op_at(j, ahead));
			ahead += op_at(j, ahead)->bytes;
		}
		work(t, op_at(j, at));
	}
	arena_free(j->texts);
	j->texts = NULL;
	j->used = 0;
}

/* Does the oldest of the jobs that were passed; whose turn it is holds `turn`. */
static void run_first(struct trace *t)
{
	struct later *l = &t->later;
	struct job *j;

	pthread_mutex_lock(&l->lock);
	j = l->first;
	pthread_mutex_unlock(&l->lock);
	run(t, j);
	pthread_mutex_lock(&l->lock);
	l->first = j->next;
	j->done = true;
	l->done++;
	pthread_mutex_unlock(&l->lock);
}

/* Does everything at once, that which was passed before and waits for another worker first. */
static void catch_up(struct trace *t)
{
	struct later *l = &t->later;

	pthread_mutex_lock(&l->turn);
	while (l->passed != l->done)
		run_first(t);
	run(t, l->filling);
	pthread_mutex_unlock(&l->turn);
}

/* Room for one operation of N bytes behind the others, zeroed; it lives until the next one. */
static void *put(struct trace *t, enum op_kind kind, struct sender *row, int64_t at, size_t n)
{
	struct later *l = &t->later;
	struct job *j = l->filling = l->filling ? l->filling : job_take(l);
	struct op *op;

	if (j->used + n > JOB_MOST)
		catch_up(t);
	if (j->room - j->used < n) {
		j->room = j->room ? j->room * 2 : JOB_FIRST;
		j->mem = xrealloc(j->mem, j->room);
	}
	op = (struct op *)(void *)(j->mem + j->used);
	j->used += n;
	memset(op, 0, n);
	op->row = row;
	op->bytes = (uint16_t)n;
	op->kind = (uint8_t)kind;
	op->at = at;
	return op;
}

/* TEXT, which is S's; a copy where that does not live until its operation's turn. */
static struct span lasting(struct trace *t, const struct step *s, struct span text)
{
	struct job *j = t->later.filling;

	if (!s->at->passing || !text.n)
		return text;
	if (!j->texts)
		j->texts = arena_new();
	return arena_span(j->texts, text);
}

void later_note(struct trace *t, struct sender *row, bool first, char grade, const char *claim,
		const struct step *s)
{
	struct span line = event_line(s->ev, s->base);
	struct op_line *l;
	struct span subject;
	size_t from;

	if (at_once(t)) {
		if (sender_wants_proof(&t->senders, row, first))
			note(t, row, grade, claim, s->at, s->time, line, step_get(s, F_SUBJECT));
		return;
	}
	subject = step_get(s, F_SUBJECT);
	from = (size_t)((uintptr_t)subject.p - (uintptr_t)line.p);
	l = put(t, OP_NOTE, row, s->time, sizeof(*l));
	l->op.first = first;
	l->op.grade = grade;
	l->op.text = lasting(t, s, line);
	l->where = *s->at;
	l->claim = claim;
	/* only one that stands in the line is kept with it */
	if (subject.n && from < line.n)
		l->subject = span_of(l->op.text.p + from, subject.n);
}

void later_recall(struct trace *t, struct sender *row, bool first, char grade, const char *claim,
		  struct qid id)
{
	struct op_line *l;

	if (at_once(t)) {
		recall(t, row, first, grade, claim, id);
		return;
	}
	l = put(t, OP_RECALL, row, 0, sizeof(*l));
	l->op.first = first;
	l->op.grade = grade;
	l->claim = claim;
	l->id = id;
}

void later_keep(struct trace *t, struct qid id, const struct step *s)
{
	struct span line = event_line(s->ev, s->base);
	struct op_line *l;

	if (at_once(t)) {
		recall_put(&t->recall, id, s->at, s->time, line);
		return;
	}
	l = put(t, OP_KEEP, NULL, s->time, sizeof(*l));
	l->op.text = lasting(t, s, line);
	l->where = *s->at;
	l->id = id;
}

void later_seen(struct trace *t, struct sender *row, const struct observed_handover *h,
		const struct observed_process *p)
{
	struct op *op;

	if (at_once(t)) {
		observed_prove(&t->senders, row, h, p);
		return;
	}
	op = put(t, OP_SEEN, row, 0, sizeof(*op));
	op->handover = h;
	op->process = p;
}

void later_message(struct trace *t, struct sender *row, const struct judge_message *m)
{
	struct op_message *o;

	if (at_once(t)) {
		judge_message(t->judge, &row->judge, row->kind, m);
		return;
	}
	o = put(t, OP_MESSAGE, row, m->at, sizeof(*o));
	o->m = *m;
}

void later_told(struct trace *t, struct sender *row, int64_t at, struct outcomes outcomes)
{
	struct op *op;

	if (at_once(t)) {
		tell(t, row, at, outcomes, t->hour.closed);
	} else if (outcomes.fine || outcomes.unknown || outcomes.spam) {
		op = put(t, OP_TOLD, row, at, sizeof(*op));
		op->outcomes = outcomes;
		op->share = t->hour.closed;
	}
}

void later_recipient(struct trace *t, struct sender *row, int64_t at, uint64_t rcpt, uint64_t domain,
		     bool freemail)
{
	struct op *op;

	if (at_once(t)) {
		judge_recipient(t->judge, &row->judge, at, row->key, rcpt, domain, freemail);
		return;
	}
	op = put(t, OP_RECIPIENT, row, at, sizeof(*op));
	op->rcpt = rcpt;
	op->domain = domain;
	op->freemail = freemail;
}

void later_result(struct trace *t, struct sender *row, const struct step *s, enum judge_result what,
		  struct span rcpt)
{
	struct op *op;

	if (at_once(t)) {
		result(t, row, s->time, what, rcpt, t->hour.closed);
		return;
	}
	op = put(t, OP_RESULT, row, s->time, sizeof(*op));
	op->result = (uint8_t)what;
	op->text = lasting(t, s, rcpt);
	op->share = t->hour.closed;
}

static void net_later(struct trace *t, enum op_kind kind, struct sender *row, int64_t at, uint32_t net)
{
	struct op *op = put(t, kind, row, at, sizeof(*op));

	op->net = net;
}

void later_login(struct trace *t, struct sender *row, int64_t at, uint32_t net)
{
	if (at_once(t))
		judge_login(t->judge, &row->judge, at, net);
	else
		net_later(t, OP_LOGIN, row, at, net);
}

void later_request(struct trace *t, struct sender *row, int64_t at, uint32_t net)
{
	if (at_once(t))
		judge_request(t->judge, &row->judge, at, net, true);
	else
		net_later(t, OP_REQUEST, row, at, net);
}

/* --- the turns ---------------------------------------------------------------------------------- */

void *trace_pass(void *ctx)
{
	struct trace *t = ctx;
	struct later *l = &t->later;
	struct job *j = l->filling;
	uint64_t done;

	l->filling = NULL;
	pthread_mutex_lock(&l->lock);
	if (j) {
		j->next = NULL;
		j->done = false;
		*(l->first ? &l->last->next : &l->first) = j;
		l->last = j;
		l->passed++;
	}
	done = l->done;
	pthread_mutex_unlock(&l->lock);
	senders_reclaim(&t->senders, l->passed, done);
	return j;
}

void trace_work(void *ctx, void *job)
{
	struct trace *t = ctx;
	struct later *l = &t->later;
	struct job *j = job;

	pthread_mutex_lock(&l->turn);
	while (!j->done)
		run_first(t);
	pthread_mutex_unlock(&l->turn);
	pthread_mutex_lock(&l->lock);
	j->next = l->spare;
	l->spare = j;
	pthread_mutex_unlock(&l->lock);
}

void later_init(struct trace *t)
{
	pthread_mutex_init(&t->later.lock, NULL);
	pthread_mutex_init(&t->later.turn, NULL);
	t->senders.linger = t->o.later;
}

void later_end(struct trace *t)
{
	struct job *j = trace_pass(t);

	if (j)
		trace_work(t, j);
	t->o.later = t->senders.linger = false;
}

static void job_free(struct job *j)
{
	if (!j)
		return;
	arena_free(j->texts);
	free(j->mem);
	free(j);
}

void later_free(struct trace *t)
{
	job_free(t->later.filling);
	while (t->later.spare) {
		struct job *j = t->later.spare;

		t->later.spare = j->next;
		job_free(j);
	}
	pthread_mutex_destroy(&t->later.lock);
	pthread_mutex_destroy(&t->later.turn);
}
