/*
 * pieces - see builtin.h: texts are looked for in others, cut out of them and put in their place.
 *
 * It promises: a place outside of a text is taken as PHP takes it; looking is charged by what is looked at.
 * Source: the PHP manual's pages of the functions (String Functions).
 * TRUST: texts, places and lengths are the scanned text's, of any size and sign.
 */
#include "scan/builtin.h"

#include "scan/machine.h"
#include "scan/decode.h"

/* START and length as PHP counts them, from the end where negative. */
static struct span cut(struct span s, int64_t start, bool has_length, int64_t length)
{
	int64_t size = (int64_t)s.n, end;

	if (start < 0)
		start = start + size < 0 ? 0 : start + size;
	if (start > size)
		start = size;
	end = !has_length ? size : length < 0 ? size + length : length > size - start ? size : start + length;
	if (end < start)
		end = start;
	return span_of(s.p + start, (size_t)(end - start));
}

/* A piece of a text: letters picked from an alphabet make hidden names. */
bool pieces_substr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s;

	if (n < 2)
		return false;
	s = value_plain(arg, scratch);
	s = cut(s, value_number(&arg[1]), n > 2 && arg[2].kind != V_NULL, n > 2 ? value_number(&arg[2]) : 0);
	/* a piece of a text that stays: no copy */
	*ret = arg->kind == V_TEXT ? value_span(s) : value_text(&m->e->pool, s);
	ret->marks = arg->marks | M_BUILT;
	ret->from = arg->from;
	return true;
}

bool pieces_strlen(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];

	*ret = value_int((int64_t)value_plain(arg, scratch).n);
	return true;
}

/* false, not 0, where there is none. */
bool pieces_strpos(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s, needle;
	ptrdiff_t at;

	if (n < 2 || arg[1].kind != V_TEXT)
		return false;
	s = value_plain(arg, scratch);
	charge(m, s.n / 8);
	needle = value_plain(&arg[1], other);
	at = needle.n ? span_search(s, n > 2 && value_number(&arg[2]) > 0 ? (size_t)value_number(&arg[2]) : 0,
				    needle)
		      : 0;
	*ret = at < 0 ? value_bool(false) : value_int(at);
	return true;
}

/* From the needle on, or up to it. */
bool pieces_strstr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s, needle;
	ptrdiff_t at;

	if (n < 2)
		return false;
	s = value_plain(arg, scratch);
	charge(m, s.n / 8);
	needle = value_plain(&arg[1], other);
	at = needle.n ? span_search(s, 0, needle) : 0;
	*ret = at < 0 ? value_bool(false)
		      : value_text(&m->e->pool, n > 2 && value_truth(&arg[2]) == 1
							? span_head(s, (size_t)at)
							: span_from(s, (size_t)at));
	ret->marks = arg->marks | M_BUILT;
	ret->from = arg->from;
	return true;
}

bool pieces_strrchr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch), needle = n > 1 ? value_plain(&arg[1], other) : SPAN_NONE;
	ptrdiff_t at = needle.n ? span_rfind(s, needle.p[0]) : -1;

	charge(m, s.n / 8);

	*ret = at < 0 ? value_bool(false) : value_text(&m->e->pool, span_from(s, (size_t)at));
	ret->marks = arg->marks;
	return true;
}

/* The first piece only: the state between calls is not kept. */
bool pieces_strtok(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span s = value_plain(arg, sa), ends = n > 1 ? value_plain(&arg[1], sb) : SPAN_NONE;
	size_t to = 0;

	if (n < 2 || arg->kind != V_TEXT || !ends.n)
		return false;
	while (s.n && memchr(ends.p, s.p[0], ends.n))
		s = span_from(s, 1);
	while (to < s.n && !memchr(ends.p, s.p[to], ends.n))
		to++;
	*ret = value_span(span_head(s, to));
	ret->marks = arg->marks | M_BUILT;
	return true;
}

