/*
 * look - see look.h.
 *
 * Formats and filters are named one by one: zip and tar, gzip, bzip2, xz and zstd, and one file packed by itself. 7z, rar and
 * cpio are left out: their readers had the faults, and few backups of a web site are such. Filters that libarchive would
 * start a program for are refused here, and could not start one anyway.
 *
 * What is packed is unpacked piece by piece and counted, also where it is only passed over, so that no bound depends on what
 * the archive says of itself.
 * TRUST: as in look.h; libarchive's own words about an archive may hold bytes of it, and are not told.
 */
#include "archive/look.h"

#include "archive/ends.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "scan/place.h"
#include "scan/scan.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define FILE_MOST (8u << 20) /* limit scan, bytes: of one file in an archive that are read */
#define BLOCK (16u << 10)
/* Headers in a row that cannot be read; and pieces of nothing. */
#define BROKEN_MOST 100
#define PROGRESS_MICROS 500000
/* Beyond the limit, for one piece: of a terabyte of nothing, packed in layers, libarchive comes back after hours. */
#define PIECE_MICROS 3000000

enum over { OVER_NOT, OVER_MEMBERS, OVER_BYTES, OVER_TIME, OVER_FOUND };

/* Files of which one thing is said, and which was the first. */
struct some {
	uint64_t n;
	struct buf first;
};

struct looking {
	const struct look_want *want;
	struct look_done *done;
	struct archive *a;
	char block[BLOCK];
	int64_t at; /* what is read next of the descriptor */
	struct buf bytes; /* of the member at hand */
	struct some encrypted, damaged, disguised, packs, larger, larger_code, limited;
	uint64_t began, told; /* microseconds, the latter since then */
	uint64_t found, skips;
	enum over over;
	bool seen; /* the member that was asked for */
	bool odd; /* the archive itself is damaged */
	bool doubtful; /* other programs may find other files in it */
	bool memory;
};

/* When this process has taken so much, it ends; 0: no archive is open. */
static volatile uint64_t deadline;

static uint64_t micros(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void on_second(int signal)
{
	(void)signal;
	if (deadline && micros() > deadline)
		_exit(EXIT_INCOMPLETE);
}

void look_begin(void)
{
	const struct itimerval second = { .it_interval = { .tv_sec = 1 }, .it_value = { .tv_sec = 1 } };
	struct sigaction act = { .sa_handler = on_second, .sa_flags = SA_RESTART };

	sigaction(SIGPROF, &act, NULL);
	setitimer(ITIMER_PROF, &second, NULL);
	/* names in other charsets are left as they are: no table is looked for later */
	setlocale(LC_ALL, "C.UTF-8");
	setenv("TZ", "UTC0", 1);
	tzset();
}

/* False: no more may be spent. */
static bool afford(struct looking *l, uint64_t bytes)
{
	const struct archive_most *most = &l->want->ask->most;
	uint64_t spent = micros() - l->began;

	l->done->bytes += bytes;
	if (spent > l->told + PROGRESS_MICROS) {
		l->told = spent;
		l->want->progress(l->want->ctx);
	}
	if (l->over == OVER_NOT && l->done->bytes > most->bytes)
		l->over = OVER_BYTES;
	if (l->over == OVER_NOT && spent >= most->micros)
		l->over = OVER_TIME;
	return l->over == OVER_NOT;
}

/* --- what libarchive reads ----------------------------------------------------------------------- */

static la_ssize_t on_read(struct archive *a, void *ctx, const void **ret)
{
	struct looking *l = ctx;
	ssize_t n;

	if (!afford(l, 0)) {
		archive_set_error(a, ETIMEDOUT, "over the limit");
		return -1;
	}
	do
		n = pread(l->want->fd, l->block, sizeof(l->block), l->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		archive_set_error(a, errno, "cannot be read");
		return -1;
	}
	l->at += n;
	*ret = l->block;
	return n;
}

static la_int64_t on_skip(struct archive *a, void *ctx, la_int64_t ask)
{
	struct looking *l = ctx;
	int64_t left = (int64_t)l->want->ask->size - l->at;

	(void)a;
	if (ask > left)
		ask = left;
	if (ask <= 0)
		return 0;
	l->at += ask;
	return ask;
}

static la_int64_t on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct looking *l = ctx;
	int64_t size = (int64_t)l->want->ask->size;
	int64_t from = whence == SEEK_END ? size : whence == SEEK_CUR ? l->at : 0, to;

	(void)a;
	if (__builtin_add_overflow(from, offset, &to) || to < 0 || to > size)
		return ARCHIVE_FATAL;
	l->at = to;
	return to;
}

