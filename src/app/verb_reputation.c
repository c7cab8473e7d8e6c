/*
 * verb_reputation - `reputation [ADDR|DOMAIN...]`: is this server's mail refused, by whom, and which lists say so.
 *
 * Logs are read by the confined reader, packets by spamtrail-dns; here only what they found is put together.
 *
 * TRUST: refusals are other servers' words in our logs, answers any name server's; both have been checked in
 * form only. Whether a list's answer counts is for repute/ to say, and report/reputation.h escapes what is
 * shown.
 */
#include "app/config.h"
#include "app/dns_helper.h"
#include "app/helper.h"
#include "app/inquire.h"
#include "app/interrupt.h"
#include "app/lists.h"
#include "app/reader.h"
#include "app/sends_from.h"
#include "app/signs_state.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "app/verbs.h"
#include "report/reputation.h"
#include "store/store.h"
#include "sys/clock.h"
#include "repute/reputation.h"
#include "repute/identity.h"
#include "repute/check.h"
#include "repute/blocklists.h"
#include "repute/ask.h"

#include <unistd.h>

/* Sentences of each sort. */
#define TEXTS_MOST 32
/* Places that signs shows. */
#define SUMMARY_MOST 3

struct work {
	const struct options *o;
	struct config config;
	struct arena *arena;
	struct inquire in;
	bool asked_logs;
	struct sends_from from;
	struct blocklist *lists;
	size_t nlists;
	struct check *check;
	struct identities *identities;
	struct reputation r;
	struct span unseen[TEXTS_MOST], notes[TEXTS_MOST];
	struct clock clock;
};

static void say(struct work *w, struct span *list, size_t *n, const char *text)
{
	for (size_t i = 0; i < *n; i++)
		if (span_eq(list[i], span_str(text)))
			return;
	if (*n < TEXTS_MOST)
		list[(*n)++] = arena_span(w->arena, span_str(text));
}

/* --- the server's own logs and settings ------------------------------------------------------------ */

/* A week of refusals; without a log at least the settings. */
static int look_at_server(struct work *w, struct err *err)
{
	struct options o = *w->o;
	int rc;

	/* The arguments are addresses and domains, no logs to be read. */
	o.nargs = 0;
	o.refusals = true;
	if (!o.since)
		o.since = "7 days ago";
	rc = inquire(&o, 0, NULL, &w->in, err);
	w->asked_logs = true;
	if (rc == -EXIT_NOINPUT) {
		say(w, w->unseen, &w->r.nunseen,
		    "no mail log was found: who refuses this server's mail is not known");
		return 0;
	}
	if (rc < 0)
		return rc;
	w->r.logs_read = true;
	w->r.refusals = w->in.q->refusals;
	w->r.nrefusals = w->in.q->nrefusals;
	for (size_t i = 0; i < w->in.q->nunseen && w->r.nunseen < TEXTS_MOST; i++)
		w->unseen[w->r.nunseen++] = w->in.q->unseen[i];
	return 0;
}

/* What the operator names is asked about and nothing else: no log is read then. */
static int gather_subjects(struct work *w, struct err *err)
{
	bool live = !w->o->root || strcmp(w->o->root, "/") == 0;
	int rc;

	if (w->o->nargs)
		return sends_from_words(&w->from, w->o->args, (size_t)w->o->nargs, err);
	rc = look_at_server(w, err);
	if (rc < 0)
		return rc;
	sends_from_server(&w->from, w->arena, &w->config, w->in.q, live);
	if (w->from.private_only)
		say(w, w->unseen, &w->r.nunseen,
		    "only private addresses are known here: behind NAT others see another one; name it, as "
		    "an argument "
		    "or in [reputation] addresses");
	if (w->from.more)
		say(w, w->unseen, &w->r.nunseen,
		    "there are more addresses and domains than are asked about at once");
	if (w->from.n == 0 && !w->from.private_only)
		say(w, w->unseen, &w->r.nunseen,
		    live ? "no address that this server sends from is known: name it, as an argument or in "
			   "[reputation] addresses"
			 : "no address that the server beneath --root sends from is known: its logs and "
			   "settings name none, and this machine's own are not its: name it, as an argument "
			   "or "
			   "in [reputation] addresses");
	return 0;
}

/* --- asking ---------------------------------------------------------------------------------------- */

static void take(void *ctx, const struct answer *answer, struct asks *out)
{
	struct work *w = ctx;

	if (answer->id < CHECK_IDS)
		check_take(w->check, answer, out);
	else
		identities_take(w->identities, answer, out);
}

