/*
 * inflate - input blocks in, decoder steps, plain bytes out; members of one file read as one stream.
 *
 * Fast and careful at once: gzip in a regular file is decoded by ISA-L, and wherever ISA-L is not
 * content (damage, or an end in the middle) the member is decoded again by zlib from where the last good
 * step ended. So a whole file reads the same with and without ISA-L, and from a damaged one zlib's
 * bytes are the least that comes out. Pipes cannot be read twice and get zlib at once.
 *
 * TRUST: anybody's bytes; see decoder.c for the memory limits. What follows the last member is
 * padding when it is all zeros (as gzip and tar write it) and damage otherwise.
 */
#include "sys/inflate.h"

#include "sys/beneath.h"
#include "sys/decoder.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* SLACK: the libraries' vector code may look a little behind its input. TRAILER: of gzip, in which a step may end. */
enum { BLOCK = 512 * 1024, SLACK = 64, MAGIC = 6, TRAILER = 8, SKIP = 64 * 1024, ASK_MILLIS = 100 };

struct source {
	int fd;
	bool regular;
	struct source_ask ask;
	enum source_form form;
	const struct decoder *decoder;
	void *state;
	unsigned char *in; /* the block; owned */
	size_t in_at, in_n;
	bool in_eof;
	uint64_t read_to; /* file offset behind the block */
	uint64_t total;
	uint64_t member_in; /* file offset of the present member */
	uint64_t member_out; /* plain bytes it has given so far */
	bool ended;
	struct err broken; /* code != 0: what every further read answers */
};

/* Until a pipe has something, or its end; false where it is not to be waited for any longer. */
static bool await(struct source *s)
{
	struct pollfd wait = { .fd = s->fd, .events = POLLIN };

	for (;;) {
		int ready = poll(&wait, 1, s->ask.go_on ? ASK_MILLIS : -1);

		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true;
		if (s->ask.go_on && !s->ask.go_on(s->ask.ctx))
			return false;
	}
}

/* One read into P; waits where a descriptor is non-blocking. ECANCELED: it was told not to go on. */
static ssize_t read_some(struct source *s, void *p, size_t n)
{
	const bool asks = !s->regular && s->ask.go_on;
	bool wait = asks;

	for (;;) {
		bool stopped = wait && !await(s);
		ssize_t got = stopped	   ? 0
			      : s->regular ? pread(s->fd, p, n, (off_t)s->read_to)
					   : read(s->fd, p, n);

		if (stopped || (got == 0 && asks && !s->ask.go_on(s->ask.ctx))) {
			errno = ECANCELED;
			return -1;
		}
		if (got >= 0) {
			s->read_to += (uint64_t)got;
			return got;
		}
		if (errno != EINTR && errno != EAGAIN)
			return -1;
		wait = asks || errno == EAGAIN;
	}
}

static int io_failed(struct source *s)
{
	if (errno == ECANCELED) {
		s->broken.code = EXIT_INCOMPLETE;
		return -EXIT_INCOMPLETE;
	}
	return err_sys(&s->broken, EXIT_IO, "cannot be read on at byte %llu", (unsigned long long)s->read_to);
}

/* Refills the block behind what is still unread in it, until that is at least WANT bytes or the file ends. */
static int fill(struct source *s, size_t want)
{
	if (s->in_n - s->in_at >= want)
		return 0;
	memmove(s->in, s->in + s->in_at, s->in_n - s->in_at);
	s->in_n -= s->in_at;
	s->in_at = 0;
	while (s->in_n < want && !s->in_eof) {
		ssize_t got = read_some(s, s->in + s->in_n, BLOCK - s->in_n);

		if (got < 0)
			return io_failed(s);
		s->in_n += (size_t)got;
		s->in_eof = got == 0;
	}
	return 0;
}

static void choose(struct source *s, unsigned flags)
{
	static const struct {
		enum source_form form;
		const struct decoder *decoder;
	} known[] = {
		{ SOURCE_GZIP, &decoder_zlib },
		{ SOURCE_ZSTD, &decoder_zstd },
		{ SOURCE_XZ, &decoder_xz },
		{ SOURCE_BZIP2, &decoder_bzip2 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].decoder->magic(s->in, s->in_n)) {
			s->form = known[i].form;
			s->decoder = known[i].decoder;
		}
	}
