/*
 * reply - every phrase of the table is found wherever it stands: behind any number of bytes, in either case; and not inside of
 * a word, nor inside of <...>. The table is private to the file, so the test holds the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "logs/reply.c"

#include <stdio.h>

static uint16_t mark_of(const struct phrase *p)
{
	return p->mark == UNKNOWN_FOR_GOOD ? UNKNOWN : p->mark;
}

/* What stands in front of a phrase and holds none itself; then the phrase and what is behind it. */
static uint16_t classify(const char *before, size_t n, const char *phrase, const char *behind, bool upper,
			 struct span dsn)
{
	char text[200];
	int len = snprintf(text, sizeof(text), "%.*s%s%s", (int)n, before, phrase, behind);

	assert_true(len > 0 && len < (int)sizeof(text));
	for (int i = (int)n; upper && i < len; i++)
		text[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] & ~0x20 : text[i]);
	/* exactly as large as needed: a step over the end shows under the sanitizer */
	char *copy = malloc((size_t)len);

	assert_non_null(copy);
	memcpy(copy, text, (size_t)len);
	uint16_t mark = reply_classify(span_of(copy, (size_t)len), dsn);

	free(copy);
	return mark;
}

static void found_anywhere(void **state)
{
	static const char before[] = "550 9.9.9 (. . . 0-0 xx <a@spam.example> xx , . ..........";

	for (size_t i = 0; i < PHRASES; i++)
		for (size_t n = 0; n < sizeof(before); n++) {
			/* within the brackets, at a letter or a digit no phrase begins */
			bool hidden = n && (strchr("0123456789ax", before[n - 1]) || (n > 24 && n < 40));
			const char *text = phrases[i].text;
			/* without a phrase this code would say spam */
			struct span dsn = phrases[i].mark == NEUTRAL ? SPAN("5.7.1") : SPAN_NONE;

			if (hidden)
				continue;
			if (classify(before, n, text, "", false, dsn) != mark_of(&phrases[i]) ||
			    classify(before, n, text, " x", true, dsn) != mark_of(&phrases[i]))
				fail_msg("%s behind %zu bytes", text, n);
		}
}

static void not_within(void **state)
{
	for (size_t i = 0; i < PHRASES; i++) {
		const char *text = phrases[i].text;

		/* a phrase may hold another one behind a blank */
		if (strchr(text, ' ') || strchr(text, '.'))
			continue;
		assert_int_equal(classify("x", 1, text, "", false, SPAN_NONE), NEUTRAL);
		assert_int_equal(classify("123456789012345", 15, text, "", false, SPAN_NONE), NEUTRAL);
		assert_int_equal(classify("1234567890123456", 16, text, "", false, SPAN_NONE), NEUTRAL);
		assert_int_equal(classify("\xc3", 1, text, "", false, SPAN_NONE), NEUTRAL);
		assert_int_equal(classify("<", 1, text, ">", false, SPAN_NONE), NEUTRAL);
		assert_int_equal(classify("............... <", 17, text, ">", false, SPAN_NONE), NEUTRAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(found_anywhere), cmocka_unit_test(not_within) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
