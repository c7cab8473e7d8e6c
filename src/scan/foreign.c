/*
 * foreign - objects of PHP's own classes, and what is handed to functions that nobody here knows; see foreign.h.
 *
 * An object keeps what it was made with; the few methods that call, read or run something are rows here (PHP manual,
 * Reflection, SPL, COM, SQLite3, PDO). A function that runs code or commands and is handed over by its name will be called:
 * that is told, whoever takes it.
 * TRUST: names and arguments are the scanned text's.
 */
#include "scan/foreign.h"

#include "scan/machine.h"
#include "scan/sinks.h"

/* What kept its arguments, by the number that an unknown value carries. */
enum foreign {
	FOREIGN_REFLECTION = SUPER_ONE_FILE + 1,
	FOREIGN_COM,
	FOREIGN_LIST,
	FOREIGN_ERROR,
	FOREIGN_DATABASE,
	FOREIGN_FILE,
	FOREIGN_MARKUP,
	FOREIGN_ARCHIVE,
	FOREIGN_PERL, /* an interpreter */
	FOREIGN_NATIVE /* functions of the system's own libraries */
};

enum { NAME_LEAST = 4, NAME_MOST = 24, GIVEN_ELEMENTS = 16 };

static struct span text_of(const struct value *v)
{
	return v->kind == V_TEXT ? span_of(v->p, v->n) : SPAN_NONE;
}

static bool is(struct span name, const char *word)
{
	return span_eq_nocase(name, span_str(word));
}

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

/* --- what is handed over --------------------------------------------------------------------- */

/* The name of a function that runs what it is given. */
static bool runs(const struct machine *m, const struct value *v)
{
	const struct function *fn;

	if (v->kind != V_TEXT || v->n < NAME_LEAST || v->n > NAME_MOST)
		return false;
	fn = lexicon_function(m->e->words, span_of(v->p, v->n));
	return fn && (fn->sink == SINK_CODE || fn->sink == SINK_COMMAND || fn->sink == SINK_MAKE ||
		      (fn->sink == SINK_REPLACE && fn->name[0] == 'p'));
}

/* True, and *RET is the name: V itself or an element of it, two floors deep. */
static bool find_given(const struct machine *m, const struct value *v, const struct value **ret)
{
	*ret = v;
	if (runs(m, v))
		return true;
	for (uint32_t i = 0; v->kind == V_ARRAY && i < v->array->n && i < GIVEN_ELEMENTS; i++) {
		const struct value *in = &v->array->pair[i].value;

		*ret = in;
		if (runs(m, in))
			return true;
		for (uint32_t j = 0; in->kind == V_ARRAY && j < in->array->n && j < GIVEN_ELEMENTS; j++) {
			*ret = &in->array->pair[j].value;
			if (runs(m, *ret))
				return true;
		}
	}
	return false;
}

void foreign_given(struct machine *m, struct span name, struct value *arg, uint32_t n, uint32_t marks)
{
	const struct value *given;
	struct value told[2];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = 0;

		if (!find_given(m, &arg[i], &given))
			continue;
		told[0] = *given;
		told[1] = value_unknown(marks | all_marks(arg, n, &from), from);
		sink_reached(m, &(struct sink_call){ .sink = SINK_GIVEN,
						     .name = name,
						     .arg = told,
						     .n = 2,
						     .name_marks = given->marks });
		return;
	}
}

/* --- objects --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	uint8_t kind;
	uint8_t callable; /* the argument that is called, plus one */
} classes[] = {
	{ "splfileobject", FOREIGN_FILE, 0 },
	{ "ziparchive", FOREIGN_ARCHIVE, 0 },
	{ "domdocument", FOREIGN_MARKUP, 0 },
	{ "simplexmlelement", FOREIGN_MARKUP, 0 },
	{ "arrayobject", FOREIGN_LIST, 0 },
	{ "arrayiterator", FOREIGN_LIST, 0 },
	{ "recursivearrayiterator", FOREIGN_LIST, 0 },
	{ "callbackfilteriterator", FOREIGN_LIST, 2 },
	{ "recursivecallbackfilteriterator", FOREIGN_LIST, 2 },
	{ "com", FOREIGN_COM, 0 },
	{ "perl", FOREIGN_PERL, 0 },
	{ "mysqli", FOREIGN_DATABASE, 0 },
	{ "pdo", FOREIGN_DATABASE, 0 },
};

