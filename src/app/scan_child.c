/*
 * scan_child - see scan_child.h. Workers share the channel under a lock; each finding is packed and forgotten.
 * TRUST: everything it reads is hostile. If it is taken over, it holds one folder for reading and one socket.
 */
#include "app/scan_child.h"

#include "base/arena.h"
#include "base/codec.h"
#include "base/hash.h"
#include "scan/includes.h"
#include "scan/lexicon.h"
#include "scan/named.h"
#include "scan/phar.h"
#include "scan/place.h"
#include "scan/scan.h"
#include "scan/sigs.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes read of one file; of a longer one the end is not read, and that is said. */
#define FILE_MOST (8u << 20) /* limit scan, bytes: of one file that is read whole */
#define ROOM_KEPT (32 << 20)
#define PROGRESS_EVERY 256 /* files */
#define PRINTS_TOLD 4096 /* of clean files, in one message */
#define INCLUDES_MOST 64 /* limit scan: includes of one file that are followed */
#define PLACES_MOST 512 /* where those may lie */
/* Files that may differ from a release, until it is known whether that release lies there. */
#define DOUBTS_MOST 65536 /* limit scan: files that others are to look at */
/* Files that others have named, of one folder; a name more for one file counts, too. */
#define NAMED_MOST 20000
/* Scripts that everybody may write to: a careless site has thousands, and says it once. */
#define WRITABLE_MOST 20

struct prints {
	uint64_t print[PRINTS_TOLD];
	size_t n;
};

/* A file that is not as some release has it. */
struct doubt {
	struct doubt *next;
	uint64_t root; /* hash of the folder that release would lie in */
	uint64_t print;
	struct span path, end; /* END: beneath that folder */
};

/* A file beneath the folder that somebody else has named. */
struct named {
	struct span path, engine;
	bool away; /* in quarantine */
};

/* The release SET lies in the folder ROOT. */
struct copy {
	uint64_t root;
	uint32_t set;
	struct span release;
};

/* A place where the file that an include names may lie; one that is there settles all of that include. */
struct place {
	struct span path;
	uint32_t include;
};

struct scanner {
	const struct scan_want *want;
	const struct scan_task *task;
	struct channel *channel;
	struct scan_rules rules;
	struct known *known;
	struct sigs *sigs;
	pthread_mutex_t lock; /* of the channel and of the lists */
	atomic_ullong files, bytes, same, writable;
	uint64_t packs, packs_large; /* archives that are not handed over; those that are too large for it */
	struct buf pack; /* one of them: the first by its name, so that two scans name the same */
	struct prints prints[WALK_WORKERS_MOST];
	bool ended; /* nobody listens any more */
	struct arena *arena; /* of the lists */
	struct doubt *doubt;
	size_t doubts;
	struct copy *copy;
	size_t copies;
	struct named *named;
	size_t nameds;
	struct span engine; /* who has named the file at hand */
	struct span differs; /* the release that the file at hand is held against */
	struct place place[PLACES_MOST];
	size_t places;
	uint32_t includes;
};

/* --- saying ------------------------------------------------------------------------------------ */

static void give_with(struct scanner *s, uint32_t type, const struct buf *body, const int *fd)
{
	struct err err;

	pthread_mutex_lock(&s->lock);
	/*
	 * Who does not listen any more has gone: on_go then ends the walk, rather than an error nobody would
	 * read.
	 */
	if (!s->ended && !body->over &&
	    channel_send(s->channel, type, buf_view(body), fd, fd ? 1 : 0, &err) < 0)
		s->ended = true;
	pthread_mutex_unlock(&s->lock);
}

static void give(struct scanner *s, uint32_t type, const struct buf *body)
{
	give_with(s, type, body, NULL);
}

static void give_counts(struct scanner *s, uint32_t type)
{
	struct buf body = BUF_MAX(64);
	struct packer p = { .out = &body };

	pack_u64(&p, atomic_load(&s->files));
	pack_u64(&p, atomic_load(&s->bytes));
	pack_u64(&p, atomic_load(&s->same));
	give(s, type, &body);
	buf_free(&body);
}

static void give_note(struct scanner *s, const char *what, struct span name, unsigned long long n)
{
	struct buf body = BUF_MAX(1000);

	buf_addf(&body, "%.*s%s%llu%s", (int)span_head(name, 200).n, name.p ? name.p : "", name.n ? ": " : "",
		 n, what);
	give(s, SCAN_NOTE, &body);
	buf_free(&body);
}

