/*
 * again - what an operator took back is not done again by itself: the journal is asked before a plan is carried out.
 */
#ifndef SPAMTRAIL_APP_AGAIN_H
#define SPAMTRAIL_APP_AGAIN_H

#include "app/actor.h"
#include "report/screen.h"

struct again_want {
	const struct actor_want *actor;
	bool own_word; /* the operator named the sender, or said --again: it is done, and said */
	bool quiet;
	bool ascii;
};

/*
 * Asks the actor what of P was taken back before. Unless OWN_WORD, it leaves P, and a sentence on standard error
 * says so. P's list is changed in place. Negative: the journal cannot be asked, and P is as it was.
 */
int again_leave_out(const struct again_want *want, struct plan *p, struct arena *a, struct err *err);

#endif
