/*
 * directive - see directive.h.
 * TRUST: as there.
 */
#include "scan/directive.h"

/* Apache's directives have no case, and a quote or blank more must not hide one. */
bool directive_has(struct span s, const char *word)
{
	size_t n = strlen(word);
	char first = (char)(word[0] | 0x20);

	for (size_t i = 0; i + n <= s.n; i++)
		if ((s.p[i] | 0x20) == first && span_eq_nocase(span_of(s.p + i, n), span_of(word, n)))
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

struct span directive_word(struct span *rest)
{
	size_t from = 0, to;
	struct span word;

	if (!rest->n)
		return SPAN_NONE;
	while (from < rest->n && is_blank(rest->p[from]))
		from++;
	to = from;
	if (to < rest->n && (rest->p[to] == '"' || rest->p[to] == '\'')) {
		char quote = rest->p[to++];

		from = to;
		while (to < rest->n && rest->p[to] != quote)
			to++;
		word = span_of(rest->p + from, to - from);
		*rest = span_from(*rest, to + 1);
		return word;
	}
	while (to < rest->n && !is_blank(rest->p[to]))
		to++;
	word = span_of(rest->p + from, to - from);
	*rest = span_from(*rest, to);
	return word;
}

enum quiet directive_quiet(struct span name)
{
	static const char *const data[] = { "jpg",  "jpeg", "jpe",  "jp",  "png", "gif", "ico", "webp", "bmp",
					    "svg",  "txt",  "pdf",  "zip", "gz",  "log", "tmp", "bak",	"ttf",
					    "woff", "mp3",  "mp4",  "tar", "tgz", "tbz", "txz", "bz2",	"xz",
					    "zst",  "tbz2", "tzst", "jar", "7z",  "rar", "cpio" };
	static const char *const page[] = { "html", "htm", "css", "js", "xml", "json" };
	ptrdiff_t dot = span_rfind(name, '.');
	struct span end = span_from(name, (size_t)(dot + 1));

	for (size_t i = 0; i < sizeof(data) / sizeof(*data); i++)
		if (span_eq_nocase(end, span_str(data[i])))
			return QUIET_DATA;
	for (size_t i = 0; i < sizeof(page) / sizeof(*page); i++)
		if (span_eq_nocase(end, span_str(page[i])))
			return QUIET_PAGE;
	return QUIET_NOT;
}

bool directive_hidden(struct span path)
{
	for (size_t i = 0; i + 1 < path.n; i++)
		if (path.p[i] == '.' && (i == 0 || path.p[i - 1] == '/') && path.p[i + 1] != '/' &&
		    !(path.p[i + 1] == '.' && (i + 2 == path.n || path.p[i + 2] == '/')))
			return true;
	return false;
}

bool directive_everybody(struct span path)
{
	static const char *const places[] = { "/tmp",	  "/var/tmp",  "/dev/shm",
					      "/run/shm", "/run/lock", "/var/lock" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		size_t n = strlen(places[i]);

		if (span_starts(path, span_str(places[i])) && (path.n == n || path.p[n] == '/'))
			return true;
	}
	return false;
}
