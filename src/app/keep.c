/*
 * keep - see keep.h.
 *
 * The database is opened in the command line only, after the reader has been forked: the reader never holds it.
 * TRUST: what was learnt comes from the confined reader, which an attacker's log line may have taken over.
 * Its times are checked here; its body is only bytes here.
 */
#include "app/keep.h"

#include "app/complained.h"
#include "app/tying.h"

#define NOTE_MOST 4096
/* As TALK_ANSWER_MOST: what is kept must fit the answer that hands it out again. */
#define BODY_MOST (48u << 20)
/* The end of the year 9999, where the calendar ends. */
#define AS_OF_MOST INT64_C(253402300799)

static void note(struct keep *k, const char *what, const char *why)
{
	buf_addf(&k->note, "%s%s\n", what, why);
}

static struct store *opened(struct keep *k)
{
	struct err err = { 0 };
	size_t before = k->note.n;

	if (k->tried || !k->dir)
		return k->store;
	/* Once: a database that cannot be opened would say so again at every step. */
	k->tried = true;
	if (store_open(k->dir, &k->store, &k->note, &err) < 0)
		note(k, "nothing is kept: ", err.text);
	else if (k->note.n > before)
		buf_byte(&k->note, '\n');
	return k->store;
}

void keep_begin(struct keep *k, const char *dir)
{
	*k = (struct keep){ .dir = dir, .body = BUF_MAX(BODY_MOST), .note = BUF_MAX(NOTE_MOST) };
}

void keep_past(struct keep *k, int64_t first, struct buf *out)
{
	struct err err = { 0 };

	if (opened(k) && store_past(k->store, first, out, &err) < 0)
		note(k, "the senders' past could not be read: ", err.text);
}

void keep_learnt(struct keep *k, int64_t first, int64_t as_of, struct span body)
{
	if (first < 0 || as_of < first || as_of > AS_OF_MOST)
		return;
	k->body.n = 0;
	buf_span(&k->body, body);
	k->learnt = (struct store_learnt){ .first = first, .as_of = as_of, .body = buf_view(&k->body) };
}

void keep_name(struct keep *k, struct inquiry *q)
{
	/* what fails now will be said by keep_end */
	if (opened(k))
		store_save(k->store, NULL, q, NULL);
}

void keep_complaints(struct keep *k, struct arena *a, struct inquiry *q, const struct tying *t)
{
	struct err err = { 0 };
	int rc = 0;

	if (!opened(k))
		return;
	if (t)
		rc = tying_keep(t, q, k->store, q->now, &err);
	if (rc == 0)
		rc = complained_attach(k->store, a, q, &err);
	if (rc < 0)
		note(k, "complaints are not counted: ", err.text);
}

static void notes_add(struct keep *k, struct arena *a, struct inquiry *q)
{
	struct span left = buf_view(&k->note);
	struct span *all = arena_alloc(a, (q->nnotes + left.n + 1) * sizeof(*all));
	ptrdiff_t end;

	if (q->nnotes)
		memcpy(all, q->notes, q->nnotes * sizeof(*all));
	for (; (end = span_find(left, 0, '\n')) >= 0; left = span_from(left, (size_t)end + 1))
		all[q->nnotes++] = arena_span(a, span_head(left, (size_t)end));
	q->notes = all;
}

void keep_end(struct keep *k, struct arena *a, struct inquiry *q)
{
	/* half a log read is half a past */
	bool whole = k->body.n > 0 && !k->body.over && !q->stopped;
	struct err err = { 0 };

	if (opened(k) && store_save(k->store, whole ? &k->learnt : NULL, q, &err) < 0)
		note(k, "nothing is kept: ", err.text);
	if (k->note.n)
		notes_add(k, a, q);
}

void keep_free(struct keep *k)
{
	store_close(k->store);
	buf_free(&k->body);
	buf_free(&k->note);
}
