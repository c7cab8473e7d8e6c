/*
 * commands - the one table of verbs and flags: help, bash completion and the manual's lists come from it.
 */
#ifndef SPAMTRAIL_APP_COMMANDS_H
#define SPAMTRAIL_APP_COMMANDS_H

#include "base/buf.h"
#include "base/err.h"

struct options;

/* Order is the order of the help. */
enum flag_id {
	FLAG_ROOT,
	FLAG_SINCE,
	FLAG_UNTIL,
	FLAG_LIVE,
	FLAG_JSON,
	FLAG_PLAIN,
	FLAG_HTML,
	FLAG_STATS,
	FLAG_BY,
	FLAG_LIST,
	FLAG_QUICK,
	FLAG_EXPLAIN,
	FLAG_ACCOUNT,
	FLAG_INCIDENT,
	FLAG_FULL,
	FLAG_TOP,
	FLAG_APPLY,
	FLAG_YES,
	FLAG_DRY_RUN,
	FLAG_FOR,
	FLAG_ALL,
	FLAG_FROM,
	FLAG_LOCK,
	FLAG_PERMISSIONS,
	FLAG_CREDENTIALS,
	FLAG_AGAIN,
	FLAG_FLUSH,
	FLAG_RELEASE,
	FLAG_CUSTOMER,
	FLAG_ABUSE_DESK,
	FLAG_AFFECTED,
	FLAG_DELIST,
	FLAG_RESOLUTION,
	FLAG_FORCE,
	FLAG_CONFIRMED,
	FLAG_REMOVE,
	FLAG_EXPIRED,
	FLAG_MOVED,
	FLAG_PURGE,
	FLAG_NAGIOS,
	FLAG_NOTIFY,
	FLAG_DELIVER,
	FLAG_STATE,
	FLAG_CONFIG,
	FLAG_COLOR,
	FLAG_QUIET,
	FLAG_UNCONFINED,
	FLAG_COMPLETION,
	FLAG_HELP,
	FLAG_VERSION,
	FLAGS
};

/* What bash offers for a flag's value. */
enum flag_value { VALUE_NONE, VALUE_TEXT, VALUE_FILE, VALUE_DIR, VALUE_WORDS };

struct flag {
	const char *name;
	enum flag_value value;
	const char *arg; /* DIR, or the words themselves: auto|always|never */
	const char *text;
};

/* What a flag of several verbs means with one of them. */
struct flag_text {
	enum flag_id id;
	const char *text;
};

#define FLAG_TEXTS 3 /* of a verb, at most */

/* Returns an enum exit_code, or a negative one with ERR filled. */
typedef int verb_run(const struct options *o, struct err *err);

struct verb {
	const char *name;
	const char *args; /* [PATH...] */
	unsigned nargs_min, nargs_max;
	const char *words; /* what bash offers for the first argument, besides files; or NULL */
	bool files; /* arguments are paths */
	const char *summary; /* one line */
	const char *text; /* more for `help VERB`, which wraps it; a line end begins a paragraph */
	uint64_t flags; /* bits of enum flag_id; --help and --version are everybody's */
	struct flag_text own[FLAG_TEXTS]; /* where the flag's own text would speak of other verbs */
	verb_run *run; /* NULL: not in this build, so not in the help either */
};

/* Constant rows of the table, nobody's to free. ID < FLAGS. */
const struct flag *command_flag(enum flag_id id);
/* The verbs of this build by number; NULL behind the last. */
const struct verb *command_verb(size_t index);
/* NULL: no such verb in this build. The whole name, as it is spelled; suggest.h is for the rest. */
const struct verb *command_named(struct span name);

/* Appended to OUT, in English, each line whole; OUT's limit is the only thing that can go wrong. */
void command_help(struct buf *out);
void command_help_verb(struct buf *out, const struct verb *v);
void command_completion(struct buf *out);
/* The manual's SYNOPSIS, COMMANDS and OPTIONS for scdoc(5). */
void command_manual(struct buf *out);

#endif
