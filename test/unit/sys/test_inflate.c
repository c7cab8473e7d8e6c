/*
 * inflate: every format, every way of damage, whole and through pipes; ISA-L against zlib.
 *
 * The packed samples are made here by the libraries themselves.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "sys/inflate.h"

#include <bzlib.h>
#include <fcntl.h>
#include <lzma.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

static struct buf log_text(size_t bytes)
{
	struct buf b = BUF_MAX(bytes);
	uint64_t dice = 1;

	for (unsigned i = 0; !b.over; i++) {
		dice = hash_mix(dice + i);
		buf_addf(&b, "2026-11-23 08:%02u:%02u 1tAB%04x-0003gH-2x <= u%u@example.com S=%llu\n",
			 i / 60 % 60, i % 60, i & 0xffff, (unsigned)(dice % 997),
			 (unsigned long long)(dice >> 40));
	}
	return b;
}

static void pack_gzip(struct span in, struct buf *out)
{
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)in.p, .avail_in = (unsigned)in.n };
	size_t room = in.n + 1000;
	unsigned char *p = malloc(room);

	deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0);
	z.next_out = p;
	z.avail_out = (unsigned)room;
	deflate(&z, Z_FINISH);
	buf_add(out, p, room - z.avail_out);
	deflateEnd(&z);
	free(p);
}

static void pack_zstd(struct span in, struct buf *out)
{
	size_t room = ZSTD_compressBound(in.n) + 4;
	char *p = malloc(room);
	ZSTD_CCtx *z = ZSTD_createCCtx();

	/* as the zstd program does */
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	buf_add(out, p, ZSTD_compress2(z, p, room, in.p, in.n));
	ZSTD_freeCCtx(z);
	free(p);
}

static void pack_xz(struct span in, struct buf *out)
{
	size_t room = lzma_stream_buffer_bound(in.n), used = 0;
	uint8_t *p = malloc(room);

	lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)in.p, in.n, p, &used, room);
	buf_add(out, p, used);
	free(p);
}

static void pack_bzip2(struct span in, struct buf *out)
{
	unsigned room = (unsigned)in.n + in.n / 100 + 600;
	char *p = malloc(room);

	BZ2_bzBuffToBuffCompress(p, &room, (char *)(uintptr_t)in.p, (unsigned)in.n, 9, 0, 0);
	buf_add(out, p, room);
	free(p);
}

static void pack_plain(struct span in, struct buf *out)
{
	buf_span(out, in);
}

static const struct {
	enum source_form form;
	void (*pack)(struct span in, struct buf *out);
} forms[] = {
	{ SOURCE_PLAIN, pack_plain }, { SOURCE_GZIP, pack_gzip },   { SOURCE_ZSTD, pack_zstd },
	{ SOURCE_XZ, pack_xz },	      { SOURCE_BZIP2, pack_bzip2 },
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static int file_of(struct span s)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_int_equal(write(fd, s.p, s.n), s.n);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Reads FD to its end into *OUT; returns 0 or the error, whose text goes to *ERR. */
static int drain(int fd, unsigned flags, size_t block, struct buf *out, enum source_form *ret_form,
		 struct err *err)
{
	char *p = malloc(block);
	struct source *s;
	ssize_t n;

	assert_int_equal(source_open(fd, flags, NULL, &s, err), 0);
	while ((n = source_read(s, p, block, err)) > 0)
		buf_add(out, p, (size_t)n);
	/* Asked again, it says the same. */
	assert_int_equal(source_read(s, p, block, err), n);
	*ret_form = source_form(s);
	if (source_total(s))
		assert_true(source_used(s) <= source_total(s));
	source_close(s);
	free(p);
	return (int)n;
}

static void assert_reads(struct span packed, struct span want, enum source_form form, unsigned flags,
			 size_t block)
{
	struct buf out = BUF_MAX(64 << 20);
	enum source_form got;
	struct err err;

	assert_int_equal(drain(file_of(packed), flags, block, &out, &got, &err), 0);
	assert_int_equal(got, form);
	assert_true(span_eq(buf_view(&out), want));
	buf_free(&out);
}

static void test_forms(void **state)
{
	struct buf text = log_text(3000000), packed = BUF_MAX(64 << 20);
	static const size_t blocks[] = { 1 << 20, 4096, 997 };

	for (size_t f = 0; f < FORMS; f++) {
		packed.n = 0;
		forms[f].pack(buf_view(&text), &packed);
		for (size_t i = 0; i < 3; i++) {
			assert_reads(buf_view(&packed), buf_view(&text), forms[f].form, 0, blocks[i]);
			assert_reads(buf_view(&packed), buf_view(&text), forms[f].form, SOURCE_ZLIB_ONLY,
				     blocks[i]);
		}
	}
	buf_free(&text);
	buf_free(&packed);
}

static void test_empty_and_tiny(void **state)
{
	static const struct span texts[] = { { "", 0 },
					     { "\n", 1 },
					     { "BZ", 2 },
					     { "BZhx", 4 },
					     { "\x1f\x8b", 2 },
					     { "\xfd"
					       "7zX",
					       4 } };
	struct buf packed = BUF_MAX(1000);

	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
		for (size_t f = 0; f < FORMS; f++) {
			packed.n = 0;
			forms[f].pack(texts[t], &packed);
			assert_reads(buf_view(&packed), texts[t], forms[f].form, 0, 100);
		}
	}
	buf_free(&packed);
}

