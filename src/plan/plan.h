/*
 * plan - who is to be stopped, in; actions, each with its way back, out.
 *
 * Works without power: configuration comes through host_io, nothing is changed, and the actor checks every action
 * again. A plan acts on exactly one culprit. Root, the mail server's users and the allow list are refused; a user whom
 * several sites share is never closed, blocked or stopped as a whole; nothing in it is without a way back.
 *
 * TRUST: configuration is root's or an image's; ids, places and addresses of the rows are what logs said. A name that
 * could mean anything to the program it is written for is not written: the plan says so instead.
 */
#ifndef SPAMTRAIL_PLAN_PLAN_H
#define SPAMTRAIL_PLAN_PLAN_H

#include "host/host.h"
#include "model/plan.h"
#include "model/row.h"

struct file_status;

/* As in enum mail_server. */
enum plan_server { PLAN_POSTFIX, PLAN_EXIM, PLAN_SERVERS };

enum plan_task {
	PLAN_CONTAIN,
	PLAN_REST, /* what he handed over between the plan and its end: queued messages, and sessions where WANT says so */
	PLAN_BRAKE, /* nothing leaves the machine */
	PLAN_SETUP,
};

/* One name in a folder, looked at without following it. */
struct plan_entry {
	struct span name;
	uint32_t uid, mode; /* 0, 0: it has gone meanwhile */
	uint64_t links, device;
};

struct scan_finding;

#define PLAN_ENTRIES_MOST 50000 /* of one folder; there may be more where it is so many */

struct plan_io {
	struct host_io host;
	/* false: not there, or it cannot be looked at */
	bool (*status)(void *ctx, struct span path, struct file_status *ret_status);
	/* What lies in the folder BELOW ("" is HOME itself) of HOME, reached without a link or a mount; 0: nothing. */
	size_t (*entries)(void *ctx, struct arena *a, struct span home, struct span below,
			  struct plan_entry **ret_entries);
	/* The file's first bytes, at most SIZE; how many there are. */
	size_t (*head)(void *ctx, struct span path, char *out, size_t size);
};

/* How a script is locked. */
enum plan_lock { PLAN_LOCK_AUTO, PLAN_LOCK_HOLD, PLAN_LOCK_MODE, PLAN_LOCK_WEB, PLAN_LOCKS };

/* How a message came that nobody can be named for. */
enum plan_by { PLAN_BY_SENDMAIL, PLAN_BY_SMTP, PLAN_DOORS };

/* Verbs that a plan's sentences name as commands. */
enum plan_verb { PLAN_SAY_CONTAIN, PLAN_SAY_QUEUE, PLAN_SAY_SETUP, PLAN_SAY_UNDO, PLAN_VERBS };

/* A script that PHP runs from its opcache for no longer is waited for, seconds; of more the plan warns. */
#define PLAN_MEMORY_WAITED 5

struct plan_want {
	enum plan_task task;
	struct span incident; /* "1123a"; empty: the operator named the sender himself */
	const struct row *rows;
	size_t nrows; /* whom to stop */
	uint32_t lifetime; /* seconds; 0: until it is undone */
	const struct span *allow;
	size_t nallow; /* senders, @domains and folders that are never acted on */
	struct span from; /* a folder with clean files for what is locked, or empty */
	enum plan_lock lock;
	bool permissions, credentials; /* also take rights away in the home; also lock shell, keys and FTP */
	bool elsewhere; /* of a root that is not "/" only files can be acted on */
	const struct scan_finding *findings;
	size_t nfindings; /* what the last scans found, anybody's */
	const struct span *ids[PLAN_SERVERS]; /* his queued messages, see trace/queued.h */
	size_t nids[PLAN_SERVERS];
	const size_t *
		waiting; /* by row: what the logs tie to a script that is not acted on; NULL: nobody looked */
	size_t untold[PLAN_DOORS]; /* queued messages that may be a script's, or anybody's */
	bool sessions; /* PLAN_REST: also end what the rows' clients have open */
	struct span again
		[PLAN_VERBS]; /* " --root /mnt": what such a command must repeat; pasted without, it means this host */
};

/* Texts live in A or in the facts. EXIT_NOPERM: he may not be acted on. A plan without actions says why in its notes. */
/*
 * Reads through IO, changes nothing. WANT's spans and F must live as long as RET_PLAN does. The codes are
 * negative, with a sentence for the operator in ERR; then RET_PLAN is untouched. RET_HELPLESS: nothing is planned, though
 * nothing stops him yet; what is left is in the plan's `apart`.
 */
int plan_make(const struct plan_io *io, const struct host_facts *f, const struct plan_want *want,
	      struct arena *a, struct plan *ret_plan, bool *ret_helpless, struct err *err);

#endif
