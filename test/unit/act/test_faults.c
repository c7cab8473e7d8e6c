/*
 * faults: each call that the actor makes fails, one in each run, or one and all behind it; for every kind of action, in doing
 * and in undoing. (test/kill and test/faults do it from outside, with the programs themselves.)
 *
 * What is promised then: no half act and no silent success. What is said to be done stands whole, what is not has left nothing,
 * also where the next start had to see to it; undo gives back all; a failure is a sentence; no descriptor is left open.
 */
#include "faulty.h"
#include "scene.h"
#include "sys/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const struct scene *scene;
/* Of a run in which nothing fails: at first, when done, after what others do, undone. */
static char *at_first, *all_at_first, *when_done, *between, *undone;
static struct fault trying;
static int wrong, runs, told, late;

static bool complain(const char *what, const char *answers, const char *want, const char *got)
{
	print_error("%s: call %d (%s) %s, %s%s: %s\n%s", scene->name, trying.after, seen_fault->hit,
		    trying.error < 0 ? "half done" : strerror(trying.error),
		    trying.for_good ? "for good, " : "", "", what, answers);
	/* where they part, from the beginning of that line */
	for (size_t i = 0, line = 0; want && (want[i] || got[i]); i++) {
		if (want[i] != got[i]) {
			print_error("wanted %.120s\nseen   %.120s\n", want + line, got + line);
			break;
		}
		if (want[i] == '\n')
			line = i + 1;
	}
	wrong++;
	return false;
}

/* TEXT of scene_see without the times of folders. */
static void timeless(char *text)
{
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		char *mode = memmem(line, (size_t)(end - line), " 4", 2), *at;

		if (!mode || mode > strchr(strchr(line, ' ') + 1, ' ') ||
		    !(at = memmem(mode, (size_t)(end - mode), " ino=", 5)))
			continue;
		for (char *c = at - 20; c < at; c++)
			*c = '0';
	}
}

static bool is_now(const char *want)
{
	char *got = scene_see(true);
	bool same = strcmp(got, want) == 0;

	free(got);
	return same;
}

static bool looks(const char *want, bool brief, const char *what, const char *answers)
{
	char *got = scene_see(brief), *other = strdup(want);
	bool same = strcmp(want, got) == 0;

	/* what had to be tried twice may have left a folder with a time of ours, and nothing else */
	if (!same) {
		timeless(got);
		timeless(other);
		if (strcmp(other, got) != 0)
			complain(what, answers, other, got);
		else
			late++;
	}
	free(got);
	free(other);
	return same;
}

/* "1 STATE TEXT" of ANSWERS' last line with that number. */
static const char *state_in(const char *answers)
{
	const char *at = NULL;

	for (const char *line = answers; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, "1 ", 2) == 0 && strncmp(line, "1 was", 5) != 0)
			at = line + 2;
	return at ? at : "";
}

static bool is(const char *state, const char *word)
{
	return strncmp(state, word, strlen(word)) == 0 && state[strlen(word)] == ' ';
}

static bool has_text(const char *state)
{
	const char *blank = strchr(state, ' ');

	return blank && blank[1] != '\n';
}

/* What must be so behind the next start: ANSWERS are its. UNDOING: it was taken back, or nearly. */
static void consistent(const char *answers, bool undoing, const char *said)
{
	const char *state = state_in(answers);

	/* of many files some may keep their rights: that is said, and no failure */
	if (is(state, "done") && strstr(state, "could not be set"))
		return;
	if (is(state, "done"))
		looks(undoing ? between : when_done, true, "done, and is not", answers);
	else if (is(state, "undone"))
		looks(undone, true, "undone, and is not", answers);
	else if (scene->forever && (strstr(state, "does not come back") || is_now(when_done)))
		return;
	else if (is(state, "failed") || is(state, "raced") || !*state)
		looks(scene->less && is_now(undone) ? undone : at_first, true,
		      "not done, and something of it is", answers);
	else
		complain("left in the middle", answers, NULL, NULL);
}

