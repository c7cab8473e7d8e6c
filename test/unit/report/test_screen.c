/*
 * The screens as people see them, against files that people can read (screens/NAME.txt).
 * SPAMTRAIL_WRITE_SCREENS=1 writes them anew; look at the difference before you commit it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fixture.h"
#include "model/plan.h"
#include "report/doctor.h"
#include "report/html.h"
#include "report/json.h"
#include "report/plain.h"
#include "report/stats.h"
#include "report/why.h"
#include "unit/report/source_dir.h"

static void expect_file(const char *name, struct span got)
{
	char path[512], want[65536];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s.txt", SCREENS, name);
	if (getenv("SPAMTRAIL_WRITE_SCREENS")) {
		f = fopen(path, "w");
		assert_non_null(f);
		fwrite(got.p, 1, got.n, f);
		fclose(f);
		return;
	}
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(want, 1, sizeof(want) - 1, f);
	fclose(f);
	want[n] = '\0';
	char *text = strndup(got.p, got.n);

	assert_string_equal(text, want);
	free(text);
}

enum what { FIRST_SCREEN, STATS, WHY, WHY_ONE, DOCTOR, PLAIN };

static void check(const char *name, bool outbreak, enum what what, struct screen screen)
{
	struct arena *a = arena_new();
	struct inquiry *q = outbreak ? fixture_incident(a) : fixture_quiet(a);
	struct sink s = sink_new(-1);
	struct why_target t;

	switch (what) {
	case FIRST_SCREEN:
		screen_inquiry(&s, q, &screen);
		break;
	case STATS:
		stats_text(&s, q, &screen, 0);
		break;
	case WHY:
	case WHY_ONE:
		assert_int_equal(why_find(q, what == WHY ? SPAN("1123a") : SPAN("1123A.2"), &t, NULL), 0);
		why_text(&s, q, &t, &screen);
		break;
	case DOCTOR:
		doctor_text(&s, q, &screen);
		break;
	case PLAIN:
		plain_inquiry(&s, q, screen.zone, true);
		break;
	}
	expect_file(name, buf_view(&s.text));
	buf_free(&s.text);
	arena_free(a);
}

static void first_screen(void **state)
{
	check("incident-80", true, FIRST_SCREEN, (struct screen){ .columns = 80 });
	check("incident-60", true, FIRST_SCREEN, (struct screen){ .columns = 60 });
	check("incident-40", true, FIRST_SCREEN, (struct screen){ .columns = 40 });
	check("incident-ascii", true, FIRST_SCREEN, (struct screen){ .columns = 80, .ascii = true });
	check("incident-color", true, FIRST_SCREEN, (struct screen){ .columns = 80, .color = true });
	check("incident-again", true, FIRST_SCREEN,
	      (struct screen){ .columns = 80, .again = SPAN(" --root /mnt/image"), .top = 1 });
}

/* What stops him is asked of the same server, with the same state, as the answer was. */
static void stop_repeats_flags(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct action hold = { .kind = ACTION_HOLD_QUEUE, .what = SPAN("hold what waits") };
	struct plan plan = { .incident = SPAN("1123a"), .actions = &hold, .nactions = 1 };
	struct screen screen = { .columns = 80,
				 .contain_again = SPAN(" --root /mnt/image --config /c"),
				 .undo_again = SPAN(" --root /mnt/image") };
	struct sink s = sink_new(-1);

	q->incidents[0].plan = &plan;
	screen_inquiry(&s, q, &screen);
	buf_byte(&s.text, '\0');
	assert_non_null(strstr(s.text.p, "spamtrail contain 1123a --apply --root /mnt/image --config /c"));
	assert_non_null(strstr(s.text.p, "spamtrail undo 1123a --root /mnt/image\n"));
	buf_free(&s.text);
	arena_free(a);
}

static void quiet_screen(void **state)
{
	check("quiet-80", false, FIRST_SCREEN, (struct screen){ .columns = 80 });
	check("quiet-60", false, FIRST_SCREEN, (struct screen){ .columns = 60 });
	check("quiet-40", false, FIRST_SCREEN, (struct screen){ .columns = 40 });
}

