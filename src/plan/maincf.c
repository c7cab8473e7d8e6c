/*
 * maincf - see maincf.h.
 *
 * TRUST: root's file; whatever it holds, the bytes outside the one setting come through unchanged.
 */
#include "plan/maincf.h"

#include "base/buf.h"

#define MAINCF_MOST ((size_t)4 << 20)

/* Where the setting begins and ends, its last line end included; value = from behind the "=". */
struct where {
	size_t start, value, end;
	bool found;
};

static struct span line_at(struct span bytes, size_t at)
{
	ptrdiff_t end = span_find(bytes, at, '\n');

	return span_of(bytes.p + at, (end < 0 ? bytes.n : (size_t)end + 1) - at);
}

static bool is_comment(struct span line)
{
	struct span s = span_trim(line);

	return s.n == 0 || s.p[0] == '\n' || s.p[0] == '#';
}

static bool continues(struct span line)
{
	return line.p[0] == ' ' || line.p[0] == '\t';
}

/* LINE sets NAME; *RET_VALUE: offset behind the "=". */
static bool sets(struct span line, struct span name, size_t *ret_value)
{
	struct span rest;

	if (!span_starts(line, name))
		return false;
	rest = span_from(line, name.n);
	while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t'))
		rest = span_from(rest, 1);
	if (!span_starts(rest, SPAN("=")))
		return false;
	*ret_value = line.n - rest.n + 1;
	return true;
}

static struct where find(struct span bytes, struct span name)
{
	struct where w = { .found = false };
	bool inside = false;
	size_t at = 0;

	while (at < bytes.n) {
		struct span line = line_at(bytes, at);
		size_t value;

		if (is_comment(line)) {
			/* neither begins nor ends anything */
		} else if (continues(line)) {
			if (inside)
				w.end = at + line.n;
		} else if (sets(line, name, &value)) {
			w = (struct where){
				.start = at, .value = at + value, .end = at + line.n, .found = true
			};
			inside = true;
		} else {
			inside = false;
		}
		at += line.n;
	}
	return w;
}

bool maincf_get(struct arena *a, struct span bytes, struct span name, struct span *ret_value)
{
	struct where w = find(bytes, name);
	struct buf text = BUF_MAX(MAINCF_MOST);
	size_t at = w.value;

	if (!w.found)
		return false;
	while (at < w.end) {
		struct span line = line_at(span_head(bytes, w.end), at);
		struct span part = span_trim(line);

		if (at == w.value || !is_comment(line)) {
			if (text.n && part.n)
				buf_byte(&text, ' ');
			buf_span(&text, part);
		}
		at += line.n;
	}
	*ret_value = arena_span(a, buf_view(&text));
	buf_free(&text);
	return true;
}

struct span maincf_set(struct arena *a, struct span bytes, struct span name, struct span first,
		       const struct span *items, size_t n, struct span last)
{
	struct where w = find(bytes, name);
	struct buf text = BUF_MAX(2 * bytes.n + MAINCF_MOST);
	struct span whole;

	if (!w.found)
		w.start = w.end = bytes.n;
	buf_span(&text, span_head(bytes, w.start));
	if (text.n && text.p[text.n - 1] != '\n')
		buf_byte(&text, '\n');
	buf_span(&text, name);
	buf_str(&text, " = ");
	buf_span(&text, first);
	if (!first.n)
		text.n--;
	buf_byte(&text, '\n');
	for (size_t i = 0; i < n; i++) {
		buf_str(&text, "    ");
		buf_span(&text, items[i]);
		buf_byte(&text, '\n');
	}
	if (last.n) {
		buf_str(&text, "    ");
		buf_span(&text, last);
		buf_byte(&text, '\n');
	}
	buf_span(&text, span_from(bytes, w.end));
	whole = arena_span(a, buf_view(&text));
	buf_free(&text);
	return whole;
}
