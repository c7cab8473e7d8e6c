/*
 * A whole spool: every message once and in the same order for any number of threads, one message by its id wherever
 * it lies, and what is not there or cannot be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "queue/reading.h"

static char dir[64];

static void make(const char *path)
{
	char full[200];

	for (const char *p = path; (p = strchr(p, '/')) != NULL; p++) {
		snprintf(full, sizeof(full), "%s/%.*s", dir, (int)(p - path), path);
		mkdir(full, 0755);
	}
}

static void put(const char *path, struct span bytes, mode_t mode)
{
	char full[200];
	int fd;

	make(path);
	snprintf(full, sizeof(full), "%s/%s", dir, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct buf bytes_of(const char *name)
{
	struct buf b = BUF_MAX(1 << 20);
	char path[300], block[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "test/queue/spool/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s is not there: run from the top of the tree", path);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, block, n);
	fclose(f);
	return b;
}

static void copy(const char *name, const char *path)
{
	struct buf b = bytes_of(name);

	put(path, buf_view(&b), 0700);
	buf_free(&b);
}

/* An Exim message that begins with its own id, so that it is whole under any. */
static void exim(const char *folder, const char *id, unsigned recipients)
{
	struct buf b = BUF_MAX(1 << 20);
	char path[200], line[160];

	snprintf(line, sizeof(line), "%s-H\nalice 2001 2001\n<a@alice.test>\n1795853000 0\n-local\nXX\n%u\n",
		 id, recipients);
	buf_str(&b, line);
	for (unsigned i = 0; i < recipients; i++) {
		snprintf(line, sizeof(line),
			 "somebody-with-a-name-%u@a-domain-that-is-somewhat-long.example\n", i);
		buf_str(&b, line);
	}
	buf_str(&b, "\n013  Subject: one\n");
	snprintf(path, sizeof(path), "%s/%s-H", folder, id);
	put(path, buf_view(&b), 0600);
	snprintf(line, sizeof(line), "%s-D\ntext\n", id);
	snprintf(path, sizeof(path), "%s/%s-D", folder, id);
	put(path, span_str(line), 0600);
	buf_free(&b);
}

