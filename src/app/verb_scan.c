/*
 * verb_scan - `scan PATH...`, `--account USER`, `--incident ID`: malicious scripts, found by what they do. For each folder a
 * confined scanner of its own, which can read beneath it and do nothing else.
 *
 * From an incident the answer comes twice on a screen: what lies around the script that mailed as soon as it is known, then
 * what else the home holds.
 * TRUST: findings come from scanners that have read hostile files: they were checked in form, and are only shown.
 */
#include "app/beside.h"
#include "app/interrupt.h"
#include "app/scan_packed.h"
#include "app/scan_targets.h"
#include "app/scanning.h"
#include "app/term.h"
#include "app/verbs.h"
#include "report/scan.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static const char *owner(uint32_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw ? pw->pw_name : NULL;
}

static const char *no_owner(uint32_t uid)
{
	(void)uid;
	return NULL;
}

static bool is_mailer(const struct scan_finding *f)
{
	return f->class == CLASS_MAILER || f->class == CLASS_CREDENTIAL_MAILER;
}

/* The true mailer first: by nearness, then who mails, then who is worse. */
static int by_rank(const void *a, const void *b)
{
	const struct scan_finding *x = a, *y = b;
	int order = (int)x->rank - (int)y->rank;

	if (!order)
		order = is_mailer(y) - is_mailer(x);
	if (!order)
		order = (x->score < y->score) - (x->score > y->score);
	if (!order)
		order = span_compare(x->path, y->path);
	return order;
}

/* Of another file: not the arguments. */
static void repeat(const void *o, const char *verb, struct buf *out)
{
	options_again(o, verb, ((const struct options *)o)->nargs, out);
}

static int print(struct scanning *s, bool first, struct err *err)
{
	struct sink out = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(s->o, STDOUT_FILENO);
	struct buf again = BUF_MAX(4096);
	int rc;

	screen.top = s->o->top;
	screen.repeat = repeat;
	screen.repeat_ctx = s->o;
	if (s->o->incident) {
		buf_str(&again, "spamtrail contain");
		options_quote(&again, s->o->incident);
		options_again(s->o, "contain", s->o->nargs, &again);
	}
	screen.again = buf_view(&again);
	scanning_sort(s);
	if (s->o->incident && s->r.findings)
		qsort(s->r.finding, s->r.findings, sizeof(*s->r.finding), by_rank);
	if (s->o->output == OUTPUT_JSON)
		scan_json(&out, &s->r, NULL, s->root.kind == ROOT_HOST ? owner : no_owner);
	else if (s->o->output == OUTPUT_PLAIN)
		scan_plain(&out, &s->r);
	else if (first)
		scan_text_first(&out, &s->r, &screen, s->o->explain);
	else
		scan_text(&out, &s->r, &screen, s->o->explain, s->o->quiet);
	rc = sink_end(&out, "standard output", err);
	buf_free(&again);
	return rc;
}

/* What is found around the script that mailed is shown before a home of any size is read. */
static void show_near(struct scanning *s)
{
	struct err unheard;

	if (s->o->output != OUTPUT_SCREEN || s->r.findings == 0)
		return;
	progress_end(&s->progress);
	print(s, true, &unheard);
	for (size_t i = 0; i < s->r.findings && !s->o->top; i++)
		s->r.finding[i].shown = true;
}

static int scan_all(struct scanning *s, struct err *err)
{
	struct scan_targets targets;
	size_t read = 0;
	int rc = scan_targets_find(s, &targets, err);

	if (rc < 0)
		return rc;
	scan_rules_read(s);
	scan_keep_open(s);
	s->beside = beside_new(s);
	s->packed = scan_packed_new(s);
	for (size_t i = 0; i < targets.n; i++)
		if (targets.target[i].whole)
			beside_run_maldet(s, targets.target[i].folder);
	scan_rules_named(s);
	for (size_t i = 0; i < targets.n && !interrupt_came(); i++) {
		struct err why = { 0 };
		int one;

		scan_rules_packages(s, targets.target[i].folder);
		one = scanning_folder(s, &targets.target[i], &why);
		read += one == 0;
		if (one < 0 && rc == 0)
			rc = err_set(err, (enum exit_code) - one, "%s", why.text);
		/* one folder's end is not the others': what is found in them is told */
		if (one < 0)
			scanning_note(s, span_str(why.text));
		/* where the logs say somebody has his home there may be none any more */
		s->incomplete |= one < 0 && (one != -EXIT_NOINPUT || i >= targets.near);
		if (i + 1 == targets.near) {
			show_near(s);
			scan_targets_age(s, &targets);
		}
	}
	if (read || s->r.findings)
		rc = 0;
	if (rc == 0)
		beside_join(s->beside, s);
	return rc;
}

int verb_scan(const struct options *o, struct err *err)
{
	struct scanning s = { .o = o };
	uint64_t began = (uint64_t)clock_steady_micros(&s.clock);
	int rc = root_open(o->root ? o->root : "/", &s.root, err);

	if (rc < 0)
		return rc;
	s.arena = arena_new();
	s.rule_arena = arena_new();
	s.now = clock_seconds(&s.clock);
	s.progress = progress_new(STDERR_FILENO, o->quiet, began);
	rc = config_load(&s.config, o->config, err);
	interrupt_catch();
	if (rc == 0)
		rc = scan_all(&s, err);
	progress_end(&s.progress);
	s.r.seconds = (double)((uint64_t)clock_steady_micros(&s.clock) - began) / 1e6;
	s.r.complete = !s.incomplete;
	if (rc == 0)
		rc = print(&s, false, err);
	if (rc == 0)
		rc = s.incomplete ? EXIT_INCOMPLETE : s.r.findings ? EXIT_FOUND : EXIT_NOTHING;
	beside_free(s.beside);
	scan_packed_free(s.packed);
	scan_keep_close(&s);
	config_free(&s.config);
	free(s.r.finding);
	free(s.r.skip);
	free(s.r.note);
	free(s.rule);
	arena_free(s.rule_arena);
	arena_free(s.arena);
	root_close(&s.root);
	return rc;
}
