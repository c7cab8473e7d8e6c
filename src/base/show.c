/*
 * show - foreign bytes made harmless for the place where they are going.
 *
 * One decoder (RFC 3629: no overlong forms, no surrogates, nothing over U+10FFFF) cuts the text
 * into characters and broken pieces; each output decides what to do with them. Besides C0 and C1
 * controls everything is refused that moves, hides or reorders its neighbours on the screen: the
 * bidirectional controls of UAX #9, zero-width and filler characters, line and paragraph separators, tags.
 * A backslash stays as it is: the text is for eyes, exact bytes are JSON's matter.
 *
 * TRUST: every byte may be an attacker's. A buffer at its ceiling gets a prefix (buf.over is set).
 */
#include "base/show.h"

#include "base/width.h"

struct piece {
	uint32_t cp; /* meaningful when valid */
	size_t n; /* bytes, at least 1 */
	bool valid;
};

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static const char hex[] = "0123456789abcdef";

/* Not zero where one of X's eight bytes is C. */
static uint64_t has_byte(uint64_t x, unsigned char c)
{
	x ^= EACH(c);
	return (x - EACH(1)) & ~x & EACH(0x80);
}

/* How many bytes from the front are printable ASCII, eight at a time: most of all text is nothing else. */
static size_t ascii_run(struct span s, bool stop_at_quote)
{
	size_t n = 0;

	for (uint64_t x; s.n - n >= sizeof(x); n += sizeof(x)) {
		uint64_t odd;

		memcpy(&x, s.p + n, sizeof(x));
		odd = ((x - EACH(0x20)) & ~x & EACH(0x80)) | (x & EACH(0x80)) | has_byte(x, 0x7f);
		if (stop_at_quote)
			odd |= has_byte(x, '"') | has_byte(x, '\\');
		if (odd)
			break;
	}
	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f &&
	       !(stop_at_quote && (s.p[n] == '"' || s.p[n] == '\\')))
		n++;
	return n;
}

/*
 * The next character of S (not empty). A broken one is as long as Unicode's "maximal subpart"
 * (Unicode 15, 3.9 table 3-8), so that JSON readers that decode for themselves count the same U+FFFD.
 */
static struct piece next(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned char low = 0x80, high = 0xbf;
	size_t want;
	uint32_t cp;

	if (p[0] < 0x80)
		return (struct piece){ p[0], 1, true };
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		want = 2;
		cp = p[0] & 0x1f;
	} else if ((p[0] & 0xf0) == 0xe0) {
		want = 3;
		cp = p[0] & 0x0f;
		low = p[0] == 0xe0 ? 0xa0 : low;
		high = p[0] == 0xed ? 0x9f : high;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		want = 4;
		cp = p[0] & 0x07;
		low = p[0] == 0xf0 ? 0x90 : low;
		high = p[0] == 0xf4 ? 0x8f : high;
	} else {
		return (struct piece){ 0, 1, false };
	}
	for (size_t i = 1; i < want; i++) {
		if (i >= s.n || p[i] < low || p[i] > high)
			return (struct piece){ 0, i, false };
		cp = cp << 6 | (p[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	return (struct piece){ cp, want, true };
}

/* Acts on the terminal, or changes how its neighbours look. */
static bool meddles(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} bad[] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f },	    { 0xad, 0xad },	{ 0x61c, 0x61c },
		{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	if (cp >= 0x20 && cp < 0x7f)
		return false;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cp >= bad[i].first && cp <= bad[i].last)
			return true;
	return false;
}

static bool plain(struct piece c, bool ascii)
{
	return c.valid && !meddles(c.cp) && !(ascii && c.cp > 0x7e);
}

static void put_hex(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];
		char text[4] = { '\\', 'x', hex[byte >> 4], hex[byte & 15] };

		buf_add(out, text, sizeof(text));
	}
}

