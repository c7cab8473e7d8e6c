/*
 * text: spans, capped buffers, arenas, errors and packed bytes at their edges.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/err.h"
#include "base/pack.h"
#include "base/texts.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void test_span_numbers(void **state)
{
	uint64_t value = 7;

	assert_true(span_u64(SPAN("0"), &value));
	assert_int_equal(value, 0);
	assert_true(span_u64(SPAN("18446744073709551615"), &value));
	assert_true(value == UINT64_MAX);
	assert_true(span_u64(SPAN("000123"), &value));
	assert_int_equal(value, 123);
	assert_false(span_u64(SPAN("18446744073709551616"), &value));
	assert_false(span_u64(SPAN("99999999999999999999"), &value));
	assert_false(span_u64(SPAN(""), &value));
	assert_false(span_u64(SPAN("-1"), &value));
	assert_false(span_u64(SPAN("1 "), &value));
	assert_false(span_u64(SPAN("1:"), &value));
	assert_false(span_u64(SPAN_NONE, &value));
	assert_int_equal(value, 123);
}

static void test_span_parts(void **state)
{
	struct span s = SPAN("key=value=x");

	assert_int_equal(span_find(s, 0, '='), 3);
	assert_int_equal(span_find(s, 4, '='), 9);
	assert_int_equal(span_find(s, 99, '='), -1);
	assert_int_equal(span_find(s, 0, '#'), -1);
	assert_int_equal(span_rfind(s, '='), 9);
	assert_int_equal(span_rfind(SPAN_NONE, '='), -1);
	assert_int_equal(span_search(s, 0, SPAN("=x")), 9);
	assert_int_equal(span_search(s, 10, SPAN("=x")), -1);
	assert_int_equal(span_search(s, 11, SPAN("x")), -1);
	assert_true(span_eq(span_from(s, 10), SPAN("x")));
	assert_int_equal(span_from(s, 11).n, 0);
	assert_int_equal(span_from(s, 12).n, 0);
	assert_int_equal(span_from(SPAN_NONE, 0).n, 0);
	assert_true(span_eq(span_head(s, 3), SPAN("key")));
	assert_true(span_eq(span_head(s, 99), s));
	assert_true(span_starts(s, SPAN("key")));
	assert_false(span_starts(SPAN("ke"), SPAN("key")));
	assert_true(span_starts(SPAN_NONE, SPAN_NONE));
	assert_true(span_ends(s, SPAN("=x")));
	assert_true(span_ends(SPAN_NONE, SPAN_NONE));
	assert_false(span_ends(SPAN("x"), SPAN("=x")));
	assert_true(span_eq(SPAN_NONE, SPAN("")));
	assert_int_equal(span_str(NULL).n, 0);
}

static void test_span_case_and_blanks(void **state)
{
	assert_true(span_eq_nocase(SPAN("Info@Shop.EXAMPLE"), SPAN("iNFO@sHOP.example")));
	assert_false(span_eq_nocase(SPAN("a"), SPAN("ab")));
	assert_false(span_eq_nocase(SPAN("@"), SPAN("`")));
	assert_false(span_eq_nocase(SPAN("["), SPAN("{")));
	/* Latin-1 and UTF-8 letters are not ours to fold. */
	assert_false(span_eq_nocase(SPAN("\xc4"), SPAN("\xe4")));
	assert_true(span_eq(span_trim(SPAN(" \t\r\n a b\r\n")), SPAN("a b")));
	assert_int_equal(span_trim(SPAN(" \n ")).n, 0);
	assert_int_equal(span_trim(SPAN_NONE).n, 0);
	assert_true(span_eq(span_trim(SPAN("\va")), SPAN("\va")));
}

static void test_buf_ceiling(void **state)
{
	struct buf b = BUF_MAX(5);

	buf_str(&b, "abc");
	assert_false(b.over);
	buf_str(&b, "");
	buf_byte(&b, 'd');
	buf_str(&b, "efg");
	assert_true(b.over);
	buf_byte(&b, 'h');
	buf_addf(&b, "%d", 12345);
	assert_int_equal(b.n, 5);
	assert_memory_equal(b.p, "abcde", 5);
	buf_free(&b);
	assert_null(b.p);

	struct buf none = { 0 };

	buf_str(&none, "x");
	buf_addf(&none, "x");
	assert_true(none.over);
	assert_int_equal(none.n, 0);
	buf_free(&none);
}