static int start(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/spamtrail-spool-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int end(void **state)
{
	(void)state;
	return nftw(dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

static struct spool spool(enum mail_server server, unsigned workers)
{
	struct spool s = { .fd = open(dir, O_RDONLY | O_DIRECTORY), .server = server, .workers = workers };

	assert_true(s.fd >= 0);
	return s;
}

struct seen {
	struct buf text;
	unsigned n, most;
};

static bool see(void *ctx, const struct queued *q)
{
	struct seen *s = ctx;

	buf_span(&s->text, q->id_text);
	buf_str(&s->text, q->damage ? "!" : "");
	for (uint32_t i = 0; i < q->nlisted; i++)
		buf_span(&s->text, q->recipients[i].address);
	buf_span(&s->text, q->subject);
	buf_str(&s->text, "\n");
	return ++s->n != s->most;
}

static struct seen read_all(enum mail_server server, unsigned workers, unsigned most, struct queue_tally *ret)
{
	struct seen s = { .text = BUF_MAX(64 << 20), .most = most };
	struct spool from = spool(server, workers);
	struct err err = { 0 };

	assert_int_equal(queue_read(&from, see, &s, ret, &err), 0);
	close(from.fd);
	return s;
}

/* Small ones, some so big that a slice has to wait, damaged and unreadable ones, in folders and a named queue. */
static void fill(void)
{
	char id[32];

	for (unsigned i = 0; i < 3000; i++) {
		snprintf(id, sizeof(id), "1xX%03u-%06u-2L", i % 1000, i);
		exim(i % 3 ? "input" : i % 2 ? "input/a" : "spamtrail/input", id, i % 97 ? 1 + i % 3 : 900);
	}
	put("input/1xX400-009000-2L-H", SPAN("not what it should be\n"), 0600);
	put("input/1xX500-009000-2L-H", SPAN("nor this\n"), 0600);
	make("input/1xX300-009000-2L-H/");
	make("input/1xX600-009000-2L-H/");
}

static void any_threads(void **state)
{
	static const unsigned threads[] = { 2, 3, 8, 100 };
	struct queue_tally one, many;
	struct seen a, b;

	(void)state;
	fill();
	a = read_all(SERVER_EXIM, 1, 0, &one);
	assert_int_equal(a.n, 3002);
	assert_int_equal(one.messages, 3002);
	assert_int_equal(one.damaged, 2);
	assert_int_equal(one.unreadable, 2);
	assert_string_equal(one.first_damaged, "input/1xX400-009000-2L-H: it does not begin with its own id");
	assert_string_equal(one.first_unreadable, "input/1xX300-009000-2L-H: not a regular file");
	for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++) {
		b = read_all(SERVER_EXIM, threads[i], 0, &many);
		assert_true(span_eq(buf_view(&a.text), buf_view(&b.text)));
		assert_memory_equal(&one, &many, sizeof(one));
		buf_free(&b.text);
	}
	buf_free(&a.text);
}

static bool nobody(void *ctx, const struct queued *q)
{
	(void)ctx;
	(void)q;
	fail_msg("a message was read");
	return false;
}

/* By their names alone: damaged and unreadable ones count, and nothing is opened. */
static void counts(void **state)
{
	struct queue_tally tally;
	struct err err = { 0 };
	struct spool from;

	(void)state;
	fill();
	from = spool(SERVER_EXIM, 2);
	from.count = true;
	assert_int_equal(queue_read(&from, nobody, NULL, &tally, &err), 0);
	close(from.fd);
	assert_int_equal(tally.messages, 3004);
	assert_int_equal(tally.by_state[QUEUE_WAITING], 3004);
	assert_int_equal(tally.damaged + tally.unreadable, 0);
	copy("postfix/auth", "deferred/9/9FCFD127");
	copy("postfix/local", "hold/8F610118");
	put("active/no-id-at all", SPAN(""), 0700);
	copy("postfix/auth", "maildrop/9FCFD129");
	from = spool(SERVER_POSTFIX, 2);
	from.count = true;
	assert_int_equal(queue_read(&from, nobody, NULL, &tally, &err), 0);
	close(from.fd);
	assert_int_equal(tally.messages, 2);
	assert_int_equal(tally.by_state[QUEUE_HOLD], 1);
	assert_int_equal(tally.maildrop, 1);
}

/* Who has seen enough is shown no more, and what he saw is the beginning. */
static void stops(void **state)
{
	struct queue_tally tally;
	struct seen all, some;

	(void)state;
	fill();
	all = read_all(SERVER_EXIM, 1, 0, &tally);
	for (unsigned workers = 1; workers < 9; workers += 3) {
		some = read_all(SERVER_EXIM, workers, 777, &tally);
		assert_int_equal(some.n, 777);
		assert_int_equal(tally.messages, 777);
		assert_true(span_starts(buf_view(&all.text), buf_view(&some.text)));
		buf_free(&some.text);
	}
	buf_free(&all.text);
}

struct one {
	struct span id;
	struct arena *arena;
	struct queued *ret;
	int found;
};

static bool see_one(void *ctx, const struct queued *q)
{
	struct one *one = ctx;

	if (!span_eq(q->id_text, one->id))
		return true;
	reading_keep(one->arena, q, one->ret);
	one->found++;
	return true;
}

/* How often the message ID is in the queue; where it is, RET holds it. */
static int find(enum mail_server server, const char *id, struct arena *a, struct queued *ret)
{
	struct one one = { .id = span_str(id), .arena = a, .ret = ret };
	struct spool from = spool(server, 0);
	struct queue_tally tally;
	struct err err = { 0 };

	assert_int_equal(queue_read(&from, see_one, &one, &tally, &err), 0);
	close(from.fd);
	return one.found;
}

static void is(struct span got, const char *want)
{
	if (!span_eq(got, span_str(want)))
		fail_msg("\"%.*s\", not \"%s\"", (int)got.n, got.p, want);
}

static void one_of_postfix(void **state)
{
	struct arena *a = arena_new();
	struct queued q;
	struct stat st;
	char path[200];

	(void)state;
	copy("postfix/auth", "deferred/9/9FCFD127");
	copy("postfix/local", "hold/8F610118");
	copy("postfix/partly", "deferred/8/6/8605716E");
	copy("postfix/long", "incoming/94157122");
	snprintf(path, sizeof(path), "%s/incoming/94157122", dir);
	assert_int_equal(chmod(path, 0600), 0);

	assert_int_equal(find(SERVER_POSTFIX, "9FCFD127", a, &q), 1);
	is(q.id_text, "9FCFD127");
	is(q.login, "alice@alice.test");
	assert_int_equal(q.state, QUEUE_DEFERRED);
	assert_null(q.damage);
	snprintf(path, sizeof(path), "%s/deferred/9/9FCFD127", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(q.inode, st.st_ino);
	assert_int_equal(q.file_size, st.st_size);
	assert_int_equal(q.mtime, st.st_mtim.tv_sec);
	assert_int_equal(q.mtime_nsec, st.st_mtim.tv_nsec);

	assert_int_equal(find(SERVER_POSTFIX, "8F610118", a, &q), 1);
	assert_int_equal(q.state, QUEUE_HOLD);
	assert_true(q.uid != QUEUED_NO_UID);
	assert_int_equal(find(SERVER_POSTFIX, "8605716E", a, &q), 1);
	assert_int_equal(q.nlisted, 3);
	assert_true(q.recipients[0].done && !q.recipients[1].done && q.recipients[2].done);
	/* being written, gone, in nobody's folder */
	assert_int_equal(find(SERVER_POSTFIX, "94157122", a, &q), 0);
	assert_int_equal(find(SERVER_POSTFIX, "9FCFD128", a, &q), 0);
	copy("postfix/auth", "maildrop/9FCFD129");
	assert_int_equal(find(SERVER_POSTFIX, "9FCFD129", a, &q), 0);
	arena_free(a);
}

static void one_of_exim(void **state)
{
	struct arena *a = arena_new();
	struct queued q;

	(void)state;
	exim("input", "1xXDax-00005S-2L", 2);
	exim("input/c", "1xXDac-00005S-2L", 3); /* split: the sixth character */
	exim("spamtrail/input", "1xXDar-00005S-2L", 1);
	put("input/1xXDax-00005S-2L-J",
	    SPAN("somebody-with-a-name-1@a-domain-that-is-somewhat-long.example\n"), 0600);
	assert_int_equal(find(SERVER_EXIM, "1xXDax-00005S-2L", a, &q), 1);
	assert_int_equal(q.nrecipients, 2);
	assert_int_equal(q.ndone, 1);
	assert_true(!q.recipients[0].done && q.recipients[1].done);
	is(q.queue, "");
	assert_int_equal(find(SERVER_EXIM, "1xXDac-00005S-2L", a, &q), 1);
	assert_int_equal(q.nrecipients, 3);
	assert_int_equal(find(SERVER_EXIM, "1xXDar-00005S-2L", a, &q), 1);
	is(q.queue, "spamtrail");
	assert_int_equal(find(SERVER_EXIM, "1xXDaz-00005S-2L", a, &q), 0);
	arena_free(a);
}

/* What is of another name inside is said; what is no id or no file is not the message. */
static void one_of_nobody(void **state)
{
	struct arena *a = arena_new();
	struct queued q;

	(void)state;
	make("input/1xXDay-00005S-2L-H/");
	put("input/1xXDax.00005S-H", SPAN("1xXDax.00005S-H\n"), 0600);
	put("input/1xXDaw-00005S-2L-H", SPAN("1xXDax-00005S-2L-H\n"), 0600);
	assert_int_equal(find(SERVER_EXIM, "1xXDay-00005S-2L", a, &q), 0);
	assert_int_equal(find(SERVER_EXIM, "1xXDax.00005S", a, &q), 0);
	assert_int_equal(find(SERVER_EXIM, "1xXDaw-00005S-2L", a, &q), 1);
	assert_non_null(q.damage);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts, start, end),
		cmocka_unit_test_setup_teardown(any_threads, start, end),
		cmocka_unit_test_setup_teardown(stops, start, end),
		cmocka_unit_test_setup_teardown(one_of_postfix, start, end),
		cmocka_unit_test_setup_teardown(one_of_exim, start, end),
		cmocka_unit_test_setup_teardown(one_of_nobody, start, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
