/*
 * conf - see conf.h.
 *
 * Formats: postconf(5) (leading blanks), the Exim specification, "The runtime configuration file", Apache's
 * and rsyslog's backslashes, nginx' and syslog-ng's statements. Where dialects differ, the style decides.
 *
 * Promises: ends for any bytes, since each limit only counts down; an include that names itself is stopped by
 * depth. What was given until a limit was hit is good, and the limit is said once for the operator.
 *
 * TRUST: root's files, in an image anybody's. Nothing is expanded or run.
 */
#include "host/conf.h"

#include "base/buf.h"
#include "host/glob.h"

#define DEPTH_MOST 8 /* limit input: includes within includes */
/* of a mail server or a syslog; sites have a file each, so there 2,000 (see MANY) */
#define INCLUDES_MOST 64
#define FILES_MOST 256 /* limit input: files of one server's configuration */
#define FILES_MOST_MANY 2000
#define LINES_MOST 400000 /* limit input: lines of a configuration */
#define LINE_MOST 65536

void conf_start(struct conf *c, struct gather *g, enum conf_style style, bool many)
{
	*c = (struct conf){
		.g = g,
		.style = style,
		.includes_left = many ? FILES_MOST_MANY : INCLUDES_MOST,
		.files_left = many ? FILES_MOST_MANY : FILES_MOST,
		.lines_left = LINES_MOST,
	};
}

static void stop(struct conf *c, const char *what)
{
	c->over = true;
	gather_say_full(c->g, what);
}

static void push(struct conf *c, struct span path, unsigned depth)
{
	struct conf_file *f = arena_alloc(c->g->scratch, sizeof(*f));

	*f = (struct conf_file){ .below = c->top, .path = path, .depth = depth };
	c->top = f;
}

void conf_bytes(struct conf *c, struct span bytes)
{
	push(c, SPAN_NONE, 0);
	c->top->open = true;
	c->top->left = bytes;
}

void conf_include(struct conf *c, struct span pattern)
{
	unsigned depth = c->top ? c->top->depth + 1 : 0;
	struct span *paths;
	size_t n;

	if (depth > DEPTH_MOST || c->includes_left == 0) {
		stop(c, "include lines");
		return;
	}
	c->includes_left--;
	n = gather_expand(c->g, pattern, &paths);
	/* the last one first: what lies on top is read next */
	while (n)
		push(c, paths[--n], depth);
}

/* PATH is not a file that can be read: the files in it, should it be a folder. */
static void open_folder(struct conf *c, struct span path, unsigned depth)
{
	struct span all = span_of(path.p, path.n);
	struct span *paths;
	char *pattern = arena_alloc(c->g->scratch, path.n + 3);
	size_t n;

	if (glob_is(path) || depth > DEPTH_MOST)
		return;
	while (all.n > 1 && all.p[all.n - 1] == '/')
		all.n--;
	memcpy(pattern, all.p, all.n);
	memcpy(pattern + all.n, "/*", 2);
	n = gather_expand(c->g, span_of(pattern, all.n + 2), &paths);
	while (n)
		push(c, paths[--n], depth + 1);
}

/* The file whose bytes come next, opened; NULL at the end of all. */
static struct conf_file *current(struct conf *c)
{
	while (c->top && !c->top->open) {
		struct conf_file *f = c->top;

		f->open = true;
		if (c->files_left == 0) {
			stop(c, "files");
			c->top = f->below;
			continue;
		}
		c->files_left--;
		if (!gather_read(c->g, f->path, &f->left)) {
			c->top = f->below;
			open_folder(c, f->path, f->depth);
		}
	}
	return c->top;
}

static struct span take_line(struct conf_file *f)
{
	ptrdiff_t end = span_find(f->left, 0, '\n');
	struct span line = end < 0 ? f->left : span_head(f->left, (size_t)end);

	f->left = end < 0 ? SPAN_NONE : span_from(f->left, (size_t)end + 1);
	return line;
}

static bool is_comment(const struct conf *c, struct span trimmed)
{
	return !trimmed.n || trimmed.p[0] == '#' || (c->style == CONF_PLAIN && trimmed.p[0] == ';');
}

static bool continues(const struct conf *c, struct conf_file *f, struct span *line)
{
	if (c->style == CONF_INDENT)
		return f->left.n && (f->left.p[0] == ' ' || f->left.p[0] == '\t' || f->left.p[0] == '#' ||
				     f->left.p[0] == '\n');
	if (c->style != CONF_BACKSLASH || !line->n || line->p[line->n - 1] != '\\')
		return false;
	line->n--;
	return true;
}