/* Members behind each other, as log rotation and pzstd write them, and zeros at the end as tape does. */
static void test_members(void **state)
{
	struct buf text = log_text(70000), packed = BUF_MAX(1 << 20), want = BUF_MAX(1 << 20);
	char zeros[20000] = { 0 };

	for (size_t f = 1; f < FORMS; f++) {
		packed.n = want.n = 0;
		for (int i = 0; i < 5; i++) {
			forms[f].pack(i == 2 ? SPAN("") : buf_view(&text), &packed);
			if (i != 2)
				buf_span(&want, buf_view(&text));
		}
		assert_reads(buf_view(&packed), buf_view(&want), forms[f].form, 0, 65536);
		buf_add(&packed, zeros, sizeof(zeros));
		assert_reads(buf_view(&packed), buf_view(&want), forms[f].form, 0, 65536);
	}
	/* A skippable frame in front (RFC 8878, 3.1.2). */
	packed.n = 0;
	buf_add(&packed, "\x50\x2a\x4d\x18\4\0\0\0skip", 12);
	pack_zstd(buf_view(&text), &packed);
	assert_reads(buf_view(&packed), buf_view(&text), SOURCE_ZSTD, 0, 65536);
	buf_free(&text);
	buf_free(&packed);
	buf_free(&want);
}

/* 30,000 empty members: no quadratic cost, no output. */
static void test_many_members(void **state)
{
	struct buf packed = BUF_MAX(1 << 20);

	for (int i = 0; i < 30000; i++)
		pack_gzip(SPAN(""), &packed);
	assert_reads(buf_view(&packed), SPAN(""), SOURCE_GZIP, 0, 65536);
	buf_free(&packed);
}

static void assert_damaged(struct span packed, struct span text, size_t at_least, const char *says)
{
	struct buf out = BUF_MAX(64 << 20);
	enum source_form form;
	struct err err;

	assert_int_equal(drain(file_of(packed), 0, 1 << 20, &out, &form, &err), -EXIT_INCOMPLETE);
	assert_int_equal(err.code, EXIT_INCOMPLETE);
	if (says)
		assert_string_equal(err.text, says);
	else
		assert_true(span_starts(span_str(err.text), SPAN("damaged at ")) ||
			    span_starts(span_str(err.text), SPAN("its checksum is wrong")));
	assert_true(out.n >= at_least && out.n <= text.n);
	assert_memory_equal(out.p, text.p, out.n);
	buf_free(&out);
}

static void test_truncated(void **state)
{
	struct buf text = log_text(3000000), packed = BUF_MAX(64 << 20);

	for (size_t f = 1; f < FORMS; f++) {
		packed.n = 0;
		forms[f].pack(buf_view(&text), &packed);
		for (unsigned percent = 10; percent < 100; percent += 20) {
			struct span cut = span_head(buf_view(&packed), packed.n * percent / 100);
			/* bzip2, zstd and xz lose at most their last block. */
			size_t least = forms[f].form == SOURCE_GZIP ? text.n * (percent - 5) / 100 : 0;

			assert_damaged(cut, buf_view(&text), least, "damaged at its end: cut off");
		}
		assert_damaged(span_head(buf_view(&packed), packed.n - 1), buf_view(&text), text.n / 2, NULL);
		assert_damaged(span_head(buf_view(&packed), 6), buf_view(&text), 0, NULL);
	}
	buf_free(&text);
	buf_free(&packed);
}

