/*
 * scanning - see scanning.h: the command line's side of one confined scanner.
 *
 * What a scanner can make us keep is bounded: findings and skips by number, their texts by bytes. Beyond, the answer is
 * called incomplete.
 * TRUST: as in scanning.h.
 */
#include "app/scanning.h"

#include "app/beside.h"
#include "app/confined.h"
#include "app/interrupt.h"
#include "app/scan_packed.h"
#include "base/codec.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS_SPACE ((uint64_t)2 << 30) /* limit scan, bytes: memory of the scanner */
#define FILES_OPEN 64
#define FINDINGS_MOST 100000 /* limit scan: findings */
#define FINDINGS_BYTES ((size_t)48 << 20)
#define SKIPS_MOST 10000 /* limit scan: files that were not read, by name */
#define NOTES_MOST 100
#define WORKERS_MOST 8

struct span scanning_path(struct scanning *s, struct span path)
{
	const char *prefix = s->target ? s->target->prefix : "";
	size_t n = strlen(prefix);
	char *p;

	if (!path.n)
		return span_str(prefix);
	p = arena_alloc(s->arena, n + path.n + 1);
	memcpy(p, prefix, n);
	if (n && p[n - 1] != '/')
		p[n++] = '/';
	memcpy(p + n, path.p, path.n);
	return span_of(p, n + path.n);
}

/* --- what is kept ------------------------------------------------------------------------------ */

bool scanning_is_full(const struct scanning *s)
{
	return s->r.findings == FINDINGS_MOST || arena_bytes(s->arena) > FINDINGS_BYTES;
}

void scanning_add(struct scanning *s, const struct scan_finding *f)
{
	struct scan_report *r = &s->r;

	if (scanning_is_full(s)) {
		s->incomplete = true;
		scanning_note(s, SPAN("more was found than can be told: scan smaller folders"));
		return;
	}
	if (r->findings == s->findings_cap) {
		s->findings_cap = s->findings_cap ? s->findings_cap * 2 : 64;
		r->finding = xrealloc(r->finding, s->findings_cap * sizeof(*r->finding));
	}
	r->finding[r->findings++] = *f;
}

static void keep_skip(struct scanning *s, struct span path, struct span why, bool harmless)
{
	struct scan_report *r = &s->r;

	/* a thousand links leave room for the one file that should have been read */
	if (r->skips == SKIPS_MOST || (harmless && r->skips >= SKIPS_MOST / 2) ||
	    arena_bytes(s->arena) > FINDINGS_BYTES) {
		r->skips_more++;
		return;
	}
	if (r->skips == s->skips_cap) {
		s->skips_cap = s->skips_cap ? s->skips_cap * 2 : 64;
		r->skip = xrealloc(r->skip, s->skips_cap * sizeof(*r->skip));
	}
	r->skip[r->skips++] =
		(struct scan_skip){ scanning_path(s, path), arena_span(s->arena, why), harmless };
}

void scanning_skip(struct scanning *s, struct span path, struct span why)
{
	keep_skip(s, path, why, false);
}

void scanning_skip_harmless(struct scanning *s, struct span path, struct span why)
{
	keep_skip(s, path, why, true);
}

void scanning_note(struct scanning *s, struct span text)
{
	struct scan_report *r = &s->r;

	for (size_t i = 0; i < r->notes; i++)
		if (span_eq(r->note[i], text))
			return;
	if (r->notes == NOTES_MOST)
		return;
	if (r->notes == s->notes_cap) {
		s->notes_cap = s->notes_cap ? s->notes_cap * 2 : 8;
		r->note = xrealloc(r->note, s->notes_cap * sizeof(*r->note));
	}
	r->note[r->notes++] = arena_span(s->arena, text);
}

/* --- what the scanner says --------------------------------------------------------------------- */

/* A finding, a limit, or both; with LOOK a file that is clean to us. */
static int unpack_told(struct scanning *s, struct span body, bool look, struct scan_finding *ret,
		       struct span *ret_why, struct err *err)
{
	struct unpacker u = { .left = arena_span(s->arena, body) };
	struct codec c = { .from = &u, .arena = s->arena };
	struct scan_finding f = { 0 };
	struct span why = SPAN_NONE;

