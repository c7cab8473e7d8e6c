/*
 * store - variables, elements and properties; see ops.h.
 *
 * What is stored in an undecided branch keeps the marks of what it covers.
 * TRUST: names and keys are the scanned text's; every index is checked where it is used.
 */
#include "scan/machine.h"
#include "scan/sinks.h"

#include "base/arena.h"
#include "scan/ops.h"

/* --- variables ------------------------------------------------------------------------------- */

/* A superglobal named at run time. */
static struct value super_value(uint32_t name)
{
	static const uint32_t marks[SUPERS] = {
		[SUPER_GET] = M_FIELD,	       [SUPER_POST] = M_FIELD,	     [SUPER_REQUEST] = M_FIELD,
		[SUPER_COOKIE] = M_FIELD,      [SUPER_SERVER] = M_HEADER,    [SUPER_FILES] = M_UPLOAD,
		[SUPER_OLD_GET] = M_FIELD,     [SUPER_OLD_POST] = M_FIELD,   [SUPER_OLD_COOKIE] = M_FIELD,
		[SUPER_OLD_SERVER] = M_HEADER, [SUPER_OLD_FILES] = M_UPLOAD, [SUPER_RAW] = M_BODY,
		[SUPER_GLOBALS] = 0,
	};
	struct value v = value_unknown(name < SUPERS ? marks[name] : 0, 0);

	v.n = name;
	return v;
}

/* By name: what $$x, extract() and eval'd text need. Charged, as it is searched for. */
struct value *machine_variable(struct machine *m, struct frame *f, uint32_t name, bool make)
{
	const struct unit *u = f->unit;
	struct extra *x;
	uint32_t passed = 0;

	m->e->steps_left -= m->e->steps_left > u->slots / 16 ? u->slots / 16 : 0;
	for (uint32_t i = 0; i < u->slots; i++)
		if (u->slot_name[i] == name) {
			struct value *v = &f->slot[i];

			return v->kind == V_ALIAS ? v->cell : v;
		}
	for (x = f->extra; x; x = x->next, passed++)
		if (x->name == name)
			break;
	m->e->steps_left -= m->e->steps_left > passed / 4 ? passed / 4 : m->e->steps_left;
	if (x)
		return &x->value;
	if (!make)
		return NULL;
	x = pool_take(&m->e->pool, sizeof(*x));
	if (!x)
		return NULL;
	x->name = name;
	x->next = f->extra;
	x->value = (struct value){ .kind = V_NULL, .marks = M_LOOSE };
	f->extra = x;
	return &x->value;
}

/*
 * Where a request may have made any variable, one that nothing set is the request's. SLOT goes along, so
 * that what is called with the value can write back to where it came from (references, sort, array_push).
 */
struct value machine_load(struct machine *m, struct frame *f, uint32_t slot)
{
	struct value v;

	if (slot >= f->unit->slots)
		return value_unknown(0, 0);
	v = f->slot[slot].kind == V_ALIAS ? *f->slot[slot].cell : f->slot[slot];
	if (v.kind == V_NULL && v.marks & M_LOOSE && f->wild)
		v = value_unknown(f->wild, 0);
	v.slot = slot + 1;
	return v;
}

/*
 * Undecided places add, certain ones replace. Marks of shape and of decoding belong to one content and go
 * with it. Arrays are told that two may hold them: PHP copies on assignment, here the copy is made when
 * one of them is written to.
 */
void machine_store(struct machine *m, struct value *at, struct value v)
{
	struct frame *f = here(m);

	v.slot = 0;
	if (v.kind == V_ARRAY)
		v.array->shared = true;
	if (at->kind == V_ALIAS)
		at = at->cell;
	/* an empty list in one branch is no reason to forget what the other one found */
	if (f->unsure && value_is_blank(&v) && (at->kind == V_UNKNOWN || at->kind == V_ARRAY) &&
	    at->marks & M_INPUT)
		return;
	if (f->unsure) {
		uint32_t kept = at->marks & ~(uint32_t)(M_SHAPE | M_LOOSE | M_DECODED | M_BUILT | M_ESCAPED |
							M_CHANGED | M_FRAGILE);

		if (kept & ~v.marks) {
			if (!(v.marks & (M_INPUT | M_REMOTE | M_UPLOAD)) && at->from)
				v.from = at->from;
			if (at->marks & M_BEHIND && !(v.marks & M_INPUT))
				v.marks |= M_BEHIND;
			v.marks |= kept;
		}
	}
	*at = v;
}

