/*
 * verb_complaints - `complaints PATH|-...`: what strangers and other servers say about our mail, tied to who sent it.
 *
 * Mail is read by spamtrail-mime, logs by the confined reader; here their answers are put together.
 *
 * TRUST: anybody can mail a complaint, a forged one too: what only the message says of itself is grade C, and
 * whom it names is accused by no more than that; where it contradicts the log, by nothing. Who copies a whole head of an
 * innocent's mail to him is believed: one complaint accuses nobody by itself. Texts are shown by report/complaints.h, which escapes them.
 */
#include "app/config.h"
#include "app/helper.h"
#include "app/inquire.h"
#include "app/sends_from.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "app/tying.h"
#include "app/verbs.h"
#include "report/complaints.h"
#include "store/store.h"
#include "sys/clock.h"
#include "repute/check.h"
#include "trace/seek.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAYS 14

struct work {
	const struct options *o;
	struct tying t;
	struct inquire in;
	bool asked_logs, logs_read;
	int64_t now;
};

/* A message, rather than a terminal at which nobody is about to type one, or a timer's /dev/null. */
static bool is_piped(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && !S_ISCHR(st.st_mode);
}

static int add_mailboxes(struct work *w, struct err *err)
{
	struct config config;
	int rc = config_load(&config, w->o->config, err);

	if (rc == 0 && config.mailboxes.n == 0)
		rc = err_set(err, EXIT_USAGE,
			     "name a Maildir, an mbox or a message, pipe one into it, or set [complaints] "
			     "mailboxes");
	w->t.newer = w->now - DAYS * INT64_C(86400);
	for (size_t i = 0; rc == 0 && i < config.mailboxes.n; i++)
		rc = tying_add(&w->t, config.mailboxes.item[i].value, err);
	config_free(&config);
	return rc;
}

static int read_mail(struct work *w, struct err *err)
{
	int rc = 0;

	if (w->o->nargs == 0)
		rc = w->o->deliver || is_piped() ? tying_add(&w->t, "-", err) : add_mailboxes(w, err);
	for (int i = 0; i < w->o->nargs && rc == 0; i++)
		rc = tying_add(&w->t, w->o->args[i], err);
	if (rc == 0)
		rc = tying_read(&w->t, err);
	if (rc == 0 && w->t.c.files == 0)
		return err_set(err, EXIT_NOINPUT, "nothing could be read: %.300s",
			       w->t.c.nunseen ? arena_str(w->t.arena, w->t.unseen[0])
					      : "no message is there");
	/* of a mailbox that is no news, but somebody meant to pipe a message */
	if (rc == 0 && w->t.c.n == 0 && w->t.c.nunseen == 0 && !w->o->deliver && w->t.boxes.n == 1 &&
	    span_eq(w->t.boxes.path[0], SPAN("-")))
		return err_set(err, EXIT_NOINPUT, "standard input is empty: no message came");
	return rc;
}

/* Bounces come for days, complaints for weeks: two weeks of logs unless the operator says otherwise. */
static int ask_once(struct work *w, const struct seek_want *seek, size_t n, struct err *err)
{
	struct options o = *w->o;
	int rc;

	o.nargs = 0;
	o.seek = seek;
	o.nseek = n;
	if (!o.since)
		o.since = "14 days ago";
	rc = inquire(&o, 0, NULL, &w->in, err);
	w->asked_logs = true;
	return rc;
}

static int ask_logs(struct work *w, struct err *err)
{
	struct seek_want *seek;
	size_t n;
	int rc = tying_seek(&w->t, w->now, &seek, &n, err);

	if (rc == 0)
		rc = ask_once(w, seek, n, err);
	if (rc == -EXIT_NOINPUT) {
		tying_unseen(&w->t, SPAN_NONE, "no mail log was found: nothing could be tied to a sender");
		return 0;
	}
	if (rc < 0)
		return rc;
	w->logs_read = true;
	for (size_t i = 0; i < w->in.q->nunseen; i++)
		tying_unseen(&w->t, SPAN_NONE, arena_str(w->t.arena, w->in.q->unseen[i]));
	return 0;
}

