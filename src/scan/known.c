/*
 * known - see known.h. Entries are sorted by a hash of their path; a path is looked up by each of its ends, since nobody
 * knows where a program was put.
 *
 * TRUST: as in known.h. A path has at most PATH_MAX bytes and is looked up at most ENDS_MOST times.
 */
#include "scan/known.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdlib.h>

enum { ENDS_MOST = 64, SETS_MOST = 65535, ENTRIES_MOST = 4 << 20, SUM_MOST = 32, SEED = 7 };

struct entry {
	uint64_t path;
	uint32_t set;
	bool sha, rooted, anchor;
	uint8_t sum[SUM_MOST];
};

struct known {
	struct arena *arena;
	struct entry *entry;
	size_t n, room;
	uint64_t *name; /* hashes of last parts, sorted */
	size_t names;
	struct span *release;
	uint32_t sets;
	uint64_t *anchor; /* hashes of anchors' paths */
	size_t anchors;
};

struct known *known_new(void)
{
	struct known *k = xcalloc(1, sizeof(*k));

	k->arena = arena_new();
	return k;
}

void known_free(struct known *k)
{
	if (!k)
		return;
	arena_free(k->arena);
	free(k->entry);
	free(k->name);
	free(k->release);
	free(k->anchor);
	free(k);
}

/* --- reading ----------------------------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_sum(struct span hex, uint8_t *sum)
{
	for (size_t i = 0; i < hex.n / 2; i++) {
		int high = digit(hex.p[2 * i]), low = digit(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		sum[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static struct span last_part(struct span path)
{
	return span_from(path, (size_t)(span_rfind(path, '/') + 1));
}

/* "SUM  PATH" or "SUM *PATH", as md5sum and sha256sum print it. */
static bool read_line(struct known *k, struct span line, uint32_t set, bool rooted)
{
	struct entry e = { .set = set, .rooted = rooted };
	ptrdiff_t blank = span_find(line, 0, ' ');
	struct span path = blank < 0 ? SPAN_NONE : span_from(line, (size_t)blank + 1);

	if (path.n && (path.p[0] == ' ' || path.p[0] == '*'))
		path = span_from(path, 1);
	if (span_starts(path, SPAN("./")))
		path = span_from(path, 2);
	if (rooted && path.n && path.p[0] == '/')
		path = span_from(path, 1);
	e.sha = blank == 2 * SHA256_DIGEST_SIZE;
	if (path.n == 0 || path.n > 4096 || path.p[0] == '/' || (blank != 2 * MD5_DIGEST_SIZE && !e.sha) ||
	    !read_sum(span_head(line, (size_t)blank), e.sum) || k->n == ENTRIES_MOST)
		return false;
	e.path = hash_span(path, SEED);
	if (k->n == k->room) {
		k->room = k->room ? 2 * k->room : 1024;
		k->entry = xrealloc(k->entry, k->room * sizeof(*k->entry));
		k->name = xrealloc(k->name, k->room * sizeof(*k->name));
	}
	k->name[k->n] = hash_span(last_part(path), SEED);
	k->entry[k->n++] = e;
	return true;
}

static void add_anchor(struct known *k, struct span path)
{
	k->anchor = xrealloc(k->anchor, (k->anchors + 1) * sizeof(*k->anchor));
	k->anchor[k->anchors++] = hash_span(path, SEED);
}

static uint64_t add_lines(struct known *k, struct span bytes, struct span name, bool rooted)
{
	size_t first = k->n;
	uint64_t wrong = 0, anchor = 0;
	bool anchored = false;

	if (k->sets == SETS_MOST)
		return 1;
	k->release = xrealloc(k->release, (k->sets + 1) * sizeof(*k->release));
	k->release[k->sets] = arena_span(k->arena, name);
	while (bytes.n) {
		ptrdiff_t end = span_find(bytes, 0, '\n');
		struct span line = span_trim(end < 0 ? bytes : span_head(bytes, (size_t)end));

		bytes = end < 0 ? SPAN_NONE : span_from(bytes, (size_t)end + 1);
		if (span_starts(line, SPAN("# release:"))) {
			k->release[k->sets] = arena_span(k->arena, span_trim(span_from(line, 10)));
		} else if (span_starts(line, SPAN("# anchor:"))) {
			add_anchor(k, span_trim(span_from(line, 9)));
			anchor = k->anchor[k->anchors - 1];
			anchored = true;
		} else if (line.n && line.p[0] != '#') {
			wrong += !read_line(k, line, k->sets, rooted);
		}
	}
	for (size_t i = first; anchored && i < k->n; i++)
		k->entry[i].anchor = k->entry[i].path == anchor;
	k->sets++;
	return wrong;
}

