/*
 * scan_child - see scan_child.h. Workers share the channel under a lock; each finding is packed and forgotten.
 * TRUST: everything it reads is hostile. If it is taken over, it holds one folder for reading and one socket.
 */
#include "app/scan_child.h"

#include "base/codec.h"
#include "scan/lexicon.h"
#include "scan/scan.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes read of one file; of a longer one the end is not read, and that is said. */
#define FILE_MOST (8u << 20)
#define PROGRESS_EVERY 256 /* files */

struct scanner {
	struct channel *channel;
	struct lexicon *words;
	pthread_mutex_t lock; /* of the channel and the counts */
	uint64_t files, bytes;
	bool ended; /* nobody listens any more */
};

static void give(struct scanner *s, uint32_t type, const struct buf *body)
{
	struct err err;

	pthread_mutex_lock(&s->lock);
	/*
	 * Who does not listen any more has gone: on_go then ends the walk, rather than an error nobody would
	 * read.
	 */
	if (!s->ended && !body->over && channel_send(s->channel, type, buf_view(body), NULL, 0, &err) < 0)
		s->ended = true;
	pthread_mutex_unlock(&s->lock);
}

static void give_counts(struct scanner *s, uint32_t type, uint64_t files, uint64_t bytes)
{
	struct buf body = BUF_MAX(64);
	struct packer p = { .out = &body };

	pack_u64(&p, files);
	pack_u64(&p, bytes);
	give(s, type, &body);
	buf_free(&body);
}

static void on_skip(void *ctx, struct span path, const char *why, bool harmless)
{
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	pack_span(&p, path);
	pack_span(&p, span_str(why));
	pack_u8(&p, harmless);
	give(ctx, SCAN_SKIP, &body);
	buf_free(&body);
}

static void on_file(void *ctx, unsigned worker, const struct walk_file *f)
{
	struct scanner *s = ctx;
	struct arena *arena = NULL;
	struct scan_finding finding;
	const char *why;
	uint64_t files, bytes;

	if (scan_file(s->words, f, &arena, &finding, &why)) {
		struct buf body = BUF_MAX(SCAN_FINDING_MOST);
		struct packer p = { .out = &body };
		struct codec c = { .to = &p, .arena = arena };

		if (finding.verdict != SCAN_CLEAN) {
			code_scan_finding(&c, &finding);
			if (body.over) {
				/* a script must not hide behind the length of its own proof */
				body.n = 0;
				body.over = false;
				finding.reasons = 0;
				code_scan_finding(&c, &finding);
				on_skip(s, f->path, "its proof is too long to be told", false);
			}
			give(s, SCAN_FINDING, &body);
		}
		buf_free(&body);
		if (why)
			on_skip(s, f->path, why, false);
	}
	arena_free(arena);
	pthread_mutex_lock(&s->lock);
	files = ++s->files;
	bytes = s->bytes += f->bytes.n;
	pthread_mutex_unlock(&s->lock);
	if (files % PROGRESS_EVERY == 0)
		give_counts(s, SCAN_PROGRESS, files, bytes);
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

void scan_child(void *ctx, struct channel *channel, bool unconfined)
{
	const struct scan_want *want = ctx;
	struct scanner s = { .channel = channel, .words = lexicon_new(), .lock = PTHREAD_MUTEX_INITIALIZER };
	struct walk_want walk = {
		.dir = want->dir,
		.only = want->only,
		.workers = want->workers,
		.file_most = FILE_MOST,
		.since = want->since,
		.ctx = &s,
		.file = on_file,
		.skip = on_skip,
		.go_on = on_go,
	};

	walk_tree(&walk);
	give_counts(&s, SCAN_END, s.files, s.bytes);
	lexicon_free(s.words);
}
