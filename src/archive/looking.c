/*
 * looking - see looking.h.
 * TRUST: as in look.h.
 */
#include "archive/looking.h"

#include "base/arena.h"
#include "scan/place.h"
#include "scan/scan.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_MICROS 500000

uint64_t looking_micros(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

ssize_t looking_read(struct looking *l, int64_t at, size_t n)
{
	ssize_t got;

	do
		got = pread(l->want->fd, l->block, n < sizeof(l->block) ? n : sizeof(l->block), at);
	while (got < 0 && errno == EINTR);
	return got;
}

bool looking_afford(struct looking *l, uint64_t bytes)
{
	const struct archive_most *most = &l->want->ask->most;
	uint64_t spent = looking_micros() - l->began;

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

/* --- what is said of many ------------------------------------------------------------------------ */

void looking_note(struct some *s, struct span member)
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

void looking_say(struct looking *l)
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

bool looking_keep(struct looking *l, const void *piece, size_t n, int64_t offset)
{
	static const char zeros[4096];
	uint64_t to = offset < 0 ? 0 : (uint64_t)offset;

	while (l->bytes.n < to && l->bytes.n < LOOKING_FILE_MOST) {
		size_t part = to - l->bytes.n < sizeof(zeros) ? (size_t)(to - l->bytes.n) : sizeof(zeros);

		if (part > LOOKING_FILE_MOST - l->bytes.n)
			part = LOOKING_FILE_MOST - l->bytes.n;
		buf_add(&l->bytes, zeros, part);
	}
	/* a piece that goes back, which no honest archive has, is put behind */
	if (n > LOOKING_FILE_MOST - l->bytes.n) {
		buf_add(&l->bytes, piece, LOOKING_FILE_MOST - l->bytes.n);
		return false;
	}
	buf_add(&l->bytes, piece, n);
	return true;
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
		looking_note(&l->limited, member);
}

void looking_judge(struct looking *l, struct span member, int64_t mtime, bool whole)
{
	const struct archive_ask *ask = l->want->ask;
	const struct file_status st = {
		.mtime = mtime,
		.ctime = ask->ctime,
		.size = l->bytes.n,
		.uid = ask->uid,
		/* what it is called on disk once it is unpacked nobody knows: its own mode says nothing */
		.mode = 0100644,
	};
	struct span path = member;
	struct walk_file f = { .bytes = buf_view(&l->bytes),
			       .status = &st,
			       .whole = whole,
			       .opened = place_packs(member),
			       .fd = -1 };
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

static bool may_be_code(struct looking *l, struct span member)
{
	return place_runs(member) || span_search(buf_view(&l->bytes), 0, SPAN("<?php")) >= 0;
}

bool looking_wants(const struct looking *l, struct span member)
{
	return !l->want->ask->only.n || span_eq(l->want->ask->only, member);
}

void looking_at(struct looking *l, struct span member)
{
	l->bytes.n = 0;
	l->seen = true;
	l->done->members++;
	if (place_packs(member))
		looking_note(&l->packs, member);
}

void looking_got(struct looking *l, struct span member, int64_t mtime, enum got got)
{
	if (got == GOT_BROKEN || (got == GOT_END && !l->over))
		looking_note(&l->damaged, member);
	if (got == GOT_PART && !place_packs(member))
		looking_note(may_be_code(l, member) ? &l->larger_code : &l->larger, member);
	/* of one that was not unpacked to its end there is a beginning */
	if (l->bytes.n || got == GOT_ALL)
		looking_judge(l, member, mtime, got == GOT_ALL);
}
