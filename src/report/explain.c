/*
 * explain - keys, types and their order exactly as contract.md gives them for `explain --json`.
 *
 * Promises: a key stands only where the line has it; numbers are the line's own digits made valid
 * JSON, or absent; every string goes through show. Printed keys are those that field_name() names.
 *
 * TRUST: all values are foreign text, the numbers among them too.
 */
#include "report/explain.h"

#include "base/civil.h"
#include "base/show.h"
#include "report/jsonw.h"

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static size_t digits_at(struct span s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && is_digit(s.p[at + n]))
		n++;
	return n;
}

/* -12, 0012.50 and the like, at most 18 digits a side: what every JSON reader can hold. */
static bool is_number(struct span s)
{
	size_t at = s.n && *s.p == '-', whole = digits_at(s, at), part;

	if (whole == 0 || whole > 18)
		return false;
	at += whole;
	if (at == s.n)
		return true;
	part = s.p[at] == '.' ? digits_at(s, at + 1) : 0;
	return part > 0 && part <= 18 && at + 1 + part == s.n;
}

/* JSON knows no leading zeros. */
static void put_number(struct buf *out, struct span s)
{
	if (*s.p == '-') {
		buf_byte(out, '-');
		s = span_from(s, 1);
	}
	while (s.n > 1 && *s.p == '0' && is_digit(s.p[1]))
		s = span_from(s, 1);
	buf_span(out, s);
}

static void number_field(struct jsonw *w, const char *key, struct span s)
{
	if (!is_number(s))
		return;
	jsonw_key(w, key);
	put_number(w->out, s);
}

static struct span take_part(struct span *s, char separator)
{
	ptrdiff_t end = span_find(*s, 0, separator);
	struct span part = span_head(*s, end < 0 ? s->n : (size_t)end);

	*s = span_from(*s, part.n + (end >= 0));
	return part;
}

/* Postfix delays=a/b/c/d. */
static void delays_field(struct jsonw *w, const char *key, struct span s)
{
	struct span check = s;

	do {
		if (!is_number(take_part(&check, '/')))
			return;
	} while (check.n);
	jsonw_open(w, key, '[');
	do {
		jsonw_key(w, NULL);
		put_number(w->out, take_part(&s, '/'));
	} while (s.n);
	jsonw_close(w, ']');
}

/* The next address of a list with blanks between: a quoted local part may hold blanks of its own. */
static struct span take_address(struct span *s)
{
	bool quoted = false;
	size_t n = 0, start = 0;

	while (start < s->n && s->p[start] == ' ')
		start++;
	*s = span_from(*s, start);
	for (; n < s->n && (quoted || s->p[n] != ' '); n++) {
		if (s->p[n] == '\\' && quoted)
			n++;
		else if (s->p[n] == '"')
			quoted = !quoted;
	}

	struct span address = span_head(*s, n);

	*s = span_from(*s, address.n);
	return address;
}

/* Exim gives the list as one field, PHP an address a field. */
static void recipients_field(struct jsonw *w, const struct event *ev, const char *base)
{
	jsonw_open(w, field_name(F_RECIPIENTS), '[');
	for (unsigned i = 0; i < ev->nfields; i++) {
		struct span list = span_of(base + ev->f[i].off, ev->f[i].len), address;

		if (ev->f[i].key != F_RECIPIENTS)
			continue;
		while ((address = take_address(&list)).n)
			jsonw_span(w, NULL, address);
	}
	jsonw_close(w, ']');
}

static struct span without_mapping(struct span s)
{
	return span_eq_nocase(span_head(s, 7), SPAN("::ffff:")) && span_find(s, 0, '.') > 0 ? span_from(s, 7)
											    : s;
}

