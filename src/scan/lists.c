/*
 * lists - see lists.h: PHP's array functions on the engine's arrays, and the functions that make variables.
 *
 * It promises: an array that two variables hold is copied before it is changed.
 * An array that is not known gives an unknown result with the marks of all that went in; a
 * list that would be too large is cut or not made.
 * Source: the PHP manual's pages of the functions (Array Functions).
 * TRUST: the arrays are the scanned text's; sizes are limited by value.c's budget.
 */
#include "scan/lists.h"

#include "scan/callbacks.h"
#include "scan/decode.h"
#include "scan/machine.h"

#include "base/arena.h"
#include "base/buf.h"

/*
 * Pieces that a text is split into at most: packed ones are split into letters, so there are many.
 * RANGE_MOST is half of a range's width, as halves can be subtracted without overflow; ranges that hide
 * are alphabets.
 */
enum { PIECES_MOST = 100000, RANGE_MOST = 4096 };

/* Takes N values, leaves *RET. */
typedef bool list_fn(struct machine *m, struct value *arg, uint32_t n, struct value *ret);

static bool new_list(struct machine *m, struct value *ret)
{
	*ret = array_new(&m->e->pool);
	return ret->kind == V_ARRAY;
}

/* Where ARG's variable lies, for what is written back. */
static struct value *variable_of(struct machine *m, const struct value *arg)
{
	struct frame *f = here(m);
	struct value *v;

	if (!arg->slot || arg->slot > f->unit->slots)
		return NULL;
	v = &f->slot[arg->slot - 1];
	return v->kind == V_ALIAS ? v->cell : v;
}

static struct array *own_array(struct machine *m, const struct value *arg)
{
	struct value *v = variable_of(m, arg);
	struct array *copy;

	if (!v || v->kind != V_ARRAY)
		return arg->kind == V_ARRAY ? arg->array : NULL;
	if (v->array->shared) {
		copy = array_copy(&m->e->pool, v->array);
		if (copy)
			v->array = copy;
	}
	return v->array;
}

/* Many pieces: what is mailed to each of them goes to many. */
static bool list_explode(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span by, s;
	size_t at = 0;
	ptrdiff_t hit;
	int64_t most = n > 2 ? value_number(&arg[2]) : INT64_MAX;

	if (n < 2)
		return false;
	if (arg[1].kind == V_UNKNOWN || arg[0].kind == V_UNKNOWN) {
		*ret = value_unknown((arg[1].marks & ~(uint32_t)M_SHAPE) | M_LINES, arg[1].from);
		return true;
	}
	by = value_plain(&arg[0], sa);
	s = value_plain(&arg[1], sb);
	if (!by.n || arg[1].kind != V_TEXT || !new_list(m, ret))
		return false;
	for (int i = 0; i < PIECES_MOST && (most < 0 || i < most - 1) && (hit = span_search(s, at, by)) >= 0;
	     i++) {
		struct value v = value_span(span_of(s.p + at, (size_t)hit - at));

		v.marks = arg[1].marks | M_BUILT;
		v.from = arg[1].from;
		array_push(&m->e->pool, ret->array, v);
		at = (size_t)hit + by.n;
	}
	{
		struct value v = value_span(span_from(s, at));

		v.marks = arg[1].marks | M_BUILT;
		v.from = arg[1].from;
		array_push(&m->e->pool, ret->array, v);
	}
	/* a negative limit: so many pieces fewer */
	if (most < 0)
		ret->array->n = most < -(int64_t)ret->array->n ? 0 : (uint32_t)(ret->array->n + most);
	return true;
}

/* Cut by a pattern: what comes out is not worked out, but it is many. */
static bool list_lines(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n < 2)
		return false;
	*ret = value_unknown((value_all_marks(&arg[1]) & ~(uint32_t)M_SHAPE) | M_LINES, arg[1].from);
	return true;
}

static bool list_split(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH];
	struct span s = value_plain(arg, sa);
	int64_t size = n > 1 ? value_number(&arg[1]) : 1;

	if (arg[0].kind != V_TEXT || size < 1 || s.n / (size_t)size > PIECES_MOST || !new_list(m, ret))
		return false;
	for (size_t at = 0; at < s.n; at += (size_t)size) {
		struct value v = value_span(span_head(span_from(s, at), (size_t)size));

		v.marks = arg[0].marks | M_BUILT;
		v.from = arg[0].from;
		array_push(&m->e->pool, ret->array, v);
	}
	return true;
}

