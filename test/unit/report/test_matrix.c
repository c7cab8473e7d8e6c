/*
 * The matrix of trust.md's S7, made from the headers themselves: every text field of every struct that is printed, one at a
 * time, with every byte and crafted texts in it, through every output that can print it. fields.awk reads the headers; a
 * struct that is new there and in no part (matrix_parts.c) fails, so no field can be forgotten.
 *
 * Terminal, mail and monitoring: no control, nothing that moves its neighbours, UTF-8, no line begun by the text. --plain: not
 * a line, not a tab more. JSON: parses, and says the text as often as an ordinary one. HTML: the same tags, no other entity.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "crafted.h"
#include "hostile.h"
#include "matrix_parts.h"

#include "base/show.h"
#include "model/inquiry.h"
#include "model/plan.h"
#include "model/queue.h"
#include "model/scan.h"
#include "model/signs.h"
#include "report/complaints.h"
#include "report/explain.h"
#include "report/mailing.h"
#include "report/queue_deed.h"
#include "repute/blocklists.h"
#include "repute/check.h"
#include "repute/identity.h"
#include "repute/reputation.h"
#include "store/journal.h"
#include "store/store.h"
#include "logs/maker.h"

struct text_field {
	const char *type, *name;
	size_t at, count_at;
	bool list;
};

static const struct text_field fields[] = {
#define FIELD(s, f) { #s, #f, offsetof(struct s, f), 0, false },
#define LIST(s, f, n) { #s, #f, offsetof(struct s, f), offsetof(struct s, n), true },
#include "fields.inc"
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define MARK "mArK"
#define TEXTS (HOSTILE + ncrafted + BYTE_PIECES)

/*
 * Those that no output gets to see: questions, settings, what a list's file says before it is asked, what the state
 * keeps; a field behind a dot: a finished text, made of what is tried by itself.
 */
static const char *const inner[] = { "identity_want",	"code",		 "test_points",	 "list_key",
				     "outgoing",	"refused",	 "dkim_key",	 "store_learnt",
				     "store_complaint", "mailing.text",	 "mailing.html", "mailing.subject",
				     "mailing.xarf",	"letter_facts.q" };

static struct span text_of(size_t k)
{
	if (k < HOSTILE)
		return hostile[k];
	return k < HOSTILE + ncrafted ? crafted[k - HOSTILE]
				      : crafted_bytes((unsigned)(k - HOSTILE - ncrafted));
}

/* --- one text into one field ------------------------------------------------------------------------ */

struct soil {
	struct arena *a;
	const struct text_field *field;
	struct span text;
};

static void count_one(void *ctx, void *first, size_t n, size_t step)
{
	(void)first;
	(void)step;
	*(size_t *)ctx += n;
}

static void soil(void *ctx, void *first, size_t n, size_t step)
{
	const struct soil *s = ctx;

	for (size_t i = 0; i < n; i++) {
		char *one = (char *)first + i * step;
		/* counts are unsigned or size_t, and small: an unsigned at the same place says the same */
		unsigned *count = (unsigned *)(void *)(one + s->field->count_at);
		struct span *text = (struct span *)(void *)(one + s->field->at);

		if (s->field->list) {
			struct span **list = (struct span **)(void *)(one + s->field->at);

			if (*count == 0) {
				*list = arena_alloc(s->a, sizeof(**list));
				*count = 1;
			}
			text = *list;
		}
		*text = s->text;
	}
}

/* --- what an output must be ------------------------------------------------------------------------- */

static size_t texts_with(struct json_object *o, struct span text)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_string))
		return span_search(span_of(json_object_get_string(o), (size_t)json_object_get_string_len(o)),
				   0, text) >= 0;
	if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += texts_with(json_object_array_get_idx(o, i), text);
	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			(void)key;
			n += texts_with(value, text);
		}
	}
	return n;
}

/* How often TEXT is said by the lines of JSON, each of which must parse. */
static size_t said(struct span lines, struct span text)
{
	size_t n = 0;

	while (lines.n) {
		ptrdiff_t end = span_find(lines, 0, '\n');
		struct json_object *o;

		assert_true(end > 0);
		o = parse(span_head(lines, (size_t)end));
		n += texts_with(o, text);
		json_object_put(o);
		lines = span_from(lines, (size_t)end + 1);
	}
	return n;
}

static size_t times(struct span in, const char *what)
{
	size_t n = 0;

	for (ptrdiff_t at = 0; (at = span_search(in, (size_t)at, span_str(what))) >= 0; at++)
		n++;
	return n;
}