static int ask_once(struct work *w, const char *resolver, bool *ret_heard, struct err *err)
{
	struct dns_want want = {
		.resolver = resolver, .unconfined = w->o->unconfined, .ctx = w, .take = take
	};
	struct identity_want identity = { .subjects = w->from.subject,
					  .nsubjects = w->from.n,
					  .helo = w->in.q ? w->in.q->helo : SPAN_NONE,
					  .nselectors = w->config.selectors.n,
					  .keys = w->in.q ? w->in.q->dkim : NULL,
					  .nkeys = w->in.q ? w->in.q->ndkim : 0,
					  .group = (uint32_t)w->nlists };
	struct span *selectors = arena_alloc(w->arena, (w->config.selectors.n + 1) * sizeof(*selectors));
	struct asks first = { 0 };

	for (size_t i = 0; i < w->config.selectors.n; i++)
		selectors[i] = span_str(w->config.selectors.item[i].value);
	identity.selectors = selectors;
	w->check = check_new(w->arena, w->lists, w->nlists, w->from.subject, w->from.n, CHECK_PATIENCE);
	w->identities = identities_new(w->arena, &identity);
	check_start(w->check, &first);
	identities_start(w->identities, &first);
	w->r.resolver = span_str(resolver);
	return dns_ask(&want, w->arena, &first, ret_heard, err);
}

/* auto: by ourselves, as lists want it; where nothing at all gets through, by the system's resolver. */
static int ask_all(struct work *w, struct err *err)
{
	const char *resolver = w->config.resolver.value;
	bool by_itself = strcmp(resolver, "auto") == 0, heard;
	int rc = ask_once(w, by_itself ? "recursive" : resolver, &heard, err);

	if (rc == 0 && by_itself && !heard && w->from.n) {
		say(w, w->notes, &w->r.nnotes,
		    "no name server on the Internet answers from here (port 53 is closed?): the system's "
		    "resolver was "
		    "asked instead, which many lists refuse");
		rc = ask_once(w, "system", &heard, err);
	}
	if (rc == -EXIT_INCOMPLETE && interrupt_came()) {
		w->r.stopped = true;
		identities_stop(w->identities);
		say(w, w->unseen, &w->r.nunseen, err->text);
		rc = 0;
	}
	return rc;
}

/* --- the past -------------------------------------------------------------------------------------- */

/* Only what is known goes into the past: a list that did not answer leaves it as it was. */
static void keep(struct work *w, struct store *s)
{
	struct store_listing *known = arena_alloc(w->arena, (w->r.nlistings + 1) * sizeof(*known));
	size_t *which = arena_alloc(w->arena, (w->r.nlistings + 1) * sizeof(*which)), n = 0;
	struct err err = { 0 };

	for (size_t i = 0; i < w->r.nlistings; i++) {
		const struct listing *l = &w->r.listings[i];

		if (l->v.state != LIST_LISTED && l->v.state != LIST_CLEAN)
			continue;
		which[n] = i;
		known[n++] = (struct store_listing){ .address = w->from.subject[l->subject].text,
						     .list = w->lists[l->list].shown,
						     .listed = l->v.state == LIST_LISTED };
	}
	if (store_listings(s, known, n, w->r.now, &err) < 0) {
		say(w, w->notes, &w->r.nnotes, err.text);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		w->r.listings[which[i]].since = known[i].since;
		w->r.listings[which[i]].cleared = known[i].cleared;
	}
}

/* Who does not answer now has answered before: what was so then is shown, and changes nothing. */
static void recall(struct work *w, struct store *s)
{
	struct store_listing *was;
	struct err err = { 0 };
	size_t n;

	if (store_listed(s, w->arena, &was, &n, &err) < 0) {
		say(w, w->notes, &w->r.nnotes, err.text);
		return;
	}
	for (size_t i = 0; i < w->r.nlistings; i++) {
		struct listing *l = &w->r.listings[i];

		if (l->v.state == LIST_LISTED || l->v.state == LIST_CLEAN)
			continue;
		for (size_t k = 0; k < n; k++)
			if (span_eq(was[k].list, w->lists[l->list].shown) &&
			    span_eq(was[k].address, w->from.subject[l->subject].text)) {
				l->since = was[k].since;
				l->cleared = was[k].cleared;
			}
	}
}

/* For signs, which asks no name server: in how many places, and where. A policy list is no place. */
static void summarize(struct work *w, struct store *s)
{
	struct buf where = BUF_MAX(1000);
	uint32_t listed = 0, unanswered = 0;
	struct err err = { 0 };

	for (size_t i = 0; i < w->r.nlistings; i++) {
		const struct listing *l = &w->r.listings[i];

		unanswered += l->v.state != LIST_LISTED && l->v.state != LIST_CLEAN;
		if (l->v.state != LIST_LISTED || l->v.policy || listed++ >= SUMMARY_MOST)
			continue;
		buf_str(&where, where.n ? ", " : "");
		buf_span(&where, w->from.subject[l->subject].text);
		buf_str(&where, " on ");
		buf_span(&where, w->lists[l->list].shown);
	}
	if (signs_keep_reputation(s, w->r.now, listed, unanswered, buf_view(&where), &err) < 0)
		say(w, w->notes, &w->r.nnotes, err.text);
	buf_free(&where);
}

static void remember(struct work *w)
{
	const char *dir = state_dir(w->o, &w->config);
	struct buf note = BUF_MAX(1024);
	struct err err = { 0 };
	struct store *s;

	if (!dir)
		return;
	if (store_open(dir, &s, &note, &err) < 0) {
		say(w, w->notes, &w->r.nnotes, err.text);
	} else {
		keep(w, s);
		recall(w, s);
		/* what was named is not all that this server sends from, nor is what was asked before Ctrl-C */
		if (w->asked_logs && !w->r.stopped)
			summarize(w, s);
		store_close(s);
	}
	buf_free(&note);
}