/* ALONE: no archive, one packed file. */
static bool supports(struct archive *a, bool alone)
{
	/* a warning: libarchive has no such decoder here, and would start a program */
	return archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
	       archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(a) == ARCHIVE_OK &&
	       archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
	       (alone || (archive_read_support_format_zip(a) == ARCHIVE_OK &&
			  archive_read_support_format_tar(a) == ARCHIVE_OK)) &&
	       archive_read_support_format_raw(a) == ARCHIVE_OK &&
	       archive_read_support_format_empty(a) == ARCHIVE_OK;
}

static bool open_it(struct looking *l)
{
	l->at = 0;
	archive_read_set_read_callback(l->a, on_read);
	archive_read_set_skip_callback(l->a, on_skip);
	archive_read_set_seek_callback(l->a, on_seek);
	archive_read_set_callback_data(l->a, l);
	return archive_read_open1(l->a) == ARCHIVE_OK;
}

static int format_of(struct looking *l)
{
	return archive_format(l->a) & ARCHIVE_FORMAT_BASE_MASK;
}

static bool is_raw(struct looking *l)
{
	return format_of(l) == ARCHIVE_FORMAT_RAW;
}

/* Nothing around it: what is not wanted can be passed over unread. */
static bool is_plain(struct looking *l)
{
	return archive_filter_count(l->a) == 1;
}

/* --- what is said of many ------------------------------------------------------------------------ */

static void add_some(struct some *s, struct span member)
{
	if (s->n++ && span_compare(member, buf_view(&s->first)) >= 0)
		return;
	s->first.n = 0;
	buf_span(&s->first, span_head(member, 1000));
}

static void say(struct looking *l, const char *text, uint64_t n, const struct some *s, bool harmless)
{
	struct buf why = BUF_MAX(4096);

	buf_addf(&why, "%llu %s in it %s %s", (unsigned long long)n, n == 1 ? "file" : "files",
		 n == 1 ? "is" : "are", text);
	if (s)
		buf_addf(&why, ": %.*s%s", (int)s->first.n, s->first.n ? s->first.p : "",
			 n == 1 ? "" : " and so on");
	l->want->skip(l->want->ctx, SPAN_NONE, buf_view(&why), harmless);
	buf_free(&why);
}

static void say_some(struct looking *l, struct some *s, const char *text, bool harmless)
{
	if (s->n)
		say(l, text, s->n, s, harmless);
	buf_free(&s->first);
}

static void say_end(struct looking *l)
{
	static const char *const limits[] = {
		[OVER_MEMBERS] = "more files are in it than the limit allows",
		[OVER_BYTES] = "it unpacks to more than the limit allows",
		[OVER_TIME] = "it takes more time than the limit allows",
		[OVER_FOUND] = "more is found in it than is told",
	};
	const char *reason = l->over	 ? limits[l->over]
			     : l->memory ? "it needs more memory than the limit allows"
					 : "it is damaged";
	struct buf why = BUF_MAX(400);

	if (l->over || l->odd || l->memory) {
		buf_addf(&why, "%s: not all of it was looked at, but the first %llu %s", reason,
			 (unsigned long long)l->done->entries, l->done->entries == 1 ? "entry" : "entries");
		l->want->skip(l->want->ctx, SPAN_NONE, buf_view(&why), false);
		l->seen = true;
	}
	if (l->doubtful)
		l->want->skip(l->want->ctx, SPAN_NONE,
			      SPAN("its directory does not end it, or there are two: other programs may find "
				   "other files in it"),
			      false);
	if (l->want->ask->only.n && !l->seen)
		l->want->skip(l->want->ctx, SPAN_NONE, SPAN("no file of that name is in it"), false);
	buf_free(&why);
}

