/*
 * verb_complaints - `complaints PATH|-...`: what strangers and other servers say about our mail, tied to who sent it.
 *
 * Mail is read by spamtrail-mime, logs by the confined reader; here their answers are put together.
 *
 * TRUST: anybody can mail a complaint, a forged one too: what only the message says of itself is grade C, and
 * whom it names is accused by no more than that. Texts are shown by report/complaints.h, which escapes them.
 */
#include "app/helper.h"
#include "app/inquire.h"
#include "app/mailboxes.h"
#include "app/mime_helper.h"
#include "app/reader.h"
#include "app/term.h"
#include "app/verbs.h"
#include "model/rows.h"
#include "report/complaints.h"
#include "sys/clock.h"
#include "trace/seek.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Sentences; a folder of broken messages must not drown the answer. */
#define UNSEEN_MOST 200
#define NAMES_MOST 8

struct work {
	const struct options *o;
	struct arena *arena;
	struct mailboxes boxes;
	struct complaints c;
	size_t room;
	size_t at_box;
	struct span unseen[UNSEEN_MOST];
	struct inquire in;
	bool asked_logs, logs_read;
	struct span names[NAMES_MOST];
	size_t nnames;
};

static void unseen(struct work *w, struct span what, const char *why)
{
	struct buf text = BUF_MAX(4096);

	buf_span(&text, what);
	buf_str(&text, what.n ? ": " : "");
	buf_str(&text, why);
	if (w->c.nunseen < UNSEEN_MOST)
		w->unseen[w->c.nunseen++] = arena_span(w->arena, buf_view(&text));
	buf_free(&text);
}

/* --- mail ------------------------------------------------------------------------------------------ */

/* Texts of C live in the arena already. */
static void take(void *ctx, const struct complaint *c)
{
	struct work *w = ctx;

	if (w->c.n == w->room) {
		size_t room = w->room ? w->room * 2 : 256;
		struct tied *more = arena_alloc(w->arena, room * sizeof(*more));

		if (w->c.n)
			memcpy(more, w->c.list, w->c.n * sizeof(*more));
		w->c.list = more;
		w->room = room;
	}
	w->c.list[w->c.n++] = (struct tied){ .file = w->boxes.path[w->at_box], .c = *c };
}

static int read_box(struct work *w, struct mime_helper *h, struct err *err)
{
	struct err here = { 0 };
	struct span why = SPAN_NONE;
	int fd = mailboxes_open(&w->boxes, w->at_box, &here), rc;

	/* One message that cannot be opened is told and passed over: the others still count. */
	if (fd < 0) {
		unseen(w, SPAN_NONE, here.text);
		return 0;
	}
	rc = mime_helper_read(h, w->arena, fd, take, w, &why, err);
	close(fd);
	w->c.files++;
	if (rc == 0 && why.n)
		unseen(w, w->boxes.path[w->at_box], arena_str(w->arena, why));
	return rc;
}

static int read_mail(struct work *w, struct err *err)
{
	struct mime_helper h = { .unconfined = w->o->unconfined };
	int rc = 0;

	/* Else it would wait at a terminal for mail that nobody is about to type. */
	if (w->o->nargs == 0 && isatty(STDIN_FILENO))
		return err_set(err, EXIT_USAGE, "name a Maildir, an mbox or a message, or pipe one into it");
	if (w->o->nargs == 0)
		rc = mailboxes_add(&w->boxes, "-", err);
	for (int i = 0; i < w->o->nargs && rc == 0; i++)
		rc = mailboxes_add(&w->boxes, w->o->args[i], err);
	if (rc == 0)
		rc = mime_helper_start(&h, w->o->unconfined, err);
	if (rc < 0)
		return rc;
	for (; w->at_box < w->boxes.n && rc == 0; w->at_box++)
		rc = read_box(w, &h, err);
	if (w->boxes.more)
		unseen(w, SPAN_NONE, "there are more files than are read at once");
	rc = mime_helper_end(&h, rc, err);
	if (rc == 0 && w->c.files == 0)
		return err_set(err, EXIT_NOINPUT, "nothing could be read: %.300s",
			       w->c.nunseen ? arena_str(w->arena, w->unseen[0]) : "no message is there");
	return rc;
}

