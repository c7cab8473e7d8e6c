/*
 * verb_scan - `scan PATH...`: malicious scripts, found by what they do. For each PATH a confined scanner of its own, which
 * can read beneath that folder and do nothing else.
 *
 * TRUST: the scanner may have been taken over by what it read: its messages are checked whole, and paths and texts are
 * only shown.
 */
#include "app/confined.h"
#include "app/progress.h"
#include "app/scan_child.h"
#include "app/term.h"
#include "app/verbs.h"
#include "app/when.h"
#include "base/codec.h"
#include "report/scan.h"
#include "sys/beneath.h"
#include "sys/clock.h"

#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS_SPACE ((uint64_t)2 << 30)
#define FILES_OPEN 64
/* Held in memory until all is sorted; beyond, the answer is called incomplete. */
#define FINDINGS_MOST 100000
#define SKIPS_MOST 10000
#define WORKERS_MOST 8

struct scanning {
	const struct options *o;
	struct arena *arena;
	struct scan_report r;
	size_t findings_cap, skips_cap;
	struct progress progress;
	struct clock clock;
	const char *prefix; /* of the paths that come */
	uint64_t files, bytes; /* of the folders before this one */
	bool incomplete;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* PREFIX/PATH. */
static struct span whole_path(struct scanning *s, struct span path)
{
	size_t n = strlen(s->prefix);
	char *p;

	if (!path.n)
		return span_str(s->prefix);
	p = arena_alloc(s->arena, n + path.n + 1);
	memcpy(p, s->prefix, n);
	if (n && p[n - 1] != '/')
		p[n++] = '/';
	memcpy(p + n, path.p, path.n);
	return span_of(p, n + path.n);
}

static int take_finding(struct scanning *s, struct span body, struct err *err)
{
	struct unpacker u;
	struct codec c = { .from = &u, .arena = s->arena };
	struct scan_finding f = { 0 };
	struct scan_report *r = &s->r;

	body = arena_span(s->arena, body);
	u = (struct unpacker){ .left = body };
	code_scan_finding(&c, &f);
	/* A scanner that sends a clean file has lost its way or its will: nothing of it is believed. */
	if (!unpack_done(&u) || f.verdict == SCAN_CLEAN || body.n > SCAN_FINDING_MOST)
		return err_set(err, EXIT_SOFTWARE, "the scanner sent a finding that makes no sense");
	if (r->findings == FINDINGS_MOST) {
		s->incomplete = true;
		return 0;
	}
	if (r->findings == s->findings_cap) {
		s->findings_cap = s->findings_cap ? s->findings_cap * 2 : 64;
		r->finding = xrealloc(r->finding, s->findings_cap * sizeof(*r->finding));
	}
	f.path = whole_path(s, f.path);
	r->finding[r->findings++] = f;
	return 0;
}

static void keep_skip(struct scanning *s, struct span path, struct span why)
{
	struct scan_report *r = &s->r;

	if (r->skips == SKIPS_MOST) {
		r->skips_more++;
		return;
	}
	if (r->skips == s->skips_cap) {
		s->skips_cap = s->skips_cap ? s->skips_cap * 2 : 64;
		r->skip = xrealloc(r->skip, s->skips_cap * sizeof(*r->skip));
	}
	r->skip[r->skips++] = (struct scan_skip){ whole_path(s, path), arena_span(s->arena, why) };
}

static int take_skip(struct scanning *s, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	struct span path = unpack_span(&u), why = unpack_span(&u);
	bool harmless = unpack_bool(&u);

	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the scanner skipped a file in a way that makes no sense");
	s->incomplete |= !harmless;
	keep_skip(s, path, why);
	return 0;
}

static int take_counts(struct scanning *s, const struct message *m, struct err *err)
{
	struct unpacker u = { .left = m->body };
	uint64_t files = unpack_u64(&u), bytes = unpack_u64(&u);

	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the scanner counts in a way that makes no sense");
	s->r.files = s->files + files;
	s->r.bytes = s->bytes + bytes;
	progress_show(&s->progress, s->r.bytes, 0, clock_steady_micros(&s->clock));
	return 0;
}

/* 1: the scanner is done. */
static int take(struct scanning *s, const struct message *m, struct err *err)
{
	int rc;

	switch (m->type) {
	case SCAN_FINDING:
		return take_finding(s, m->body, err);
	case SCAN_SKIP:
		return take_skip(s, m->body, err);
	case SCAN_PROGRESS:
	case SCAN_END:
		rc = take_counts(s, m, err);
		return rc < 0 ? rc : m->type == SCAN_END;
	default:
		return err_set(err, EXIT_SOFTWARE, "the scanner spoke out of turn (%u)", m->type);
	}
}

static int serve(struct scanning *s, struct channel *channel, struct err *err)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (interrupted) {
			s->incomplete = true;
			keep_skip(s, SPAN_NONE, SPAN("interrupted: what comes behind was not read"));
			return 0;
		}
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the scanner ended without a result");
		rc = take(s, &m, err);
		if (rc)
			return rc < 0 ? rc : 0;
	}
}

