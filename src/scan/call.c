/*
 * call - calls of the scanned text: its own functions are run, PHP's are worked out where they are pure, and where they
 * do harm they are told. Nothing outside is ever called.
 *
 * TRUST: names and arguments are the scanned text's; a name only ever picks a row of the lexicon or a unit.
 */
#include "scan/machine.h"
#include "scan/sinks.h"

#include "base/hash.h"
#include "scan/builtin.h"
#include "scan/foreign.h"
#include "scan/outside.h"

/*
 * Calls of one function. With unknown arguments, RUNS_FREE of them show all that it does; with known ones
 * it may be a decoder, which needs every call: up to RUNS_MOST, and past RUNS_EXACT a result that was
 * seen is taken again. RUNS_LATE_FREE and RUNS_LATE take these limits' places once the script has run and
 * what nothing has called is called. WRITTEN_BYTES: bytes of a script that is written and still looked at. RECURSION_MOST:
 * the same function within itself, below ENGINE_FRAMES, so that one cannot use up the frames of all.
 */
enum {
	RUNS_FREE = 12,
	RUNS_LATE_FREE = 2,
	RUNS_EXACT = 40,
	RUNS_MOST = 20000,
	RUNS_LATE = 60,
	WRITTEN_BYTES = 1 << 20,
	RECURSION_MOST = 12
};

/* A finished call: the N values and what lies below by BELOW go, V stays. */
static void finish(struct machine *m, uint32_t n, struct value v)
{
	for (uint32_t i = 0; i < n; i++)
		pop_value(m);
	v.slot = 0;
	push_value(m, v);
}

static struct value *arguments(struct machine *m, uint32_t n)
{
	return &m->stack[m->top >= n ? m->top - n : 0];
}

/* What any of the arguments is made of, and the step that proves it best. */
static uint32_t all_marks(const struct value *arg, uint32_t n, uint32_t *ret_from)
{
	uint32_t marks = 0;

	for (uint32_t i = 0; i < n; i++) {
		marks |= value_all_marks(&arg[i]);
		if (arg[i].from && (!*ret_from || arg[i].marks & M_INPUT))
			*ret_from = arg[i].from;
	}
	return marks;
}

static bool all_known(const struct value *arg, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (arg[i].kind == V_UNKNOWN || arg[i].kind == V_OBJECT)
			return false;
	return true;
}

/* Arguments to parameters, references noted, the closure's own variables last. */
static void bind(struct machine *m, struct frame *f, struct frame *caller, const struct value *arg,
		 uint32_t n)
{
	struct unit *u = f->unit;

	for (uint32_t i = 0; i < u->parameters; i++) {
		struct parameter *p = &u->parameter[i];
		struct value v = value_unknown(0, 0);

		if (p->slot >= u->slots)
			continue;
		if (p->rest) {
			struct value rest = array_new(&m->e->pool);

			for (uint32_t j = i; rest.kind == V_ARRAY && j < n; j++)
				array_push(&m->e->pool, rest.array, arg[j]);
			v = rest;
		} else if (i < n) {
			v = arg[i];
		} else if (m->calls_all) {
			v.marks = M_PARAMETER;
			if (operate_secret(engine_name_text(m->e, u->slot_name[p->slot])))
				v.marks |= M_SECRET;
		} else if (p->constant < m->e->constants) {
			v = m->e->constant[p->constant];
		}
		if (p->by_reference && i < n && arg[i].slot && caller && arg[i].slot <= caller->unit->slots &&
		    f->references < REFERENCES_MOST) {
			struct value *at = &caller->slot[arg[i].slot - 1];

			f->reference[f->references] = at->kind == V_ALIAS ? at->cell : at;
			f->reference_slot[f->references++] = p->slot;
		}
		v.slot = 0;
		if (v.kind == V_ARRAY)
			v.array->shared = true;
		f->slot[p->slot] = v;
	}
	for (uint32_t i = 0; u->captured && i < u->uses && u->use_first + i < u->slots; i++)
		if (!u->arrow || i >= u->parameters)
			f->slot[u->use_first + i] = u->captured[i];
}