/* str_replace with texts or lists on either side. */
static bool replace(struct machine *m, struct value *arg, uint32_t n, bool any_case, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH], sc[VALUE_SCRATCH];
	uint32_t pairs = arg[0].kind == V_ARRAY ? arg[0].array->n : 1;
	struct span s;
	uint64_t cost;
	struct buf work[2] = { BUF_MAX(DECODED_MOST), BUF_MAX(DECODED_MOST) };

	if (n < 3 || arg[2].kind == V_ARRAY || pairs > 512)
		return false;
	s = value_plain(&arg[2], sa);
	for (uint32_t i = 0; i < pairs; i++) {
		struct buf *out = &work[i & 1];
		const struct value *from = arg[0].kind == V_ARRAY ? &arg[0].array->pair[i].value : &arg[0];
		struct span to = SPAN("");

		if (arg[1].kind != V_ARRAY)
			to = value_plain(&arg[1], sc);
		else if (i < arg[1].array->n)
			to = value_plain(&arg[1].array->pair[i].value, sc);
		out->n = 0;
		cost = decode_replace(s, value_plain(from, sb), to, any_case, out);
		s = buf_view(out);
		cost += s.n / 8;
		charge(m, cost);
		if (m->e->steps_left < 1000)
			break;
	}
	*ret = value_text(&m->e->pool, s);
	ret->marks = arg[2].marks | M_BUILT | (value_all_marks(&arg[1]) & M_INPUT);
	ret->from = arg[2].from;
	buf_free(&work[0]);
	buf_free(&work[1]);
	return true;
}

bool pieces_replace(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return replace(m, arg, n, false, ret);
}

bool pieces_ireplace(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return replace(m, arg, n, true, ret);
}

bool pieces_replace_at(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span s, with, middle;
	struct buf out = BUF_MAX(DECODED_MOST);

	if (n < 3)
		return false;
	s = value_plain(arg, sa);
	with = value_plain(&arg[1], sb);
	middle = cut(s, value_number(&arg[2]), n > 3 && arg[3].kind != V_NULL,
		     n > 3 ? value_number(&arg[3]) : 0);
	buf_add(&out, s.p, (size_t)(middle.p - s.p));
	buf_span(&out, with);
	buf_add(&out, middle.p + middle.n, (size_t)(s.p + s.n - middle.p - (ptrdiff_t)middle.n));
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = arg->marks | arg[1].marks | M_BUILT;
	buf_free(&out);
	return true;
}

/* strtr with a list: the longest word at each place. */
static bool translate_words(struct machine *m, struct value *arg, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	const struct array *a = arg[1].array;
	struct span s = value_plain(arg, sa);
	struct buf out = BUF_MAX(DECODED_MOST);
	size_t at = 0;

	if (a->n > 1024 || (uint64_t)s.n * a->n > m->e->steps_left * 8)
		return false;
	charge(m, (uint64_t)s.n * a->n / 16);
	while (at < s.n) {
		size_t best = 0;
		struct span to = SPAN_NONE;

		for (uint32_t i = 0; i < a->n; i++) {
			struct span word = value_plain(&a->pair[i].key, sb);

			if (word.n > best && span_starts(span_from(s, at), word)) {
				best = word.n;
				to = value_plain(&a->pair[i].value, sa);
			}
		}
		if (best)
			buf_span(&out, to);
		else
			buf_byte(&out, s.p[at]);
		at += best ? best : 1;
	}
	*ret = value_text(&m->e->pool, buf_view(&out));
	buf_free(&out);
	return true;
}

bool pieces_translate(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH], sc[VALUE_SCRATCH];
	struct span s, from, to;
	char map[256];

	if (n == 2 && arg[1].kind == V_ARRAY && arg[0].kind == V_TEXT) {
		if (!translate_words(m, arg, ret))
			return false;
	} else if (n > 2) {
		s = value_plain(arg, sa);
		from = value_plain(&arg[1], sb);
		to = value_plain(&arg[2], sc);
		for (int i = 0; i < 256; i++)
			map[i] = (char)i;
		for (size_t i = 0; i < from.n && i < to.n; i++)
			map[(uint8_t)from.p[i]] = to.p[i];
		*ret = value_text(&m->e->pool, s);
		for (size_t i = 0; ret->kind == V_TEXT && i < s.n; i++)
			((char *)(uintptr_t)ret->p)[i] = map[(uint8_t)s.p[i]];
	} else {
		return false;
	}
	ret->marks = arg->marks | M_BUILT | (ret->n > 40 ? M_DECODED : 0);
	ret->from = arg->from;
	return true;
}