/* Letters joined to names and texts. */
static bool list_implode(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value glue = value_span(SPAN("")), v;
	const struct value *list = arg[0].kind == V_ARRAY ? &arg[0] : n > 1 ? &arg[1] : NULL;

	if (!list)
		return false;
	if (n > 1)
		glue = list == &arg[0] ? arg[1] : arg[0];
	if (list->kind != V_ARRAY) {
		*ret = value_unknown(value_marks_of(arg, n) & ~(uint32_t)M_SHAPE, list->from);
		return true;
	}
	v = value_text(&m->e->pool, SPAN(""));
	v.marks = list->array->marks;
	for (uint32_t i = 0; i < list->array->n; i++) {
		if (i && !(glue.kind == V_TEXT && glue.n == 0))
			v = value_append(&m->e->pool, v, glue);
		v = value_append(&m->e->pool, v, list->array->pair[i].value);
		if (m->e->steps_left < 64)
			break;
		m->e->steps_left--;
	}
	if (list->array->marks)
		v.kind = V_UNKNOWN, v.n = 0;
	if (v.kind == V_TEXT)
		v.marks |= M_BUILT;
	*ret = v;
	return true;
}

static bool list_count(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n > 1 || arg[0].kind != V_ARRAY || arg[0].array->marks)
		return false;
	*ret = value_int(arg[0].array->n);
	return true;
}

/* range('a', 'z') is an alphabet to pick from. */
static bool list_range(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	bool letters = arg[0].kind == V_TEXT && arg[0].n == 1 && !(arg[0].p[0] >= '0' && arg[0].p[0] <= '9');
	int64_t from, to, by = n > 2 ? value_number(&arg[2]) : 1;

	if (n < 2 || (letters && (arg[1].kind != V_TEXT || !arg[1].n)))
		return false;
	from = letters ? (uint8_t)arg[0].p[0] : value_number(&arg[0]);
	to = letters ? (uint8_t)arg[1].p[0] : value_number(&arg[1]);
	by = by < 0 ? -by : by;
	if (by <= 0 || from / 2 - to / 2 > RANGE_MOST || to / 2 - from / 2 > RANGE_MOST || !new_list(m, ret))
		return false;
	for (int64_t i = from; from <= to ? i <= to : i >= to; i += from <= to ? by : -by) {
		char c = (char)i;

		array_push(&m->e->pool, ret->array,
			   letters ? value_text(&m->e->pool, span_of(&c, 1)) : value_int(i));
	}
	return true;
}

static bool list_reverse(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind != V_ARRAY || !new_list(m, ret))
		return false;
	ret->array->marks = arg[0].array->marks;
	for (uint32_t i = arg[0].array->n; i > 0; i--)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i - 1].value);
	return true;
}

static bool list_merge(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (!new_list(m, ret))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (arg[i].kind != V_ARRAY) {
			ret->array->marks |= arg[i].marks;
			ret->array->from = arg[i].from;
			continue;
		}
		ret->array->marks |= arg[i].array->marks;
		for (uint32_t j = 0; j < arg[i].array->n; j++) {
			const struct pair *p = &arg[i].array->pair[j];

			if (p->key.kind == V_INT)
				array_push(&m->e->pool, ret->array, p->value);
			else
				array_set(&m->e->pool, ret->array, &p->key, p->value, &m->e->steps_left);
		}
	}
	ret->marks = ret->array->marks;
	return true;
}

/* Charged by length: a queue emptied so costs its square. */
static bool list_shift(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct array *a = own_array(m, &arg[0]);

	if (!a || !a->n)
		return false;
	*ret = a->pair[0].value;
	m->e->steps_left -= m->e->steps_left > a->n / 8 ? a->n / 8 : 0;
	for (uint32_t i = 1; i < a->n; i++) {
		a->pair[i - 1] = a->pair[i];
		if (a->pair[i - 1].key.kind == V_INT)
			a->pair[i - 1].key = value_int(i - 1);
	}
	a->n--;
	a->next = a->n;
	return true;
}