/* Shows S up to LIMIT columns; returns the columns it takes. OUT may be NULL to count only. */
static size_t text_to(struct buf *out, struct span s, bool ascii, size_t limit, bool *ret_cut)
{
	size_t columns = 0;

	while (s.n) {
		size_t run = ascii_run(span_head(s, limit - columns), false);
		struct piece c;
		bool as_is;
		size_t width;

		if (out)
			buf_add(out, s.p, run);
		columns += run;
		s = span_from(s, run);
		if (s.n == 0)
			break;
		c = next(s);
		as_is = plain(c, ascii);
		width = as_is ? width_of(c.cp) : 4 * c.n;
		if (width > limit - columns) {
			*ret_cut = true;
			break;
		}
		columns += width;
		if (out && as_is)
			buf_add(out, s.p, c.n);
		else if (out)
			put_hex(out, span_head(s, c.n));
		s = span_from(s, c.n);
	}
	return columns;
}

void show_text(struct buf *out, struct span s, bool ascii)
{
	bool cut;

	text_to(out, s, ascii, SIZE_MAX, &cut);
}

size_t show_width(struct span s, bool ascii)
{
	bool cut;

	return text_to(NULL, s, ascii, SIZE_MAX, &cut);
}

void show_text_cut(struct buf *out, struct span s, size_t columns, bool ascii)
{
	size_t mark = ascii ? 2 : 1;
	bool cut = false;

	text_to(NULL, s, ascii, columns, &cut);
	if (!cut) {
		show_text(out, s, ascii);
		return;
	}
	if (columns < mark)
		mark = columns;
	text_to(out, s, ascii, columns - mark, &cut);
	buf_add(out, ascii ? ".." : "\xe2\x80\xa6", ascii ? mark : 3 * mark);
}

bool show_is_utf8(struct span s)
{
	while (s.n) {
		struct piece c = next(s);

		if (!c.valid)
			return false;
		s = span_from(s, c.n);
	}
	return true;
}

static void put_u(struct buf *out, uint32_t unit)
{
	char text[6] = { '\\',		'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15],
			 hex[unit & 15] };

	buf_add(out, text, sizeof(text));
}

/* What meddles is written as \u: JSON that somebody lets run over a terminal is harmless too. */
static void json_escape(struct buf *out, uint32_t cp)
{
	if (cp == '\n')
		buf_str(out, "\\n");
	else if (cp == '\t')
		buf_str(out, "\\t");
	else if (cp == '\r')
		buf_str(out, "\\r");
	else if (cp > 0xffff) {
		put_u(out, 0xd800 + ((cp - 0x10000) >> 10));
		put_u(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
	} else
		put_u(out, cp);
}

void show_json(struct buf *out, struct span s)
{
	buf_byte(out, '"');
	while (s.n) {
		size_t run = ascii_run(s, true);
		struct piece c;

		buf_add(out, s.p, run);
		s = span_from(s, run);
		if (s.n == 0)
			break;
		c = next(s);
		if (!c.valid)
			buf_str(out, "\xef\xbf\xbd");
		else if (meddles(c.cp))
			json_escape(out, c.cp);
		else {
			if (c.cp == '"' || c.cp == '\\')
				buf_byte(out, '\\');
			buf_add(out, s.p, c.n);
		}
		s = span_from(s, c.n);
	}
	buf_byte(out, '"');
}

static const char *html_entity(uint32_t cp)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void show_html(struct buf *out, struct span s)
{
	while (s.n) {
		struct piece c = next(s);
		const char *entity = c.valid ? html_entity(c.cp) : NULL;

		if (entity)
			buf_str(out, entity);
		else if (plain(c, false))
			buf_add(out, s.p, c.n);
		else
			put_hex(out, span_head(s, c.n));
		s = span_from(s, c.n);
	}
}

void show_json_b64(struct buf *out, struct span s)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	buf_byte(out, '"');
	for (; s.n; s = span_from(s, 3)) {
		unsigned char b[3] = { 0 };
		char text[4];

		memcpy(b, s.p, s.n < 3 ? s.n : 3);
		text[0] = digit[b[0] >> 2];
		text[1] = digit[(b[0] & 3) << 4 | b[1] >> 4];
		text[2] = s.n < 2 ? '=' : digit[(b[1] & 15) << 2 | b[2] >> 6];
		text[3] = s.n < 3 ? '=' : digit[b[2] & 63];
		buf_add(out, text, sizeof(text));
	}
	buf_byte(out, '"');
}