static bool is_only(const struct scanner *s, struct span path)
{
	return s->task->only && span_eq(path, span_str(s->task->only));
}

static void on_skip(void *ctx, struct span path, const char *why, bool harmless)
{
	struct scanner *s = ctx;
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	/*
	 * A link is harmless where it leads to what is read: of the very script that mailed that is not known, and what the
	 * operator named is read by nobody else.
	 */
	if ((s->task->rank == RANK_MAILER || s->task->named) && is_only(s, path))
		harmless = false;
	pack_span(&p, path);
	pack_span(&p, span_str(why));
	pack_u8(&p, harmless);
	give(s, SCAN_SKIP, &body);
	buf_free(&body);
}

static void tell_prints(struct scanner *s, struct prints *p)
{
	struct buf body = BUF_MAX(sizeof(p->print));

	if (p->n)
		buf_add(&body, p->print, p->n * sizeof(p->print[0]));
	if (p->n && s->want->keep)
		give(s, SCAN_PRINTS, &body);
	p->n = 0;
	buf_free(&body);
}

static void keep_print(struct scanner *s, unsigned worker, uint64_t print)
{
	struct prints *p = &s->prints[worker];

	if (!print)
		return;
	if (p->n == PRINTS_TOLD)
		tell_prints(s, p);
	p->print[p->n++] = print;
}

void code_scan_told(struct codec *c, struct scan_finding *f, struct span *why)
{
	code_span(c, why);
	code_scan_finding(c, f);
}

static void give_finding(struct scanner *s, const struct walk_file *f, struct arena *arena,
			 struct scan_finding *finding, const char *limit, uint64_t print)
{
	struct buf body = BUF_MAX(SCAN_FINDING_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p, .arena = arena };
	struct span why = span_str(limit ? limit : "");

	finding->rank = s->task->rank;
	finding->path = f->path;
	pack_u64(&p, print);
	code_scan_told(&c, finding, &why);
	if (body.over) {
		/* a script must not hide behind the length of its own proof */
		body.n = 0;
		body.over = false;
		finding->reasons = 0;
		pack_u64(&p, 0);
		code_scan_told(&c, finding, &why);
		on_skip(s, f->path, "its proof is too long to be told", false);
	}
	give_with(s, SCAN_FINDING, &body, s->want->beside ? &f->fd : NULL);
	buf_free(&body);
}

static void give_again(struct scanner *s, uint64_t print, const int *fd)
{
	struct buf body = BUF_MAX(16);
	struct packer p = { .out = &body };

	pack_u64(&p, print);
	pack_u8(&p, s->task->rank);
	give_with(s, SCAN_AGAIN, &body, fd);
	buf_free(&body);
}

/* To whoever looks at it beside us, or into it; they decide whether it is clean. */
static void give_look(struct scanner *s, uint32_t type, const struct walk_file *f, uint64_t print)
{
	struct scan_finding clean = { .path = f->path,
				      .size = f->status->size,
				      .mtime = f->status->mtime,
				      .ctime = f->status->ctime,
				      .uid = f->status->uid,
				      .rank = s->task->rank };
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct span why = SPAN_NONE;

	/* the owner may set any time */
	if (clean.mtime < 0 || clean.mtime > INT64_C(253402300799))
		clean.mtime = 0;
	pack_u64(&p, print);
	code_scan_told(&c, &clean, &why);
	give_with(s, type, &body, &f->fd);
	buf_free(&body);
}

/* --- releases ---------------------------------------------------------------------------------- */

/* PATH is K's; its first AT bytes are the folder that a release lies in. Called under the lock. */
static uint64_t root_of(struct span path, size_t place, size_t root)
{
	/* what lies in front of the scanned folder is the same for all */
	return hash_span(root > place ? span_head(path, root - place) : SPAN_NONE, root > place ? 0 : root);
}

static void found_copy(struct scanner *s, const struct walk_file *f, const struct scan_told *t)
{
	pthread_mutex_lock(&s->lock);
	s->copy = xrealloc(s->copy, (s->copies + 1) * sizeof(*s->copy));
	s->copy[s->copies++] = (struct copy){ .root = root_of(f->path, t->place, t->known.root),
					      .set = t->known.set,
					      .release = t->known.release };
	pthread_mutex_unlock(&s->lock);
}

