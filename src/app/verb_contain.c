/*
 * verb_contain - `contain INCIDENT|SENDER`, `contain --all`, `setup`: a plan is made by a confined child, shown, and with
 * --apply done (contain_do.c).
 *
 * Nothing is changed without --apply, and nothing that was not shown before, but for the rest of the same
 * queue.
 * TRUST: logs, queue and configuration are read by confined children, whose plan may be an attacker's wish:
 * the actor checks every action again. Whom the operator named is his word; what the logs add to it is
 * theirs.
 */
#include "app/config.h"
#include "app/contain.h"
#include "app/inquire.h"
#include "app/reader.h"
#include "app/scan_found.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "app/verbs.h"
#include "report/plan.h"
#include "sys/clock.h"

#include <unistd.h>

/* How long `contain --all` lasts without --for: it stops innocent mail, too. */
#define BRAKE_SECONDS 1800

/* --- making it ----------------------------------------------------------------------------------------- */

/* "4h", "30m", "90s", "2d", or seconds. */
static int read_duration(const char *word, uint32_t *ret, struct err *err)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	struct span s = span_str(word);
	uint64_t n, times = 1;

	for (size_t i = 0; s.n > 1 && i < sizeof(units) / sizeof(*units); i++)
		if (s.p[s.n - 1] == units[i].unit) {
			times = units[i].seconds;
			s.n--;
			break;
		}
	if (!span_u64(s, &n) || n == 0 || n > 366u * 86400)
		return err_set(err, EXIT_USAGE, "--for takes a time such as 30m, 4h or 2d, at most a year");
	if (n * times > 366u * 86400)
		return err_set(err, EXIT_USAGE, "--for is at most a year");
	*ret = (uint32_t)(n * times);
	return 0;
}

static int read_lock(const char *word, enum plan_lock *ret, struct err *err)
{
	static const char *const words[PLAN_LOCKS] = { "auto", "hold", "mode", "403" };

	for (int i = 0; i < PLAN_LOCKS && word; i++)
		if (strcmp(word, words[i]) == 0) {
			*ret = (enum plan_lock)i;
			return 0;
		}
	return word ? err_set(err, EXIT_USAGE, "--lock takes auto, hold, mode or 403") : 0;
}

static void fill_allow(struct contain *k, const struct config *c)
{
	struct span *allow =
		arena_alloc(k->arena, (c->trusted_senders.n + c->trusted_folders.n + 1) * sizeof(*allow));
	size_t n = 0;

	for (size_t i = 0; i < c->trusted_senders.n; i++)
		allow[n++] = span_str(c->trusted_senders.item[i].value);
	for (size_t i = 0; i < c->trusted_folders.n; i++)
		allow[n++] = span_str(c->trusted_folders.item[i].value);
	k->want.allow = allow;
	k->want.nallow = n;
}

/* The commands that a plan's sentences name. */
static void fill_again(struct contain *k)
{
	static const char *const verbs[PLAN_VERBS] = { [PLAN_SAY_CONTAIN] = "contain",
						       [PLAN_SAY_QUEUE] = "queue",
						       [PLAN_SAY_SETUP] = "setup",
						       [PLAN_SAY_UNDO] = "undo" };

	for (int i = 0; i < PLAN_VERBS; i++) {
		struct buf text = BUF_MAX(16384);

		options_again(k->o, verbs[i], k->o->nargs, &text);
		k->want.again[i] = arena_span(k->arena, buf_view(&text));
		buf_free(&text);
	}
}

/* Where the queues lie; the inquiry of the logs does not always tell. */
static int learn_facts(struct contain *k, struct err *err)
{
	struct clock clock = { 0 };
	struct reader_want want = { .root = &k->root,
				    .now = inquire_now(&clock),
				    .unconfined = k->o->unconfined,
				    .facts_only = true };
	struct inquiry *q = NULL;
	int rc = reader_inquire(&want, k->arena, &q, err);

	k->mail.facts = q;
	return rc;
}

static void add_note(struct contain *k, struct span note)
{
	struct plan *p = k->plan;
	struct span *notes = arena_alloc(k->arena, (p->nnotes + 1) * sizeof(*notes));

	if (p->nnotes)
		memcpy(notes, p->notes, p->nnotes * sizeof(*notes));
	notes[p->nnotes++] = note;
	p->notes = notes;
}

/* What only root may read is missing from what anybody else is shown, and a plan must not look whole that is not. */
static void tell_unprivileged(struct contain *k)
{
	if (geteuid() != 0)
		add_note(k, SPAN("planned without root: what only root may read is not in it, nor is known "
				 "what an operator took back of it"));
}

/* An image's own state is an attacker's, and this host's knows nothing of images: only the operator can say where. */
static void tell_no_journal(struct contain *k)
{
	if (!k->journal && k->plan->nactions)
		add_note(k, SPAN("with --root, --apply also takes --state DIR: a folder of this host, which "
				 "keeps "
				 "the journal of what is done there and is made where there is none"));
}

/* --- showing it ---------------------------------------------------------------------------------------- */

/* The first whom the incident's plan leaves alone, by his name: then it is the operator's word. */
static void name_him(const struct contain *k, struct buf *out)
{
	const struct row *r = k->whom.rows;

	if (!k->whom.incident.n || k->whom.nrows == 0 || r->grade == 'A')
		return;
	buf_str(out, "spamtrail contain");
	options_sender(out, r->kind, r->id);
	options_again(k->o, k->verb, 1, out);
}

