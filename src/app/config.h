/*
 * config - /etc/spamtrail/spamtrail.conf, then conf.d/ *.conf by name; or the one file of --config. Neither is
 * needed. One typed table knows every key; each value remembers where it comes from.
 *
 * Lists add up over lines and files; an empty value begins the list anew. The last of several single
 * values counts.
 */
#ifndef SPAMTRAIL_APP_CONFIG_H
#define SPAMTRAIL_APP_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct origin {
	const char *file; /* NULL: built in */
	unsigned line;
};

struct config_number {
	uint64_t value;
	struct origin origin;
};

struct config_text {
	const char *value;
	struct origin origin;
};

struct config_list {
	struct config_text *item;
	size_t n, cap;
};

/* What config_check found wrong; line 0: with the whole file. */
struct config_mistake {
	struct origin at;
	const char *text; /* names file and line, too */
};

struct config {
	struct arena *arena; /* owns every text */
	struct config_list trusted_senders; /* logins, addresses or @domains */
	struct config_list trusted_folders; /* absolute, as the server sees them */
	struct config_list trusted_networks; /* address or address/bits */
	struct config_list mail_logs, web_logs, php_logs;
	struct config_text state_dir;
	struct config_text resolver; /* auto, recursive, system or ADDRESS[@PORT] */
	struct config_list list_files, only_lists; /* more DNS lists; the only ones to be asked */
	struct config_list addresses, selectors; /* that this server sends from; of its DKIM keys */
	struct config_text key_spamhaus, key_abusix;
	struct config_list mail_to; /* who is told of an alarm */
	struct config_text mail_from, sendmail, relay, relay_user, relay_password; /* by which way; HOST[:PORT] */
	struct config_text webhook, ca_file; /* https://..., empty: none */
	struct config_number pause_minutes, warning_times, critical_times;
	struct config_text organization, contact, texts; /* report: who signs; the folder of templates */
	struct config_text abuse_zone; /* report: asked whom a network wants to be written to; empty: nobody */
	struct config_list mailboxes; /* of complaints, which investigate reads */
	unsigned secrets; /* that were read */
	struct config_number memory; /* bytes, all processes together */
	struct config_number threads; /* 0 = one per processor */
	struct config_number false_alarm_days; /* account-days per false `compromised` */
	struct config_number keep_days; /* of held files, before history --purge ends them */
	struct config_text scan_rules; /* folder of rules, manifests and signatures */
	struct config_text scan_clamd; /* auto, off, or its socket */
	struct config_text scan_maldet; /* where maldet lives */
	struct config_list scan_wordfence; /* what Wordfence CLI wrote, CSV */
	const char **files; /* that were read */
	size_t nfiles;
	struct config_mistake *mistakes; /* of config_check: the first, at most MISTAKES_KEPT of... */
	size_t nmistakes; /* ...so many */
};

#define MISTAKES_KEPT 50 /* limit config: mistakes that are shown */

/* FILE: --config, or NULL for /etc/spamtrail. EXIT_CONFIG names file and line. Free RET in either case. */
int config_load(struct config *ret_config, const char *file, struct err *err);
/* The same to the end of all files, whatever is wrong in them; the code and ERR are those of the last mistake. */
int config_check(struct config *ret_config, const char *file, struct err *err);
/* Frees texts and lists; C may be what a failed config_load left. */
void config_free(struct config *c);

/* The file PATH of at most 1 MiB into OUT; EXIT_NOINPUT, EXIT_NOPERM, EXIT_IO, EXIT_CONFIG. OTHERS: everybody may read it. */
int config_read_file(const char *path, struct buf *out, bool *ret_others, struct err *err);

/* For tests: the built-in values, then TEXT as if it stood in the file NAME. */
void config_defaults(struct config *ret_config);
int config_parse(struct config *c, struct span text, const char *name, struct err *err);
/* Keeps what ERR says where C is being checked. */
void config_mistake(struct config *c, const char *file, unsigned line, const struct err *err);

/* Calls SEE for every value in the table's order; a list without members is seen once with VALUE empty. */
typedef void config_see(void *owner, const char *section, const char *key, const char *value,
			const struct origin *origin);
void config_each(const struct config *c, config_see *see, void *owner);

#endif