/* What was not read whole is not green, not without an if, and next is what would make it whole. */
static void quiet_in_part(void **state)
{
	static const struct {
		const char *screen;
		struct span unseen;
		bool stopped, for_good;
	} cases[] = {
		{ "quiet-damaged", SPAN("mail.log.1.gz: damaged at 61 %"), false, false },
		{ "quiet-stopped", SPAN("stopped by Ctrl-C: what was known until then"), true, false },
		/* the same again would say the same */
		{ "quiet-cut", SPAN("mail.log: 2 lines over 1 MiB, read in part only"), false, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_quiet(a);
		struct screen screen = { .columns = 80,
					 .color = true,
					 .again = SPAN(" --since yesterday /var/log/mail.log"),
					 .elsewhere = true };
		struct sink s = sink_new(-1);

		q->unseen = (struct span *)(uintptr_t)&cases[i].unseen;
		q->nunseen = 1;
		q->complete = false;
		q->stopped = cases[i].stopped;
		q->unseen_for_good = cases[i].for_good;
		screen_inquiry(&s, q, &screen);
		expect_file(cases[i].screen, buf_view(&s.text));
		s.text.n = 0;
		html_inquiry(&s, q, NULL, false);
		buf_byte(&s.text, '\0');
		assert_non_null(strstr(s.text.p, ": no outbreak in what was read</h1>"));
		buf_free(&s.text);
		arena_free(a);
	}
}

/* A log of another program is no clean bill of health. */
static void no_mail(void **state)
{
	static const struct span no_line = SPAN("no line of a mail server in this input");

	for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_quiet(a);
		struct screen screen = { .columns = 80,
					 .again = SPAN(" --since yesterday"),
					 .doctor_again = SPAN(""),
					 .elsewhere = elsewhere,
					 .here_again = SPAN(" --since yesterday") };
		struct sink s = sink_new(-1);

		q->nrows = 0;
		q->totals = (struct counts){ 0 };
		q->unseen = (struct span *)(uintptr_t)&no_line;
		q->nunseen = (size_t)elsewhere;
		q->unseen_for_good = (uint64_t)elsewhere;
		q->complete = !elsewhere;
		screen_inquiry(&s, q, &screen);
		expect_file(elsewhere ? "no-mail-named" : "no-mail", buf_view(&s.text));
		buf_free(&s.text);
		arena_free(a);
	}
}

static void other_screens(void **state)
{
	check("stats-80", true, STATS, (struct screen){ .columns = 80 });
	check("stats-120", true, STATS, (struct screen){ .columns = 120 });
	check("why", true, WHY, (struct screen){ .columns = 80 });
	check("why-one", true, WHY_ONE, (struct screen){ .columns = 80 });
	check("doctor", true, DOCTOR, (struct screen){ .columns = 80 });
	check("plain", true, PLAIN, (struct screen){ .columns = 80 });
}

static void why_names(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct why_target t;
	struct err err = { 0 };

	assert_int_equal(why_find(q, SPAN("1123b"), &t, &err), -EXIT_USAGE);
	assert_string_equal(err.text, "no incident 1123b; there is 1123a");
	assert_int_equal(why_find(q, SPAN("1123a.0"), &t, &err), -EXIT_USAGE);
	assert_int_equal(why_find(q, SPAN("1123a."), &t, &err), -EXIT_USAGE);
	assert_int_equal(why_find(q, SPAN("1123a.12"), &t, &err), -EXIT_USAGE);
	assert_string_equal(err.text, "incident 1123a has the claims 1 to 11");
	assert_int_equal(why_find(q, SPAN("1123a.11"), &t, &err), 0);
	assert_int_equal(t.n, 11);
	assert_int_equal(why_find(fixture_quiet(a), SPAN("\033[2J"), &t, &err), -EXIT_USAGE);
	assert_string_equal(err.text, "no incident \\x1b[2J; this input shows no incident");
	arena_free(a);
}