static void next_command(const struct contain *k, struct buf *out)
{
	if (k->o->apply)
		return;
	if (k->plan->nactions == 0) {
		name_him(k, out);
		return;
	}
	buf_addf(out, "spamtrail %s", k->verb);
	if (k->o->all)
		buf_str(out, " --all");
	options_again(k->o, k->verb, 0, out);
	if (!k->journal)
		buf_str(out, " --state DIR");
	if (k->o->duration)
		buf_addf(out, " --for %s", k->o->duration);
	if (k->o->from)
		buf_addf(out, " --from %s", k->o->from);
	if (k->o->lock)
		buf_addf(out, " --lock %s", k->o->lock);
	if (k->o->permissions)
		buf_str(out, " --permissions");
	if (k->o->credentials)
		buf_str(out, " --credentials");
	buf_str(out, " --apply");
}

static bool will_do(const struct contain *k)
{
	return k->o->apply && !k->o->dry_run && k->plan->nactions;
}

/* Who is asked has to see what, whatever a script gets. */
static int show(struct contain *k, struct err *err)
{
	bool later = k->o->output == OUTPUT_JSON && will_do(k); /* by apply */
	const char *helpless = k->helpless ? "nothing that spamtrail can do stops him" : NULL;
	struct buf next = BUF_MAX(8192);
	struct sink s;

	if (later && k->o->yes)
		return 0;
	s = sink_new(later ? STDERR_FILENO : STDOUT_FILENO);
	next_command(k, &next);
	if (k->o->output == OUTPUT_JSON && !later)
		plan_json(&s, k->plan, helpless, k->verb);
	else if (k->o->output == OUTPUT_PLAIN)
		plan_plain(&s, k->plan, helpless);
	else
		plan_text(&s, k->plan, &k->screen, k->want.task == PLAN_SETUP, helpless, buf_view(&next));
	buf_free(&next);
	return sink_end(&s, "standard output", err);
}

/* --- the verbs ----------------------------------------------------------------------------------------- */

/* What the operator's words, his configuration and earlier scans say; the logs add whom (make_plan). */
static int fill_want(struct contain *k, const struct config *c, struct err *err)
{
	struct scan_finding *found = NULL;
	int rc = read_lock(k->o->lock, &k->want.lock, err);

	fill_allow(k, c);
	fill_again(k);
	k->want.nfindings = scan_found_all(k->journal, k->arena, &found);
	k->want.findings = found;
	k->want.from = span_str(k->o->from);
	k->want.permissions = k->o->permissions;
	k->want.credentials = k->o->credentials;
	k->want.elsewhere = options_image(k->o);
	if (k->want.task == PLAN_BRAKE)
		k->want.lifetime = BRAKE_SECONDS;
	if (rc == 0 && k->o->duration)
		rc = read_duration(k->o->duration, &k->want.lifetime, err);
	return rc;
}

static int make_plan(struct contain *k, struct err *err)
{
	int rc = learn_facts(k, err);

	if (rc == 0 && k->want.task == PLAN_CONTAIN)
		rc = whom_find(&k->whom, err);
	k->want.incident = k->whom.incident;
	k->want.rows = k->whom.rows;
	k->want.nrows = k->whom.nrows;
	if (rc == 0)
		rc = his_mail_read(&k->mail, &k->want, err);
	if (rc == 0)
		rc = contain_plan(k, err);
	if (rc == 0)
		rc = contain_leave_out(k, err);
	return rc;
}

static int run(struct contain *k, struct err *err)
{
	bool unknown;
	int rc = make_plan(k, err);

	if (rc != 0)
		return rc;
	unknown = k->whom.unheard && k->plan->nactions == 0 && k->plan->nnotes == 0;
	/* of whom nobody knows nothing is said but that */
	k->helpless = k->helpless && !unknown;
	tell_unprivileged(k);
	tell_no_journal(k);
	rc = show(k, err);
	if (rc == 0 && unknown)
		rc = whom_unknown(&k->whom, err);
	else if (rc == 0 && k->helpless)
		rc = EXIT_INCOMPLETE;
	else if (rc == 0 && will_do(k))
		rc = contain_do(k, err);
	return rc;
}

static int with(const struct options *o, const char *verb, enum plan_task task, struct err *err)
{
	struct contain k = {
		.o = o, .verb = verb, .want = { .task = task }, .screen = term_screen(o, STDOUT_FILENO)
	};
	struct config config;
	int rc = root_open(o->root ? o->root : "/", &k.root, err);

	if (rc < 0)
		return rc;
	k.arena = arena_new();
	k.whom = (struct whom){ .o = o, .arena = k.arena };
	k.mail = (struct his_mail){ .root = &k.root, .whom = &k.whom };
	rc = config_load(&config, o->config, err);
	if (rc == 0) {
		k.journal = state_dir(o, &config);
		rc = fill_want(&k, &config, err);
	}
	if (rc == 0)
		rc = run(&k, err);
	whom_end(&k.whom);
	config_free(&config);
	arena_free(k.arena);
	root_close(&k.root);
	return rc;
}

int verb_contain(const struct options *o, struct err *err)
{
	if (o->all != (o->nargs == 0))
		return err_set(err, EXIT_USAGE, "usage: spamtrail contain INCIDENT|SENDER, or contain --all");
	return with(o, "contain", o->all ? PLAN_BRAKE : PLAN_CONTAIN, err);
}

int verb_setup(const struct options *o, struct err *err)
{
	struct options undo = *o;
	char *word[] = { (char *)"setup", NULL };

	if (!o->remove)
		return with(o, "setup", PLAN_SETUP, err);
	undo.args = word;
	undo.nargs = 1;
	return verb_undo(&undo, err);
}
