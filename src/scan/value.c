/*
 * value - see value.h.
 * TRUST: contents and sizes are the scanned text's; every byte is charged before it is taken.
 */
#include "scan/array.h"

#include "base/arena.h"
#include <math.h>
#include <stdio.h>

/*
 * Bytes behind a text that begins to grow; places of an array that begins, and of one at most: over the
 * latter the file counts as over its budget.
 */
enum { FIRST_ROOM = 24, PAIRS_FIRST = 4, PAIRS_MOST = 1 << 18 };
/* Bytes of a text that are looked at for what is asked. */
enum { LABEL_MOST = 300 };

/* In front of each text that may grow. */
struct head {
	uint32_t used, cap;
	char text[];
};

/* The only way to memory for a file's values. */
void *pool_take(struct pool *p, size_t n)
{
	if (n > p->bytes_left) {
		p->over = true;
		/*
		 * what is over stays over: a smaller wish that still fitted would make results depend on
		 * chance
		 */
		p->bytes_left = 0;
		return NULL;
	}
	p->bytes_left -= n;
	return arena_alloc(p->arena, n);
}

/* With room behind it, so that what grows letter by letter does not cost its square. */
static struct value text_room(struct pool *p, struct span a, struct span b, uint32_t room)
{
	struct head *h = pool_take(p, sizeof(*h) + room);
	struct value v = { .kind = V_TEXT };

	if (!h)
		return value_unknown(0, 0);
	h->cap = room;
	h->used = (uint32_t)(a.n + b.n);
	if (a.n)
		memcpy(h->text, a.p, a.n);
	if (b.n)
		memcpy(h->text + a.n, b.p, b.n);
	v.p = h->text;
	v.n = h->used;
	return v;
}

struct value value_text(struct pool *p, struct span s)
{
	return text_room(p, s, SPAN_NONE, (uint32_t)s.n + 8);
}

struct value value_span(struct span s)
{
	return (struct value){ .kind = V_TEXT, .p = s.p ? s.p : "", .n = (uint32_t)s.n };
}

struct value value_int(int64_t i)
{
	return (struct value){ .kind = V_INT, .i = i };
}

struct value value_bool(bool b)
{
	return (struct value){ .kind = V_BOOL, .i = b };
}

struct value value_unknown(uint32_t marks, uint32_t from)
{
	return (struct value){ .kind = V_UNKNOWN, .marks = marks, .from = from };
}

bool value_to_text(const struct value *v, char scratch[VALUE_SCRATCH], struct span *ret)
{
	switch (v->kind) {
	case V_TEXT:
		*ret = span_of(v->p, v->n);
		return true;
	case V_INT:
		*ret = span_of(scratch, (size_t)snprintf(scratch, VALUE_SCRATCH, "%lld", (long long)v->i));
		return true;
	case V_FLOAT:
		*ret = span_of(scratch, (size_t)snprintf(scratch, VALUE_SCRATCH, "%.14g", v->d));
		return true;
	case V_NULL:
		*ret = span_of("", 0);
		return true;
	case V_BOOL:
		*ret = v->i ? SPAN("1") : SPAN("");
		return true;
	case V_ARRAY:
		*ret = SPAN("Array");
		return true;
	default:
		return false;
	}
}

/*
 * The number at the front of a text, as PHP reads it. PHP manual, Numeric strings. Stops below 2^62, so
 * it cannot overflow; exponents are not followed.
 */
static int64_t text_int(struct span s)
{
	uint64_t n = 0;
	size_t i = 0;
	bool minus;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n'))
		i++;
	minus = i < s.n && s.p[i] == '-';
	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		i++;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n < UINT64_C(1) << 58; i++)
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	return minus ? -(int64_t)n : (int64_t)n;
}

bool value_to_int(const struct value *v, int64_t *ret)
{
	switch (v->kind) {
	case V_TEXT:
		*ret = text_int(span_of(v->p, v->n));
		return true;
	case V_INT:
	case V_BOOL:
		*ret = v->i;
		return true;
	case V_FLOAT:
		*ret = fabs(v->d) < 9e18 ? (int64_t)v->d : 0;
		return true;
	case V_NULL:
		*ret = 0;
		return true;
	case V_ARRAY:
		*ret = v->array->n > 0;
		return true;
	default:
		return false;
	}
}

struct span value_plain(const struct value *v, char scratch[VALUE_SCRATCH])
{
	struct span s = SPAN_NONE;

	value_to_text(v, scratch, &s);
	return s;
}

int64_t value_number(const struct value *v)
{
	int64_t i = 0;

	value_to_int(v, &i);
	return i;
}

/*
 * As PHP has it: "0" is false. PHP manual, Booleans. An array that took values at unknown places may be
 * empty or not; a bare word may be a constant of any content.
 */