	code_scan_told(&c, &f, &why);
	/* A scanner that calls a clean file a finding has lost its way or its will: nothing of it is believed. */
	if (!unpack_done(&u) || (look ? f.verdict != SCAN_CLEAN : f.verdict == SCAN_CLEAN && !why.n) ||
	    body.n > SCAN_FINDING_MOST)
		return err_set(err, EXIT_SOFTWARE, "the scanner sent a finding that makes no sense");
	*ret = f;
	*ret_why = why;
	return 0;
}

void scanning_name(struct scanning *s, struct scan_finding *f, const struct beside_answer *answer)
{
	size_t n = f->engines + answer->n, m = f->reasons + answer->n;
	struct span *engine = arena_alloc(s->arena, (n + 1) * sizeof(*engine));
	struct scan_reason *reason = arena_alloc(s->arena, (m + 1) * sizeof(*reason));
	bool sure = false;

	if (f->engines)
		memcpy(engine, f->engine, f->engines * sizeof(*engine));
	if (f->reasons)
		memcpy(reason, f->reason, f->reasons * sizeof(*reason));
	for (size_t i = 0; i < answer->n; i++) {
		engine[f->engines++] = answer->name[i];
		reason[f->reasons++] = (struct scan_reason){ .rule = SPAN("named"),
							     .text = answer->text[i],
							     .weight = answer->weight[i] };
		f->score = f->score > answer->weight[i] ? f->score : answer->weight[i];
		sure |= answer->weight[i] >= 10;
	}
	f->engine = engine;
	f->reason = reason;
	if (f->verdict == SCAN_CLEAN)
		f->class = CLASS_SIGNATURE;
	/* names do not add up: noisy rules come in dozens */
	if (sure || f->verdict == SCAN_CLEAN)
		f->verdict = sure ? SCAN_MALICIOUS : SCAN_SUSPICIOUS;
}

/* Nothing of it is kept: whoever plants a million scripts does not fill our memory with them. */
static int told_beyond(struct scanning *s, struct span body, struct err *err)
{
	struct arena *all = s->arena;
	struct scan_finding f = { 0 };
	struct span why = SPAN_NONE;
	int rc;

	s->arena = arena_new();
	rc = unpack_told(s, body, false, &f, &why, err);
	arena_free(s->arena);
	s->arena = all;
	if (rc < 0)
		return rc;
	s->r.skips_more += why.n > 0;
	s->incomplete |= why.n > 0;
	if (f.verdict != SCAN_CLEAN)
		scanning_add(s, &f);
	return 0;
}

/* One file of which there is something to say; others are asked about it, if it came along. */
static int told_of(struct scanning *s, struct span body, const enum scan_rank *rank, const struct message *m,
		   struct err *err)
{
	struct beside_answer answer = { 0 };
	struct scan_finding f = { 0 };
	struct span why = SPAN_NONE;
	int rc;

	if (scanning_is_full(s))
		return told_beyond(s, body, err);
	rc = unpack_told(s, body, false, &f, &why, err);
	if (rc < 0)
		return rc;
	if (rank)
		f.rank = *rank;
	if (m->nfds)
		beside_ask(s->beside, m->fds[0], true, scanning_path(s, f.path), &answer);
	if (answer.failed.n)
		scanning_skip(s, f.path, answer.failed);
	if (why.n)
		scanning_skip(s, f.path, why);
	s->incomplete |= answer.failed.n || why.n;
	f.path = scanning_path(s, f.path);
	if (answer.n)
		scanning_name(s, &f, &answer);
	if (f.verdict != SCAN_CLEAN)
		scanning_add(s, &f);
	return 0;
}

static int take_finding(struct scanning *s, const struct message *m, struct err *err)
{
	struct unpacker u = { .left = m->body };
	uint64_t print = unpack_u64(&u);
	int rc = told_of(s, u.left, NULL, m, err);

	if (rc == 0)
		scan_keep_told(s, print, u.left);
	return rc;
}

static int take_again(struct scanning *s, const struct message *m, struct err *err)
{
	struct unpacker u = { .left = m->body };
	uint64_t print = unpack_u64(&u);
	enum scan_rank rank = (enum scan_rank)unpack_u8(&u);
	struct span body = scan_keep_find(s, print);

	if (!unpack_done(&u) || !body.n || (unsigned)rank >= SCAN_RANKS)
		return err_set(err, EXIT_SOFTWARE, "the scanner remembers what nobody knows");
	scan_keep_told(s, print, body);
	return told_of(s, body, &rank, m, err);
}

