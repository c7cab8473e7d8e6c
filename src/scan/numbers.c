/*
 * numbers - see builtin.h: texts read as numbers, and numbers written as texts.
 *
 * It promises: numbers are 64 bits wide and wrap, where PHP's would become floats.
 * Source: the PHP manual's pages of the functions (Mathematical Functions, Variable handling Functions).
 * TRUST: numbers, bases and texts are the scanned text's.
 */
#include "scan/builtin.h"

#include "scan/machine.h"

/* What is no digit is skipped, as PHP does. */
static int64_t in_base(struct span s, unsigned base)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = (char)(s.p[i] | 0x20);
		unsigned d = s.p[i] >= '0' && s.p[i] <= '9' ? (unsigned)(s.p[i] - '0')
			     : c >= 'a' && c <= 'z'	    ? (unsigned)(c - 'a') + 10
							    : 99;

		if (d < base)
			v = v * base + d;
	}
	return (int64_t)v;
}

static bool read_in_base(const struct value *arg, unsigned base, struct value *ret)
{
	char scratch[VALUE_SCRATCH];

	*ret = value_int(in_base(value_plain(arg, scratch), base));
	ret->marks = arg->marks & (M_BUILT | M_DECODED);
	return true;
}

bool numbers_hexdec(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return read_in_base(arg, 16, ret);
}

bool numbers_bindec(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return read_in_base(arg, 2, ret);
}

bool numbers_octdec(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return read_in_base(arg, 8, ret);
}

static struct value digits(struct machine *m, uint64_t v, unsigned base)
{
	char text[64];
	size_t at = sizeof(text);

	do
		text[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[v % base];
	while ((v /= base) && at > 0);
	return value_text(&m->e->pool, span_of(text + at, sizeof(text) - at));
}

bool numbers_dechex(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = digits(m, (uint64_t)value_number(arg), 16);
	return true;
}

/* base_convert(1751504350, 10, 36) is a well-known way to hide a name. */
bool numbers_base_convert(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	int64_t from = n > 2 ? value_number(&arg[1]) : 0, to = n > 2 ? value_number(&arg[2]) : 0;

	if (from < 2 || from > 36 || to < 2 || to > 36)
		return false;
	*ret = digits(m, (uint64_t)in_base(value_plain(arg, scratch), (unsigned)from), (unsigned)to);
	ret->marks = M_BUILT;
	return true;
}

bool numbers_intval(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	int64_t base = n > 1 ? value_number(&arg[1]) : 10;

	if (arg->kind == V_TEXT && base >= 2 && base <= 36 && base != 10)
		return read_in_base(arg, (unsigned)base, ret);
	*ret = value_int(value_number(arg));
	return true;
}

/* floor, ceil, round and abs of what is whole and not below zero, where all of them are the same. */
bool numbers_floor(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg->kind != V_INT || arg->i < 0)
		return false;
	*ret = *arg;
	return true;
}

/* Of two whole numbers. */
static bool extreme(const struct value *arg, uint32_t n, bool least, struct value *ret)
{
	if (n != 2 || arg[0].kind != V_INT || arg[1].kind != V_INT)
		return false;
	*ret = (least ? arg[0].i < arg[1].i : arg[0].i > arg[1].i) ? arg[0] : arg[1];
	return true;
}

bool numbers_min(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return extreme(arg, n, true, ret);
}

bool numbers_max(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return extreme(arg, n, false, ret);
}

static size_t digits_of(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

/* Blanks, a sign, digits with a point among them, an exponent, blanks. */
static bool numeric(struct span s)
{
	size_t whole, part = 0;

	while (s.n && strchr(" \t\n\r\v\f", s.p[0]) && s.p[0])
		s = span_from(s, 1);
	while (s.n && strchr(" \t\n\r\v\f", s.p[s.n - 1]) && s.p[s.n - 1])
		s.n--;
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = span_from(s, 1);
	whole = digits_of(s);
	s = span_from(s, whole);
	if (s.n && s.p[0] == '.') {
		part = digits_of(span_from(s, 1));
		s = span_from(s, part + 1);
	}
	if (!whole && !part)
		return false;
	if (s.n > 1 && (s.p[0] | 0x20) == 'e') {
		s = span_from(s, s.p[1] == '-' || s.p[1] == '+' ? 2 : 1);
		return s.n && digits_of(s) == s.n;
	}
	return !s.n;
}

/* is_numeric, where the value is known. */
bool numbers_is(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind == V_UNKNOWN || arg[0].kind == V_OBJECT ||
	    arg[0].marks & (M_LOOSE | M_INPUT | M_BARE))
		return false;
	*ret = value_bool(arg[0].kind == V_INT || arg[0].kind == V_FLOAT ||
			  (arg[0].kind == V_TEXT && numeric(span_of(arg[0].p, arg[0].n))));
	return true;
}
