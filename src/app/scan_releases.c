/*
 * scan_releases - see scan_releases.h.
 * TRUST: as there; which folder a release lies in is compared by its hash, and only what the release itself says is told of.
 */
#include "app/scan_releases.h"

#include "base/arena.h"
#include "base/hash.h"
#include "scan/scan.h"

#include <pthread.h>
#include <stdlib.h>

#define DOUBTS_MOST 65536 /* limit scan: files that others are to look at */

/* A file that is not as some release has it. */
struct doubt {
	struct doubt *next;
	uint64_t root; /* hash of the folder that release would lie in */
	uint64_t print;
	struct span path, end; /* END: beneath that folder */
};

/* The release SET lies in the folder ROOT. */
struct copy {
	uint64_t root;
	uint32_t set;
	struct span release;
};

struct releases {
	pthread_mutex_t lock; /* of all below */
	struct arena *arena;
	struct doubt *doubt;
	size_t doubts;
	struct copy *copy;
	size_t copies;
};

struct releases *releases_new(void)
{
	struct releases *r = xcalloc(1, sizeof(*r));

	r->arena = arena_new();
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void releases_free(struct releases *r)
{
	pthread_mutex_destroy(&r->lock);
	arena_free(r->arena);
	free(r->copy);
	free(r);
}

/* PATH is of T's; what lies in front of the scanned folder is the same for all. */
static uint64_t root_of(struct span path, const struct scan_told *t)
{
	size_t root = t->known.root;

	return hash_span(root > t->place ? span_head(path, root - t->place) : SPAN_NONE,
			 root > t->place ? 0 : root);
}

void releases_found(struct releases *r, const struct walk_file *f, const struct scan_told *t)
{
	pthread_mutex_lock(&r->lock);
	r->copy = xrealloc(r->copy, (r->copies + 1) * sizeof(*r->copy));
	r->copy[r->copies++] = (struct copy){ .root = root_of(f->path, t),
					      .set = t->known.set,
					      .release = t->known.release };
	pthread_mutex_unlock(&r->lock);
}

bool releases_doubt(struct releases *r, const struct walk_file *f, const struct scan_told *t, uint64_t print)
{
	size_t cut = t->known.root > t->place ? t->known.root - t->place : 0;
	struct doubt *d;

	pthread_mutex_lock(&r->lock);
	if (r->doubts == DOUBTS_MOST) {
		pthread_mutex_unlock(&r->lock);
		return false;
	}
	d = arena_alloc(r->arena, sizeof(*d));
	*d = (struct doubt){ .next = r->doubt,
			     .root = root_of(f->path, t),
			     .print = print,
			     .path = span_str(arena_str(r->arena, f->path)) };
	d->end = span_from(d->path, cut);
	r->doubt = d;
	r->doubts++;
	pthread_mutex_unlock(&r->lock);
	return true;
}

bool releases_settle(struct releases *r, const struct known *known, struct release_doubt *ret)
{
	const struct doubt *d = r->doubt;

	if (!d)
		return false;
	r->doubt = d->next;
	*ret = (struct release_doubt){ .path = d->path, .print = d->print };
	for (size_t i = 0; i < r->copies && !ret->release.n; i++)
		if (r->copy[i].root == d->root && known_has(known, d->end, r->copy[i].set))
			ret->release = r->copy[i].release;
	return true;
}
