/* gone - what an undo says that it cannot bring back. The journal and the terminal are this test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app/actor.h"
#include "app/gone.h"
#include "app/term.h"
#include "model/plan.h"

#define T INT64_C(1795399200) /* 2026-11-23 02:00:00 UTC */

static const struct journal_row rows[] = {
	{ .id = 1,
	  .state = ACT_STATE_PURGED,
	  .kind = ACTION_HOLD_FILE,
	  .planned = T,
	  .changed = T + 60,
	  .incident = { "1123a", 5 },
	  .sender = { "script /w", 9 },
	  .what = { "/w/x.php is held", 16 } },
	{ .id = 2,
	  .state = ACT_STATE_DONE,
	  .kind = ACTION_REMOVE_QUEUE,
	  .planned = T,
	  .changed = T + 10,
	  .sender = { "queue bob", 9 },
	  .what = { "remove 1 message, of culprit bob", 32 },
	  .text = { "1 removed, 0 gone meanwhile", 27 } },
	{ .id = 5,
	  .state = ACT_STATE_DONE,
	  .kind = ACTION_HOLD_QUEUE,
	  .planned = T + 20,
	  .changed = T + 21,
	  .incident = { "1123a", 5 },
	  .sender = { "auth a@b", 8 },
	  .what = { "3 queued messages are held", 26 } },
	{ .id = 6,
	  .state = ACT_STATE_DONE,
	  .kind = ACTION_REMOVE_QUEUE,
	  .planned = T + 60,
	  .changed = T + 61,
	  .sender = { "queue alice", 11 },
	  .what = { "remove 3 messages, of culprit alice", 35 },
	  .text = { "removed messages do not come back: 3 removed, 0 gone meanwhile", 62 } },
	{ .id = 7,
	  .state = ACT_STATE_PURGED,
	  .kind = ACTION_REMOVE_QUEUE,
	  .planned = T,
	  .changed = T + 90,
	  .sender = { "queue eve", 9 },
	  .what = { "remove 9 messages, of culprit eve", 33 },
	  .text = { "its samples are gone for good", 29 } },
};
static struct buf said;

int actor_history(struct actor_client *c, actor_see *see, void *owner, struct err *err)
{
	(void)c, (void)err;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		see(owner, &rows[i]);
	return 0;
}

void term_tell(const char *before, struct span text)
{
	(void)before;
	buf_span(&said, text);
	buf_byte(&said, '\n');
}

/* WORD is taken back, and with it the row number UNDONE. */
static void undo(const char *word, size_t undone, const char *want)
{
	struct gone g = { .arena = arena_new(), .state = "/state" };

	said = BUF_MAX(10000);
	gone_learn(&g, NULL, span_str(word));
	if (undone)
		gone_add(&g, &rows[undone]);
	gone_tell(&g);
	if (!span_eq(buf_view(&said), span_str(want)))
		fail_msg("%s: %.*s", word, (int)said.n, said.p);
	buf_free(&said);
	arena_free(g.arena);
}

static void says_what_does_not_come_back(void **state)
{
	undo("queue bob", 0,
	     "1 message does not come back (action 2, at 2026-11-23 02:00:10 UTC: remove 1 message, of "
	     "culprit bob); "
	     "samples are /state/samples/2-*\n");
	undo("6", 0,
	     "3 messages do not come back (action 6, at 2026-11-23 02:01:01 UTC: remove 3 messages, of "
	     "culprit "
	     "alice); samples are /state/samples/6-*\n");
	undo("queue eve", 0,
	     "removed messages do not come back (action 7, at 2026-11-23 02:01:30 UTC: remove 9 messages, of "
	     "culprit eve), and history --purge has ended the samples\n");
	undo("script /w", 0,
	     "action 1 does not come back, what it kept was ended at 2026-11-23 02:01:00 UTC (history "
	     "--purge): "
	     "/w/x.php is held\n");
	undo("auth c@d", 0, "");
	(void)state;
}

/* What was held and removed since; what was removed before was no part of it. */
static void says_what_was_removed_since_it_was_held(void **state)
{
	undo("auth a@b", 2,
	     "3 messages do not come back (action 6, at 2026-11-23 02:01:01 UTC: remove 3 messages, of "
	     "culprit "
	     "alice); samples are /state/samples/6-*\n"
	     "removed messages do not come back (action 7, at 2026-11-23 02:01:30 UTC: remove 9 messages, of "
	     "culprit eve), and history --purge has ended the samples\n");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_does_not_come_back),
		cmocka_unit_test(says_what_was_removed_since_it_was_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
