/* plan: what is shown before it is done, on the screen and for programs; and the queue's deeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/plan.h"
#include "report/queue_deed.h"

static struct sink sink;

static void begin(void)
{
	sink = sink_new(-1);
}

static char *end(void)
{
	char *s = strndup(sink.text.n ? sink.text.p : "", sink.text.n);

	buf_free(&sink.text);
	return s;
}

static char *shown(const struct plan *p, bool diff)
{
	const struct screen screen = { .columns = 100 };

	begin();
	plan_text(&sink, p, &screen, diff, NULL, SPAN("spamtrail contain x --apply"));
	return end();
}

/* What an edit changes is told in whole lines, and lines that stay are not told. */
static void edits_line_by_line(void **state)
{
	static const struct {
		const char *old, *new, *lines;
	} cases[] = {
		{ "a\nb\nc\n", "a\nx\nc\n", "- b\n+ x\n" },
		{ "a\nb\n", "a\nb\nc\n", "+ c\n" },
		{ "b\nc\n", "a\nb\nc\n", "+ a\n" },
		{ "a\nb\nc\n", "a\nc\n", "- b\n" },
		{ "", "a\n", "+ a\n" },
		{ "a\n", "", "- a\n" },
		/* only the last line differs, and how it ends */
		{ "a\nb", "a\nb\nc", "- b\n+ b\n+ c\n" },
		{ "ab\n", "b\n", "- ab\n+ b\n" },
		{ "a\na\n", "a\na\na\n", "+ a\n" },
		{ "a\n", "a\n", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct action v = { .kind = ACTION_EDIT,
				    .grade = 'A',
				    .path = SPAN("/etc/x"),
				    .what = SPAN("w"),
				    .old_bytes = span_str(cases[i].old),
				    .new_bytes = span_str(cases[i].new) };
		struct plan p = { .sender = SPAN("shop"), .actions = &v, .nactions = 1 };
		char *text = shown(&p, true), lines[200] = "", *save = NULL;

		assert_non_null(strstr(text, "--- /etc/x"));
		for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			line += strspn(line, " ");
			if (line[0] == '+' || (line[0] == '-' && line[1] == ' '))
				strcat(strcat(lines, line), "\n");
		}
		if (strcmp(lines, cases[i].lines) != 0)
			fail_msg("\"%s\" to \"%s\" shows\n%s", cases[i].old, cases[i].new, lines);
		free(text);
		text = shown(&p, false);
		assert_null(strstr(text, "--- /etc/x"));
		free(text);
	}
	(void)state;
}

static void long_edits_are_cut(void **state)
{
	struct buf lines = BUF_MAX(1 << 16);
	struct action v = { .kind = ACTION_EDIT, .path = SPAN("/etc/x"), .what = SPAN("w") };
	struct plan p = { .sender = SPAN("shop"), .actions = &v, .nactions = 1 };
	char *text;

	for (int i = 0; i < 500; i++)
		buf_addf(&lines, "line %d\n", i);
	v.new_bytes = buf_view(&lines);
	text = shown(&p, true);
	assert_non_null(strstr(text, "+ line 0\n"));
	assert_non_null(strstr(text, "+ ... and more lines, not shown"));
	assert_null(strstr(text, "line 499"));
	free(text);
	buf_free(&lines);
	(void)state;
}

static struct action actions[] = {
	{ .kind = ACTION_HOLD_FILE,
	  .grade = 'A',
	  .what = SPAN("it is held"),
	  .command = SPAN("mv a b"),
	  .undo = SPAN("mv b a"),
	  .lifetime = 7200 },
	{ .kind = ACTION_END_LOGIN,
	  .what = SPAN("sessions\tend"),
	  .command = SPAN("ss -K"),
	  .undo = SPAN("x"),
	  .transient = true },
};
static const struct span apart[] = { SPAN("change his password") }, notes[] = { SPAN("an odd\nname") };
static const struct plan whole = { .incident = SPAN("1123a"),
				   .sender = SPAN("shop"),
				   .actions = actions,
				   .nactions = 2,
				   .apart = (struct span *)apart,
				   .napart = 1,
				   .notes = (struct span *)notes,
				   .nnotes = 1 };

