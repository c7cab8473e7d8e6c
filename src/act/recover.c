/*
 * recover - at every start: what an earlier actor was killed in is finished or reverted, each only once it is known from
 * the machine how far it got. Killed itself, it begins anew and finds less to do.
 *
 * TRUST: rows and records are root's own, or a restored backup's. A record beside a held file says what it
 * claims; only the machine itself says what is so.
 */
#include "act/act.h"
#include "act/record.h"
#include "base/codec.h"
#include "act/hold.h"

#define OPEN_STATES (1u << ACT_STATE_PLANNED | 1u << ACT_STATE_DOING | 1u << ACT_STATE_UNDOING)

static void say(struct buf *note, const struct journal_row *r, const char *what)
{
	buf_addf(note, "%saction %llu was interrupted: %s", note->n ? "; " : "", (unsigned long long)r->id,
		 what);
}

/*
 * A *planned* row is looked at only where something was laid aside for it: its turn had not come, and nobody waits for it
 * any more. What cannot be settled now (a disk that does not answer) stays as it is and is said at each start.
 */
static int settle_row(struct actor *a, struct journal_row *r, struct buf *note, struct err *err)
{
	bool began = r->state == ACT_STATE_DOING;
	struct work w = { .actor = a, .row = r, .arena = a->arena, .text = BUF_MAX(1024) };
	enum settled settled = NOT_MADE;
	struct err why = { 0 };
	struct action *v;
	const char *became;
	int rc = action_unpack(a->arena, r->action, &v, err);

	w.action = v;
	if (rc == 0)
		rc = record_unpack(a->arena, r->record, &w.record, err);
	if (rc == 0 && (began || w.record->token.n))
		rc = act_settle(&w, &settled, &why);
	if (rc < 0 && why.code == 0)
		goto out;
	if (rc < 0) {
		/* left as *doing*, to be looked at again at the next start */
		say(note, r, why.text);
		rc = 0;
		goto out;
	}
	r->state = settled == MADE ? ACT_STATE_DONE : ACT_STATE_FAILED;
	act_keep_record(&w);
	became = settled == MADE		? "it is done now"
		 : act_kind(v->kind)->transient ? "it is not done again"
						: "it is reverted";
	if (w.text.n == 0 && settled == NOT_MADE)
		buf_addf(&w.text, "interrupted%s%s", began ? ": " : " before its turn", began ? became : "");
	r->text = arena_span(a->arena, buf_view(&w.text));
	if (began)
		say(note, r, became);
	rc = act_step(a, r, err);
out:
	buf_free(&w.text);
	return rc;
}

int act_recover(struct actor *a, struct buf *note, struct err *err)
{
	struct journal_row *rows;
	size_t n;
	int rc = journal_list(a->journal, a->arena, OPEN_STATES, &rows, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (rows[i].state != ACT_STATE_UNDOING) {
			rc = settle_row(a, &rows[i], note, err);
			continue;
		}
		rc = act_undo_row(a, &rows[i], rows[i].by, false, err);
		if (rc == 0)
			say(note, &rows[i],
			    rows[i].state == ACT_STATE_UNDONE ? "it is undone now" : "it is not undone");
	}
	/* last: which rules are in force is known only now; a boot has emptied the kernel's table */
	return rc < 0 ? rc : firewall_restore(a, err);
}

struct rebuilt {
	struct actor *actor;
	struct journal_row *rows;
	size_t n, cap;
};

/*
 * A record says what was so when it was written, that is *doing* or *undoing*: act_recover, which comes next, finds out
 * what became of it. Of two records with one number the first counts; the other file stays in the store.
 */
static void take(void *owner, struct span bytes)
{
	struct rebuilt *b = owner;
	struct unpacker u = { .left = arena_span(b->actor->arena, bytes) };
	struct codec c = { .from = &u, .arena = b->actor->arena };
	struct journal_row r = { 0 };

	journal_code_row(&c, &r);
	if (!unpack_done(&u) || r.id == 0 || r.kind >= ACTION_KINDS)
		return;
	for (size_t i = 0; i < b->n; i++)
		if (b->rows[i].id == r.id)
			return;
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 64;
		b->rows = xrealloc(b->rows, b->cap * sizeof(*b->rows));
	}
	b->rows[b->n++] = r;
}

int act_rebuild(struct actor *a, struct buf *note, struct err *err)
{
	struct rebuilt b = { .actor = a };
	int rc = hold_each_record(a, take, &b, err);

	if (rc == 0 && b.n) {
		rc = journal_add(a->journal, b.rows, b.n, err);
		buf_addf(note, "%sthe journal was lost: %zu held files are known by their records",
			 note->n ? "; " : "", b.n);
	}
	free(b.rows);
	return rc;
}
