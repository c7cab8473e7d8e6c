/*
 * signs_state - see signs_state.h. Four bodies: "signs.usual", "signs.look", "reputation" and "complaints".
 *
 * TRUST: each body is unpacked whole or not at all.
 */
#include "app/signs_state.h"

#include "base/codec.h"
#include "judge/usual.h"
#include "store/store.h"

#include <stdlib.h>

#define BODY_MOST (1u << 20)
#define LISTS_MOST 400

static const char usual_name[] = "signs.usual", look_name[] = "signs.look", reputation_name[] = "reputation",
		  complaints_name[] = "complaints";

/* The body NAME, in A; empty where there is none. */
static struct span body_of(struct store *store, struct arena *a, const char *name, struct buf *note)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct err err = { 0 };
	struct span s = SPAN_NONE;

	if (store_kept(store, name, &body, &err) < 0)
		buf_addf(note, "%s\n", err.text);
	else if (!body.over)
		s = arena_span(a, buf_view(&body));
	buf_free(&body);
	return s;
}

static void code_alarm(struct codec *c, struct signs_alarm *v)
{
	code_time(c, &v->at);
	code_u32(c, &v->recipients);
}

static void code_look(struct codec *c, struct signs_past *past)
{
	code_time(c, &past->looked);
	code_f64(c, &past->queue);
	alarm_code(c, &past->alarm);
	CODE_LIST(c, past->mailed, past->nmailed, 12, code_alarm);
	code_refuse_if(c, past->nmailed > ALARMS_KEPT);
}

static void load_look(struct signs_past *past, struct arena *a, struct span body)
{
	struct signs_past read = { 0 };
	struct unpacker u = { .left = body };
	struct codec c = { .from = &u, .arena = a };

	code_look(&c, &read);
	if (!body.n || !unpack_done(&u))
		return;
	past->looked = read.looked;
	past->queue = read.queue;
	past->alarm = read.alarm;
	past->mailed = read.mailed;
	past->nmailed = read.nmailed;
}

static void code_reputation(struct codec *c, struct signs_past *past)
{
	code_time(c, &past->asked);
	code_u32(c, &past->listed);
	code_u32(c, &past->unanswered);
	code_span(c, &past->lists);
}

static void load_reputation(struct signs_past *past, struct span body)
{
	struct signs_past read = { 0 };
	struct unpacker u = { .left = body };
	struct codec c = { .from = &u };

	code_reputation(&c, &read);
	if (!body.n || !unpack_done(&u))
		return;
	past->asked = read.asked;
	past->listed = read.listed;
	past->unanswered = read.unanswered;
	past->lists = read.lists;
}

static void load_complaints(struct signs_past *past, struct arena *a, struct span body)
{
	struct unpacker u = { .left = body };
	struct codec c = { .from = &u, .arena = a };
	int64_t *list = NULL;
	size_t n = 0;

	CODE_LIST(&c, list, n, 8, code_time);
	if (!body.n || !unpack_done(&u) || n > COMPLAINTS_KEPT)
		return;
	past->complaints_read = true;
	past->complaint = list;
	past->ncomplaints = n;
}

void signs_past_load(const char *dir, struct arena *a, struct signs_past *ret, struct store **ret_store,
		     struct buf *note)
{
	struct err err = { 0 };
	struct span usual;

	*ret = (struct signs_past){ .usual = usual_new() };
	*ret_store = NULL;
	if (!dir)
		return;
	if (store_open(dir, ret_store, note, &err) < 0) {
		buf_addf(note, "nothing is kept: %s\n", err.text);
		*ret_store = NULL;
		return;
	}
	if (note->n)
		buf_byte(note, '\n');
	usual = body_of(*ret_store, a, usual_name, note);
	if (usual.n && !usual_unpack(ret->usual, usual))
		buf_str(note, "what was usual could not be read and is learnt anew\n");
	load_look(ret, a, body_of(*ret_store, a, look_name, note));
	load_reputation(ret, body_of(*ret_store, a, reputation_name, note));
	load_complaints(ret, a, body_of(*ret_store, a, complaints_name, note));
}

int signs_past_save(const struct signs_past *past, bool learnt, struct store *store, struct err *err)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	int rc;

	/* a packing codec only reads */
	code_look(&c, (struct signs_past *)past);
	rc = store_keep(store, look_name, buf_view(&body), err);
	if (rc == 0 && learnt) {
		body.n = 0;
		usual_pack(past->usual, &body);
		rc = store_keep(store, usual_name, buf_view(&body), err);
	}
	buf_free(&body);
	return rc;
}

void signs_past_free(struct signs_past *past)
{
	usual_free(past->usual);
	past->usual = NULL;
}

void signs_past_mailed(struct signs_past *past, struct arena *a, int64_t at, uint32_t recipients)
{
	size_t n = past->nmailed < ALARMS_KEPT ? past->nmailed : ALARMS_KEPT - 1;
	struct signs_alarm *all = arena_alloc(a, ALARMS_KEPT * sizeof(*all));

	all[0] = (struct signs_alarm){ at, recipients };
	if (n)
		memcpy(all + 1, past->mailed, n * sizeof(*all));
	past->mailed = all;
	past->nmailed = n + 1;
}

int signs_keep_reputation(struct store *store, int64_t asked, uint32_t listed, uint32_t unanswered,
			  struct span lists, struct err *err)
{
	struct signs_past past = { .asked = asked,
				   .listed = listed,
				   .unanswered = unanswered,
				   .lists = span_head(lists, LISTS_MOST) };
	struct buf body = BUF_MAX(BODY_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	int rc;

	code_reputation(&c, &past);
	rc = store_keep(store, reputation_name, buf_view(&body), err);
	buf_free(&body);
	return rc;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

int signs_keep_complaints(struct store *store, const int64_t *at, size_t n, struct err *err)
{
	struct arena *a = arena_new();
	struct buf note = BUF_MAX(1000), body = BUF_MAX(BODY_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct signs_past past = { 0 };
	int64_t *all;
	int rc;

	load_complaints(&past, a, body_of(store, a, complaints_name, &note));
	all = arena_alloc(a, (past.ncomplaints + n + 1) * sizeof(*all));
	if (past.ncomplaints)
		memcpy(all, past.complaint, past.ncomplaints * sizeof(*all));
	if (n)
		memcpy(all + past.ncomplaints, at, n * sizeof(*all));
	n += past.ncomplaints;
	qsort(all, n, sizeof(*all), newest_first);
	n = n < COMPLAINTS_KEPT ? n : COMPLAINTS_KEPT;
	CODE_LIST(&c, all, n, 8, code_time);
	rc = store_keep(store, complaints_name, buf_view(&body), err);
	buf_free(&body);
	buf_free(&note);
	arena_free(a);
	return rc;
}