static void test_garbage_behind(void **state)
{
	struct buf text = log_text(70000), packed = BUF_MAX(1 << 20);

	for (size_t f = 1; f < FORMS; f++) {
		size_t whole;

		packed.n = 0;
		forms[f].pack(buf_view(&text), &packed);
		whole = packed.n;
		buf_str(&packed, "garbage");
		assert_damaged(buf_view(&packed), buf_view(&text), text.n,
			       "holds something else behind its end at 99 %: all before that was read");
		packed.n = whole;
		buf_add(&packed, "\0\0\0\0\0\0\0x", 8);
		assert_damaged(buf_view(&packed), buf_view(&text), text.n,
			       "holds something else behind its end at 99 %: all before that was read");
	}
	buf_free(&text);
	buf_free(&packed);
}

/* Where nothing but the sum at the end tells of damage, nobody knows where it is. */
static void test_wrong_sum(void **state)
{
	static const char whole[] = "its checksum is wrong: any part of it may be damaged";
	static const char in_part[] =
		"its checksum is wrong at 49 %: any part before may be damaged, what follows was not read";
	struct buf text = log_text(70000), packed = BUF_MAX(1 << 20), out = BUF_MAX(1 << 20);
	struct err err = { 0 };
	enum source_form form;
	size_t one;
	int ends[2];

	/* CRC32 and ISIZE, in a file and in a pipe */
	for (size_t behind = 8; behind > 0; behind--) {
		packed.n = 0;
		pack_gzip(buf_view(&text), &packed);
		packed.p[packed.n - behind] ^= 1;
		assert_damaged(buf_view(&packed), buf_view(&text), text.n, whole);
	}
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], packed.p, packed.n), packed.n);
	close(ends[1]);
	assert_int_equal(drain(ends[0], 0, 10000, &out, &form, &err), -EXIT_INCOMPLETE);
	assert_string_equal(err.text, whole);
	/* of the first of two members */
	packed.n = 0;
	pack_gzip(buf_view(&text), &packed);
	one = packed.n;
	pack_gzip(buf_view(&text), &packed);
	packed.p[one - 8] ^= 1;
	assert_damaged(buf_view(&packed), buf_view(&text), text.n, in_part);
	/* RFC 8878, 3.1.1: the last four bytes, where the frame has a sum */
	packed.n = 0;
	pack_zstd(buf_view(&text), &packed);
	packed.p[packed.n - 1] ^= 1;
	assert_damaged(buf_view(&packed), buf_view(&text), 0, whole);
	buf_free(&text);
	buf_free(&packed);
	buf_free(&out);
}

/* One bit turned over anywhere: never more than the text, and the same by ISA-L and zlib. */
static void test_flipped(void **state)
{
	struct buf text = log_text(400000), packed = BUF_MAX(1 << 20), a = BUF_MAX(8 << 20),
		   b = BUF_MAX(8 << 20);

	pack_gzip(buf_view(&text), &packed);
	for (size_t i = 0; i < 60; i++) {
		size_t at = hash_mix(i + 1) % packed.n;
		struct err first = { 0 }, second = { 0 };
		enum source_form form;
		int ra, rb;

		packed.p[at] ^= (char)(1 << i % 8);
		a.n = b.n = 0;
		ra = drain(file_of(buf_view(&packed)), 0, 1 << 20, &a, &form, &first);
		rb = drain(file_of(buf_view(&packed)), SOURCE_ZLIB_ONLY, 1 << 20, &b, &form, &second);
		assert_int_equal(ra, rb);
		assert_true(a.n >= b.n);
		assert_true(b.n == 0 || memcmp(a.p, b.p, b.n) == 0);
		packed.p[at] ^= (char)(1 << i % 8);
	}
	buf_free(&text);
	buf_free(&packed);
	buf_free(&a);
	buf_free(&b);
}