#ifdef HAVE_ISAL
	if (s->form == SOURCE_GZIP && s->regular && !(flags & SOURCE_ZLIB_ONLY))
		s->decoder = &decoder_isal;
#endif
}

static int begin(struct source *s, const struct decoder *d)
{
	if (s->state)
		s->decoder->end(s->state);
	s->decoder = d;
	s->state = d->start();
	if (!s->state)
		return err_set(&s->broken, EXIT_INCOMPLETE, "no memory to decompress it");
	return 0;
}

int source_open(int fd, unsigned flags, const struct source_ask *ask, struct source **ret_source,
		struct err *err)
{
	struct source *s = xcalloc(1, sizeof(*s));
	struct file_status st;
	off_t at = lseek(fd, 0, SEEK_CUR);
	int r = descriptor_status(fd, &st, err);

	if (r < 0)
		goto fail;
	s->fd = fd;
	if (ask)
		s->ask = *ask;
	s->regular = S_ISREG(st.mode) && at >= 0;
	s->total = s->regular ? st.size : 0;
	s->read_to = s->member_in = s->regular ? (uint64_t)at : 0;
	s->in = xcalloc(1, BLOCK + SLACK);
	r = fill(s, MAGIC);
	if (r == 0)
		choose(s, flags);
	if (r == 0 && s->decoder)
		r = begin(s, s->decoder);
	if (r < 0) {
		if (err)
			*err = s->broken;
		goto fail;
	}
	*ret_source = s;
	return 0;
fail:
	free(s->in);
	free(s);
	return r;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	if (s->state)
		s->decoder->end(s->state);
	close(s->fd);
	free(s->in);
	free(s);
}

/* "BEFORE at 61 % BEHIND"; of a pipe, of which nobody knows how long it is, "after 4711 bytes". */
static int broken_at(struct source *s, const char *before, const char *behind)
{
	uint64_t used = source_used(s);

	if (s->total == 0)
		return err_set(&s->broken, EXIT_INCOMPLETE, "%s after %llu bytes%s", before,
			       (unsigned long long)used, behind);
	return err_set(&s->broken, EXIT_INCOMPLETE, "%s at %u %%%s", before,
		       (unsigned)(used * 100 / s->total), behind);
}

static int damaged(struct source *s)
{
	if (s->total && source_used(s) >= s->total)
		return err_set(&s->broken, EXIT_INCOMPLETE, "damaged at its end: cut off");
	return broken_at(s, "damaged", "");
}

/* Where the sum stands says nothing of where the damage is; what was given out may be full of it. */
static int wrong_sum(struct source *s)
{
	/* zstd gives back all of the input that it had when it fails: what lies in one block with the sum is taken for the same frame */
	const size_t tail = s->decoder == &decoder_zstd ? BLOCK - 1 : TRAILER;

	if (fill(s, tail + 1) < 0)
		return -s->broken.code;
	if (s->in_n - s->in_at <= tail)
		return err_set(&s->broken, EXIT_INCOMPLETE,
			       "its checksum is wrong: any part of it may be damaged");
	return broken_at(s, "its checksum is wrong",
			 ": any part before may be damaged, what follows was not read");
}

/* What the first bytes of the block left, then straight from the file into the caller's memory. */
static ssize_t read_plain(struct source *s, void *p, size_t n)
{
	size_t have = s->in_n - s->in_at;
	ssize_t got;

	if (have) {
		if (n > have)
			n = have;
		memcpy(p, s->in + s->in_at, n);
		s->in_at += n;
		return (ssize_t)n;
	}
	got = read_some(s, p, n);
	return got < 0 ? io_failed(s) : got;
}

/* A member has ended: 1 when another follows, 0 at the end of the file, else a negative code. */
static int next_member(struct source *s)
{
	if (fill(s, MAGIC) < 0)
		return -s->broken.code;
	if (s->decoder->magic(s->in + s->in_at, s->in_n - s->in_at)) {
		s->member_in = source_used(s);
		s->member_out = 0;
		s->decoder->again(s->state);
		return 1;
	}
	while (s->in_n > 0) {
		for (; s->in_at < s->in_n; s->in_at++)
			if (s->in[s->in_at] != 0)
				return broken_at(s, "holds something else behind its end",
						 ": all before that was read");
		if (fill(s, 1) < 0)
			return -s->broken.code;
	}
	return 0;
}