int value_truth(const struct value *v)
{
	if (v->marks & M_BARE)
		return -1;
	switch (v->kind) {
	case V_TEXT:
		return !(v->n == 0 || (v->n == 1 && v->p[0] == '0'));
	case V_INT:
	case V_BOOL:
		return v->i != 0;
	case V_FLOAT:
		return v->d < 0 || v->d > 0;
	case V_NULL:
		return 0;
	case V_ARRAY:
		return v->array->marks ? -1 : v->array->n > 0;
	case V_CLOSURE:
		return 1;
	default:
		return -1;
	}
}

static bool scalar(const struct value *v)
{
	return v->kind >= V_NULL && v->kind <= V_TEXT;
}

/* Loose comparison of texts and numbers as PHP 8 does for what hides: numbers as numbers. */
int value_same(const struct value *a, const struct value *b, bool strict)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span ta, tb;
	int64_t ia, ib;

	if (!scalar(a) || !scalar(b) || (a->marks | b->marks) & M_BARE)
		return -1;
	if (strict && a->kind != b->kind)
		return 0;
	if (a->kind == V_BOOL || b->kind == V_BOOL || a->kind == V_NULL || b->kind == V_NULL)
		return value_truth(a) == value_truth(b);
	if (a->kind != V_TEXT || b->kind != V_TEXT) {
		value_to_int(a, &ia);
		value_to_int(b, &ib);
		if (a->kind != V_FLOAT && b->kind != V_FLOAT)
			return ia == ib;
	}
	value_to_text(a, sa, &ta);
	value_to_text(b, sb, &tb);
	return span_eq(ta, tb);
}

bool value_picture(struct span path)
{
	static const char *const ends[] = { ".jpg", ".jpeg", ".png", ".gif", ".ico", ".bmp", ".webp",
					    ".svg", ".zip",  ".rar", ".pdf", ".mp3", ".ttf", ".woff" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (path.n >= n && span_eq_nocase(span_from(path, path.n - n), span_of(ends[i], n)))
			return true;
	}
	return false;
}

bool value_kept(struct span path)
{
	static const char *const ends[] = { ".txt", ".log", ".html", ".htm", ".dat" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(path, span_str(ends[i])))
			return true;
	return false;
}

bool value_script(struct span path)
{
	static const char *const ends[] = { ".php", ".phtml", ".htaccess", ".user.ini" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(path, span_str(ends[i])))
			return true;
	return false;
}

/*
 * Text in front of a field that tells what it is asked for: "Password: ". The words are those that log
 * in and pay; "pass" alone would be passengers and passages.
 */
static bool label(struct span s)
{
	static const char *const words[] = { "password", "passwd", "pass:", "pass :", "cvv",
					     "card n",	 "ssn",	   "pin:",  "pin :" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		for (size_t at = 0; at + n <= s.n; at++)
			if ((s.p[at] | 0x20) == words[i][0] &&
			    span_eq_nocase(span_of(s.p + at, n), span_of(words[i], n)))
				return true;
	}
	return false;
}

/* A scheme in front of an address limits nobody: "compress.zlib://". */
static bool scheme(struct span s)
{
	return span_ends(s, SPAN("://")) ||
	       (span_starts(s, SPAN("data:")) && (s.n == 5 || span_ends(s, SPAN(",")))) ||
	       (span_starts(s, SPAN("php://")) && span_ends(s, SPAN("resource=")));
}

/* What a pattern ends like whose beginning is not known, once B stands behind it. */
static uint8_t tail_of(uint8_t tail, struct span b)
{
	size_t letters = 0;

	while (letters < b.n && letters < 8 && (b.p[b.n - 1 - letters] | 0x20) >= 'a' &&
	       (b.p[b.n - 1 - letters] | 0x20) <= 'z')
		letters++;
	if (letters < b.n) {
		if (!strchr("/#~|@!%+}])>", b.p[b.n - 1 - letters]))
			return TAIL_NONE;
		tail = TAIL_ENDED;
	}
	return tail == TAIL_ENDED && memchr(b.p + b.n - letters, 'e', letters) ? TAIL_EVALUATES : tail;
}