/* The position is where the damage was seen, not where reading ended: bzip2 sums up block by block. */
static void test_position(void **state)
{
	struct buf text = log_text(6000000), packed = BUF_MAX(8 << 20), out = BUF_MAX(8 << 20);
	enum source_form form;
	unsigned percent = 0;
	struct err err;

	pack_bzip2(buf_view(&text), &packed);
	packed.p[packed.n / 2] ^= 0x10;
	assert_int_equal(drain(file_of(buf_view(&packed)), 0, 1 << 20, &out, &form, &err), -EXIT_INCOMPLETE);
	assert_int_equal(sscanf(err.text, "damaged at %u %%", &percent), 1);
	assert_in_range(percent, 50, 70);
	/* The damaged block itself comes out before its sum is looked at; what lies before it is whole. */
	assert_in_range(out.n, text.n * 3 / 10, text.n * 7 / 10);
	assert_memory_equal(out.p, text.p, text.n * 3 / 10);
	buf_free(&text);
	buf_free(&packed);
	buf_free(&out);
}

static void test_reserved_flags(void **state)
{
	struct buf packed = BUF_MAX(1000);

	pack_gzip(SPAN("text"), &packed);
	packed.p[3] |= 0x40;
	assert_damaged(buf_view(&packed), SPAN("text"), 0, NULL);
	buf_free(&packed);
}

/* What begins like a compressed file and is none, and one of three bytes; a form is known by all of its first bytes. */
static void test_lookalikes(void **state)
{
	static const char *const plain[] = { "BZh", "BZh0 is text", "BZhx is text", "\x1f\x8b is text",
					     "(\xb5/ is text" };
	struct buf packed = BUF_MAX(1000), out = BUF_MAX(1000);
	enum source_form form;
	struct err err;

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		out.n = 0;
		assert_int_equal(drain(file_of(span_str(plain[i])), 0, 100, &out, &form, &err), 0);
		assert_int_equal(form, SOURCE_PLAIN);
		assert_true(span_eq(buf_view(&out), span_str(plain[i])));
	}
	out.n = 0;
	assert_int_equal(drain(file_of(SPAN("\x1f\x8b\x08")), 0, 100, &out, &form, &err), -EXIT_INCOMPLETE);
	assert_int_equal(form, SOURCE_GZIP);
	pack_zstd(SPAN("text that is text that is text"), &packed);
	packed.p[5] ^= 0x7f;
	assert_int_equal(drain(file_of(buf_view(&packed)), 0, 100, &out, &form, &err), -EXIT_INCOMPLETE);
	assert_int_equal(form, SOURCE_ZSTD);
	buf_free(&packed);
	buf_free(&out);
}

/* A frame that wants a window of 2 GiB is refused, not served. */
static void test_window_too_big(void **state)
{
	struct buf out = BUF_MAX(1000);
	enum source_form form;
	struct err err;

	/* RFC 8878, 3.1.1.1.2: window descriptor 0xa8 = exponent 21 + 10 = 2 GiB. */
	assert_int_equal(
		drain(file_of(SPAN("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00")), 0, 100, &out, &form, &err),
		-EXIT_INCOMPLETE);
	assert_non_null(strstr(err.text, "128 MiB"));
	buf_free(&out);
}

struct feed {
	int fd;
	struct span s;
};

static void *feed_pipe(void *arg)
{
	struct feed *f = arg;

	for (size_t at = 0; at < f->s.n;) {
		size_t n = at < 20 ? 1 : 1000;
		struct span part = span_head(span_from(f->s, at), n);

		if (write(f->fd, part.p, part.n) != (ssize_t)part.n)
			break;
		at += part.n;
	}
	close(f->fd);
	return NULL;
}

static void test_pipes(void **state)
{
	struct buf text = log_text(300000), packed = BUF_MAX(1 << 20), out = BUF_MAX(1 << 20);

	for (size_t f = 0; f < FORMS; f++) {
		struct err err = { 0 };
		enum source_form form;
		struct feed feed;
		pthread_t thread;
		int ends[2], cut = f % 2;

		packed.n = out.n = 0;
		forms[f].pack(buf_view(&text), &packed);
		assert_int_equal(pipe2(ends, f > 2 ? O_NONBLOCK : 0), 0);
		/* Only our end may be non-blocking. */
		fcntl(ends[1], F_SETFL, 0);
		feed = (struct feed){ ends[1], span_head(buf_view(&packed), packed.n - (size_t)cut) };
		pthread_create(&thread, NULL, feed_pipe, &feed);
		assert_int_equal(drain(ends[0], 0, 10000, &out, &form, &err), cut ? -EXIT_INCOMPLETE : 0);
		pthread_join(thread, NULL);
		assert_int_equal(form, forms[f].form);
		if (cut)
			assert_true(span_starts(span_str(err.text), SPAN("damaged after ")));
		else
			assert_true(span_eq(buf_view(&out), buf_view(&text)));
	}
	buf_free(&text);
	buf_free(&packed);
	buf_free(&out);
}

