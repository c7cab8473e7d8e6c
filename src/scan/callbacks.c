/*
 * callbacks - see callbacks.h.
 *
 * It promises: a callback that is the file's own function runs in a frame of the machine's, under its limits.
 * One that is not known gives an unknown result with the marks of all that went in.
 * Source: the PHP manual's pages of the functions (Function Handling Functions, Array Functions).
 * TRUST: callbacks and what they are given are the scanned text's; sizes are limited by value.c's budget.
 */
#include "scan/callbacks.h"

#include "scan/machine.h"

#include "base/arena.h"
#include "base/buf.h"

/* A callback chosen by somebody else is told; any other is called with the elements it would get. */
static bool call_back(struct machine *m, struct value callee, struct value list, uint32_t n, uint32_t times,
		      bool keys)
{
	drop_values(m, n);
	if (list.kind == V_ARRAY && list.array->n && times == 1) {
		call_map(m, callee, list.array, keys);
		return true;
	}
	for (uint32_t i = 0; i < times && keys; i++)
		push_value(m, list.kind == V_ARRAY && i < list.array->n && !value_key_marks(&list)
				      ? list.array->pair[i].key
				      : value_unknown(value_key_marks(&list), list.from));
	for (uint32_t i = 0; i < times && !keys; i++)
		push_value(m, times == 2 && list.kind == V_ARRAY && i < list.array->n
				      ? list.array->pair[i].value
				      : operate_element(m, list));
	call_callable(m, callee, times);
	return true;
}

/* filter_var($x, FILTER_CALLBACK, array("options" => callable)). */
static bool validate(struct machine *m, const struct value *arg, uint32_t n)
{
	struct value key = value_span(SPAN("options")), value = arg[0], callee;
	struct pair *at = arg[2].kind == V_ARRAY ? array_find(arg[2].array, &key, &m->e->steps_left) : NULL;

	if (!at)
		return false;
	callee = at->value;
	if (callee.kind != V_CLOSURE && callee.kind != V_TEXT && !(callee.marks & M_INPUT))
		return false;
	drop_values(m, n);
	push_value(m, value);
	call_callable(m, callee, 1);
	return true;
}

/* filter_var_array($list, array("name" => array("filter" => FILTER_CALLBACK, "options" => callable))). */
static bool validate_all(struct machine *m, const struct value *arg, uint32_t n)
{
	struct value list = arg[0], rules = arg[1], name = value_span(SPAN("options")),
		     callee = { .kind = V_NULL };

	for (uint32_t i = 0; rules.kind == V_ARRAY && i < rules.array->n && i < 64; i++) {
		const struct value *rule = &rules.array->pair[i].value;
		struct pair *at =
			rule->kind == V_ARRAY ? array_find(rule->array, &name, &m->e->steps_left) : NULL;

		if (at &&
		    (at->value.kind == V_CLOSURE || at->value.kind == V_TEXT || at->value.marks & M_INPUT))
			callee = at->value;
	}
	if (callee.kind == V_NULL)
		return false;
	drop_values(m, n);
	push_value(m, operate_element(m, list));
	call_callable(m, callee, 1);
	return true;
}

