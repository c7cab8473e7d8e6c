/* ini - see ini.h. */
#include "sys/ini.h"

#include "base/show.h"

#include <ini.h>

struct reading {
	struct ini at;
	ini_take *take;
	void *owner;
};

bool ini_fail(struct ini *at, const char *what, struct span word, const char *near)
{
	struct buf shown = BUF_MAX(200);

	if (at->failed)
		return false;
	at->failed = true;
	show_text_cut(&shown, word, 60, true);
	err_set(at->err, EXIT_CONFIG, "%s:%u: %s%s%.*s%s%s%s", at->name, at->line, what, shown.n ? " " : "",
		(int)shown.n, shown.n ? shown.p : "", near ? ": did you mean " : "", near ? near : "",
		near ? "?" : "");
	buf_free(&shown);
	return false;
}

/* fgets for inih over our span. */
static char *next_line(char *out, int size, void *owner)
{
	struct ini *at = &((struct reading *)owner)->at;
	ptrdiff_t end = span_find(at->left, 0, '\n');
	size_t n = end < 0 ? at->left.n : (size_t)end + 1;

	if (at->left.n == 0 || at->failed)
		return NULL;
	at->line++;
	if (n >= (size_t)size || memchr(at->left.p, '\0', n)) {
		ini_fail(at,
			 n >= (size_t)size ? "the line is too long: put a list on several lines"
					   : "the line holds a NUL byte",
			 SPAN_NONE, NULL);
		return NULL;
	}
	memcpy(out, at->left.p, n);
	out[n] = '\0';
	at->left = span_from(at->left, n);
	return out;
}

static int take_value(void *owner, const char *section, const char *name, const char *value)
{
	struct reading *r = owner;

	r->take(r->owner, &r->at, section, name, value);
	return !r->at.failed;
}

int ini_read(struct span text, const char *name, ini_take *take, void *owner, struct err *err)
{
	struct reading r = { .at = { .name = name, .left = text, .err = err }, .take = take, .owner = owner };
	int line = ini_parse_stream(next_line, &r, take_value, &r);

	if (r.at.failed)
		return -EXIT_CONFIG;
	if (line == 0)
		return 0;
	if (line < 0)
		return err_set(err, EXIT_SOFTWARE, "%s: out of memory", name);
	return err_set(err, EXIT_CONFIG, "%s:%d: neither a [section] nor name = value", name, line);
}
