/*
 * letter - see letter.h. A line is read from the left: its marks (`*list`, `?name`, `!name`), what it is (heading, item,
 * as it stands, prose), then words and names.
 *
 * TRUST: values are foreign. Each passes show (base/show.h) where it is written, and no written byte is read again.
 */
#include "report/letter.h"

#include "base/show.h"
#include "report/pen.h"

#define TEXT_COLUMNS 76
#define LINE_BYTES (64u << 10)

enum line_kind { LINE_NONE, LINE_PROSE, LINE_ITEM, LINE_HEADING, LINE_AS_IS };

struct filling {
	const struct letter *l;
	const char *file;
	unsigned number; /* of the line, for errors */
	enum letter_form form;
	struct buf *out, *subject;
	struct pen pen;
	enum line_kind open; /* what the lines before belong to */
	bool gap; /* an empty line waits for something behind it */
	bool any; /* something was written */
	struct err *err;
	bool failed;
};

void letter_set(struct letter *l, const char *name, struct span text)
{
	if (l->nfields == LETTER_FIELDS)
		bug("too many fields in a letter");
	l->field[l->nfields++] = (struct letter_field){ name, text };
}

struct letter_list *letter_list(struct letter *l, const char *name)
{
	for (size_t i = 0; i < l->nlists; i++)
		if (strcmp(l->list[i].name, name) == 0)
			return &l->list[i];
	if (l->nlists == LETTER_LISTS)
		bug("too many lists in a letter");
	l->list[l->nlists] = (struct letter_list){
		.name = name, .item = arena_alloc(l->arena, LETTER_ITEMS * sizeof(struct letter_item))
	};
	return &l->list[l->nlists++];
}

struct letter_item *letter_add(struct letter *l, struct letter_list *list)
{
	return list->n == LETTER_ITEMS ? NULL : &list->item[list->n++];
}

void letter_item_set(struct letter_item *item, const char *name, struct span text)
{
	if (item->n == LETTER_ITEM_FIELDS)
		bug("too many fields in an item of a letter");
	item->field[item->n++] = (struct letter_field){ name, text };
}

/* --- names ---------------------------------------------------------------------------------------- */

static const struct letter_field *among(const struct letter_field *f, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(name, span_str(f[i].name)))
			return &f[i];
	return NULL;
}

static const struct letter_list *list_named(const struct letter *l, struct span name)
{
	for (size_t i = 0; i < l->nlists; i++)
		if (span_eq(name, span_str(l->list[i].name)))
			return &l->list[i];
	return NULL;
}

static void unknown(struct filling *f, struct span name, const char *what)
{
	if (!f->failed)
		err_set(f->err, EXIT_CONFIG, "%s:%u: %s \"%.*s\"", f->file, f->number, what,
			(int)(name.n < 60 ? name.n : 60), name.n ? name.p : "");
	f->failed = true;
}

/* A field of ITEM, else of the letter; of a list only whether it is empty can be asked. */
static bool is_there(struct filling *f, const struct letter_item *item, struct span name)
{
	const struct letter_field *field = item ? among(item->field, item->n, name) : NULL;
	const struct letter_list *list;

	if (!field)
		field = among(f->l->field, f->l->nfields, name);
	if (field)
		return field->text.n > 0;
	list = list_named(f->l, name);
	/* an item's fields may all be missing where its list is empty: then nobody asks */
	if (!list)
		unknown(f, name, "no such name");
	return list && list->n > 0;
}

static size_t word_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || s.p[n] == '_'))
		n++;
	return n;
}

/* "?name " and its like taken off LINE; false: the line is not there. */
static bool pass_marks(struct filling *f, const struct letter_item *item, struct span *line)
{
	bool here = true;

	while (line->n > 1 && (line->p[0] == '?' || line->p[0] == '!')) {
		bool want = line->p[0] == '?';
		size_t n = word_length(span_from(*line, 1));

		if (n == 0)
			break;
		if (here || f->failed)
			here = is_there(f, item, span_of(line->p + 1, n)) == want;
		else
			is_there(f, item, span_of(line->p + 1, n));
		*line = span_from(*line, n + 1);
		if (line->n && line->p[0] == ' ')
			*line = span_from(*line, 1);
	}
	return here;
}

/* --- writing -------------------------------------------------------------------------------------- */

static void put(struct filling *f, struct span s, struct buf *to)
{
	if (to)
		show_text(to, s, false);
	else if (f->form == LETTER_HTML)
		show_html(f->out, s);
	else if (f->open == LINE_AS_IS)
		pen_whole(&f->pen, s);
	else
		pen_text(&f->pen, s);
}

/* Words of the template and names in braces; "{{" is a brace. */
static void put_words(struct filling *f, const struct letter_item *item, struct span line, struct buf *to)
{
	while (line.n && !f->failed) {
		ptrdiff_t brace = span_find(line, 0, '{'), end;
		const struct letter_field *field = NULL;
		struct span name;

		if (brace != 0) {
			put(f, brace < 0 ? line : span_head(line, (size_t)brace), to);
			line = brace < 0 ? SPAN_NONE : span_from(line, (size_t)brace);
			continue;
		}
		if (line.n > 1 && line.p[1] == '{') {
			put(f, SPAN("{"), to);
			line = span_from(line, 2);
			continue;
		}
		end = span_find(line, 0, '}');
		name = end < 0 ? line : span_of(line.p + 1, (size_t)end - 1);
		if (end > 0 && item)
			field = among(item->field, item->n, name);
		if (end > 0 && !field)
			field = among(f->l->field, f->l->nfields, name);
		if (!field) {
			unknown(f, name, end < 0 ? "a brace is not closed:" : "no such name");
			return;
		}
		put(f, field->text, to);
		line = span_from(line, (size_t)end + 1);
	}
}

