/*
 * words - an operator's word for what nobody here can see: that a password was changed, that logins were ended. Who gave it,
 * when, about which incident and sender.
 *
 * It lies in state.db, not in the journal: that is root's and the actor's, which writes there only what it does itself, and
 * nobody does anything here. Lost, it costs being asked again.
 */
#ifndef SPAMTRAIL_STORE_WORDS_H
#define SPAMTRAIL_STORE_WORDS_H

#include "model/row.h"

struct arena;
struct err;
struct store;

enum word_about { WORD_PASSWORD = 1, WORD_LOGINS = 2 };

struct word {
	int64_t at;
	enum word_about about;
	struct span incident;          /* "1123a" */
	enum sender_kind kind;         /* whose password, whose logins */
	struct span id;
	struct span who;               /* "uid 0 (anna) on /dev/pts/1": his own say, for the reader of the history */
};

#define WORDS_MOST 500 /* limit report: words of the operator that are remembered; the oldest go */

/* All that were given, oldest first, in A. What does not make sense is as if it had not been given. */
int store_words(struct store *s, struct arena *a, struct word **ret_list, size_t *ret_n, struct err *err);
/* N more. Texts are cut where they are longer than any can be. */
int store_words_add(struct store *s, const struct word *list, size_t n, struct err *err);

#endif
