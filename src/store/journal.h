/*
 * journal - journal.db beside state.db: every action, who asked for it and why, and how far it got. Each step is
 * committed here before it is taken (rollback journal, synchronous=FULL), so that a kill at any point leaves a
 * row that says what to look at. Rows are never deleted, so an action's number is never given twice.
 *
 * A damaged file is set aside and a new one begun; what lies in hold stores has its row beside it (act/hold.c).
 */
#ifndef SPAMTRAIL_STORE_JOURNAL_H
#define SPAMTRAIL_STORE_JOURNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct codec;

enum act_state {
	ACT_STATE_PLANNED,
	ACT_STATE_DOING,
	ACT_STATE_DONE,
	ACT_STATE_UNDOING,
	ACT_STATE_UNDONE,
	ACT_STATE_FAILED, /* nothing was changed; `text` says why */
	ACT_STATE_RACED, /* the same: somebody exchanged things while we looked */
	ACT_STATE_PURGED, /* its held file is gone for good */
	ACT_STATES
};

/* Who took it back. */
enum undone_by { UNDONE_NOT, UNDONE_BY_OPERATOR, UNDONE_BY_TIME, UNDONE_BYS };

struct journal_row {
	uint64_t id; /* from 1 */
	enum act_state state;
	enum undone_by by;
	uint32_t kind; /* enum action_kind */
	char grade;
	int64_t planned, changed, expires; /* UTC seconds; expires 0: never */
	uint64_t identity; /* equal for the same action of another plan */
	struct span incident, sender, who, what;
	struct span text; /* what came of it, for the operator */
	struct span action, record; /* packed; the record is act/'s own */
};

struct journal;

/* DIR as in store_open. NOTE gets a sentence when a damaged file was set aside; *RET_NEW: there was none, or it was. */
int journal_open(const char *dir, struct journal **ret_journal, bool *ret_new, struct buf *note, struct err *err);
void journal_close(struct journal *j);

/* Adds all rows in one transaction. Those without an id get one. */
int journal_add(struct journal *j, struct journal_row *rows, size_t n, struct err *err);
/* Writes R's state, by, changed, expires, text and record; on disk when it returns. */
int journal_step(struct journal *j, const struct journal_row *r, struct err *err);

/* Rows in arena A by id, oldest first: those with a bit (1 << state) in STATES. */
int journal_list(struct journal *j, struct arena *a, uint32_t states, struct journal_row **ret_rows,
		 size_t *ret_n, struct err *err);
/* When an operator took this very action back from that sender or incident, and had it not done again since; 0: never. */
int64_t journal_undone_at(struct journal *j, uint64_t identity, struct span incident, struct span sender);

const char *act_state_name(enum act_state state);
void journal_code_row(struct codec *c, struct journal_row *v);

#endif
