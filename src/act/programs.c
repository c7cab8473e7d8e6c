/*
 * programs - the programs that may be run, each with the shape of its arguments; and running one.
 *
 * A shape is words with one blank between them, a bar between words for either; so with programs of one shape. In a word
 * "%" begins what may vary, to the word's end: %w letters, digits and @ . _ + - but no dash first, %p a file that may be
 * edited (check.c). A new panel is a few rows here.
 *
 * TRUST: arguments come from a plan. What a program says is kept for the operator's eye and not understood, but for whether
 * a panel's fixed word for "done" is in it: cPanel's programs end with 0 also when they have refused.
 */
#include "act/act.h"
#include "act/process.h"
#include "sys/spawn.h"

#include <unistd.h>

#define ARGS_MOST 2000
/* a program that does not end is ended: the plan's other actions wait for it */
#define SECONDS 120 /* limit contain, s: for one program that an action runs */
#define SAID_MOST 16384 /* limit contain, bytes: of what such a program says */
#define SHOWN_MOST 200
/* sysexits.h, EX_NOUSER */
#define NOBODY_KICKED 68
/* Hestia's func/main.sh: E_SUSPENDED, E_UNSUSPENDED */
#define SUSPENDED 5
#define NOT_SUSPENDED 6

struct program {
	const char *path, *shape;
};

static const struct program programs[] = {
	{ "/usr/sbin/postfix", "reload|flush|check" },
	{ "/usr/sbin/postmap", "%p" },
	{ "/usr/sbin/exim4|/usr/sbin/exim", "-q|-qf|-bV" },
	{ "/usr/sbin/exim4|/usr/sbin/exim", "-C {} -bV" },
	{ "/usr/sbin/update-exim4.conf|reload-exim", "" },
	{ "/usr/sbin/nginx", "-s reload" },
	{ "/usr/sbin/apache2ctl|/usr/sbin/apachectl", "graceful" },
	{ "/usr/bin/pure-pw", "mkdb" },
	{ "/usr/sbin/csf", "-r" },
	{ "/usr/bin/doveadm", "kick %w" },
	{ "/usr/bin/systemctl", "daemon-reload" },
	{ "/usr/bin/systemctl", "enable|disable --now spamtrail-%w" },
	{ "/usr/local/cpanel/bin/whmapi1",
	  "--output=json hold_outgoing_email|release_outgoing_email user=%w" },
	{ "/usr/local/cpanel/bin/uapi",
	  "--output=json --user=%w Email hold_outgoing|release_outgoing|suspend_login|unsuspend_login "
	  "email=%w" },
	{ "/usr/sbin/plesk", "bin mail --update %w -outgoing-messages-mbox-limit 0|default" },
	{ "/usr/local/hestia/bin/v-suspend-mail-account|/usr/local/hestia/bin/v-unsuspend-mail-account",
	  "%w %w %w" },
};

static bool is_word(struct span s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-";

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(good, s.p[i], sizeof(good) - 1))
			return false;
	/* a dash first would be an option */
	return s.n > 0 && s.p[0] != '-';
}

/* WORD fits one word of a shape, that is MOLD. */
static bool word_fits(struct span word, struct span mold)
{
	ptrdiff_t at = span_find(mold, 0, '%');
	struct err unfit;

	if (at < 0)
		return span_eq(word, mold);
	if (!span_starts(word, span_head(mold, (size_t)at)))
		return false;
	word = span_from(word, (size_t)at);
	switch (mold.p[at + 1]) {
	case 'w':
		return is_word(word);
	case 'p':
		return span_search(word, 0, SPAN("/../")) < 0 &&
		       check_edit_path(&(struct action){ .base = SPAN("/"), .path = word }, &unfit) == 0;
	default:
		bug("a shape that is none");
	}
}

/* MOLD may be several words with a bar between them. */
static bool word_fits_one(struct span word, struct span mold)
{
	bool fits = false;

	for (struct span left = mold, one; left.n && !fits; left = span_from(left, one.n + 1)) {
		ptrdiff_t bar = span_find(left, 0, '|');

		one = bar < 0 ? left : span_head(left, (size_t)bar);
		fits = word_fits(word, one);
	}
	return fits;
}