static void say_all(struct looking *l)
{
	say_some(l, &l->encrypted, "encrypted, and not looked at", false);
	say_some(l, &l->damaged, "damaged, and looked at only as far as can be read", false);
	say_some(l, &l->disguised, "called a folder or a device there, and not looked at", false);
	say_some(l, &l->larger_code, "larger than the limit, and not read to the end", false);
	/* dumps, logs and films are in every backup */
	say_some(l, &l->larger,
		 "larger than the limit, and not read to the end (no script by name and beginning)", true);
	say_some(l, &l->limited, "not worked out to the end, as those above", false);
	say_some(l, &l->packs, "packed once more, and not unpacked", true);
	say_end(l);
}

/* --- one member ---------------------------------------------------------------------------------- */

/* A hole in a sparse file is zeros. False: there is room for no more. */
static bool keep(struct looking *l, const void *piece, size_t n, int64_t offset)
{
	static const char zeros[4096];
	uint64_t to = offset < 0 ? 0 : (uint64_t)offset;

	while (l->bytes.n < to && l->bytes.n < FILE_MOST) {
		size_t part = to - l->bytes.n < sizeof(zeros) ? (size_t)(to - l->bytes.n) : sizeof(zeros);

		if (part > FILE_MOST - l->bytes.n)
			part = FILE_MOST - l->bytes.n;
		buf_add(&l->bytes, zeros, part);
	}
	/* a piece that goes back, which no honest archive has, is put behind */
	if (n > FILE_MOST - l->bytes.n) {
		buf_add(&l->bytes, piece, FILE_MOST - l->bytes.n);
		return false;
	}
	buf_add(&l->bytes, piece, n);
	return true;
}

/* What became of a member's bytes. */
enum got { GOT_ALL, GOT_PART, GOT_BROKEN, GOT_END };

/*
 * To the end of it, as it is packed, unless what lies between can be passed over: kept as far as there is room, if WANTED.
 * GOT_END: nothing more can be read of the archive at all.
 */
static enum got unpack(struct looking *l, bool wanted)
{
	enum got got = GOT_ALL;
	unsigned nothing = 0;
	bool warned = false;

	l->bytes.n = 0;
	if (!wanted && is_plain(l))
		return GOT_ALL;
	for (;;) {
		const void *piece = NULL;
		size_t n = 0;
		la_int64_t offset = 0;
		int rc = archive_read_data_block(l->a, &piece, &n, &offset);

		if (rc == ARCHIVE_EOF)
			return warned && got == GOT_ALL ? GOT_BROKEN : got;
		if (rc == ARCHIVE_FATAL)
			return GOT_END;
		/* of a wrong sum, or size */
		warned |= rc == ARCHIVE_WARN;
		if (wanted && got != GOT_PART && n && piece && !keep(l, piece, n, offset))
			got = GOT_PART;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return GOT_BROKEN;
		nothing = n ? 0 : nothing + 1;
		if (nothing > BROKEN_MOST)
			return GOT_BROKEN;
		if (!afford(l, n))
			return GOT_END;
		if (got == GOT_PART && (is_plain(l) || is_raw(l)))
			return got;
	}
}

