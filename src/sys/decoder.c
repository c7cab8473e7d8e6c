/*
 * decoder - zlib, ISA-L, zstd, liblzma and bzip2, each bent to the same four functions.
 *
 * A step takes what it can of the input, writes what it can of the output, and says how it stands;
 * whatever it has written is good even when it ends in damage.
 *
 * TRUST: the input may be anybody's. Windows are bounded: zlib 32 KiB, bzip2 4 MiB, zstd and xz 128 MiB
 * (what their own tools accept without asking).
 */
#include "sys/decoder.h"

#include "base/err.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

enum { WINDOW_LOG_MAX = 27 };

static bool starts(const unsigned char *p, size_t n, const char *magic, size_t magic_n)
{
	return n >= magic_n && memcmp(p, magic, magic_n) == 0;
}

/* The libraries count in unsigned int; a step of at most 1 GiB loses nothing. */
static unsigned bounded(size_t n)
{
	return n > 1U << 30 ? 1U << 30 : (unsigned)n;
}

static void moved(struct decode_io *io, size_t in_left, size_t in_was, size_t out_left, size_t out_was)
{
	io->in += in_was - in_left;
	io->in_n -= in_was - in_left;
	io->out += out_was - out_left;
	io->out_n -= out_was - out_left;
}

/* RFC 1952, 2.3.1: two magic bytes; 8 = deflate is the only method there is. */
static bool gzip_magic(const unsigned char *p, size_t n)
{
	return starts(p, n, "\x1f\x8b\x08", 3);
}

static void *zlib_start(void)
{
	z_stream *z = xcalloc(1, sizeof(*z));

	if (inflateInit2(z, 15 + 16) == Z_OK)
		return z;
	free(z);
	return NULL;
}

/* RFC 1952, 2.3.1: CRC32 and ISIZE come last. zlib tells it apart by its words alone, which are the same in zlib-ng. */
static bool zlib_wrong_sum(const z_stream *z)
{
	return z->msg &&
	       (strcmp(z->msg, "incorrect data check") == 0 || strcmp(z->msg, "incorrect length check") == 0);
}

static enum decode_result zlib_step(void *state, struct decode_io *io)
{
	z_stream *z = state;
	unsigned in_was = bounded(io->in_n), out_was = bounded(io->out_n);
	int r;

	z->next_in = (unsigned char *)(uintptr_t)io->in;
	z->avail_in = in_was;
	z->next_out = io->out;
	z->avail_out = out_was;
	r = inflate(z, Z_NO_FLUSH);
	moved(io, z->avail_in, in_was, z->avail_out, out_was);
	if (r == Z_STREAM_END)
		return DECODE_END;
	return r == Z_OK || r == Z_BUF_ERROR ? DECODE_MORE
	       : r == Z_MEM_ERROR	     ? DECODE_TOO_BIG
	       : zlib_wrong_sum(z)	     ? DECODE_WRONG_SUM
					     : DECODE_DAMAGED;
}

static void zlib_again(void *state)
{
	inflateReset(state);
}

static void zlib_end(void *state)
{
	inflateEnd(state);
	free(state);
}

const struct decoder decoder_zlib = { zlib_start, zlib_step, zlib_again, zlib_end, gzip_magic };

#ifdef HAVE_ISAL
struct isal {
	struct inflate_state i;
	bool fresh; /* the next byte is a member's first */
};

static void isal_again(void *state)
{
	struct isal *s = state;

	isal_inflate_reset(&s->i);
	s->i.crc_flag = ISAL_GZIP;
	s->fresh = true;
}

static void *isal_start(void)
{
	struct isal *s = xmalloc(sizeof(*s));

	isal_inflate_init(&s->i);
	isal_again(s);
	return s;
}

static enum decode_result isal_step(void *state, struct decode_io *io)
{
	struct isal *s = state;
	unsigned in_was = bounded(io->in_n), out_was = bounded(io->out_n);
	int r;

	/* Reserved flags make zlib stop, as RFC 1952, 2.3.1.2 wants it; ISA-L does not look. */
	if (s->fresh && io->in_n > 3 && io->in[3] & 0xe0)
		return DECODE_DAMAGED;
	s->fresh = false;
	s->i.next_in = (unsigned char *)(uintptr_t)io->in;
	s->i.avail_in = in_was;
	s->i.next_out = io->out;
	s->i.avail_out = out_was;
	r = isal_inflate(&s->i);
	/* 2.30 can count below zero behind a stored block that is cut off; nothing of that step is believed. */
	if (s->i.avail_in > in_was || s->i.avail_out > out_was)
		return DECODE_DAMAGED;
	moved(io, s->i.avail_in, in_was, s->i.avail_out, out_was);
	if (r < 0)
		return DECODE_DAMAGED;
	return s->i.block_state == ISAL_BLOCK_FINISH ? DECODE_END : DECODE_MORE;
}