/* False: no room. */
static bool found_doubt(struct scanner *s, const struct walk_file *f, const struct scan_told *t,
			uint64_t print)
{
	struct doubt *d;
	size_t cut = t->known.root > t->place ? t->known.root - t->place : 0;

	pthread_mutex_lock(&s->lock);
	if (s->doubts == DOUBTS_MOST) {
		pthread_mutex_unlock(&s->lock);
		return false;
	}
	d = arena_alloc(s->arena, sizeof(*d));
	*d = (struct doubt){ .next = s->doubt,
			     .root = root_of(f->path, t->place, t->known.root),
			     .print = print,
			     .path = span_str(arena_str(s->arena, f->path)) };
	d->end = span_from(d->path, cut);
	s->doubt = d;
	s->doubts++;
	pthread_mutex_unlock(&s->lock);
	return true;
}

/* --- one file ---------------------------------------------------------------------------------- */

static uint64_t print_of(const struct scanner *s, struct span path, const struct file_status *st)
{
	return s->want->keep && cache_may_keep(st, s->want->now) ? cache_print(s->want->cache.seed, path, st)
								 : 0;
}

static bool is_only_writable(const struct scan_finding *f)
{
	return f->reasons == 1 && span_eq(f->reason[0].rule, SPAN("config.writable"));
}

/* It is clean to us: what others say, or a release that may lie here, comes later. */
static void clean_file(struct scanner *s, unsigned worker, const struct walk_file *f,
		       const struct scan_told *t, uint64_t print)
{
	struct scan_finding differs;
	struct arena *a;

	if (t->known.state == KNOWN_SAME && t->known.anchor)
		found_copy(s, f, t);
	if (t->known.state == KNOWN_OTHER && t->known.sure) {
		a = arena_new();
		scan_differs(a, f, t->known.release, &differs);
		give_finding(s, f, a, &differs, NULL, 0);
		arena_free(a);
		return;
	}
	if (t->known.state == KNOWN_OTHER) {
		/* kept as clean at the end, where nobody knows what those beside us have said of it: then it is read again */
		if (!found_doubt(s, f, t, s->want->beside == BESIDE_ALL ? 0 : print))
			on_skip(s, f->path, "more files than can be compared with releases in one scan",
				false);
		print = 0;
	}
	if (s->want->beside == BESIDE_ALL && t->known.state != KNOWN_SAME)
		give_look(s, SCAN_LOOK, f, print);
	else
		keep_print(s, worker, print);
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
		give_finding(s, f, a, &finding, NULL, 0);
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
	give_finding(s, f, t->arena, &t->finding, t->why, print);
}

/* False: NAME cannot lie there, beneath what is scanned. */
static bool note_place(struct scanner *s, struct span folder, struct span name)
{
	struct span at = includes_place(s->arena, s->want->place, folder, name);

	if (!at.n || s->places == PLACES_MOST)
		return false;
	for (size_t k = 0; k < s->places; k++)
		if (span_eq(s->place[k].path, at))
			return true;
	s->place[s->places++] = (struct place){ span_str(arena_str(s->arena, at)), s->includes };
	return true;
}

/* What stands in front of a name may be any folder, the site's own above all: each above the script is tried. */
static void note_includes(struct scanner *s, const struct walk_file *f)
{
	struct include include[INCLUDES_MOST];
	size_t n = includes_of(s->rules.words, f->bytes, s->arena, include, INCLUDES_MOST);

	for (size_t i = 0; i < n; i++) {
		struct span folder = f->path;
		ptrdiff_t slash;

		s->includes++;
		do {
			slash = span_rfind(folder, '/');
			folder = slash < 0 ? SPAN_NONE : span_head(folder, (size_t)slash);
		} while (note_place(s, folder, include[i].name) && slash >= 0);
	}
}

/* --- archives ---------------------------------------------------------------------------------- */

/* Once a scan: what lies around a script that mailed comes once more with the whole home. ODD: its contents alone tell it. */
static bool takes_packed(const struct scanner *s, struct span path, bool odd)
{
	return s->task->rank == RANK_REST && (odd || place_packs(path));
}

