/*
 * spf_macro - see spf_macro.h. Letters s l o d i p v h; digits keep that many labels, r turns them round.
 *
 * TRUST: every byte of the term. The result is cut to a name's length from the left, as the RFC wants (7.3).
 */
#include "repute/spf_macro.h"

#include "base/buf.h"
#include "base/arena.h"

#define NAME_MOST 253
#define PARTS_MOST 128
#define TEXT_MOST 1024

struct macro {
	char letter;
	unsigned keep; /* labels from the right; 0 = all */
	bool turned;
	struct span delimiters;
};

static void put_ip(struct buf *out, const struct spf_who *who)
{
	static const char hex[] = "0123456789abcdef";

	for (unsigned i = 0; i < who->nip; i++)
		if (who->nip == 4)
			buf_addf(out, "%s%u", i ? "." : "", who->ip[i]);
		else
			buf_addf(out, "%s%c.%c", i ? "." : "", hex[who->ip[i] >> 4], hex[who->ip[i] & 15]);
}

static bool put_letter(struct buf *out, const struct spf_who *who, struct span domain, char letter)
{
	switch (letter | 0x20) {
	case 's':
		buf_str(out, "postmaster@");
		buf_span(out, who->domain);
		return true;
	case 'l':
		buf_str(out, "postmaster");
		return true;
	case 'o':
	case 'h':
		buf_span(out, who->domain);
		return true;
	case 'd':
		buf_span(out, domain);
		return true;
	case 'i':
		put_ip(out, who);
		return true;
	case 'v':
		buf_str(out, who->nip == 4 ? "in-addr" : "ip6");
		return true;
	case 'p':
		buf_str(out, "unknown");
		return true;
	default:
		return false;
	}
}

/* What stands between %{ and }. */
static bool read_macro(struct span inside, struct macro *ret)
{
	struct macro m = { .letter = inside.n ? inside.p[0] : '\0', .delimiters = SPAN(".") };
	size_t at = 1;

	for (; at < inside.n && inside.p[at] >= '0' && inside.p[at] <= '9'; at++) {
		m.keep = m.keep * 10 + (unsigned)(inside.p[at] - '0');
		if (m.keep > PARTS_MOST)
			return false;
	}
	if (at > 1 && m.keep == 0)
		return false;
	if (at < inside.n && (inside.p[at] | 0x20) == 'r') {
		m.turned = true;
		at++;
	}
	if (at < inside.n)
		m.delimiters = span_from(inside, at);
	for (size_t i = 0; i < m.delimiters.n; i++)
		if (!m.delimiters.p[i] || !strchr(".-+,/_=", m.delimiters.p[i]))
			return false;
	*ret = m;
	return true;
}

static void put_parts(struct buf *out, struct span value, const struct macro *m)
{
	struct span part[PARTS_MOST];
	unsigned n = 0, first;

	for (size_t at = 0, start = 0; at <= value.n && n < PARTS_MOST; at++)
		if (at == value.n || memchr(m->delimiters.p, value.p[at], m->delimiters.n)) {
			part[n++] = span_of(value.p + start, at - start);
			start = at + 1;
		}
	first = m->keep && m->keep < n ? n - m->keep : 0;
	for (unsigned i = first; i < n; i++) {
		/* turned round first, then the rightmost are kept */
		unsigned which = m->turned ? n - 1 - i : i;

		if (i > first)
			buf_byte(out, '.');
		buf_span(out, part[which]);
	}
}

static bool put_macro(struct buf *out, const struct spf_who *who, struct span domain, struct span inside)
{
	struct buf value = BUF_MAX(TEXT_MOST);
	struct macro m;
	bool good = read_macro(inside, &m) && put_letter(&value, who, domain, m.letter);

	if (good)
		put_parts(out, buf_view(&value), &m);
	buf_free(&value);
	return good;
}

bool spf_expand(struct arena *a, const struct spf_who *who, struct span domain, struct span written,
		struct span *ret_name)
{
	struct buf out = BUF_MAX(4 * TEXT_MOST);
	struct span name;
	bool good = true;

	for (size_t i = 0; i < written.n && good; i++) {
		char next = i + 1 < written.n ? written.p[i + 1] : '\0';
		ptrdiff_t close;

		if (written.p[i] != '%') {
			buf_byte(&out, written.p[i]);
			continue;
		}
		i++;
		close = next == '{' ? span_find(written, i, '}') : -1;
		if (next == '%')
			buf_byte(&out, '%');
		else if (next == '_')
			buf_byte(&out, ' ');
		else if (next == '-')
			buf_str(&out, "%20");
		else if (close < 0)
			good = false;
		else {
			good = put_macro(&out, who, domain,
					 span_of(written.p + i + 1, (size_t)close - i - 1));
			i = (size_t)close;
		}
	}
	name = buf_view(&out);
	while (name.n > NAME_MOST) {
		ptrdiff_t dot = span_find(name, 0, '.');

		name = dot < 0 ? SPAN_NONE : span_from(name, (size_t)dot + 1);
	}
	if (good && name.n && name.p[name.n - 1] == '.')
		name.n--;
	*ret_name = arena_span(a, name);
	buf_free(&out);
	return good;
}
