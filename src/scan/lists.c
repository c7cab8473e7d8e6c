/*
 * lists - see builtin.h: PHP's array functions on the engine's arrays, and texts made into lists and back.
 *
 * It promises: an array that two variables hold is copied before it is changed.
 * An array that is not known gives an unknown result with the marks of all that went in; a
 * list that would be too large is cut or not made.
 * Source: the PHP manual's pages of the functions (Array Functions).
 * TRUST: the arrays are the scanned text's; sizes are limited by value.c's budget.
 */
#include "scan/builtin.h"

#include "scan/machine.h"

/* Half of a range's width, as halves can be subtracted without overflow; ranges that hide are alphabets. */
enum { RANGE_MOST = 4096 };

bool lists_new(struct machine *m, struct value *ret)
{
	*ret = array_new(&m->e->pool);
	return ret->kind == V_ARRAY;
}

/* The list of ARG's variable, to be changed: no other variable holds it. */
static struct array *own_array(struct machine *m, const struct value *arg)
{
	struct value *v = machine_slot(m, arg->slot - 1);
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

/* PIECE of the text WHOLE as the next element: not copied, it lies in WHOLE. */
static void push_piece(struct machine *m, struct value *list, struct span piece, const struct value *whole)
{
	struct value v = value_span(piece);

	v.marks = whole->marks | M_BUILT;
	v.from = whole->from;
	array_push(&m->e->pool, list->array, v);
}

/* Many pieces: what is mailed to each of them goes to many. */
bool lists_explode(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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
	if (!by.n || arg[1].kind != V_TEXT || !lists_new(m, ret))
		return false;
	for (int i = 0; i < PIECES_MOST && (most < 0 || i < most - 1) && (hit = span_search(s, at, by)) >= 0;
	     i++) {
		push_piece(m, ret, span_of(s.p + at, (size_t)hit - at), &arg[1]);
		at = (size_t)hit + by.n;
	}
	push_piece(m, ret, span_from(s, at), &arg[1]);
	/* a negative limit: so many pieces fewer */
	if (most < 0)
		ret->array->n = most < -(int64_t)ret->array->n ? 0 : (uint32_t)(ret->array->n + most);
	return true;
}

bool lists_split(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH];
	struct span s = value_plain(arg, sa);
	int64_t size = n > 1 ? value_number(&arg[1]) : 1;

	if (arg[0].kind != V_TEXT || size < 1 || s.n / (size_t)size > PIECES_MOST || !lists_new(m, ret))
		return false;
	for (size_t at = 0; at < s.n; at += (size_t)size)
		push_piece(m, ret, span_head(span_from(s, at), (size_t)size), arg);
	return true;
}

/* Letters joined to names and texts. */
bool lists_implode(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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

bool lists_count(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n > 1 || arg[0].kind != V_ARRAY || arg[0].array->marks)
		return false;
	*ret = value_int(arg[0].array->n);
	return true;
}

/* range('a', 'z') is an alphabet to pick from. */
bool lists_range(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	bool letters = arg[0].kind == V_TEXT && arg[0].n == 1 && !(arg[0].p[0] >= '0' && arg[0].p[0] <= '9');
	int64_t from, to, by = n > 2 ? value_number(&arg[2]) : 1;

	if (n < 2 || (letters && (arg[1].kind != V_TEXT || !arg[1].n)))
		return false;
	from = letters ? (uint8_t)arg[0].p[0] : value_number(&arg[0]);
	to = letters ? (uint8_t)arg[1].p[0] : value_number(&arg[1]);
	by = by < 0 ? -by : by;
	if (by <= 0 || from / 2 - to / 2 > RANGE_MOST || to / 2 - from / 2 > RANGE_MOST || !lists_new(m, ret))
		return false;
	for (int64_t i = from; from <= to ? i <= to : i >= to; i += from <= to ? by : -by) {
		char c = (char)i;

		array_push(&m->e->pool, ret->array,
			   letters ? value_text(&m->e->pool, span_of(&c, 1)) : value_int(i));
	}
	return true;
}

bool lists_reverse(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind != V_ARRAY || !lists_new(m, ret))
		return false;
	ret->array->marks = arg[0].array->marks;
	for (uint32_t i = arg[0].array->n; i > 0; i--)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i - 1].value);
	return true;
}

bool lists_merge(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (!lists_new(m, ret))
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
bool lists_shift(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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

bool lists_pop(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct array *a = own_array(m, &arg[0]);

	if (!a || !a->n)
		return false;
	*ret = a->pair[--a->n].value;
	return true;
}

bool lists_push(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct array *a = own_array(m, &arg[0]);

	for (uint32_t i = 1; a && i < n; i++) {
		arg[i].slot = 0;
		array_push(&m->e->pool, a, arg[i]);
	}
	*ret = value_unknown(0, 0);
	return true;
}

bool lists_keys(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n > 1 || arg[0].kind != V_ARRAY || !lists_new(m, ret))
		return false;
	for (uint32_t i = 0; i < arg[0].array->n; i++)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i].key);
	return true;
}

bool lists_values(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind != V_ARRAY || !lists_new(m, ret))
		return false;
	ret->array->marks = arg[0].array->marks;
	for (uint32_t i = 0; i < arg[0].array->n; i++)
		array_push(&m->e->pool, ret->array, arg[0].array->pair[i].value);
	return true;
}

bool lists_flip(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind != V_ARRAY || arg[0].array->n > 4096 || !lists_new(m, ret))
		return false;
	for (uint32_t i = 0; i < arg[0].array->n; i++)
		array_set(&m->e->pool, ret->array, &arg[0].array->pair[i].value, arg[0].array->pair[i].key,
			  &m->e->steps_left);
	return true;
}

bool lists_slice(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	int64_t from = n > 1 ? value_number(&arg[1]) : 0, many, size;

	if (arg[0].kind != V_ARRAY || !lists_new(m, ret))
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

/* The first element, or the last. */
static bool one_end(struct machine *m, const struct value *arg, bool last, struct value *ret)
{
	const struct array *a =
		arg->kind == V_ARRAY && arg->array->n && !arg->array->marks ? arg->array : NULL;

	*ret = a ? a->pair[last ? a->n - 1 : 0].value : operate_element(m, *arg);
	return true;
}

bool lists_current(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return one_end(m, arg, false, ret);
}

bool lists_end(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return one_end(m, arg, true, ret);
}

bool lists_is_array(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg[0].kind == V_UNKNOWN || arg[0].marks & (M_LOOSE | M_INPUT))
		return false;
	*ret = value_bool(arg[0].kind == V_ARRAY);
	return true;
}

bool lists_in_array(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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