static void close_block(struct filling *f)
{
	static const char *const ends[] = { "", "</p>\n", "</li></ul>\n", "", "</pre>\n" };

	if (f->form == LETTER_HTML)
		buf_str(f->out, ends[f->open]);
	else if (f->open != LINE_NONE)
		pen_line(&f->pen, 0);
	f->open = LINE_NONE;
}

static void open_html(struct filling *f, enum line_kind kind)
{
	static const char *const begins[] = { "", "<p>", "<ul><li>", "<h2>", "<pre>" };
	static const char *const goes_on[] = { "", "\n", "</li><li>", "", "\n" };

	if (f->open == kind)
		buf_str(f->out, goes_on[kind]);
	else {
		close_block(f);
		buf_str(f->out, begins[kind]);
	}
	f->open = kind;
}

static void open_text(struct filling *f, enum line_kind kind)
{
	bool same = f->open == kind;

	if (same && kind == LINE_PROSE)
		pen_text(&f->pen, SPAN(" "));
	else if (f->open != LINE_NONE)
		pen_line(&f->pen, 0);
	if (f->gap && f->any && !(same && kind == LINE_PROSE))
		pen_line(&f->pen, 0);
	f->pen.indent = kind == LINE_ITEM ? 2 : 0;
	if (kind == LINE_ITEM)
		pen_str(&f->pen, "- ");
	f->open = kind;
}

static void put_line(struct filling *f, const struct letter_item *item, struct span line)
{
	enum line_kind kind = LINE_PROSE;

	if (!pass_marks(f, item, &line))
		return;
	if (!span_trim(line).n) {
		close_block(f);
		f->gap = true;
		return;
	}
	if (f->number && span_starts(line, SPAN("Subject: ")) && !f->any) {
		struct buf *to = f->subject;

		if (!to && f->form == LETTER_TEXT)
			pen_str(&f->pen, "Subject: ");
		else if (!to)
			buf_str(f->out, "<h1>");
		put_words(f, item, span_from(line, 9), to);
		if (!to && f->form == LETTER_TEXT)
			pen_line(&f->pen, 0);
		else if (!to)
			buf_str(f->out, "</h1>\n");
		f->any = f->any || !to;
		f->gap = !to;
		return;
	}
	if (span_starts(line, SPAN("- "))) {
		kind = LINE_ITEM;
		line = span_from(line, 2);
	} else if (span_starts(line, SPAN("= "))) {
		kind = LINE_HEADING;
		line = span_from(line, 2);
	} else if (span_starts(line, SPAN("  "))) {
		kind = LINE_AS_IS;
	}
	if (f->form == LETTER_HTML)
		open_html(f, kind);
	else
		open_text(f, kind);
	f->gap = false;
	f->any = true;
	put_words(f, item, line, NULL);
	if (kind == LINE_HEADING) {
		if (f->form == LETTER_HTML)
			buf_str(f->out, "</h2>\n");
		else
			pen_line(&f->pen, 0);
		f->open = LINE_NONE;
	}
}

/* --- lines of the template ------------------------------------------------------------------------ */

static struct span next_line(struct span *left)
{
	ptrdiff_t end = span_find(*left, 0, '\n');
	struct span line = end < 0 ? *left : span_head(*left, (size_t)end);

	*left = span_from(*left, line.n + 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* The list that LINE is repeated for, its name taken off; an empty name: none. */
static struct span star(struct span *line)
{
	size_t n = line->n && line->p[0] == '*' ? word_length(span_from(*line, 1)) : 0;
	struct span name = n ? span_of(line->p + 1, n) : SPAN_NONE;

	if (n)
		*line = span_from(*line, n + 1);
	if (n && line->n && line->p[0] == ' ')
		*line = span_from(*line, 1);
	return name;
}

/* Neighbouring lines of one list are said together for each of its items. LEFT begins with the first. */
static struct span repeat(struct filling *f, struct span left)
{
	struct span first = left, line = next_line(&first), name = star(&line), group = left;
	const struct letter_list *list = list_named(f->l, name);
	unsigned from = f->number, lines = 0;

	if (!list)
		unknown(f, name, "no such list");
	for (;;) {
		struct span rest = left, own;

		line = next_line(&rest);
		own = star(&line);
		if (!span_eq(own, name) || left.n == 0)
			break;
		left = rest;
		lines++;
	}
	for (size_t i = 0; list && i < list->n && !f->failed; i++) {
		struct span at = group;

		for (f->number = from; f->number < from + lines && !f->failed; f->number++) {
			line = next_line(&at);
			star(&line);
			put_line(f, &list->item[i], line);
		}
	}
	f->number = from + lines - 1;
	return left;
}

int letter_fill(const struct letter *l, struct span template, const char *file, enum letter_form form,
		struct buf *out, struct buf *subject, struct err *err)
{
	const struct screen screen = { .columns = TEXT_COLUMNS };
	struct filling f = { .l = l, .file = file, .form = form, .out = out, .subject = subject, .err = err };

	f.pen = pen_new(out, &screen);
	while (template.n && !f.failed) {
		struct span before = template, line = next_line(&template);

		f.number++;
		if (line.n && line.p[0] == '#')
			continue;
		if (line.n && line.p[0] == '*' && word_length(span_from(line, 1)))
			template = repeat(&f, before);
		else
			put_line(&f, NULL, line);
	}
	close_block(&f);
	return f.failed ? -err->code : 0;
}