/* FIRST and the lines that continue it. Copied only where there are any. */
static struct span join_lines(struct conf *c, struct conf_file *f, struct span first)
{
	struct buf text = BUF_MAX(LINE_MOST);
	struct span line = first;
	struct span whole;
	bool more = continues(c, f, &line);

	if (!more)
		return first;
	buf_span(&text, line);
	while (more && f->left.n && c->lines_left) {
		struct span next = span_trim(take_line(f));

		c->lines_left--;
		if (next.n && next.p[0] == '#') {
			more = c->style == CONF_BACKSLASH || continues(c, f, &next);
			continue;
		}
		more = continues(c, f, &next);
		if (c->style == CONF_INDENT && next.n)
			buf_byte(&text, ' ');
		buf_span(&text, next);
	}
	if (text.over)
		stop(c, "bytes in one line");
	whole = span_trim(arena_span(c->g->scratch, buf_view(&text)));
	buf_free(&text);
	return whole;
}

bool conf_line(struct conf *c, struct span *ret_line)
{
	struct conf_file *f;

	while ((f = current(c)) != NULL) {
		struct span line;

		if (!f->left.n) {
			c->top = f->below;
			continue;
		}
		if (c->lines_left == 0) {
			stop(c, "lines");
			return false;
		}
		c->lines_left--;
		line = span_trim(take_line(f));
		if (is_comment(c, line))
			continue;
		*ret_line = join_lines(c, f, line);
		if (ret_line->n)
			return true;
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span conf_word(struct span *line)
{
	struct span s = span_trim(*line);
	size_t end = 0;

	if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
		ptrdiff_t close = span_find(s, 1, s.p[0]);

		end = close < 0 ? s.n : (size_t)close;
		*line = span_from(s, end + 1);
		return span_of(s.p + 1, end - 1);
	}
	while (end < s.n && !is_blank(s.p[end]))
		end++;
	*line = span_from(s, end);
	return span_head(s, end);
}

static bool is_gap(char c)
{
	return is_blank(c) || c == '(' || c == ')' || c == ',';
}

static bool ends_word(char c)
{
	return is_gap(c) || c == ';' || c == '{' || c == '}';
}

/* The word that S begins with; *RET_LEN bytes of S are used. */
static struct span statement_word(struct span s, size_t *ret_len)
{
	size_t end = 0;

	if (s.p[0] == '"' || s.p[0] == '\'') {
		ptrdiff_t close = span_find(s, 1, s.p[0]);

		end = close < 0 ? s.n : (size_t)close;
		*ret_len = close < 0 ? s.n : end + 1;
		return span_of(s.p + 1, end - 1);
	}
	while (end < s.n && !ends_word(s.p[end]))
		end += s.p[end] == '$' && end + 1 < s.n && s.p[end + 1] == '{' ? 2 : 1;
	*ret_len = end < s.n ? end : s.n;
	return span_head(s, *ret_len);
}

static void add_word(struct statement *st, struct span word)
{
	if (st->n < STATEMENT_WORDS)
		st->word[st->n++] = word;
}

/* syslog-ng's @version and @include end with their line. */
static bool at_line(struct conf_file *f, struct statement *st)
{
	struct span line = take_line(f);

	while (line.n && st->n < STATEMENT_WORDS)
		add_word(st, conf_word(&line));
	st->end = '@';
	return true;
}

bool conf_statement(struct conf *c, struct statement *ret_statement)
{
	struct statement *st = ret_statement;
	struct conf_file *f;

	st->n = 0;
	while ((f = current(c)) != NULL) {
		size_t len;
		char first;

		if (!f->left.n) {
			c->top = f->below;
			continue;
		}
		first = f->left.p[0];
		if (first == '#') {
			take_line(f);
		} else if (first == '@' && st->n == 0) {
			return at_line(f, st);
		} else if (is_gap(first)) {
			f->left = span_from(f->left, 1);
		} else if (first == ';' || first == '{' || first == '}') {
			f->left = span_from(f->left, 1);
			st->end = first;
			return true;
		} else {
			add_word(st, statement_word(f->left, &len));
			f->left = span_from(f->left, len);
		}
	}
	return false;
}

bool conf_is_on(struct span value)
{
	return span_eq_nocase(value, SPAN("on")) || span_eq_nocase(value, SPAN("yes")) ||
	       span_eq_nocase(value, SPAN("true")) || span_eq(value, SPAN("1"));
}
