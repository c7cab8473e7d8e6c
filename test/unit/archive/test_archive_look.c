/*
 * look: what is told of an archive, and that each bound ends it and is said. Archives are made here, in memory.
 */
#include "archive/look.h"
#include "base/arena.h"
#include "base/err.h"
#include "scan/lexicon.h"
#include "scan/scan.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define BAD "<?php eval($_POST['a']);"

struct seen {
	unsigned found, skips, harmful;
	char member[100], why[4000];
	struct look_done done;
};

struct made {
	char *bytes;
	size_t n;
};

static la_ssize_t on_write(struct archive *a, void *ctx, const void *piece, size_t n)
{
	struct made *m = ctx;

	m->bytes = xrealloc(m->bytes, m->n + n + 1);
	memcpy(m->bytes + m->n, piece, n);
	m->n += n;
	(void)a;
	return (la_ssize_t)n;
}

static void put(struct archive *a, const char *name, const char *body, size_t n)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)n);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	for (size_t at = 0; at < n;) {
		la_ssize_t w = archive_write_data(a, body + at, n - at);

		assert_true(w > 0);
		at += (size_t)w;
	}
	archive_entry_free(e);
}

/* a.php, bad.php, and COUNT files of SIZE zeros. */
static struct made make(bool zip, bool gzip, unsigned count, size_t size)
{
	struct archive *a = archive_write_new();
	struct made m = { 0 };
	char *zeros = xcalloc(1, size + 1), name[32];

	if (zip)
		archive_write_set_format_zip(a);
	else
		archive_write_set_format_pax_restricted(a);
	if (gzip)
		archive_write_add_filter_gzip(a);
	archive_write_set_bytes_in_last_block(a, 1);
	archive_write_open(a, &m, NULL, on_write, NULL);
	put(a, "a.php", "<?php echo 1;", 13);
	put(a, "bad.php", BAD, strlen(BAD));
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "z%u", i);
		put(a, name, zeros, size);
	}
	archive_write_close(a);
	archive_write_free(a);
	free(zeros);
	return m;
}

static void on_found(void *ctx, struct span member, struct scan_told *t)
{
	struct seen *s = ctx;

	s->found++;
	assert_true(t->finding.verdict != SCAN_CLEAN);
	snprintf(s->member, sizeof(s->member), "%.*s", (int)member.n, member.p);
}

static void on_skip(void *ctx, struct span member, struct span why, bool harmless)
{
	struct seen *s = ctx;
	size_t n = strlen(s->why);

	s->skips++;
	s->harmful += !harmless;
	snprintf(s->why + n, sizeof(s->why) - n, "%.*s\n", (int)why.n, why.p);
	(void)member;
}

static void on_progress(void *ctx)
{
	(void)ctx;
}

static const struct archive_most enough = { 1000, 1 << 30, 60000000 };

static struct seen look(struct made m, const char *only, struct archive_most most)
{
	struct lexicon *words = lexicon_new();
	const struct scan_rules rules = { .words = words };
	struct archive_ask ask = {
		.path = SPAN("d/x.zip"), .only = span_str(only), .size = m.n, .most = most
	};
	struct seen s = { 0 };
	struct look_want want = { .ask = &ask,
				  .rules = &rules,
				  .ctx = &s,
				  .found = on_found,
				  .skip = on_skip,
				  .progress = on_progress };

	want.fd = memfd_create("x", MFD_CLOEXEC);
	assert_int_equal(write(want.fd, m.bytes, m.n), m.n);
	look_into(&want, &s.done);
	close(want.fd);
	lexicon_free(words);
	free(m.bytes);
	return s;
}

static void found_in_all(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct seen s = look(make(i & 1, i & 2, 3, 1000), "", enough);

		assert_true(s.done.opened && s.found == 1 && s.skips == 0 && s.done.members == 5);
		assert_string_equal(s.member, "bad.php");
	}
	(void)state;
}

static void one_alone(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct seen s = look(make(i & 1, i & 2, 3, 1000), "bad.php", enough);

		assert_true(s.found == 1 && s.skips == 0 && s.done.members == 1);
		s = look(make(i & 1, i & 2, 3, 1000), "a.php", enough);
		assert_true(s.found == 0 && s.skips == 0);
		s = look(make(i & 1, i & 2, 3, 1000), "bad", enough);
		assert_true(s.found == 0 && s.skips == 1 && s.harmful == 1);
		assert_non_null(strstr(s.why, "no file of that name"));
	}
	(void)state;
}

static void too_many(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct seen s =
			look(make(i & 1, i & 2, 10, 10), "", (struct archive_most){ 5, 1 << 30, 60000000 });

		assert_true(s.found == 1 && s.harmful == 1 && s.done.entries == 5);
		assert_non_null(strstr(s.why, "more files are in it than the limit allows"));
		/* just as many as there are */
		s = look(make(i & 1, i & 2, 3, 10), "", (struct archive_most){ 5, 1 << 30, 60000000 });
		assert_true(s.found == 1 && s.skips == 0);
	}
	(void)state;
}

static void too_much(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct seen s = look(make(i & 1, i & 2, 10, 1 << 20), "",
				     (struct archive_most){ 1000, 4 << 20, 60000000 });

		assert_true(s.found == 1 && s.harmful == 1 && s.done.bytes < 6u << 20);
		assert_non_null(strstr(s.why, "unpacks to more"));
		/* also where nothing of it is wanted: what is wrapped has to be unpacked to be passed over */
		s = look(make(i & 1, i & 2, 10, 1 << 20), "none",
			 (struct archive_most){ 1000, 4 << 20, 60000000 });
		assert_true(s.found == 0 && s.harmful == 1);
		assert_non_null(strstr(s.why, i & 2 ? "unpacks to more" : "no file of that name"));
	}
	(void)state;
}

static void too_long(void **state)
{
	struct seen s = look(make(false, true, 10, 1 << 20), "", (struct archive_most){ 1000, 1 << 30, 0 });

	assert_true(s.done.opened && s.found == 0 && s.harmful == 1);
	assert_non_null(strstr(s.why, "more time"));
	(void)state;
}

static void larger_than_is_read(void **state)
{
	struct seen s = look(make(true, true, 1, 9 << 20), "", enough);

	/* zeros, by name and beginning no script */
	assert_true(s.found == 1 && s.skips == 1 && s.harmful == 0);
	assert_non_null(strstr(s.why, "1 file in it is larger than the limit"));
	(void)state;
}

static void cut(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct made m = make(i & 1, i & 2, 3, 100000);
		struct seen s;

		m.n /= 2;
		s = look(m, "", enough);
		assert_true(s.done.opened && s.harmful >= 1);
		assert_non_null(strstr(s.why, "it is damaged: not all of it was looked at, but the first"));
	}
	(void)state;
}

static void none(void **state)
{
	struct made m = { .bytes = xcalloc(1, 5000), .n = 5000 };
	struct seen s;

	memset(m.bytes, 'x', m.n);
	s = look(m, "", enough);
	assert_true(!s.done.opened && s.skips == 0 && s.found == 0);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_in_all), cmocka_unit_test(one_alone),
		cmocka_unit_test(too_many),	cmocka_unit_test(too_much),
		cmocka_unit_test(too_long),	cmocka_unit_test(larger_than_is_read),
		cmocka_unit_test(cut),		cmocka_unit_test(none),
	};

	look_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