static bool list_pop(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct array *a = own_array(m, &arg[0]);

	if (!a || !a->n)
		return false;
	*ret = a->pair[--a->n].value;
	return true;
}

static bool list_push(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct array *a = own_array(m, &arg[0]);

	for (uint32_t i = 1; a && i < n; i++) {
		arg[i].slot = 0;
		array_push(&m->e->pool, a, arg[i]);
	}
	*ret = value_unknown(0, 0);
	return true;
}

static bool list_keys(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n > 1 || arg[0].kind != V_ARRAY || !new_list(m, ret))
		return false;
	for (uint32_t i = 0; i < arg[0].array->n; i++)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i].key);
	return true;
}

static bool list_values(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind != V_ARRAY || !new_list(m, ret))
		return false;
	ret->array->marks = arg[0].array->marks;
	for (uint32_t i = 0; i < arg[0].array->n; i++)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i].value);
	return true;
}

static bool list_flip(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind != V_ARRAY || arg[0].array->n > 4096 || !new_list(m, ret))
		return false;
	for (uint32_t i = 0; i < arg[0].array->n; i++)
		array_set(&m->e->pool, ret->array, &arg[0].array->pair[i].value, arg[0].array->pair[i].key,
			  &m->e->steps_left);
	return true;
}

static bool list_slice(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	int64_t from = n > 1 ? value_number(&arg[1]) : 0, many, size;

	if (arg[0].kind != V_ARRAY || !new_list(m, ret))
		return false;
	size = arg[0].array->n;
	from = from < 0 ? (from + size < 0 ? 0 : from + size) : from;
	many = n > 2 && arg[2].kind != V_NULL ? value_number(&arg[2]) : size;
	many = many < 0 ? size - from + many : many;
	ret->array->marks = arg[0].array->marks;
	for (int64_t i = from; i < size && i - from < many; i++)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i].value);
	return true;
}

static bool list_current(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = operate_element(m, arg[0]);
	if (arg[0].kind == V_ARRAY && arg[0].array->n && !arg[0].array->marks)
		*ret = arg[0].array->pair[0].value;
	return true;
}

static bool list_end(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = operate_element(m, arg[0]);
	if (arg[0].kind == V_ARRAY && arg[0].array->n && !arg[0].array->marks)
		*ret = arg[0].array->pair[arg[0].array->n - 1].value;
	return true;
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
static bool list_is(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind == V_UNKNOWN || arg[0].kind == V_OBJECT ||
	    arg[0].marks & (M_LOOSE | M_INPUT | M_BARE))
		return false;
	*ret = value_bool(arg[0].kind == V_INT || arg[0].kind == V_FLOAT ||
			  (arg[0].kind == V_TEXT && numeric(span_of(arg[0].p, arg[0].n))));
	return true;
}

static bool list_is_array(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind == V_UNKNOWN || arg[0].marks & (M_LOOSE | M_INPUT))
		return false;
	*ret = value_bool(arg[0].kind == V_ARRAY);
	return true;
}

/* unpack: all of it as numbers of one size, or as one text. */
static bool list_unpack(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct span f, s;
	char kind;
	size_t size;

	if (n < 2 || arg[0].kind != V_TEXT || arg[1].kind != V_TEXT || !arg[0].n)
		return false;
	f = span_of(arg[0].p, arg[0].n);
	s = span_of(arg[1].p, arg[1].n);
	kind = f.p[0];
	size = kind == 'C' || kind == 'c'   ? 1
	       : kind == 'v' || kind == 'n' ? 2
	       : kind == 'V' || kind == 'N' ? 4
					    : 0;
	if (!size || f.n < 2 || f.p[1] != '*' || s.n / size > PIECES_MOST || !new_list(m, ret))
		return false;
	m->e->steps_left -= m->e->steps_left > s.n / 16 ? s.n / 16 : m->e->steps_left;
	/* counted from 1 */
	ret->array->next = 1;
	for (size_t at = 0; at + size <= s.n; at += size) {
		int64_t v = 0;

		for (size_t i = 0; i < size; i++)
			v |= (int64_t)(uint8_t)s.p[at + i]
			     << 8 * (kind == 'N' || kind == 'n' ? size - 1 - i : i);
		if (kind == 'c')
			v = v < 128 ? v : v - 256; /* signed */
		array_push(&m->e->pool, ret->array, value_int(v));
	}
	ret->marks = arg[1].marks & (M_INPUT | M_BUILT | M_DECODED);
	return true;
}

