/*
 * queue_mail - queued messages through the mail server's own programs: what queue_hold.c and queue_back.c share.
 *
 * "postfix" or "exim" is the action's `mta`. Seen on Postfix 3.7 and Exim 4.96: an id that is gone, or a message that is
 * locked, does not stop the others of the same call.
 *
 * TRUST: ids come from a plan made of foreign bytes; only their shape is believed.
 */
#ifndef SPAMTRAIL_ACT_QUEUE_MAIL_H
#define SPAMTRAIL_ACT_QUEUE_MAIL_H

#include "model/plan.h"

struct actor;
struct work;
struct act_looked;

#define QUEUE_IDS_MOST 1000000 /* limit contain: messages of one action */

bool queue_is_exim(const struct action *v);
/* IDS are of the shape of queue ids and not too many; the mail server is one that is known. */
int queue_check(const struct action *v, const struct span *ids, size_t n, struct err *err);
/* A kind's `check` and `look` where `args` are ids, at least one. */
int queue_check_some(const struct actor *a, const struct action *v, struct err *err);
int queue_look(struct work *w, struct err *err);

/* postsuper FLAG with the ids on its standard input. */
int queue_postsuper(const char *flag, const struct span *ids, size_t n, struct err *err);
/* postqueue -i, one program each: delivery of what is put off is tried now. */
int queue_postqueue(const struct span *ids, size_t n, struct err *err);
/* WORDS, the first the program, with ids behind them, some at a time; at most 8. */
#define QUEUE_WORDS_MOST 8
int queue_exim(const struct span *words, size_t nwords, const struct span *ids, size_t n, struct err *err);
struct span queue_exim_program(void);

int queue_hold_ids(const struct work *w, const struct span *ids, size_t n, struct err *err);
/* Thaws those of them that the record says we froze. */
int queue_release_ids(const struct work *w, const struct span *ids, size_t n, struct err *err);

/* Asks the command line to look at ALL of them again; it may name only these. */
int queue_ask_again(struct work *w, const struct span *all, size_t n, struct act_looked *ret, struct err *err);
/* Those of IDS that are not in GONE, in W's arena. */
size_t queue_without(struct work *w, const struct span *ids, size_t n, const struct span *gone, size_t ngone,
		     struct span **ret_ids);

#endif