/* And can be taken back after that. */
static void back(bool undoing)
{
	const char *answers = scene_drive("undo\tk\n", NULL);

	if (!is(state_in(answers), "undone"))
		complain("cannot be undone", answers, NULL, NULL);
	else if (scene->far || scene->less || (undoing && scene->between))
		looks(scene->less && is_now(at_first) ? at_first : undone, true,
		      "undone, and is not as it was", answers);
	else
		looks(all_at_first, false, "undone, and is not all as it was", answers);
	if (scene_held() != scene->stays)
		complain("something is left in a store", answers, NULL, NULL);
}

/* One run with FAULT. False: no call has failed any more. */
static bool once(struct fault f, bool undoing)
{
	const char *answers, *state;
	char said[8192];
	int rc;

	scene_fresh(scene);
	free(all_at_first);
	all_at_first = scene_see(false);
	if (undoing) {
		scene_do(scene);
		scene_between(scene);
	}
	memset(seen_fault, 0, sizeof(*seen_fault));
	trying = fault = f;
	answers = undoing ? scene_drive("undo\tk\n", &rc) : scene_do(scene);
	fault.after = -1;
	if (!seen_fault->hits)
		return false;
	runs++;
	snprintf(said, sizeof(said), "%s", answers);
	state = state_in(said);
	if (is(state, "failed") || is(state, "raced") || (undoing && is(state, "done"))) {
		told++;
		if (!has_text(state))
			complain("has failed and does not say why", said, NULL, NULL);
	}
	if (seen_fault->descriptors_left)
		complain("a descriptor is left open", said, NULL, NULL);
	answers = scene_drive("history\n", &rc);
	consistent(answers, undoing, said);
	if (is(state_in(answers), "done") && !scene->forever)
		back(undoing);
	return true;
}

static void sweep(const struct scene *s)
{
	/* FAULT_ALL: every call in each way, not one of some. Sanitized all is ten times slower, and sees each fault's way out. */
	static const struct {
		struct fault fault;
		int step;
	} ways[] = {
		{ { .error = EIO }, 1 },
		{ { .error = EIO, .for_good = true }, 5 },
		{ { .error = EINTR }, 5 },
		{ { .error = -1, .call = "write" }, 1 },
	};
	int sparse = getenv("FAULT_ALL") ? 0 : FILTER_SOFT ? 5 : 1;
	int before = wrong;

	scene = s;
	scene_fresh(s);
	at_first = scene_see(true);
	scene_do(s);
	when_done = scene_see(true);
	scene_between(s);
	between = scene_see(true);
	scene_drive("undo\tk\n", NULL);
	undone = scene_see(true);
	for (size_t w = 0; w < sizeof(ways) / sizeof(*ways); w++)
		for (int undoing = 0; undoing < 2 - s->forever; undoing++)
			for (int n = sparse > 1 ? (int)(s - scenes) % sparse : 0;
			     n < 500 && wrong < before + 4; n += sparse ? sparse * ways[w].step : 1) {
				struct fault f = ways[w].fault;

				f.after = n;
				if (!once(f, undoing))
					break;
			}
	free(at_first);
	free(when_done);
	free(between);
	free(undone);
}

static void test_no_half_act(void **state)
{
	const char *only = getenv("SCENE");

	if (geteuid() != 0)
		skip();
	for (unsigned i = 0; i < nscenes; i++) {
		if (scenes[i].network && !scene_networked())
			continue;
		if (!only || strstr(scenes[i].name, only))
			sweep(&scenes[i]);
	}
	print_message("# %d runs, %d told, %d with a folder's time of ours\n", runs, told, late);
	assert_int_equal(wrong, 0);
	assert_true(told > 0);
	assert_true(late < runs / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_half_act),
	};

	return cmocka_run_group_tests(tests, scene_make, scene_drop);
}
