/*
 * patterns - see builtin.h: what PHP's regular expressions find, as far as a script hides behind them.
 *
 * It promises: no pattern is run. Only one class of bytes is worked out; of any other it is told what the result is made of.
 * Source: the PHP manual's pages of the functions (PCRE Functions).
 * TRUST: patterns are the scanned text's, and need not be any.
 */
#include "scan/builtin.h"

#include "scan/machine.h"

#include "base/buf.h"

/* preg_match puts what it found into its third argument. */
bool patterns_match(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value *into = n > 2 ? machine_slot(m, arg[2].slot - 1) : NULL;

	*ret = value_unknown(0, 0);
	if (into && n > 1)
		*into = value_unknown((arg[1].marks & ~(uint32_t)M_SHAPE) & ~(uint32_t)M_HEADER, arg[1].from);
	return true;
}

/* Cut by a pattern: what comes out is not worked out, but it is many. */
bool patterns_split(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n < 2)
		return false;
	*ret = value_unknown((value_all_marks(&arg[1]) & ~(uint32_t)M_SHAPE) | M_LINES, arg[1].from);
	return true;
}

/* Bytes that a pattern of one class takes, like /\\s+/ or /[^a-z]/; false where it is more than that. */
static bool class_of_pattern(struct span p, bool takes[256])
{
	bool negated = false, any = false, either;
	size_t i = 1, end = p.n;

	while (end > 1 && p.p[end - 1] != p.p[0])
		end--;
	if (end < 3)
		return false;
	either = span_find(p, end, 'i') >= 0;
	end--;
	if (end > i + 1 && (p.p[end - 1] == '+' || (p.p[end - 1] == '*' && p.p[end - 2] == ']')))
		end--;
	memset(takes, 0, 256 * sizeof(*takes));
	if (p.p[i] == '[' && p.p[end - 1] == ']') {
		i++;
		end--;
		any = true;
		negated = p.p[i] == '^';
		i += negated;
	}
	for (size_t from = i; i < end; i++) {
		unsigned char c = (unsigned char)p.p[i];

		if (c == '\\' && i + 1 < end) {
			char kind = p.p[++i];

			if (kind == 'n' || kind == 't' || kind == 'r')
				kind = kind == 'n' ? '\n' : kind == 't' ? '\t' : '\r';
			else if (kind != 's' && kind != 'd' && ((kind | 0x20) >= 'a' && (kind | 0x20) <= 'z'))
				return false;
			for (int b = 0; b < 256; b++)
				takes[b] |= kind == 's'	  ? strchr(" \t\n\r\f\v", b) && b
					    : kind == 'd' ? b >= '0' && b <= '9'
							  : b == kind;
		} else if (any && c == '[' && i + 1 < end && p.p[i + 1] == ':') {
			return false;
		} else if (any && c == '-' && i > from && i + 1 < end) {
			for (int b = (unsigned char)p.p[i - 1]; b <= (unsigned char)p.p[i + 1]; b++)
				takes[b] = true;
		} else if (!any && strchr("^$.[]|()?*+{}", c)) {
			return false;
		} else {
			takes[c] = true;
		}
		if (!any && i + 1 < end)
			return false;
	}
	for (int b = 'a'; either && b <= 'z'; b++)
		takes[b] = takes[b & ~0x20] = takes[b] || takes[b & ~0x20];
	for (int b = 0; negated && b < 256; b++)
		takes[b] = !takes[b];
	return true;
}

/* A "+" at its end: a run of such bytes is one. */
static bool takes_many(struct span p)
{
	ptrdiff_t end = span_rfind(p, p.p[0]);

	return end > 2 && p.p[end - 1] == '+';
}

/* With /e, what it found is run: that is no replacing. */
static bool runs_replacement(struct span pattern)
{
	char close = pattern.n ? pattern.p[0] : '/';
	ptrdiff_t end = span_rfind(pattern, close == '('   ? ')'
					    : close == '{' ? '}'
					    : close == '[' ? ']'
							   : close);

	return end > 0 && span_find(pattern, (size_t)end, 'e') > 0;
}

/* Nothing is left of a path or an address but one name, and of PHP no call. */
static bool keeps_names(const bool takes[256], const struct value *replacement)
{
	static const char taken[] = "/\\:(`";

	for (size_t i = 0; i < sizeof(taken) - 1; i++)
		if (!takes[(unsigned char)taken[i]] ||
		    (replacement->n && memchr(replacement->p, taken[i], replacement->n)))
			return false;
	return true;
}

/*
 * "[^a-z]" with brackets taken for a class, as decoders have it: PHP takes them for the pattern's own ends, so it looks for
 * the rest at the very start, where it is not.
 */
static bool finds_nothing(struct span pattern, const struct value *text)
{
	size_t at = 0;

	if (pattern.n < 4 || pattern.p[0] != '[' || pattern.p[1] != '^' || pattern.p[pattern.n - 1] != ']' ||
	    text->kind != V_TEXT)
		return false;
	for (size_t i = 2; i + 1 < pattern.n; i++) {
		if (pattern.p[i] == '\\' && i + 2 < pattern.n &&
		    !(pattern.p[i + 1] >= 'a' && pattern.p[i + 1] <= 'z'))
			i++;
		else if (strchr(".*+?()[]{}|$\\", pattern.p[i]))
			return false;
		if (at >= text->n || text->p[at++] != pattern.p[i])
			return true;
	}
	return false;
}

/*
 * Only patterns of one class of bytes are worked out: that is what hiding uses them for. Where the subject
 * is not known, what they leave may be no more than a name, which is as good as text in front of it.
 */
bool patterns_replace(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	bool takes[256];
	struct value v;
	struct buf out = BUF_MAX(1 << 20);
	bool within = false, many;

	if (n > 2 && arg[0].kind == V_TEXT && finds_nothing(span_of(arg[0].p, arg[0].n), &arg[2])) {
		*ret = arg[2];
		return true;
	}
	if (n < 3 || arg[0].kind != V_TEXT || arg[1].kind != V_TEXT ||
	    runs_replacement(span_of(arg[0].p, arg[0].n)) ||
	    !class_of_pattern(span_of(arg[0].p, arg[0].n), takes))
		return false;
	if (arg[2].kind == V_UNKNOWN && !arg[2].n && arg[2].marks & M_INPUT && keeps_names(takes, &arg[1])) {
		*ret = value_unknown((arg[2].marks & ~(uint32_t)M_SHAPE) | M_CHANGED | M_BEHIND, arg[2].from);
		return true;
	}
	/* "*" finds nothing everywhere, and puts something there */
	if (arg[2].kind != V_TEXT || (arg[1].n && memchr(arg[0].p, '*', arg[0].n)))
		return false;
	charge(m, arg[2].n / 8);
	many = takes_many(span_of(arg[0].p, arg[0].n));
	for (uint32_t i = 0; i < arg[2].n; i++) {
		bool hit = takes[(unsigned char)arg[2].p[i]];

		if (!hit)
			buf_byte(&out, arg[2].p[i]);
		else if (arg[1].n && !within)
			buf_add(&out, arg[1].p, arg[1].n);
		within = hit && many;
	}
	v = value_text(&m->e->pool, buf_view(&out));
	buf_free(&out);
	v.marks = arg[2].marks | M_BUILT;
	v.from = arg[2].from;
	*ret = v;
	return true;
}
