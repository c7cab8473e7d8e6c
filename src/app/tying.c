/*
 * tying - see tying.h.
 *
 * TRUST: the helper and the reader may have been taken over: what they say is checked in form. Texts are shown by
 * report/complaints.h, which escapes them.
 */
#include "app/tying.h"

#include "app/mime_helper.h"
#include "app/reader.h"
#include "app/signs_state.h"
#include "base/arena_more.h"
#include "base/hash.h"
#include "model/rows.h"
#include "store/store.h"
#include "trace/accord.h"
#include "trace/seek.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEED UINT64_C(0x636f6d706c61696e)

void tying_begin(struct tying *t, const struct root *root, struct arena *a, bool unconfined)
{
	*t = (struct tying){ .arena = a, .unconfined = unconfined };
	t->boxes = (struct mailboxes){ .root = root, .arena = a };
}

void tying_unseen(struct tying *t, struct span what, const char *why)
{
	struct buf text = BUF_MAX(4096);

	buf_span(&text, what);
	buf_str(&text, what.n ? ": " : "");
	buf_str(&text, why);
	if (t->c.nunseen < TYING_UNSEEN_MOST)
		t->unseen[t->c.nunseen++] = arena_span(t->arena, buf_view(&text));
	t->c.unseen = t->unseen;
	buf_free(&text);
}

/* --- mail ------------------------------------------------------------------------------------------ */

/* Texts of C live in the arena already. */
static void take(void *ctx, const struct complaint *c)
{
	struct tying *w = ctx;

	w->c.list = arena_more(w->arena, w->c.list, w->c.n, &w->room, 256, sizeof(*w->c.list));
	w->c.list[w->c.n++] = (struct tied){ .file = w->boxes.path[w->at_box], .c = *c };
}

static bool is_old(const struct tying *t, int fd)
{
	struct stat st;

	return t->newer && fstat(fd, &st) == 0 && st.st_mtime < t->newer;
}

static int read_box(struct tying *w, struct mime_helper *h, struct err *err)
{
	struct err here = { 0 };
	struct span why = SPAN_NONE;
	enum mime_end end = MIME_WHOLE;
	int fd = mailboxes_open(&w->boxes, w->at_box, &here), rc;

	/* One message that cannot be opened is told and passed over: the others still count. */
	if (fd < 0) {
		tying_unseen(w, SPAN_NONE, here.text);
		return 0;
	}
	if (is_old(w, fd)) {
		close(fd);
		return 0;
	}
	rc = mime_helper_read(h, w->arena, fd, take, w, &end, &why, err);
	close(fd);
	w->c.files++;
	if (rc == 0 && end == MIME_DAMAGED && w->c.nunseen < TYING_UNSEEN_MOST) {
		w->damage[w->c.nunseen] = true;
		w->damaged++;
	}
	if (rc == 0 && why.n)
		tying_unseen(w, w->boxes.path[w->at_box], arena_str(w->arena, why));
	return rc;
}

int tying_add(struct tying *t, const char *path, struct err *err)
{
	return mailboxes_add(&t->boxes, path, err);
}

int tying_read(struct tying *t, struct err *err)
{
	struct mime_helper h = { .unconfined = t->unconfined };
	int rc = mime_helper_start(&h, t->unconfined, err);

	if (rc < 0)
		return rc;
	for (; t->at_box < t->boxes.n && rc == 0; t->at_box++)
		rc = read_box(t, &h, err);
	if (t->boxes.more)
		tying_unseen(t, SPAN_NONE, "there are more files than are read at once");
	return mime_helper_end(&h, rc, err);
}

/* --- logs ------------------------------------------------------------------------------------------ */