static unsigned workers(void)
{
	const char *fixed = getenv("SPAMTRAIL_TEST_WORKERS");
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t given;

	if (fixed && span_u64(span_str(fixed), &given) && given > 0)
		n = (long)given;
	return n < 1 ? 1 : n > WORKERS_MOST ? WORKERS_MOST : (unsigned)n;
}

/* On the live host a folder is read as its owner; root's own, and an image's, as nobody who may only read. */
static uint32_t account_of(const struct root *root, int dir)
{
	struct stat st;

	if (geteuid() != 0 || root->kind != ROOT_HOST || fstat(dir, &st) < 0)
		return 0;
	return st.st_uid;
}

static int scan_folder(struct scanning *s, const struct root *root, struct root *home, const char *only,
		       int64_t since, struct err *err)
{
	struct scan_want want = { .dir = home->fd, .only = only, .workers = workers(), .since = since };
	struct confined_want cw = {
		.name = "scanner",
		.unconfined = s->o->unconfined,
		.files = FILES_OPEN,
		.memory = ADDRESS_SPACE,
		.keep = &home->fd,
		.nkeep = 1,
		.below = true,
		.account = account_of(root, home->fd),
		.answer_most = 4096,
		.ctx = &want,
		.main = scan_child,
	};
	struct confined child;
	int rc;

	if (home->by_steps)
		return err_set(err, EXIT_NOPERM, "this kernel has no openat2, which scan needs: Linux 5.6");
	rc = confined_start(&cw, &child, err);
	if (rc < 0)
		return rc;
	rc = serve(s, &child.channel, err);
	rc = confined_end(&child, cw.name, rc, err);
	s->files = s->r.files;
	s->bytes = s->r.bytes;
	return rc;
}

/* PATH's folder and, where it is a file, its name in it. */
static int scan_path(struct scanning *s, const struct root *root, const char *path, int64_t since,
		     struct err *err)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/'), *only = NULL;
	struct file_status st;
	struct root home;
	int rc = beneath_status(root, path, &st, err);

	if (rc < 0)
		return rc;
	s->prefix = path;
	snprintf(folder, sizeof(folder), "%s", path);
	if (S_ISREG(st.mode)) {
		only = slash ? slash + 1 : path;
		snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + (slash == path) : 1,
			 slash ? path : ".");
		s->prefix = slash ? folder : "";
	} else if (!S_ISDIR(st.mode)) {
		return err_set(err, EXIT_NOINPUT, "%s: neither a file nor a folder", path);
	}
	s->prefix = arena_str(s->arena, span_str(s->prefix));
	rc = root_open_home(root, folder, &home, err);
	if (rc < 0)
		return rc;
	rc = scan_folder(s, root, &home, only, since, err);
	root_close(&home);
	return rc;
}

static int by_path(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int finding_order(const void *a, const void *b)
{
	return by_path(((const struct scan_finding *)a)->path, ((const struct scan_finding *)b)->path);
}

static int skip_order(const void *a, const void *b)
{
	const struct scan_skip *x = a, *y = b;
	int order = by_path(x->path, y->path);

	return order ? order : by_path(x->why, y->why);
}

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

static int print(struct scanning *s, bool live, struct err *err)
{
	struct sink out = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(s->o, STDOUT_FILENO);

	screen.top = s->o->top;
	if (s->r.findings)
		qsort(s->r.finding, s->r.findings, sizeof(*s->r.finding), finding_order);
	if (s->r.skips)
		qsort(s->r.skip, s->r.skips, sizeof(*s->r.skip), skip_order);
	if (s->o->output == OUTPUT_JSON)
		scan_json(&out, &s->r, NULL, live ? owner : no_owner);
	else if (s->o->output == OUTPUT_PLAIN)
		scan_plain(&out, &s->r);
	else
		scan_text(&out, &s->r, &screen, s->o->explain, s->o->quiet);
	return sink_end(&out, "standard output", err);
}

int verb_scan(const struct options *o, struct err *err)
{
	struct scanning s = { .o = o, .arena = arena_new() };
	uint64_t began = (uint64_t)clock_steady_micros(&s.clock);
	struct root root;
	int64_t since = 0;
	int rc = root_open(o->root ? o->root : "/", &root, err);

	if (rc < 0) {
		arena_free(s.arena);
		return rc;
	}
	if (o->since)
		rc = when_parse(span_str(o->since), clock_seconds(&s.clock), NULL, &since, err);
	s.progress = progress_new(STDERR_FILENO, o->quiet, began);
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_interrupt }, NULL);
	for (int i = 0; rc == 0 && i < o->nargs && !interrupted; i++)
		rc = scan_path(&s, &root, o->args[i], since, err);
	progress_end(&s.progress);
	s.r.seconds = (double)((uint64_t)clock_steady_micros(&s.clock) - began) / 1e6;
	s.r.complete = !s.incomplete;
	if (rc == 0)
		rc = print(&s, root.kind == ROOT_HOST, err);
	if (rc == 0)
		rc = s.incomplete ? EXIT_INCOMPLETE : s.r.findings ? EXIT_FOUND : EXIT_NOTHING;
	free(s.r.finding);
	free(s.r.skip);
	arena_free(s.arena);
	root_close(&root);
	return rc;
}
