/*
 * act - what the files of this folder share: the actor, one action under way, and the table of kinds.
 *
 * The life of an action: `check` says whether it may be done at all; `look` finds what it is about, refuses what is not
 * as planned, fills the record and lays aside what is needed; then the row says *doing*, on disk; then `make` changes
 * the machine; then the row says *done*. `undo` works the same way between *undoing* and *undone*. Each may be killed
 * anywhere: `settle` is asked after a restart what became of a *doing*, and `undo` may be called again.
 */
#ifndef SPAMTRAIL_ACT_ACT_H
#define SPAMTRAIL_ACT_ACT_H

#include "model/plan.h"
#include "store/journal.h"
#include "sys/clock.h"

struct channel;
struct record;

#define UID_ACCOUNT_LEAST 1000 /* below are services; nothing is closed, blocked or stopped by their uid */

struct actor {
	struct arena *arena; /* of this run */
	struct channel *channel;
	struct journal *journal;
	struct clock clock;
	const char *state_dir;
	struct span who; /* asked for it, "root (alice) on /dev/pts/0" */
	int lock; /* held while this actor lives */
	int root; /* O_PATH of what is "/" */
	bool elsewhere; /* that is not the machine's own: only files can be acted on */
	const uint32_t *allow;
	size_t nallow;
	const uint32_t *mta;
	size_t nmta; /* uids of mail server users */
	struct plan *plan; /* NULL: none was sent */
	struct journal_row *rows; /* of the plan's actions */
};

struct work {
	struct actor *actor;
	struct journal_row *row;
	const struct action *action;
	struct record *record;
	struct arena *arena;
	struct buf text; /* for the operator, "" when all went as it should */
	bool moved; /* undo also into a folder that is another one now */
	bool raced; /* set by a step that failed because things were exchanged */
	bool unsure; /* set by a step that may have moved something: the next start looks again */
};

enum settled { NOT_MADE, MADE };

struct kind {
	int (*check)(const struct actor *a, const struct action *v, struct err *err);
	int (*look)(struct work *w, struct err *err); /* NULL: there is nothing to find */
	int (*make)(struct work *w, struct err *err);
	int (*undo)(struct work *w, struct err *err); /* NULL: there is nothing to take back */
	/*
	 * RET says what became of a *doing*; remains of what was not made are cleared away. NULL: nobody can say how far it
	 * got, so it is taken back, which does no harm where nothing was done.
	 */
	int (*settle)(struct work *w, enum settled *ret, struct err *err);
	bool files; /* of files alone, so that it can be done in an image, too */
	bool transient; /* leaves nothing that could be taken back */
	bool closes; /* a uid as a whole: never a service's */
};

/* Never NULL for a kind that was unpacked: unpacking checks the range. */
const struct kind *act_kind(enum action_kind kind);

/* check.c: refuses what may not be done whoever asks. */
int act_check(const struct actor *a, const struct action *v, struct err *err);
/* UID is a mail server's. */
bool act_is_mta(const struct actor *a, uint32_t uid);
/* An edit's path lies where edits are allowed: the account's own folder, or one of a few of the machine's. */
int check_edit_path(const struct action *v, struct err *err);
/* NAMES, with slashes between them, lead nowhere but down: none empty, none of dots, no NUL. */
bool check_names(struct span names);
/* programs.c: ARGS are a program and arguments of the table there. */
int check_program(const struct span *args, size_t nargs, struct err *err);
/*
 * Runs ARGS, which were checked, with INPUT; what it says on failure is part of ERR: EXIT_INCOMPLETE where it ran and ended with
 * another code than 0.
 */
int run_program(const struct span *args, size_t nargs, struct span input, struct err *err);

/* apply.c */
/* Equal for the same action of another plan: what it does to what, not the bytes of the day. */
uint64_t act_identity(const struct action *v);
/*
 * Checks P and adds its rows as *planned*; refused as a whole, the journal has none of it. P lives on in A.
 */
int act_plan(struct actor *a, struct plan *p, struct err *err);
/* Does action INDEX; *RET_ROW tells what came of it, also when it failed. Negative: the journal cannot be kept. */
int act_apply(struct actor *a, size_t index, const struct journal_row **ret_row, struct err *err);
/*
 * Takes R back, BY whom; R tells what came of it. MOVED as in struct work. Negative: R is damaged, may not be
 * acted on any more, or the journal cannot be kept.
 */
int act_undo_row(struct actor *a, struct journal_row *r, enum undone_by by, bool moved, struct err *err);
/* What became of W's action, which was killed or has failed. */
int act_settle(struct work *w, enum settled *ret, struct err *err);
/* W's record becomes part of its row; not on disk before the next step. */
void act_keep_record(struct work *w);
/* Commits R as it is now. */
int act_step(struct actor *a, struct journal_row *r, struct err *err);

/* recover.c: finishes or reverts what an earlier actor was killed in. NOTE gets a sentence for each. */
int act_recover(struct actor *a, struct buf *note, struct err *err);
/* Rows of held files that a new journal does not know, from the records beside them. */
int act_rebuild(struct actor *a, struct buf *note, struct err *err);

/* purge.c: ends R's held file if it is what the journal says. */
int act_purge_row(struct actor *a, struct journal_row *r, struct err *err);

/* socket.c: closes every mail session with one of CLIENTS. */
int socket_end_sessions(const struct span *clients, size_t nclients, size_t *ret_closed, struct err *err);
/* An IPv4 or IPv6 address in its text form, the first as ::ffff:1.2.3.4; false: S is none. */
bool socket_read_address(struct span s, uint32_t ret_ipv6[4]);

/* firewall.c: our table as the journal has it, for instance after a reboot. */
int firewall_restore(const struct actor *a, struct err *err);

/* One file per kind or two. */
extern const struct kind kind_hold_file, kind_edit, kind_put_file, kind_mode, kind_hold_queue, kind_firewall,
	kind_stop, kind_command, kind_close_socket, kind_end_login, kind_release_queue, kind_remove_queue,
	kind_flush_queue;

#endif
