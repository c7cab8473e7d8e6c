/* What the command line still gives to a reader that a log line has taken over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/reader.h"
#include "app/reader_child.h"
#include "app/talk.h"
#include "base/pack.h"

static enum talk after_logs; /* what the taken-over reader asks for once it has the logs; 0: nothing */
static enum talk before_logs;

/* Asks, and takes what comes back; the descriptor that came with it, or -1. */
static int ask(struct channel *c, enum talk type, struct span request)
{
	struct message m = { 0 };

	if (channel_send(c, type, request, NULL, 0, NULL) < 0 || channel_receive(c, &m, NULL) <= 0)
		_exit(1);
	return m.nfds ? m.fds[0] : -1;
}

/* In the place of the true one: the attacker's. */
void reader_child(void *ctx, struct channel *channel, bool unconfined)
{
	struct inquiry q = { .complete = true };
	struct buf logs = BUF_MAX(64), packed = BUF_MAX(1 << 16);
	struct packer p = { .out = &logs };

	pack_u32(&p, 1);
	pack_span(&p, SPAN("/mail.log"));
	pack_u32(&p, 0);
	pack_u32(&p, 0);
	for (int i = 0; i < 3; i++)
		pack_span(&p, SPAN("")); /* no queue */
	if (before_logs && ask(channel, before_logs, SPAN("/secret")) < 0)
		_exit(1);
	ask(channel, TALK_LOGS, buf_view(&logs));
	if (after_logs)
		ask(channel, after_logs, after_logs == TALK_LOGS ? buf_view(&logs) : SPAN("/secret"));
	inquiry_pack(&q, &packed);
	channel_send(channel, TALK_RESULT, buf_view(&packed), NULL, 0, NULL);
}

static void make_file(const char *dir, const char *name, bool make)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!make) {
		unlink(path);
		return;
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("x\n", f);
	fclose(f);
}

static int inquire(struct err *err)
{
	char dir[] = "/tmp/spamtrail-reader-XXXXXX";
	struct arena *a = arena_new();
	struct inquiry *q = NULL;
	struct root root;
	int rc;

	assert_non_null(mkdtemp(dir));
	make_file(dir, "mail.log", true);
	make_file(dir, "secret", true);
	assert_int_equal(root_open(dir, &root, err), 0);
	rc = reader_inquire(&(struct reader_want){ .root = &root, .now = 1, .unconfined = true }, a, &q, err);
	root_close(&root);
	make_file(dir, "mail.log", false);
	make_file(dir, "secret", false);
	rmdir(dir);
	arena_free(a);
	return rc;
}

static void configuration_comes_first(void **state)
{
	struct err err = { 0 };

	after_logs = 0;
	before_logs = TALK_READ;
	assert_int_equal(inquire(&err), 0);
	before_logs = 0;
	assert_int_equal(inquire(&err), 0);
	after_logs = TALK_STATUS;
	assert_int_equal(inquire(&err), 0);
}

static void no_file_of_its_choice_later(void **state)
{
	static const enum talk asked[] = { TALK_READ, TALK_LIST, TALK_LOGS };

	before_logs = 0;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct err err = { 0 };

		after_logs = asked[i];
		assert_int_equal(inquire(&err), -EXIT_SOFTWARE);
		assert_non_null(strstr(err.text, "after the logs"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configuration_comes_first),
		cmocka_unit_test(no_file_of_its_choice_later),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
