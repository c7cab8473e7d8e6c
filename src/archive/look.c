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
#include "archive/looking.h"
#include "archive/native.h"
#include "base/buf.h"
#include "base/err.h"
#include "scan/phar.h"

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

/* Headers in a row that cannot be read; and pieces of nothing. */
#define BROKEN_MOST 100
/* Beyond the limit, for one piece: of a terabyte of nothing, packed in layers, libarchive comes back after hours. */
#define PIECE_MICROS 3000000

/* When this process has taken so much, it ends; 0: no archive is open. */
static volatile uint64_t deadline;

static void on_second(int signal)
{
	(void)signal;
	if (deadline && looking_micros() > deadline)
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

/* --- what libarchive reads ----------------------------------------------------------------------- */

static la_ssize_t on_read(struct archive *a, void *ctx, const void **ret)
{
	struct looking *l = ctx;
	ssize_t n;

	if (!looking_afford(l, 0)) {
		archive_set_error(a, ETIMEDOUT, "over the limit");
		return -1;
	}
	n = looking_read(l, l->at, sizeof(l->block));
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

/* --- one member ---------------------------------------------------------------------------------- */

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
		if (wanted && got != GOT_PART && n && piece && !looking_keep(l, piece, n, offset))
			got = GOT_PART;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return GOT_BROKEN;
		nothing = n ? 0 : nothing + 1;
		if (nothing > BROKEN_MOST)
			return GOT_BROKEN;
		if (!looking_afford(l, n))
			return GOT_END;
		if (got == GOT_PART && (is_plain(l) || is_raw(l)))
			return got;
	}
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

static int64_t mtime_of(struct looking *l, struct archive_entry *e)
{
	return archive_entry_mtime_is_set(e) ? archive_entry_mtime(e) : l->want->ask->mtime;
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
		looking_judge(l, member, mtime_of(l, e), true);
	else
		looking_note(&l->disguised, member);
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
	if (!wanted && format_of(l) == ARCHIVE_FORMAT_ZIP && looking_wants(l, member))
		look_disguised(l, e, member);
	wanted &= looking_wants(l, member);
	if (wanted)
		looking_at(l, member);
	if (wanted && archive_entry_is_encrypted(e)) {
		looking_note(&l->encrypted, member);
		wanted = false;
	}
	got = unpack(l, wanted);
	/* it ends in a hole, or is not what its head says */
	if (got == GOT_ALL && wanted && archive_entry_size_is_set(e) &&
	    (uint64_t)archive_entry_size(e) > l->bytes.n)
		got = GOT_PART;
	if (wanted)
		looking_got(l, member, mtime_of(l, e), got);
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
			if (++broken == BROKEN_MOST || !looking_afford(l, 0))
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
		if (!one_member(l, e) || !looking_afford(l, 0))
			break;
		/* nothing comes behind one packed file */
		l->single = is_raw(l);
		if (l->single)
			return;
	}
	l->memory = archive_errno(l->a) == ENOMEM;
	/* what is only called an archive is none that is damaged; what begins as a zip or tar and goes no further is */
	l->odd = l->over == OVER_NOT && (l->done->opened || archive_filter_count(l->a) > 1 || l->memory ||
					 (format_of(l) && !is_raw(l)));
}

/* What libarchive reads as a tar is one to PHP, too: else that unpacks it, and looks for its own form. */
static bool is_tar_to_php(struct looking *l)
{
	struct archive_entry *e;
	char head[512];
	la_ssize_t n = -1;

	archive_read_free(l->a);
	l->a = archive_read_new();
	if (l->a && supports(l->a, true) && open_it(l) && archive_read_next_header(l->a, &e) == ARCHIVE_OK)
		n = archive_read_data(l->a, head, sizeof(head));
	return n == sizeof(head) && phar_form(span_of(head, sizeof(head))) == PHAR_TAR;
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
		l->tar = l->done->entries && is_plain(l) && format_of(l) == ARCHIVE_FORMAT_TAR;
		again = !alone && !is_plain(l) && format_of(l) == ARCHIVE_FORMAT_TAR &&
			(!l->done->entries || !is_tar_to_php(l));
	}
	archive_read_free(l->a);
	return again && l->over == OVER_NOT;
}

void look_into(const struct look_want *want, struct look_done *ret)
{
	struct looking *l = xcalloc(1, sizeof(*l));
	struct some none = { .first = BUF_MAX(1000) };

	*ret = (struct look_done){ 0 };
	l->want = want;
	l->done = ret;
	l->bytes = BUF_MAX(LOOKING_FILE_MOST);
	l->encrypted = l->damaged = l->disguised = l->packs = l->larger = l->larger_code = l->limited = none;
	l->began = looking_micros();
	deadline = l->began + want->ask->most.micros + PIECE_MICROS;
	if (look_once(l, false))
		look_once(l, true);
	if (l->over == OVER_NOT)
		native_look(l);
	deadline = 0;
	ret->opened |= l->odd || l->over || l->memory;
	if (ret->opened)
		looking_say(l);
	/* a name makes no archive: it is some file, of which the scanner has read the beginning */
	else if (want->ask->size > LOOKING_FILE_MOST)
		want->skip(want->ctx, SPAN_NONE, SPAN("larger than the limit, its end was not read"), false);
	ret->micros = looking_micros() - l->began;
	buf_free(&l->bytes);
	free(l);
}
