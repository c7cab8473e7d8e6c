/*
 * signs_state - what signs remembers from one look to the next, in the state's own folder (store/store.h).
 *
 * TRUST: the state may come from a restored backup: what does not make sense is forgotten, which costs learning time.
 */
#ifndef SPAMTRAIL_APP_SIGNS_STATE_H
#define SPAMTRAIL_APP_SIGNS_STATE_H

#include "base/buf.h"
#include "base/err.h"
#include "judge/alarm.h"

struct arena;
struct store;
struct usual;

#define COMPLAINTS_KEPT 1000 /* limit signs: complaints that are counted */

#define ALARMS_KEPT 8

/* An alarm that went through this server: it is not mail of anybody's. */
struct signs_alarm {
	int64_t at;
	uint32_t recipients;
};

struct signs_past {
	struct usual *usual; /* never NULL once loaded; owned */
	struct alarm alarm;
	int64_t looked; /* 0: never */
	double queue; /* then */
	struct signs_alarm *mailed; /* newest first */
	size_t nmailed;
	int64_t asked; /* reputation, last; 0: never */
	uint32_t listed, unanswered; /* places on lists that cost mail; questions without an answer */
	struct span lists; /* where */
	bool complaints_read;
	int64_t *complaint; /* when each came, newest first */
	size_t ncomplaints;
};

/* DIR NULL: nothing is kept, *RET_STORE is NULL. NOTE gets a sentence where something is wrong; nothing fails. */
void signs_past_load(const char *dir, struct arena *a, struct signs_past *ret, struct store **ret_store,
		     struct buf *note);
/* The look, the alarm and, where LEARNT, what is usual. */
int signs_past_save(const struct signs_past *past, bool learnt, struct store *store, struct err *err);
void signs_past_free(struct signs_past *past);
/* One more alarm that went through this server's own queue. */
void signs_past_mailed(struct signs_past *past, struct arena *a, int64_t at, uint32_t recipients);

/* For reputation: what its last run found. */
int signs_keep_reputation(struct store *store, int64_t asked, uint32_t listed, uint32_t unanswered,
			  struct span lists, struct err *err);
/* For complaints: N more, with their times. */
int signs_keep_complaints(struct store *store, const int64_t *at, size_t n, struct err *err);

#endif
