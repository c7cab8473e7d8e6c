/* store - ids that last, baselines by age, and a file damaged anywhere. */
#include "base/err.h"
#include "store/store.h"
#include "store/words.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY INT64_C(86400)
#define T0 INT64_C(1763900000)

static char base[64], dir[80], file[96];

static int setup(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/spamtrail-store.XXXXXX");
	if (!mkdtemp(base))
		return -1;
	snprintf(dir, sizeof(dir), "%s/st", base);
	snprintf(file, sizeof(file), "%s/state.db", dir);
	return 0;
}

static void empty(const char *path)
{
	DIR *d = opendir(path);
	char name[512];

	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		unlink(name);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

static int teardown(void **state)
{
	(void)state;
	empty(dir);
	empty(base);
	return 0;
}

static struct store *open_noted(char note[256])
{
	struct buf text = BUF_MAX(255);
	struct err err = { 0 };
	struct store *s = NULL;

	if (store_open(dir, &s, &text, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(note, 256, "%.*s", (int)text.n, text.n ? text.p : "");
	buf_free(&text);
	return s;
}

static struct store *open_clean(void)
{
	char note[256];
	struct store *s = open_noted(note);

	assert_string_equal(note, "");
	return s;
}

/* An inquiry of one incident with one sender. */
struct one {
	struct inquiry q;
	struct incident in;
	struct row row;
	uint32_t index;
};

static void one_fill(struct one *o, const char *login, int64_t since, int64_t last)
{
	*o = (struct one){
		.row = { .kind = KIND_AUTH, .id = span_str(login), .account = SPAN("shop"), .last = last },
		.in = { .id = "1123a", .since = since, .nrows = 1 }
	};
	o->in.rows = &o->index;
	o->q = (struct inquiry){ .rows = &o->row, .nrows = 1, .incidents = &o->in, .nincidents = 1 };
}

static const char *named(struct store *s, struct one *o, const char *login, int64_t since, int64_t last)
{
	struct err err = { 0 };

	one_fill(o, login, since, last);
	if (store_save(s, NULL, &o->q, &err) < 0)
		fail_msg("%s", err.text);
	return o->in.id;
}

static void test_an_incident_keeps_its_id(void **state)
{
	struct store *s = open_clean();
	struct one o;

	(void)state;
	assert_string_equal(named(s, &o, "info@shop.example", T0, T0 + 100), "1123a");
	assert_string_equal(named(s, &o, "info@shop.example", T0, T0 + 3600), "1123a");
	store_close(s);
	s = open_clean();
	/* lines rotated away: it seems to begin later, but it is the same one */
	assert_string_equal(named(s, &o, "info@shop.example", T0 + 3000, T0 + 2 * DAY), "1123a");
	assert_string_equal(named(s, &o, "other@shop.example", T0, T0 + 100), "1123b");
	assert_string_equal(named(s, &o, "info@shop.example", T0 + 3 * DAY, T0 + 4 * DAY), "1123c");
	/* the first one again */
	assert_string_equal(named(s, &o, "info@shop.example", T0, T0 + 100), "1123a");
	store_close(s);
}

static void test_a_new_sender_joins(void **state)
{
	struct store *s = open_clean();
	struct row rows[2] = { { .kind = KIND_AUTH, .id = SPAN("a@x"), .last = T0 + 50 },
			       { .kind = KIND_SCRIPT, .id = SPAN("/home/x/y"), .last = T0 + 90 } };
	uint32_t both[2] = { 0, 1 };
	struct incident in = { .id = "1123a", .since = T0, .rows = both, .nrows = 2 };
	struct inquiry q = { .rows = rows, .nrows = 2, .incidents = &in, .nincidents = 1 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(store_save(s, NULL, &q, &err), 0);
	/* later only the second is left, then only the first */
	in = (struct incident){ .id = "1123a", .since = T0 + 60, .rows = both + 1, .nrows = 1 };
	assert_int_equal(store_save(s, NULL, &q, &err), 0);
	assert_string_equal(in.id, "1123a");
	in = (struct incident){ .id = "1124a", .since = T0 + 60, .rows = both, .nrows = 1 };
	rows[0].last = T0 + 70;
	assert_int_equal(store_save(s, NULL, &q, &err), 0);
	assert_string_equal(in.id, "1123a");
	store_close(s);
}

/* Two at once: the one that goes on keeps its name, the new one does not take it, past z too. */
static void test_names_are_never_given_twice(void **state)
{
	struct store *s = open_clean();
	struct row rows[40] = { { 0 } };
	uint32_t index[40];
	char login[40][8];
	struct incident in[40];
	struct inquiry q = { .rows = rows, .nrows = 40, .incidents = in, .nincidents = 40 };
	struct err err = { 0 };
	struct one o;

	(void)state;
	assert_string_equal(named(s, &o, "u1", T0, T0 + 5), "1123a");
	for (unsigned i = 0; i < 40; i++) {
		snprintf(login[i], sizeof(login[i]), "u%u", i);
		rows[i] = (struct row){
			.kind = KIND_AUTH, .id = span_str(login[i]), .account = SPAN("shop"), .last = T0 + 5
		};
		index[i] = i;
		in[i] = (struct incident){ .id = "1123a", .since = T0, .rows = &index[i], .nrows = 1 };
	}
	assert_int_equal(store_save(s, NULL, &q, &err), 0);
	assert_string_equal(in[0].id, "1123b");
	assert_string_equal(in[1].id, "1123a");
	assert_string_equal(in[2].id, "1123c");
	assert_string_equal(in[39].id, "1123z14");
	for (unsigned i = 0; i < 40; i++)
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(in[i].id, in[k].id);
	store_close(s);
}

static void learn(struct store *s, int64_t first, int64_t as_of, const char *body)
{
	struct store_learnt l = { .first = first, .as_of = as_of, .body = span_str(body) };
	struct inquiry q = { 0 };
	struct err err = { 0 };

	if (store_save(s, &l, &q, &err) < 0)
		fail_msg("%s", err.text);
}

static void expect_past(struct store *s, int64_t first, const char *body)
{
	struct buf out = BUF_MAX(1 << 20);
	struct err err = { 0 };

	assert_int_equal(store_past(s, first, &out, &err), 0);
	assert_int_equal(out.n, strlen(body));
	if (out.n)
		assert_memory_equal(out.p, body, out.n);
	buf_free(&out);
}

static void test_only_what_ends_before_is_used(void **state)
{
	struct store *s = open_clean();

	(void)state;
	expect_past(s, T0, "");
	learn(s, T0, T0 + 7 * DAY, "week 1");
	expect_past(s, T0, "");
	expect_past(s, T0 + 7 * DAY, "");
	expect_past(s, T0 + 7 * DAY + 1, "week 1");
	/* the same lines again, and older ones */
	learn(s, T0, T0 + 7 * DAY, "week 1 again");
	learn(s, T0 - 30 * DAY, T0 - 20 * DAY, "long ago");
	expect_past(s, T0 + 8 * DAY, "week 1");
	learn(s, T0 + 8 * DAY, T0 + 14 * DAY, "weeks 1 and 2");
	expect_past(s, T0 + 8 * DAY, "week 1");
	expect_past(s, T0 + 15 * DAY, "weeks 1 and 2");
	store_close(s);
}

/* Hourly over ten days of logs that rotate daily, for two months. */
static void test_generations_stay_few_and_near(void **state)
{
	struct store *s = open_clean();
	char body[24];

	(void)state;
	for (int64_t hour = 240; hour < 1440; hour++) {
		int64_t now = T0 + hour * 3600;
		int64_t first = T0 + (hour / 24 - 10) * DAY;
		struct buf out = BUF_MAX(64);
		struct err err = { 0 };

		snprintf(body, sizeof(body), "%lld", (long long)now);
		learn(s, first, now, body);
		assert_int_equal(store_past(s, first, &out, &err), 0);
		if (hour > 520) {
			uint64_t as_of = 0;

			assert_true(span_u64(buf_view(&out), &as_of));
			assert_in_range(first - (int64_t)as_of, 1, 2 * DAY);
		}
		buf_free(&out);
	}
	store_close(s);
	{
		struct stat st;

		assert_int_equal(stat(file, &st), 0);
		assert_in_range(st.st_size, 4096, 200000);
	}
}

static void test_modes_and_refusals(void **state)
{
	struct buf note = BUF_MAX(200);
	struct err err = { 0 };
	struct store *s = open_clean();
	struct stat st;
	char other[96];

	(void)state;
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	store_close(s);
	chmod(dir, 0770);
	assert_int_equal(store_open(dir, &s, &note, &err), -EXIT_NOPERM);
	chmod(dir, 0700);
	snprintf(other, sizeof(other), "%s/link", base);
	assert_int_equal(symlink(dir, other), 0);
	assert_true(store_open(other, &s, &note, &err) < 0);
	/* state.db itself as a link */
	snprintf(other, sizeof(other), "%s/elsewhere", base);
	assert_int_equal(rename(file, other), 0);
	assert_int_equal(symlink(other, file), 0);
	assert_true(store_open(dir, &s, &note, &err) < 0);
	unlink(file);
	assert_true(store_open("/nowhere/at/all", &s, &note, &err) < 0);
	buf_free(&note);
}

/* --- damage ------------------------------------------------------------------------------------ */

static char *slurp(size_t *ret_n)
{
	int fd = open(file, O_RDONLY);
	struct stat st;
	char *p;

	assert_int_equal(fstat(fd, &st), 0);
	p = xmalloc((size_t)st.st_size);
	assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
	close(fd);
	*ret_n = (size_t)st.st_size;
	return p;
}

static void spill(const char *p, size_t n)
{
	int fd;

	empty(dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	close(fd);
}

static char body[20001];

static void make_state(void)
{
	struct store *s = open_clean();
	struct one o;

	for (size_t i = 0; i + 1 < sizeof(body); i++)
		body[i] = (char)('a' + (i * 7 + i / 26) % 26);
	learn(s, T0, T0 + DAY, "older");
	learn(s, T0 + 7200, T0 + 3 * DAY, body);
	for (unsigned i = 0; i < 60; i++) {
		char login[40];

		snprintf(login, sizeof(login), "somebody%u@shop.example", i);
		named(s, &o, login, T0 + i, T0 + i + 9);
	}
	store_close(s);
}

/* The ids of all 60 senders: each its own one still, or one that nobody has. Returns how many kept theirs. */
static unsigned ids_are_apart(struct store *s)
{
	char id[60][16];
	unsigned kept = 0;
	struct one o;

	for (unsigned i = 0; i < 60; i++) {
		char login[40];
		char before[16];

		snprintf(login, sizeof(login), "somebody%u@shop.example", i);
		snprintf(id[i], sizeof(id[i]), "%s", named(s, &o, login, T0 + i, T0 + i + 9));
		if (i < 26)
			snprintf(before, sizeof(before), "1123%c", 'a' + (int)i);
		else
			snprintf(before, sizeof(before), "1123z%u", i - 25);
		kept += strcmp(id[i], before) == 0;
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(id[i], id[k]);
	}
	return kept;
}

/* Whatever happened to the file: the truth, or nothing and a sentence. Returns whether it was set aside. */
static bool truth_or_nothing(void)
{
	char note[256];
	struct store *s = open_noted(note);
	struct buf out = BUF_MAX(1 << 20);
	struct err err = { 0 };
	bool aside = note[0] != '\0';

	assert_int_equal(store_past(s, T0 + 4 * DAY, &out, &err), 0);
	if (out.n > 5) {
		assert_int_equal(out.n, sizeof(body) - 1);
		assert_memory_equal(out.p, body, out.n);
	} else {
		assert_true(aside);
		if (out.n)
			assert_memory_equal(out.p, "older", 5);
	}
	if (ids_are_apart(s) != 60)
		assert_true(aside);
	buf_free(&out);
	store_close(s);
	return aside;
}

static void test_every_page_damaged_in_turn(void **state)
{
	static const struct {
		unsigned at, n;
		unsigned char xor ;
	} harm[] = {
		{ 0, 4096, 0xff }, { 7, 1, 0x10 }, { 3000, 1, 0x01 }, { 100, 200, 0x55 }, { 4090, 6, 0x80 }
	};
	size_t n;
	char *good;
	unsigned set_aside = 0;
	unsigned tries = 0;

	(void)state;
	make_state();
	good = slurp(&n);
	for (size_t page = 0; page < n; page += 4096)
		for (unsigned h = 0; h < sizeof(harm) / sizeof(harm[0]); h++) {
			char *bad = xmalloc(n);

			memcpy(bad, good, n);
			for (unsigned i = 0; i < harm[h].n && page + harm[h].at + i < n; i++)
				bad[page + harm[h].at + i] ^= (char)harm[h].xor ;
			spill(bad, n);
			free(bad);
			set_aside += truth_or_nothing();
			tries++;
		}
	assert_true(tries > 40);
	/* most bytes matter; the rest is free space or padding */
	assert_true(set_aside * 10 > tries * 7);
	free(good);
}

static void test_cut_anywhere(void **state)
{
	size_t n;
	char *good;

	(void)state;
	make_state();
	good = slurp(&n);
	for (size_t keep = 1; keep < n; keep += 1365) {
		spill(good, keep);
		assert_true(truth_or_nothing());
	}
	free(good);
}

/* One wrong byte in the newest baseline: everything else comes over. */
static void test_what_is_sound_is_kept(void **state)
{
	struct buf out = BUF_MAX(1 << 20);
	struct err err = { 0 };
	char note[256];
	struct store *s;
	size_t n;
	char *p;

	(void)state;
	make_state();
	p = slurp(&n);
	for (size_t i = 0; i + 40 < n; i++)
		if (memcmp(p + i, body + 9000, 40) == 0)
			p[i] ^= 1;
	spill(p, n);
	free(p);
	s = open_noted(note);
	assert_non_null(strstr(note, "state.db.damaged-1"));
	assert_int_equal(ids_are_apart(s), 60);
	assert_int_equal(store_past(s, T0 + 4 * DAY, &out, &err), 0);
	assert_int_equal(out.n, 5);
	assert_memory_equal(out.p, "older", 5);
	buf_free(&out);
	store_close(s);
}

static void test_set_aside_is_kept(void **state)
{
	char note[256], name[128];
	struct stat st;

	(void)state;
	for (unsigned i = 1; i < 4; i++) {
		make_state();
		assert_int_equal(truncate(file, 5000), 0);
		store_close(open_noted(note));
		assert_non_null(strstr(note, "damaged"));
		snprintf(name, sizeof(name), "%s.damaged-%u", file, i);
		assert_int_equal(stat(name, &st), 0);
		assert_int_equal(st.st_size, 5000);
		unlink(file);
	}
}

/* One row of the past of an address: since, cleared. */
static void assert_listing(bool listed, int64_t now, int64_t since, int64_t cleared)
{
	struct store_listing l = { .address = SPAN("192.0.2.1"),
				   .list = SPAN("l.example"),
				   .listed = listed };
	char note[256] = "";
	struct store *s = open_noted(note);
	struct err err = { 0 };

	assert_int_equal(store_listings(s, &l, 1, now, &err), 0);
	assert_int_equal(l.since, since);
	assert_int_equal(l.cleared, cleared);
	store_close(s);
}

static void test_listings_have_a_past(void **state)
{
	(void)state;
	assert_listing(false, T0, 0, 0);
	assert_listing(true, T0 + 1, T0 + 1, 0);
	assert_listing(true, T0 + DAY, T0 + 1, 0);
	assert_listing(false, T0 + 2 * DAY, T0 + 1, T0 + 2 * DAY);
	assert_listing(false, T0 + 3 * DAY, T0 + 1, T0 + 2 * DAY);
	assert_listing(true, T0 + 4 * DAY, T0 + 4 * DAY, 0);
}

/* What a state of the version VERSION does not have yet is made, and what it has goes on. */
static void taken_over(int version, const char *without)
{
	char note[256] = "";
	char sql[300];
	sqlite3 *db;

	store_close(open_noted(note));
	snprintf(sql, sizeof(sql), "%s PRAGMA user_version=%d", without, version);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_listing(true, T0, T0, 0);
	store_close(open_noted(note));
	assert_null(strstr(note, "damaged"));
}

static void test_the_first_version_is_taken_over(void **state)
{
	(void)state;
	taken_over(1, "DROP TABLE listing; DROP TABLE kept; DROP TABLE complaint;");
}

static void test_the_second_version_is_taken_over(void **state)
{
	(void)state;
	taken_over(2, "DROP TABLE kept; DROP TABLE complaint;");
}

static void test_the_third_version_is_taken_over(void **state)
{
	(void)state;
	taken_over(3, "DROP TABLE complaint;");
}

static void test_what_is_kept_is_there_again(void **state)
{
	struct buf out = BUF_MAX(1000);
	struct store *s = open_clean();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(store_kept(s, "one", &out, &err), 0);
	assert_int_equal(out.n, 0);
	assert_int_equal(store_keep(s, "one", SPAN("1"), &err), 0);
	assert_int_equal(store_keep(s, "two", SPAN("2"), &err), 0);
	assert_int_equal(store_keep(s, "one", SPAN("uno"), &err), 0);
	store_close(s);
	s = open_clean();
	assert_int_equal(store_kept(s, "one", &out, &err), 0);
	assert_true(span_eq(buf_view(&out), SPAN("uno")));
	store_close(s);
	buf_free(&out);
}

/* What comes back is what was given; the oldest go; a body that makes no sense holds nothing. */
static void test_words(void **state)
{
	char room[9000];
	struct word one = { .at = T0,
			    .about = WORD_PASSWORD,
			    .incident = SPAN("1123a"),
			    .kind = KIND_AUTH,
			    .id = SPAN("info@shop.example"),
			    .who = { room, sizeof(room) } };
	struct arena *a = arena_new();
	struct store *s = open_clean();
	struct err err = { 0 };
	struct word *list;
	size_t n;

	(void)state;
	memset(room, 'x', sizeof(room));
	assert_int_equal(store_words(s, a, &list, &n, &err), 0);
	assert_int_equal(n, 0);
	for (int i = 0; i < WORDS_MOST + 3; i++) {
		one.at = T0 + i;
		one.about = i % 2 ? WORD_LOGINS : WORD_PASSWORD;
		assert_int_equal(store_words_add(s, &one, 1, &err), 0);
	}
	assert_int_equal(store_words(s, a, &list, &n, &err), 0);
	assert_int_equal(n, WORDS_MOST);
	assert_int_equal(list[0].at, T0 + 3);
	assert_int_equal(list[n - 1].at, T0 + WORDS_MOST + 2);
	assert_int_equal(list[0].about, WORD_LOGINS);
	assert_int_equal(list[0].kind, KIND_AUTH);
	assert_true(span_eq(list[0].incident, one.incident) && span_eq(list[0].id, one.id));
	assert_true(list[0].who.n > 0 && list[0].who.n < sizeof(room) && span_starts(one.who, list[0].who));
	assert_int_equal(store_keep(s, "words", SPAN("\1\0\0\0nonsense"), &err), 0);
	assert_int_equal(store_words(s, a, &list, &n, &err), 0);
	assert_int_equal(n, 0);
	store_close(s);
	arena_free(a);
}

static void test_all_listings_are_told(void **state)
{
	struct arena *a = arena_new();
	struct store_listing *list;
	struct err err = { 0 };
	struct store *s;
	size_t n;

	(void)state;
	assert_listing(true, T0, T0, 0);
	s = open_clean();
	assert_int_equal(store_listed(s, a, &list, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_true(list[0].listed);
	assert_int_equal(list[0].since, T0);
	store_close(s);
	arena_free(a);
}

static struct store_complaint complaint(uint64_t identity, int64_t at, const char *who)
{
	return (struct store_complaint){ .identity = identity,
					 .at = at,
					 .grade = 'B',
					 .kind = KIND_AUTH,
					 .id = span_str(who),
					 .account = SPAN("shop"),
					 .what = SPAN("arf abuse"),
					 .reporter = SPAN("a\0b\xff@example.net"),
					 .file = SPAN("/var/log/exim_mainlog"),
					 .text = SPAN("a line"),
					 .line = 7,
					 .offset = 1234567890123 };
}

static void test_complaints_are_kept_once(void **state)
{
	struct store_complaint in[3] = { complaint(UINT64_MAX, T0 + 5, "a@x"), complaint(2, T0 + 1, "b@x"),
					 complaint(UINT64_MAX, T0 + 5, "a@x") };
	struct store_complaint *out;
	struct store *s = open_clean();
	struct arena *a = arena_new();
	struct err err = { 0 };
	size_t n;

	(void)state;
	in[1].bounce = true;
	assert_int_equal(store_complaints_put(s, in, 3, &err), 0);
	assert_true(in[0].is_new && in[1].is_new && !in[2].is_new);
	assert_int_equal(store_complaints_put(s, in, 1, &err), 0);
	assert_false(in[0].is_new);
	store_close(s);
	s = open_clean();
	assert_int_equal(store_complaints(s, T0, T0 + 100, a, &out, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_true(out[0].identity == 2 && out[0].bounce && out[1].identity == UINT64_MAX && !out[1].bounce);
	assert_true(span_eq(out[1].reporter, in[0].reporter) && span_eq(out[1].id, SPAN("a@x")));
	assert_true(out[1].grade == 'B' && out[1].line == 7 && out[1].offset == 1234567890123 &&
		    out[1].at == T0 + 5);
	assert_int_equal(store_complaints(s, T0 + 2, T0 + 100, a, &out, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_complaints(s, T0 + 6, T0 + 100, a, &out, &n, &err), 0);
	assert_int_equal(n, 0);
	store_close(s);
	arena_free(a);
}

static void test_an_incident_is_found_again(void **state)
{
	struct store_incident known;
	struct store *s = open_clean();
	struct arena *a = arena_new();
	struct err err = { 0 };
	struct one o;

	(void)state;
	assert_string_equal(named(s, &o, "info@shop.example", T0, T0 + 100), "1123a");
	assert_int_equal(store_incident(s, SPAN("1123a"), a, &known, &err), 1);
	assert_true(known.since == T0 && known.last == T0 + 100 && known.nrows == 1);
	assert_true(known.rows[0].kind == KIND_AUTH && span_eq(known.rows[0].id, SPAN("info@shop.example")) &&
		    span_eq(known.rows[0].account, SPAN("shop")));
	assert_int_equal(store_incident(s, SPAN("1123b"), a, &known, &err), 0);
	assert_int_equal(store_incident(s, SPAN("' OR 1"), a, &known, &err), 0);
	store_close(s);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_incident_keeps_its_id, setup, teardown),
		cmocka_unit_test_setup_teardown(test_complaints_are_kept_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_incident_is_found_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_new_sender_joins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_are_never_given_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_what_ends_before_is_used, setup, teardown),
		cmocka_unit_test_setup_teardown(test_generations_stay_few_and_near, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listings_have_a_past, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_first_version_is_taken_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_second_version_is_taken_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_third_version_is_taken_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_kept_is_there_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_listings_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes_and_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_page_damaged_in_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_sound_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_aside_is_kept, setup, teardown),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
