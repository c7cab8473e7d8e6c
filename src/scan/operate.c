/*
 * operate - PHP's operators on values that are half known; see machine.h.
 * TRUST: the values are the scanned text's.
 */
#include "scan/machine.h"

#include <math.h>

/* Marks that numbers made of a value still carry. */
#define M_NUMBER ((uint32_t)(M_BUILT | M_DECODED))

/* Wraps as PHP's integers do not; nothing that hides relies on it. */
static struct value arithmetic(uint8_t op, int64_t a, int64_t b)
{
	switch (op) {
	case '+':
		return value_int((int64_t)((uint64_t)a + (uint64_t)b));
	case '-':
		return value_int((int64_t)((uint64_t)a - (uint64_t)b));
	case '*':
		return value_int((int64_t)((uint64_t)a * (uint64_t)b));
	case '%':
		return b == 0 || b == -1 ? value_int(0) : value_int(a % b);
	case '/':
		if (b == 0 || b == -1)
			return b ? value_int((int64_t)(0 - (uint64_t)a)) : value_unknown(0, 0);
		if (a % b == 0)
			return value_int(a / b);
		return (struct value){ .kind = V_FLOAT, .d = (double)a / (double)b };
	case '&':
		return value_int(a & b);
	case '|':
		return value_int(a | b);
	case '^':
		return value_int(a ^ b);
	case OP_SHL:
		return value_int(b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a << b));
	case OP_SHR:
		return value_int(b < 0 || b > 62 ? (a < 0 ? -1 : 0) : a >> b);
	case OP_POW: {
		uint64_t r = 1, x = (uint64_t)a;

		for (int64_t e = b < 64 ? b : 64; e > 0; e--)
			r *= x;
		return value_int((int64_t)r);
	}
	default:
		return value_unknown(0, 0);
	}
}

static bool as_double(const struct value *v, double *ret)
{
	int64_t i;

	if (v->kind == V_FLOAT) {
		*ret = v->d;
		return true;
	}
	if (!value_to_int(v, &i))
		return false;
	*ret = (double)i;
	return true;
}

/*
 * & | ^ of two texts, byte by byte. PHP manual, Bitwise Operators: "|" is as long as the longer text, the
 * others as the shorter. Names made by ^ of two texts are an old way to write one without letters.
 */
static struct value bytes(struct machine *m, uint8_t op, const struct value *a, const struct value *b)
{
	uint32_t n = op == '|' ? (a->n > b->n ? a->n : b->n) : (a->n < b->n ? a->n : b->n);
	struct value v = value_text(&m->e->pool, span_of(a->n >= n ? a->p : b->p, n));
	char *out = (char *)(uintptr_t)v.p;
	uint32_t both = a->n < b->n ? a->n : b->n;

	if (v.kind != V_TEXT)
		return v;
	for (uint32_t i = 0; i < both; i++)
		out[i] = (char)(op == '^'   ? a->p[i] ^ b->p[i]
				: op == '&' ? a->p[i] & b->p[i]
					    : a->p[i] | b->p[i]);
	v.marks = a->marks | b->marks | M_BUILT;
	if (n > 40)
		v.marks |= M_DECODED;
	v.from = a->from ? a->from : b->from;
	return v;
}

/* No number is longer. */
enum { NUMBER_MOST = 400 };

static bool numeric(const struct value *v)
{
	bool digit = false;

	for (uint32_t i = 0; i < v->n; i++) {
		if (i == NUMBER_MOST)
			return false;
		if (v->p[i] >= '0' && v->p[i] <= '9')
			digit = true;
		else if (!strchr(" \t\n+-.eE", v->p[i]) || !v->p[i])
			return false;
	}
	return digit;
}

/* What a request brought, or its digest, against a digest that stands in the script: MD5, SHA-1, or crypt(3)'s. */
static bool asks_password(const struct value *asked, const struct value *kept)
{
	if (asked->kind != V_UNKNOWN || kept->kind != V_TEXT ||
	    !(asked->tail == TAIL_DIGEST || asked->marks & M_FIELD))
		return false;
	if (kept->n != 32 && kept->n != 40)
		return false;
	for (uint32_t i = 0; i < kept->n; i++)
		if (!(kept->p[i] >= '0' && kept->p[i] <= '9') &&
		    !((kept->p[i] | 0x20) >= 'a' && (kept->p[i] | 0x20) <= 'f'))
			return false;
	return true;
}

