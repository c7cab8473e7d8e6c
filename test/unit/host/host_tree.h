/*
 * host_tree - a server's files in memory, and what host_learn makes of them.
 */
#ifndef SPAMTRAIL_TEST_HOST_TREE_H
#define SPAMTRAIL_TEST_HOST_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/accounts.h"
#include "host/host.h"
#include "model/inquiry.h"

/* a file without a length is as long as its text */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct tree_file {
	const char *path, *text;
	size_t n; /* 0: strlen(text) */
};

struct learnt {
	struct arena *arena;
	struct host_facts f;
};

struct learnt tree_learn(const struct tree_file *files, size_t n);
void tree_end(struct learnt *l);

#define LEARN(...)                                            \
	tree_learn((const struct tree_file[]){ __VA_ARGS__ }, \
		   sizeof((const struct tree_file[]){ __VA_ARGS__ }) / sizeof(struct tree_file))

bool has_log(const struct learnt *l, const char *path, enum log_role role);
/* An address that mail leaves from, by the setting SOURCE. */
bool has_outgoing(const struct learnt *l, const char *address, const char *source);
bool has_network(const struct learnt *l, const char *network);
bool has_unseen(const struct learnt *l, const char *words);
size_t count_logs(const struct learnt *l, enum log_role role);
/* The Nth advice of that id; NULL where there is none. */
const struct advice *advice_of(const struct learnt *l, const char *id, size_t nth);

/* Fails with the texts of both. */
void assert_text(struct span is, const char *should);
void assert_holds(struct span text, const char *words);
#define assert_ok(l, id) assert_true(advice_of((l), (id), 0) && advice_of((l), (id), 0)->ok)
#define assert_off(l, id) assert_true(advice_of((l), (id), 0) && !advice_of((l), (id), 0)->ok)

#endif