/* "Still sending 0 msg/min" would be a riddle: what is slow is told by the hour. */
static void slow_rate(void **state)
{
	static const struct {
		struct column column;
		const char *want;
	} cases[] = { { { INQUIRY_SPARK - 1, 0 }, "SENDING 1 msg/h " },
		      { { INQUIRY_SPARK - 1, 3 }, "SENDING 30 msg/h " },
		      { { INQUIRY_SPARK - 1, 6 }, "SENDING 1 msg/min " } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_incident(a);
		struct screen screen = { .columns = 80 };
		struct sink s = sink_new(-1);

		for (size_t k = 0; k < 2; k++)
			q->rows[k].nhistory = 0;
		/* six hours in 60 columns: one is six minutes */
		q->rows[0].nhistory = cases[i].column.messages > 0;
		q->rows[0].history[0] = cases[i].column;
		screen_inquiry(&s, q, &screen);
		assert_true(span_search(buf_view(&s.text), 0, span_str(cases[i].want)) >= 0);
		buf_free(&s.text);
		arena_free(a);
	}
}

/* A column of six minutes, and he began in the last one: what he sent is not spread over the other five. */
static void young_rate(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct incident young = q->incidents[0];
	struct screen screen = { .columns = 80 };
	struct sink s = sink_new(-1);

	for (size_t k = 0; k < 2; k++)
		q->rows[k].nhistory = 0;
	q->rows[0].nhistory = 1;
	q->rows[0].history[0] = (struct column){ INQUIRY_SPARK - 1, 120 };
	young.since = q->to - 9;
	q->incidents = arena_alloc(a, sizeof(young));
	memcpy((void *)q->incidents, &young, sizeof(young));
	q->nincidents = 1;
	screen_inquiry(&s, q, &screen);
	assert_true(span_search(buf_view(&s.text), 0, SPAN("SENDING 120 msg/min ")) >= 0);
	buf_free(&s.text);
	arena_free(a);
}

/* Of a window that ends today its first day is named, and its last. */
static void window_days(void **state)
{
	const int64_t day = 86400, noon = 20000 * day + 43200; /* 4 Oct 2024 */
	static const struct {
		int64_t from, to;
		const char *says;
	} rows[] = {
		{ -6 * 86400, -3600, " 28 Sep 12:00 to 4 Oct 11:00" },
		{ -7200, -3600, " 10:00 to 11:00" },
		{ -2 * 86400, -2 * 86400 + 60, " 2 Oct 12:00 to 12:01" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_quiet(a);
		struct screen screen = { .columns = 120, .ascii = true };
		struct sink s = sink_new(-1);

		q->now = noon;
		q->from = noon + rows[i].from;
		q->to = noon + rows[i].to;
		screen_inquiry(&s, q, &screen);
		assert_true(span_search(buf_view(&s.text), 0, span_str(rows[i].says)) >= 0);
		buf_free(&s.text);
		arena_free(a);
	}
}

/* Who "still sends" does so by a clock: now, or that of logs that end. */
static void by_which_clock(void **state)
{
	for (int live = 0; live < 2; live++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_incident(a);
		struct screen screen = { .columns = 160, .ascii = true };
		struct sink text = sink_new(-1), page = sink_new(-1), machine = sink_new(-1);

		q->live = live;
		q->to = q->now - 86400;
		screen_inquiry(&text, q, &screen);
		html_inquiry(&page, q, NULL, false);
		json_inquiry(&machine, q, NULL, false);
		assert_true(span_search(buf_view(&text.text), 0, SPAN("STILL SENDING")) >= 0);
		assert_int_equal(live, span_search(buf_view(&text.text), 0,
						   SPAN("), as of the log's last line, ")) < 0);
		assert_int_equal(live, span_search(buf_view(&page.text), 0,
						   SPAN(", as of the log's last line, ")) < 0);
		assert_true(span_search(buf_view(&machine.text), 0,
					live ? SPAN("\"state\":\"sending\",\"state_at\":\"2026-11-23T")
					     : SPAN("\"state\":\"sending\",\"state_at\":\"2026-11-22T")) >=
			    0);
		buf_free(&text.text);
		buf_free(&page.text);
		buf_free(&machine.text);
		arena_free(a);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_which_clock), cmocka_unit_test(window_days),
		cmocka_unit_test(first_screen),	  cmocka_unit_test(stop_repeats_flags),
		cmocka_unit_test(quiet_screen),	  cmocka_unit_test(other_screens),
		cmocka_unit_test(quiet_in_part),  cmocka_unit_test(no_mail),
		cmocka_unit_test(why_names),	  cmocka_unit_test(slow_rate),
		cmocka_unit_test(young_rate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
