/*
 * tying - complaints and bounces out of mailboxes, each tied to the message of ours that it is about: mail is read by
 * spamtrail-mime, logs by the confined reader, and here their answers are put together. For `complaints`, and for
 * `investigate` where [complaints] mailboxes names some.
 *
 * Order: begin, read, seek (before the logs are read), settle (with what they said).
 * TRUST: anybody can mail a complaint, a forged one too: what only the message says of itself is grade C.
 */
#ifndef SPAMTRAIL_APP_TYING_H
#define SPAMTRAIL_APP_TYING_H

#include "app/mailboxes.h"
#include "report/complaints.h"

struct inquiry;
struct seek_want;
struct store;

/* Sentences; a folder of broken messages must not drown the answer. */
#define TYING_UNSEEN_MOST 200
#define TYING_NAMES_MOST 8

struct tying {
	struct arena *arena;
	bool unconfined;
	int64_t newer; /* files that were changed before are passed over; 0: none is */
	struct mailboxes boxes;
	struct complaints c;
	size_t room, at_box;
	struct span unseen[TYING_UNSEEN_MOST];
	struct span names[TYING_NAMES_MOST];
	size_t nnames;
	bool damage[TYING_UNSEEN_MOST]; /* of UNSEEN: mail that says no more when it comes again */
	size_t damaged; /* how many of them */
	size_t sought; /* of the first so many complaints the logs are asked */
};

void tying_begin(struct tying *t, const struct root *root, struct arena *a, bool unconfined);
void tying_unseen(struct tying *t, struct span what, const char *why);
/* The messages of T->boxes, which tying_add has named. */
int tying_add(struct tying *t, const char *path, struct err *err);
int tying_read(struct tying *t, struct err *err);
/* Learns what this host calls itself; then two questions a complaint, in T's arena. */
int tying_seek(struct tying *t, int64_t now, struct seek_want **ret_seek, size_t *ret_n, struct err *err);
/* Q: what the logs said; NULL: none were read. Each complaint has its state, and its row where there is one. */
void tying_settle(struct tying *t, const struct inquiry *q);
/* Those that the logs know go into the state; seen before or not is the store's to tell. */
int tying_keep(const struct tying *t, const struct inquiry *q, struct store *s, int64_t now, struct err *err);

#endif