/* It calls the argument AT with an element of the first: the frame's result is dropped. */
static void call_made(struct machine *m, struct value callee, struct value list, struct value object)
{
	uint32_t frames = m->frames;

	push_value(m, operate_element(m, list));
	call_callable(m, callee, 1);
	if (m->frames > frames) {
		here(m)->discards = true;
		here(m)->instead = object;
	} else {
		pop_value(m);
		push_value(m, object);
	}
}

void foreign_new(struct machine *m, struct span name, uint32_t n)
{
	struct value *arg = &m->stack[m->top - n], object = value_unknown(0, 0), *kept;
	uint32_t from = 0, marks = all_marks(arg, n, &from);

	foreign_given(m, name, arg, n, 0);
	kept = n ? pool_take(&m->e->pool, sizeof(*kept)) : NULL;
	if (kept)
		*kept = arg[0];
	object.cell = kept;
	if (span_eq_nocase(span_head(name, 10), SPAN("Reflection"))) {
		/* it will call what it was given */
		object.n = FOREIGN_REFLECTION;
	} else if (name.n >= 5 && (span_ends(name, SPAN("xception")) || span_ends(name, SPAN("rror")))) {
		object.n = FOREIGN_ERROR;
		/* who catches it asks for its text */
		if (n)
			m->e->thrown = value_join(m->e->thrown, arg[0]);
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!is(name, classes[i].name))
			continue;
		if (classes[i].kind == FOREIGN_COM && n)
			sink_reached(m,
				     &(struct sink_call){
					     .sink = SINK_COMMAND, .name = SPAN("COM"), .arg = arg, .n = 1 });
		if (classes[i].kind == FOREIGN_DATABASE && n)
			sink_reached(m, &(struct sink_call){ .sink = SINK_DATABASE,
							     .name = SPAN("database connect"),
							     .arg = arg,
							     .n = n });
		object.n = classes[i].kind;
		object.marks = classes[i].kind == FOREIGN_DATABASE ? 0 : marks;
		object.from = from;
		if (classes[i].callable && n >= classes[i].callable) {
			struct value callee = arg[classes[i].callable - 1], list = arg[0];

			drop_values(m, n);
			call_made(m, callee, list, object);
			return;
		}
	}
	drop_values(m, n);
	push_value(m, object);
}

/* --- methods --------------------------------------------------------------------------------- */

static void finish(struct machine *m, uint32_t n, struct value v)
{
	drop_values(m, n);
	v.slot = 0;
	push_value(m, v);
}

/* The arguments become the elements of the list they are. */
static uint32_t spread(struct machine *m, uint32_t n)
{
	struct value list = n ? m->stack[m->top - n] : value_unknown(0, 0);

	drop_values(m, n);
	n = 0;
	for (uint32_t i = 0; list.kind == V_ARRAY && i < list.array->n && i < GIVEN_ELEMENTS; i++, n++)
		push_value(m, list.array->pair[i].value);
	if (!n) {
		push_value(m, operate_element(m, list));
		n = 1;
	}
	return n;
}

/* A comment that stands in front of a declaration, as getDocComment() gives it. */
static struct value doc_comment(struct machine *m, const struct value *named)
{
	uint32_t id = named->kind == V_TEXT ? engine_name(m->e, text_of(named), true)
		      : named->kind == V_OBJECT && named->n < m->e->classes ? m->e->class[named->n].name
									    : 0;
	uint32_t token = 0, class = engine_class_at(m->e, id);
	const struct text *t = NULL;
	struct unit *u = engine_function(m->e, id);
	struct span gap;
	ptrdiff_t from, to;
	struct value v;

	if (class != NO_CLASS && m->e->class[class].text) {
		t = m->e->class[class].text;
		token = m->e->class[class].token;
	}
	if (!t && u && u->head > 2) {
		t = u->text;
		token = u->head - 3;
	}
	if (!t || token >= t->n)
		return value_unknown(M_SELF, 0);
	/* PHP keeps the last such comment until a block ends */
	for (from = token; from > 0 && !(t->token[from - 1].kind == TK_OP && t->token[from - 1].sub == '}');)
		from--;
	from = from ? t->token[from - 1].at : 0;
	gap = span_head(span_from(t->bytes, (size_t)from), t->token[token].at - (size_t)from);
	charge(m, gap.n / 4);
	from = -1;
	for (ptrdiff_t at = 0; (at = span_search(gap, (size_t)at, SPAN("/**"))) >= 0; at++)
		from = at;
	to = from < 0 ? -1 : span_search(gap, (size_t)from + 3, SPAN("*/"));
	if (to < 0)
		return value_bool(false);
	to++;
	v = value_span(span_of(gap.p + from, (size_t)(to + 1 - from)));
	v.marks = M_SELF | M_BUILT;
	v.from = machine_step(m, 0, "a comment that is read by reflection");
	return v;
}