static int take_look(struct scanning *s, const struct message *m, struct err *err)
{
	struct unpacker u = { .left = m->body };
	uint64_t print = unpack_u64(&u);
	struct beside_answer answer = { 0 };
	struct arena *all = s->arena;
	struct scan_finding f = { 0 };
	struct span why = SPAN_NONE;
	int rc;

	if (u.failed || m->nfds != 1)
		return err_set(err, EXIT_SOFTWARE, "the scanner showed a file in a way that makes no sense");
	/* most are clean, and nothing of them is kept */
	s->arena = arena_new();
	rc = unpack_told(s, u.left, true, &f, &why, err);
	if (rc == 0)
		beside_ask(s->beside, m->fds[0], false, scanning_path(s, f.path), &answer);
	arena_free(s->arena);
	s->arena = all;
	if (rc < 0)
		return rc;
	if (answer.n == 0 && answer.failed.n == 0) {
		scan_keep_prints(s, &print, print != 0);
		return 0;
	}
	rc = unpack_told(s, u.left, true, &f, &why, err);
	if (rc < 0)
		return rc;
	if (answer.failed.n)
		scanning_skip(s, f.path, answer.failed);
	s->incomplete |= answer.failed.n > 0;
	f.path = scanning_path(s, f.path);
	if (answer.n) {
		scanning_name(s, &f, &answer);
		scanning_add(s, &f);
	}
	return 0;
}

static int take_skip(struct scanning *s, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	struct span path = unpack_span(&u), why = unpack_span(&u);
	bool harmless = unpack_bool(&u);

	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the scanner skipped a file in a way that makes no sense");
	s->incomplete |= !harmless;
	keep_skip(s, path, why, harmless);
	return 0;
}

static int take_counts(struct scanning *s, const struct message *m, struct err *err)
{
	struct unpacker u = { .left = m->body };
	uint64_t files = unpack_u64(&u), bytes = unpack_u64(&u), known = unpack_u64(&u);

	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the scanner counts in a way that makes no sense");
	s->r.files = s->files + files;
	s->r.bytes = s->bytes + bytes;
	s->r.known = s->known + known;
	progress_files(&s->progress, s->r.files, s->r.bytes, s->was.files ? s->files + s->was.files : 0,
		       (uint64_t)clock_steady_micros(&s->clock));
	return 0;
}

static int take_prints(struct scanning *s, struct span body, struct err *err)
{
	uint64_t *print;

	if (body.n % sizeof(*print))
		return err_set(err, EXIT_SOFTWARE,
			       "the scanner told clean files in a way that makes no sense");
	/* the message lies anywhere */
	print = xmalloc(body.n + 1);
	memcpy(print, body.p, body.n);
	scan_keep_prints(s, print, body.n / sizeof(*print));
	free(print);
	return 0;
}

static int take_task(struct scanning *s, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	uint32_t number = unpack_u32(&u);

	if (!unpack_done(&u) || number >= s->target->tasks)
		return err_set(err, EXIT_SOFTWARE, "the scanner has done what nobody asked for");
	return 0;
}

/* 1: the scanner is done. */
static int take(struct scanning *s, const struct message *m, struct err *err)
{
	int rc;

	switch (m->type) {
	case SCAN_FINDING:
		return take_finding(s, m, err);
	case SCAN_AGAIN:
		return take_again(s, m, err);
	case SCAN_LOOK:
		return take_look(s, m, err);
	case SCAN_SKIP:
		return take_skip(s, m->body, err);
	case SCAN_PRINTS:
		return take_prints(s, m->body, err);
	case SCAN_TASK:
		return take_task(s, m->body, err);
	case SCAN_PACKED:
		return scan_packed_look(s, m, err);
	case SCAN_PACKED_AGAIN:
		return scan_packed_again(s, m->body, err);
	case SCAN_PACKED_LEFT:
		return scan_packed_left(s, m->body, err);
	case SCAN_NOTE:
		scanning_note(s, m->body);
		return 0;
	case SCAN_PROGRESS:
	case SCAN_END:
		rc = take_counts(s, m, err);
		return rc < 0 ? rc : m->type == SCAN_END;
	default:
		return err_set(err, EXIT_SOFTWARE, "the scanner spoke out of turn (%u)", m->type);
	}
}

