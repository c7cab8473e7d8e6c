/*
 * scan_child - see scan_child.h. Each file goes through here: what is known is not read, what is read is held against the
 * rules, and what is clean to us may be handed to others. Then what is left: includes, releases, what others have named.
 * TRUST: everything it reads is hostile. If it is taken over, it holds one folder for reading and one socket.
 */
#include "app/scan_child.h"

#include "app/scan_archives.h"
#include "app/scan_follow.h"
#include "app/scan_others.h"
#include "app/scan_releases.h"
#include "app/scan_say.h"
#include "base/arena.h"
#include "scan/lexicon.h"
#include "scan/place.h"
#include "scan/scan.h"
#include "scan/sigs.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Bytes read of one file; of a longer one the end is not read, and that is said. */
#define FILE_MOST (8u << 20) /* limit scan, bytes: of one file that is read whole */
#define ROOM_KEPT (32 << 20)
/* Scripts that everybody may write to: a careless site has thousands, and says it once. */
#define WRITABLE_MOST 20

struct scanner {
	const struct scan_want *want;
	const struct scan_task *task;
	struct scan_rules rules;
	struct known *known;
	struct sigs *sigs;
	struct saying *say;
	struct releases *releases;
	struct archives *archives;
	struct follow *follow;
	atomic_ullong writable; /* scripts */
	struct span engine; /* who has named the file at hand */
	struct span differs; /* the release that the file at hand is held against */
};

/* --- one file ---------------------------------------------------------------------------------- */

static void on_skip(void *ctx, struct span path, const char *why, bool harmless)
{
	const struct scanner *s = ctx;
	const struct scan_task *t = s->task;

	/*
	 * A link is harmless where it leads to what is read: of the very script that mailed that is not known, and what the
	 * operator named is read by nobody else.
	 */
	if ((t->rank == RANK_MAILER || t->named) && t->only && span_eq(path, span_str(t->only)))
		harmless = false;
	say_skip(s->say, path, why, harmless);
}

static void give_finding(const struct scanner *s, const struct walk_file *f, struct arena *a,
			 struct scan_finding *finding)
{
	say_finding(s->say, f, s->task->rank, a, finding, NULL, 0);
}

static uint64_t print_of(const struct scanner *s, struct span path, const struct file_status *st)
{
	return s->want->keep && cache_may_keep(st, s->want->now) ? cache_print(s->want->cache.seed, path, st)
								 : 0;
}

static bool is_only_writable(const struct scan_finding *f)
{
	return f->reasons == 1 && span_eq(f->reason[0].rule, SPAN("config.writable"));
}

static void file_differs(const struct scanner *s, const struct walk_file *f, struct span release)
{
	struct scan_finding differs;
	struct arena *a = arena_new();

	scan_differs(a, f, release, &differs);
	give_finding(s, f, a, &differs);
	arena_free(a);
}

/* It is clean to us: what others say, or a release that may lie here, comes later. */
static void clean_file(struct scanner *s, unsigned worker, const struct walk_file *f,
		       const struct scan_told *t, uint64_t print)
{
	bool all = s->want->beside == BESIDE_ALL;

	if (t->known.state == KNOWN_SAME && t->known.anchor)
		releases_found(s->releases, f, t);
	if (t->known.state == KNOWN_OTHER && t->known.sure) {
		file_differs(s, f, t->known.release);
		return;
	}
	if (t->known.state == KNOWN_OTHER) {
		/* kept as clean at the end, where nobody knows what those beside us have said of it: then it is read again */
		if (!releases_doubt(s->releases, f, t, all ? 0 : print))
			say_skip(s->say, f->path, "more files than can be compared with releases in one scan",
				 false);
		print = 0;
	}
	if (all && t->known.state != KNOWN_SAME)
		say_look(s->say, SCAN_LOOK, f, s->task->rank, print);
	else
		say_clean(s->say, worker, print);
}

/* The very script that an incident's mail came from, or one of its folder, though nothing in it is found. */
static bool is_accused(const struct scanner *s, const struct scan_told *t)
{
	return (s->task->only || s->task->flat) && s->task->rank == RANK_MAILER &&
	       t->known.state != KNOWN_SAME;
}

static void accuse(struct scanner *s, const struct walk_file *f)
{
	struct scan_finding finding;
	struct arena *a = arena_new();

	if (scan_mailed(&s->rules, a, f, s->task->only != NULL, &finding))
		give_finding(s, f, a, &finding);
	arena_free(a);
}