/* An archive by its contents: PHP opens one by whatever name. Where its own form begins is looked for later, as all bytes may tell. */
static bool is_odd(const struct walk_file *f)
{
	char end[sizeof(PHAR_END) - 1] = "";
	struct span tail = f->bytes;

	if (place_opens(f->path))
		return false;
	if (phar_form(f->bytes) != PHAR_OWN)
		return !f->whole || !phar_cut_off(f->bytes);
	if (!f->whole && f->status->size > sizeof(end) &&
	    pread(f->fd, end, sizeof(end), (off_t)(f->status->size - sizeof(end))) > 0)
		tail = span_of(end, sizeof(end));
	return span_ends(tail, SPAN(PHAR_END));
}

/* The number of what is packed in it, which is kept besides the file's own. */
static uint64_t packed_print(uint64_t print)
{
	return print ? hash_mix(print ^ UINT64_C(0x7061636b65642121)) : 0;
}

/* The file's own where it is odd: it tells so to whoever has not read it again. */
static uint64_t odd_print(uint64_t print)
{
	return print ? hash_mix(print ^ UINT64_C(0x6f64642121212121)) : 0;
}

static bool is_opened(const struct scanner *s, bool kind, uint64_t size)
{
	return s->want->packs && kind && size <= s->want->pack_most;
}

/* KIND: it is of one that would be opened. */
static void leave_packed(struct scanner *s, struct span path, bool kind)
{
	if (s->task->named && is_only(s, path)) {
		on_skip(s, path, "an archive by its name: not looked into, unpack it and scan the folder",
			false);
		return;
	}
	pthread_mutex_lock(&s->lock);
	s->packs++;
	s->packs_large += s->want->packs && kind;
	if (!s->pack.n || span_compare(path, buf_view(&s->pack)) < 0) {
		s->pack.n = 0;
		buf_span(&s->pack, path);
	}
	pthread_mutex_unlock(&s->lock);
}

static void give_packed_again(struct scanner *s, uint64_t print, struct span path)
{
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	pack_u64(&p, print);
	pack_span(&p, path);
	give(s, SCAN_PACKED_AGAIN, &body);
	buf_free(&body);
}

/* One member's proof is never remembered. What is named is looked into further than what was said of it among others. */
static bool packed_known(const struct scanner *s, uint64_t print)
{
	uint64_t packed = packed_print(print);

	return packed && !s->task->member &&
	       (cache_has(&s->want->cache, packed) || (!s->task->named && cache_has(&s->want->told, packed)));
}

/* What was said of its contents before, or that they are clean. */
static bool tell_packed_known(struct scanner *s, unsigned worker, struct span path, uint64_t print)
{
	if (!packed_known(s, print))
		return false;
	if (cache_has(&s->want->cache, packed_print(print)))
		keep_print(s, worker, packed_print(print));
	else
		give_packed_again(s, packed_print(print), path);
	return true;
}

static void look_packed(struct scanner *s, unsigned worker, const struct walk_file *f, bool odd)
{
	bool kind = odd || place_opens(f->path);
	uint64_t print = print_of(s, f->path, f->status);

	if (tell_packed_known(s, worker, f->path, print))
		return;
	if (is_opened(s, kind, f->status->size))
		give_look(s, SCAN_PACKED, f, packed_print(print));
	else
		leave_packed(s, f->path, kind);
}

static void tell_packed(struct scanner *s)
{
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	pack_u64(&p, s->packs);
	pack_u64(&p, s->packs_large);
	pack_span(&p, buf_view(&s->pack));
	if (s->packs)
		give(s, SCAN_PACKED_LEFT, &body);
	buf_free(&body);
}

/* --- each file --------------------------------------------------------------------------------- */

/* What we find in it ourselves comes with the walk. */
static void file_named(struct scanner *s, const struct walk_file *f)
{
	struct scan_finding finding;
	struct arena *a = arena_new();

	scan_named(a, f, s->engine, &finding);
	give_finding(s, f, a, &finding, NULL, 0);
	arena_free(a);
}

static void count(struct scanner *s, uint64_t bytes)
{
	uint64_t files = atomic_fetch_add(&s->files, 1) + 1;

	atomic_fetch_add(&s->bytes, bytes);
	if (files % PROGRESS_EVERY == 0)
		give_counts(s, SCAN_PROGRESS);
}

