/*
 * plan - what stops a sender: actions, each with its way back. Made without power (plan/), shown (report/), carried
 * out and taken back by the actor (act/), which checks every one of them again.
 *
 * Plain data in one arena. Texts for the eye are sentences of ours that may quote foreign bytes: they go through
 * show. What cannot be taken back is no action: it stands in `apart`, for the operator's own hand.
 */
#ifndef SPAMTRAIL_MODEL_PLAN_H
#define SPAMTRAIL_MODEL_PLAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum action_kind {
	ACTION_EDIT,         /* a file gets other bytes; `args`, a program that must end with 0 first ("{}": the new file),
	                      * `back`, one that is run once the bytes have changed, and again once they are back */
	ACTION_HOLD_FILE,    /* a file moves into the hold store */
	ACTION_PUT_FILE,     /* a clean file takes a name that is free */
	ACTION_MODE,         /* rights are taken away: the new mode is the old one AND 755, 644 or 000; `path` is `base`,
	                      * `args` are "755 NAME" beneath it: a whole home's, or one script's */
	ACTION_HOLD_QUEUE,   /* queued messages are held; `args` are their queue ids */
	ACTION_FIREWALL,     /* our own table: `args` are "uid" N, or "brake" */
	ACTION_STOP,         /* a process is stopped, its memory kept */
	ACTION_COMMAND,      /* a program of act/programs.c: `args`, and `back` to take it back */
	ACTION_CLOSE_SOCKET, /* transient; `args` are own and far end, "192.0.2.1:4711" "[2001:db8::1]:25" */
	ACTION_END_LOGIN,    /* transient: open sessions of a mailbox; `args`: "smtp" ADDRESS..., or "imap" LOGIN */
	ACTION_RELEASE_QUEUE, /* held messages go on; `args` are their queue ids */
	ACTION_REMOVE_QUEUE, /* queued messages end for good, samples are kept: `args` wait, `back` are held already.
	                      * Never part of a containment: nothing takes it back */
	ACTION_FLUSH_QUEUE,  /* transient: delivery is tried now; `args` are queue ids, or none for all but held mail */
	ACTION_KINDS
};

#define PLAN_ACTIONS_MOST 10000 /* limit contain: actions of one plan */
#define PLAN_NO_UID UINT32_MAX

struct action {
	enum action_kind kind;
	struct span what;             /* one sentence: what changes, for whom */
	struct span command, undo;    /* the same by hand in a shell, and its way back; shown, never run */
	char grade;                   /* of the evidence it rests on */
	bool transient;               /* changes nothing stored, so there is nothing to undo */
	uint32_t lifetime;            /* seconds; 0 = until it is undone */

	uint32_t uid;                 /* who must own the file or process; PLAN_NO_UID: the administrator's */
	struct span base, path;       /* PATH beneath BASE, reached without a link; BASE is a home or "/" */
	uint32_t mode;                /* ACTION_EDIT, ACTION_PUT_FILE: of a new file */
	bool absent;                  /* ACTION_EDIT: there must be no such file yet */
	struct span old_bytes;        /* ACTION_EDIT: what must be there now */
	struct span new_bytes;        /* ACTION_EDIT, ACTION_PUT_FILE */
	struct span mta;              /* "postfix" or "exim" */
	struct span *args;            size_t nargs;
	struct span *back;            size_t nback;
	uint32_t pid;                 /* ACTION_STOP, ACTION_CLOSE_SOCKET */
	uint64_t born;                /* field 22 of /proc/PID/stat: the process that the planner saw */
};

struct plan {
	struct span incident;         /* "1123a"; empty: the operator named a sender */
	struct span sender;           /* who is stopped, "auth info@shop.example" */
	struct action *actions;       size_t nactions;
	struct span *apart;           size_t napart;     /* steps without a way back: the operator's */
	struct span *notes;           size_t nnotes;     /* what cannot be told apart, what was left out and why */
};

const char *action_kind_name(enum action_kind kind);

/* Flat, versioned bytes and back. Unpacking checks every length and range. */
void plan_pack(const struct plan *p, struct buf *out);
int plan_unpack(struct arena *a, struct span bytes, struct plan **ret_plan, struct err *err);
/* One action by itself, as the journal keeps it. */
void action_pack(const struct action *v, struct buf *out);
int action_unpack(struct arena *a, struct span bytes, struct action **ret_action, struct err *err);

#endif
