/*
 * queue_hold - queued messages are held by the mail server's own program, and released by it.
 *
 * Postfix: postsuper -h from its standard input. Exim: -MG into the named queue "spamtrail", which no ordinary queue run
 * touches. Seen on Postfix 3.7: what is under delivery is held and delivered on, each recipient is marked done in the
 * file as it is served, and a release meanwhile waits for the lock, so nobody gets a second copy. Seen on Exim 4.96: such
 * a message is locked and stays; the others of the call move, and it is tried again.
 *
 * A queue id may be given to another message between plan and hold; so once they are held the command line is
 * asked to have each looked at again, and what is not the culprit's is released at once. Undo releases what
 * we held.
 *
 * TRUST: ids come from a plan made of foreign bytes; only their shape is believed.
 */
#include "act/act.h"
#include "act/queue_mail.h"
#include "act/record.h"
#include "act/talk.h"

#define HOLD_AGAIN 3
/* innocents: they have an id that was his a moment ago, so there are few */
#define ONE_BY_ONE 200

/*
 * Exim without -MG (before named queues) has moved nothing: then what is free is frozen. Where some have moved, what has
 * not is under delivery, and is tried again at the command line's next look.
 */
static int freeze(struct work *w, const struct act_looked *l, struct err *err)
{
	const struct span words[] = { queue_exim_program(), SPAN("-Mf") };

	if (!queue_is_exim(w->action) || l->nfree == 0 || l->nfree + l->ninnocent < w->record->nids)
		return 0;
	/* on disk before, so that whoever takes it back knows which to thaw */
	w->record->frozen = l->free;
	w->record->nfrozen = l->nfree;
	act_keep_record(w);
	if (act_step(w->actor, w->row, err) < 0 || queue_exim(words, 2, l->free, l->nfree, err) < 0)
		return -err->code;
	buf_addf(&w->text, "%s%zu frozen, as this Exim moved none into a queue of its own",
		 w->text.n ? "; " : "", l->nfree);
	return 0;
}

/*
 * First held, then asked: while somebody looks no delivery begins. postsuper passes over a message that moves between two of
 * Postfix's queues just then; what was found free is held again.
 */
static int hold_and_ask(struct work *w, struct act_looked *ret, struct err *err)
{
	const struct record *r = w->record;
	int rc = queue_hold_ids(w, r->ids, r->nids, err);

	if (rc == 0)
		rc = queue_ask_again(w, r->ids, r->nids, ret, err);
	for (int i = 0; i < HOLD_AGAIN && rc == 0 && ret->nfree && !queue_is_exim(w->action); i++) {
		rc = queue_hold_ids(w, ret->free, ret->nfree, err);
		if (rc == 0)
			rc = queue_ask_again(w, r->ids, r->nids, ret, err);
	}
	return rc;
}

static int make(struct work *w, struct err *err)
{
	struct act_looked looked = { 0 };
	int rc = hold_and_ask(w, &looked, err);

	/* nobody says whose they are: then nothing stays held */
	if (rc < 0) {
		struct err unheard;

		queue_release_ids(w, w->record->ids, w->record->nids, &unheard);
		return rc;
	}
	rc = queue_release_ids(w, looked.innocent, looked.ninnocent, err);
	if (rc < 0)
		return rc;
	/* released, Postfix's lie in its deferred queue, where the next run may be minutes away */
	for (size_t i = 0; i < looked.ninnocent && i < ONE_BY_ONE && !queue_is_exim(w->action); i++)
		queue_postqueue(&looked.innocent[i], 1, &(struct err){ 0 });
	if (looked.ninnocent)
		buf_addf(&w->text, "%zu held; %zu gone meanwhile, or not his and released at once",
			 w->record->nids - looked.ninnocent, looked.ninnocent);
	rc = freeze(w, &looked, err);
	w->record->nids = queue_without(w, w->record->ids, w->record->nids, looked.innocent, looked.ninnocent,
					&w->record->ids);
	return rc;
}

static int undo(struct work *w, struct err *err)
{
	int rc = queue_release_ids(w, w->record->ids, w->record->nids, err);

	/* Exim does not say which: gone, or locked */
	if (rc == 0 && err->code == EXIT_INCOMPLETE)
		buf_addf(&w->text, "what is not gone may still be held: %s", err->text);
	return rc;
}

/* Whose they are was not asked, or not yet followed: all are released. */
const struct kind kind_hold_queue = {
	.check = queue_check_some, .look = queue_look, .make = make, .undo = undo
};