/* Unknown where either side may be anything. */
static struct value compare(struct machine *m, uint8_t op, const struct value *a, const struct value *b)
{
	uint64_t cost = a->kind == V_TEXT && b->kind == V_TEXT ? (a->n < b->n ? a->n : b->n) / 64 : 0;
	double x, y;
	int same;

	charge(m, cost);
	m->e->events->passwords += asks_password(a, b) || asks_password(b, a);
	if ((a->marks | b->marks) & M_LOOSE)
		return value_unknown(0, 0);
	switch (op) {
	case OP_EQ:
	case OP_SAME:
	case OP_NE:
	case OP_NOT_SAME:
		same = value_same(a, b, op == OP_SAME || op == OP_NOT_SAME);
		if (same < 0)
			return value_unknown(0, 0);
		return value_bool(op == OP_EQ || op == OP_SAME ? same : !same);
	default:
		break;
	}
	if (!as_double(a, &x) || !as_double(b, &y))
		return value_unknown(0, 0);
	/* texts that are no numbers are compared letter by letter */
	if (a->kind == V_TEXT && b->kind == V_TEXT && !(numeric(a) && numeric(b))) {
		uint32_t least = a->n < b->n ? a->n : b->n;
		int order = least ? memcmp(a->p, b->p, least) : 0;

		x = order ? order : (double)a->n - b->n;
		y = 0;
	}
	switch (op) {
	case '<':
		return value_bool(x < y);
	case '>':
		return value_bool(x > y);
	case OP_LE:
		return value_bool(x <= y);
	case OP_GE:
		return value_bool(x >= y);
	default:
		return value_int(x < y ? -1 : x > y);
	}
}

/* Fixed text in front of what a stranger chose is remembered: it limits him. */
static struct value concat(struct machine *m, struct value a, struct value b)
{
	struct value v = value_append(&m->e->pool, a, b);

	/* short pieces make a word that stands nowhere as such */
	if (v.kind == V_TEXT && a.kind == V_TEXT && b.kind == V_TEXT && a.n && b.n && v.n < 40)
		v.marks |= M_BUILT;
	return v;
}

/* Contents where both are known, else what the result is made of. */
struct value operate_binary(struct machine *m, uint8_t op, struct value a, struct value b)
{
	struct value v;
	int64_t x, y;
	double dx, dy;

