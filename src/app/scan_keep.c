/*
 * scan_keep - what one scan tells the next: clean files by their numbers, and what was found, for investigate and contain.
 *
 * A folder is known by device and inode, so that it has one memory under whatever name it is given. Another program or
 * other rules begin anew.
 * TRUST: numbers come from a scanner that may have been taken over: they count for that one folder, until the rules
 * change or --full is given.
 */
#include "app/scanning.h"

#include "app/scan_packed.h"
#include "base/hash.h"
#include "scan/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files of one folder that are remembered; of those beyond, all are read each time. */
#define PRINTS_MOST ((size_t)8 << 20)
#define TOLD_MOST 20000
#define TOLD_BYTES ((size_t)16 << 20)

/* A sum of this very program: what another one called clean says nothing here. */
static uint64_t program_sum(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char piece[65536];
	uint64_t sum = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		sum = hash_bytes(piece, (size_t)n, sum);
	if (fd >= 0)
		close(fd);
	return sum;
}

/* An image is no host of ours: what is known of it is kept only where the operator says so. */
const char *scan_keep_dir(const struct scanning *s)
{
	if (s->o->state)
		return s->o->state;
	return s->root.kind == ROOT_HOST ? s->config.state_dir.value : NULL;
}

void scan_keep_open(struct scanning *s)
{
	const char *dir = scan_keep_dir(s);
	struct buf note = BUF_MAX(2000);
	struct err err = { 0 };

	if (!dir)
		return;
	if (scans_open(dir, &s->scans, &note, &err) < 0) {
		buf_addf(&note, "nothing is kept for the next scan: %s", err.text);
		s->scans = NULL;
	}
	if (note.n)
		scanning_note(s, buf_view(&note));
	buf_free(&note);
	s->rules_sum = hash_mix(s->rules_sum ^ program_sum());
}

static void forget(struct scanning *s)
{
	free(s->was.print);
	free(s->was.told);
	free(s->was_told);
	free(s->print);
	free(s->told);
	arena_free(s->folder_arena);
	s->folder_arena = NULL;
	s->was = (struct scans_known){ 0 };
	s->was_told = s->print = NULL;
	s->told = NULL;
	s->prints = s->prints_room = s->ntold = s->told_room = 0;
}

static int told_order(const void *a, const void *b)
{
	uint64_t x = ((const struct scans_told *)a)->print, y = ((const struct scans_told *)b)->print;

	return (x > y) - (x < y);
}

