/*
 * classes - facts to a judgement: what kind of thing is this file, and how sure is that?
 *
 * Reasons are added up, 100 is malicious, 50 suspicious (see weigh.h). The same flow weighs less in a file that belongs to a
 * program (classes, namespaces, includes around it); a file that may be either is weighed as both.
 *
 * TRUST: all that is counted here is an attacker's choice: no count is an index, and reasons are limited.
 */
#include "scan/weigh.h"

#include "scan/php.h"

/*
 * In tenths: a finding shows 10.0 and 5.0. One sure sign is enough for the first; a doubtful one for the
 * second. Doubtful ones make a sure one only together with a strong one, or where there are three of them.
 */
enum { MALICIOUS = 100, SUSPICIOUS = 50, SURE = 80, DOUBT = 10 };

void weigh_add(struct weighing *w, const char *rule, uint8_t class, int weight, const struct event *e,
	       const char *text)
{
	struct judgement *j = w->j;
	struct reason *r;

	/* the same again proves nothing more */
	for (uint32_t i = 0; i < j->reasons; i++)
		if (strcmp(j->reason[i].rule, rule) == 0) {
			if (j->reason[i].weight >= weight)
				return;
			j->score += weight - j->reason[i].weight;
			w->by_class[class] += weight - j->reason[i].weight;
			j->reason[i].weight = weight;
			j->reason[i].event = e ? (uint32_t)(e - w->ev->event) + 1 : 0;
			j->reason[i].text = text;
			return;
		}
	if (j->reasons == REASONS_MOST)
		return;
	r = &j->reason[j->reasons++];
	*r = (struct reason){ .rule = rule,
			      .text = text,
			      .weight = weight,
			      .class = class,
			      .event = e ? (uint32_t)(e - w->ev->event) + 1 : 0 };
	j->score += weight;
	w->by_class[class] += weight;
}

/* One event, by its sink. */
static void one(struct weighing *w, const struct event *e)
{
	weigh_run(w, e);
	weigh_sent(w, e);
	weigh_files(w, e);
	if (e->sink == SINK_GIVEN)
		return;
	if (e->kind == EVENT_STARTS)
		weigh_add(w, "php.command.option", CLASS_WEBSHELL, w->alone ? 80 : 50, e,
			  "an option makes a harmless function start a program or write a file");
	if (e->name_marks & (M_FIELD | M_BODY) && e->sink != SINK_CALLBACK && !(e->name_marks & M_CHOSEN))
		weigh_add(w, "php.call.request", CLASS_BACKDOOR, 90, e,
			  "a request names the function that is called");
}

/* Tokens outside of classes that make a script of a file with its own library. */
enum { FREE_LEAST = 150 };

/* A program's part is told by what it uses, includes, guards against and is written as. */
static bool stands_alone(const struct quick *q, const struct events *ev)
{
	if (ev->outside > OUTSIDE_MOST || q->namespaces || q->guards == 1 ||
	    q->includes * 300 >= q->tokens + 600)
		return false;
	return (ev->outside == 0 && q->evals) || (q->classes && quick_starts(q)) ||
	       (q->free_supers >= 2 && q->tokens - q->in_class >= FREE_LEAST) ||
	       (q->in_class * 15 < q->tokens * 14 && !(q->classes && q->supers == 0));
}

/* One way to look at a file: as a whole, or at what stands outside of its classes. */
struct view {
	struct quick q;
	bool alone;
	bool apart; /* what methods do is left out */
	bool includes; /* what another file sets is not known */
};

static void weigh(const struct view *v, const struct events *ev, struct judgement *j)
{
	const struct quick *q = &v->q;
	struct weighing w = { .q = q, .ev = ev, .j = j, .alone = v->alone };
	int best = 0;

	w.small = v->alone && q->tokens < SMALL;
	w.unset = v->alone && !v->includes && !q->binary;
	for (uint32_t i = 0; i < ev->n; i++)
		w.leaves |= ev->event[i].kind == EVENT_LEAVES;
	for (uint32_t i = 0; i < ev->n; i++)
		if (!v->apart || !ev->event[i].in_class)
			one(&w, &ev->event[i]);
	weigh_whole(&w);
	for (int c = 1; c < SCAN_CLASSES; c++)
		if (w.by_class[c] > best) {
			best = w.by_class[c];
			j->class = (enum scan_class)c;
		}
}

/* Uses much that is nowhere, and fetches none of it: a piece of a script, or a list of functions. It counts half. */
static void weigh_piece(const struct view *v, const struct events *ev, struct judgement *j)
{
	struct judgement half = { .looked = j->looked, .limits = j->limits };
	struct view piece = *v;

	piece.alone = true;
	weigh(&piece, ev, &half);
	half.score /= 2;
	for (uint32_t i = 0; i < half.reasons; i++)
		half.reason[i].weight /= 2;
	if (half.score > j->score)
		*j = half;
}

/* More than a list of data: it calls what may do harm, runs something, or asks for what a request brings. */
static bool acts(const struct quick *q)
{
	return q->sinks & ~BIT(SINK_NONE) || q->evals || q->backticks || q->dynamic || q->includes ||
	       q->inputs;
}

/* It uses what no file of PHP's and no part of it has made: somebody else's functions, classes, objects. */
static bool borrows(const struct events *ev)
{
	return ev->outside || ev->borrowed;
}

static void judge(const struct view *v, const struct events *ev, struct judgement *j)
{
	int strongest = 0;

	weigh(v, ev, j);
	if (!v->alone && v->q.includes == 0 && v->q.classes == 0 && v->q.namespaces == 0 && v->q.guards != 1)
		weigh_piece(v, ev, j);
	for (uint32_t i = 0; i < j->reasons; i++)
		if (j->reason[i].weight > strongest)
			strongest = j->reason[i].weight;
	j->verdict = j->score >= MALICIOUS && (strongest >= SURE || j->score >= MALICIOUS + SUSPICIOUS)
			     ? SCAN_MALICIOUS
		     : j->score >= SUSPICIOUS ? SCAN_SUSPICIOUS
					      : SCAN_CLEAN;
}

/*
 * Who is guarded against being called by itself, and then needs nothing of whoever calls it, hides behind the guard; and who
 * includes files and then uses nothing of theirs, behind those. Of the latter nobody is sure: it is suspicious at most.
 */
static void judge_views(const struct quick *q, const struct events *ev, bool apart, struct judgement *j)
{
	struct view v = { .q = *q, .apart = apart, .includes = q->includes > 0 };
	struct judgement other = *j;

	if (!borrows(ev) && q->guards == 1 && (apart || !q->classes) && acts(q))
		v.q.guards = 0;
	v.alone = stands_alone(&v.q, ev);
	judge(&v, ev, j);
	if (j->verdict != SCAN_CLEAN || !q->includes || borrows(ev))
		return;
	v.q.includes = 0;
	v.alone = stands_alone(&v.q, ev);
	judge(&v, ev, &other);
	/* that it does little more than one thing is not known then */
	if (other.score < SUSPICIOUS + DOUBT)
		return;
	other.verdict = SCAN_SUSPICIOUS;
	*j = other;
}

void classes_judge(const struct quick *q, const struct events *ev, struct judgement *j)
{
	judge_views(q, ev, false, j);
}

void classes_judge_apart(const struct quick *q, const struct events *ev, struct judgement *j)
{
	struct judgement apart = { .looked = j->looked, .limits = j->limits };

	judge_views(q, ev, true, &apart);
	if (apart.verdict > j->verdict)
		*j = apart;
}
