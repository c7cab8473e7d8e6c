/*
 * scan_packed - see scan_packed.h. What was said of an archive is remembered message by message, under numbers that follow
 * one another: how it ended first, then the rest.
 * TRUST: as there.
 */
#include "app/scan_packed.h"

#include "app/archive_helper.h"
#include "app/interrupt.h"
#include "app/scanning.h"
#include "base/codec.h"
#include "scan/place.h"

#include <stdlib.h>

/* What one archive may be, and unpack to, without --full; and all of one folder. One that is named by itself has the wider. */
#define SIZE_MOST \
	((uint64_t)32 << 20) /* limit scan, bytes: of an archive that is looked into without --full */
#define MEMBERS_MOST 100000 /* limit scan: files in one archive */
#define BYTES_MOST ((uint64_t)512 << 20) /* limit scan, bytes: that one archive may unpack to */
#define SECONDS_MOST 10 /* limit scan, s: CPU for one archive */
#define ALL_SIZE_MOST \
	((uint64_t)512 << 20) /* limit scan, bytes: of all archives of a folder that are looked into */
#define ALL_BYTES_MOST \
	((uint64_t)4 << 30) /* limit scan, bytes: that all archives of a folder may unpack to */
#define ALL_SECONDS_MOST 60 /* limit scan, s: CPU for all archives of a folder */
#define FULL_MEMBERS_MOST 5000000 /* limit scan: files in one archive, with --full */
#define FULL_BYTES_MOST \
	((uint64_t)64 << 30) /* limit scan, bytes: that one archive may unpack to, with --full */
#define FULL_SECONDS_MOST 3600 /* limit scan, s: CPU for one archive, with --full */
/* As in scan_child.c: of a longer one the scanner has left the end to who looks into it. */
#define FILE_MOST (8u << 20)
#define SECOND UINT64_C(1000000)
#define KEPT_BYTES ((size_t)1 << 20)
#define PARTS_MOST 2000

struct part {
	uint32_t type;
	struct span body;
};

struct scan_packed {
	struct archive_helper *helper; /* NULL: none is installed */
	uint64_t size, bytes, micros; /* that were spent so far */
	uint64_t left,
		more; /* archives of this target that were not looked into; those of them that --full would be for */
	struct buf first; /* one of them, by name */

	/* of the archive at hand */
	struct arena *arena;
	struct part part[PARTS_MOST];
	size_t parts;
};

struct scan_packed *scan_packed_new(const struct scanning *s)
{
	struct scan_packed *p = xcalloc(1, sizeof(*p));

	p->helper = archive_helper_new(s);
	p->first = BUF_MAX(4096);
	return p;
}

void scan_packed_free(struct scan_packed *p)
{
	if (!p)
		return;
	archive_helper_free(p->helper);
	buf_free(&p->first);
	free(p);
}

/* --- those that are left ------------------------------------------------------------------------- */

/* The operator has named this one file. */
static bool is_named(const struct scanning *s)
{
	return s->target->tasks == 1 && s->target->task[0].named;
}

static void leave(struct scan_packed *p, struct span path, uint64_t n, uint64_t more)
{
	if (!p->left || span_compare(path, buf_view(&p->first)) < 0) {
		p->first.n = 0;
		buf_span(&p->first, span_head(path, 4000));
	}
	p->left += n;
	p->more += more;
}

void scan_packed_begin(struct scanning *s, struct scan_want *want)
{
	if (!s->packed)
		return;
	want->packs = s->packed->helper != NULL;
	want->pack_most = s->o->full || is_named(s) ? UINT64_MAX : SIZE_MOST;
}

void scan_packed_end(struct scanning *s)
{
	struct scan_packed *p = s->packed;
	struct buf why = BUF_MAX(8192);

	if (!p)
		return;
	buf_addf(&why, "%llu %s not looked into: %.*s%s", (unsigned long long)p->left,
		 p->left == 1 ? "archive was" : "archives were", (int)p->first.n,
		 p->first.n ? p->first.p : "", p->left == 1 ? "" : " and so on");
	if (!p->helper)
		buf_str(&why, " (spamtrail-archive is not installed)");
	else if (p->more && !s->o->full)
		buf_str(&why, " (--full looks into large ones)");
	/* every home has some, so they leave nothing incomplete */
	if (p->left)
		scanning_skip_harmless(s, SPAN_NONE, buf_view(&why));
	buf_free(&why);
	p->left = p->more = 0;
	p->first.n = 0;
	/* whose archives take it over, or take all there is, does so for his own folder */
	archive_helper_end(p->helper);
	p->size = p->bytes = p->micros = 0;
}

int scan_packed_left(struct scanning *s, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	uint64_t n = unpack_u64(&u), more = unpack_u64(&u);
	struct span path = unpack_span(&u);

	if (!unpack_done(&u) || !s->packed || more > n)
		return err_set(err, EXIT_SOFTWARE,
			       "the scanner counts archives in a way that makes no sense");
	if (n)
		leave(s->packed, path, n, more);
	return 0;
}