	switch (op) {
	case '.':
		a = machine_plain(m, a);
		b = machine_plain(m, b);
		return concat(m, a, b);
	case OP_COALESCE:
		return a.kind == V_NULL && !(a.marks & M_LOOSE)	 ? b
		       : a.kind == V_UNKNOWN || a.kind == V_NULL ? value_join(b, a)
								 : a;
	case '?':
		return value_truth(&a) == 1 && !(a.marks & M_LOOSE) ? a : value_join(b, a);
	case OP_AND:
	case OP_OR:
		if (value_truth(&a) < 0 || value_truth(&b) < 0 || (a.marks | b.marks) & M_LOOSE)
			return value_unknown(0, 0);
		return value_bool(op == OP_AND ? value_truth(&a) && value_truth(&b)
					       : value_truth(&a) || value_truth(&b));
	case '&':
	case '|':
	case '^':
		if (a.kind == V_TEXT && b.kind == V_TEXT)
			return bytes(m, op, &a, &b);
		/* with a key that nobody knows: still made of the one that is */
		if (a.kind == V_UNKNOWN || b.kind == V_UNKNOWN)
			return value_unknown((a.marks | b.marks) & ~(uint32_t)M_SHAPE,
					     a.from ? a.from : b.from);
		break;
	case OP_EQ:
	case OP_NE:
	case OP_SAME:
	case OP_NOT_SAME:
	case '<':
	case '>':
	case OP_LE:
	case OP_GE:
	case OP_SPACESHIP:
		return compare(m, op, &a, &b);
	case '+':
		if (a.kind == V_ARRAY && b.kind == V_ARRAY) {
			struct array *both = array_copy(&m->e->pool, a.array);

			v = a;
			for (uint32_t i = 0; both && i < b.array->n; i++)
				if (!array_find(both, &b.array->pair[i].key, &m->e->steps_left))
					array_set(&m->e->pool, both, &b.array->pair[i].key,
						  b.array->pair[i].value, &m->e->steps_left);
			v.array = both ? both : a.array;
			v.marks |= value_all_marks(&b);
			return v;
		}
		/* $_GET + $_POST */
		if (a.kind == V_UNKNOWN && b.kind == V_UNKNOWN && a.n && b.n && a.n < SUPERS &&
		    b.n < SUPERS) {
			a.marks |= b.marks;
			a.slot = 0;
			return a;
		}
		break;
	default:
		break;
	}
	if (a.kind == V_FLOAT || b.kind == V_FLOAT) {
		if (as_double(&a, &dx) && as_double(&b, &dy) && strchr("+-*/", op))
			return (struct value){ .kind = V_FLOAT,
					       .d = op == '+'	? dx + dy
						    : op == '-' ? dx - dy
						    : op == '*' ? dx * dy
						    : dy != 0	? dx / dy
								: 0 };
	}
	if (!value_to_int(&a, &x) || !value_to_int(&b, &y)) {
		v = value_unknown((a.marks | b.marks) & (M_INPUT | M_DIGIT) ? M_DIGIT : 0,
				  a.from ? a.from : b.from);
		if ((a.kind == V_UNKNOWN && a.tail == TAIL_AGE) ||
		    (b.kind == V_UNKNOWN && b.tail == TAIL_AGE))
			v.tail = TAIL_AGE;
		return v;
	}
	v = arithmetic(op, x, y);
	v.marks |= (a.marks | b.marks) & M_NUMBER;
	return v;
}

/* "az" and one more is "ba". */
static struct value next_letter(struct machine *m, const struct value *v)
{
	struct value next = value_text(&m->e->pool, span_of(v->p, v->n));
	char *p = (char *)(uintptr_t)next.p;

	if (next.kind != V_TEXT)
		return next;
	for (uint32_t i = v->n; i > 0; i--) {
		char *c = &p[i - 1];
		char first = *c == 'z' ? 'a' : *c == 'Z' ? 'A' : *c == '9' ? '0' : '\0';

		if (!first) {
			if ((*c >= 'a' && *c < 'z') || (*c >= 'A' && *c < 'Z') || (*c >= '0' && *c < '9'))
				++*c;
			break;
		}
		*c = first;
		if (i == 1) {
			struct value head = value_span(first == 'a'   ? SPAN("a")
						       : first == 'A' ? SPAN("A")
								      : SPAN("1"));

			return value_append(&m->e->pool, head, next);
		}
	}
	next.marks = v->marks | M_BUILT;
	return next;
}

struct value operate_unary(struct machine *m, uint8_t op, struct value v)
{
	int64_t i;
	int truth;

	switch (op) {
	case '!':
		truth = v.marks & M_LOOSE ? -1 : value_truth(&v);
		return truth < 0 ? value_unknown(0, 0) : value_bool(!truth);
	case '-':
		if (v.kind == V_FLOAT) {
			v.d = -v.d;
			return v;
		}
		return value_to_int(&v, &i) ? value_int((int64_t)(0 - (uint64_t)i)) : value_unknown(0, 0);
	case '~':
		if (v.kind == V_TEXT) {
			struct value not = value_text(&m->e->pool, span_of(v.p, v.n));

			for (uint32_t at = 0; not .kind == V_TEXT && at < v.n; at++)
				((char *)(uintptr_t) not .p)[at] = (char)~v.p[at];
			not .marks |= v.marks | M_BUILT | (v.n > 40 ? M_DECODED : 0);
			return not ;
		}
		return value_to_int(&v, &i) ? value_int(~i) : value_unknown(v.marks, v.from);
	case '>':
		return next_letter(m, &v);
	default:
		return v;
	}
}

/* A text with a point or an exponent is a number that nobody needs to hide in. */
static bool digits_only(const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (v->p[i] == '.' || (v->p[i] | 0x20) == 'e')
			return false;
	return true;
}

