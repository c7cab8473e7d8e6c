/*
 * scan_say - see scan_say.h.
 * TRUST: as there. What is too long for one message is told without its proof, so that no script hides behind that.
 */
#include "app/scan_say.h"

#include "base/arena.h"
#include "base/codec.h"
#include "scan/walk.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define PROGRESS_EVERY 256 /* files */
#define PRINTS_TOLD 4096 /* of clean files, in one message */

struct prints {
	uint64_t print[PRINTS_TOLD];
	size_t n;
};

struct saying {
	const struct scan_want *want;
	struct channel *channel;
	pthread_mutex_t lock; /* of the channel */
	bool ended; /* nobody listens any more */
	atomic_ullong files, bytes, same;
	struct prints prints[WALK_WORKERS_MOST];
};

struct saying *say_new(const struct scan_want *want, struct channel *channel)
{
	struct saying *s = xcalloc(1, sizeof(*s));

	s->want = want;
	s->channel = channel;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void say_free(struct saying *s)
{
	pthread_mutex_destroy(&s->lock);
	free(s);
}

bool say_heard(struct saying *s)
{
	bool heard;

	pthread_mutex_lock(&s->lock);
	heard = !s->ended;
	pthread_mutex_unlock(&s->lock);
	return heard;
}

void say(struct saying *s, enum scan_talk type, const struct buf *body, const int *fd)
{
	struct err err;

	pthread_mutex_lock(&s->lock);
	if (!s->ended && !body->over &&
	    channel_send(s->channel, type, buf_view(body), fd, fd ? 1 : 0, &err) < 0)
		s->ended = true;
	pthread_mutex_unlock(&s->lock);
}

static void say_counts(struct saying *s, enum scan_talk type)
{
	struct buf body = BUF_MAX(64);
	struct packer p = { .out = &body };

	pack_u64(&p, atomic_load(&s->files));
	pack_u64(&p, atomic_load(&s->bytes));
	pack_u64(&p, atomic_load(&s->same));
	say(s, type, &body, NULL);
	buf_free(&body);
}

void say_count(struct saying *s, uint64_t bytes, bool same)
{
	uint64_t files = atomic_fetch_add(&s->files, 1) + 1;

	atomic_fetch_add(&s->bytes, bytes);
	atomic_fetch_add(&s->same, same);
	if (files % PROGRESS_EVERY == 0)
		say_counts(s, SCAN_PROGRESS);
}

uint64_t say_files(const struct saying *s)
{
	return atomic_load(&s->files);
}

void say_note(struct saying *s, const char *what, struct span name, unsigned long long n)
{
	struct buf body = BUF_MAX(1000);

	buf_addf(&body, "%.*s%s%llu%s", (int)span_head(name, 200).n, name.p ? name.p : "", name.n ? ": " : "",
		 n, what);
	say(s, SCAN_NOTE, &body, NULL);
	buf_free(&body);
}

void say_skip(struct saying *s, struct span path, const char *why, bool harmless)
{
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	pack_span(&p, path);
	pack_span(&p, span_str(why));
	pack_u8(&p, harmless);
	say(s, SCAN_SKIP, &body, NULL);
	buf_free(&body);
}

static void tell_prints(struct saying *s, struct prints *p)
{
	struct buf body = BUF_MAX(sizeof(p->print));

	if (p->n)
		buf_add(&body, p->print, p->n * sizeof(p->print[0]));
	if (p->n && s->want->keep)
		say(s, SCAN_PRINTS, &body, NULL);
	p->n = 0;
	buf_free(&body);
}

void say_clean(struct saying *s, unsigned worker, uint64_t print)
{
	struct prints *p = &s->prints[worker];

	if (!print)
		return;
	if (p->n == PRINTS_TOLD)
		tell_prints(s, p);
	p->print[p->n++] = print;
}

void say_rest(struct saying *s)
{
	for (unsigned i = 0; i < WALK_WORKERS_MOST; i++)
		tell_prints(s, &s->prints[i]);
}

void say_end(struct saying *s)
{
	say_counts(s, SCAN_END);
}

void say_task_done(struct saying *s, uint32_t number)
{
	struct buf body = BUF_MAX(16);
	struct packer p = { .out = &body };

	pack_u32(&p, number);
	say(s, SCAN_TASK, &body, NULL);
	buf_free(&body);
}

void code_scan_told(struct codec *c, struct scan_finding *f, struct span *why)
{
	code_span(c, why);
	code_scan_finding(c, f);
}

void say_finding(struct saying *s, const struct walk_file *f, enum scan_rank rank, struct arena *a,
		 struct scan_finding *finding, const char *limit, uint64_t print)
{
	struct buf body = BUF_MAX(SCAN_FINDING_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p, .arena = a };
	struct span why = span_str(limit ? limit : "");

	finding->rank = rank;
	finding->path = f->path;
	pack_u64(&p, print);
	code_scan_told(&c, finding, &why);
	if (body.over) {
		body.n = 0;
		body.over = false;
		finding->reasons = 0;
		pack_u64(&p, 0);
		code_scan_told(&c, finding, &why);
		say_skip(s, f->path, "its proof is too long to be told", false);
	}
	say(s, SCAN_FINDING, &body, s->want->beside ? &f->fd : NULL);
	buf_free(&body);
}

void say_again(struct saying *s, uint64_t print, enum scan_rank rank, const int *fd)
{
	struct buf body = BUF_MAX(16);
	struct packer p = { .out = &body };

	pack_u64(&p, print);
	pack_u8(&p, rank);
	say(s, SCAN_AGAIN, &body, fd);
	buf_free(&body);
}

void say_look(struct saying *s, enum scan_talk type, const struct walk_file *f, enum scan_rank rank,
	      uint64_t print)
{
	struct scan_finding clean = { .path = f->path,
				      .size = f->status->size,
				      .mtime = f->status->mtime,
				      .ctime = f->status->ctime,
				      .uid = f->status->uid,
				      .rank = rank };
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct span why = SPAN_NONE;

	/* the owner may set any time */
	if (clean.mtime < 0 || clean.mtime > INT64_C(253402300799))
		clean.mtime = 0;
	pack_u64(&p, print);
	code_scan_told(&c, &clean, &why);
	say(s, type, &body, &f->fd);
	buf_free(&body);
}
