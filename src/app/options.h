/*
 * options - the command line, read once.
 */
#ifndef SPAMTRAIL_APP_OPTIONS_H
#define SPAMTRAIL_APP_OPTIONS_H

#include "app/commands.h"
#include "model/queue_by.h"
#include "model/row.h"

enum output { OUTPUT_SCREEN, OUTPUT_JSON, OUTPUT_PLAIN, OUTPUT_NAGIOS };
enum color_wish { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct seek_want;

struct options {
	const struct verb *verb; /* NULL: none was given */
	const char *root; /* NULL: not given, that is / */
	const char *since, *until; /* as typed, see when.h; NULL = not given */
	const char *config, *state; /* NULL: not given */
	const char *html;
	enum queue_by by; /* queue */
	bool list;
	const char *completion;
	enum output output;
	enum color_wish color;
	unsigned live; /* seconds; 0 = not given */
	unsigned top; /* 0 = not given */
	bool quiet, unconfined, stats, explain, help, version;
	const struct seek_want *seek; /* no flags: complaints asks whose messages these are */
	size_t nseek;
	const char *account, *incident; /* scan */
	bool full;
	const char *duration, *from, *lock; /* contain: --for, --from, --lock */
	bool apply, yes, dry_run, all, remove; /* contain, setup */
	bool permissions, credentials, again; /* contain */
	bool expired, moved, purge; /* undo, undo, history */
	bool flush, release; /* queue; and remove, all above */
	enum flag_id letter; /* report: FLAG_CUSTOMER to FLAG_RESOLUTION; 0 = none was named */
	bool force; /* report */
	unsigned confirmed; /* report: CONFIRMED_*, the operator's word */
	bool complained; /* no flag: investigate and report read the mailboxes of complaints, too */
	bool notify, deliver; /* signs, complaints */
	bool no_history; /* no flag: investigate's --json and --plain show no row's history */
	bool every_client; /* no flag: contain wants of each sender every address, not the busiest */
	bool refusals; /* no flag: reputation wants to know who refuses our mail */
	unsigned
		newest; /* no flag: signs looks at so many seconds only, keeps nothing, and at what the MTA takes */
	bool waiting; /* no flag: queue asks the logs about what waits, and not the other way round */
	bool quick; /* queue: the logs are not asked */
	bool facts_only; /* no flag: and at no log at all */
	char **args; /* behind the verb; owned */
	int nargs;
};

/* Strings of RET_OPTIONS are ARGV's. EXIT_USAGE with "did you mean" on what is not known. */
int options_parse(int argc, char **argv, struct options *ret_options, struct err *err);
/* Frees the argument list. A failed options_parse leaves RET_OPTIONS as it was: let it be zero before. */
void options_free(struct options *o);

/* --root is another than /. */
bool options_image(const struct options *o);
/* True where logs are not this host's own: a PATH or a --root other than / (contract: window, state). */
bool options_elsewhere(const struct options *o);
/* A blank and WORD, quoted for a shell where it needs it. */
void options_quote(struct buf *out, const char *word);
/* " auth:info@shop.example": a sender as contain, undo and queue take him, quoted likewise. */
void options_sender(struct buf *out, enum sender_kind kind, struct span id);
/* " --root /mnt PATH": what VERB must be given again, quoted for a shell: the flags it knows, and the
 * arguments but for SKIP of them where it takes any. */
void options_again(const struct options *o, const char *verb, int skip, struct buf *out);
/* "spamtrail queue --list --root /mnt": WORDS, of which the first is the verb, and what must be given again. */
void options_command(const struct options *o, const char *words, int skip, struct buf *out);
/* EXIT_NOINPUT: nobody knows the incident ID. WHERE: "in these logs". SKIP as above. */
int options_no_incident(const struct options *o, const char *id, const char *where, int skip,
			struct err *err);

#endif
