/*
 * his_mail - the queued messages of whom `contain` stops, and what else waits that could be his.
 *
 * TRUST: spool files hold what suspects wrote; confined children read them (queue_reader.h), and whose a message is they
 * tell by what the mail server vouches for. Ids go to the actor, which asks the mail server itself.
 */
#ifndef SPAMTRAIL_APP_HIS_MAIL_H
#define SPAMTRAIL_APP_HIS_MAIL_H

#include "base/span.h"

struct act_looked;
struct arena;
struct err;
struct inquiry;
struct plan_want;
struct root;
struct whom;

struct his_mail {
	const struct root *root;
	const struct inquiry *facts; /* where the queues lie */
	const struct whom *whom; /* of nobody no queue is read */
};

/*
 * Reads the queues and tells WANT: which of his go on and may be held, what stays as it is, and what nobody can be named for.
 * Texts lie in WHOM's arena. That there is no queue is no failure.
 */
int his_mail_read(const struct his_mail *m, struct plan_want *want, struct err *err);
/*
 * As actor_held (actor.h), after a hold of IDS: each file is read again. Whose is not his goes on at once, and what is his and
 * not held where it should be is named, too.
 */
int his_mail_look_again(const struct his_mail *m, const struct span *ids, size_t n, struct arena *a,
			struct act_looked *ret, struct err *err);

#endif