/* Has zlib decode the present member again, up to where the step began that ISA-L disliked. 1: read on. */
static int second_opinion(struct source *s, size_t *ret_n)
{
#ifdef HAVE_ISAL
	uint64_t skip = s->member_out - *ret_n;
	struct err ignored;
	unsigned char *waste;

	if (s->decoder != &decoder_isal)
		return 0;
	*ret_n = 0;
	s->read_to = s->member_in;
	s->in_at = s->in_n = 0;
	s->in_eof = false;
	s->member_out = 0;
	if (begin(s, &decoder_zlib) < 0)
		return -s->broken.code;
	waste = xmalloc(SKIP);
	while (skip > 0) {
		ssize_t got = source_read(s, waste, skip < SKIP ? (size_t)skip : SKIP, &ignored);

		if (got <= 0)
			break;
		skip -= (uint64_t)got;
	}
	free(waste);
	return s->broken.code ? -s->broken.code : 1;
#else
	return 0;
#endif
}

/* One step into P; bytes written in *ret_n. 1: go on, 0: the end, else a negative code. */
static int step(struct source *s, unsigned char *p, size_t n, size_t *ret_n)
{
	struct decode_io io;
	enum decode_result result;
	bool stuck;
	int r;

	if (s->in_at == s->in_n && fill(s, 1) < 0)
		return -s->broken.code;
	io = (struct decode_io){ s->in + s->in_at, s->in_n - s->in_at, p, n, s->in_eof };
	result = s->decoder->step(s->state, &io);
	stuck = io.in_n == s->in_n - s->in_at && io.out_n == n;
	s->in_at = s->in_n - io.in_n;
	*ret_n = n - io.out_n;
	s->member_out += *ret_n;
	switch (result) {
	case DECODE_END:
		return next_member(s);
	case DECODE_TOO_BIG:
		return err_set(&s->broken, EXIT_INCOMPLETE, "needs more than 128 MiB to decompress");
	case DECODE_MORE:
		/* No progress with room and all input there: it was cut off. */
		if (!stuck)
			return 1;
		if (!s->in_eof) {
			r = fill(s, s->in_n - s->in_at + 1);
			return r < 0 ? r : 1;
		}
		break;
	case DECODE_DAMAGED:
	case DECODE_WRONG_SUM:
		break;
	}
	r = second_opinion(s, ret_n);
	return r ? r : result == DECODE_WRONG_SUM ? wrong_sum(s) : damaged(s);
}

ssize_t source_read(struct source *s, void *p, size_t n, struct err *err)
{
	size_t got = 0;

	if (n > SSIZE_MAX)
		n = SSIZE_MAX;
	while (!s->broken.code && !s->ended && got == 0) {
		int r;

		if (!s->decoder) {
			/* A plain file may grow: its end is only the end so far. */
			ssize_t plain = read_plain(s, p, n);

			got = plain > 0 ? (size_t)plain : 0;
			break;
		}
		r = step(s, p, n, &got);
		s->ended |= r == 0;
	}
	if (got == 0 && s->broken.code) {
		if (err)
			*err = s->broken;
		return -s->broken.code;
	}
	return (ssize_t)got;
}

enum source_form source_form(const struct source *s)
{
	return s->form;
}

bool source_seekable(const struct source *s)
{
	return s->regular && s->form == SOURCE_PLAIN;
}

uint64_t source_total(const struct source *s)
{
	return s->total;
}

uint64_t source_used(const struct source *s)
{
	return s->read_to - (s->in_n - s->in_at);
}

void source_seek(struct source *s, uint64_t offset)
{
	if (!source_seekable(s))
		bug("source_seek on a source that cannot");
	s->read_to = offset;
	s->in_at = s->in_n = 0;
	s->ended = false;
	s->broken = (struct err){ 0 };
}