/* --- the answer ------------------------------------------------------------------------------------ */

/* An answer that is not known is never "clean" (exit 3). */
static bool all_known(const struct reputation *r)
{
	for (size_t i = 0; i < r->nlistings; i++)
		if (r->listings[i].v.state != LIST_LISTED && r->listings[i].v.state != LIST_CLEAN)
			return false;
	for (size_t i = 0; i < r->nidentities; i++)
		if (r->identities[i].state == IDENTITY_NO_ANSWER)
			return false;
	return r->nunseen == 0;
}

/*
 * Where every list's test point is said not to exist no list lies: who was asked knows of no list, or reaches none. Silence, as
 * far as the lists go.
 */
static void excuse_lists(struct work *w)
{
	for (size_t i = 0; i < w->r.nlistings; i++) {
		struct list_verdict *v = &w->r.listings[i].v;

		if (v->state != LIST_LYING || !span_eq(v->answer, SPAN("none")))
			continue;
		v->state = LIST_NO_ANSWER;
		v->text = SPAN("the resolver says of every list's test point that there is no such name: it "
			       "reaches no list, or hides their answers");
	}
}

/* Where no list can be believed, "missing" is not, either: the same resolver said so. */
static void doubt_identities(struct work *w)
{
	struct identity *all = arena_alloc(w->arena, (w->r.nidentities + 1) * sizeof(*all));

	for (size_t i = 0; i < w->r.nidentities; i++) {
		all[i] = w->r.identities[i];
		if (all[i].state == IDENTITY_MISSING) {
			all[i].state = IDENTITY_NO_ANSWER;
			all[i].value = SPAN_NONE;
			all[i].text = SPAN("the resolver answers no list's test point either");
		}
	}
	w->r.identities = all;
}

static void finish(struct work *w)
{
	struct reputation *r = &w->r;
	const struct listing *found = check_listings(w->check, &r->nlistings);

	r->listings = arena_alloc(w->arena, (r->nlistings + 1) * sizeof(*r->listings));
	if (r->nlistings)
		memcpy(r->listings, found, r->nlistings * sizeof(*found));
	r->identities = identities_found(w->identities, &r->nidentities);
	remember(w);
	r->lists = w->lists;
	r->nlists = w->nlists;
	r->subjects = w->from.subject;
	r->nsubjects = w->from.n;
	r->unseen = w->unseen;
	r->notes = w->notes;
	if (reputation_deaf(r)) {
		excuse_lists(w);
		doubt_identities(w);
	}
	r->complete = all_known(r);
}

static int print(const struct work *w, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(w->o, STDOUT_FILENO);
	struct buf again = BUF_MAX(64 << 10), flags = BUF_MAX(8 << 10);
	int rc;

	options_again(w->o, "reputation", 0, &again);
	options_again(w->o, "doctor", w->o->nargs, &flags);
	screen.again = buf_view(&again);
	screen.doctor_again = buf_view(&flags);
	screen.zone = w->in.zone;
	if (w->o->output == OUTPUT_JSON)
		reputation_json(&s, &w->r);
	else if (w->o->output == OUTPUT_PLAIN)
		reputation_plain(&s, &w->r);
	else
		reputation_text(&s, &w->r, &screen);
	rc = sink_end(&s, "standard output", err);
	buf_free(&again);
	buf_free(&flags);
	return rc;
}

static int run(struct work *w, struct err *err)
{
	int rc = lists_load(w->arena, &w->config, &w->lists, &w->nlists, err);
	int64_t start;

	if (rc == 0)
		rc = gather_subjects(w, err);
	start = clock_steady_micros(&w->clock);
	if (rc == 0)
		rc = ask_all(w, err);
	w->r.microseconds = (uint64_t)(clock_steady_micros(&w->clock) - start);
	if (rc < 0)
		return rc;
	finish(w);
	rc = print(w, err);
	if (rc < 0)
		return rc;
	return !w->r.complete			      ? EXIT_INCOMPLETE
	       : reputation_count(&w->r, LIST_LISTED) ? EXIT_FOUND
						      : EXIT_NOTHING;
}

int verb_reputation(const struct options *o, struct err *err)
{
	struct work *w = xcalloc(1, sizeof(*w));
	int rc;

	if (!helper_installed("spamtrail-dns")) {
		free(w);
		return err_set(err, EXIT_SOFTWARE,
			       "spamtrail-dns is not beside this program: it was built without libunbound");
	}
	w->o = o;
	w->arena = arena_new();
	w->r.now = inquire_now(&w->clock);
	interrupt_catch();
	rc = config_load(&w->config, o->config, err);
	if (rc == 0)
		rc = run(w, err);
	if (w->asked_logs)
		inquire_end(&w->in);
	config_free(&w->config);
	arena_free(w->arena);
	free(w);
	return rc;
}