/* Superglobals, $this, and nothing: what only a global may be is marked as set by nobody. */
static void first_values(struct machine *m, struct frame *f)
{
	for (uint32_t i = 0; i < f->unit->slots; i++) {
		uint32_t name = f->unit->slot_name[i];

		if (name < SUPERS) {
			static const uint32_t marks[SUPERS] = {
				0, M_FIELD, M_FIELD, M_FIELD, M_FIELD,	M_HEADER, M_UPLOAD, 0, 0,
				0, M_FIELD, M_FIELD, M_FIELD, M_HEADER, M_UPLOAD, M_BODY,   0,
			};

			f->slot[i] = value_unknown(marks[name], 0);
			f->slot[i].n = name;
		} else if (span_eq(engine_name_text(m->e, name), SPAN("this"))) {
			f->slot[i] = f->self;
		} else {
			f->slot[i] =
				(struct value){ .kind = V_NULL,
						.marks = f->unit->number == 0 || f->shares ? M_LOOSE : 0 };
		}
	}
}

/*
 * What a call is told apart by; 0 where two of them may differ all the same. Marks are part of it: the
 * same text from a request and from the file itself must not share a result. Long texts and arrays are
 * not looked through, that would cost more than a call. | 1, as 0 says "none".
 */
static uint64_t key_of(const struct value *arg, uint32_t n)
{
	uint64_t key = hash_mix(n + 1);

	for (uint32_t i = 0; i < n; i++) {
		key = hash_mix(key ^ arg[i].kind ^ (uint64_t)arg[i].marks << 8);
		switch (arg[i].kind) {
		case V_TEXT:
			if (arg[i].n > 4096)
				return 0;
			key = hash_mix(key ^ hash_bytes(arg[i].p, arg[i].n, 0));
			break;
		case V_ARRAY:
			return 0;
		case V_INT:
		case V_BOOL:
		case V_FLOAT:
			key = hash_mix(key ^ (uint64_t)arg[i].i);
			break;
		default:
			key = hash_mix(key ^ arg[i].n);
		}
	}
	return key | 1;
}

/* The result of the same call before; *RET_KEEP: where this one's is to be kept, plus one. */
static const struct value *known_result(struct unit *u, uint64_t key, bool exact, uint32_t most,
					uint32_t *ret_keep)
{
	for (uint32_t i = 0; i < sizeof(u->known) / sizeof(u->known[0]); i++)
		if (u->known[i].key == key)
			return u->known[i].done && (!exact || u->runs > most) ? &u->known[i].result : NULL;
	*ret_keep = u->knowns++ % (sizeof(u->known) / sizeof(u->known[0])) + 1;
	u->known[*ret_keep - 1].key = key;
	u->known[*ret_keep - 1].done = false;
	return NULL;
}

static void give_result(struct machine *m, uint32_t n, struct value v)
{
	finish(m, n, v);
}

/*
 * A call seen before gives what it gave; the rest gets a frame, if there is room. A call over a limit
 * still gives the marks of all that the function has returned so far, and the sources of its arguments:
 * what flows through it is not lost, only its content.
 */