/* --- what is said of one ------------------------------------------------------------------------- */

static bool take_found(struct scanning *s, struct span path, struct span body)
{
	/* beyond what is told it is looked at, and not kept */
	bool full = scanning_is_full(s);
	struct arena *a = full ? arena_new() : s->arena;
	struct unpacker u = { .left = full ? body : arena_span(a, body) };
	struct codec c = { .from = &u, .arena = a };
	struct span member = unpack_span(&u), why = SPAN_NONE;
	struct scan_finding f = { 0 };
	bool good;

	code_span(&c, &why);
	code_scan_finding(&c, &f);
	good = unpack_done(&u) && f.verdict != SCAN_CLEAN && member.n && member.n <= ARCHIVE_NAME_MOST;
	if (good) {
		f.path = full ? path : scanning_path(s, path);
		f.member = member;
		f.rank = RANK_REST;
		f.verdict = SCAN_SUSPICIOUS;
		scanning_add(s, &f);
	}
	if (full)
		arena_free(a);
	return good;
}

static bool take_skip(struct scanning *s, struct span path, struct span body)
{
	struct unpacker u = { .left = body };
	struct span member = unpack_span(&u), why = unpack_span(&u);
	bool harmless = unpack_bool(&u);
	struct buf name = BUF_MAX(1u << 16);

	if (!unpack_done(&u) || member.n > ARCHIVE_NAME_MOST || why.n > 8192)
		return false;
	buf_span(&name, path);
	if (member.n)
		buf_byte(&name, '!');
	buf_span(&name, member);
	/* what the operator asks for by name he wants to know whole */
	if (harmless && !is_named(s))
		scanning_skip_harmless(s, buf_view(&name), why);
	else
		scanning_skip(s, buf_view(&name), why);
	buf_free(&name);
	s->incomplete |= !harmless || is_named(s);
	return true;
}

struct ending {
	bool opened;
	uint64_t members, bytes, micros;
};

static bool read_ending(struct span body, struct ending *ret)
{
	struct unpacker u = { .left = body };

	ret->opened = unpack_bool(&u);
	ret->members = unpack_u64(&u);
	ret->bytes = unpack_u64(&u);
	ret->micros = unpack_u64(&u);
	return unpack_done(&u);
}

/* It is no archive of a kind that is opened, whatever its name says. */
static void not_opened(struct scanning *s, struct span path)
{
	if (!is_named(s)) {
		leave(s->packed, path, 1, 0);
		return;
	}
	s->incomplete = true;
	scanning_skip(s, path, SPAN("no archive of a kind that is opened here (zip, tar, gz, bz2, xz, zst)"));
}

/* False: this is no way to speak. */
static bool take_part(struct scanning *s, struct span path, const struct part *part)
{
	struct ending end;

	if (part->type == ARCHIVE_FOUND)
		return take_found(s, path, part->body);
	if (part->type == ARCHIVE_SKIP)
		return take_skip(s, path, part->body);
	if (part->type != ARCHIVE_DONE || !read_ending(part->body, &end))
		return false;
	if (!end.opened)
		not_opened(s, path);
	return true;
}

static int nonsense(struct scanning *s, struct span path)
{
	s->incomplete = true;
	scanning_skip(s, path, SPAN("what spamtrail-archive said of it makes no sense"));
	return 0;
}

bool scan_packed_explains(const struct scanning *s, const struct scan_finding *f)
{
	if (f->member.n || !place_packs(f->path) || place_runs(f->path))
		return false;
	for (size_t i = 0; i < s->r.findings; i++)
		if (s->r.finding[i].member.n && span_eq(s->r.finding[i].path, f->path))
			return true;
	return false;
}

/* --- from memory --------------------------------------------------------------------------------- */

/* A clean archive is a number; of others there are as many parts as the first, which ends with their number, says. */
static void keep(struct scanning *s, uint64_t print)
{
	struct scan_packed *p = s->packed;
	size_t bytes = 0;

	if (!print)
		return;
	if (p->parts == 1) {
		struct ending end;

		if (read_ending(p->part[0].body, &end) && end.opened) {
			scan_keep_prints(s, &print, 1);
			return;
		}
	}
	for (size_t i = 0; i < p->parts; i++) {
		bytes += p->part[i].body.n;
		/* what the store would not take leaves a gap: it is looked into again next time */
		if (p->part[i].body.n + 64 > SCANS_BODY_MOST || bytes > KEPT_BYTES)
			return;
	}
	for (size_t i = 0; i < p->parts; i++) {
		const struct part *part = &p->part[p->parts - 1 - i];
		struct buf body = BUF_MAX(SCANS_BODY_MOST);
		struct packer pack = { .out = &body };

		pack_u32(&pack, (uint32_t)p->parts);
		pack_u32(&pack, part->type);
		pack_span(&pack, part->body);
		scan_keep_told(s, print + i, buf_view(&body));
		buf_free(&body);
	}
}