/* Marks of shape are worked out here: what stands in front, and what a path ends like. */
struct value value_append(struct pool *p, struct value a, struct value b)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span ta = SPAN_NONE, tb = SPAN_NONE;
	bool known_a = value_to_text(&a, sa, &ta), known_b = value_to_text(&b, sb, &tb);
	uint32_t marks = (a.marks & ~(M_SCRIPT | M_PICTURE)) | (b.marks & ~(uint32_t)M_BEHIND);
	uint32_t from = b.from && (!a.from || b.marks & M_INPUT) ? b.from : a.from;
	struct value v;

	if (known_a && (span_starts(ta, SPAN("http://")) || span_starts(ta, SPAN("https://"))))
		marks |= M_URL;
	if (!known_a || !known_b) {
		if (known_a && ta.n && !scheme(ta) && !(a.marks & M_INPUT) &&
		    (b.marks & (M_INPUT | M_REMOTE | M_FILE)))
			marks |= M_BEHIND;
		if (known_b && tb.n > 1)
			marks |= M_INNER;
		/* what a path ends like is what its last piece ends like */
		if (known_b && tb.n >= 4 && value_script(tb))
			marks |= M_SCRIPT;
		if (marks & M_FIELD && !(marks & M_SECRET) && (known_a || known_b) &&
		    label(span_head(known_a ? ta : tb, LABEL_MOST)))
			marks |= M_SECRET;
		if (known_b && value_picture(tb))
			marks |= M_PICTURE;
		if (!known_a && (a.marks & M_BEHIND))
			marks |= M_BEHIND;
		v = value_unknown(marks, from);
		if (known_b && tb.n)
			v.tail = tail_of(a.kind == V_UNKNOWN ? a.tail : (uint8_t)TAIL_NONE, tb);
		else if (known_b)
			v.tail = a.tail;
		if (known_b && value_kept(tb))
			v.tail = TAIL_KEPT;
		return v;
	}
	if (ta.n + tb.n > UINT32_MAX / 4)
		return value_unknown(marks, from);
	if (a.grows) {
		struct head *h = (struct head *)(void *)((char *)(uintptr_t)a.p - sizeof(*h));

		/*
		 * only the newest of those that share the room may go on: another has bytes behind it
		 * that are not its own
		 */
		if (h->used == a.n && h->cap - h->used >= tb.n) {
			if (tb.n)
				memcpy(h->text + h->used, tb.p, tb.n);
			h->used += (uint32_t)tb.n;
			a.n = h->used;
			a.marks = marks;
			a.from = from;
			return a;
		}
	}
	v = text_room(p, ta, tb, (uint32_t)((ta.n + tb.n) * 2 + FIRST_ROOM));
	v.marks = marks;
	v.from = from;
	if (v.kind == V_TEXT)
		v.grows = true;
	return v;
}

bool value_is_blank(const struct value *v)
{
	return v->kind == V_ARRAY && v->array->n == 0 && !v->array->marks;
}

/* The content of one of them, the marks of both. */
struct value value_join(struct value a, struct value b)
{
	bool first = b.kind == V_NULL || value_is_blank(&b) || (b.kind == V_UNKNOWN && !value_is_blank(&a)) ||
		     (b.kind == V_TEXT && !b.n && a.kind == V_TEXT);
	struct value v = first ? a : b;

	v.marks = a.marks | b.marks;
	if (!(a.marks & M_BEHIND) || !(b.marks & M_BEHIND)) {
		if ((a.marks & M_INPUT && !(a.marks & M_BEHIND)) ||
		    (b.marks & M_INPUT && !(b.marks & M_BEHIND)))
			v.marks &= ~(uint32_t)M_BEHIND;
	}
	v.from = a.marks & M_INPUT && a.from ? a.from : b.from ? b.from : a.from;
	return v;
}

/* --- arrays ---------------------------------------------------------------------------------- */

struct value array_new(struct pool *p)
{
	struct value v = { .kind = V_ARRAY };

	v.array = pool_take(p, sizeof(*v.array));
	return v.array ? v : value_unknown(0, 0);
}

/*
 * Numbers in texts are numbers as keys. PHP manual, Arrays: only in their plain form, so "08" stays a
 * text. Written back and compared, which settles blanks, signs and zeros at once. 18 digits fit into 64
 * bits.
 */
static struct value as_key(const struct value *key)
{
	int64_t i;
	struct value number;
	char scratch[VALUE_SCRATCH];
	struct span text;

	if (key->kind == V_FLOAT || key->kind == V_BOOL) {
		value_to_int(key, &i);
		return value_int(i);
	}
	if (key->kind != V_TEXT || key->n == 0 || key->n > 18 ||
	    (key->p[0] != '-' && (key->p[0] < '0' || key->p[0] > '9')))
		return *key;
	value_to_int(key, &i);
	number = value_int(i);
	value_to_text(&number, scratch, &text);
	return span_eq(text, span_of(key->p, key->n)) ? number : *key;
}