static void on_file(void *ctx, unsigned worker, const struct walk_file *f)
{
	struct scanner *s = ctx;
	struct scan_told t = { 0 };
	struct walk_file script = *f;
	uint64_t print;
	bool packed, odd;

	if (s->engine.n) {
		file_named(s, f);
		return;
	}
	if (s->differs.n) {
		struct scan_finding differs;

		t.arena = arena_new();
		scan_differs(t.arena, f, s->differs, &differs);
		give_finding(s, f, t.arena, &differs, NULL, 0);
		arena_free(t.arena);
		return;
	}
	odd = is_odd(f);
	packed = takes_packed(s, f->path, odd);
	script.opened = is_opened(s, odd || place_opens(f->path), f->status->size);
	/* where it is looked into by its own means, its bytes as they lie there are no loss, unless a web server runs them (phar) */
	if (f->larger &&
	    (place_runs(f->path) || !(packed && is_opened(s, place_opens(f->path), f->status->size))))
		on_skip(s, f->path, "larger than the limit, its end was not read", false);
	print = f->whole ? print_of(s, f->path, f->status) : 0;
	if (odd)
		print = odd_print(print);
	if (print && !s->task->includes && cache_has(&s->want->told, print))
		give_again(s, print, &f->fd);
	else if (scan_file(&s->rules, &script, &t))
		told(s, f, &t, print);
	else {
		if (is_accused(s, &t))
			accuse(s, f);
		clean_file(s, worker, f, &t, print);
	}
	arena_free(t.arena);
	if (packed)
		look_packed(s, worker, f, odd);
	else if (s->task->member)
		on_skip(s, f->path, "no archive, so no file of that name is in it", false);
	/* one worker alone: see scan_task's includes */
	if (s->task->includes)
		note_includes(s, f);
	/* what is packed is none of the bytes that are read, whatever it looks like */
	count(s, packed && !odd ? 0 : f->bytes.n);
}

static bool is_kept(const struct scanner *s, uint64_t print)
{
	return cache_has(&s->want->cache, print) || cache_has(&s->want->told, print);
}

static bool on_settled(void *ctx, unsigned worker, struct span path, const struct file_status *st)
{
	struct scanner *s = ctx;
	uint64_t whole = print_of(s, path, st), print = whole;
	bool odd = false, kind, packed;

	if (!print || known_is_anchor(s->known, path))
		return false;
	if (!is_kept(s, print)) {
		print = odd_print(whole);
		odd = is_kept(s, print);
	}
	kind = odd || place_opens(path);
	packed = takes_packed(s, path, odd);
	/* what is in it may not be known, though the file is */
	if (packed && !packed_known(s, whole) && is_opened(s, kind, st->size))
		return false;
	if (cache_has(&s->want->cache, print))
		keep_print(s, worker, print);
	else if (!s->want->beside && cache_has(&s->want->told, print))
		give_again(s, print, NULL);
	else
		return false;
	atomic_fetch_add(&s->same, 1);
	if (packed && !tell_packed_known(s, worker, path, whole))
		leave_packed(s, path, kind);
	count(s, 0);
	return true;
}