/* About to be written into: what is no list becomes one. */
void op_load(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);
	struct value *at;

	if (k->b && k->a < f->unit->slots) {
		at = f->slot[k->a].kind == V_ALIAS ? f->slot[k->a].cell : &f->slot[k->a];
		if (at->kind == V_NULL || (at->kind == V_UNKNOWN && !at->n && !at->marks) ||
		    (at->kind == V_TEXT && at->n == 0)) {
			*at = array_new(&m->e->pool);
		} else if (at->kind == V_UNKNOWN && !at->n) {
			struct value v = array_new(&m->e->pool);

			if (v.kind == V_ARRAY) {
				v.array->marks = at->marks;
				v.array->from = at->from;
				v.marks = at->marks;
				v.from = at->from;
				*at = v;
			}
		} else if (at->kind == V_ARRAY && at->array->shared) {
			struct array *own = array_copy(&m->e->pool, at->array);

			if (own)
				at->array = own;
		}
	}
	push_value(m, machine_load(m, f, k->a));
}

struct value *machine_slot(struct machine *m, uint32_t slot)
{
	struct frame *f = here(m);

	if (slot >= f->unit->slots)
		return NULL;
	return f->slot[slot].kind == V_ALIAS ? f->slot[slot].cell : &f->slot[slot];
}

static struct value combined(struct machine *m, uint8_t op, struct value old, struct value v)
{
	if (op == 0)
		return v;
	return operate_binary(m, op, old, v);
}

void op_store(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m), *at = machine_slot(m, k->a);

	if (v.marks & M_BUILT && sink_hides(m, &v))
		m->e->events->hidden_names++;
	if (at) {
		if (k->b) {
			struct value old = machine_load(m, here(m), k->a);

			/* a text that only grows: its loose end is nobody's input */
			old.marks &= ~(uint32_t)M_LOOSE;
			v = combined(m, k->b, old, v);
			v.slot = 0;
			*at = v;
		} else {
			machine_store(m, at, v);
		}
	}
	push_value(m, v);
}

/* Letters count on, too: "a" is followed by "b". */
void op_step(struct machine *m, const struct code *k)
{
	struct value *at = machine_slot(m, k->a), old, new;
	int64_t i;

	if (!at) {
		push_value(m, value_unknown(0, 0));
		return;
	}
	old = *at;
	if (old.kind == V_TEXT && old.n && old.n < 64 && !(old.p[0] >= '0' && old.p[0] <= '9') &&
	    k->b % 2 == 1) {
		new = operate_unary(m, '>', old);
	} else if (value_to_int(&old, &i)) {
		new = value_int(k->b % 2 ? i + (i < INT64_MAX) : i - (i > INT64_MIN));
		new.marks = old.marks &M_BUILT;
	} else {
		new = value_unknown(0, 0);
	}
	*at = new;
	push_value(m, k->b > 2 ? old : new);
}

static uint32_t name_of_value(struct machine *m, const struct value *v)
{
	char scratch[VALUE_SCRATCH];
	struct span text;

	return v->kind != V_UNKNOWN && value_to_text(v, scratch, &text) && text.n < 200
		       ? engine_name(m->e, v->kind == V_TEXT ? text : arena_span(m->e->pool.arena, text),
				     false)
		       : 0;
}

void op_load_named(struct machine *m, const struct code *k)
{
	struct value name = pop_value(m);
	uint32_t id = name_of_value(m, &name);
	struct value *at = id ? machine_variable(m, here(m), id, false) : NULL;

	if (id && id < SUPERS && id != SUPER_GLOBALS && name.marks & (M_BUILT | M_DECODED | M_ESCAPED))
		m->e->events->hidden_supers += !sink_visible(m, engine_name_text(m->e, id));
	m->e->events->spelled_supers += id && id < SUPERS && name.kind == V_TEXT && !name.slot;
	if (id && id < SUPERS)
		push_value(m, super_value(id));
	else if (at)
		push_value(m, *at);
	else
		push_value(m, value_unknown((name.marks & M_INPUT		? M_CHOSEN
					     : id && here(m)->unit->number == 0 ? M_LOOSE
										: 0) |
						    here(m)->wild,
					    name.from));
}

/* A name that nobody knows may be any variable's. */
void op_store_named(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m), name = pop_value(m);
	uint32_t id = name_of_value(m, &name);
	struct value *at = id >= SUPERS ? machine_variable(m, here(m), id, true) : NULL;

	if (at)
		machine_store(m, at, combined(m, k->b, *at, v));
	else if (name.kind == V_UNKNOWN)
		here(m)->wild |= v.marks & (M_INPUT | M_UPLOAD);
	push_value(m, v);
}

/* --- places in arrays and objects -------------------------------------------------------------- */

void op_index(struct machine *m, const struct code *k)
{
	struct value key = pop_value(m), base = pop_value(m);
	struct pair *at;

	if (k->b && base.kind == V_ARRAY) {
		at = array_find(base.array, &key, &m->e->steps_left);
		if (!at || at->value.kind == V_NULL) {
			struct value v = array_new(&m->e->pool);

			array_set(&m->e->pool, base.array, &key, v, &m->e->steps_left);
			push_value(m, v);
			return;
		}
	}
	push_value(m, operate_index(m, base, key));
}