uint64_t known_add_manifest(struct known *k, struct span bytes, struct span name)
{
	return add_lines(k, bytes, name, false);
}

uint64_t known_add_package(struct known *k, struct span bytes, struct span name)
{
	return add_lines(k, bytes, name, true);
}

static int entry_order(const void *a, const void *b)
{
	uint64_t x = ((const struct entry *)a)->path, y = ((const struct entry *)b)->path;

	return (x > y) - (x < y);
}

static int hash_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void known_ready(struct known *k)
{
	if (!k->n)
		return;
	qsort(k->entry, k->n, sizeof(*k->entry), entry_order);
	qsort(k->name, k->n, sizeof(*k->name), hash_order);
	k->names = k->n;
}

/* --- looking up -------------------------------------------------------------------------------- */

bool known_may(const struct known *k, struct span path)
{
	uint64_t h;

	if (!k || !k->names)
		return false;
	h = hash_span(last_part(path), SEED);
	return bsearch(&h, k->name, k->names, sizeof(h), hash_order) != NULL;
}

/* The next end of PATH: behind its first slash. Empty: there is none. */
static struct span next_end(struct span path)
{
	ptrdiff_t slash = span_find(path, 0, '/');

	return slash < 0 ? SPAN_NONE : span_from(path, (size_t)slash + 1);
}

bool known_is_anchor(const struct known *k, struct span path)
{
	if (!k || !k->anchors)
		return false;
	for (int i = 0; i < ENDS_MOST && path.n; i++, path = next_end(path)) {
		uint64_t h = hash_span(path, SEED);

		for (size_t a = 0; a < k->anchors; a++)
			if (k->anchor[a] == h)
				return true;
	}
	return false;
}

static const struct entry *first_of(const struct known *k, uint64_t path)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (k->entry[mid].path < path)
			low = mid + 1;
		else
			high = mid;
	}
	return k->entry + low;
}

bool known_has(const struct known *k, struct span end, uint32_t set)
{
	uint64_t h = hash_span(end, SEED);

	for (const struct entry *e = first_of(k, h); e < k->entry + k->n && e->path == h; e++)
		if (e->set == set)
			return true;
	return false;
}

struct sums {
	struct span bytes;
	bool have_md5, have_sha;
	uint8_t md5[MD5_DIGEST_SIZE], sha[SHA256_DIGEST_SIZE];
};

static bool sum_is(struct sums *s, const struct entry *e)
{
	if (e->sha && !s->have_sha) {
		struct sha256_ctx ctx;

		sha256_init(&ctx);
		sha256_update(&ctx, s->bytes.n, (const uint8_t *)s->bytes.p);
		sha256_digest(&ctx, sizeof(s->sha), s->sha);
		s->have_sha = true;
	}
	if (!e->sha && !s->have_md5) {
		struct md5_ctx ctx;

		md5_init(&ctx);
		md5_update(&ctx, s->bytes.n, (const uint8_t *)s->bytes.p);
		md5_digest(&ctx, sizeof(s->md5), s->md5);
		s->have_md5 = true;
	}
	return e->sha ? memcmp(e->sum, s->sha, sizeof(s->sha)) == 0
		      : memcmp(e->sum, s->md5, sizeof(s->md5)) == 0;
}

/* Entries of the path END, which begins at AT of the whole one. True: one of them is the file. */
static bool look_end(const struct known *k, struct span end, size_t at, struct sums *sums,
		     struct known_answer *ret)
{
	uint64_t h = hash_span(end, SEED);

	for (const struct entry *e = first_of(k, h); e < k->entry + k->n && e->path == h; e++) {
		bool same;

		/* a package's path counts from "/" alone */
		if (e->rooted && at != 1)
			continue;
		same = sum_is(sums, e);
		/* the anchor of a release says more than that a file is as released */
		if (!same && (ret->state != KNOWN_NOT || (!e->rooted && !k->anchors)))
			continue;
		*ret = (struct known_answer){ .state = same ? KNOWN_SAME : KNOWN_OTHER,
					      .release = k->release[e->set],
					      .set = e->set,
					      .root = at,
					      .anchor = same && e->anchor,
					      .sure = e->rooted };
		if (same && (e->anchor || !k->anchors))
			return true;
	}
	return ret->state == KNOWN_SAME;
}

void known_look(const struct known *k, struct span path, struct span bytes, struct known_answer *ret)
{
	struct sums sums = { .bytes = bytes };
	struct span end = path;

	*ret = (struct known_answer){ .state = KNOWN_NOT };
	for (int i = 0; i < ENDS_MOST && end.n; i++, end = next_end(end))
		if (look_end(k, end, (size_t)(end.p - path.p), &sums, ret))
			return;
}
