/* line - see line.h. One pass for each word. TRUST: as there. */
#include "scan/line.h"

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

ptrdiff_t line_find(struct span s, size_t from, const char *word)
{
	size_t n = strlen(word);
	char first = low(word[0]);

	for (size_t i = from; i + n <= s.n; i++)
		if (low(s.p[i]) == first && span_eq_nocase(span_of(s.p + i, n), span_of(word, n)))
			return (ptrdiff_t)i;
	return -1;
}

bool line_has(struct span s, const char *word)
{
	return line_find(s, 0, word) >= 0;
}

/* Looked for anywhere, as a directive may go on behind the name. */
bool line_names_quiet_file(struct span s)
{
	static const char *const quiet[] = { ".jpg", ".jpeg", ".png",  ".gif", ".ico", ".txt",
					     ".css", ".svg",  ".webp", ".bmp", ".pdf", ".zip",
					     ".log", ".xml",  ".html", ".htm", ".js",  ".tmp",
					     ".bak", ".ttf",  ".woff", ".mp3" };

	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
		if (line_has(s, quiet[i]))
			return true;
	return false;
}
