/*
 * passwd - see passwd.h.
 */
#include "plan/passwd.h"

#include "base/buf.h"

struct span passwd_line(struct span bytes, size_t *at)
{
	ptrdiff_t end = span_find(bytes, *at, '\n');
	struct span line = span_of(bytes.p + *at, (end < 0 ? bytes.n : (size_t)end + 1) - *at);

	*at += line.n;
	return line;
}

struct span passwd_field(struct span line, unsigned number)
{
	ptrdiff_t colon;

	for (; number > 0; number--) {
		colon = span_find(line, 0, ':');
		if (colon < 0)
			return SPAN_NONE;
		line = span_from(line, (size_t)colon + 1);
	}
	colon = span_find(line, 0, ':');
	return span_trim(colon < 0 ? line : span_head(line, (size_t)colon));
}

bool passwd_find(struct span bytes, struct span name, size_t *ret_at, struct span *ret_password)
{
	for (size_t at = 0; at < bytes.n;) {
		size_t start = at;
		struct span line = passwd_line(bytes, &at);
		ptrdiff_t colon = span_find(line, 0, ':');

		if (colon < 0 || !span_eq(span_head(line, (size_t)colon), name))
			continue;
		*ret_at = start + (size_t)colon + 1;
		*ret_password = passwd_field(line, 1);
		return true;
	}
	return false;
}

bool passwd_is_locked(struct span password)
{
	return span_starts(password, SPAN("!")) || span_starts(password, SPAN("*"));
}

struct span passwd_locked(struct arena *a, struct span bytes, const size_t *at, size_t n)
{
	struct buf out = BUF_MAX(bytes.n + n);
	size_t from = 0;
	struct span s;

	for (size_t i = 0; i < n; i++) {
		buf_span(&out, span_of(bytes.p + from, at[i] - from));
		buf_byte(&out, '!');
		from = at[i];
	}
	buf_span(&out, span_from(bytes, from));
	s = arena_span(a, buf_view(&out));
	buf_free(&out);
	return s;
}