static bool list_in_array(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	bool strict = n > 2 && value_truth(&arg[2]) == 1;

	if (n < 2 || arg[1].kind != V_ARRAY || arg[0].kind == V_UNKNOWN || arg[1].array->marks)
		return false;
	for (uint32_t i = 0; i < arg[1].array->n; i++) {
		int same = value_same(&arg[0], &arg[1].array->pair[i].value, strict);

		if (same) {
			*ret = same > 0 ? value_bool(true) : value_unknown(0, 0);
			return true;
		}
	}
	*ret = value_bool(false);
	return true;
}

static bool list_args(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct frame *f = here(m);

	if (!new_list(m, ret))
		return false;
	for (uint32_t i = 0; i < f->unit->parameters; i++)
		array_push(&m->e->pool, ret->array, machine_load(m, f, f->unit->parameter[i].slot));
	return true;
}

static bool list_extreme(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	bool least = false;

	if (n < 2)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (arg[i].kind != V_INT)
			return false;
	(void)least;
	*ret = arg[0];
	return n == 2;
}

static bool list_min(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (!list_extreme(m, arg, n, ret))
		return false;
	*ret = arg[0].i < arg[1].i ? arg[0] : arg[1];
	return true;
}

static bool list_max(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (!list_extreme(m, arg, n, ret))
		return false;
	*ret = arg[0].i > arg[1].i ? arg[0] : arg[1];
	return true;
}

/* --- variables ------------------------------------------------------------------------------- */

/* One half of a pair of a query, its percent signs undone. */
static struct value unquoted(struct machine *m, struct span s)
{
	struct buf out = BUF_MAX(1 << 20);
	struct value v = value_span(s);

	if (!s.n || (!memchr(s.p, '%', s.n) && !memchr(s.p, '+', s.n)))
		return v;
	if (decode_url(s, &out))
		v = value_text(&m->e->pool, buf_view(&out));
	m->e->steps_left -= m->e->steps_left > s.n / 8 ? s.n / 8 : m->e->steps_left;
	buf_free(&out);
	return v.kind == V_TEXT ? v : value_span(s);
}

/* parse_str("a=system&b=...", $into), or into variables. */
static bool list_parse_str(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value *into = n > 1 ? variable_of(m, &arg[1]) : NULL, list;
	struct span s;

	*ret = (struct value){ .kind = V_NULL };
	if (arg[0].kind != V_TEXT) {
		if (into) {
			*into = value_unknown(arg[0].marks & ~(uint32_t)M_SHAPE, arg[0].from);
		} else {
			here(m)->wild |= arg[0].marks & M_INPUT;
		}
		return true;
	}
	if (!new_list(m, &list))
		return false;
	s = span_of(arg[0].p, arg[0].n);
	for (int i = 0; s.n && i < 256 && m->e->steps_left > 1000; i++) {
		m->e->steps_left -= 16;
		ptrdiff_t end = span_find(s, 0, '&'), eq;
		struct span pair = end < 0 ? s : span_head(s, (size_t)end);
		struct value key, v;

		s = end < 0 ? SPAN_NONE : span_from(s, (size_t)end + 1);
		eq = span_find(pair, 0, '=');
		key = unquoted(m, eq < 0 ? pair : span_head(pair, (size_t)eq));
		v = unquoted(m, eq < 0 ? SPAN("") : span_from(pair, (size_t)eq + 1));
		v.marks = arg[0].marks | M_BUILT;
		if (into) {
			array_set(&m->e->pool, list.array, &key, v, &m->e->steps_left);
		} else {
			struct value *at = machine_variable(
				m, here(m), engine_name(m->e, span_of(key.p, key.n), false), true);

			if (at)
				*at = v;
		}
	}
	if (into)
		*into = list;
	return true;
}

