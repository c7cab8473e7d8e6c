/*
 * gather - what the parts of host/ share: reading files within a budget, and putting facts together.
 *
 * Private to host/. Facts are copied into the arena that outlives the learning; file contents live in a
 * scratch arena that each part of host_learn starts anew.
 *
 * TRUST: every path and text in a configuration may be hostile; what cannot be a log file's path is dropped.
 */
#ifndef SPAMTRAIL_HOST_GATHER_H
#define SPAMTRAIL_HOST_GATHER_H

#include "base/arena.h"
#include "base/table.h"
#include "host/host.h"

/* A mail log that a configuration names. */
struct named_log {
	struct span path;
	const char *by; /* "Postfix", "Exim", "syslog" */
};

#define NAMED_MOST 32

struct gather {
	const struct host_io *io;
	struct arena *keep; /* for what the facts point to */
	struct arena *scratch; /* for file contents */
	struct host_facts *f;
	size_t logs_room, sites_room, networks_room, outgoing_room, dkim_room, advice_room, unseen_room;
	struct table paths; /* of f->logs, by path */
	uint64_t bytes; /* of configuration read so far */
	bool full; /* a limit was hit, and is said */

	/* What one part tells another. */
	bool postfix, exim; /* their configuration is there */
	bool mta_to_syslog; /* an MTA says that it logs by syslog, or says nothing and does so by default */
	bool exim_default_logs; /* Exim is there and names no file: it logs where it was built to */
	struct named_log mail_logs[NAMED_MOST];
	size_t nmail_logs;
	bool web_unknown; /* web logs whose names the configuration does not fully tell */
	struct span exim_version, postfix_version; /* empty = unknown */
};

void gather_start(struct gather *g, const struct host_io *io, struct arena *keep,
		  struct host_facts *ret_facts);
void gather_end(struct gather *g);
/* Forgets the file contents read so far. */
void gather_fresh(struct gather *g);

/* A configuration file into the scratch arena; false: not there, or the budget is used up. */
bool gather_read(struct gather *g, struct span path, struct span *ret_bytes);
/* Files that PATTERN (with * and ? in any component) stands for, in byte order; without wildcards itself. */
size_t gather_expand(struct gather *g, struct span pattern, struct span **ret_paths);
/* Is there PATH or a rotated mate of it, empty or not? */
bool gather_there(struct gather *g, struct span path);
/* The same, and one of them is not empty? Just rotated, the log itself is. */
bool gather_filled(struct gather *g, struct span path);
/* Formatted text that lives as long as the facts. */
struct span gather_text(struct gather *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A log to read; what is no absolute path of a file, or already there, is ignored. */
void gather_log(struct gather *g, struct span path, enum log_role role);
/* One that lies in a home, which is so many bytes of PATH. */
void gather_home_log(struct gather *g, struct span path, enum log_role role, size_t home);
/* A mail log that BY's configuration names; whether it is there is looked at in the end. */
void gather_mail_log(struct gather *g, struct span path, const char *by);
void gather_site(struct gather *g, struct span name, struct span docroot, struct span log);
/* An address that mail leaves from, by the setting SOURCE; what is none is ignored. */
void gather_outgoing(struct gather *g, struct span address, const char *source);
/* A key that mail is signed with; DOMAIN empty: any. What cannot be a name in DNS, or is there already, is ignored. */
void gather_dkim(struct gather *g, struct span domain, struct span selector);
void gather_network(struct gather *g, struct span network);
/* Something that could not be read, as a sentence. */
void gather_unseen(struct gather *g, struct span text);
/* A counted limit was hit: there are more WHAT than are read. Said once. */
void gather_say_full(struct gather *g, const char *what);
/* OK, or what is off and the LINE for FILE that mends it; both may be empty. */
void gather_advice(struct gather *g, const char *id, bool ok, struct span text, struct span line,
		   struct span file);

/* Absolute, no NUL, no device, no place in /proc, no longer than the kernel takes. */
bool gather_is_path(struct span path);

#endif
