/*
 * apply - one action through its states, each on disk before the next step is taken: planned, doing, done; undoing,
 * undone. Who fails before anything was changed is *failed*, or *raced* where things were exchanged under our eyes;
 * who fails in an undo stays *done*, with the reason.
 *
 * Promises: whatever moment the power fails in, the journal has said before what was about to be done. A step
 * whose row cannot be written is not taken.
 *
 * TRUST: the plan's every field was chosen by a process that reads foreign bytes; the journal is root's own,
 * but may be a restored backup, so what is unpacked is checked before it is taken back, too.
 */
#include "act/act.h"
#include "act/record.h"

#include "base/hash.h"

/* a suspect who exchanges his file each time wins no more than that it is told as *raced* */
#define TRIES 3
#define PLAN_BYTES_MOST (64u << 20)
#define IDENTITY_SEED UINT64_C(0x6964656e74697479)

const struct kind *act_kind(enum action_kind kind)
{
	static const struct kind *const kinds[ACTION_KINDS] = {
		[ACTION_EDIT] = &kind_edit,
		[ACTION_HOLD_FILE] = &kind_hold_file,
		[ACTION_PUT_FILE] = &kind_put_file,
		[ACTION_MODE] = &kind_mode,
		[ACTION_HOLD_QUEUE] = &kind_hold_queue,
		[ACTION_FIREWALL] = &kind_firewall,
		[ACTION_STOP] = &kind_stop,
		[ACTION_COMMAND] = &kind_command,
		[ACTION_CLOSE_SOCKET] = &kind_close_socket,
		[ACTION_END_LOGIN] = &kind_end_login,
		[ACTION_RELEASE_QUEUE] = &kind_release_queue,
		[ACTION_REMOVE_QUEUE] = &kind_remove_queue,
		[ACTION_FLUSH_QUEUE] = &kind_flush_queue,
	};

	return kinds[kind];
}

int act_step(struct actor *a, struct journal_row *r, struct err *err)
{
	r->changed = clock_seconds(&a->clock);
	return journal_step(a->journal, r, err);
}

/* --- a plan comes in ----------------------------------------------------------------------------- */

uint64_t act_identity(const struct action *v)
{
	uint64_t id = hash_mix(v->kind ^ IDENTITY_SEED) ^ v->uid;

	id = hash_mix(id + hash_span(v->base, 1)) ^ hash_span(v->path, 2);
	/* of a queue it is other messages each time, and still the same hold of that sender's mail; so of a whole home */
	if (v->kind != ACTION_HOLD_QUEUE && (v->kind != ACTION_MODE || v->nargs == 1))
		for (size_t i = 0; i < v->nargs; i++)
			id = hash_mix(id + hash_span(v->args[i], i));
	return id;
}

/* The action as the journal keeps it: whole, since undo and recovery work from nothing else. */
static struct span keep_packed(struct actor *a, const struct action *v)
{
	struct buf bytes = BUF_MAX(PLAN_BYTES_MOST);
	struct action kept = *v;
	struct span s;

	/* the bytes of a clean file are in the file */
	if (kept.kind == ACTION_PUT_FILE)
		kept.new_bytes = SPAN_NONE;
	action_pack(&kept, &bytes);
	s = arena_span(a->arena, buf_view(&bytes));
	buf_free(&bytes);
	return s;
}

static void plan_row(struct actor *a, const struct plan *p, const struct action *v, struct span who,
		     struct journal_row *r)
{
	*r = (struct journal_row){
		.state = ACT_STATE_PLANNED,
		.kind = v->kind,
		.grade = v->grade,
		.planned = clock_seconds(&a->clock),
		.changed = clock_seconds(&a->clock),
		.identity = act_identity(v),
		.incident = p->incident,
		.sender = p->sender,
		.who = who,
		.what = v->what,
		.action = keep_packed(a, v),
	};
}

/* All or nothing: one action that may not be done makes the whole plan one that nobody checked. */
int act_plan(struct actor *a, struct plan *p, struct err *err)
{
	struct journal_row *rows = arena_alloc(a->arena, p->nactions * sizeof(*rows));
	int rc;

	for (size_t i = 0; i < p->nactions; i++) {
		rc = act_check(a, &p->actions[i], err);
		if (rc < 0)
			return rc;
		plan_row(a, p, &p->actions[i], a->who, &rows[i]);
	}
	rc = journal_add(a->journal, rows, p->nactions, err);
	if (rc < 0)
		return rc;
	a->plan = p;
	a->rows = rows;
	return 0;
}

/* --- do ----------------------------------------------------------------------------------------- */

void act_keep_record(struct work *w)
{
	struct buf bytes = BUF_MAX(PLAN_BYTES_MOST);

	record_pack(w->record, &bytes);
	w->row->record = arena_span(w->actor->arena, buf_view(&bytes));
	buf_free(&bytes);
}

int act_settle(struct work *w, enum settled *ret, struct err *err)
{
	const struct kind *k = act_kind(w->action->kind);

	if (k->settle)
		return k->settle(w, ret, err);
	*ret = NOT_MADE;
	return k->undo ? k->undo(w, err) : 0;
}