static bool reflection_call(struct machine *m, struct span name, struct value made, uint32_t n)
{
	struct value class = made;

	if (span_eq_nocase(span_head(name, 6), SPAN("invoke"))) {
		if (name.n > 6)
			n = spread(m, n);
		/* a method is called with its object in front */
		call_callable(m, made, n);
		return true;
	}
	if (is(name, "getdoccomment")) {
		finish(m, n, doc_comment(m, &made));
		return true;
	}
	if ((is(name, "getconstant") || is(name, "getstaticpropertyvalue")) && n &&
	    m->stack[m->top - n].kind == V_TEXT) {
		uint32_t id = engine_name(m->e, text_of(&m->stack[m->top - n]), false);

		finish(m, n, operate_property(m, class, id));
		return true;
	}
	if (span_eq_nocase(span_head(name, 11), SPAN("newInstance"))) {
		struct value *arg;

		if (is(name, "newinstanceargs"))
			n = spread(m, n);
		push_value(m, class);
		if (m->stopped)
			return true;
		arg = &m->stack[m->top - n - 1];
		memmove(arg + 1, arg, n * sizeof(*arg));
		*arg = class;
		call_new(m, n);
		return true;
	}
	return false;
}

static const struct {
	const char *name;
	uint8_t at; /* the argument that is called */
} takers[] = { { "uasort", 0 },		{ "uksort", 0 },	  { "createfunction", 1 },
	       { "fetchall", 1 },	{ "createaggregate", 1 }, { "sqlitecreatefunction", 1 },
	       { "createcollation", 1 } };

/* Made by foreign_new() of an argument: of any other value CELL is something else. */
static bool keeps(const struct value *object)
{
	return object->kind == V_UNKNOWN && object->n >= FOREIGN_REFLECTION && object->cell;
}

/* A method that calls what it is given, with what the object was made of. */
static bool taker_call(struct machine *m, struct span name, const struct value *object, uint32_t n)
{
	struct value *arg = &m->stack[m->top - n], callee, data;

	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
		if (!is(name, takers[i].name) || n <= takers[i].at)
			continue;
		callee = arg[takers[i].at];
		if (callee.kind != V_CLOSURE && callee.kind != V_TEXT && !(callee.marks & M_INPUT))
			return false;
		data = value_unknown(is(name, "uksort") && keeps(object) ? value_key_marks(object->cell)
									 : object->marks,
				     object->from);
		drop_values(m, n);
		push_value(m, data);
		call_callable(m, callee, 1);
		return true;
	}
	return false;
}

static void told(struct machine *m, uint8_t sink, struct span name, struct value first, struct value second)
{
	struct value arg[2] = { first, second };

	sink_reached(m, &(struct sink_call){ .sink = sink, .name = name, .arg = arg, .n = 2 });
}

/* Objects that keep files, documents and archives: what is put in, and where it goes. */
static void writer_call(struct machine *m, struct span name, const struct value *object, struct value *arg,
			uint32_t n)
{
	struct value *at = object->slot ? machine_slot(m, object->slot - 1) : NULL;
	struct value inside = value_unknown(object->marks, object->from), path = value_unknown(0, 0);
	uint32_t from = 0;

	if (object->n == FOREIGN_FILE && is(name, "fwrite")) {
		if (object->cell)
			path = *object->cell;
		path.marks |= M_WRITER;
		told(m, SINK_WRITE, name, path, arg[0]);
	} else if (object->n == FOREIGN_MARKUP &&
		   (is(name, "save") || is(name, "asxml") || is(name, "savehtmlfile"))) {
		told(m, SINK_WRITE, name, arg[0], inside);
	} else if (object->n == FOREIGN_ARCHIVE && is(name, "extractto")) {
		told(m, SINK_UPLOAD, name, inside, arg[0]);
	} else if (at &&
		   (object->n == FOREIGN_MARKUP || (object->n == FOREIGN_ARCHIVE && is(name, "open")))) {
		at->marks |= all_marks(arg, n, &from) & (M_INPUT | M_UPLOAD | M_TEMPNAME | M_REMOTE);
		at->from = at->from ? at->from : from;
	}
}