/* (int) cleans; (string) and (array) do not. */
struct value operate_cast(struct machine *m, uint8_t type, struct value v)
{
	char scratch[VALUE_SCRATCH];
	struct span text;
	struct value r;
	int64_t i;

	v.slot = 0;
	switch (type) {
	case 'i':
		return value_to_int(&v, &i) ? value_int(i) : value_unknown(0, 0);
	case 's':
		v = machine_plain(m, v);
		if (v.kind == V_TEXT || v.kind == V_UNKNOWN || !value_to_text(&v, scratch, &text))
			return v;
		r = value_text(&m->e->pool, text);
		r.marks = value_all_marks(&v) | (v.kind == V_ARRAY ? M_BUILT : 0);
		return r;
	case 'b':
		if (v.kind == V_UNKNOWN || v.kind == V_OBJECT)
			return value_unknown(0, 0);
		return value_bool(value_truth(&v) == 1);
	case 'f':
	case 'd':
	case 'r':
		if (v.kind == V_FLOAT || (v.kind == V_TEXT && !digits_only(&v)))
			return v.kind == V_FLOAT ? v : value_unknown(0, 0);
		return value_to_int(&v, &i) ? value_int(i) : value_unknown(0, 0);
	case 'a':
		if (v.kind == V_ARRAY || v.kind == V_UNKNOWN)
			return v;
		r = array_new(&m->e->pool);
		if (r.kind == V_ARRAY)
			array_push(&m->e->pool, r.array, v);
		return r;
	case 'o':
		/* its own from here on: what holds it sees what is written into it */
		if (v.kind == V_ARRAY) {
			struct array *own = array_copy(&m->e->pool, v.array);

			v.array = own ? own : v.array;
		}
		return v;
	default:
		return v;
	}
}

/* --- elements -------------------------------------------------------------------------------- */

static bool has(struct span key, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= key.n; i++)
		if (span_eq_nocase(span_of(key.p + i, n), span_of(word, n)))
			return true;
	return false;
}

bool operate_secret(struct span name)
{
	static const char *const secrets[] = { "pass", "pwd",  "cvv",	"cvc",	    "ssn",   "card",
					       "ccn",  "cc_n", "senha", "contrase", "parola" };

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (has(name, secrets[i]))
			return true;
	return false;
}

static uint32_t field_marks(const struct value *key)
{
	return key->kind == V_TEXT && operate_secret(span_of(key->p, key->n)) ? M_FIELD | M_SECRET : M_FIELD;
}

/* What of $_SERVER the client spells, and what the kernel or the configuration does. */
static uint32_t server_marks(const struct value *key)
{
	static const struct {
		const char *name;
		uint32_t marks;
	} known[] = {
		{ "REMOTE_ADDR", M_CLIENT },
		{ "HTTP_CLIENT_IP", M_CLIENT | M_HEADER },
		{ "HTTP_X_FORWARDED_FOR", M_CLIENT | M_HEADER },
		{ "HTTP_CF_CONNECTING_IP", M_CLIENT | M_HEADER },
		{ "HTTP_USER_AGENT", M_VISITOR | M_HEADER },
		{ "HTTP_REFERER", M_VISITOR | M_HEADER },
		{ "HTTP_ACCEPT_LANGUAGE", M_VISITOR | M_HEADER },
		{ "HTTP_HOST", M_VISITOR },
		{ "SERVER_NAME", M_VISITOR },
		{ "REMOTE_HOST", M_CLIENT },
		{ "PHP_SELF", M_SELF },
		{ "SCRIPT_NAME", M_SELF },
		{ "SCRIPT_FILENAME", M_SELF },
		{ "PATH_TRANSLATED", M_SELF },
		{ "REQUEST_URI", M_HEADER },
		{ "QUERY_STRING", M_HEADER },
		{ "PATH_INFO", M_HEADER },
		{ "PHP_AUTH_USER", M_HEADER },
		{ "PHP_AUTH_PW", M_HEADER },
		{ "DOCUMENT_ROOT", 0 },
		{ "REQUEST_METHOD", 0 },
		{ "SERVER_SOFTWARE", 0 },
		{ "HTTPS", 0 },
		{ "SERVER_ADDR", 0 },
		{ "REQUEST_TIME", 0 },
		{ "SERVER_PORT", 0 },
		{ "SERVER_PROTOCOL", 0 },
		{ "REMOTE_PORT", 0 },
	};
	struct span k = key->kind == V_TEXT ? span_of(key->p, key->n) : SPAN_NONE;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq(k, span_str(known[i].name)))
			return known[i].marks;
	/* a header of the client's own making is as good as a field */
	return span_starts(k, SPAN("HTTP_")) ? M_HEADER | M_FIELD : key->kind == V_UNKNOWN ? M_HEADER : 0;
}