static bool on_go(void *ctx)
{
	struct scanner *s = ctx;
	bool go;

	pthread_mutex_lock(&s->lock);
	go = !s->ended;
	pthread_mutex_unlock(&s->lock);
	return go;
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

/* The list grows while it is walked: what is included may include. */
static void walk_includes(struct scanner *s)
{
	uint32_t there = 0;

	for (size_t i = 0; s->task->includes && i < s->places && on_go(s); i++) {
		uint64_t files = atomic_load(&s->files);

		if (s->place[i].include == there)
			continue;
		walk(s, NULL, s->place[i].path.p);
		if (atomic_load(&s->files) != files)
			there = s->place[i].include;
	}
	s->places = 0;
	s->includes = 0;
}

static void one_task(struct scanner *s, uint32_t number)
{
	struct buf body = BUF_MAX(16);
	struct packer p = { .out = &body };
	struct scan_task task = s->want->task[number];

	s->task = &task;
	walk(s, task.start, task.only);
	/* of a folder it is not known which of its scripts mailed, nor whether by itself or by what it includes */
	if (task.only && task.rank < RANK_NEAR)
		task.rank = RANK_NEAR;
	walk_includes(s);
	s->task = &s->want->task[number];
	pack_u32(&p, number);
	give(s, SCAN_TASK, &body);
	buf_free(&body);
}

static void see_named(void *ctx, struct span path, struct span name, bool away)
{
	struct scanner *s = ctx;
	struct span place = s->want->place, engine = s->engine;
	struct buf text = BUF_MAX(400);

	if (place.n > 1 && place.p[place.n - 1] == '/')
		place.n--;
	if (path.n >= 4096 || memchr(path.p, '\0', path.n) || !span_starts(path, place) ||
	    path.n <= place.n + 1 || (place.n > 1 && path.p[place.n] != '/') || s->nameds == NAMED_MOST)
		return;
	if (s->nameds % 64 == 0)
		s->named = xrealloc(s->named, (s->nameds + 64) * sizeof(*s->named));
	buf_addf(&text, "%.*s%.*s", (int)engine.n, engine.p, (int)span_head(name, 200).n, name.p);
	s->named[s->nameds++] =
		(struct named){ span_str(arena_str(s->arena, span_from(path, place.n + (place.n > 1)))),
				arena_span(s->arena, buf_view(&text)), away };
	buf_free(&text);
}

static int by_path(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = span_compare(x->path, y->path);

	return order ? order : span_compare(x->engine, y->engine);
}

/* What others have named and is still there. Histories repeat what sessions say. */
static void visit_named(struct scanner *s)
{
	struct span last = SPAN_NONE;
	size_t away = 0;

	for (size_t i = 0; i < s->want->rules; i++) {
		const struct rule_file *r = &s->want->rule[i];

		if (r->kind < RULE_MALDET_HITS)
			continue;
		s->engine = r->kind == RULE_WORDFENCE ? SPAN("wordfence:") : SPAN("maldet:");
		named_read((enum named_kind)(r->kind - RULE_MALDET_HITS), r->bytes, see_named, s);
	}
	if (s->nameds)
		qsort(s->named, s->nameds, sizeof(*s->named), by_path);
	for (size_t i = 0; i < s->nameds && on_go(s); i++) {
		const struct named *n = &s->named[i];

		if (n->away && !span_eq(n->path, last)) {
			last = n->path;
			away++;
		}
		if (i && by_path(n - 1, n) == 0)
			continue;
		s->engine = n->engine;
		walk(s, NULL, n->path.p);
	}
	s->engine = SPAN_NONE;
	if (away)
		give_note(s, " files of this folder are in maldet's quarantine, or were", SPAN_NONE, away);
	free(s->named);
}

/* Which release lies where is known now: its files that are others are told, all others were clean. */
static void settle_doubts(struct scanner *s)
{
	for (const struct doubt *d = s->doubt; d && on_go(s); d = d->next) {
		s->differs = SPAN_NONE;
		for (size_t i = 0; i < s->copies && !s->differs.n; i++)
			if (s->copy[i].root == d->root && known_has(s->known, d->end, s->copy[i].set))
				s->differs = s->copy[i].release;
		if (s->differs.n)
			walk(s, NULL, d->path.p);
		else
			keep_print(s, 0, d->print);
	}
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
			give_note(s, " lines are not used", r->name, wrong);
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
	s->channel = channel;
	s->known = known_new();
	s->sigs = sigs_new();
	s->arena = arena_new();
	s->pack = BUF_MAX(4096);
	s->rules = (struct scan_rules){
		.words = words, .known = s->known, .sigs = s->sigs, .place = want->place
	};
	pthread_mutex_init(&s->lock, NULL);
	read_rules(s);
	for (uint32_t i = 0; i < want->tasks && on_go(s); i++)
		one_task(s, i);
	if (want->tasks) {
		settle_doubts(s);
		s->differs = SPAN_NONE;
		if (want->all)
			visit_named(s);
	}
	for (unsigned i = 0; i < WALK_WORKERS_MOST; i++)
		tell_prints(s, &s->prints[i]);
	if (atomic_load(&s->writable) > WRITABLE_MOST)
		give_note(s, " more scripts may be written to by every user of this server", SPAN_NONE,
			  atomic_load(&s->writable) - WRITABLE_MOST);
	tell_packed(s);
	give_counts(s, SCAN_END);
	known_free(s->known);
	sigs_free(s->sigs);
	lexicon_free(words);
	arena_free(s->arena);
	free(s->copy);
	buf_free(&s->pack);
	free(s);
}