/* What the logs know is kept for `investigate` and `signs`; that it cannot be is no reason to say less now. */
static int remember(struct work *w, struct err *err)
{
	struct buf note = BUF_MAX(1024);
	struct config config;
	struct store *s;
	const char *dir;
	int rc = config_load(&config, w->o->config, err);

	dir = rc < 0 ? w->o->state : state_dir(w->o, &config);
	if (dir && (rc = store_open(dir, &s, &note, err)) == 0) {
		rc = tying_keep(&w->t, w->in.q, s, w->now, err);
		store_close(s);
	}
	buf_free(&note);
	config_free(&config);
	return rc;
}

/* An address of a report, as it is written or in a page's place. */
static bool is_ours(const struct sends_from *from, struct span source)
{
	struct subject one;

	if (!subject_parse(span_trim(source), &one) || one.nip == 0)
		return false;
	for (size_t i = 0; i < from->n; i++)
		if (from->subject[i].nip == one.nip && memcmp(from->subject[i].ip, one.ip, one.nip) == 0)
			return true;
	return false;
}

/* A provider's ticket says which address in its subject alone: "[203.0.113.9] report". The word that is ours, or nothing. */
static struct span ours_in(const struct sends_from *from, struct span text)
{
	static const char around[] = "[](){}<>\"',;:.";

	while (text.n) {
		ptrdiff_t end = span_find(text, 0, ' ');
		struct span word = end < 0 ? text : span_head(text, (size_t)end);

		while (word.n && memchr(around, word.p[0], sizeof(around) - 1))
			word = span_from(word, 1);
		while (word.n && memchr(around, word.p[word.n - 1], sizeof(around) - 1))
			word.n--;
		if (is_ours(from, word))
			return word;
		text = end < 0 ? SPAN_NONE : span_from(text, (size_t)end + 1);
	}
	return SPAN_NONE;
}

static bool is_own_name(const struct tying *t, struct span source)
{
	for (size_t i = 0; i < t->nnames; i++)
		if (span_eq_nocase(span_trim(source), t->names[i]))
			return true;
	return false;
}

/* What speaks of an infected host or a listing speaks of us all the same, where the address is ours. */
static void tie_addresses(struct work *w)
{
	bool live = !w->o->root || strcmp(w->o->root, "/") == 0;
	struct sends_from *from = arena_alloc(w->t.arena, sizeof(*from));
	struct config config;
	struct err unheard;

	if (config_load(&config, w->o->config, &unheard) == 0)
		sends_from_server(from, w->t.arena, &config, w->logs_read ? w->in.q : NULL, live);
	for (size_t i = 0; i < w->t.c.n; i++) {
		struct tied *t = &w->t.c.list[i];

		if (t->state < TIE_ELSEWHERE || t->c.bounce)
			continue;
		if (t->state == TIE_NOTHING && t->c.source.n == 0) {
			t->c.source = ours_in(from, t->c.about);
			if (t->c.source.n)
				t->c.why = SPAN("only its subject names the address: the text says what for");
			for (size_t k = 0; k < t->c.nhosts && !t->c.source.n; k++)
				if (is_ours(from, t->c.hosts[k])) {
					t->c.source = t->c.hosts[k];
					t->c.why = SPAN("its text names the address, and says what for");
				}
		}
		if (is_ours(from, t->c.source) || is_own_name(&w->t, t->c.source))
			t->state = TIE_ADDRESS;
	}
	config_free(&config);
}

/* By account where there is one: its mailboxes and scripts are one customer's. */
static void blame(struct work *w, const struct tied *t)
{
	struct span who = t->row->account.n ? t->row->account : t->row->id;
	size_t i = 0;

	while (i < w->t.c.nblamed && !span_eq(w->t.c.blamed[i].who, who))
		i++;
	if (i == w->t.c.nblamed)
		w->t.c.blamed[w->t.c.nblamed++].who = who;
	w->t.c.blamed[i].complaints += !t->c.bounce;
	w->t.c.blamed[i].bounces += t->c.bounce;
}

/* Complaints weigh more than bounces: an old list of addresses bounces, too. */
static int by_blame(const void *x, const void *y)
{
	const struct blamed *a = x, *b = y;

	if (a->complaints != b->complaints)
		return a->complaints > b->complaints ? -1 : 1;
	if (a->bounces != b->bounces)
		return a->bounces > b->bounces ? -1 : 1;
	return a->who.n != b->who.n ? (a->who.n > b->who.n ? 1 : -1) : memcmp(a->who.p, b->who.p, a->who.n);
}