/* Scripts that lie unpacked in a backup mail nothing: a copy of the one that mailed must not stand before it. */
static bool is_backup(const struct walk_file *f)
{
	return place_packs(f->path) && !place_runs(f->path) &&
	       (span_starts(f->bytes, SPAN("PK\003\004")) ||
		span_starts(span_from(f->bytes, 257), SPAN("ustar")));
}

static void told(struct scanner *s, const struct walk_file *f, struct scan_told *t, uint64_t print)
{
	/* it comes again with the whole home */
	if (s->task->rank != RANK_REST && is_backup(f))
		return;
	if (is_only_writable(&t->finding) && atomic_fetch_add(&s->writable, 1) >= WRITABLE_MOST)
		return;
	say_finding(s->say, f, s->task->rank, t->arena, &t->finding, t->why, print);
}

/* What we find in it ourselves comes with the walk. */
static void file_named(struct scanner *s, const struct walk_file *f)
{
	struct scan_finding finding;
	struct arena *a = arena_new();

	scan_named(a, f, s->engine, &finding);
	give_finding(s, f, a, &finding);
	arena_free(a);
}

/* Where it is looked into by its own means, its bytes as they lie there are no loss, unless a web server runs them (phar). */
static bool is_cut(const struct scanner *s, const struct walk_file *f, bool packed)
{
	return f->larger && (place_runs(f->path) ||
			     !(packed && archives_open(s->archives, place_opens(f->path), f->status->size)));
}

static void read_file(struct scanner *s, unsigned worker, const struct walk_file *f, bool odd, uint64_t print)
{
	struct scan_told t = { 0 };
	struct walk_file script = *f;

	script.opened = archives_open(s->archives, odd || place_opens(f->path), f->status->size);

	if (print && !s->task->includes && cache_has(&s->want->told, print))
		say_again(s->say, print, s->task->rank, &f->fd);
	else if (scan_file(&s->rules, &script, &t))
		told(s, f, &t, print);
	else {
		if (is_accused(s, &t))
			accuse(s, f);
		clean_file(s, worker, f, &t, print);
	}
	arena_free(t.arena);
}

static void on_file(void *ctx, unsigned worker, const struct walk_file *f)
{
	struct scanner *s = ctx;
	const struct scan_task *t = s->task;
	uint64_t print;
	bool packed, odd;

	if (s->engine.n) {
		file_named(s, f);
		return;
	}
	if (s->differs.n) {
		file_differs(s, f, s->differs);
		return;
	}
	odd = archives_is_odd(f);
	packed = archives_take(t, f->path, odd);
	if (is_cut(s, f, packed))
		say_skip(s->say, f->path, "larger than the limit, its end was not read", false);
	print = f->whole ? print_of(s, f->path, f->status) : 0;
	if (odd)
		print = archives_odd_print(print);
	read_file(s, worker, f, odd, print);
	if (packed)
		archives_look(s->archives, t, worker, f, odd, print_of(s, f->path, f->status));
	else if (t->member)
		say_skip(s->say, f->path, "no archive, so no file of that name is in it", false);
	/* one worker alone: see scan_task's includes */
	if (t->includes)
		follow_note(s->follow, f->path, f->bytes);
	/* what is packed is none of the bytes that are read, whatever it looks like */
	say_count(s->say, packed && !odd ? 0 : f->bytes.n, false);
}

static bool is_kept(const struct scanner *s, uint64_t print)
{
	return cache_has(&s->want->cache, print) || cache_has(&s->want->told, print);
}

static bool on_settled(void *ctx, unsigned worker, struct span path, const struct file_status *st)
{
	struct scanner *s = ctx;
	uint64_t whole = print_of(s, path, st), print = whole;
	bool odd = false;

	if (!print || known_is_anchor(s->known, path))
		return false;
	if (!is_kept(s, print)) {
		print = archives_odd_print(whole);
		odd = is_kept(s, print);
	}
	if (archives_unknown(s->archives, s->task, path, odd, st->size, whole))
		return false;
	if (cache_has(&s->want->cache, print))
		say_clean(s->say, worker, print);
	else if (!s->want->beside && cache_has(&s->want->told, print))
		say_again(s->say, print, s->task->rank, NULL);
	else
		return false;
	archives_settled(s->archives, s->task, worker, path, odd, whole);
	say_count(s->say, 0, true);
	return true;
}

static bool on_go(void *ctx)
{
	const struct scanner *s = ctx;

	return say_heard(s->say);
}

/* --- the work ---------------------------------------------------------------------------------- */