static void one_field(struct jsonw *w, const struct event *ev, const char *base, enum field_key key)
{
	const char *name = field_name(key);
	struct span s = event_get(ev, base, key);

	if (!name || !s.p)
		return;
	switch (key) {
	case F_UID:
	case F_SIZE:
	case F_NRCPT:
	case F_RELAY_PORT:
	case F_CODE:
	case F_DELAY:
	case F_SCRIPT_LINE:
	case F_HTTP_STATUS:
	case F_PORT:
		number_field(w, name, s);
		break;
	case F_DELAYS:
		delays_field(w, name, s);
		break;
	case F_RECIPIENTS:
		recipients_field(w, ev, base);
		break;
	case F_CLIENT_IP:
	case F_RELAY_IP:
		jsonw_span(w, name, without_mapping(s));
		break;
	default:
		jsonw_span(w, name, s);
	}
}

/* The fraction with as many digits as the line had, microseconds at most. */
static void put_fraction(struct buf *out, const struct event *ev)
{
	unsigned n = ev->stamp / STAMP_DIGIT;
	uint32_t usec = ev->usec;

	if (!n)
		return;
	for (unsigned i = n; i < 6; i++)
		usec /= 10;
	buf_addf(out, ".%0*u", (int)(n < 6 ? n : 6), usec);
}

static void put_zone(struct buf *out, const struct event *ev)
{
	int minutes = ev->zone;

	if (!(ev->stamp & STAMP_ZONE))
		return;
	if (ev->stamp & STAMP_ZULU)
		buf_byte(out, 'Z');
	else
		buf_addf(out, "%c%02d:%02d", minutes < 0 ? '-' : '+', (minutes < 0 ? -minutes : minutes) / 60,
			 (minutes < 0 ? -minutes : minutes) % 60);
}

static bool is_dated(const struct event *ev)
{
	return (ev->stamp & STAMP_TIME) && !(ev->stamp & STAMP_NO_YEAR);
}

static void put_at(struct buf *out, const struct event *ev)
{
	civil_format(out, ev->at + (ev->stamp & STAMP_ZONE ? ev->zone * 60 : 0), CIVIL_NO_ZONE);
	put_fraction(out, ev);
	put_zone(out, ev);
}

static void at_field(struct jsonw *w, const struct event *ev)
{
	if (!is_dated(ev))
		return;
	jsonw_key(w, "at");
	buf_byte(w->out, '"');
	put_at(w->out, ev);
	buf_byte(w->out, '"');
}

void explain_json(struct buf *out, const struct event *ev, const char *base, uint64_t line, uint64_t of)
{
	struct jsonw w = { .out = out };

	jsonw_open(&w, NULL, '{');
	jsonw_u64(&w, "line", line);
	if (of)
		jsonw_u64(&w, "of", of);
	jsonw_str(&w, "dialect", dialect_name((enum dialect)ev->dialect));
	one_field(&w, ev, base, F_PROGRAM);
	if (ev->pid)
		jsonw_u64(&w, "pid", ev->pid);
	one_field(&w, ev, base, F_HOST);
	at_field(&w, ev);
	jsonw_str(&w, "event", event_kind_name((enum event_kind)ev->kind));
	for (int key = F_ID; key < F_KEYS; key++)
		one_field(&w, ev, base, (enum field_key)key);
	jsonw_close(&w, '}');
}

void explain_text(struct buf *out, const struct event *ev, const char *base, uint64_t line, uint64_t of)
{
	buf_addf(out, "%llu: %s", (unsigned long long)line, event_kind_name((enum event_kind)ev->kind));
	if (of)
		buf_addf(out, ", continues line %llu", (unsigned long long)of);
	if (ev->dialect != DIALECT_OTHER)
		buf_addf(out, " (%s)", dialect_name((enum dialect)ev->dialect));
	if (is_dated(ev)) {
		buf_str(out, "\n    at: ");
		put_at(out, ev);
	}
	if (ev->pid)
		buf_addf(out, "\n    pid: %u", ev->pid);
	for (int key = 0; key < F_KEYS; key++)
		for (unsigned i = 0; i < ev->nfields; i++) {
			const char *name = field_name((enum field_key)key);

			if (ev->f[i].key != key || !name)
				continue;
			buf_addf(out, "\n    %s: ", name);
			show_text(out, span_of(base + ev->f[i].off, ev->f[i].len), false);
		}
}