bool call_unit(struct machine *m, struct unit *u, uint32_t n, struct value self)
{
	struct frame *caller = m->frames ? here(m) : NULL;
	struct value *arg = arguments(m, n);
	uint32_t from = 0, marks = all_marks(arg, n, &from), again = 0, keep = 0;
	/* once all is called that is called, a call without arguments tells nothing new the second time */
	bool exact = all_known(arg, n) && (n || !m->calls_all);
	uint64_t key = key_of(arg, n);
	const struct value *before;
	struct frame *f;

	before = key ? known_result(u, key, exact, m->calls_all ? RUNS_LATE_FREE : RUNS_EXACT, &keep) : NULL;
	if (before) {
		give_result(m, n, *before);
		return false;
	}
	for (uint32_t i = 0; i < m->frames && u->running; i++)
		again += m->frame[i].unit == u;
	if (u->refused || m->frames >= ENGINE_FRAMES || m->slots_used + u->slots > SLOTS_MOST ||
	    again > RECURSION_MOST || (again && !exact) ||
	    (u->runs > (m->calls_all ? RUNS_LATE_FREE : RUNS_FREE) && !exact) ||
	    u->runs > (m->calls_all ? RUNS_LATE : RUNS_MOST)) {
		struct value v = u->returned;

		v = value_unknown(v.marks | (marks & (M_INPUT | M_REMOTE | M_FILE)), v.from ? v.from : from);
		give_result(m, n, u->refused ? value_unknown(0, 0) : v);
		return false;
	}
	f = &m->frame[m->frames++];
	*f = (struct frame){ .unit = u,
			     .slot = m->slots + m->slots_used,
			     .base = m->top - n,
			     .arms = m->arms,
			     .loops = m->loops,
			     .self = self,
			     .known = keep,
			     .given = marks & (M_FIELD | M_BODY) };
	m->slots_used += u->slots;
	first_values(m, f);
	bind(m, f, caller, arg, n);
	/* nobody calls it in this file: somebody else may, with anything */
	u->running = true;
	u->runs++;
	m->top = f->base;
	return true;
}

/* --- eval ------------------------------------------------------------------------------------ */

/*
 * The text becomes a unit of its own, with its caller's variables by name. Values go in here and come
 * back when the frame ends, as the slots of the two differ. A variable that the caller has not set is
 * marked as set by nobody, like a global.
 */
void call_run_text(struct machine *m, struct span text, bool code, struct value v)
{
	struct text *own = here(m)->unit->text;
	uint32_t layer = own->layer + 1;
	struct unit *u;
	struct frame *f, *outer;
	uint32_t before = m->e->units;

	if (text.n == 0) {
		push_value(m, value_unknown(0, 0));
		return;
	}
	u = engine_text(m->e, text, code, layer, v.from);
	m->e->events->decoded_bytes += (uint32_t)text.n;
	if (!u || u->number < before || !call_unit(m, u, 0, here(m)->self)) {
		if (!u)
			push_value(m, value_unknown(0, 0));
		return;
	}
	f = here(m);
	outer = f - 1;
	f->shares = true;
	f->wild = outer->wild;
	for (uint32_t i = 0; i < u->slots; i++) {
		struct value *at;

		if (u->slot_name[i] < SUPERS)
			continue;
		at = machine_variable(m, outer, u->slot_name[i], false);
		if (at) {
			f->slot[i] = *at;
			if (at->kind == V_ARRAY)
				at->array->shared = true;
		} else if (f->slot[i].kind == V_NULL) {
			f->slot[i].marks |= M_LOOSE;
		}
	}
}

/* eval: the event first, then the text itself where it is known. */
void call_eval(struct machine *m, struct value code)
{
	sink_reached(m, &(struct sink_call){ .sink = SINK_CODE, .name = SPAN("eval"), .arg = &code, .n = 1 });
	if (code.kind == V_TEXT)
		call_run_text(m, span_of(code.p, code.n), true, code);
	else
		push_value(m, value_unknown(0, 0));
}

/* --- functions of PHP's ----------------------------------------------------------------------- */