static void test_buf_grows(void **state)
{
	struct buf b = BUF_MAX(SIZE_MAX);
	char big[1000];

	memset(big, 'x', sizeof(big));
	for (int i = 0; i < 1000; i++)
		buf_add(&b, big, sizeof(big));
	assert_int_equal(b.n, 1000000);
	assert_int_equal(b.p[999999], 'x');
	buf_free(&b);
}

static void test_buf_format(void **state)
{
	struct buf b = BUF_MAX(300), cut = BUF_MAX(4);

	buf_addf(&b, "%s", "");
	assert_int_equal(b.n, 0);
	buf_addf(&b, "%d-%s", 42, "x");
	/* Longer than what is allocated, so it is written twice. */
	buf_addf(&b, "%0200d", 1);
	assert_int_equal(b.n, 204);
	assert_memory_equal(b.p, "42-x0000", 8);
	assert_int_equal(b.p[203], '1');
	assert_false(b.over);
	buf_addf(&cut, "%s", "abcdef");
	assert_true(cut.over);
	assert_true(span_eq(buf_view(&cut), SPAN("abcd")));
	buf_free(&b);
	buf_free(&cut);
}

static void test_arena(void **state)
{
	struct arena *a = arena_new();
	char *last = NULL;

	for (size_t n = 0; n < 3000; n++) {
		char *p = arena_alloc(a, n);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	memset(arena_alloc(a, 5 << 20), 1, 5 << 20);
	assert_true(arena_bytes(a) >= 3000 * 2999 / 2 + (5 << 20));
	assert_string_equal(arena_str(a, SPAN("text")), "text");
	assert_string_equal(arena_str(a, SPAN_NONE), "");
	assert_true(span_eq(arena_span(a, SPAN("a\0b")), SPAN("a\0b")));
	arena_free(a);
	arena_free(NULL);
}

static void test_err(void **state)
{
	struct err err = { 0 };
	char longer[600];

	assert_int_equal(err_set(&err, EXIT_USAGE, "no %s", "verb"), -64);
	assert_int_equal(err.code, 64);
	assert_string_equal(err.text, "no verb");
	errno = ENOENT;
	assert_int_equal(err_sys(&err, EXIT_NOINPUT, "/x"), -66);
	assert_string_equal(err.text, "/x: No such file or directory");
	assert_int_equal(errno, ENOENT);
	assert_int_equal(err_set(NULL, EXIT_IO, "x"), -74);
	assert_int_equal(err_sys(NULL, EXIT_IO, "x"), -74);
	memset(longer, 'a', sizeof(longer));
	longer[599] = '\0';
	err_sys(&err, EXIT_IO, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* Runs END in a child with standard error closed; returns how it ended. */
static int how_it_ends(void (*end)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		close(2);
		end();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void end_by_bug(void)
{
	bug("a test");
}

static void end_by_malloc(void)
{
	/* volatile: the compiler warns of sizes like these otherwise */
	volatile size_t n = SIZE_MAX / 2;

	free(xmalloc(n));
}

static void end_by_calloc(void)
{
	volatile size_t n = SIZE_MAX / 2;

	free(xcalloc(n, 3));
}

static void end_by_realloc(void)
{
	volatile size_t n = SIZE_MAX / 2;

	free(xrealloc(NULL, n));
}

static void end_by_arena(void)
{
	volatile size_t n = SIZE_MAX;

	arena_alloc(arena_new(), n);
}

static void end_by_pack(void)
{
	struct buf b = BUF_MAX(10);

	pack_span(&(struct packer){ &b }, span_of("", (size_t)UINT32_MAX + 1));
}

static void test_ends(void **state)
{
	int status = how_it_ends(end_by_bug);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	status = how_it_ends(end_by_pack);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	/* Sanitizers end such a process themselves, with another code. */
	assert_int_not_equal(how_it_ends(end_by_malloc), 0);
	assert_int_not_equal(how_it_ends(end_by_calloc), 0);
	assert_int_not_equal(how_it_ends(end_by_realloc), 0);
	assert_int_not_equal(how_it_ends(end_by_arena), 0);
}

static void test_nothing_is_something(void **state)
{
	void *a = xmalloc(0), *b = xcalloc(0, 8), *c = xrealloc(NULL, 0);

	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

static void pack_all(struct buf *b)
{
	struct packer p = { b };

	pack_u8(&p, 200);
	pack_u32(&p, 0x01020304);
	pack_u64(&p, UINT64_C(0x1122334455667788));
	pack_i64(&p, -5);
	pack_f64(&p, -2.5);
	pack_u8(&p, 1);
	pack_u32(&p, 2);
	pack_span(&p, SPAN("one"));
	pack_span(&p, SPAN_NONE);
}

static bool unpack_all(struct span s)
{
	struct unpacker u = { .left = s };
	bool good = unpack_u8(&u) == 200;

	good &= unpack_u32(&u) == 0x01020304;
	good &= unpack_u64(&u) == UINT64_C(0x1122334455667788);
	good &= unpack_i64(&u) == -5;
	good &= unpack_f64(&u) == -2.5;
	good &= unpack_bool(&u);
	good &= unpack_count(&u, 2) == 2;
	good &= span_eq(unpack_span(&u), SPAN("one"));
	good &= unpack_span(&u).n == 0;
	return unpack_done(&u) && good;
}

static void test_pack(void **state)
{
	struct buf b = BUF_MAX(1000);

	pack_all(&b);
	assert_memory_equal(b.p, "\xc8\x04\x03\x02\x01\x88\x77\x66\x55\x44\x33\x22\x11\xfb\xff", 15);
	assert_true(unpack_all(buf_view(&b)));
	for (size_t n = 0; n < b.n; n++)
		assert_false(unpack_all(span_head(buf_view(&b), n)));
	buf_byte(&b, 0);
	assert_false(unpack_all(buf_view(&b)));
	buf_free(&b);
}

/* As many bytes as it takes, and no number in two forms. */
static void test_short_numbers(void **state)
{
	static const struct {
		uint64_t value;
		size_t bytes;
	} cases[] = { { 0, 1 },
		      { 127, 1 },
		      { 128, 2 },
		      { 16383, 2 },
		      { 16384, 3 },
		      { UINT32_MAX, 5 },
		      { UINT64_MAX >> 1, 9 },
		      { UINT64_MAX, 10 } };
	static const struct span wrong[] = { SPAN(""),
					     SPAN("\x80"),
					     SPAN("\x80\0"),
					     SPAN("\xff\x80\0"),
					     SPAN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\2"),
					     SPAN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\0") };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_MAX(16);
		struct packer p = { &b };
		struct unpacker u = { 0 };

		pack_short(&p, cases[i].value);
		assert_int_equal(b.n, cases[i].bytes);
		u.left = buf_view(&b);
		assert_true(unpack_short(&u) == cases[i].value);
		assert_true(unpack_done(&u));
		buf_free(&b);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct unpacker u = { .left = wrong[i] };

		assert_true(unpack_short(&u) == 0);
		assert_true(u.failed);
	}
}

/* Six decimals survive, what is too big becomes the most, and what came comes out the same again. */
static void test_fixed(void **state)
{
	static const struct {
		double is, comes;
	} cases[] = {
		{ 0, 0 },
		{ -0.0, 0 },
		{ 1, 1 },
		{ 0.1, 0.1 },
		{ -2.5, -2.5 },
		{ 33.28515625, 33.285156 },
		{ 0.0000004, 0 },
		{ -0.0000004, 0 },
		{ -0.0000006, -0.000001 },
		{ 1999999999.999999, 1999999999.999999 },
		{ 2e9, 2e9 },
		{ 1e300, 2e9 },
		{ -1e300, -2e9 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_MAX(100), again = BUF_MAX(100);
		struct packer to = { .out = &b }, again_to = { .out = &again };
		struct codec c = { .to = &to }, repeat = { .to = &again_to };
		double v = cases[i].is;
		struct unpacker u;

		code_short_fixed(&c, &v);
		u = (struct unpacker){ .left = buf_view(&b) };
		c = (struct codec){ .from = &u };
		code_short_fixed(&c, &v);
		assert_true(unpack_done(&u));
		assert_true(v == cases[i].comes);
		/* one number, one form */
		code_short_fixed(&repeat, &v);
		assert_true(span_eq(buf_view(&again), buf_view(&b)));
		buf_free(&b);
		buf_free(&again);
	}
}

static void test_fixed_refuses(void **state)
{
	static const double wrong[] = { NAN, INFINITY, -INFINITY };
	struct unpacker u = { .left = SPAN(
				      "\x82\x80\xe8\x98\xa9\xbf\x8d\x07") }; /* one part more than the most */
	struct codec c = { .from = &u };
	double v = 1;

	code_short_fixed(&c, &v);
	assert_true(u.failed);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct buf b = BUF_MAX(100);
		struct packer to = { .out = &b };

		c = (struct codec){ .to = &to };
		v = wrong[i];
		code_short_fixed(&c, &v);
		u = (struct unpacker){ .left = buf_view(&b) };
		c = (struct codec){ .from = &u };
		code_short_fixed(&c, &v);
		assert_true(u.failed);
		buf_free(&b);
	}
}

/* Numbers count from 1, in the order of first use; when there are too many, the rest have none. */
static void test_texts(void **state)
{
	struct texts out = { 0 };
	struct texts in = { 0 };
	char text[8];

	assert_int_equal(texts_number(&out, SPAN("a")), 1);
	assert_int_equal(texts_number(&out, SPAN("")), 2);
	assert_int_equal(texts_number(&out, SPAN("a")), 1);
	for (unsigned i = 3; i <= TEXTS_MOST; i++) {
		int n = snprintf(text, sizeof(text), "%u", i);

		assert_int_equal(texts_number(&out, span_of(text, (size_t)n)), i);
	}
	assert_int_equal(texts_number(&out, SPAN("one more")), 0);
	assert_int_equal(texts_number(&out, SPAN("65536")), 65536);
	for (unsigned i = 0; i < TEXTS_MOST; i++)
		assert_true(texts_add(&in, SPAN("x")));
	assert_false(texts_add(&in, SPAN("x")));
	texts_free(&out);
	texts_free(&in);
}

static void test_unpack_refuses(void **state)
{
	struct unpacker count = { .left = SPAN("\3\0\0\0abc") }, many = { .left = SPAN("\4\0\0\0abc") };
	struct unpacker over = { .left = SPAN("\3\0\0\0abc") }, flag = { .left = SPAN("\2") };
	struct unpacker nan = { .left = SPAN("\0\0\0\0\0\0\xf8\x7f") },
			inf = { .left = SPAN("\0\0\0\0\0\0\xf0\xff") };
	struct unpacker text = { .left = SPAN("\xff\xff\xff\xff"
					      "abc") };

	assert_int_equal(unpack_count(&count, 3), 3);
	assert_int_equal(unpack_count(&many, 9), 0);
	assert_true(many.failed);
	assert_int_equal(unpack_count(&over, 2), 0);
	assert_true(over.failed);
	assert_false(unpack_bool(&flag));
	assert_true(flag.failed);
	assert_true(unpack_f64(&nan) == 0);
	assert_true(nan.failed);
	unpack_f64(&inf);
	assert_true(inf.failed);
	assert_int_equal(unpack_span(&text).n, 0);
	assert_true(text.failed);
	/* Once failed, nothing is read any more. */
	assert_int_equal(unpack_u8(&text), 0);
	assert_false(unpack_done(&text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span_numbers),
		cmocka_unit_test(test_span_parts),
		cmocka_unit_test(test_span_case_and_blanks),
		cmocka_unit_test(test_buf_ceiling),
		cmocka_unit_test(test_buf_grows),
		cmocka_unit_test(test_buf_format),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_err),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_nothing_is_something),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_short_numbers),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_fixed_refuses),
		cmocka_unit_test(test_unpack_refuses),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
