/*
 * letters - see builtin.h: one text, changed letter by letter, trimmed, filled or repeated.
 *
 * It promises: what is made of a text keeps its marks; only plain letters have a case, whatever the locale.
 * Source: the PHP manual's pages of the functions (String Functions).
 * TRUST: texts and numbers are the scanned text's; a result that would be too long is not made.
 */
#include "scan/builtin.h"

#include "scan/machine.h"

#include "base/buf.h"

/* Bytes of a result: what is repeated says nothing new. */
enum { REPEAT_MOST = 1 << 20 };

bool letters_chr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char c = (char)(value_number(arg) & 0xff);

	*ret = value_text(&m->e->pool, span_of(&c, 1));
	ret->marks = M_BUILT | (arg->marks & M_DECODED);
	return true;
}

bool letters_ord(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch);

	*ret = value_int(s.n ? (uint8_t)s.p[0] : 0);
	ret->marks = arg->marks & (M_BUILT | M_DECODED);
	return true;
}

/* Only plain letters, whatever the locale: from LEAST on they change their case. */
static bool first_letter(struct machine *m, const struct value *arg, char least, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch);

	*ret = value_text(&m->e->pool, s);
	if (ret->kind == V_TEXT && s.n && s.p[0] >= least && s.p[0] <= least + 25)
		*(char *)(uintptr_t)ret->p = (char)(s.p[0] ^ 0x20);
	ret->marks = arg->marks;
	return true;
}

bool letters_ucfirst(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return first_letter(m, arg, 'a', ret);
}

bool letters_lcfirst(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return first_letter(m, arg, 'A', ret);
}

/* The letter behind each blank, or behind each of the second argument's. */
bool letters_ucwords(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch),
		    ends = n > 1 ? value_plain(&arg[1], other) : SPAN(" \t\r\n\f\v");
	char *p;

	*ret = value_text(&m->e->pool, s);
	p = (char *)(uintptr_t)ret->p;
	for (size_t i = 0; ret->kind == V_TEXT && i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z' && (i == 0 || span_find(ends, 0, s.p[i - 1]) >= 0))
			p[i] = (char)(s.p[i] & ~0x20);
	ret->marks = arg->marks;
	return true;
}

/* What is to be trimmed, "a..z" told as letters. */
static void trimmed(struct span list, bool ret[256])
{
	memset(ret, 0, 256 * sizeof(*ret));
	for (size_t i = 0; i < list.n; i++) {
		unsigned from = (uint8_t)list.p[i], to = from;

		if (i + 3 < list.n && list.p[i + 1] == '.' && list.p[i + 2] == '.' &&
		    (uint8_t)list.p[i + 3] >= from) {
			to = (uint8_t)list.p[i + 3];
			i += 3;
		}
		while (from <= to)
			ret[from++] = true;
	}
}

static bool trim(struct machine *m, struct value *arg, uint32_t n, struct value *ret, bool left, bool right)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch),
		    list = n > 1 ? value_plain(&arg[1], other) : span_of(" \t\n\r\0\v", 6);
	bool blank[256];

	trimmed(list, blank);
	while (left && s.n && blank[(uint8_t)s.p[0]])
		s = span_from(s, 1);
	while (right && s.n && blank[(uint8_t)s.p[s.n - 1]])
		s.n--;
	*ret = value_text(&m->e->pool, s);
	ret->marks = arg->marks;
	ret->from = arg->from;
	return true;
}

bool letters_trim(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return trim(m, arg, n, ret, true, true);
}

bool letters_ltrim(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return trim(m, arg, n, ret, true, false);
}

bool letters_rtrim(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return trim(m, arg, n, ret, false, true);
}

/* Charged by what it makes, or a line of it would cost seconds. */
bool letters_repeat(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch);
	int64_t times = n > 1 ? value_number(&arg[1]) : 0;
	struct buf out = BUF_MAX(REPEAT_MOST);

	if (times < 0 || (s.n && (uint64_t)times > REPEAT_MOST / s.n))
		return false;
	for (int64_t i = 0; s.n && i < times; i++)
		buf_span(&out, s);
	charge(m, out.n / 32);
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = arg->marks;
	buf_free(&out);
	return true;
}

bool letters_pad(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch), with = n > 2 ? value_plain(&arg[2], other) : SPAN(" ");
	int64_t want = n > 1 ? value_number(&arg[1]) : 0;
	/* STR_PAD_LEFT, _RIGHT, _BOTH */
	int64_t side = n > 3 ? value_number(&arg[3]) : 1, left;
	struct buf out = BUF_MAX(REPEAT_MOST);

	if (want > 65536 || !with.n)
		return false;
	want = want > (int64_t)s.n ? want - (int64_t)s.n : 0;
	left = side == 0 ? want : side == 2 ? want / 2 : 0;
	for (int64_t i = 0; i < left; i++)
		buf_byte(&out, with.p[(size_t)i % with.n]);
	buf_span(&out, s);
	for (int64_t i = 0; i < want - left; i++)
		buf_byte(&out, with.p[(size_t)i % with.n]);
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = arg->marks;
	buf_free(&out);
	return true;
}

/* A text in another encoding: its plain letters are the same. */
bool letters_same(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = arg[0];
	/* iconv: the text comes last */
	if (n == 3 && arg[2].kind == V_TEXT && arg[0].kind == V_TEXT && arg[0].n < 20)
		*ret = arg[2];
	return true;
}

/* Put into quotes, which are not worked out. */
bool letters_quote(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = value_unknown(arg[0].marks, arg[0].from);
	return true;
}