static void keep_text(struct actor *a, struct work *w, const struct err *err)
{
	struct buf text = BUF_MAX(1024);

	if (err)
		buf_str(&text, err->text);
	if (err && w->text.n)
		buf_str(&text, "; ");
	buf_span(&text, buf_view(&w->text));
	w->row->text = arena_span(a->arena, buf_view(&text));
	buf_free(&text);
}

static struct work work_new(struct actor *a, struct journal_row *r, const struct action *v)
{
	return (struct work){
		.actor = a,
		.row = r,
		.action = v,
		.record = arena_alloc(a->arena, sizeof(struct record)),
		.arena = a->arena,
		.text = BUF_MAX(1024),
	};
}

/*
 * What a failed try has left is cleared away as after a kill, and what was done all the same (only its sync failed) is
 * taken back. False: it could not be; then the row stays as it is and the next start tries again.
 */
static bool clear_up(struct work *w)
{
	enum settled settled = NOT_MADE;
	struct err why = { 0 };
	int rc = act_settle(w, &settled, &why);

	if (rc == 0 && settled == MADE)
		rc = act_kind(w->action->kind)->undo(w, &why);
	if (rc < 0)
		buf_addf(&w->text, "%s%s", w->text.n ? "; " : "", why.text);
	return rc == 0;
}

/* One try: 0 done; negative: not, and `raced` says whether another one is worth it. */
static int try_once(struct actor *a, struct work *w, struct err *err, bool *ret_lost)
{
	const struct kind *k = act_kind(w->action->kind);
	uint32_t lifetime = w->action->lifetime;
	int rc;

	w->raced = false;
	/* again: what was right when the plan came may be an old answer by now */
	rc = act_check(a, w->action, err);
	if (rc == 0 && k->look)
		rc = k->look(w, err);
	if (rc < 0) {
		*ret_lost = w->record->token.n && !clear_up(w);
		return rc;
	}
	w->row->state = ACT_STATE_DOING;
	/* before it is done, so that one that was killed runs out, too */
	w->row->expires = lifetime ? clock_seconds(&a->clock) + lifetime : 0;
	act_keep_record(w);
	rc = act_step(a, w->row, err);
	if (rc < 0) {
		*ret_lost = true;
		return rc;
	}
	rc = k->make(w, err);
	*ret_lost = rc < 0 && !clear_up(w);
	return rc;
}

int act_apply(struct actor *a, size_t index, const struct journal_row **ret_row, struct err *err)
{
	struct journal_row *r = &a->rows[index];
	struct work w = work_new(a, r, &a->plan->actions[index]);
	struct err why = { 0 };
	bool lost = false;
	int rc = -1;

	if (r->state != ACT_STATE_PLANNED)
		return err_set(err, EXIT_SOFTWARE, "an action of the plan was asked for twice");
	for (int i = 0; i < TRIES && rc < 0 && !lost && (i == 0 || w.raced); i++) {
		w.text.n = 0;
		why.code = 0;
		rc = try_once(a, &w, &why, &lost);
	}
	if (!lost)
		r->state = rc == 0 ? ACT_STATE_DONE : w.raced ? ACT_STATE_RACED : ACT_STATE_FAILED;
	act_keep_record(&w);
	keep_text(a, &w, rc < 0 ? &why : NULL);
	buf_free(&w.text);
	*ret_row = r;
	return act_step(a, r, err);
}

/* --- undo --------------------------------------------------------------------------------------- */

/*
 * The row says *undoing* before anything is touched. An undo that was refused leaves things as they are, so the row is
 * *done* again, from when the deed was done; one of which nobody knows how far it got (a panel's program that could not be
 * heard) stays *undoing*, and the next start goes on with it.
 */
int act_undo_row(struct actor *a, struct journal_row *r, enum undone_by by, bool moved, struct err *err)
{
	struct actor anybody = *a;
	struct err why = { 0 };
	struct action *v;
	struct work w;
	int64_t done = r->changed;
	int rc = action_unpack(a->arena, r->action, &v, err);

	if (rc < 0)
		return rc;
	w = work_new(a, r, v);
	w.moved = moved;
	rc = record_unpack(a->arena, r->record, &w.record, err);
	/* who is on the allow list now gets back what was taken from him before */
	anybody.nallow = anybody.nmta = 0;
	if (rc == 0)
		rc = act_check(&anybody, v, err);
	if (rc == 0 && r->state != ACT_STATE_UNDOING) {
		r->state = ACT_STATE_UNDOING;
		r->by = by;
		rc = act_step(a, r, err);
	}
	if (rc < 0)
		goto out;
	rc = act_kind(v->kind)->undo ? act_kind(v->kind)->undo(&w, &why) : 0;
	if (rc == 0)
		r->state = ACT_STATE_UNDONE;
	else if (w.unsure || why.code == EXIT_TEMPFAIL)
		buf_addf(&w.text, "%snot known whether it is taken back: undo it again, which is safe",
			 w.text.n ? "; " : "");
	else {
		r->state = ACT_STATE_DONE;
		r->by = UNDONE_NOT;
		r->changed = done;
	}
	act_keep_record(&w);
	keep_text(a, &w, rc < 0 ? &why : NULL);
	rc = r->state == ACT_STATE_DONE ? journal_step(a->journal, r, err) : act_step(a, r, err);
out:
	buf_free(&w.text);
	return rc;
}