/* --- logs ------------------------------------------------------------------------------------------ */

static void own_name(struct work *w, struct span name)
{
	if (name.n && w->nnames < NAMES_MOST)
		w->names[w->nnames++] = name;
}

static int64_t by_wanted(const struct inquiry *q, size_t wanted)
{
	size_t low = 0, high = q->nsought;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (q->sought[middle].wanted < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < q->nsought && q->sought[low].wanted == wanted ? (int64_t)low : -1;
}

/* Bounces come for days, complaints for weeks: two weeks of logs unless the operator says otherwise. */
static int ask_once(struct work *w, const struct seek_want *seek, size_t n, struct err *err)
{
	struct options o = *w->o;
	int rc;

	o.nargs = 0;
	o.seek = seek;
	o.nseek = n;
	if (!o.since)
		o.since = "14 days ago";
	rc = inquire(&o, 0, NULL, &w->in, err);
	w->asked_logs = true;
	return rc;
}

/* What this host calls itself, out of its configuration: only so is it known which Received line is ours. */
static int learn_names(struct work *w, struct err *err)
{
	struct clock clock = { 0 };
	struct reader_want want = { .root = w->boxes.root,
				    .now = clock_seconds(&clock),
				    .unconfined = w->o->unconfined,
				    .facts_only = true };
	struct inquiry *q;
	int rc = reader_inquire(&want, w->arena, &q, err);

	if (rc < 0)
		return rc;
	own_name(w, q->host);
	own_name(w, q->helo);
	if (!w->nnames)
		unseen(w, SPAN_NONE,
		       "this server's name is not known, so none of its lines can be told from others'");
	return 0;
}

/* Two questions a complaint: by our own line's queue id, and by Message-ID. */
static int ask_logs(struct work *w, struct err *err)
{
	size_t n = w->c.n <= SOUGHT_MOST / 2 ? w->c.n : SOUGHT_MOST / 2;
	struct seek_want *seek = arena_alloc(w->arena, (2 * n + 1) * sizeof(*seek));
	int rc = learn_names(w, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w->c.n; i++)
		tie_find(&w->c.list[i].c, w->names, w->nnames, &w->c.list[i].tie);
	for (size_t i = 0; i < n; i++) {
		seek[2 * i].queue_id = w->c.list[i].tie.queue_id;
		seek[2 * i + 1].message_id = w->c.list[i].tie.message_id;
	}
	if (n < w->c.n)
		unseen(w, SPAN_NONE,
		       "more messages are complained about than are looked up at once: name fewer files");
	rc = ask_once(w, seek, 2 * n, err);
	if (rc == -EXIT_NOINPUT) {
		unseen(w, SPAN_NONE, "no mail log was found: nothing could be tied to a sender");
		return 0;
	}
	if (rc < 0)
		return rc;
	w->logs_read = true;
	for (size_t i = 0; i < w->in.q->nunseen; i++)
		unseen(w, SPAN_NONE, arena_str(w->arena, w->in.q->unseen[i]));
	return 0;
}

/* --- ties ------------------------------------------------------------------------------------------ */

/*
 * The first of the two that the logs know is the line; what came from outside, or lies before the logs, belongs to
 * nobody here even where its id is known.
 */
static void tie_one(struct work *w, struct tied *t, size_t index)
{
	for (size_t i = 2 * index; w->logs_read && i < 2 * index + 2 && !t->line; i++) {
		int64_t found = by_wanted(w->in.q, i);

		if (found < 0)
			continue;
		t->line = &w->in.q->sought[found].line;
		t->row = rows_get(w->in.q, w->in.q->sought[found].row, w->arena);
	}
	if (t->row &&
	    (t->row->kind == KIND_INBOUND || t->row->kind == KIND_UNKNOWN || t->row->kind == KIND_OTHER))
		t->row = NULL;
	if (t->line)
		t->state = TIE_LOGGED;
	else if (t->tie.ours)
		t->state = TIE_CLAIMED;
	else if (t->c.original.message_id.n || t->c.original.nreceived || t->c.nrecipients)
		/* had it been ours, its head would hold a line of ours */
		t->state = t->c.bounce && w->logs_read && t->c.original.nreceived ? TIE_BACKSCATTER
										  : TIE_ELSEWHERE;
	else
		t->state = TIE_NOTHING;
}

/* By account where there is one: its mailboxes and scripts are one customer's. */
static void blame(struct work *w, const struct tied *t)
{
	struct span who = t->row->account.n ? t->row->account : t->row->id;
	size_t i = 0;

	while (i < w->c.nblamed && !span_eq(w->c.blamed[i].who, who))
		i++;
	if (i == w->c.nblamed)
		w->c.blamed[w->c.nblamed++].who = who;
	w->c.blamed[i].complaints += !t->c.bounce;
	w->c.blamed[i].bounces += t->c.bounce;
}

/* Complaints weigh more than bounces: an old list of addresses bounces, too. */
static int by_blame(const void *x, const void *y)
{
	const struct blamed *a = x, *b = y;

	if (a->complaints != b->complaints)
		return a->complaints > b->complaints ? -1 : 1;
	if (a->bounces != b->bounces)
		return a->bounces > b->bounces ? -1 : 1;
	return a->who.n != b->who.n ? (a->who.n > b->who.n ? 1 : -1) : memcmp(a->who.p, b->who.p, a->who.n);
}

static int print(const struct work *w, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(w->o, STDOUT_FILENO);

	screen.zone = w->in.zone;
	screen.top = w->o->top;
	if (w->o->output == OUTPUT_JSON)
		complaints_json(&s, &w->c);
	else if (w->o->output == OUTPUT_PLAIN)
		complaints_plain(&s, &w->c);
	else
		complaints_text(&s, &w->c, &screen);
	return sink_end(&s, "standard output", err);
}

static int run(struct work *w, struct err *err)
{
	bool meant = false;
	int rc = read_mail(w, err);

	if (rc == 0)
		rc = ask_logs(w, err);
	if (rc < 0)
		return rc;
	w->c.blamed = arena_alloc(w->arena, (w->c.n + 1) * sizeof(*w->c.blamed));
	for (size_t i = 0; i < w->c.n; i++) {
		struct tied *t = &w->c.list[i];

		tie_one(w, t, i);
		meant = meant || t->state == TIE_LOGGED || t->state == TIE_CLAIMED;
		if (t->row)
			blame(w, t);
	}
	if (w->c.nblamed)
		qsort(w->c.blamed, w->c.nblamed, sizeof(*w->c.blamed), by_blame);
	w->c.unseen = w->unseen;
	w->c.complete = w->c.nunseen == 0;
	rc = print(w, err);
	return rc < 0 ? rc : !w->c.complete ? EXIT_INCOMPLETE : meant ? EXIT_FOUND : EXIT_NOTHING;
}

int verb_complaints(const struct options *o, struct err *err)
{
	struct work *w;
	struct root root;
	int rc;

	if (!helper_installed("spamtrail-mime"))
		return err_set(
			err, EXIT_SOFTWARE,
			"spamtrail-mime is not beside this program: it was built without GMime or json-c");
	rc = root_open(o->root ? o->root : "/", &root, err);
	if (rc < 0)
		return rc;
	w = xcalloc(1, sizeof(*w));
	w->o = o;
	w->arena = arena_new();
	w->boxes = (struct mailboxes){ .root = &root, .arena = w->arena };
	rc = run(w, err);
	if (w->asked_logs)
		inquire_end(&w->in);
	arena_free(w->arena);
	root_close(&root);
	free(w);
	return rc;
}
