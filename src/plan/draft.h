/*
 * draft - a plan while it is put together: what the files of plan/ share.
 *
 * Everything it gives lives in the run's arena; nothing here fails: what cannot be planned becomes a note.
 */
#ifndef SPAMTRAIL_PLAN_DRAFT_H
#define SPAMTRAIL_PLAN_DRAFT_H

#include "plan/plan.h"

/* One whom the plan stops, after his names were looked up. */
struct culprit {
	const struct row *row;
	enum sender_kind kind;
	struct span id, account; /* account: passwd name, or empty */
	struct span home;
	uint32_t uid; /* PLAN_NO_UID: unknown, or not his alone */
	bool shared; /* the account he ran as is many sites' */
	char grade;
};

struct draft {
	const struct plan_io *io;
	const struct host_facts *facts;
	const struct plan_want *want;
	struct arena *arena;
	struct plan *plan;
	size_t actions_room, apart_room, notes_room;
	bool already; /* what would be done is so: draft_already */
};

/* A zeroed action at the plan's end; the lifetime and "the administrator's file" are set. */
struct action *draft_action(struct draft *d, enum action_kind kind, char grade);
/* A sentence on what the plan does not do, and why; it may quote foreign bytes and goes through show. */
void draft_note(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same where he is stopped there already: a plan with nothing to do is no failure then. */
void draft_already(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A step that has no way back (a new password): told to the operator, never done by the actor. */
void draft_apart(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct span draft_text(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A list of N words in the arena, for args and back. */
struct span *draft_words(struct draft *d, size_t n, ...);
/* S as one word of a shell. */
struct span draft_quoted(struct draft *d, struct span s);

/* A copy with letters A to Z lower. */
struct span draft_lower(struct draft *d, struct span s);

/* A file as it will be after the edits that are in the plan already. */
bool draft_read(struct draft *d, struct span path, struct span *ret_bytes);
bool draft_exists(struct draft *d, struct span path);

/* For "%.*s", whose length is an int. Not for what must stay whole: beyond 4 KiB it is cut without a word. */
#define ARG(s) (int)((s).n < 4096 ? (s).n : 4096), (s).p

/*
 * Letters, digits and @ . _ + - = : what mail servers' lists take without quoting. Not empty, no leading dash
 * (an option) or dot (a hidden file), under 200 bytes, so that it makes a file name with a prefix of ours.
 */
bool draft_is_plain_name(struct span s);
/* One with a local part and a domain: "info@" would be every domain's info in Postfix' lists. */
bool draft_is_address(struct span s);
/* A file of the administrator's: OLD bytes become NEW. */
struct action *draft_edit(struct draft *d, struct span path, struct span old_bytes, struct span new_bytes,
			  char grade);
/* One that is not there yet. */
struct action *draft_new_file(struct draft *d, struct span path, struct span bytes, char grade);

#endif