/* assert and preg_replace with /e run the text, too. */
static bool run_argument(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	struct value v;

	if (fn->sink == SINK_CODE && n > fn->arg && arg[fn->arg].kind == V_TEXT && arg[fn->arg].n) {
		v = arg[fn->arg];
	} else if (fn->sink == SINK_REPLACE && n > 1 && arg[0].kind == V_TEXT && arg[1].kind == V_TEXT) {
		struct span pattern = span_of(arg[0].p, arg[0].n);
		char close = pattern.n ? pattern.p[0] : '/';
		ptrdiff_t end = span_rfind(pattern, close == '('   ? ')'
						    : close == '{' ? '}'
						    : close == '[' ? ']'
								   : close);

		if (end < 0 || span_find(pattern, (size_t)end, 'e') < 0)
			return false;
		v = arg[1];
		/* what it found is the code */
		if (n > 2 && arg[2].kind == V_TEXT &&
		    (memmem(v.p, v.n, "\\1", 2) || memmem(v.p, v.n, "\\0", 2) || memmem(v.p, v.n, "$1", 2)) &&
		    v.n < 20)
			v = arg[2];
	} else {
		return false;
	}
	for (uint32_t i = 0; i < n; i++)
		pop_value(m);
	call_run_text(m, span_of(v.p, v.n), true, v);
	return true;
}

/* Who asks is looked for in a list: each word of it counts. */
static void compares(struct machine *m, const struct function *fn, const struct value *arg, uint32_t n)
{
	const struct value *with;

	if (n < 2 || !((arg[0].marks | arg[1].marks) & (M_CLIENT | M_VISITOR)))
		return;
	if (fn->act != ACT_STRPOS && fn->act != ACT_STRSTR && fn->act != ACT_SUBSTR_COUNT &&
	    fn->act != ACT_IN_ARRAY && fn->act != ACT_PREG_MATCH)
		return;
	with = arg[0].marks & (M_CLIENT | M_VISITOR) ? &arg[1] : &arg[0];
	if (with->kind == V_TEXT)
		m->e->events->visitors++;
	else if (with->kind == V_ARRAY)
		m->e->events->visitors += with->array->n;
}

/* First what it does (event), then what it gives. */
static void call_function(struct machine *m, const struct function *fn, struct span name, uint32_t n,
			  uint32_t name_marks)
{
	struct value *arg = arguments(m, n);
	struct sink_call call = {
		.function = fn, .sink = fn->sink, .name = name, .arg = arg, .n = n, .name_marks = name_marks
	};
	struct value v;

	if (name_marks & (M_BUILT | M_DECODED | M_ESCAPED))
		m->e->events->hidden_calls++;
	if (fn->sink == SINK_CODE || fn->sink == SINK_COMMAND)
		for (uint32_t i = 0; i < n; i++)
			arg[i] = machine_plain(m, arg[i]);
	if (fn->sink)
		sink_reached(m, &call);
	compares(m, fn, arg, n);
	if (fn->act && builtin_run(m, fn, arg, n))
		return;
	if ((fn->sink == SINK_CODE || fn->sink == SINK_REPLACE) && run_argument(m, fn, arg, n))
		return;
	v = source_result(m, fn, arg, n);
	if ((fn->sink == SINK_WRITE || fn->sink == SINK_PUT) && n > 1 && arg[1].kind == V_TEXT &&
	    arg[1].n < WRITTEN_BYTES && memmem(arg[1].p, arg[1].n, "<?", 2)) {
		struct value text = arg[1];

		/* a script that a script writes is looked at as if it were run */
		for (uint32_t i = 0; i < n; i++)
			pop_value(m);
		call_run_text(m, span_of(text.p, text.n), false, text);
		return;
	}
	finish(m, n, v);
}

