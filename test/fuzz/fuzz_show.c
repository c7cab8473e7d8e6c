/*
 * fuzz_show - any bytes through every door of show: what comes out is harmless where it goes.
 */
#include "base/show.h"

#include <stdlib.h>

static void must(bool good)
{
	if (!good)
		abort();
}

static void no_controls(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		must((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f);
		/* C1 and the bidirectional and zero-width marks, as UTF-8. */
		must(!(s.p[i] == '\xc2' && (unsigned char)s.p[i + 1] < 0xa0));
		must(!(s.n - i > 2 && memcmp(s.p + i, "\xe2\x80", 2) == 0 &&
		       ((unsigned char)s.p[i + 2] - 0x8bU < 5 || (unsigned char)s.p[i + 2] - 0xa8U < 7)));
		must(!(s.n - i > 2 && memcmp(s.p + i, "\xe2\x81", 2) == 0 &&
		       (unsigned char)s.p[i + 2] - 0xa0U < 16));
	}
	must(show_is_utf8(s));
}

static void check_text(struct span s, bool ascii, size_t columns)
{
	struct buf all = BUF_MAX(1 << 20), cut = BUF_MAX(1 << 20);

	show_text(&all, s, ascii);
	show_text_cut(&cut, s, columns, ascii);
	no_controls(buf_view(&all));
	no_controls(buf_view(&cut));
	must(show_width(s, ascii) == show_width(buf_view(&all), ascii));
	must(show_width(buf_view(&cut), false) <= columns);
	must(show_width(s, ascii) > columns || span_eq(buf_view(&all), buf_view(&cut)));
	buf_free(&all);
	buf_free(&cut);
}

static void check_quoted(struct span s)
{
	struct buf out = BUF_MAX(1 << 20);

	show_json(&out, s);
	no_controls(buf_view(&out));
	for (size_t i = 1; i + 1 < out.n; i++) {
		must(out.p[i] != '"');
		if (out.p[i] == '\\')
			must(++i + 1 < out.n && strchr("\"\\ntru", out.p[i]));
	}
	out.n = 0;
	show_html(&out, s);
	no_controls(buf_view(&out));
	for (size_t i = 0; i < out.n; i++)
		must(!strchr("<>\"'", out.p[i]));
	out.n = 0;
	show_json_b64(&out, s);
	must(out.n == 2 + (s.n + 2) / 3 * 4);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_of((const char *)data, size);

	check_text(s, false, size ? data[0] : 0);
	check_text(s, true, size ? data[0] : 0);
	check_quoted(s);
	return 0;
}