/* Variables from a list, or from whatever a request holds. */
static bool list_extract(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = value_unknown(0, 0);
	if (arg[0].kind == V_UNKNOWN)
		here(m)->wild |= arg[0].marks & (M_INPUT | M_UPLOAD);
	for (uint32_t i = 0; arg[0].kind == V_ARRAY && i < arg[0].array->n && i < 1000; i++) {
		const struct pair *p = &arg[0].array->pair[i];
		uint32_t name =
			p->key.kind == V_TEXT ? engine_name(m->e, span_of(p->key.p, p->key.n), false) : 0;
		struct value *at = name >= SUPERS ? machine_variable(m, here(m), name, true) : NULL;

		if (at)
			machine_store(m, at, p->value);
	}
	return true;
}

/* preg_match puts what it found into its third argument. */
static bool list_match(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value *into = n > 2 ? variable_of(m, &arg[2]) : NULL;

	*ret = value_unknown(0, 0);
	if (into && n > 1)
		*into = value_unknown((arg[1].marks & ~(uint32_t)M_SHAPE) & ~(uint32_t)M_HEADER, arg[1].from);
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
static bool list_preg_replace(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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
	m->e->steps_left -= m->e->steps_left > arg[2].n / 8 ? arg[2].n / 8 : m->e->steps_left;
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

/* register_globals of a script's own making. */
static bool list_import(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	here(m)->wild |= M_FIELD;
	*ret = value_bool(true);
	return true;
}

/* --- handles --------------------------------------------------------------------------------- */

/* The handle carries what its path was made of, and whether it writes. */
static bool list_fopen(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span path = arg[0].kind == V_TEXT ? value_plain(&arg[0], scratch) : SPAN_NONE;
	struct span mode = n > 1 && arg[1].kind == V_TEXT ? span_of(arg[1].p, arg[1].n) : SPAN("r");
	bool writes = mode.n && (memchr(mode.p, 'w', mode.n) || memchr(mode.p, 'a', mode.n) ||
				 memchr(mode.p, '+', mode.n) || memchr(mode.p, 'x', mode.n));

	*ret = value_unknown(arg[0].marks, arg[0].from);
	if (writes) {
		ret->marks |= M_WRITER;
		if (value_kept(path) || (arg[0].kind == V_UNKNOWN && arg[0].tail == TAIL_KEPT))
			ret->tail = TAIL_KEPT;
		if (value_script(path))
			ret->marks |= M_SCRIPT;
		return true;
	}
	ret->marks = (ret->marks & (M_SELF | M_TEMP)) | (ret->marks & M_TEMPNAME ? M_UPLOAD : 0);
	if (span_eq(path, SPAN("php://input")))
		ret->marks |= M_BODY;
	else if (span_starts(path, SPAN("http")) || arg[0].marks & M_URL)
		ret->marks |= M_REMOTE;
	else
		ret->marks |= M_FILE;
	return true;
}

/* What a request to another server is made of. */
#define KEPT (M_INPUT | M_URL | M_VISITOR | M_CLIENT | M_SECRET)

/* The handle gathers what it is told. */
static bool list_curl(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value *handle = n ? variable_of(m, &arg[0]) : NULL;

	if (n > 2 && handle) {
		handle->marks |= value_all_marks(&arg[2]) & KEPT;
		*ret = value_unknown(0, 0);
		return true;
	}
	*ret = value_unknown(n ? arg[0].marks & KEPT : 0, n ? arg[0].from : 0);
	return true;
}

/* A folder in front of it goes, and slashes and a known end behind it. */
static bool list_basename(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct span s;
	ptrdiff_t slash;

	if (arg[0].kind != V_TEXT) {
		*ret = value_unknown(arg[0].marks, arg[0].from);
		return true;
	}
	s = span_of(arg[0].p, arg[0].n);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	slash = span_rfind(s, '/');
	s = span_from(s, (size_t)(slash + 1));
	if (n > 1 && arg[1].kind == V_TEXT && arg[1].n < s.n && span_ends(s, span_of(arg[1].p, arg[1].n)))
		s.n -= arg[1].n;
	*ret = value_span(s);
	ret->marks = arg[0].marks;
	return true;
}

/* One piece of a path, or all of them in a list. */
static bool list_pathinfo(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	static const char *const names[] = { "dirname", "basename", "extension", "filename" };
	struct value file, piece[4], key;
	struct span s = arg[0].kind == V_TEXT ? span_of(arg[0].p, arg[0].n) : SPAN_NONE;
	ptrdiff_t slash = span_rfind(s, '/'), dot;

	list_basename(m, arg, 1, &file);
	piece[0] = piece[2] = piece[3] = value_unknown(arg[0].marks & ~(uint32_t)M_SHAPE, arg[0].from);
	piece[1] = file;
	if (arg[0].kind == V_TEXT) {
		struct span name = span_of(file.p, file.n);

		dot = span_rfind(name, '.');
		piece[0] = value_span(slash > 0 ? span_head(s, (size_t)slash) : SPAN("."));
		piece[2] = value_span(dot < 0 ? SPAN("") : span_from(name, (size_t)dot + 1));
		piece[3] = value_span(dot < 0 ? name : span_head(name, (size_t)dot));
		for (int i = 0; i < 4; i++) {
			piece[i].marks = arg[0].marks;
			piece[i].from = arg[0].from;
		}
	}
	if (n > 1) {
		int64_t which = value_number(&arg[1]);

		*ret = which == 1 ? piece[0] : which == 4 ? piece[2] : which == 8 ? piece[3] : piece[1];
		return true;
	}
	if (!new_list(m, ret))
		return false;
	for (int i = 0; i < 4; i++) {
		key = value_span(span_str(names[i]));
		array_set(&m->e->pool, ret->array, &key, piece[i], &m->e->steps_left);
	}
	return true;
}

static bool list_same(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = arg[0];
	/* iconv: the text comes last */
	if (n == 3 && arg[2].kind == V_TEXT && arg[0].kind == V_TEXT && arg[0].n < 20)
		*ret = arg[2];
	return true;
}

static bool list_quote(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = value_unknown(arg[0].marks, arg[0].from);
	return true;
}

static list_fn *const lists[ACTS] = {
	[ACT_EXPLODE] = list_explode,
	[ACT_SPLIT] = list_split,
	[ACT_LINES] = list_lines,
	[ACT_IMPLODE] = list_implode,
	[ACT_COUNT] = list_count,
	[ACT_RANGE] = list_range,
	[ACT_ARRAY_REVERSE] = list_reverse,
	[ACT_ARRAY_MERGE] = list_merge,
	[ACT_SHIFT] = list_shift,
	[ACT_POP] = list_pop,
	[ACT_PUSH] = list_push,
	[ACT_KEYS] = list_keys,
	[ACT_VALUES] = list_values,
	[ACT_FLIP] = list_flip,
	[ACT_SLICE] = list_slice,
	[ACT_CURRENT] = list_current,
	[ACT_END] = list_end,
	[ACT_IS] = list_is,
	[ACT_IS_ARRAY] = list_is_array,
	[ACT_UNPACK] = list_unpack,
	[ACT_IN_ARRAY] = list_in_array,
	[ACT_ARGS] = list_args,
	[ACT_MIN] = list_min,
	[ACT_MAX] = list_max,
	[ACT_PARSE_STR] = list_parse_str,
	[ACT_EXTRACT] = list_extract,
	[ACT_IMPORT] = list_import,
	[ACT_PREG_MATCH] = list_match,
	[ACT_PREG_REPLACE] = list_preg_replace,
	[ACT_FOPEN] = list_fopen,
	[ACT_CURL] = list_curl,
	[ACT_BASENAME] = list_basename,
	[ACT_PATHINFO] = list_pathinfo,
	[ACT_MBCONVERT] = list_same,
	[ACT_QUOTE] = list_quote,
};

bool lists_act(uint8_t act)
{
	return callbacks_act(act) || lists[act];
}

bool lists_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	struct value v = value_unknown(0, 0);

	if (callbacks_act(fn->act))
		return callbacks_run(m, fn, arg, n);
	if ((!n && fn->act != ACT_ARGS) || !lists[fn->act](m, arg, n, &v))
		return false;
	drop_values(m, n);
	v.slot = 0;
	push_value(m, v);
	return true;
}