static void own_name(struct tying *w, struct span name)
{
	if (name.n && w->nnames < TYING_NAMES_MOST)
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

/* Out of its configuration: only so is it known which Received line is ours. */
static int learn_names(struct tying *t, int64_t now, struct err *err)
{
	struct reader_want want = {
		.root = t->boxes.root, .now = now, .unconfined = t->unconfined, .facts_only = true
	};
	struct inquiry *q;
	int rc = reader_inquire(&want, t->arena, &q, err);

	if (rc < 0)
		return rc;
	own_name(t, q->host);
	own_name(t, q->helo);
	if (!t->nnames)
		tying_unseen(
			t, SPAN_NONE,
			"this server's name is not known, so none of its lines can be told from others'");
	return 0;
}

/* What T says of its message, for the log to say whether it is so. Whom our own line names it went to. */
static struct told *told_by(struct tying *w, const struct tied *t)
{
	const struct complaint *c = &t->c;
	struct told *told = arena_alloc(w->arena, sizeof(*told));
	struct span *addresses =
		arena_alloc(w->arena, (c->nrecipients + c->original.nreceived + 1) * sizeof(*addresses));
	struct span *recipients = arena_alloc(w->arena, (c->nenvelope + 1) * sizeof(*recipients));

	*told = (struct told){ .subject = c->original.twice ? SPAN_NONE : c->original.subject,
			       .message_id = c->original.twice ? SPAN_NONE : t->tie.message_id,
			       .addresses = addresses,
			       .recipients = recipients,
			       .at = t->tie.line.at };
	for (size_t i = 0; i < c->nrecipients; i++)
		addresses[told->naddresses++] = c->recipients[i];
	for (size_t i = 0; i < c->original.nreceived; i++) {
		struct received line;

		received_read(c->original.received[i], &line);
		if (line.recipient.n)
			addresses[told->naddresses++] = line.recipient;
	}
	for (size_t i = 0; i < c->nenvelope; i++)
		recipients[told->nrecipients++] = c->envelope[i];
	if (t->tie.line.recipient.n)
		recipients[told->nrecipients++] = t->tie.line.recipient;
	return told;
}

/* By our own line's queue id, and by Message-ID. */
int tying_seek(struct tying *t, int64_t now, struct seek_want **ret_seek, size_t *ret_n, struct err *err)
{
	size_t n = t->c.n <= SOUGHT_MOST / 2 ? t->c.n : SOUGHT_MOST / 2;
	struct seek_want *seek = arena_alloc(t->arena, (2 * n + 1) * sizeof(*seek));
	int rc = learn_names(t, now, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < t->c.n; i++)
		tie_find(&t->c.list[i].c, t->names, t->nnames, &t->c.list[i].tie);
	for (size_t i = 0; i < n; i++) {
		seek[2 * i].told = seek[2 * i + 1].told = told_by(t, &t->c.list[i]);
		seek[2 * i].queue_id = t->c.list[i].tie.queue_id;
		seek[2 * i + 1].message_id = t->c.list[i].tie.message_id;
	}
	if (n < t->c.n)
		tying_unseen(
			t, SPAN_NONE,
			"more messages are complained about than are looked up at once: name fewer files");
	t->sought = n;
	*ret_seek = seek;
	*ret_n = 2 * n;
	return 0;
}

/* --- ties ------------------------------------------------------------------------------------------ */

/* Of the two that the logs know the first that does not contradict them, else the first. */
static const struct sought *found_for(const struct tying *w, size_t index, const struct inquiry *q)
{
	const struct sought *best = NULL;

	for (size_t i = 2 * index; q && index < w->sought && i < 2 * index + 2; i++) {
		int64_t found = by_wanted(q, i);

		if (found >= 0 && (!best || (best->differs && !q->sought[found].differs)))
			best = &q->sought[found];
	}
	return best;
}

/* What came from outside, or lies before the logs, belongs to nobody here even where its id is known. */
static void tie_one(struct tying *w, struct tied *t, size_t index, const struct inquiry *q)
{
	const struct sought *found = found_for(w, index, q);

	if (found) {
		t->line = &found->line;
		t->agrees = found->agrees;
		t->differs = found->differs;
		t->doubts = found->doubts;
		t->row = rows_get(q, found->row, w->arena);
	}
	if (t->row &&
	    (t->row->kind == KIND_INBOUND || t->row->kind == KIND_UNKNOWN || t->row->kind == KIND_OTHER))
		t->row = NULL;
	if (t->line)
		t->state = t->differs ? TIE_CONTRADICTED : TIE_LOGGED;
	else if (t->tie.ours)
		t->state = TIE_CLAIMED;
	else if (t->c.original.message_id.n || t->c.original.nreceived || t->c.nrecipients)
		/* had it been ours, its head would hold a line of ours */
		t->state = t->c.bounce && q && t->c.original.nreceived ? TIE_BACKSCATTER : TIE_ELSEWHERE;
	else
		t->state = TIE_NOTHING;
}

void tying_settle(struct tying *t, const struct inquiry *q)
{
	for (size_t i = 0; i < t->c.n; i++)
		tie_one(t, &t->c.list[i], i, q);
}

/* --- the state ------------------------------------------------------------------------------------- */

/* The same complaint read again, from another mailbox too. */
static uint64_t identity_of(const struct tied *t)
{
	const struct complaint *c = &t->c;
	uint64_t h = hash_span(c->reporter, SEED + c->kind);

	h = hash_span(c->date, hash_span(c->about, h));
	h = hash_span(t->tie.queue_id, hash_span(t->tie.message_id, h));
	return hash_span(c->nrecipients ? c->recipients[0] : SPAN_NONE, h);
}

static struct span what_of(const struct tying *t, const struct complaint *c)
{
	struct buf text = BUF_MAX(2 * COMPLAINT_TEXT_MOST);
	struct span s;

	buf_str(&text, complaint_kind_name((enum complaint_kind)c->kind));
	if (c->type.n) {
		buf_byte(&text, ' ');
		buf_span(&text, span_head(c->type, 60));
	}
	s = arena_span(t->arena, buf_view(&text));
	buf_free(&text);
	return s;
}

static int64_t time_of(const struct tying *t, const struct inquiry *q, size_t index)
{
	for (size_t i = 2 * index; i < 2 * index + 2; i++) {
		int64_t found = by_wanted(q, i);

		if (found >= 0 && &q->sought[found].line == t->c.list[index].line)
			return q->sought[found].at;
	}
	return 0;
}

int tying_keep(const struct tying *t, const struct inquiry *q, struct store *s, int64_t now, struct err *err)
{
	struct store_complaint *list = arena_alloc(t->arena, (t->c.n + 1) * sizeof(*list));
	int64_t *came = arena_alloc(t->arena, (t->c.n + 1) * sizeof(*came));
	size_t n = 0, fresh = 0;
	int rc;

	for (size_t i = 0; i < t->c.n; i++) {
		const struct tied *one = &t->c.list[i];

		if (one->state != TIE_LOGGED || !one->row)
			continue;
		list[n++] = (struct store_complaint){
			.identity = identity_of(one),
			.at = time_of(t, q, i),
			.bounce = one->c.bounce,
			.grade = one->line->grade,
			.kind = one->row->kind,
			.id = one->row->id,
			.account = one->row->account,
			.what = what_of(t, &one->c),
			.reporter = one->c.reporter,
			.recipient = one->c.nrecipients ? one->c.recipients[0] : SPAN_NONE,
			.file = one->line->file,
			.text = one->line->text,
			.line = one->line->line,
			.offset = one->line->offset,
		};
	}
	rc = store_complaints_put(s, list, n, err);
	/* for `signs`: what came now; one that is read again came before */
	for (size_t i = 0; i < n; i++)
		if (list[i].is_new && !list[i].bounce)
			came[fresh++] = now;
	return rc < 0 ? rc : signs_keep_complaints(s, came, fresh, err);
}