static bool go_on_thrice(void *ctx)
{
	unsigned *left = ctx;

	return *left > 0 && (*left)--;
}

/* Whoever asks may stop a pipe that says nothing, and one that ends: what came before is given out first, the rest is no damage. */
static void test_stopped_pipes(void **state)
{
	struct buf text = log_text(30000), packed = BUF_MAX(1 << 20), out = BUF_MAX(1 << 20);

	for (size_t f = 0; f < 2 * FORMS; f++) {
		bool ends_too = f >= FORMS;
		unsigned left = ends_too ? 0 : 3;
		const struct source_ask ask = { go_on_thrice, &left };
		struct source *s;
		struct err err = { 0 };
		char part[5000];
		int ends[2];
		ssize_t n;

		packed.n = out.n = 0;
		forms[f % FORMS].pack(buf_view(&text), &packed);
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], packed.p, packed.n), packed.n);
		if (ends_too)
			close(ends[1]);
		assert_int_equal(source_open(ends[0], 0, &ask, &s, &err), 0);
		while ((n = source_read(s, part, sizeof(part), &err)) > 0)
			buf_add(&out, part, (size_t)n);
		assert_int_equal(n, -EXIT_INCOMPLETE);
		assert_string_equal(err.text, "");
		assert_int_equal(left, 0);
		assert_true(span_eq(buf_view(&out), buf_view(&text)));
		source_close(s);
		if (!ends_too)
			close(ends[1]);
	}
	buf_free(&text);
	buf_free(&packed);
	buf_free(&out);
}

static void test_seek(void **state)
{
	struct buf text = log_text(2000000);
	struct source *s;
	struct err err;
	char part[100];
	int fd = file_of(buf_view(&text));

	assert_int_equal(source_open(fd, 0, NULL, &s, &err), 0);
	assert_true(source_seekable(s));
	assert_int_equal(source_total(s), text.n);
	for (uint64_t at = 0; at + sizeof(part) < text.n; at += 333333) {
		source_seek(s, at);
		assert_int_equal(source_read(s, part, sizeof(part), &err), sizeof(part));
		assert_memory_equal(part, text.p + at, sizeof(part));
		assert_int_equal(source_used(s), at + sizeof(part));
	}
	source_seek(s, text.n);
	assert_int_equal(source_read(s, part, sizeof(part), &err), 0);
	/* The file grows: its end was only the end so far. */
	assert_int_equal(pwrite(fd, "more\n", 5, (off_t)text.n), 5);
	assert_int_equal(source_read(s, part, sizeof(part), &err), 5);
	source_close(s);
	buf_free(&text);
}

static void test_starts_where_the_descriptor_stands(void **state)
{
	int fd = file_of(SPAN("first line\nsecond line\n"));
	struct buf out = BUF_MAX(100);
	enum source_form form;
	struct err err;

	lseek(fd, 11, SEEK_SET);
	assert_int_equal(drain(fd, 0, 5, &out, &form, &err), 0);
	assert_true(span_eq(buf_view(&out), SPAN("second line\n")));
	buf_free(&out);
}

static void test_unreadable(void **state)
{
	struct source *s = NULL;
	struct err err;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	assert_int_equal(source_open(-1, 0, NULL, &s, &err), -EXIT_IO);
	assert_int_equal(source_open(fd, 0, NULL, &s, &err), -EXIT_IO);
	assert_non_null(strstr(err.text, "directory"));
	assert_null(s);
	close(fd);
	source_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),	   cmocka_unit_test(test_empty_and_tiny),
		cmocka_unit_test(test_members),	   cmocka_unit_test(test_many_members),
		cmocka_unit_test(test_truncated),  cmocka_unit_test(test_garbage_behind),
		cmocka_unit_test(test_wrong_sum),  cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_position),   cmocka_unit_test(test_reserved_flags),
		cmocka_unit_test(test_lookalikes), cmocka_unit_test(test_window_too_big),
		cmocka_unit_test(test_pipes),	   cmocka_unit_test(test_stopped_pipes),
		cmocka_unit_test(test_seek),	   cmocka_unit_test(test_starts_where_the_descriptor_stands),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests_name("inflate", tests, NULL, NULL);
}