/* A message was received and taken: 2 where more come. */
static int taken(int rc)
{
	return rc == 0 ? 2 : rc;
}

static int serve(struct scanning *s, struct channel *channel, struct err *err)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(channel, &m, err);

		if (rc > 0 && !interrupt_came())
			rc = taken(take(s, &m, err));
		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (interrupt_came()) {
			s->incomplete = true;
			scanning_skip(s, SPAN_NONE, SPAN("interrupted: what comes behind was not read"));
			return 0;
		}
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the scanner ended without a result");
		if (rc == 1)
			return 0;
	}
}

/* --- starting it ------------------------------------------------------------------------------- */

static unsigned workers(void)
{
	const char *fixed = getenv("SPAMTRAIL_TEST_WORKERS");
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t given;

	if (fixed && span_u64(span_str(fixed), &given) && given > 0)
		n = (long)(given < WORKERS_MOST ? given : WORKERS_MOST);
	return n < 1 ? 1 : n > WORKERS_MOST ? WORKERS_MOST : (unsigned)n;
}

/* On the live host a folder is read as its owner; root's own, and an image's, as nobody who may only read. */
static uint32_t account_of(const struct scanning *s, int dir)
{
	struct stat st;

	if (s->target->as_reader || geteuid() != 0 || s->root.kind != ROOT_HOST || fstat(dir, &st) < 0)
		return 0;
	return st.st_uid;
}

/* Who may not read it: only as root does a folder's owner look at it, else whoever calls, and he may lack rights of his own. */
static const char *denied_to(struct scanning *s, uint32_t account)
{
	struct buf text = BUF_MAX(200);
	const char *sentence;

	if (account)
		buf_addf(&text, "may not be read by its account (uid %u), as which it is looked at", account);
	else if (geteuid() != 0)
		buf_addf(&text, "may not be read by you (uid %u): root sees more", (unsigned)geteuid());
	else
		buf_str(&text, "reading it is denied, to root's reader too");
	sentence = arena_str(s->arena, buf_view(&text));
	buf_free(&text);
	return sentence;
}

/* The folder as the server sees it, for what goes by place. */
static struct span absolute(struct scanning *s, const char *folder)
{
	char *whole;
	struct span path;

	if (folder[0] == '/' || s->root.kind != ROOT_HOST)
		return span_str(folder);
	whole = realpath(folder, NULL);
	path = whole ? arena_span(s->arena, span_str(whole)) : span_str(folder);
	free(whole);
	return path;
}

static int scan_home(struct scanning *s, struct root *home, struct err *err)
{
	struct scan_want want = {
		.dir = home->fd,
		.task = s->target->task,
		.tasks = s->target->tasks,
		.workers = workers(),
		.beside = beside_wants(s->beside),
		.now = s->now,
		.place = absolute(s, s->target->folder),
		.rule = s->rule,
		.rules = s->rules,
		.all = s->target->whole,
	};
	struct confined_want cw = {
		.name = "scanner",
		.unconfined = s->o->unconfined,
		.files = FILES_OPEN,
		.memory = ADDRESS_SPACE,
		.keep = &home->fd,
		.nkeep = 1,
		.below = true,
		.account = account_of(s, home->fd),
		.answer_most = 4096,
		.ctx = &want,
		.main = scan_child,
	};
	size_t first = s->r.findings;
	bool incomplete = s->incomplete;
	struct confined child;
	int rc;

	if (home->by_steps)
		return err_set(err, EXIT_NOPERM, "this kernel has no openat2, which scan needs: Linux 5.6");
	want.denied = denied_to(s, cw.account);
	scan_keep_begin(s, home, &want);
	scan_packed_begin(s, &want);
	rc = confined_start(&cw, &child, err);
	if (rc < 0)
		return rc;
	s->incomplete = false;
	rc = serve(s, &child.channel, err);
	rc = confined_end(&child, cw.name, rc, err);
	scan_packed_end(s);
	scan_keep_end(s, first, rc == 0 && !interrupt_came());
	s->files = s->r.files;
	s->bytes = s->r.bytes;
	s->known = s->r.known;
	s->incomplete |= incomplete;
	return rc;
}