/* The file's own functions hide PHP's of the same name only in namespaces; here they come first. */
void call_name(struct machine *m, uint32_t name, uint32_t n)
{
	const struct function *fn;
	struct unit *u;
	struct span text;
	ptrdiff_t part;
	uint32_t from = 0;

	for (uint32_t i = 0; i < m->e->aliases; i++)
		if (m->e->alias[i] == name) {
			name = m->e->alias_means[i];
			break;
		}
	u = engine_function(m->e, name);
	text = engine_name_text(m->e, name);
	if (u) {
		call_unit(m, u, n, value_unknown(0, 0));
		return;
	}
	part = span_rfind(text, '\\');
	if (part >= 0) {
		struct span last = span_from(text, (size_t)part + 1);

		u = engine_function(m->e, engine_name(m->e, last, true));
		if (u) {
			call_unit(m, u, n, value_unknown(0, 0));
			return;
		}
	}
	fn = lexicon_function(m->e->words, text);
	if (fn) {
		call_function(m, fn, text, n, 0);
		return;
	}
	foreign_given(m, text, arguments(m, n), n, 0);
	m->e->events->strangers +=
		all_marks(arguments(m, n), n, &from) & (M_FIELD | M_BODY) && !outside_is_function(text);
	finish(m, n, value_unknown(0, 0));
}

/* A closure, [object, method], a name, or something that only the request knows. */
static void call_now(struct machine *m, struct value callee, uint32_t n)
{
	struct value *arg = arguments(m, n);
	struct span text;
	uint32_t from = 0;

	if (callee.kind == V_CLOSURE && callee.n < m->e->units) {
		call_unit(m, m->e->unit[callee.n], n, here(m)->self);
		return;
	}
	if (callee.kind == V_ARRAY && callee.array->n == 2) {
		struct value object = callee.array->pair[0].value, name = callee.array->pair[1].value;

		if (m->top + 1 < ENGINE_STACK) {
			memmove(arg + 1, arg, n * sizeof(*arg));
			*arg = object;
			m->top++;
			call_method(m, name, n);
			return;
		}
	}
	if (callee.kind == V_OBJECT && callee.n < m->e->classes) {
		struct unit *invoke =
			engine_method(m->e, callee.n, engine_name(m->e, SPAN("__invoke"), true));

		if (invoke) {
			call_unit(m, invoke, n, callee);
			return;
		}
	}
	if (callee.kind == V_TEXT && callee.n < 200) {
		struct span name;
		struct unit *u;
		const struct function *fn;
		ptrdiff_t colons;

		text = span_of(callee.p, callee.n);
		colons = span_search(text, 0, SPAN("::"));
		name = colons >= 0 ? span_from(text, (size_t)colons + 2) : text;
		u = colons >= 0 ? engine_method(m->e, NO_CLASS, engine_name(m->e, name, true))
				: engine_function(m->e, engine_name(m->e, name, true));
		fn = lexicon_function(m->e->words, name);
		if (u) {
			call_unit(m, u, n, value_unknown(0, 0));
			return;
		}
		if (fn) {
			call_function(m, fn, name, n, callee.marks | M_BEHIND);
			return;
		}
		if (span_eq_nocase(name, SPAN("eval")) && n) {
			struct value code = arg[0];

			for (uint32_t i = 0; i < n; i++)
				pop_value(m);
			call_eval(m, code);
			return;
		}
		if (callee.marks & M_INPUT)
			callee.kind = V_UNKNOWN;
	}
	if (callee.kind == V_INT || callee.kind == V_FLOAT ||
	    (callee.kind == V_TEXT && !outside_is_function(span_of(callee.p, callee.n))))
		m->e->events->nameless += (all_marks(arg, n, &from) & (M_FIELD | M_BODY)) != 0;
	if (callee.kind == V_UNKNOWN || (callee.kind == V_NULL && callee.marks & M_LOOSE))
		sink_reached(m, &(struct sink_call){ .sink = SINK_CALLBACK,
						     .name = SPAN("a function chosen at run time"),
						     .arg = arg,
						     .n = n,
						     .name_marks = callee.marks });
	finish(m, n, value_unknown(0, 0));
}

void call_callable(struct machine *m, struct value callee, uint32_t n)
{
	/* call_user_func('call_user_func', ...) and its kin come here again: a script must not choose how deep our stack goes */
	if (m->nested == NESTED_MOST) {
		m->e->limits |= LIMIT_DEPTH;
		finish(m, n, value_unknown(0, 0));
		return;
	}
	m->nested++;
	call_now(m, callee, n);
	m->nested--;
}

