/* Names are kept once, and no flood of new ones takes more memory than it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "trace/names.h"

static void one_number_a_text(void **state)
{
	struct names s;
	uint32_t a;

	names_init(&s, 1 << 20);
	assert_int_equal(names_put(&s, SPAN("")), 0);
	assert_int_equal(names_put(&s, SPAN_NONE), 0);
	a = names_put(&s, SPAN("Info@Example.NET"));
	assert_int_equal(names_put(&s, SPAN("Info@Example.NET")), a);
	assert_int_not_equal(names_put_lower(&s, SPAN("Info@Example.NET")), a);
	assert_int_equal(names_put_lower(&s, SPAN("INFO@example.net")),
			 names_put(&s, SPAN("info@example.net")));
	/* Only ASCII is folded: other bytes have no case that we know. */
	assert_int_equal(names_put_lower(&s, SPAN("\xc3\x84@[Z")), names_put(&s, SPAN("\xc3\x84@[z")));
	assert_true(span_eq(names_get(&s, a), SPAN("Info@Example.NET")));
	names_free(&s);
}

static void keeps_its_own_copy(void **state)
{
	struct names s;
	char text[2000];

	names_init(&s, 1 << 22);
	for (unsigned i = 0; i < 3000; i++)
		assert_int_equal(names_put(&s, span_of(text, (size_t)snprintf(text, sizeof(text), "n%u", i))),
				 i + 2);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "n%u", i);
		assert_true(span_eq(names_get(&s, i + 2), span_str(text)));
	}
	/* Too long to be folded: kept as it is. */
	memset(text, 'A', sizeof(text));
	assert_memory_equal(names_get(&s, names_put_lower(&s, span_of(text, sizeof(text)))).p, text,
			    sizeof(text));
	names_free(&s);
}

static void has_a_ceiling(void **state)
{
	struct names s;
	char text[32];
	uint32_t known, n = 0;

	names_init(&s, 4096);
	known = names_put(&s, SPAN("known"));
	while (names_put(&s, span_of(text, (size_t)snprintf(text, sizeof(text), "name %u", n))) != NAME_LOST)
		assert_true(++n < 4096);
	assert_true(s.bytes <= 4096 + 64);
	assert_int_equal(s.lost, 1);
	assert_int_equal(names_put(&s, SPAN("known")), known);
	assert_true(names_get(&s, NAME_LOST).n > 0);
	names_free(&s);
}

/* A flood of requests and addresses leaves room for those who send. */
static void keeps_room_for_senders(void **state)
{
	struct names s;
	char text[32];
	uint32_t n = 0;

	names_init(&s, 4096);
	while (names_put_aside(&s, span_of(text, (size_t)snprintf(text, sizeof(text), "/%u", n))) !=
	       NAME_LOST)
		assert_true(++n < 4096);
	assert_int_equal(names_put_aside(&s, SPAN("/0")), 2);
	assert_int_equal(names_put(&s, SPAN("info@example.net")), n + 2);
	assert_int_equal(names_put_aside(&s, SPAN("info@example.net")), n + 2);
	names_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_number_a_text),
		cmocka_unit_test(keeps_its_own_copy),
		cmocka_unit_test(has_a_ceiling),
		cmocka_unit_test(keeps_room_for_senders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
