/* maincf: one setting changes, every other byte stays; what was set comes back as it was. */
#include "plan/maincf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char text[] = "# a comment\n"
			   "myhostname = mx.example.com\n"
			   "mynetworks = 127.0.0.0/8\n"
			   "    [::1]/128   \n"
			   "# in between\n"
			   "\n"
			   "\t192.0.2.0/24\n"
			   "authorized_submit_users =!carol, static:all\n"
			   "authorized_submit_users_not = x\n"
			   "last = 1";

static void assert_get(struct span bytes, const char *name, const char *want)
{
	struct arena *a = arena_new();
	struct span value = SPAN_NONE;

	assert_int_equal(maincf_get(a, bytes, span_str(name), &value), want != NULL);
	if (want) {
		assert_int_equal(value.n, strlen(want));
		assert_memory_equal(value.p, want, value.n);
	}
	arena_free(a);
}

static void reads_values(void **state)
{
	(void)state;
	assert_get(SPAN(text), "myhostname", "mx.example.com");
	assert_get(SPAN(text), "mynetworks", "127.0.0.0/8 [::1]/128 192.0.2.0/24");
	assert_get(SPAN(text), "authorized_submit_users", "!carol, static:all");
	assert_get(SPAN(text), "authorized", NULL);
	assert_get(SPAN(text), "last", "1");
	assert_get(SPAN_NONE, "last", NULL);
	assert_get(SPAN("a = 1\na = 2\n  3\nb = 4\na ="), "a", "");
	assert_get(SPAN("a = 1\na = 2\n  3\nb = 4\n"), "a", "2 3");
}

static void sets_one_and_keeps_the_rest(void **state)
{
	struct arena *a = arena_new();
	struct span item = SPAN("!alice");
	struct span out = maincf_set(a, SPAN(text), SPAN("authorized_submit_users"), SPAN_NONE, &item, 1,
				     SPAN("!carol, static:all"));

	(void)state;
	assert_get(out, "authorized_submit_users", "!alice !carol, static:all");
	assert_get(out, "mynetworks", "127.0.0.0/8 [::1]/128 192.0.2.0/24");
	assert_get(out, "authorized_submit_users_not", "x");
	assert_true(span_starts(out, span_head(SPAN(text), 100)));
	assert_true(span_ends(out, SPAN("authorized_submit_users_not = x\nlast = 1")));
	out = maincf_set(a, SPAN(text), SPAN("new_one"), SPAN("inline:{"), &item, 1, SPAN("}"));
	assert_get(out, "new_one", "inline:{ !alice }");
	assert_get(out, "last", "1");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(sets_one_and_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