static void walk(struct scanner *s, const char *start, const char *only)
{
	const struct scan_task *task = s->task;
	struct walk_want walk = {
		.dir = s->want->dir,
		.place = s->want->place,
		.start = start,
		.only = only,
		.flat = task->flat,
		.ask_first = s->want->cache.n || s->want->told.n || task->since || task->until,
		.workers = only || task->includes ? 1 : s->want->workers,
		.file_most = FILE_MOST,
		.since = task->since,
		.until = task->until,
		.owned = task->owned,
		.owner = task->owner,
		.denied = s->want->denied,
		.ctx = s,
		.settled = s->want->cache.n && !task->includes && !s->differs.n ? on_settled : NULL,
		.file = on_file,
		.skip = on_skip,
		.go_on = on_go,
	};

	walk_tree(&walk);
}

static void walk_includes(struct scanner *s)
{
	const char *path;

	while (s->task->includes && on_go(s) && (path = follow_next(s->follow)) != NULL) {
		uint64_t files = say_files(s->say);

		walk(s, NULL, path);
		if (say_files(s->say) != files)
			follow_found(s->follow);
	}
}

static void one_task(struct scanner *s, uint32_t number)
{
	struct scan_task task = s->want->task[number];

	s->task = &task;
	walk(s, task.start, task.only);
	/* of a folder it is not known which of its scripts mailed, nor whether by itself or by what it includes */
	if (task.only && task.rank < RANK_NEAR)
		task.rank = RANK_NEAR;
	walk_includes(s);
	s->task = &s->want->task[number];
	say_task_done(s->say, number);
}

/* What others have named and is still there. */
static void visit_named(struct scanner *s)
{
	struct arena *a = arena_new();
	struct other *other = NULL;
	size_t away, n = others_read(s->want, a, &other, &away);

	for (size_t i = 0; i < n && on_go(s); i++) {
		s->engine = other[i].engine;
		walk(s, NULL, other[i].path.p);
	}
	s->engine = SPAN_NONE;
	if (away)
		say_note(s->say, " files of this folder are in maldet's quarantine, or were", SPAN_NONE,
			 away);
	arena_free(a);
}

/* Which release lies where is known now: its files that are others are told, all others were clean. */
static void settle_doubts(struct scanner *s)
{
	struct release_doubt d;

	while (on_go(s) && releases_settle(s->releases, s->known, &d)) {
		s->differs = d.release;
		if (d.release.n)
			walk(s, NULL, d.path.p);
		else
			say_clean(s->say, 0, d.print);
	}
	s->differs = SPAN_NONE;
}

static void read_rules(struct scanner *s)
{
	uint64_t wrong;

	for (size_t i = 0; i < s->want->rules; i++) {
		const struct rule_file *r = &s->want->rule[i];

		if (r->kind >= RULE_MALDET_HITS)
			continue;
		if (r->kind == RULE_SIGNATURES)
			wrong = sigs_add(s->sigs, r->name, r->bytes);
		else if (r->kind == RULE_MANIFEST)
			wrong = known_add_manifest(s->known, r->bytes, r->name);
		else
			wrong = known_add_package(s->known, r->bytes, r->name);
		if (wrong)
			say_note(s->say, " lines are not used", r->name, wrong);
	}
	known_ready(s->known);
	sigs_ready(s->sigs);
}

void scan_child(void *ctx, struct channel *channel, bool unconfined)
{
	const struct scan_want *want = ctx;
	struct scanner *s = xcalloc(1, sizeof(*s));
	struct lexicon *words = lexicon_new();

	/* what one file took, the next one takes: given back to the kernel between them it would be zeroed each time */
	mallopt(M_TRIM_THRESHOLD, ROOM_KEPT);
	mallopt(M_TOP_PAD, 1 << 20);
	s->want = want;
	s->known = known_new();
	s->sigs = sigs_new();
	s->say = say_new(want, channel);
	s->releases = releases_new();
	s->archives = archives_new(want, s->say);
	s->follow = follow_new(want->place, words);
	s->rules = (struct scan_rules){
		.words = words, .known = s->known, .sigs = s->sigs, .place = want->place
	};
	read_rules(s);
	for (uint32_t i = 0; i < want->tasks && on_go(s); i++)
		one_task(s, i);
	if (want->tasks) {
		settle_doubts(s);
		if (want->all)
			visit_named(s);
	}
	say_rest(s->say);
	if (atomic_load(&s->writable) > WRITABLE_MOST)
		say_note(s->say, " more scripts may be written to by every user of this server", SPAN_NONE,
			 atomic_load(&s->writable) - WRITABLE_MOST);
	archives_end(s->archives);
	say_end(s->say);
	say_free(s->say);
	follow_free(s->follow);
	releases_free(s->releases);
	known_free(s->known);
	sigs_free(s->sigs);
	lexicon_free(words);
	free(s);
}