/* What the page's text may hold: show's five entities, and the one that our own words use. */
static void assert_entities(struct span page)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&nbsp;" };

	for (ptrdiff_t at = 0; (at = span_find(page, (size_t)at, '&')) >= 0; at++) {
		bool ok = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			ok |= span_starts(span_from(page, (size_t)at), span_str(known[i]));
		if (!ok)
			fail_msg("an entity that is not ours: %.20s", page.p + at);
	}
}

static void assert_no_forgery(struct span text)
{
	assert_false(span_starts(text, SPAN(FORGED)));
	if (span_search(text, 0, SPAN("\n" FORGED)) >= 0)
		fail_msg("a line begins with a foreign text");
}

struct seen {
	size_t lines, tabs, said, shown, bars, head;
	char *tags;
};

/* Lines before the first empty one. */
static size_t head_lines(struct span mail)
{
	ptrdiff_t end = span_search(mail, 0, SPAN("\n\n"));

	assert_true(end > 0);
	return count(span_head(mail, (size_t)end), '\n');
}

static struct span taken(struct sink *s, const char *allowed, struct seen *seen)
{
	struct span text = buf_view(&s->text);

	assert_false(s->text.over);
	assert_harmless(text, allowed);
	assert_true(show_is_utf8(text));
	seen->shown += times(text, MARK);
	s->text.n = 0;
	return text;
}

static struct seen look(const struct part *p, const struct text_field *field, struct span text)
{
	struct arena *a = arena_new();
	void *of = p->make(a);
	struct soil with = { a, field, text };
	struct sink s = sink_new(-1);
	struct seen seen = { .tags = NULL };
	struct span out;

	p->each(field->type, of, soil, &with);
	for (int ascii = 0; ascii < 2; ascii++) {
		p->terminal(&s, of, ascii);
		assert_no_forgery(taken(&s, "\n", &seen));
	}
	if (p->monitor) {
		p->monitor(&s, of);
		out = taken(&s, "\n", &seen);
		seen.bars = count(out, '|') + 1000 * count(out, '\n');
	}
	if (p->mail) {
		p->mail(&s, of);
		out = taken(&s, "\n", &seen);
		assert_no_forgery(out);
		seen.head = head_lines(out);
	}
	p->scripts(&s, of);
	out = taken(&s, "\n\t", &seen);
	seen.lines = count(out, '\n');
	seen.tabs = count(out, '\t');
	p->json(&s, of);
	seen.said = said(taken(&s, "\n", &seen), text);
	if (p->json_letter) {
		p->json_letter(&s, of);
		said(taken(&s, "\n", &seen), text);
	}
	if (p->page) {
		p->page(&s, of);
		out = taken(&s, "\n", &seen);
		assert_entities(out);
		seen.tags = tags_of(out);
	}
	buf_free(&s.text);
	arena_free(a);
	return seen;
}

/* --- the matrix --------------------------------------------------------------------------------------- */

static bool is_inner(const struct text_field *f)
{
	char name[120];

	snprintf(name, sizeof(name), "%s.%s", f->type, f->name);
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (strcmp(f->type, inner[i]) == 0 || strcmp(name, inner[i]) == 0)
			return true;
	return false;
}

static size_t structs_in(const struct part *p, const struct text_field *f)
{
	struct arena *a = arena_new();
	size_t n = 0;

	p->each(f->type, p->make(a), count_one, &n);
	arena_free(a);
	return n;
}

static void no_struct_is_forgotten(void **state)
{
	(void)state;
	assert_true(FIELDS > 150);
	assert_true(HOSTILE + ncrafted >= 100);
	for (size_t i = 0; i < FIELDS; i++) {
		size_t n = 0;

		for (size_t k = 0; k < nparts; k++)
			n += structs_in(&parts[k], &fields[i]);
		if (n == 0 && !is_inner(&fields[i]))
			fail_msg("struct %s stands in no part", fields[i].type);
	}
}

static void compare(const struct part *p, const struct text_field *f, size_t k, struct seen got,
		    struct seen want)
{
	if (got.lines != want.lines || got.tabs != want.tabs)
		fail_msg("%s, %s.%s: text %zu forges a line of --plain", p->name, f->type, f->name, k);
	if (show_is_utf8(text_of(k)) && got.said < want.said)
		fail_msg("%s, %s.%s: JSON says text %zu %zu times of %zu", p->name, f->type, f->name, k,
			 got.said, want.said);
	if (got.tags && strcmp(got.tags, want.tags) != 0)
		fail_msg("%s, %s.%s: text %zu changes the page", p->name, f->type, f->name, k);
	if (got.bars != want.bars || got.head != want.head)
		fail_msg("%s, %s.%s: text %zu changes a monitor's line or a mail's head", p->name, f->type,
			 f->name, k);
}