static int print(const struct work *w, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(w->o, STDOUT_FILENO);
	struct buf again = BUF_MAX(8 << 10);
	int rc;

	/* its PATHs are mailboxes, and the next command's are none */
	options_again(w->o, "investigate", w->o->nargs, &again);
	screen.again = buf_view(&again);
	screen.zone = w->in.zone;
	screen.top = w->o->top;
	if (w->o->output == OUTPUT_JSON)
		complaints_json(&s, &w->t.c);
	else if (w->o->output == OUTPUT_PLAIN)
		complaints_plain(&s, &w->t.c);
	else
		complaints_text(&s, &w->t.c, &screen);
	rc = sink_end(&s, "standard output", err);
	buf_free(&again);
	return rc;
}

/*
 * As a mail server's command: what is printed may come back to a stranger in a bounce, so nothing is, and where a log that
 * could not be read may be why nobody was found the mail has to come again. Not where the mail itself is damaged: it would come
 * again as it is.
 */
static int delivered(struct work *w, struct err *err)
{
	for (size_t i = 0; i < w->t.c.n; i++)
		if (w->t.c.list[i].state > TIE_CONTRADICTED && w->t.c.nunseen > w->t.damaged)
			return err_set(err, EXIT_TEMPFAIL, "%s", arena_str(w->t.arena, w->t.unseen[0]));
	return w->logs_read ? remember(w, err) : err_set(err, EXIT_TEMPFAIL, "no mail log was found");
}

static int run(struct work *w, struct err *err)
{
	struct err unkept = { 0 };
	bool meant = false;
	int rc = read_mail(w, err);

	if (rc == 0)
		rc = ask_logs(w, err);
	if (rc < 0)
		return rc;
	tying_settle(&w->t, w->logs_read ? w->in.q : NULL);
	tie_addresses(w);
	w->t.c.blamed = arena_alloc(w->t.arena, (w->t.c.n + 1) * sizeof(*w->t.c.blamed));
	for (size_t i = 0; i < w->t.c.n; i++) {
		const struct tied *t = &w->t.c.list[i];

		meant = meant || t->state <= TIE_ADDRESS;
		if (t->row && t->state == TIE_LOGGED)
			blame(w, t);
	}
	if (w->t.c.nblamed)
		qsort(w->t.c.blamed, w->t.c.nblamed, sizeof(*w->t.c.blamed), by_blame);
	w->t.c.complete = w->t.c.nunseen == 0;
	if (w->o->deliver)
		return delivered(w, err);
	if (w->logs_read && remember(w, &unkept) < 0 && !w->o->quiet)
		term_tell("spamtrail: nothing of this is remembered: ", span_str(unkept.text));
	rc = print(w, err);
	return rc < 0 ? rc : !w->t.c.complete ? EXIT_INCOMPLETE : meant ? EXIT_FOUND : EXIT_NOTHING;
}

/* What is said would come back to a stranger in a bounce; the one sentence why not is for the log of who waits. */
static int be_silent(struct err *err)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return err_sys(err, EXIT_TEMPFAIL, "/dev/null cannot be used");
	close(fd);
	return 0;
}

int verb_complaints(const struct options *o, struct err *err)
{
	struct work *w;
	struct root root;
	int rc;

	if (o->deliver && be_silent(err) < 0)
		return -EXIT_TEMPFAIL;
	if (!helper_installed("spamtrail-mime"))
		return err_set(
			err, o->deliver ? EXIT_TEMPFAIL : EXIT_SOFTWARE,
			"spamtrail-mime is not beside this program: it was built without GMime or json-c");
	rc = root_open(o->root ? o->root : "/", &root, err);
	if (rc < 0)
		return o->deliver ? -EXIT_TEMPFAIL : rc;
	w = xcalloc(1, sizeof(*w));
	w->o = o;
	w->now = inquire_now(&(struct clock){ 0 });
	tying_begin(&w->t, &root, arena_new(), o->unconfined);
	rc = run(w, err);
	if (w->asked_logs)
		inquire_end(&w->in);
	arena_free(w->t.arena);
	root_close(&root);
	free(w);
	return o->deliver && rc < 0 ? -EXIT_TEMPFAIL : rc;
}
