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
	struct qid id = { 0, 0 };

	for (size_t n = 20; n < 40; n++) {
		memset(text, 'A', sizeof(text));
		memcpy(text + n, ": client=", 9);
		assert_null(behind_id(&m, span_of(text, n), &id));
		assert_null(behind_id(&m, span_of(text, n + 1), &id));
	}
}

static void test_id(void **state)
{
	const char *text = "4d8wQ3004qzFQHK: client=x[192.0.2.9]";
	struct maker m = { 0 };

	/* read, then known again */
	for (unsigned i = 0; i < 2; i++) {
		struct qid id = { 0, 0 };

		assert_ptr_equal(behind_id(&m, span_str(text), &id), text + 17);
		assert_true(qid_eq(id, qid_pack(span_of(text, 15))));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_alone),
		cmocka_unit_test(test_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