/* One field of a superglobal. */
static struct value super_index(struct machine *m, const struct value *base, const struct value *key)
{
	struct value v = value_unknown(base->marks, base->from);
	struct value *global;

	switch (base->n) {
	case SUPER_SERVER:
	case SUPER_OLD_SERVER:
		v.marks = server_marks(key);
		break;
	case SUPER_FILES:
	case SUPER_OLD_FILES:
		v.n = SUPER_ONE_FILE;
		return v;
	case SUPER_ONE_FILE:
		v.marks = M_UPLOAD;
		if (key->kind == V_TEXT && span_eq(span_of(key->p, key->n), SPAN("tmp_name")))
			v.marks |= M_TEMPNAME;
		else if (key->kind == V_TEXT && span_eq(span_of(key->p, key->n), SPAN("name")))
			v.marks |= M_UPLOAD_NAME;
		else
			v.marks = 0;
		break;
	case SUPER_GLOBALS:
		if (key->kind == V_TEXT && key->n < 200) {
			uint32_t name = engine_name(m->e, span_of(key->p, key->n), false);

			if (name < SUPERS) {
				v.n = name;
				v.marks = name == SUPER_SERVER	? M_HEADER
					  : name == SUPER_FILES ? M_UPLOAD
					  : name && name != SUPER_GLOBALS && name != SUPER_ENV &&
							  name != SUPER_SESSION
						  ? M_FIELD
						  : 0;
				v.marks |= M_BUILT & key->marks;
				return v;
			}
			global = machine_variable(m, &m->frame[0], name, false);
			if (global)
				return *global;
		}
		return value_unknown(0, 0);
	case SUPER_SESSION:
		m->e->session_read = true;
		return value_unknown(m->e->session, 0);
	case SUPER_ENV:
	case SUPER_ARGV:
	case SUPER_RAW:
		break;
	default:
		v.marks = field_marks(key);
	}
	if (v.marks && !v.from)
		v.from = machine_step(m, 0,
				      v.marks & M_UPLOAD   ? "an upload"
				      : v.marks & M_CLIENT ? "the client's address"
							   : "read from the request");
	return v;
}

/* One letter. */
static struct value text_index(struct machine *m, const struct value *base, const struct value *key)
{
	int64_t i;
	struct value v;

	if (!value_to_int(key, &i))
		return value_unknown((base->marks & ~(uint32_t)M_SHAPE), base->from);
	if (i < 0)
		i += base->n;
	if (i < 0 || i >= base->n)
		return value_span(SPAN(""));
	v = value_span(span_of(base->p + i, 1));
	v.marks = (base->marks & ~(uint32_t)M_SHAPE) | M_BUILT;
	v.from = base->from;
	return v;
}

/* A list picked from by a request gives what the list holds: no taint, only a choice. */
struct value operate_index(struct machine *m, struct value base, struct value key)
{
	struct pair *at;
	struct value v;