static void tell(struct looking *l, struct span member, struct scan_told *t)
{
	if (t->finding.verdict != SCAN_CLEAN) {
		if (l->found == ARCHIVE_FOUND_MOST)
			l->over = OVER_FOUND;
		else
			l->want->found(l->want->ctx, member, t);
		l->found++;
	}
	if (!t->why)
		return;
	if (l->skips++ < ARCHIVE_SKIPS_MOST)
		l->want->skip(l->want->ctx, member, span_str(t->why), false);
	else
		add_some(&l->limited, member);
}

static void judge(struct looking *l, struct archive_entry *e, struct span member, bool whole)
{
	const struct archive_ask *ask = l->want->ask;
	const struct file_status st = {
		.mtime = archive_entry_mtime_is_set(e) ? archive_entry_mtime(e) : ask->mtime,
		.ctime = ask->ctime,
		.size = l->bytes.n,
		.uid = ask->uid,
		/* what it is called on disk once it is unpacked nobody knows: its own mode says nothing */
		.mode = 0100644,
	};
	struct span path = member;
	struct walk_file f = { .bytes = buf_view(&l->bytes), .status = &st, .whole = whole, .fd = -1 };
	struct scan_told t;

	/* settings are told by the end of their names */
	if (path.n > ARCHIVE_NAME_MOST)
		path = span_from(path, path.n - ARCHIVE_NAME_MOST);
	while (path.n && path.p[0] == '/')
		path = span_from(path, 1);
	f.path = path;
	if (scan_file(l->want->rules, &f, &t))
		tell(l, member, &t);
	arena_free(t.arena);
}

/* One packed file has the archive's name without the ending. */
static struct span name_of(struct looking *l, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);
	struct span path = l->want->ask->path;
	ptrdiff_t dot;

	if (!is_raw(l))
		return span_str(name && *name ? name : "(a name that cannot be read)");
	path = span_from(path, (size_t)(span_rfind(path, '/') + 1));
	dot = span_rfind(path, '.');
	return dot > 0 ? span_head(path, (size_t)dot) : path;
}

static bool may_be_code(struct looking *l, struct span member)
{
	return place_runs(member) || span_search(buf_view(&l->bytes), 0, SPAN("<?php")) >= 0;
}

/*
 * What a zip says is no file: PHP's own programs and others go by the name alone, and unpack a file. Of a link libarchive reads the
 * text, of anything else nothing.
 */
static void look_disguised(struct looking *l, struct archive_entry *e, struct span member)
{
	const char *text = archive_entry_symlink(e);

	l->bytes.n = 0;
	if (text)
		buf_str(&l->bytes, text);
	if (!l->bytes.n && archive_entry_size(e) <= 0)
		return;
	l->seen = true;
	if (l->bytes.n)
		judge(l, e, member, true);
	else
		add_some(&l->disguised, member);
}

static bool is_wanted(const struct looking *l, struct span member)
{
	return !l->want->ask->only.n || span_eq(l->want->ask->only, member);
}

/* False: that was the last. */
static bool one_member(struct looking *l, struct archive_entry *e)
{
	struct buf kept = BUF_MAX(1u << 20);
	struct span member;
	bool wanted = archive_entry_filetype(e) == AE_IFREG;
	enum got got = GOT_ALL;

	/* libarchive's own text does not outlive what is read next */
	buf_span(&kept, name_of(l, e));
	member = buf_view(&kept);
	if (!wanted && format_of(l) == ARCHIVE_FORMAT_ZIP && is_wanted(l, member))
		look_disguised(l, e, member);
	wanted &= is_wanted(l, member);
	l->seen |= wanted;
	l->done->members += wanted;
	if (wanted && archive_entry_is_encrypted(e)) {
		add_some(&l->encrypted, member);
		wanted = false;
	}
	if (wanted && place_packs(member))
		add_some(&l->packs, member);
	got = unpack(l, wanted);
	/* it ends in a hole, or is not what its head says */
	if (got == GOT_ALL && wanted && archive_entry_size_is_set(e) &&
	    (uint64_t)archive_entry_size(e) > l->bytes.n)
		got = GOT_PART;
	if (wanted && (got == GOT_BROKEN || (got == GOT_END && !l->over)))
		add_some(&l->damaged, member);
	if (wanted && got == GOT_PART && !place_packs(member))
		add_some(may_be_code(l, member) ? &l->larger_code : &l->larger, member);
	/* of one that was not unpacked to its end there is a beginning */
	if (wanted && (l->bytes.n || got == GOT_ALL))
		judge(l, e, member, got == GOT_ALL);
	buf_free(&kept);
	return got != GOT_END && l->over == OVER_NOT;
}