/* $list[k] =, $text[3] =, $GLOBALS['x'] =, $_SESSION['x'] =. */
void op_store_index(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m), key = pop_value(m), base = pop_value(m);
	struct value *at = base.slot && base.kind != V_ARRAY ? machine_slot(m, base.slot - 1) : NULL;

	if (base.kind == V_ARRAY) {
		struct pair *old = array_find(base.array, &key, &m->e->steps_left);

		if (k->b && old)
			v = combined(m, k->b, old->value, v);
		v.slot = 0;
		array_set(&m->e->pool, base.array, &key, v, &m->e->steps_left);
	} else if (base.kind == V_UNKNOWN && base.n == SUPER_SESSION) {
		uint32_t marks = value_all_marks(&v) & (M_INPUT | M_REMOTE | M_UPLOAD);

		m->e->session_late |= m->e->session_read && marks & ~m->e->session;
		m->e->session |= marks;
	} else if (base.kind == V_UNKNOWN && base.n == SUPER_GLOBALS && key.kind == V_TEXT) {
		uint32_t id = name_of_value(m, &key);
		struct value *global = id >= SUPERS ? machine_variable(m, &m->frame[0], id, true) : NULL;

		if (global)
			machine_store(m, global, combined(m, k->b, *global, v));
	} else if (base.kind == V_TEXT && at && at->kind == V_TEXT) {
		/* $text[3] = 'x' */
		int64_t i;

		if (v.kind != V_TEXT || !v.n || !value_to_int(&key, &i) || i < 0 || i >= base.n) {
			*at = value_unknown(at->marks | v.marks, v.from ? v.from : at->from);
		} else {
			struct value own =
				at->grows ? *at : value_append(&m->e->pool, *at, value_span(SPAN("")));

			if (own.kind == V_TEXT) {
				((char *)(uintptr_t)own.p)[i] = v.p[0];
				own.marks = at->marks | v.marks | M_BUILT;
				own.grows = true;
				*at = own;
			}
		}
	} else if (at) {
		at->marks |= v.marks & ~(uint32_t)M_LOOSE;
		if (v.from)
			at->from = v.from;
	}
	push_value(m, v);
}

void op_push_to(struct machine *m, const struct code *k)
{
	struct value v, base;

	/* read, not written: $a[] as an argument */
	if (k->b == 1) {
		base = pop_value(m);
		push_value(m, operate_element(m, base));
		return;
	}
	v = pop_value(m);
	base = pop_value(m);
	v.slot = 0;
	if (base.kind == V_ARRAY)
		array_push(&m->e->pool, base.array, v);
	push_value(m, v);
}

static struct array *properties_of(struct machine *m, const struct value *object)
{
	if (object->kind == V_OBJECT && object->n < m->e->classes)
		return m->e->class[object->n].properties;
	if (object->kind == V_ARRAY)
		return object->array;
	return NULL;
}

/*
 * Stored once for all objects of the class; what was there stays possible. Objects of a class are not
 * told apart, so what a property was made of is never dropped: which of them was written to nobody knows.
 */
static void store_property(struct machine *m, uint32_t name, uint8_t op)
{
	struct value v = pop_value(m), object = pop_value(m);
	struct value key = value_span(engine_name_text(m->e, name));
	struct array *a;
	struct pair *old;

	if (object.kind == V_TEXT) {
		uint32_t class = engine_name(m->e, span_of(object.p, object.n), true);

		object = (struct value){ .kind = V_OBJECT, .n = engine_class_at(m->e, class) };
		if (object.n == NO_CLASS)
			object = here(m)->self;
	}
	a = properties_of(m, &object);
	/* none of those lists ever holds itself */
	if (object.kind == V_ARRAY && v.kind == V_ARRAY)
		v = value_unknown(value_all_marks(&v), v.from);
	if (a) {
		old = array_find(a, &key, &m->e->steps_left);
		if (old && op)
			v = combined(m, op, old->value, v);
		if (old && (v.marks | old->value.marks) != v.marks && !op)
			v = value_join(old->value, v);
		v.slot = 0;
		if (v.kind == V_ARRAY)
			v.array->shared = true;
		array_set(&m->e->pool, a, &key, v, &m->e->steps_left);
	}
	push_value(m, v);
}

void op_property(struct machine *m, const struct code *k)
{
	push_value(m, operate_property(m, pop_value(m), k->a));
}

void op_store_property(struct machine *m, const struct code *k)
{
	store_property(m, k->a, k->b);
}

void op_property_named(struct machine *m, const struct code *k)
{
	struct value name = pop_value(m), object = pop_value(m);
	uint32_t id = name_of_value(m, &name);

	push_value(m, id ? operate_property(m, object, id) : value_unknown(object.marks, object.from));
}

void op_store_property_named(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m), name = pop_value(m);
	uint32_t id = name_of_value(m, &name);

	push_value(m, v);
	if (id) {
		store_property(m, id, k->b);
		return;
	}
	v = pop_value(m);
	pop_value(m);
	push_value(m, v);
}