void call_value(struct machine *m, uint32_t n)
{
	struct value *arg = arguments(m, n), callee;

	if (m->top < here(m)->base + n + 1) {
		m->stopped = true;
		return;
	}
	callee = arg[-1];
	memmove(arg - 1, arg, n * sizeof(*arg));
	m->top--;
	call_callable(m, callee, n);
}

/* --- methods --------------------------------------------------------------------------------- */

/* Of an object, or of the class that a text names. */
static uint32_t class_of(struct machine *m, const struct value *object)
{
	uint32_t id;

	if (object->kind == V_OBJECT)
		return object->n;
	if (object->kind != V_TEXT)
		return NO_CLASS;
	if (span_eq_nocase(span_of(object->p, object->n), SPAN("self")) ||
	    span_eq_nocase(span_of(object->p, object->n), SPAN("static")))
		return here(m)->self.kind == V_OBJECT ? here(m)->self.n : here(m)->unit->class;
	id = engine_name(m->e, span_of(object->p, object->n), true);
	return engine_class_at(m->e, id);
}

/* __call and its sister: the method's name, and all arguments in a list. */
static void call_any(struct machine *m, struct unit *u, struct value name, uint32_t n, struct value self)
{
	struct value *arg = arguments(m, n), list = array_new(&m->e->pool);

	for (uint32_t i = 0; list.kind == V_ARRAY && i < n; i++) {
		arg[i].slot = 0;
		array_push(&m->e->pool, list.array, arg[i]);
	}
	drop_values(m, n);
	name.slot = 0;
	push_value(m, name);
	push_value(m, list);
	call_unit(m, u, 2, self);
}

/* What a trait's method knows as its object is the object of the class that uses it. */
static bool is_trait(const struct machine *m, uint32_t class)
{
	const struct class *c = class < m->e->classes ? &m->e->class[class] : NULL;

	return c && c->text && c->token < c->text->n && c->text->token[c->token].sub == KW_TRAIT;
}

/* The class's own method, __call, or nothing that is known. */
void call_method(struct machine *m, struct value name, uint32_t n)
{
	struct value *arg = arguments(m, n), object, self;
	uint32_t class, id;
	struct unit *u = NULL;

	if (m->top < here(m)->base + n + 1) {
		m->stopped = true;
		return;
	}
	object = arg[-1];
	class = class_of(m, &object);
	id = name.kind == V_TEXT && name.n < 200 ? engine_name(m->e, span_of(name.p, name.n), true) : 0;
	if (id && object.kind != V_TEXT)
		u = engine_method(m->e, class, id);
	else if (id && class != NO_CLASS)
		u = engine_method(m->e, class, id);
	memmove(arg - 1, arg, n * sizeof(*arg));
	m->top--;
	arg--;
	if (u) {
		self = (struct value){ .kind = V_OBJECT, .n = u->class };
		if (class != NO_CLASS && is_trait(m, u->class))
			self.n = class;
		call_unit(m, u, n, self);
		return;
	}
	if (name.kind == V_UNKNOWN && name.marks & M_INPUT && n)
		sink_reached(m, &(struct sink_call){ .sink = SINK_CALLBACK,
						     .name = SPAN("a method chosen at run time"),
						     .arg = arg,
						     .n = n,
						     .name_marks = name.marks | M_BEHIND });
	if (class != NO_CLASS && (object.kind == V_OBJECT || object.kind == V_TEXT) &&
	    (u = engine_method(m->e, class,
			       engine_name(m->e,
					   object.kind == V_OBJECT ? SPAN("__call") : SPAN("__callstatic"),
					   true))) &&
	    u->parameters <= 2) {
		call_any(m, u, name, n, object.kind == V_OBJECT ? object : value_unknown(0, 0));
		return;
	}
	if (object.kind == V_CLOSURE && id && span_eq(engine_name_text(m->e, id), SPAN("__invoke"))) {
		call_callable(m, object, n);
		return;
	}
	m->e->events->borrowed += object.kind == V_NULL && object.marks & M_LOOSE;
	foreign_call(m, name.kind == V_TEXT ? span_of(name.p, name.n) : SPAN_NONE, &object, n);
}

