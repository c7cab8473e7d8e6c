/*
 * pen - see pen.h. Text is laid out in pieces (a word, or as much of one as a line takes); a piece that
 * does not fit goes to the next line, so nothing is ever cut silently.
 * TRUST: all text may be foreign; widths are those of the shown (escaped) form.
 */
#include "report/pen.h"

#include "base/show.h"
#include "report/text.h"

/* Columns. Narrower nothing can be laid out; wider the eye loses the line. */
#define NARROWEST 40
#define WIDEST 200

struct pen pen_new(struct buf *out, const struct screen *screen)
{
	size_t width = screen->columns ? screen->columns : 80;

	if (width < NARROWEST)
		width = NARROWEST;
	if (width > WIDEST)
		width = WIDEST;
	return (struct pen){ .out = out, .screen = screen, .width = width };
}

static void put_blanks(struct pen *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_byte(p->out, ' ');
	p->col += n;
}

static size_t room(const struct pen *p)
{
	return p->col + p->gap < p->width ? p->width - p->col - p->gap : 0;
}

/* Bytes of the clean S that fit into COLUMNS, whole characters; at least one byte. */
static size_t fitting(struct span s, size_t columns, bool ascii)
{
	/* A character is at most four bytes: the walk back starts there, however long the word is. */
	size_t n = s.n < columns * 4 + 4 ? s.n : columns * 4 + 4;

	while (n > 1 && (show_width(span_head(s, n), ascii) > columns ||
			 (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)))
		n--;
	return n;
}

static void break_line(struct pen *p)
{
	buf_byte(p->out, '\n');
	p->col = 0;
	p->gap = p->indent;
}

/* Of N bytes of a word that has to be broken: a path is broken behind a folder. */
static size_t break_at(struct span s, size_t n)
{
	for (size_t i = n; i > n / 2; i--)
		if (s.p[i - 1] == '/')
			return i;
	return n;
}

/* Shown text that has no place to break: on this line, on the next, or broken where the line ends. */
static void put_clean(struct pen *p, struct span s)
{
	bool ascii = p->screen->ascii;

	while (s.n) {
		bool fits = s.n <= PEN_WORD && show_width(s, ascii) <= room(p);
		size_t n;

		if (!fits && p->col > p->indent)
			break_line(p);
		/* Asked again: the fresh line may have room for it all. */
		fits = s.n <= PEN_WORD && show_width(s, ascii) <= room(p);
		put_blanks(p, p->gap);
		p->gap = 0;
		n = fits ? s.n : break_at(s, fitting(s, room(p), ascii));
		buf_add(p->out, s.p, n);
		p->col += show_width(span_head(s, n), ascii);
		s = span_from(s, n);
	}
}

static void end_word(struct pen *p)
{
	size_t n = p->word_n;

	p->word_n = 0;
	put_clean(p, span_of(p->word, n));
}

/* Shown text behind the waiting word, without a place to break between. */
static void add_clean(struct pen *p, struct span s)
{
	/* A word beyond PEN_WORD is broken where it fills: better than growing with what a stranger sends. */
	if (s.n > PEN_WORD - p->word_n)
		end_word(p);
	if (s.n > PEN_WORD)
		put_clean(p, s);
	if (s.n == 0 || s.n > PEN_WORD)
		return;
	memcpy(p->word + p->word_n, s.p, s.n);
	p->word_n += s.n;
}

void pen_line(struct pen *p, size_t indent)
{
	end_word(p);
	buf_byte(p->out, '\n');
	p->col = 0;
	p->gap = 0;
	p->indent = indent;
}

void pen_style(struct pen *p, enum pen_style style)
{
	static const char *const codes[] = { "\033[0m",	   "\033[1m",	 "\033[2m",
					     "\033[1;31m", "\033[1;33m", "\033[1;32m" };

	end_word(p);
	if (p->screen->color)
		buf_str(p->out, codes[style]);
}

size_t pen_room(struct pen *p)
{
	end_word(p);
	return room(p);
}

void pen_text(struct pen *p, struct span s)
{
	size_t at = 0;

	while (at < s.n) {
		struct buf clean = BUF_MAX(4 * s.n + 1);
		size_t start = at;

		while (at < s.n && s.p[at] == ' ')
			at++;
		if (at > start) {
			end_word(p);
			p->gap += at - start;
		}
		start = at;
		while (at < s.n && s.p[at] != ' ')
			at++;
		show_text(&clean, span_of(s.p + start, at - start), p->screen->ascii);
		add_clean(p, buf_view(&clean));
		buf_free(&clean);
	}
}

void pen_str(struct pen *p, const char *s)
{
	pen_text(p, span_str(s));
}

void pen_field(struct pen *p, struct span s, size_t max)
{
	struct buf clean = BUF_MAX(4 * s.n + 4);

	show_text_cut(&clean, s, max, p->screen->ascii);
	add_clean(p, buf_view(&clean));
	buf_free(&clean);
}

void pen_whole(struct pen *p, struct span s)
{
	struct buf clean = BUF_MAX(4 * s.n + 4);

	end_word(p);
	show_text(&clean, s, p->screen->ascii);
	put_blanks(p, p->gap);
	p->gap = 0;
	buf_add(p->out, clean.p, clean.n);
	p->col += show_width(buf_view(&clean), p->screen->ascii);
	buf_free(&clean);
}

void pen_to(struct pen *p, size_t col)
{
	end_word(p);
	p->gap = p->col < col ? col - p->col : 1;
}

void pen_label(struct pen *p, const char *label)
{
	p->indent = SCREEN_LABEL;
	pen_style(p, PEN_BOLD);
	pen_str(p, label);
	pen_style(p, PEN_PLAIN);
	pen_to(p, SCREEN_LABEL);
}

static void put_text(struct pen *p, struct buf *b)
{
	add_clean(p, buf_view(b));
	buf_free(b);
}

void pen_count(struct pen *p, uint64_t v)
{
	struct buf b = BUF_MAX(64);

	text_count(&b, v);
	put_text(p, &b);
}

void pen_fact(struct pen *p, uint64_t v, const char *what)
{
	struct buf b = BUF_MAX(128);

	text_count(&b, v);
	buf_byte(&b, ' ');
	buf_str(&b, what);
	put_text(p, &b);
}

void pen_some(struct pen *p, uint64_t v, const char *one, const char *many)
{
	pen_fact(p, v, v == 1 ? one : many);
}

void pen_beneath(struct pen *p)
{
	if (!p->screen->root)
		return;
	pen_label(p, "ROOT");
	pen_str(p, "every path here is beneath ");
	pen_field(p, span_str(p->screen->root), 1000);
}

void pen_percent(struct pen *p, uint64_t part, uint64_t whole)
{
	struct buf b = BUF_MAX(64);

	text_percent(&b, part, whole);
	put_text(p, &b);
}

void pen_duration(struct pen *p, int64_t seconds)
{
	struct buf b = BUF_MAX(64);

	text_duration(&b, seconds);
	put_text(p, &b);
}

void pen_clock(struct pen *p, int64_t utc, int64_t ref)
{
	struct buf b = BUF_MAX(64);

	text_clock(&b, utc, ref, p->screen->zone);
	put_text(p, &b);
}

void pen_dot(struct pen *p)
{
	pen_str(p, p->screen->ascii ? " - " : " · ");
}

void pen_spark(struct pen *p, const uint64_t *history, size_t n, size_t columns)
{
	struct buf b = BUF_MAX(512);

	text_spark(&b, history, n, columns, p->screen->ascii);
	put_text(p, &b);
}
