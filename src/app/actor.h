/*
 * actor - the command line's end of spamtrail-act: it is started beside this very program, as root, with one socket;
 * then plans, undo and history go through it. Nobody else touches the journal or a hold store.
 */
#ifndef SPAMTRAIL_APP_ACTOR_H
#define SPAMTRAIL_APP_ACTOR_H

#include "act/talk.h"
#include "model/plan.h"
#include "store/journal.h"

struct actor_client;

struct actor_want {
	const char *state_dir; /* absolute */
	const char *root; /* NULL: "/" */
	const uint32_t *allow; size_t nallow; /* uids that nothing is done to */
};

/* What came of one action or row; lives until the next call. */
typedef int actor_see(void *owner, const struct journal_row *row);

/*
 * Messages IDS should be held now. Looks at each file again and says in RET which are not the culprit's, and which are
 * his and held nowhere. Negative: all are released.
 */
typedef int actor_held(void *owner, const struct span *ids, size_t n, struct arena *a, struct act_looked *ret,
		       struct err *err);

/* Who asks, for the history. */
void actor_who(struct buf *out);
/*
 * EXIT_NOPERM without root, EXIT_NOINPUT without spamtrail-act. RET is for actor_end. NOTE gets what was
 * found interrupted and settled.
 */
int actor_start(const struct actor_want *want, struct actor_client **ret, struct buf *note, struct err *err);
/* Waits for its end and frees C, which may be NULL. */
void actor_end(struct actor_client *c);

/* Sends P, at most once. RET: for each action its number, and when an operator last took the same back. In arena A. */
int actor_plan(struct actor_client *c, const struct plan *p, struct arena *a, struct act_planned **ret, struct err *err);
/* The same before P is sent for good: nothing is added to the journal, and the numbers are 0. */
int actor_known(struct actor_client *c, const struct plan *p, struct arena *a, struct act_planned **ret,
		struct err *err);
/* Does action INDEX of the plan. *RET_STATE is DONE, FAILED or RACED; SEE (may be NULL) gets its row, whose `text` says why. */
int actor_apply(struct actor_client *c, size_t index, actor_held *held, actor_see *see, void *owner,
		enum act_state *ret_state, struct err *err);
/* Takes back WHAT: an action's number, an incident or a sender. A row that comes back *done* could not be. */
int actor_undo(struct actor_client *c, const struct act_undo *what, actor_see *see, void *owner, struct err *err);
/* The same for every action whose lifetime is over. */
int actor_undo_expired(struct actor_client *c, actor_see *see, void *owner, struct err *err);
/* All rows, oldest first. */
int actor_history(struct actor_client *c, actor_see *see, void *owner, struct err *err);
/* Ends held files that are older than SECONDS, for good: no undo brings them back. A row for each. */
int actor_purge(struct actor_client *c, uint32_t seconds, actor_see *see, void *owner, struct err *err);

#endif