/* A zip says twice how each file is packed, and a program believes one of both. */
static bool contradicts(struct looking *l)
{
	const char *why = archive_error_string(l->a);

	return format_of(l) == ARCHIVE_FORMAT_ZIP && why && strstr(why, "nconsistent");
}

static void members(struct looking *l)
{
	unsigned broken = 0;

	for (;;) {
		struct archive_entry *e = NULL;
		int rc = archive_read_next_header(l->a, &e);

		if (rc == ARCHIVE_EOF) {
			l->done->opened = true;
			return;
		}
		if (rc == ARCHIVE_FATAL)
			break;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
			l->odd = true;
			if (++broken == BROKEN_MOST || !afford(l, 0))
				break;
			continue;
		}
		/* bytes that nothing is wrapped around are no archive */
		if (is_raw(l) && is_plain(l))
			return;
		l->done->opened = true;
		l->doubtful |= rc == ARCHIVE_WARN && contradicts(l);
		broken = 0;
		if (l->done->entries == l->want->ask->most.members) {
			l->over = OVER_MEMBERS;
			return;
		}
		l->done->entries++;
		if (!one_member(l, e) || !afford(l, 0))
			break;
		/* nothing comes behind one packed file */
		if (is_raw(l))
			return;
	}
	l->memory = archive_errno(l->a) == ENOMEM;
	/* what is only called an archive is none that is damaged; what begins as a zip or tar and goes no further is */
	l->odd = l->over == OVER_NOT && (l->done->opened || archive_filter_count(l->a) > 1 || l->memory ||
					 (format_of(l) && !is_raw(l)));
}

/* True: it may be something else all the same. */
static bool look_once(struct looking *l, bool alone)
{
	bool again = false;

	l->a = archive_read_new();
	if (l->a && supports(l->a, alone)) {
		if (open_it(l))
			members(l);
		else
			l->odd = true;
		l->doubtful |= l->done->opened && is_plain(l) && format_of(l) == ARCHIVE_FORMAT_ZIP &&
			       !ends_in_one_way(l->want->fd, l->want->ask->size);
		/* zeros are the end of a tar, and the beginning of whatever file */
		again = !l->done->entries && !is_plain(l) && format_of(l) == ARCHIVE_FORMAT_TAR;
	}
	archive_read_free(l->a);
	return again && !alone && l->over == OVER_NOT;
}

void look_into(const struct look_want *want, struct look_done *ret)
{
	struct looking *l = xcalloc(1, sizeof(*l));
	struct some none = { .first = BUF_MAX(1000) };

	*ret = (struct look_done){ 0 };
	l->want = want;
	l->done = ret;
	l->bytes = BUF_MAX(FILE_MOST);
	l->encrypted = l->damaged = l->disguised = l->packs = l->larger = l->larger_code = l->limited = none;
	l->began = micros();
	deadline = l->began + want->ask->most.micros + PIECE_MICROS;
	if (look_once(l, false))
		look_once(l, true);
	deadline = 0;
	ret->opened |= l->odd || l->over || l->memory;
	if (ret->opened)
		say_all(l);
	/* a name makes no archive: it is some file, of which the scanner has read the beginning */
	else if (want->ask->size > FILE_MOST)
		want->skip(want->ctx, SPAN_NONE, SPAN("larger than the limit, its end was not read"), false);
	ret->micros = micros() - l->began;
	buf_free(&l->bytes);
	free(l);
}
