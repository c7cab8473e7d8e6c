/*
 * group - messages of a queue counted by what they have in common, in bounded memory.
 *
 * The key of BY_CULPRIT is worked out by trace/, which the caller asks; all others are read off the message.
 *
 * TRUST: keys are foreign text. Past GROUPS_MOST different ones further messages count in one group, and it is said.
 */
#ifndef SPAMTRAIL_QUEUE_GROUP_H
#define SPAMTRAIL_QUEUE_GROUP_H

#include "model/queue.h"

#define GROUPS_MOST 30000 /* limit queue: groups while counting */

struct grouping;

/* NOW: seconds since 1970, for ages. Owned by the caller: grouping_free. */
struct grouping *grouping_new(enum queue_by by, int64_t now);
void grouping_free(struct grouping *g);
/* CULPRIT: kind, id, account and grade, for BY_CULPRIT; else NULL. */
struct queue_culprit {
	enum sender_kind kind;
	struct span id, account;
	char grade;
};
/* Copies what it keeps of Q and CULPRIT. */
void grouping_add(struct grouping *g, const struct queued *q, const struct queue_culprit *culprit);
/* RET_TOTAL: different keys that were kept; RET_FULL: there were more than GROUPS_MOST.
 * Sorted, at most QUEUE_GROUPS_MOST and a last one of all others. They live as long as the grouping. */
struct queue_group *grouping_end(struct grouping *g, size_t *ret_n, uint64_t *ret_total, bool *ret_full);
/* The sum over all messages; no key. Lives as long as the grouping. */
const struct queue_group *grouping_all(const struct grouping *g);

/* Q is one of the group that an operator calls WORD: its key as it is shown, of a culprit also KIND:ID or his account. */
bool grouping_is(enum queue_by by, const struct queued *q, const struct queue_culprit *culprit, int64_t now,
		 struct span word);

/* SUBJECT folded: letters lower, digits #, addresses @, blanks one; into ROOM, which has SUBJECT_LIKE bytes. */
#define SUBJECT_LIKE 200
struct span subject_like(struct span subject, char *room);

#endif