	if (base.kind == V_UNKNOWN && base.n && base.n <= SUPER_ONE_FILE)
		return super_index(m, &base, &key);
	switch (base.kind) {
	case V_ARRAY:
		at = array_find(base.array, &key, &m->e->steps_left);
		if (at) {
			v = at->value;
			v.slot = 0;
			return v;
		}
		/* picked by a key that nobody knows: what the list holds, but not what the key was made of */
		v = operate_element(m, base);
		if (key.kind != V_UNKNOWN) {
			v.kind = base.array->marks ? V_UNKNOWN : V_NULL;
			v.marks = base.array->marks;
		} else if (key.marks & M_INPUT) {
			v.marks |= M_CHOSEN;
		}
		return v;
	case V_TEXT:
		return text_index(m, &base, &key);
	case V_UNKNOWN:
		v = value_unknown(base.marks & ~(uint32_t)M_SHAPE, base.from);
		/* one field of a decoded or parsed request */
		if (base.marks & M_INPUT && key.kind == V_TEXT)
			v.marks |= field_marks(&key) & M_SECRET;
		return v;
	case V_OBJECT:
		return value_unknown(0, 0);
	default:
		v = value_unknown(here(m)->wild && base.marks & M_LOOSE ? here(m)->wild
									: base.marks & M_LOOSE,
				  base.from);
		return v;
	}
}

/* Any element of BASE. */
struct value operate_element(struct machine *m, struct value base)
{
	struct value v;

	if (base.kind == V_UNKNOWN && base.n && base.n <= SUPER_ONE_FILE) {
		struct value any = value_unknown(0, 0);

		return super_index(m, &base, &any);
	}
	if (base.kind != V_ARRAY)
		return value_unknown(base.marks & ~(uint32_t)M_SHAPE, base.from);
	m->e->steps_left -=
		m->e->steps_left > base.array->n / 4 ? (base.array->n < 64 ? base.array->n : 64) / 4 : 0;
	v = base.array->n ? base.array->pair[0].value : value_unknown(base.array->marks, base.array->from);
	for (uint32_t i = 1; i < base.array->n && i < 64; i++)
		v = value_join(v, base.array->pair[i].value);
	if (base.array->n > 1 && v.kind == V_TEXT) {
		/* one of several names: what the last is like, they all are */
		if (value_script(span_of(v.p, v.n)))
			v.marks |= M_SCRIPT;
		v.kind = V_UNKNOWN, v.n = 0;
	}
	v.marks |= base.array->marks;
	v.slot = 0;
	return v;
}

/* What its class, or a parent of it, gives for a property that nothing has set. */
static bool asks(struct machine *m, struct value object, uint32_t name, struct value *ret)
{
	struct unit *u = object.kind == V_OBJECT
				 ? engine_method(m->e, object.n, engine_name(m->e, SPAN("__get"), true))
				 : NULL;
	uint32_t class = object.n;

	for (int up = 0; u && up < 8 && class != u->class && class < m->e->classes; up++)
		class = engine_class_at(m->e, m->e->class[class].parent);
	if (!u || class != u->class || u->running)
		return false;
	push_value(m, value_span(engine_name_text(m->e, name)));
	*ret = machine_call(m, u, 1, object);
	ret->slot = 0;
	return true;
}

/* Properties belong to the class: which object it is, is not followed. */
struct value operate_property(struct machine *m, struct value object, uint32_t name)
{
	struct value key = value_span(engine_name_text(m->e, name)), v;
	struct pair *at;
	uint32_t class = NO_CLASS;

	/* (object)array() */
	if (object.kind == V_ARRAY)
		return operate_index(m, object, key);
	if (object.kind == V_OBJECT && object.n < m->e->classes) {
		class = object.n;
	} else if (object.kind == V_TEXT) {
		uint32_t id = engine_name(m->e, span_of(object.p, object.n), true);

		class = engine_class_at(m->e, id);
		if (class == NO_CLASS && here(m)->self.kind == V_OBJECT)
			class = here(m)->self.n;
	}
	for (int up = 0; up < 8 && class != NO_CLASS && class < m->e->classes; up++) {
		at = array_find(m->e->class[class].properties, &key, &m->e->steps_left);
		if (at || m->e->wild) {
			v = at ? at->value : value_unknown(0, 0);
			v.slot = 0;
			v.marks |= m->e->wild;
			if (m->e->wild)
				v.kind = V_UNKNOWN, v.n = 0;
			return v;
		}
		class = engine_class_at(m->e, m->e->class[class].parent);
	}
	if (object.kind == V_UNKNOWN)
		return value_unknown(object.marks & ~(uint32_t)M_SHAPE, object.from);
	if (asks(m, object, name, &v))
		return v;
	return value_unknown(0, 0);
}
