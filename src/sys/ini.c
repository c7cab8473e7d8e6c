/* ini - see ini.h. */
#include "sys/ini.h"

#include "base/show.h"

#include <ini.h>

struct reading {
	struct ini at;
	ini_take *take;
	void *owner;
	bool open; /* inih has a line that only a value settles */
	bool lost; /* nobody knows the section */
	bool section; /* the line at hand begins one */
};

bool ini_fail(struct ini *at, const char *what, struct span word, const char *near)
{
	struct buf shown = BUF_MAX(200);

	if (at->failed)
		return false;
	at->mistakes++;
	show_text_cut(&shown, word, 60, true);
	err_set(at->err, EXIT_CONFIG, "%s:%u: %s%s%.*s%s%s%s", at->name, at->line, what, shown.n ? " " : "",
		(int)shown.n, shown.n ? shown.p : "", near ? ": did you mean " : "", near ? near : "",
		near ? "?" : "");
	buf_free(&shown);
	if (at->told)
		at->told(at->owner, at);
	else
		at->failed = true;
	return false;
}

/* inih calls a section closed where a ] stands before a comment. */
static bool is_closed(struct span line)
{
	size_t i = 1;

	while (i < line.n && line.p[i] != ']') {
		if (line.p[i] == ';' && (line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return false;
		i++;
	}
	return i < line.n;
}

/* inih tells only the first line that it did not understand; so it is watched what comes of each. */
static void watch_line(struct reading *r, struct span line)
{
	r->at.more = line.p[0] == ' ' || line.p[0] == '\t';
	line = span_trim(line);
	if (r->at.line == 1 && span_starts(line, SPAN("\xef\xbb\xbf")))
		line = span_trim(span_from(line, 3));
	r->section = line.n && line.p[0] == '[';
	if (r->section && is_closed(line))
		r->lost = r->open = false;
	else
		r->open = line.n && line.p[0] != ';' && line.p[0] != '#';
}

static void settle_line(struct reading *r)
{
	if (!r->open)
		return;
	r->open = false;
	r->lost = r->lost || r->section;
	ini_fail(&r->at, "neither a [section] nor name = value", SPAN_NONE, NULL);
}

/* fgets for inih over our span. */
static char *next_line(char *out, int size, void *owner)
{
	struct reading *r = owner;
	struct ini *at = &r->at;

	settle_line(r);
	while (at->left.n && !at->failed) {
		ptrdiff_t end = span_find(at->left, 0, '\n');
		size_t n = end < 0 ? at->left.n : (size_t)end + 1;
		struct span line = span_head(at->left, n);

		at->line++;
		at->left = span_from(at->left, n);
		if (n >= (size_t)size) {
			ini_fail(at, "the line is too long: put a list on several lines", SPAN_NONE, NULL);
		} else if (memchr(line.p, '\0', n)) {
			ini_fail(at, "the line holds a NUL byte", SPAN_NONE, NULL);
		} else {
			watch_line(r, line);
			memcpy(out, line.p, n);
			out[n] = '\0';
			return out;
		}
	}
	return NULL;
}

static int take_value(void *owner, const char *section, const char *name, const char *value)
{
	struct reading *r = owner;

	r->open = false;
	if (!r->lost)
		r->take(r->owner, &r->at, section, name, value);
	return !r->at.failed;
}

static int read_lines(struct reading *r)
{
	int line = ini_parse_stream(next_line, r, take_value, r);

	if (r->at.mistakes)
		return -EXIT_CONFIG;
	if (line == 0)
		return 0;
	if (line < 0)
		return err_set(r->at.err, EXIT_SOFTWARE, "%s: out of memory", r->at.name);
	r->at.line = (unsigned)line;
	ini_fail(&r->at, "neither a [section] nor name = value", SPAN_NONE, NULL);
	return -EXIT_CONFIG;
}

int ini_read(struct span text, const char *name, ini_take *take, void *owner, struct err *err)
{
	struct reading r = { .at = { .name = name, .left = text, .err = err }, .take = take, .owner = owner };

	return read_lines(&r);
}

int ini_read_all(struct span text, const char *name, ini_take *take,
		 void (*told)(void *owner, const struct ini *at), void *owner, struct err *err)
{
	struct reading r = { .at = { .name = name, .left = text, .err = err, .told = told, .owner = owner },
			     .take = take,
			     .owner = owner };

	return read_lines(&r);
}
