/*
 * inputs - which log files an investigation reads: those the operator named, or those the server's configuration
 * names, each with its rotated mates.
 *
 * Runs in the command line, which opens but never parses. Names come from the operator, from directory
 * listings, or from the confined reader; every path is resolved beneath ROOT.
 */
#ifndef SPAMTRAIL_APP_INPUTS_H
#define SPAMTRAIL_APP_INPUTS_H

#include "logs/logset.h"
#include "sys/beneath.h"

/* Files of one run, journals among them; what is beyond is told by `more`, never dropped in silence. */
#define INPUTS_MOST 20000 /* limit input: files of one run */
#define JOURNALS_MOST 16 /* limit journal: journals of one run */

struct journal_input {
	const char *path;
	size_t index;          /* of the input it is read as */
	pid_t pid;             /* of the helper; 0: not started */
	bool beside;           /* no input, but asked about what logs say */
};

struct inputs {
	struct arena *arena;   /* the caller's */
	const struct root *root;
	struct log_file *file;
	size_t *home;          /* of each, as in inputs_add_log */
	size_t n, room;
	struct span *unseen;   /* sentences about what could not be read */
	size_t nunseen, unseen_room;
	bool forbidden;        /* one of these is there, and not ours to read */
	bool more;             /* INPUTS_MOST was reached */
	struct journal_input journal[JOURNALS_MOST];
	size_t njournals;
	bool unconfined;       /* the operator's word, for the journal's helper */
	bool no_helper;        /* there is a journal, and nothing to read it with */
	bool owners, owners_asked; /* do uids of files mean those of the server's passwd? */
	bool named;            /* the operator named the paths: their own spelling, BENEATH_NAMED */
};

/*
 * PATHs as given: files, directories (three levels deep), "-", a systemd journal (file or directory). A directory
 * with logs and a journal in it gives the logs: the journal says the same again.
 */
void inputs_named(struct inputs *in, char *const *paths, size_t npaths);
/*
 * The file at PATH and its rotated mates, where it is there. ONLY: see struct log_file. HOME > 0: so many bytes of PATH
 * are somebody's home, and what lies below it is his: no link there is followed.
 */
void inputs_add_log(struct inputs *in, struct span path, uint32_t only, size_t home);
/* Is there a file among them that may tell of mail? */
bool inputs_have_mail(const struct inputs *in);
/* The server's systemd journal, where there is one. */
void inputs_add_journal(struct inputs *in);
/*
 * A descriptor for file INDEX (< n), the caller's to close, or a negative code: EXIT_NOINPUT, EXIT_NOPERM,
 * EXIT_IO.
 */
int inputs_open(struct inputs *in, size_t index, struct err *err);
/* The journal beside the logs, from SINCE on: a pipe of its entries, or negative where there is none. Once. */
int inputs_ask_journal(struct inputs *in, uint32_t since, struct err *err);
/* That pipe has ended: was it with the journal's end? If not, inputs_end's list says why. */
bool inputs_journal_ended(struct inputs *in);
/* The reader is gone: ends what still runs, and tells what went wrong unless QUIET. */
void inputs_end(struct inputs *in, bool quiet);

#endif
