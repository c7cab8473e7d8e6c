/*
 * variables - see builtin.h: functions that make variables and constants out of texts and lists, or ask for them.
 *
 * It promises: where nobody can know which variables are made, any of the frame's may be one (its WILD).
 * Source: the PHP manual's pages of the functions.
 * TRUST: names and contents are the scanned text's; so many of them are made, and no more.
 */
#include "scan/builtin.h"

#include "scan/machine.h"
#include "scan/decode.h"

/* Constants of the file's own. */
bool variables_define(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n < 2 || arg[0].kind != V_TEXT || !m->e->defined)
		return false;
	arg[1].slot = 0;
	array_set(&m->e->pool, m->e->defined, &arg[0], arg[1], &m->e->steps_left);
	*ret = value_bool(true);
	return true;
}

/* Also every bare word in the text that is no keyword (operand.c). */
bool variables_constant(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	static const struct {
		struct span name, text;
		int64_t number;
	} fixed[] = { { SPAN("PHP_EOL"), SPAN("\n"), 0 },
		      { SPAN("DIRECTORY_SEPARATOR"), SPAN("/"), 0 },
		      { SPAN("PATH_SEPARATOR"), SPAN(":"), 0 },
		      { SPAN("PHP_OS"), SPAN("Linux"), 0 },
		      { SPAN("E_ALL"), SPAN_NONE, 32767 },
		      { SPAN("CURLOPT_URL"), SPAN_NONE, 10002 },
		      { SPAN("CURLOPT_POSTFIELDS"), SPAN_NONE, 10015 },
		      { SPAN("FILE_APPEND"), SPAN_NONE, 8 },
		      { SPAN("STR_PAD_LEFT"), SPAN_NONE, 0 },
		      { SPAN("STR_PAD_RIGHT"), SPAN_NONE, 1 },
		      { SPAN("STR_PAD_BOTH"), SPAN_NONE, 2 },
		      { SPAN("PHP_INT_MAX"), SPAN_NONE, INT64_MAX },
		      { SPAN("PATHINFO_DIRNAME"), SPAN_NONE, 1 },
		      { SPAN("PATHINFO_BASENAME"), SPAN_NONE, 2 },
		      { SPAN("PATHINFO_EXTENSION"), SPAN_NONE, 4 },
		      { SPAN("PATHINFO_FILENAME"), SPAN_NONE, 8 },
		      { SPAN("M_PI"), SPAN_NONE, 3 } };
	struct pair *at = arg[0].kind == V_TEXT && m->e->defined
				  ? array_find(m->e->defined, &arg[0], &m->e->steps_left)
				  : NULL;

	if (at) {
		*ret = at->value;
		return true;
	}
	for (size_t i = 0; arg[0].kind == V_TEXT && i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (span_eq(span_of(arg[0].p, arg[0].n), fixed[i].name)) {
			*ret = fixed[i].text.n ? value_span(fixed[i].text) : value_int(fixed[i].number);
			return true;
		}
	*ret = value_unknown(0, 0);
	/* PHP before 8 takes an unknown constant for a text: words that mean nothing are used for hiding */
	if (arg[0].kind == V_TEXT && m->now && m->now->b) {
		*ret = arg[0];
		ret->marks |= M_BARE;
	}
	return true;
}

/* One half of a pair of a query, its percent signs undone. */
static struct value unquoted(struct machine *m, struct span s)
{
	struct buf out = BUF_MAX(1 << 20);
	struct value v = value_span(s);

	if (!s.n || (!memchr(s.p, '%', s.n) && !memchr(s.p, '+', s.n)))
		return v;
	if (decode_url(s, &out))
		v = value_text(&m->e->pool, buf_view(&out));
	charge(m, s.n / 8);
	buf_free(&out);
	return v.kind == V_TEXT ? v : value_span(s);
}

/* parse_str("a=system&b=...", $into), or into variables. */
bool variables_parse_str(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value *into = n > 1 ? machine_slot(m, arg[1].slot - 1) : NULL, list;
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
	if (!lists_new(m, &list))
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
bool variables_extract(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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

/* register_globals of a script's own making. */
bool variables_import(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	here(m)->wild |= M_FIELD;
	*ret = value_bool(true);
	return true;
}

bool variables_args(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct frame *f = here(m);

	if (!lists_new(m, ret))
		return false;
	for (uint32_t i = 0; i < f->unit->parameters; i++)
		array_push(&m->e->pool, ret->array, machine_load(m, f, f->unit->parameter[i].slot));
	return true;
}