void scan_keep_begin(struct scanning *s, const struct root *home, struct scan_want *want)
{
	struct buf key = BUF_MAX(64);
	struct err err = { 0 };
	struct stat st;

	forget(s);
	s->folder_arena = arena_new();
	if (!s->scans || fstat(home->fd, &st) < 0)
		return;
	buf_addf(&key, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	s->place =
		(struct scans_folder){ .key = arena_span(s->arena, buf_view(&key)), .engine = s->rules_sum };
	buf_free(&key);
	want->keep = true;
	want->cache.seed = scans_seed(s->scans);
	if (s->o->full)
		return;
	if (scans_load(s->scans, &s->place, s->folder_arena, &s->was, &err) < 0)
		scanning_note(s, span_str(err.text));
	/* the database's numbers have a sign */
	if (s->was.ntold)
		qsort(s->was.told, s->was.ntold, sizeof(*s->was.told), told_order);
	s->was_told = xcalloc(s->was.ntold + 1, sizeof(*s->was_told));
	for (size_t i = 0; i < s->was.ntold; i++)
		s->was_told[i] = s->was.told[i].print;
	want->told = (struct cache){ s->was_told, s->was.ntold, want->cache.seed };
	want->cache.print = s->was.print;
	want->cache.n = s->was.n;
}

void scan_keep_prints(struct scanning *s, const uint64_t *print, size_t n)
{
	if (!s->scans || s->prints + n > PRINTS_MOST)
		return;
	if (s->prints + n > s->prints_room) {
		s->prints_room = s->prints_room ? 2 * s->prints_room : 65536;
		if (s->prints_room < s->prints + n)
			s->prints_room = s->prints + n;
		s->print = xrealloc(s->print, s->prints_room * sizeof(*s->print));
	}
	if (n)
		memcpy(s->print + s->prints, print, n * sizeof(*print));
	s->prints += n;
}

void scan_keep_told(struct scanning *s, uint64_t print, struct span body)
{
	if (!s->scans || !print || s->ntold == TOLD_MOST || arena_bytes(s->folder_arena) > TOLD_BYTES)
		return;
	if (s->ntold == s->told_room) {
		s->told_room = s->told_room ? 2 * s->told_room : 64;
		s->told = xrealloc(s->told, s->told_room * sizeof(*s->told));
	}
	s->told[s->ntold++] = (struct scans_told){ print, arena_span(s->folder_arena, body) };
}

struct span scan_keep_find(const struct scanning *s, uint64_t print)
{
	const struct scans_told key = { .print = print };
	const struct scans_told *t =
		s->was.ntold ? bsearch(&key, s->was.told, s->was.ntold, sizeof(key), told_order) : NULL;

	return t ? t->body : SPAN_NONE;
}

static bool told_same(const struct scanning *s)
{
	if (s->ntold != s->was.ntold)
		return false;
	for (size_t i = 0; i < s->ntold; i++)
		if (s->told[i].print != s->was.told[i].print)
			return false;
	return true;
}

static void sort_told(struct scanning *s)
{
	size_t kept = 0;

	if (s->ntold)
		qsort(s->told, s->ntold, sizeof(*s->told), told_order);
	for (size_t i = 0; i < s->ntold; i++)
		if (kept == 0 || s->told[kept - 1].print != s->told[i].print)
			s->told[kept++] = s->told[i];
	s->ntold = kept;
}

/* What is found in archives stays out of what contain and investigate hear: nothing of it runs where it lies. */
static size_t on_disk(const struct scanning *s, size_t first, struct scan_finding *ret)
{
	size_t kept = 0;

	for (size_t i = first; i < s->r.findings; i++)
		if (!s->r.finding[i].member.n && !scan_packed_explains(s, &s->r.finding[i]))
			ret[kept++] = s->r.finding[i];
	return kept;
}

/* What was known stays known where not all of it was looked at. */
static void keep_prints(struct scanning *s, bool whole, struct err *err)
{
	struct scans_known now = s->was;

	if (!whole && s->was.n)
		scan_keep_prints(s, s->was.print, s->was.n);
	for (size_t i = 0; !whole && i < s->was.ntold; i++)
		scan_keep_told(s, s->was.told[i].print, s->was.told[i].body);
	s->prints = cache_sort(s->print, s->prints);
	sort_told(s);
	if (told_same(s) && s->prints == s->was.n &&
	    (s->prints == 0 || memcmp(s->print, s->was.print, s->prints * sizeof(*s->print)) == 0))
		return;
	now.print = s->print;
	now.n = s->prints;
	now.told = s->told;
	now.ntold = s->ntold;
	if (whole) {
		now.files = s->r.files - s->files;
		now.bytes = s->r.bytes - s->bytes;
	}
	if (scans_save(s->scans, &s->place, &now, s->now, err) < 0)
		scanning_note(s, span_str(err->text));
}

void scan_keep_end(struct scanning *s, size_t first, bool ended_well)
{
	bool whole = ended_well && s->target->whole && !s->o->since;
	struct err err = { 0 };

	if (s->scans) {
		struct scan_finding *found = xcalloc(s->r.findings - first + 1, sizeof(*found));
		size_t n = on_disk(s, first, found);

		keep_prints(s, whole, &err);
		/* a path that begins nowhere is of no use to others */
		if (s->target->prefix[0] == '/' &&
		    scans_keep(s->scans, span_str(s->target->prefix), whole, found, n, s->now, &err) < 0)
			scanning_note(s, span_str(err.text));
		free(found);
	}
	forget(s);
}

void scan_keep_close(struct scanning *s)
{
	scans_close(s->scans);
	s->scans = NULL;
}
