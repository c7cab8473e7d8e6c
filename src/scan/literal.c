/*
 * literal - what the texts and numbers of PHP source mean. Source: php-src zend_language_scanner.l,
 * zend_scan_escape_string().
 * TRUST: the token is an attacker's; nothing read lies outside of it, and no text grows.
 */
#include "scan/compile.h"

#include "base/digits.h"

/* Overflow is cut, not told: no name hides there. */
static struct value number(struct span s)
{
	uint64_t n = 0;
	unsigned base = 10;
	bool whole = true;
	size_t i = 0;
	double d = 0, scale = 1;

	if (s.n > 1 && s.p[0] == '0') {
		char c = (char)(s.p[1] | 0x20);

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		i = c == 'x' || c == 'b' || c == 'o' ? 2 : 1;
	}
	for (size_t j = i; base <= 10 && j < s.n; j++)
		if (s.p[j] == '.' || ((s.p[j] | 0x20) == 'e' && base != 16))
			whole = false;
	for (; whole && i < s.n; i++) {
		int v = hex_digit(s.p[i]);

		if (s.p[i] == '_')
			continue;
		if (v < 0 || (unsigned)v >= base || n > UINT64_MAX / 16 - 16)
			break;
		n = n * base + (unsigned)v;
	}
	if (whole)
		return value_int((int64_t)(n & INT64_MAX));
	for (i = 0; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'); i++)
		d = s.p[i] == '_' ? d : d * 10 + (s.p[i] - '0');
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'); i++)
			d += s.p[i] == '_' ? 0 : (s.p[i] - '0') * (scale /= 10);
	if (i + 1 < s.n) { /* e */
		bool down = s.p[++i] == '-';
		unsigned power = 0;

		for (i += down || s.p[i] == '+'; i < s.n && power < 400; i++)
			power = s.p[i] == '_' ? power : power * 10 + (unsigned)(s.p[i] - '0');
		for (; power && power < 400; power--)
			d = down ? d / 10 : d * 10;
	}
	return (struct value){ .kind = V_FLOAT, .d = d };
}

/* The code point CP as UTF-8 to P: how many bytes. */
static size_t put_utf8(char *p, uint32_t cp)
{
	if (cp < 0x80) {
		p[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		p[0] = (char)(0xc0 | cp >> 6);
		p[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp >= 0x10000) {
		p[0] = (char)(0xf0 | (cp >> 18 & 0x7));
		p[1] = (char)(0x80 | (cp >> 12 & 0x3f));
		p[2] = (char)(0x80 | (cp >> 6 & 0x3f));
		p[3] = (char)(0x80 | (cp & 0x3f));
		return 4;
	}
	p[0] = (char)(0xe0 | cp >> 12);
	p[1] = (char)(0x80 | (cp >> 6 & 0x3f));
	p[2] = (char)(0x80 | (cp & 0x3f));
	return 3;
}

/* The escape at S[0] = "\": bytes used; writes to OUT and counts plain letters that it hid. */
static size_t escape(struct span s, char *out, size_t *n, uint32_t *hidden)
{
	static const char plain[] = "n\nt\tr\rv\vf\fe\033\\\\$$\"\"``";
	char c = s.n > 1 ? s.p[1] : '\0';
	uint32_t v = 0;
	size_t i = 1;

	for (const char *p = plain; c && *p; p += 2)
		if (*p == c) {
			out[(*n)++] = p[1];
			return 2;
		}
	if (c >= '0' && c <= '7') {
		for (; i < 4 && i < s.n && s.p[i] >= '0' && s.p[i] <= '7'; i++)
			v = v * 8 + (uint32_t)(s.p[i] - '0');
	} else if (c == 'x' && s.n > 2 && hex_digit(s.p[2]) >= 0) {
		for (i = 2; i < 4 && i < s.n && hex_digit(s.p[i]) >= 0; i++)
			v = v * 16 + (uint32_t)hex_digit(s.p[i]);
	} else if (c == 'u' && s.n > 3 && s.p[2] == '{') {
		for (i = 3; i < s.n && i < 9 && hex_digit(s.p[i]) >= 0; i++)
			v = v * 16 + (uint32_t)hex_digit(s.p[i]);
		*n += put_utf8(out + *n, v);
		return i < s.n && s.p[i] == '}' ? i + 1 : i;
	} else {
		out[(*n)++] = '\\';
		return 1;
	}
	v &= 0xff;
	*hidden += v > ' ' && v < 0x7f && v != '"' && v != '\\' && v != '$';
	out[(*n)++] = (char)v;
	return i;
}

/* Never longer than it was. */
static struct value unescape(struct engine *e, struct span s, bool single)
{
	char *out = pool_take(&e->pool, s.n + 4);
	size_t n = 0, i = 0;
	uint32_t hidden = 0;
	struct value v;

	if (!out)
		return value_unknown(0, 0);
	while (i < s.n) {
		const char *hit = memchr(s.p + i, '\\', s.n - i);
		size_t run = hit ? (size_t)(hit - s.p) - i : s.n - i;

		memcpy(out + n, s.p + i, run);
		n += run;
		i += run;
		if (i >= s.n)
			break;
		if (!single) {
			i += escape(span_from(s, i), out, &n, &hidden);
		} else {
			if (i + 1 < s.n && (s.p[i + 1] == '\'' || s.p[i + 1] == '\\'))
				i++;
			out[n++] = s.p[i++];
		}
	}
	v = value_span(span_of(out, n));
	if (hidden > 1)
		v.marks |= M_BUILT | M_ESCAPED;
	e->events->escaped += hidden;
	return v;
}

struct value compile_literal(struct engine *e, const struct text *t, const struct token *tk)
{
	struct span s = span_of(t->bytes.p + tk->at, tk->n);

	if (tk->kind == TK_NUMBER)
		return number(s);
	if (tk->kind == TK_PLAIN || !tk->sub || tk->kind == TK_NAME || tk->kind == TK_VAR)
		return value_span(s);
	return unescape(e, s, tk->kind == TK_RAW);
}