int scan_packed_again(struct scanning *s, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	uint64_t print = unpack_u64(&u);
	struct span path = unpack_span(&u);
	uint32_t n = 1;

	if (!unpack_done(&u) || !print || !s->packed || !scan_keep_find(s, print).n)
		return err_set(err, EXIT_SOFTWARE, "the scanner remembers an archive that nobody knows");
	for (uint32_t i = 0; i < n; i++) {
		struct span kept = scan_keep_find(s, print + i);
		struct unpacker v = { .left = kept };
		uint32_t parts = unpack_u32(&v);
		struct part part = { 0 };

		part.type = unpack_u32(&v);
		part.body = unpack_span(&v);
		if (!unpack_done(&v) || parts > PARTS_MOST || !take_part(s, path, &part)) {
			s->incomplete = true;
			scanning_skip(s, path,
				      SPAN("what was found in it before is lost: --full looks again"));
			return 0;
		}
		n = parts;
		scan_keep_told(s, print + i, kept);
	}
	return 0;
}

/* --- looking ------------------------------------------------------------------------------------- */

static void on_told(void *ctx, uint32_t type, struct span body)
{
	struct scan_packed *p = ctx;

	if (p->parts < PARTS_MOST)
		p->part[p->parts++] = (struct part){ type, arena_span(p->arena, body) };
}

/* Without --full there is so much for all archives of a folder together. */
static bool spent(const struct scanning *s, uint64_t size)
{
	const struct scan_packed *p = s->packed;

	return !s->o->full && !is_named(s) &&
	       (p->size + size > ALL_SIZE_MOST || p->bytes > ALL_BYTES_MOST ||
		p->micros > ALL_SECONDS_MOST * SECOND);
}

static void ask(struct scanning *s, uint64_t print, const struct scan_finding *f, int fd)
{
	const struct archive_most wide = { FULL_MEMBERS_MOST, FULL_BYTES_MOST, FULL_SECONDS_MOST * SECOND };
	const struct archive_most narrow = { MEMBERS_MOST, BYTES_MOST, SECONDS_MOST * SECOND };
	struct scan_packed *p = s->packed;
	struct archive_ask what = { .path = f->path,
				    .only = is_named(s) && s->target->task[0].member
						    ? span_str(s->target->task[0].member)
						    : SPAN_NONE,
				    .size = f->size,
				    .mtime = f->mtime,
				    .ctime = f->ctime,
				    .uid = f->uid,
				    .most = s->o->full || is_named(s) ? wide : narrow };
	struct ending end = { 0 };
	struct err err = { 0 };
	int64_t began = clock_steady_micros(&s->clock);
	bool good = true;

	p->parts = 0;
	p->size += f->size;
	if (archive_helper_ask(p->helper, fd, &what, on_told, p, &err) < 0) {
		s->incomplete = true;
		/* what it took until then nobody has said: by the clock it is more */
		p->micros += (uint64_t)(clock_steady_micros(&s->clock) - began);
		if (!interrupt_came())
			scanning_skip(s, f->path, span_str(err.text));
		return;
	}
	good = p->parts && read_ending(p->part[p->parts - 1].body, &end);
	for (size_t i = 0; i < p->parts && good; i++)
		good = take_part(s, f->path, &p->part[i]);
	if (!good) {
		nonsense(s, f->path);
		return;
	}
	p->bytes += end.bytes;
	p->micros += end.micros;
	s->r.archives += end.opened;
	s->r.members += end.members;
	/* what is known of it stays as it is: parts of two answers would be mixed */
	if (!what.only.n && !scan_keep_find(s, print).n)
		keep(s, print);
}

int scan_packed_look(struct scanning *s, const struct message *m, struct err *err)
{
	struct unpacker u = { .left = m->body };
	uint64_t print = unpack_u64(&u);
	struct scan_finding f = { 0 };
	struct span why = SPAN_NONE;
	struct codec c = { .from = &u };

	code_scan_told(&c, &f, &why);
	if (!unpack_done(&u) || f.verdict != SCAN_CLEAN || m->nfds != 1 || !s->packed || !s->packed->helper)
		return err_set(err, EXIT_SOFTWARE,
			       "the scanner showed an archive in a way that makes no sense");
	if (spent(s, f.size)) {
		leave(s->packed, f.path, 1, 1);
		if (f.size > FILE_MOST) {
			s->incomplete = true;
			scanning_skip(s, f.path, SPAN("larger than the limit, its end was not read"));
		}
		return 0;
	}
	s->packed->arena = arena_new();
	ask(s, print, &f, m->fds[0]);
	arena_free(s->packed->arena);
	s->packed->arena = NULL;
	return 0;
}