int scanning_folder(struct scanning *s, const struct scan_target *t, struct err *err)
{
	struct root home;
	int rc = root_open_home(&s->root, t->folder, &home, err);

	if (rc < 0)
		return rc;
	s->target = t;
	rc = scan_home(s, &home, err);
	root_close(&home);
	return rc;
}

/* --- in order ---------------------------------------------------------------------------------- */

static int finding_order(const void *a, const void *b)
{
	const struct scan_finding *x = a, *y = b;
	int order = span_compare(x->path, y->path);

	if (!order)
		order = span_compare(x->member, y->member);
	return order ? order : (int)x->rank - (int)y->rank;
}

static int skip_order(const void *a, const void *b)
{
	const struct scan_skip *x = a, *y = b;
	int order = (int)x->harmless - (int)y->harmless;

	/* a screen shows the first few: those that matter */
	if (!order)
		order = span_compare(x->path, y->path);
	return order ? order : span_compare(x->why, y->why);
}

static bool has_reason(const struct scan_finding *f, const struct scan_reason *r)
{
	for (size_t i = 0; i < f->reasons; i++)
		if (span_eq(f->reason[i].rule, r->rule) && span_eq(f->reason[i].text, r->text))
			return true;
	return false;
}

static bool has_engine(const struct scan_finding *f, struct span name)
{
	for (size_t i = 0; i < f->engines; i++)
		if (span_eq(f->engine[i], name))
			return true;
	return false;
}

/* MORE is said of the same file: by another task, or because it differs from its release. */
static void merge(struct scanning *s, struct scan_finding *f, const struct scan_finding *more)
{
	struct scan_reason *reason =
		arena_alloc(s->arena, (f->reasons + more->reasons + 1) * sizeof(*reason));
	struct span *engine = arena_alloc(s->arena, (f->engines + more->engines + 1) * sizeof(*engine));
	const struct scan_finding was = *f;

	if (f->reasons)
		memcpy(reason, f->reason, f->reasons * sizeof(*reason));
	if (f->engines)
		memcpy(engine, f->engine, f->engines * sizeof(*engine));
	f->reason = reason;
	f->engine = engine;
	for (size_t i = 0; i < more->reasons; i++)
		if (!has_reason(f, &more->reason[i])) {
			f->score = f->score > more->reason[i].weight ? f->score : more->reason[i].weight;
			reason[f->reasons++] = more->reason[i];
		}
	for (size_t i = 0; i < more->engines; i++)
		if (!has_engine(f, more->engine[i]))
			engine[f->engines++] = more->engine[i];
	if (more->verdict > f->verdict) {
		f->verdict = more->verdict;
		f->class = more->class;
	}
	/* what stands on the screen already is not all of it any more */
	if (f->reasons != was.reasons || f->engines != was.engines || f->verdict != was.verdict)
		f->shown = false;
}

void scanning_sort(struct scanning *s)
{
	struct scan_report *r = &s->r;
	size_t kept = 0;

	if (r->findings)
		qsort(r->finding, r->findings, sizeof(*r->finding), finding_order);
	for (size_t i = 0; r->finding && i < r->findings; i++) {
		const struct scan_finding *next = i + 1 < r->findings ? &r->finding[i + 1] : NULL;

		/* sorted, so that what is packed in it comes next; what is said twice of the archive comes first */
		if (next && span_eq(next->path, r->finding[i].path) &&
		    scan_packed_explains(s, &r->finding[i]))
			continue;
		if (kept && span_eq(r->finding[kept - 1].path, r->finding[i].path) &&
		    span_eq(r->finding[kept - 1].member, r->finding[i].member))
			merge(s, &r->finding[kept - 1], &r->finding[i]);
		else
			r->finding[kept++] = r->finding[i];
	}
	r->findings = kept;
	if (r->skips)
		qsort(r->skip, r->skips, sizeof(*r->skip), skip_order);
	kept = 0;
	for (size_t i = 0; i < r->skips; i++)
		if (!kept || skip_order(&r->skip[kept - 1], &r->skip[i]) != 0)
			r->skip[kept++] = r->skip[i];
	r->skips = kept;
}
