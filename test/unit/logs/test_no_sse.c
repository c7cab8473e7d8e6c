/*
 * no_sse - the headers' way for machines without SSE2 stays within the text, on every machine: what lies behind a text, in a
 * block that was used before, may be whatever its reader hopes for.
 */
#undef __SSE2__
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "logs/postfix_short.h"

/* Behind the text, of N bytes that are all id, stands what would make it one. */
static void test_id_alone(void **state)
{
	char text[80];
	struct maker m = { 0 };

	for (size_t n = 20; n < 40; n++) {
		memset(text, 'A', sizeof(text));
		memcpy(text + n, ": client=", 9);
		assert_null(behind_id(&m, span_of(text, n)));
		assert_null(behind_id(&m, span_of(text, n + 1)));
	}
}

static void test_id(void **state)
{
	const char *text = "4d8wQ3004qzFQHK: client=x[192.0.2.9]";
	struct maker m = { 0 };

	assert_null(behind_known(&m, span_str(text)));
	assert_ptr_equal(behind_id(&m, span_str(text)), text + 17);
	assert_true(qid_eq(m.known.id, qid_pack(span_of(text, 15))));
	assert_ptr_equal(behind_known(&m, span_str(text)), text + 17);
}

/* An id that is shorter than what is compared at once is read, and never known again. */
static void test_short_id(void **state)
{
	const char *text = "A1B2C3: client=x[192.0.2.9]";
	struct maker m = { 0 };

	assert_ptr_equal(behind_id(&m, span_str(text)), text + 8);
	assert_null(behind_known(&m, span_str(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_alone),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_short_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