/* function('name', ...) in XML calls PHP's function (PHP manual, XSLTProcessor::registerPHPFunctions). */
static void markup_call(struct machine *m)
{
	struct span file = m->e->events->texts ? m->e->events->text[0] : SPAN_NONE;
	ptrdiff_t at = 0;

	charge(m, file.n / 8);
	while ((at = span_search(file, (size_t)at, SPAN(":function("))) >= 0) {
		struct span rest = span_from(file, (size_t)(at += 10));
		struct value word;
		size_t i = 0;

		while (rest.n && strchr("\\'\" ", rest.p[0]) && rest.p[0])
			rest = span_from(rest, 1);
		while (i < rest.n && i < NAME_MOST &&
		       (rest.p[i] == '_' || (rest.p[i] >= 'a' && rest.p[i] <= 'z')))
			i++;
		word = value_span(span_head(rest, i));
		if (runs(m, &word))
			sink_reached(m, &(struct sink_call){ .sink = SINK_GIVEN,
							     .name = SPAN("registerPHPFunctions"),
							     .arg = &word,
							     .n = 1,
							     .in_markup = true });
	}
}

/* What a library of the system's is called for; FFI::cdef() makes it an object. True: its result is on the stack. */
static bool native_call(struct machine *m, struct span name, const struct value *object, struct value *arg,
			uint32_t n)
{
	const struct function *fn;
	struct value v = value_unknown(0, 0);

	if (object->kind == V_TEXT && is(text_of(object), "ffi") && (is(name, "cdef") || is(name, "load"))) {
		v.n = FOREIGN_NATIVE;
		finish(m, n, v);
		return true;
	}
	fn = object->kind == V_UNKNOWN && object->n == FOREIGN_NATIVE ? lexicon_function(m->e->words, name)
								      : NULL;
	if ((fn && fn->sink == SINK_COMMAND) ||
	    (object->kind == V_UNKNOWN && object->n == FOREIGN_PERL && n &&
	     (is(name, "eval") || is(name, "system") || is(name, "exec"))))
		sink_reached(m,
			     &(struct sink_call){ .sink = SINK_COMMAND, .name = name, .arg = arg, .n = n });
	return false;
}

void foreign_call(struct machine *m, struct span name, const struct value *object, uint32_t n)
{
	struct value *arg = &m->stack[m->top - n];
	uint32_t from = 0;
	struct value v = value_unknown(0, 0);

	if (object->kind == V_UNKNOWN && object->n == FOREIGN_REFLECTION && object->cell &&
	    reflection_call(m, name, *object->cell, n))
		return;
	if (object->kind == V_UNKNOWN && object->n == FOREIGN_COM &&
	    (is(name, "exec") || is(name, "run") || is(name, "shellexecute")))
		sink_reached(m,
			     &(struct sink_call){ .sink = SINK_COMMAND, .name = name, .arg = arg, .n = n });
	if (object->kind == V_UNKNOWN && object->n == FOREIGN_DATABASE && n &&
	    (is(name, "query") || is(name, "exec") || is(name, "multi_query") || is(name, "prepare")))
		sink_reached(m,
			     &(struct sink_call){ .sink = SINK_DATABASE, .name = name, .arg = arg, .n = n });
	if (is(name, "getmessage") && n == 0 &&
	    (object->kind == V_NULL ||
	     (object->kind == V_UNKNOWN && (object->n == FOREIGN_ERROR || !object->n)))) {
		push_value(m, m->e->thrown);
		return;
	}
	if (native_call(m, name, object, arg, n))
		return;
	if (is(name, "registerphpfunctions"))
		markup_call(m);
	if (n && object->kind == V_UNKNOWN && object->n >= FOREIGN_FILE)
		writer_call(m, name, object, arg, n);
	if (taker_call(m, name, object, n))
		return;
	foreign_given(m, name, arg, n, object->marks);
	/* what a foreign object makes of its arguments is not known, but readers read */
	if (object->marks & (M_REMOTE | M_FILE | M_BODY))
		v.marks = (all_marks(arg, n, &from) | object->marks) &
			  (M_INPUT | M_REMOTE | M_FILE | M_UPLOAD | M_CLIENT);
	v.from = from;
	finish(m, n, v);
}