/* Functions that call what they are given. */
static bool run_callable(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	struct value callee = n ? arg[0] : value_unknown(0, 0), list;

	switch (fn->act) {
	case ACT_MAP:
		if (n > 1 && callee.kind == V_NULL) {
			/* no function: lists are laid side by side */
			list = value_unknown(value_marks_of(arg, n), arg[1].from);
			drop_values(m, n);
			push_value(m, list);
			return true;
		}
		return n > 1 && call_back(m, callee, arg[1], n, 1, false);
	case ACT_FILTER:
	case ACT_WALK:
		return n > 1 && call_back(m, arg[1], arg[0], n, 1, fn->act == ACT_WALK);
	case ACT_SORT:
		/* uksort and its kin compare what the elements are called */
		return n > fn->arg && call_back(m, arg[fn->arg], arg[0], n, 2,
						strstr(fn->name, "uk") || strstr(fn->name, "uassoc"));
	case ACT_PREG_CALLBACK:
		if (n < 3)
			return false;
		list = value_unknown(arg[2].marks & ~(uint32_t)M_SHAPE, arg[2].from);
		callee = arg[1];
		drop_values(m, n);
		push_value(m, list);
		call_callable(m, callee, 1);
		return true;
	case ACT_CALL:
		if (!n)
			return false;
		memmove(arg, arg + 1, (n - 1) * sizeof(*arg));
		m->top--;
		call_callable(m, callee, n - 1);
		return true;
	case ACT_CALL_ARRAY:
		if (n < 2)
			return false;
		list = arg[1];
		drop_values(m, n);
		n = 0;
		for (uint32_t i = 0; list.kind == V_ARRAY && i < list.array->n && i < 16; i++, n++)
			push_value(m, list.array->pair[i].value);
		if (n == 0) {
			push_value(m, operate_element(m, list));
			n = 1;
		}
		call_callable(m, callee, n);
		return true;
	case ACT_VALIDATE:
		return fn->name[10] == '_' ? n > 1 && validate_all(m, arg, n) : n > 2 && validate(m, arg, n);
	case ACT_HANDLERS:
		/* sessions: what reads one is given its id, which the client chose */
		if (n < 3 || arg[2].kind != V_TEXT)
			return false;
		callee = arg[2];
		drop_values(m, n);
		push_value(m, value_unknown(M_FIELD, machine_step(m, 0, "the session's id")));
		call_callable(m, callee, 1);
		return true;
	case ACT_ON_ERROR:
		m->on_error = callee;
		return false;
	case ACT_ERROR:
		if (!n || (m->on_error.kind != V_TEXT && m->on_error.kind != V_CLOSURE &&
			   m->on_error.kind != V_ARRAY))
			return false;
		/* a number goes first */
		list = arg[0];
		drop_values(m, n);
		push_value(m, value_int(256));
		push_value(m, list);
		call_callable(m, m->on_error, 2);
		return true;
	case ACT_UNBUFFER:
		/* the newest buffer's function gets all that was put out */
		for (uint32_t i = m->laters; i > 0; i--) {
			if (!m->later_flushes[i - 1] || m->later[i - 1].kind == V_NULL)
				continue;
			callee = m->later[i - 1];
			m->later[i - 1] = (struct value){ .kind = V_NULL };
			drop_values(m, n);
			push_value(m, value_unknown(m->e->echoed, 0));
			call_callable(m, callee, 1);
			return true;
		}
		return false;
	case ACT_REGISTER:
	case ACT_FLUSH:
		if (fn->act == ACT_FLUSH && !n)
			return false;
		/* register_shutdown_function("system", $_GET[1]) is a call with arguments; without, it comes at the end */
		if (n > 1 && fn->act == ACT_REGISTER) {
			memmove(arg, arg + 1, (n - 1) * sizeof(*arg));
			m->top--;
			call_callable(m, callee, n - 1);
			return true;
		}
		if (n && m->laters < LATER_MOST) {
			m->later_flushes[m->laters] = fn->act == ACT_FLUSH;
			m->later[m->laters++] = callee;
		}
		drop_values(m, n);
		push_value(m, value_unknown(0, 0));
		return true;
	default:
		return false;
	}
}

/* create_function: a function without a name. */
static bool run_create(struct machine *m, struct value *arg, uint32_t n)
{
	struct buf text = BUF_MAX(1 << 20);
	struct unit *u = NULL, *made = NULL;
	struct value v = { .kind = V_UNKNOWN };
	char scratch[VALUE_SCRATCH];

	if (n < 2 || arg[1].kind != V_TEXT)
		return false;
	buf_str(&text, "return function(");
	buf_span(&text, value_plain(&arg[0], scratch));
	buf_str(&text, "){");
	buf_span(&text, span_of(arg[1].p, arg[1].n));
	buf_str(&text, "\n};");
	v.from = arg[1].from;
	u = engine_text(m->e, arena_span(m->e->pool.arena, buf_view(&text)), true,
			here(m)->unit->text->layer + (arg[1].marks & M_DECODED ? 1 : 0), v.from);
	buf_free(&text);
	if (u && u->number + 1 < m->e->units)
		made = m->e->unit[u->number + 1];
	if (u)
		u->runs = 1;
	drop_values(m, n);
	push_value(m, made ? (struct value){ .kind = V_CLOSURE, .n = made->number } : value_unknown(0, 0));
	return true;
}

bool callbacks_act(uint8_t act)
{
	return act == ACT_CREATE || act == ACT_MAP || act == ACT_FILTER || act == ACT_WALK ||
	       act == ACT_SORT || act == ACT_PREG_CALLBACK || act == ACT_CALL || act == ACT_CALL_ARRAY ||
	       act == ACT_REGISTER || act == ACT_FLUSH || act == ACT_VALIDATE || act == ACT_HANDLERS ||
	       act == ACT_UNBUFFER || act == ACT_ON_ERROR || act == ACT_ERROR;
}

bool callbacks_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	return fn->act == ACT_CREATE ? run_create(m, arg, n) : run_callable(m, fn, arg, n);
}
