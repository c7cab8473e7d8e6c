/*
 * talk - what the command line and the actor say to each other: few requests, each checked anew by the actor.
 *
 * The first message is ACT_BEGIN. ACT_PLAN comes at most once, whole, before anything of it is done; ACT_APPLY names
 * one action of it by its place. Nothing outside that plan, or the journal of earlier ones, can be asked for.
 * Bodies are coded by base/codec.h; a message that does not fit ends the actor.
 */
#ifndef SPAMTRAIL_ACT_TALK_H
#define SPAMTRAIL_ACT_TALK_H

#include "base/span.h"

struct codec;

enum act_request {
	ACT_BEGIN = 1,   /* struct act_begin → ACT_READY; recovery is done by then */
	ACT_PLAN,        /* plan_pack → ACT_PLANNED */
	ACT_APPLY,       /* u32 place in the plan → ACT_RESULT, perhaps after ACT_HELD */
	ACT_RELEASE,     /* answers ACT_HELD: struct act_looked */
	ACT_UNDO,        /* struct act_undo → ACT_RESULT for each, ACT_END */
	ACT_EXPIRED,     /* → the same for every action whose lifetime is over */
	ACT_HISTORY,     /* → ACT_ROW (journal_row) for each, oldest first, ACT_END */
	ACT_KNOWN,       /* plan_pack → ACT_PLANNED without numbers: nothing is added; what an operator took back */
	ACT_PURGE,       /* u32 seconds: ends held files that are older → ACT_RESULT for each, ACT_END */
};

enum act_answer {
	ACT_READY = 65,  /* text: what recovery found, or empty */
	ACT_PLANNED,     /* list of struct act_planned */
	ACT_HELD,        /* list of ids that are held now: the command line looks at each file again */
	ACT_RESULT,      /* journal_row: state and text say what came of it */
	ACT_ROW,
	ACT_END,
	ACT_REFUSED,     /* u32 exit code, text: this request was not done; the actor goes on */
};

/* bytes of one message; a plan holds the bytes of the files that it edits, before and after */
#define ACT_BODY_MOST (64u << 20)

struct act_begin {
	struct span who;             /* "root (alice) on /dev/pts/0" */
	struct span state_dir;
	struct span root;            /* what is treated as "/"; other than "/": files only */
	struct span *allow;          size_t nallow;      /* uids in decimal that nothing is done to */
};

/* What the command line saw of messages that were to be held. */
struct act_looked {
	struct span *innocent;       size_t ninnocent;   /* not the culprit's: released at once */
	struct span *free;           size_t nfree;       /* the culprit's, and held nowhere */
};

struct act_undo {
	struct span what;            /* an action's number, an incident, or a sender */
	bool moved;                  /* the operator's word: also into a folder that is another one now */
};

struct act_planned {
	uint64_t id;
	int64_t undone;              /* when an operator took the same back, 0: never */
	bool same;                   /* ACTION_EDIT: the very text that is changed was changed before */
};

/*
 * Both ways: C packs V or fills it. What does not fit shows in C, once, at the end; spans point into its
 * bytes.
 */
void act_code_begin(struct codec *c, struct act_begin *v);
void act_code_looked(struct codec *c, struct act_looked *v);
void act_code_undo(struct codec *c, struct act_undo *v);
void act_code_planned(struct codec *c, struct act_planned *v);

#endif
