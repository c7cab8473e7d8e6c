/*
 * scan_archives - see scan_archives.h. What is packed has a number of its own for the cache, made of the file's: that a file is
 * clean as it lies there says nothing of what is in it.
 * TRUST: as there.
 */
#include "app/scan_archives.h"

#include "app/scan_say.h"
#include "base/hash.h"
#include "base/pack.h"
#include "scan/phar.h"
#include "scan/place.h"
#include "scan/walk.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct archives {
	const struct scan_want *want;
	struct saying *say;
	pthread_mutex_t lock; /* of all below */
	uint64_t left, large; /* that are not handed over; those that are too large for it */
	struct buf first; /* of these by its name, so that two scans name the same */
};

struct archives *archives_new(const struct scan_want *want, struct saying *say)
{
	struct archives *a = xcalloc(1, sizeof(*a));

	a->want = want;
	a->say = say;
	a->first = BUF_MAX(4096);
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void archives_end(struct archives *a)
{
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	pack_u64(&p, a->left);
	pack_u64(&p, a->large);
	pack_span(&p, buf_view(&a->first));
	if (a->left)
		say(a->say, SCAN_PACKED_LEFT, &body, NULL);
	buf_free(&body);
	buf_free(&a->first);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* Where PHP's own form begins is looked for later, as all bytes may tell. */
bool archives_is_odd(const struct walk_file *f)
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

uint64_t archives_odd_print(uint64_t print)
{
	return print ? hash_mix(print ^ UINT64_C(0x6f64642121212121)) : 0;
}

bool archives_take(const struct scan_task *t, struct span path, bool odd)
{
	return t->rank == RANK_REST && (odd || place_packs(path));
}

bool archives_open(const struct archives *a, bool openable, uint64_t size)
{
	return a->want->packs && openable && size <= a->want->pack_most;
}

static uint64_t packed_print(uint64_t print)
{
	return print ? hash_mix(print ^ UINT64_C(0x7061636b65642121)) : 0;
}

static void leave(struct archives *a, const struct scan_task *t, struct span path, bool openable)
{
	if (t->named && t->only && span_eq(path, span_str(t->only))) {
		say_skip(a->say, path,
			 "an archive by its name: not looked into, unpack it and scan the folder", false);
		return;
	}
	pthread_mutex_lock(&a->lock);
	a->left++;
	a->large += a->want->packs && openable;
	if (!a->first.n || span_compare(path, buf_view(&a->first)) < 0) {
		a->first.n = 0;
		buf_span(&a->first, path);
	}
	pthread_mutex_unlock(&a->lock);
}

static void say_packed_again(struct archives *a, uint64_t packed, struct span path)
{
	struct buf body = BUF_MAX(1 << 16);
	struct packer p = { .out = &body };

	pack_u64(&p, packed);
	pack_span(&p, path);
	say(a->say, SCAN_PACKED_AGAIN, &body, NULL);
	buf_free(&body);
}

/* One member's proof is never remembered. What is named is looked into further than what was said of it among others. */
static bool is_known(const struct archives *a, const struct scan_task *t, uint64_t packed)
{
	return packed && !t->member &&
	       (cache_has(&a->want->cache, packed) || (!t->named && cache_has(&a->want->told, packed)));
}

/* What was said of its contents before, or that they are clean. */
static bool tell_known(struct archives *a, const struct scan_task *t, unsigned worker, struct span path,
		       uint64_t packed)
{
	if (!is_known(a, t, packed))
		return false;
	if (cache_has(&a->want->cache, packed))
		say_clean(a->say, worker, packed);
	else
		say_packed_again(a, packed, path);
	return true;
}

void archives_look(struct archives *a, const struct scan_task *t, unsigned worker, const struct walk_file *f,
		   bool odd, uint64_t print)
{
	bool openable = odd || place_opens(f->path);
	uint64_t packed = packed_print(print);

	if (tell_known(a, t, worker, f->path, packed))
		return;
	if (archives_open(a, openable, f->status->size))
		say_look(a->say, SCAN_PACKED, f, t->rank, packed);
	else
		leave(a, t, f->path, openable);
}

bool archives_unknown(const struct archives *a, const struct scan_task *t, struct span path, bool odd,
		      uint64_t size, uint64_t print)
{
	return archives_take(t, path, odd) && !is_known(a, t, packed_print(print)) &&
	       archives_open(a, odd || place_opens(path), size);
}

void archives_settled(struct archives *a, const struct scan_task *t, unsigned worker, struct span path,
		      bool odd, uint64_t print)
{
	if (archives_take(t, path, odd) && !tell_known(a, t, worker, path, packed_print(print)))
		leave(a, t, path, odd || place_opens(path));
}