const struct decoder decoder_isal = { isal_start, isal_step, isal_again, free, gzip_magic };
#endif

static void *zstd_start(void)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();

	if (z)
		ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return z;
}

static enum decode_result zstd_step(void *state, struct decode_io *io)
{
	ZSTD_inBuffer in = { io->in, io->in_n, 0 };
	ZSTD_outBuffer out = { io->out, io->out_n, 0 };
	size_t r = ZSTD_decompressStream(state, &out, &in);

	moved(io, io->in_n - in.pos, io->in_n, io->out_n - out.pos, io->out_n);
	switch (ZSTD_getErrorCode(r)) {
	case ZSTD_error_no_error:
		break;
	case ZSTD_error_frameParameter_windowTooLarge:
		return DECODE_TOO_BIG;
	case ZSTD_error_checksum_wrong:
		return DECODE_WRONG_SUM;
	default:
		return DECODE_DAMAGED;
	}
	return r == 0 ? DECODE_END : DECODE_MORE;
}

static void zstd_again(void *state)
{
	ZSTD_DCtx_reset(state, ZSTD_reset_session_only);
}

static void zstd_end(void *state)
{
	ZSTD_freeDCtx(state);
}

/* RFC 8878, 3.1: a frame, or a skippable frame (pzstd writes one first). */
static bool zstd_magic(const unsigned char *p, size_t n)
{
	return starts(p, n, "\x28\xb5\x2f\xfd", 4) ||
	       (n >= 4 && p[0] >> 4 == 5 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0);
}

const struct decoder decoder_zstd = { zstd_start, zstd_step, zstd_again, zstd_end, zstd_magic };

static void xz_again(void *state)
{
	/* A second initialisation keeps what it can of the first one's memory. */
	if (lzma_stream_decoder(state, UINT64_C(1) << WINDOW_LOG_MAX, 0) != LZMA_OK)
		lzma_end(state);
}

static void *xz_start(void)
{
	static const lzma_stream empty = LZMA_STREAM_INIT;
	lzma_stream *x = xmalloc(sizeof(*x));

	*x = empty;
	xz_again(x);
	return x;
}

static enum decode_result xz_step(void *state, struct decode_io *io)
{
	lzma_stream *x = state;
	lzma_ret r;

	x->next_in = io->in;
	x->avail_in = io->in_n;
	x->next_out = io->out;
	x->avail_out = io->out_n;
	r = lzma_code(x, io->last ? LZMA_FINISH : LZMA_RUN);
	moved(io, x->avail_in, io->in_n, x->avail_out, io->out_n);
	if (r == LZMA_STREAM_END)
		return DECODE_END;
	if (r == LZMA_MEMLIMIT_ERROR || r == LZMA_MEM_ERROR)
		return DECODE_TOO_BIG;
	return r == LZMA_OK || r == LZMA_BUF_ERROR ? DECODE_MORE : DECODE_DAMAGED;
}

static void xz_end(void *state)
{
	lzma_end(state);
	free(state);
}

/* The .xz File Format 1.1.0, 2.1.1.1 */
static bool xz_magic(const unsigned char *p, size_t n)
{
	return starts(p, n,
		      "\xfd"
		      "7zXZ\0",
		      6);
}

const struct decoder decoder_xz = { xz_start, xz_step, xz_again, xz_end, xz_magic };

static void bzip2_again(void *state)
{
	bz_stream *b = state;

	BZ2_bzDecompressEnd(b);
	memset(b, 0, sizeof(*b));
	if (BZ2_bzDecompressInit(b, 0, 0) != BZ_OK)
		memset(b, 0, sizeof(*b));
}

static void *bzip2_start(void)
{
	bz_stream *b = xcalloc(1, sizeof(*b));

	bzip2_again(b);
	return b;
}

static enum decode_result bzip2_step(void *state, struct decode_io *io)
{
	bz_stream *b = state;
	unsigned in_was = bounded(io->in_n), out_was = bounded(io->out_n);
	int r;

	b->next_in = (char *)(uintptr_t)io->in;
	b->avail_in = in_was;
	b->next_out = (char *)io->out;
	b->avail_out = out_was;
	r = BZ2_bzDecompress(b);
	moved(io, b->avail_in, in_was, b->avail_out, out_was);
	if (r == BZ_STREAM_END)
		return DECODE_END;
	return r == BZ_OK ? DECODE_MORE : r == BZ_MEM_ERROR ? DECODE_TOO_BIG : DECODE_DAMAGED;
}

static void bzip2_end(void *state)
{
	BZ2_bzDecompressEnd(state);
	free(state);
}

static bool bzip2_magic(const unsigned char *p, size_t n)
{
	return starts(p, n, "BZh", 3) && n >= 4 && p[3] >= '1' && p[3] <= '9';
}

const struct decoder decoder_bzip2 = { bzip2_start, bzip2_step, bzip2_again, bzip2_end, bzip2_magic };
