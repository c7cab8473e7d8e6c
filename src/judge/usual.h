/*
 * usual - what each sign is usually like at this hour of the week, and from where on it is a warning or critical.
 *
 * One figure an hour is learnt for each sign; eight weeks are remembered, and the median of them is usual. Where the hour
 * of the week is not known yet, the same hour of other days stands in for it, then all hours; before that there is
 * no usual, and only signs that need none are judged. An hour that raised an alarm is learnt as if it had stopped at the
 * limit: an outbreak hardly moves what is usual, a server that has grown moves it within weeks.
 *
 * TRUST: figures are counted from foreign lines; their sums are bounded, their meaning is the caller's.
 */
#ifndef SPAMTRAIL_JUDGE_USUAL_H
#define SPAMTRAIL_JUDGE_USUAL_H

#include "base/buf.h"
#include "model/signs.h"

struct usual;

/* How many times the usual is a warning, and critical. */
struct usual_factors {
	double warning, critical;
};

struct usual *usual_new(void);
void usual_free(struct usual *u);
void usual_pack(const struct usual *u, struct buf *out);
/* False: not of ours or damaged; U then knows nothing. */
bool usual_unpack(struct usual *u, struct span bytes);

/*
 * Fills `learns`, `usual`, `samples`, the limits and, unless the sign is `sure` or not known, `state`. LOCAL: seconds
 * since 1970 on the server's own wall clock.
 */
void usual_judge(const struct usual *u, int64_t local, const struct usual_factors *factors, enum sign_id id,
		 struct sign *sign);
/*
 * Once for each hour, on the first call in it: then true. What was judged is learnt; while somebody looks taken over,
 * nothing is.
 */
bool usual_learn(struct usual *u, int64_t now, int64_t local, const struct signs *s);

#endif
