/*
 * fuzz_php_lex - any bytes as PHP: every token lies in the text, each call moves on, and the end comes, in time.
 */
#include "fuzz_time.h"
#include "scan/lex.h"
#include "scan/lexicon.h"
#include "scan/quick.h"

#include <stdlib.h>

static void must(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lexicon *words;
	struct span text;
	struct lexer l;
	struct token t;
	struct quick q;
	size_t tokens = 0;
	char *copy;
	uint64_t from = time_now();

	if (!words)
		words = lexicon_new();
	if (size == 0)
		return 0;
	/* its own block, so that the sanitizer sees its end */
	copy = malloc(size - 1 ? size - 1 : 1);
	must(copy);
	memcpy(copy, data + 1, size - 1);
	text = span_of(copy, size - 1);
	lex_start(&l, words, text, data[0] & 1);
	do {
		uint32_t line, column;

		t = lex_next(&l);
		must((size_t)t.at + t.n <= text.n);
		must(t.kind <= TK_OP);
		/* a simple $name[key] in quotes gives a handful of tokens of length 0 or 1 */
		must(++tokens <= 8 * text.n + 64);
		if ((tokens & 1023) == 1) {
			lex_place(text, t.at, &line, &column);
			must(line >= 1 && column >= 1);
		}
	} while (t.kind != TK_END);
	must(lex_next(&l).kind == TK_END);
	quick_look(words, text, &q);
	must(q.tokens <= 8 * text.n + 64);
	time_must(from, 200000, 10, size);
	free(copy);
	return 0;
}