static void on_the_screen(void **state)
{
	static const struct {
		struct plan p;
		const char *head;
	} heads[] = {
		{ { .sender = SPAN("shop") }, "stop shop - nothing to be done" },
		{ { .incident = SPAN("1123a") }, "incident 1123a: nothing on this evidence alone" },
		{ { .incident = SPAN("1123a"), .sender = SPAN("shop") },
		  "incident 1123a: stop shop - nothing to be done" },
	};
	char *text = shown(&whole, false);

	assert_non_null(strstr(text, "incident 1123a: stop shop\n"));
	assert_non_null(strstr(text, "A it is held (for 2 h)"));
	assert_non_null(strstr(text, "back     mv b a"));
	assert_non_null(strstr(text, "- sessions"));
	assert_non_null(strstr(text, "nothing is stored, nothing to take back"));
	assert_non_null(strstr(text, "BY YOU"));
	assert_non_null(strstr(text, "spamtrail contain x --apply"));
	assert_null(strstr(text, "an odd\nname"));
	free(text);
	for (size_t i = 0; i < 3; i++) {
		text = shown(&heads[i].p, false);
		assert_non_null(strstr(text, heads[i].head));
		free(text);
	}
	(void)state;
}

static void for_programs(void **state)
{
	char *text;

	begin();
	plan_plain(&sink, &whole, NULL);
	text = end();
	assert_string_equal(text, "action\t1\thold_file\tA\t7200\t0\tit is held\tmv a b\tmv b a\n"
				  "action\t2\tlogout\t-\t0\t1\tsessions\\x09end\tss -K\tx\n"
				  "apart\tchange his password\n"
				  "note\tan odd\\x0aname\n");
	free(text);
	begin();
	plan_json(&sink, &whole, NULL, "contain");
	text = end();
	assert_non_null(strstr(text, "\"incident\":\"1123a\",\"sender\":\"shop\",\"plan\":[{\"id\":\"1\","));
	assert_non_null(strstr(text, "\"lifetime\":\"7200s\"}"));
	assert_non_null(strstr(text, "\"transient\":true}"));
	assert_non_null(strstr(text, "\"apart\":[\"change his password\"],\"notes\":[\"an odd\\nname\"]"));
	free(text);
	(void)state;
}

/* The same by hand, for each deed on each server. */
static void queue_deeds(void **state)
{
	static const struct {
		enum action_kind kind;
		const char *mta;
		size_t ids;
		const char *hand;
		bool forever;
	} cases[] = {
		{ ACTION_FLUSH_QUEUE, "postfix", 0, "postqueue -f\n", false },
		{ ACTION_FLUSH_QUEUE, "postfix", 1, "postqueue -i ID", false },
		{ ACTION_FLUSH_QUEUE, "exim", 0, "exim -qf\n", false },
		{ ACTION_FLUSH_QUEUE, "exim", 1, "exim -M ID...", false },
		{ ACTION_RELEASE_QUEUE, "postfix", 1, "postsuper -H -", false },
		{ ACTION_RELEASE_QUEUE, "exim", 1, "exim -qGspamtrail -MG '' ID...", false },
		{ ACTION_REMOVE_QUEUE, "postfix", 1, "postsuper -d -", true },
		{ ACTION_REMOVE_QUEUE, "exim", 1, "exim -Mrm ID...", true },
	};
	const struct screen screen = { .columns = 100 };
	struct arena *a = arena_new();
	struct span unseen = SPAN("one file");
	struct queue_deed_view view = { .unseen = &unseen, .nunseen = 1 };
	struct queued q = { .nrecipients = 3, .size = 1000, .sender = SPAN("a@b") };
	struct plan none = { 0 };
	char *text;

	for (int i = 0; i < 7; i++)
		queue_deed_view_add(&view, a, &q, i == 0);
	q.size = UINT64_MAX;
	queue_deed_view_add(&view, a, &q, true);
	assert_true(view.waiting == 6 && view.held == 2 && view.recipients == 24);
	assert_int_equal(view.nsamples, QUEUE_DEED_SAMPLES);
	assert_int_equal(view.bytes, 7000 + (uint64_t)UINT32_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct action v = { .kind = cases[i].kind,
				    .mta = span_str(cases[i].mta),
				    .nargs = cases[i].ids,
				    .what = SPAN("w") };
		struct plan p = { .actions = &v, .nactions = 1 };

		begin();
		queue_deed_text(&sink, &view, &p, &screen);
		text = end();
		assert_non_null(strstr(text, cases[i].hand));
		assert_int_equal(strstr(text, "do not come back") != NULL, cases[i].forever);
		assert_non_null(strstr(text, "one file"));
		free(text);
	}
	begin();
	queue_deed_text(&sink, &view, &none, &screen);
	text = end();
	assert_non_null(strstr(text, "nothing: no message is meant"));
	free(text);
	arena_free(a);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_line_by_line), cmocka_unit_test(long_edits_are_cut),
		cmocka_unit_test(on_the_screen),      cmocka_unit_test(for_programs),
		cmocka_unit_test(queue_deeds),
	};

	return cmocka_run_group_tests_name("report-plan", tests, NULL, NULL);
}
