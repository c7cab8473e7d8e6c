/* The journal's export stream: any bytes cut at newlines; no entry outgrows its bound, none leaks into the next. */
#include "base/err.h"
#include "logs/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of((const char *)data, size);
	struct journal_export j;

	journal_export_init(&j);
	while (rest.n) {
		ptrdiff_t end = span_find(rest, 0, '\n');
		struct span line = span_head(rest, end < 0 ? rest.n : (size_t)end);

		if (journal_export_line(&j, line) && (j.line.n == 0 || j.line.n > size + 64))
			bug("an entry larger than what it was made of");
		rest = span_from(rest, line.n + (end >= 0));
	}
	journal_export_end(&j);
	if (journal_export_end(&j))
		bug("an entry after the end");
	journal_export_free(&j);
	return 0;
}