static bool shape_fits(const char *shape, const struct span *args, size_t nargs)
{
	struct span left = span_str(shape);
	size_t i = 0;

	while (left.n) {
		ptrdiff_t blank = span_find(left, 0, ' ');
		struct span mold = blank < 0 ? left : span_head(left, (size_t)blank);

		left = span_from(left, mold.n + 1);
		if (i == nargs || !word_fits_one(args[i++], mold))
			return false;
	}
	return i == nargs;
}

int check_program(const struct span *args, size_t nargs, struct err *err)
{
	if (nargs > 0 && nargs <= ARGS_MOST)
		for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
			if (word_fits_one(args[0], span_str(programs[i].path)) &&
			    shape_fits(programs[i].shape, args + 1, nargs - 1))
				return 0;
	return err_set(err, EXIT_NOPERM, "%.*s with these arguments is no command of ours",
		       nargs ? (int)args[0].n : 1, nargs ? args[0].p : "?");
}

/* Programs that end with 0 whatever comes of it say these very words where it was done. */
static bool said_no(struct span program, struct span said)
{
	static const char *const words[][2] = {
		{ "/usr/local/cpanel/bin/whmapi1", "\"result\":1" },
		{ "/usr/local/cpanel/bin/uapi", "\"status\":1" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_eq(program, span_str(words[i][0])))
			return span_search(said, 0, span_str(words[i][1])) < 0;
	return false;
}

/* Debian's or cPanel's configuration is put together anew where it is made of parts; then the daemon is told. */
static int reload_exim(struct err *err)
{
	const struct span debian = SPAN("/usr/sbin/update-exim4.conf");
	const struct span cpanel = SPAN("/usr/local/cpanel/scripts/buildeximconf");
	int rc = 0;

	if (access(cpanel.p, X_OK) == 0)
		rc = run_program(&cpanel, 1, SPAN_NONE, err);
	else if (access("/etc/exim4/exim4.conf", F_OK) < 0 && access(debian.p, X_OK) == 0)
		rc = run_program(&debian, 1, SPAN_NONE, err);
	if (rc == 0)
		process_reload_exim();
	return rc;
}

static int shown(const struct buf *said)
{
	return said->n < SHOWN_MOST ? (int)said->n : SHOWN_MOST;
}

/* A queue run delivers for as long as it takes; nothing of it is ever taken back. */
static bool runs_queue(const struct span *args, size_t nargs)
{
	return nargs == 2 && (span_eq(args[1], SPAN("-q")) || span_eq(args[1], SPAN("-qf")) ||
			      span_eq(args[1], SPAN("flush")));
}

int run_program(const struct span *args, size_t nargs, struct span input, struct err *err)
{
	struct buf said = BUF_MAX(SAID_MOST);
	struct arena *a = arena_new();
	const char **argv = arena_alloc(a, (nargs + 1) * sizeof(*argv));
	struct spawn s = { .argv = argv,
			   .input = input,
			   .seconds = SECONDS,
			   .locked = !runs_queue(args, nargs),
			   .output = &said };
	int rc;

	if (nargs == 1 && span_eq(args[0], SPAN("reload-exim"))) {
		arena_free(a);
		return reload_exim(err);
	}
	for (size_t i = 0; i < nargs; i++)
		argv[i] = arena_str(a, args[i]);
	rc = spawn_run(&s, err);
	/* nobody to kick, or it is so already: that is what was wanted */
	if ((rc == NOBODY_KICKED && span_eq(args[0], SPAN("/usr/bin/doveadm"))) ||
	    (rc == SUSPENDED && span_ends(args[0], SPAN("/v-suspend-mail-account"))) ||
	    (rc == NOT_SUSPENDED && span_ends(args[0], SPAN("/v-unsuspend-mail-account"))))
		rc = 0;
	if (rc == 0 && said_no(args[0], buf_view(&said)))
		rc = err_set(err, EXIT_IO, "%s did not do it: %.*s", argv[0], shown(&said),
			     said.p ? said.p : "");
	if (rc > 0)
		rc = err_set(err, EXIT_INCOMPLETE, "%s ended with %d: %.*s", argv[0], rc, shown(&said),
			     said.p ? said.p : "");
	buf_free(&said);
	arena_free(a);
	return rc;
}
