/* plan_tree - a server's files in memory, and the plan that they give for one row. */
#ifndef SPAMTRAIL_TEST_PLAN_TREE_H
#define SPAMTRAIL_TEST_PLAN_TREE_H

#include "plan/plan.h"

#include "act/act.h"
#include "sys/beneath.h"

/* who owns a file is told where it matters */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct file {
	const char *path, *text;
	uint32_t uid;
	uint32_t mode; /* 0: a file of 0644; a folder has its type */
	uint64_t device, links;
};

#define PASSWD                                                                      \
	{                                                                           \
		"/etc/passwd", "root:x:0:0::/root:/bin/sh\n"                        \
			       "www-data:x:33:33::/var/www:/usr/sbin/nologin\n"     \
			       "postfix:x:104:104::/var/spool/postfix:/bin/false\n" \
			       "Debian-exim:x:105:105::/var/spool/exim4:/bin/sh\n"  \
			       "alice:x:2001:2001::/home/alice:/bin/sh\n"           \
			       "bob:x:2002:2002::/home/bob:/bin/sh\n"               \
	}
#define POSTFIX                                                         \
	{                                                               \
		"/etc/postfix/main.cf", "myhostname = mx.example.com\n" \
	}
#define DOMAINS                                              \
	{                                                    \
		"/etc/userdomains", "alice.example: alice\n" \
	}

struct made {
	struct arena *arena;
	struct host_facts facts;
	struct plan plan;
	struct err err;
	int rc;
	bool helpless;
};

/* What a test asks for besides. */
extern struct plan_wish {
	enum plan_lock lock;
	bool permissions, credentials, elsewhere, setup, sessions;
	size_t waiting, untold[PLAN_DOORS];
	size_t nrows; /* 0: one */
	const char *again; /* what contain must repeat */
} wish;

/* TREE ends with a file without a path. */
struct made make(const struct file *tree, const struct row *row, const char *incident, const char *allow);
void end(struct made *m);
/* The first of that kind, or NULL. */
const struct action *action_of(const struct made *m, enum action_kind kind);
bool has(struct span s, const char *words);
bool apart(const struct made *m, const char *words);
bool noted(const struct made *m, const char *words);
void assert_words(const struct span *words, size_t n, const char *want);

#endif
