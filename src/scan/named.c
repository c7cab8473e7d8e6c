/*
 * named - see named.h.
 * Source: linux-malware-detect, files/internals/functions (what it writes); Wordfence CLI, "Output columns".
 * TRUST: as in named.h: one pass, nothing kept.
 */
#include "scan/named.h"

#include "base/buf.h"

enum { COLUMNS_MOST = 32, CELL_MOST = 8192 };

static struct span next_line(struct span *bytes)
{
	ptrdiff_t end = span_find(*bytes, 0, '\n');
	struct span line = end < 0 ? *bytes : span_head(*bytes, (size_t)end);

	*bytes = end < 0 ? SPAN_NONE : span_from(*bytes, (size_t)end + 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Up to the next C; REST goes on behind it. */
static struct span cut(struct span *rest, char c)
{
	ptrdiff_t at = span_find(*rest, 0, c);
	struct span part = at < 0 ? *rest : span_head(*rest, (size_t)at);

	*rest = at < 0 ? SPAN_NONE : span_from(*rest, (size_t)at + 1);
	return part;
}

/* The last part behind a C; REST ends before it. */
static struct span cut_end(struct span *rest, char c)
{
	ptrdiff_t at = span_rfind(*rest, c);
	struct span part = span_from(*rest, (size_t)(at + 1));

	*rest = at < 0 ? SPAN_NONE : span_head(*rest, (size_t)at);
	return part;
}

static bool is_path(struct span s)
{
	return s.n > 1 && s.p[0] == '/';
}

/* --- maldet ------------------------------------------------------------------------------------ */

struct columns {
	int name, path, kept; /* -1: not told */
};

/* Version 2 names its form, "#LMD:v1", and behind it the scan's own facts (its lmd_session.sh, _session_write_header). */
static void read_head(struct span line, struct columns *c)
{
	int i = 0;

	if (span_starts(line, SPAN("#LMD:v1\t"))) {
		*c = (struct columns){ 0, 1, 2 };
		return;
	}
	if (line.n && line.p[0] == '#')
		line = span_trim(span_from(line, 1));
	*c = (struct columns){ -1, -1, -1 };
	while (line.n && i < COLUMNS_MOST) {
		struct span cell = span_trim(cut(&line, '\t'));

		if (span_eq(cell, SPAN("sig")) || span_eq(cell, SPAN("signature")))
			c->name = i;
		else if (span_eq(cell, SPAN("file")) || span_eq(cell, SPAN("path")) ||
			 span_eq(cell, SPAN("filepath")))
			c->path = i;
		else if (span_eq(cell, SPAN("quarpath")) || span_eq(cell, SPAN("quarantine")) ||
			 span_eq(cell, SPAN("quarantine_path")))
			c->kept = i;
		i++;
	}
}

static void tab_line(struct span line, const struct columns *c, named_see *see, void *ctx)
{
	struct span name = SPAN_NONE, path = SPAN_NONE, kept = SPAN_NONE;
	bool told = c->name >= 0 && c->path >= 0;

	for (int i = 0; i < COLUMNS_MOST && line.n; i++) {
		struct span cell = cut(&line, '\t');

		if (told ? i == c->name : !name.n && cell.n && cell.p[0] == '{')
			name = cell;
		else if (told ? i == c->path : !path.n && is_path(cell))
			path = cell;
		else if (told ? i == c->kept : is_path(cell))
			kept = cell;
	}
	if (name.n && is_path(path))
		see(ctx, path, name, is_path(kept));
}

static void hit_line(struct span line, named_see *see, void *ctx)
{
	ptrdiff_t colon = span_search(line, 0, SPAN(" : "));
	struct span path = colon < 0 ? SPAN_NONE : span_from(line, (size_t)colon + 3);
	ptrdiff_t arrow = span_search(path, 0, SPAN(" => /"));

	if (colon > 0 && is_path(path))
		see(ctx, arrow < 0 ? path : span_head(path, (size_t)arrow),
		    span_trim(span_head(line, (size_t)colon)), arrow >= 0);
}

static void read_hits(struct span bytes, named_see *see, void *ctx)
{
	struct columns c = { -1, -1, -1 };

	while (bytes.n) {
		struct span line = next_line(&bytes);
		bool tabs = span_find(line, 0, '\t') >= 0;

		if (tabs && (line.p[0] == '#' || span_search(line, 0, SPAN("\t/")) < 0))
			read_head(line, &c);
		else if (tabs)
			tab_line(line, &c, see, ctx);
		else
			hit_line(line, see, ctx);
	}
}

/* utime:hostid:sig:md5:size:owner.group:mode:atime:mtime:ctime:path */
static void read_history(struct span bytes, named_see *see, void *ctx)
{
	while (bytes.n) {
		struct span line = next_line(&bytes), name;

		cut(&line, ':');
		cut(&line, ':');
		name = cut(&line, ':');
		for (int i = 0; i < 7; i++)
			cut(&line, ':');
		if (name.n && is_path(line))
			see(ctx, line, name, false);
	}
}

/* utime:sig:path:owner:group:md5:size:qpath */
static void read_quarantine(struct span bytes, named_see *see, void *ctx)
{
	while (bytes.n) {
		struct span line = next_line(&bytes), name;

		cut(&line, ':');
		name = cut(&line, ':');
		for (int i = 0; i < 5; i++)
			cut_end(&line, ':');
		if (name.n && is_path(line))
			see(ctx, line, name, true);
	}
}

/* --- CSV --------------------------------------------------------------------------------------- */

/* Tabs only behind a head: without one a file's name in the first row would choose. Paths begin with a slash, heads do not. */
static char separator_of(struct span bytes)
{
	struct span first = next_line(&bytes);

	return first.n && *first.p >= 'a' && *first.p <= 'z' && span_find(first, 0, '\t') >= 0 &&
			       span_find(first, 0, ',') < 0
		       ? '\t'
		       : ',';
}

/* One cell of BYTES from *AT on into OUT, quotes undone; true: a further one is in this row. */
static bool read_cell(struct span bytes, char separator, size_t *at, struct buf *out)
{
	bool quoted = *at < bytes.n && bytes.p[*at] == '"';

	*at += quoted;
	for (; *at < bytes.n; ++*at) {
		char c = bytes.p[*at];

		if (quoted && c == '"') {
			if (*at + 1 < bytes.n && bytes.p[*at + 1] == '"') {
				++*at;
			} else {
				quoted = false;
				continue;
			}
		} else if (!quoted && (c == separator || c == '\n')) {
			++*at;
			return c == separator;
		} else if (!quoted && c == '\r') {
			continue;
		}
		buf_byte(out, c);
	}
	return false;
}

static void replace(struct buf *b, struct span with)
{
	b->n = 0;
	buf_span(b, with);
}

static void read_csv(struct span bytes, named_see *see, void *ctx)
{
	struct buf cell = BUF_MAX(CELL_MOST), path = BUF_MAX(CELL_MOST), name = BUF_MAX(CELL_MOST);
	const char separator = separator_of(bytes);
	int path_at = 0, name_at = 2;
	size_t at = 0;

	while (at < bytes.n) {
		bool more = true, head = false;

		path.n = name.n = 0;
		path.over = name.over = false;
		for (int i = 0; more; i++) {
			cell.n = 0;
			cell.over = false;
			more = read_cell(bytes, separator, &at, &cell);
			if (span_eq(buf_view(&cell), SPAN("filename"))) {
				path_at = i;
				head = true;
			} else if (span_eq(buf_view(&cell), SPAN("signature_name"))) {
				name_at = i;
				head = true;
			}
			if (i == path_at)
				buf_span(&path, buf_view(&cell));
			/* of two columns without a head the second is the name, as the sample configuration asks for */
			if (i == name_at || (i == 1 && name_at == 2))
				replace(&name, buf_view(&cell));
		}
		if (!head && !path.over && is_path(buf_view(&path)))
			see(ctx, buf_view(&path), name.n ? buf_view(&name) : SPAN("named"), false);
	}
	buf_free(&cell);
	buf_free(&path);
	buf_free(&name);
}

void named_read(enum named_kind kind, struct span bytes, named_see *see, void *ctx)
{
	switch (kind) {
	case NAMED_MALDET_HITS:
		read_hits(bytes, see, ctx);
		return;
	case NAMED_MALDET_HISTORY:
		read_history(bytes, see, ctx);
		return;
	case NAMED_MALDET_QUARANTINE:
		read_quarantine(bytes, see, ctx);
		return;
	case NAMED_WORDFENCE:
		read_csv(bytes, see, ctx);
		return;
	}
}