/* The cells of F in P, each looked at; RET_SHOWN grows by how often an ordinary text is printed there. */
static size_t cells(const struct part *p, const struct text_field *f, size_t *ret_shown)
{
	struct seen want = look(p, f, SPAN(MARK));
	/* what is printed nowhere may still be counted, or compared: a few texts are enough */
	size_t n = want.shown + want.said ? TEXTS : HOSTILE;

	for (size_t k = 0; k < n; k++) {
		struct seen got = look(p, f, text_of(k));

		/* an empty text is none, and may leave out what belongs to it */
		if (text_of(k).n)
			compare(p, f, k, got, want);
		free(got.tags);
	}
	free(want.tags);
	*ret_shown += want.shown + want.said;
	return n;
}

static void matrix(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		size_t shown = 0;

		if (is_inner(&fields[i]))
			continue;
		for (size_t k = 0; k < nparts; k++) {
			if (structs_in(&parts[k], &fields[i]) == 0)
				continue;
			n += cells(&parts[k], &fields[i], &shown);
		}
		if (shown == 0)
			print_message("# %s.%s is printed nowhere\n", fields[i].type, fields[i].name);
	}
	print_message("# %zu cells: fields, parts and %zu texts\n", n, TEXTS);
}

/* --- explain: an event's fields are no struct's ------------------------------------------------------- */

static void explained(struct sink *s, enum field_key key, struct span text, bool json)
{
	static char base[4096];
	struct evbuf ev = { .base = base, .cap = sizeof(base) };
	struct line line = { .raw = span_of(base, 0), .repeat = 1 };
	struct maker m = { .out = &ev, .line = &line, .all = true };
	char *p;

	maker_begin(&m, DIALECT_EXIM, EV_DELIVER);
	p = maker_text(&m, text.n ? text.n : 1);
	memcpy(p, text.p, text.n);
	maker_field(&m, key, span_of(p, text.n));
	/* the text for people shows the line itself, too */
	((struct event *)(void *)ev.mem)->off = (uint32_t)(p - base);
	((struct event *)(void *)ev.mem)->len = (uint32_t)text.n;
	maker_end(&m);
	if (json)
		explain_json(&s->text, (const struct event *)(const void *)ev.mem, base, 12, 0);
	else
		explain_text(&s->text, (const struct event *)(const void *)ev.mem, base, 12, 0);
	free(ev.mem);
}

static void events(void **state)
{
	struct sink s = sink_new(-1);
	struct seen seen = { .tags = NULL };

	(void)state;
	for (unsigned key = 0; key < F_KEYS; key++) {
		size_t lines, want;
		struct json_object *marked;

		explained(&s, key, SPAN(MARK), true);
		marked = parse(buf_view(&s.text));
		want = texts_with(marked, SPAN(MARK));
		json_object_put(marked);
		s.text.n = 0;
		explained(&s, key, SPAN(MARK), false);
		lines = count(taken(&s, "\n", &seen), '\n');
		for (size_t k = 0; k < TEXTS; k++) {
			struct span text = text_of(k), out;
			struct json_object *o;

			explained(&s, key, text, true);
			o = parse(taken(&s, "", &seen));
			/* a list of addresses is cut at its commas */
			if (show_is_utf8(text) && text.n && key != F_RECIPIENTS && texts_with(o, text) < want)
				fail_msg("explain: JSON's %s loses text %zu", field_name(key), k);
			json_object_put(o);
			explained(&s, key, text, false);
			out = taken(&s, "\n", &seen);
			assert_no_forgery(out);
			if (text.n && key != F_RECIPIENTS && count(out, '\n') > lines)
				fail_msg("explain: %s with text %zu forges a line", field_name(key), k);
		}
	}
	buf_free(&s.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_struct_is_forgotten),
		cmocka_unit_test(matrix),
		cmocka_unit_test(events),
	};

	/* thousands of arenas one after the other: their pages need not go back to the kernel between them */
	mallopt(M_TRIM_THRESHOLD, 1 << 28);
	mallopt(M_MMAP_THRESHOLD, 1 << 28);
	for (int i = 0; i < 256; i++)
		every_byte[i] = (char)i;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