static bool same_key(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == V_INT ? a->i == b->i : a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/*
 * Lists are short or dense; long sparse ones are charged. No hash: nearly all lists are numbered from 0
 * and hit at once. Searching is paid in steps, so a file that searches for ever runs out of them.
 */
static struct pair *find(const struct array *a, const struct value *key, uint64_t *steps_left)
{
	if (key->kind != V_INT && key->kind != V_TEXT)
		return NULL;
	if (key->kind == V_INT && key->i >= 0 && key->i < a->n && same_key(&a->pair[key->i].key, key))
		return &a->pair[key->i];
	*steps_left -= *steps_left > a->n / 4 ? a->n / 4 : *steps_left;
	for (uint32_t i = 0; i < a->n; i++)
		if (same_key(&a->pair[i].key, key))
			return &a->pair[i];
	return NULL;
}

struct pair *array_find(const struct array *a, const struct value *key, uint64_t *steps_left)
{
	struct value k = as_key(key);

	return find(a, &k, steps_left);
}

static struct pair *add(struct pool *p, struct array *a)
{
	if (a->n == a->cap) {
		uint32_t cap = a->cap ? a->cap * 2 : PAIRS_FIRST;
		struct pair *more = cap > PAIRS_MOST ? NULL : pool_take(p, cap * sizeof(*more));

		if (!more) {
			p->over = true;
			return NULL;
		}
		if (a->pair)
			memcpy(more, a->pair, a->n * sizeof(*more));
		a->pair = more;
		a->cap = cap;
	}
	return &a->pair[a->n++];
}

/*
 * At a place that nobody knows: it marks the whole list, and one element stands for all that were put so. Its key
 * keeps what the place was made of.
 */
static void set_anywhere(struct pool *p, struct array *a, const struct value *key, struct value v)
{
	struct pair *last = a->n ? &a->pair[a->n - 1] : NULL;

	a->marks |= v.marks;
	a->from = v.from ? v.from : a->from;
	if (key->kind != V_UNKNOWN || (!a->n && !v.marks && v.kind == V_UNKNOWN))
		return;
	if (last && last->key.kind == V_UNKNOWN) {
		last->key.marks |= key->marks;
		last->value = value_join(last->value, v);
		return;
	}
	last = add(p, a);
	if (!last)
		return;
	last->key = value_unknown(key->marks, key->from);
	last->value = v;
}

/* A key that nobody knows marks the whole list. */
void array_set(struct pool *p, struct array *a, const struct value *key, struct value v, uint64_t *steps_left)
{
	struct value k = as_key(key);
	struct pair *at = find(a, &k, steps_left);

	if (!at && (k.kind == V_INT || k.kind == V_TEXT)) {
		at = add(p, a);
		if (at)
			at->key = k;
		if (k.kind == V_INT && k.i >= a->next && k.i < INT64_MAX)
			a->next = k.i + 1;
	}
	if (at) {
		at->value = v;
		return;
	}
	set_anywhere(p, a, &k, v);
}

uint32_t value_key_marks(const struct value *v)
{
	uint32_t marks = 0;

	if (v->kind != V_ARRAY)
		return v->kind == V_UNKNOWN ? v->marks & M_INPUT : 0;
	for (uint32_t i = 0; i < v->array->n && i < 256; i++)
		marks |= v->array->pair[i].key.kind == V_UNKNOWN ? v->array->pair[i].key.marks : 0;
	return marks;
}

void array_push(struct pool *p, struct array *a, struct value v)
{
	struct pair *at = add(p, a);

	if (!at) {
		a->marks |= v.marks;
		return;
	}
	at->key = value_int(a->next);
	at->value = v;
	if (a->next < INT64_MAX)
		a->next++;
}

struct array *array_copy(struct pool *p, const struct array *a)
{
	struct array *copy = pool_take(p, sizeof(*copy));
	struct pair *pairs = copy && a->n ? pool_take(p, a->n * sizeof(*pairs)) : NULL;

	if (!copy || (a->n && !pairs))
		return NULL;
	*copy = *a;
	copy->shared = false;
	copy->pair = pairs;
	copy->cap = a->n;
	if (a->n)
		memcpy(pairs, a->pair, a->n * sizeof(*pairs));
	return copy;
}

uint32_t value_all_marks(const struct value *v)
{
	uint32_t marks = v->marks;

	if (v->kind != V_ARRAY)
		return marks;
	marks |= v->array->marks;
	/* asked at every call: the first few hundred elements stand for the rest */
	for (uint32_t i = 0; i < v->array->n && i < 256; i++) {
		const struct value *in = &v->array->pair[i].value;

		marks |= in->marks;
		if (in->kind == V_ARRAY) {
			marks |= in->array->marks;
			for (uint32_t j = 0; j < in->array->n && j < 32; j++)
				marks |= in->array->pair[j].value.marks;
		}
	}
	return marks;
}

uint32_t value_marks_of(const struct value *v, uint32_t n)
{
	uint32_t marks = 0;

	for (uint32_t i = 0; i < n; i++)
		marks |= value_all_marks(&v[i]);
	return marks;
}
