/*
 * site - whose site a web log line speaks of: by the name in the line, by the log that the site's configuration names,
 * by the log's own name, or by the home it lies in.
 *
 * TRUST: names in lines are what visitors asked for; which name is served from which folder is root's configuration. A
 * log in somebody's home is written by him and speaks of his own sites only.
 */
#ifndef SPAMTRAIL_TRACE_SITE_H
#define SPAMTRAIL_TRACE_SITE_H

#include "base/span.h"
#include "base/table.h"

struct trace;
struct trace_options;

/* A site by its name, in lower case and without "*". */
struct site {
	struct span name;
	uint32_t account;      /* ACCOUNT_NONE: nobody's, or of several */
};

/* What is known of a log file, found out at its first line. */
struct site_log {
	struct span site;      /* whose only requests it holds, or empty */
	uint32_t account, home;
	bool asked;
};

struct sites {
	struct arena *arena;
	uint64_t seed;
	struct site *site;
	uint32_t n;
	struct table table;
	struct site_log *log;  /* by file */
};

void sites_init(struct sites *s, const struct trace_options *o);
void sites_free(struct sites *s);

/* The account whose site VHOST (may be empty) in a line of FILE is, or ACCOUNT_NONE; *RET_SITE: what to call it.
 * False: a word that this log cannot say. */
bool site_of_line(struct trace *t, struct span vhost, uint32_t file, struct span *ret_site, uint32_t *ret_account);

#endif