/* The constructor runs; a class of PHP's keeps what it was given. */
void call_new(struct machine *m, uint32_t n)
{
	struct value *arg = arguments(m, n), class_name, object = { .kind = V_OBJECT, .n = NO_CLASS };
	struct unit *u = NULL;
	uint32_t class;

	if (m->top < here(m)->base + n + 1) {
		m->stopped = true;
		return;
	}
	class_name = arg[-1];
	memmove(arg - 1, arg, n * sizeof(*arg));
	m->top--;
	class = class_of(m, &class_name);
	/* nothing declares it, and its properties are the script's own */
	if (class_name.kind == V_TEXT &&
	    (span_eq_nocase(span_of(class_name.p, class_name.n), SPAN("stdClass")) ||
	     span_eq_nocase(span_of(class_name.p, class_name.n), SPAN("\\stdClass"))))
		class = engine_class(m->e, engine_name(m->e, SPAN("stdclass"), true));
	if (class == NO_CLASS) {
		foreign_new(m, class_name.kind == V_TEXT ? span_of(class_name.p, class_name.n) : SPAN_NONE,
			    n);
		return;
	}
	object.n = class;
	m->e->class[class].made = true;
	u = engine_method(m->e, class, engine_name(m->e, SPAN("__construct"), true));
	if (!u && m->e->class[class].name)
		u = engine_method(m->e, class, m->e->class[class].name);
	if (u && call_unit(m, u, n, object)) {
		here(m)->discards = true;
		here(m)->instead = object;
		return;
	}
	finish(m, u ? 1 : n, object);
}

/* --- array_map and its kin --------------------------------------------------------------------- */

/* Starts the call for element AT; its result comes to call_map_next. False: it came at once, on the stack. */
static bool map_call(struct machine *m, struct mapping *map)
{
	uint32_t frames = m->frames;

	push_value(m, map->in->pair[map->at].value);
	if (map->keys)
		push_value(m, map->in->pair[map->at].key);
	call_callable(m, map->callee, 1 + map->keys);
	if (m->frames == frames)
		return false;
	here(m)->mapping = map;
	return true;
}

/* Elements one after the other; a call that needs a frame comes back through call_map_next. */
static void map_go(struct machine *m, struct mapping *map)
{
	while (map->at < map->in->n) {
		struct value v;

		if (map_call(m, map))
			return;
		v = pop_value(m);
		v.slot = 0;
		array_set(&m->e->pool, map->out, &map->in->pair[map->at].key, v, &m->e->steps_left);
		map->at++;
		if (m->stopped || m->e->steps_left-- < 64)
			break;
	}
	push_value(m, (struct value){ .kind = V_ARRAY, .array = map->out });
}

void call_map_next(struct machine *m, struct frame *f, struct value result)
{
	struct mapping *map = f->mapping;

	array_set(&m->e->pool, map->out, &map->in->pair[map->at].key, result, &m->e->steps_left);
	map->at++;
	map_go(m, map);
}

void call_map(struct machine *m, struct value callee, struct array *in, bool keys)
{
	struct mapping *map = pool_take(&m->e->pool, sizeof(*map));
	struct value out = array_new(&m->e->pool);

	if (!map || out.kind != V_ARRAY || in->n > 200000) {
		push_value(m, value_unknown(in->marks, in->from));
		return;
	}
	*map = (struct mapping){ .in = in, .out = out.array, .callee = callee, .keys = keys };
	out.array->marks = in->marks;
	map_go(m, map);
}
