/*
 * The matrix of trust.md's S7, made from the headers themselves: every text field of every struct that is printed, one at a
 * time, with all 256 bytes and crafted texts in it, through every output that can print it. fields.awk reads the headers; a
 * struct that is new there and has no row in `places` fails, so no field can be forgotten.
 *
 * Terminal, mail and monitoring: no control. --plain: not a line, not a tab more. JSON: parses, and says the text as often as
 * an ordinary one. HTML: the same tags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "fixture.h"
#include "fixture_mail.h"
#include "hostile.h"
#include "model/inquiry.h"
#include "model/signs.h"
#include "report/alarm.h"
#include "report/complaints.h"
#include "report/doctor.h"
#include "report/html.h"
#include "report/json.h"
#include "report/plain.h"
#include "report/reputation.h"
#include "report/signs.h"
#include "report/stats.h"
#include "report/why.h"
#include "repute/blocklists.h"
#include "repute/check.h"
#include "repute/identity.h"
#include "repute/reputation.h"

struct field {
	const char *type, *name;
	size_t at, count_at;
	bool list;
};

static const struct field fields[] = {
#define FIELD(s, f) { #s, #f, offsetof(struct s, f), 0, false },
#define LIST(s, f, n) { #s, #f, offsetof(struct s, f), offsetof(struct s, n), true },
#include "fields.inc"
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define MARK "mArK"

/* All that the outputs are asked to print, fresh for each text. */
struct world {
	struct arena *a;
	struct inquiry *q;
	struct reputation *r;
	struct complaints *c;
	struct signs *s;
};

static struct world world_new(void)
{
	struct world w = { .a = arena_new() };

	w.q = fixture_incident(w.a);
	w.r = fixture_reputation(w.a, SPAN("ordinary"));
	w.c = fixture_complaints(w.a, SPAN("ordinary"));
	w.s = fixture_signs(w.a, SPAN("ordinary"));
	return w;
}

/* --- where structs of a type are -------------------------------------------------------------------- */

typedef void visit(void *ctx, void *first, size_t n, size_t step);

#define EACH(list, count) go(ctx, (void *)(list), (count), sizeof(*(list)))
#define WITHIN(list, count, member) go(ctx, (void *)&(list)->member, (count), sizeof(*(list)))

static void rows_of(const char *type, struct row *r, visit *go, void *ctx)
{
	if (strcmp(type, "reason") == 0)
		EACH(r->reasons, r->nreasons);
	else if (strcmp(type, "evidence") == 0)
		EACH(r->evidence, r->nevidence);
	else if (strcmp(type, "place") == 0)
		EACH(r->places, r->nplaces);
	else if (strcmp(type, "client") == 0)
		EACH(r->clients, r->nclients);
}

static void of_inquiry(const char *type, struct world *w, visit *go, void *ctx)
{
	struct incident *in = &w->q->incidents[0];
	struct stats *st = &w->q->stats;

	if (strcmp(type, "inquiry") == 0)
		EACH(w->q, 1);
	else if (strcmp(type, "row") == 0)
		EACH(w->q->rows, w->q->nrows);
	else if (strcmp(type, "input_file") == 0)
		EACH(w->q->inputs, w->q->ninputs);
	else if (strcmp(type, "advice") == 0)
		EACH(w->q->advice, w->q->nadvice);
	else if (strcmp(type, "moment") == 0) {
		EACH(in->entry, in->nentry);
		EACH(in->timeline, in->ntimeline);
	} else if (strcmp(type, "stat_row") == 0) {
		EACH(st->senders, st->nsenders);
		EACH(st->hosts, st->nhosts);
		EACH(st->domains, st->ndomains);
		EACH(st->errors, st->nerrors);
		EACH(st->rejects, st->nrejects);
	}
	for (size_t i = 0; i < w->q->nrows; i++)
		rows_of(type, &w->q->rows[i], go, ctx);
}

static void of_others(const char *type, struct world *w, visit *go, void *ctx)
{
	struct tied *list = w->c->list;

	if (strcmp(type, "signs") == 0)
		EACH(w->s, 1);
	else if (strcmp(type, "sign") == 0)
		EACH(w->s->sign, SIGNS);
	else if (strcmp(type, "reputation") == 0)
		EACH(w->r, 1);
	else if (strcmp(type, "refusal") == 0)
		EACH(w->r->refusals, w->r->nrefusals);
	else if (strcmp(type, "identity") == 0)
		EACH(w->r->identities, w->r->nidentities);
	else if (strcmp(type, "blocklist") == 0)
		EACH(w->r->lists, w->r->nlists);
	else if (strcmp(type, "subject") == 0)
		EACH(w->r->subjects, w->r->nsubjects);
	else if (strcmp(type, "list_verdict") == 0)
		WITHIN(w->r->listings, w->r->nlistings, v);
	else if (strcmp(type, "complaints") == 0)
		EACH(w->c, 1);
	else if (strcmp(type, "blamed") == 0)
		EACH(w->c->blamed, w->c->nblamed);
	else if (strcmp(type, "tied") == 0)
		EACH(list, w->c->n);
	else if (strcmp(type, "complaint") == 0)
		WITHIN(list, w->c->n, c);
	else if (strcmp(type, "original") == 0)
		WITHIN(list, w->c->n, c.original);
	else if (strcmp(type, "tie") == 0)
		WITHIN(list, w->c->n, tie);
	for (size_t i = 0; i < w->c->n; i++) {
		if (strcmp(type, "failure") == 0)
			EACH(list[i].c.failures, list[i].c.nfailures);
		if (strcmp(type, "evidence") == 0 && list[i].line)
			EACH(list[i].line, 1);
		if (strcmp(type, "row") == 0 && list[i].row)
			EACH(list[i].row, 1);
	}
}

/* Those that no output gets to see: questions, settings, what a list's file says before it is asked. */
static const char *const inner[] = { "identity_want", "code",	 "test_points", "list_key",
				     "outgoing",      "refused", "dkim_key" };

static void on_each(const char *type, struct world *w, visit *go, void *ctx)
{
	of_inquiry(type, w, go, ctx);
	of_others(type, w, go, ctx);
}

static void count_one(void *ctx, void *first, size_t n, size_t step)
{
	(void)first;
	(void)step;
	*(size_t *)ctx += n;
}

/* --- one text into one field ------------------------------------------------------------------------ */

struct soil {
	struct arena *a;
	const struct field *field;
	struct span text;
};

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

/* --- every output ------------------------------------------------------------------------------------ */

static void to_terminal(struct sink *s, struct world *w, bool ascii)
{
	struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };
	struct why_target t;

	assert_int_equal(why_find(w->q, SPAN("1123a"), &t, NULL), 0);
	screen_inquiry(s, w->q, &screen);
	stats_text(s, w->q, &screen, 0);
	why_text(s, w->q, &t, &screen);
	doctor_text(s, w->q, &screen);
	reputation_text(s, w->r, &screen);
	complaints_text(s, w->c, &screen);
	signs_text(s, w->s, &screen);
}

static void to_scripts(struct sink *s, struct world *w)
{
	struct why_target t;

	assert_int_equal(why_find(w->q, SPAN("1123a"), &t, NULL), 0);
	plain_inquiry(s, w->q, NULL, true);
	plain_advice(s, w->q);
	why_plain(s, w->q, &t);
	reputation_plain(s, w->r);
	complaints_plain(s, w->c);
	signs_plain(s, w->s);
}

static void to_json(struct sink *s, struct world *w)
{
	struct why_target t;

	assert_int_equal(why_find(w->q, SPAN("1123a"), &t, NULL), 0);
	json_inquiry(s, w->q, NULL, true);
	why_json(s, w->q, &t, NULL);
	doctor_json(s, w->q);
	reputation_json(s, w->r);
	complaints_json(s, w->c);
	signs_json(s, w->s);
}

/* Its "text" is for people, and spells what they may not be shown. */
static void to_web_hook(struct sink *s, struct world *w)
{
	struct alarm_text alarm = { .signs = w->s, .news = ALARM_GROWS, .began = w->s->now };

	alarm_json(&s->text, &alarm);
}

static void to_monitors(struct sink *s, struct world *w)
{
	static const struct span to[] = { SPAN("a@shop.example") };
	struct alarm_text alarm = { .signs = w->s, .news = ALARM_BEGINS };

	signs_nagios(s, w->s);
	alarm_mail(&s->text, &alarm, SPAN_NONE, to, 1);
}

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

struct seen {
	size_t lines, tabs, said, shown;
	char *tags;
};

static size_t times(struct span in, const char *what)
{
	size_t n = 0;

	for (ptrdiff_t at = 0; (at = span_search(in, (size_t)at, span_str(what))) >= 0; at++)
		n++;
	return n;
}

static struct seen look(const struct field *field, struct span text)
{
	struct world w = world_new();
	struct soil with = { w.a, field, text };
	struct sink s = sink_new(-1);
	struct seen seen = { 0 };

	on_each(field->type, &w, soil, &with);
	for (int ascii = 0; ascii < 2; ascii++) {
		to_terminal(&s, &w, ascii);
		assert_harmless(buf_view(&s.text), "\n");
		seen.shown += times(buf_view(&s.text), MARK);
		s.text.n = 0;
	}
	to_scripts(&s, &w);
	assert_harmless(buf_view(&s.text), "\n\t");
	seen.lines = count(buf_view(&s.text), '\n');
	seen.tabs = count(buf_view(&s.text), '\t');
	seen.shown += times(buf_view(&s.text), MARK);
	s.text.n = 0;
	to_json(&s, &w);
	assert_harmless(buf_view(&s.text), "\n");
	seen.said = said(buf_view(&s.text), text);
	s.text.n = 0;
	to_web_hook(&s, &w);
	assert_harmless(buf_view(&s.text), "\n");
	seen.shown += said(buf_view(&s.text), text);
	s.text.n = 0;
	to_monitors(&s, &w);
	assert_harmless(buf_view(&s.text), "\n");
	seen.shown += times(buf_view(&s.text), MARK);
	s.text.n = 0;
	html_inquiry(&s, w.q, NULL, true);
	assert_harmless(buf_view(&s.text), "\n");
	seen.shown += times(buf_view(&s.text), MARK);
	seen.tags = tags_of(buf_view(&s.text));
	buf_free(&s.text);
	arena_free(w.a);
	return seen;
}

/* --- the matrix --------------------------------------------------------------------------------------- */

static bool is_inner(const char *type)
{
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (strcmp(type, inner[i]) == 0)
			return true;
	return false;
}

static void no_struct_is_forgotten(void **state)
{
	(void)state;
	assert_true(FIELDS > 80);
	for (size_t i = 0; i < FIELDS; i++) {
		struct world w = world_new();
		size_t n = 0;

		on_each(fields[i].type, &w, count_one, &n);
		if ((n == 0) != is_inner(fields[i].type))
			fail_msg("struct %s: %zu in the fixtures", fields[i].type, n);
		arena_free(w.a);
	}
}

static void matrix(void **state)
{
	size_t cells = 0;

	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = &fields[i];
		struct seen want;

		if (is_inner(f->type))
			continue;
		want = look(f, SPAN(MARK));
		if (want.shown + want.said == 0)
			print_message("# %s.%s is printed nowhere\n", f->type, f->name);
		for (size_t k = 0; k < HOSTILE; k++, cells++) {
			struct seen got = look(f, hostile[k]);
			bool utf8 = k != 0 && k != 8;

			/* an empty text is none, and may leave out what belongs to it */
			if (hostile[k].n) {
				if (got.lines != want.lines || got.tabs != want.tabs)
					fail_msg("%s.%s: text %zu forges a line of --plain", f->type, f->name,
						 k);
				if (utf8 && got.said < want.said)
					fail_msg("%s.%s: JSON says text %zu %zu times of %zu", f->type,
						 f->name, k, got.said, want.said);
				if (strcmp(got.tags, want.tags) != 0)
					fail_msg("%s.%s: text %zu changes the page", f->type, f->name, k);
			}
			free(got.tags);
		}
		free(want.tags);
	}
	print_message("# %zu fields and texts\n", cells);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_struct_is_forgotten),
		cmocka_unit_test(matrix),
	};

	for (int i = 0; i < 256; i++)
		every_byte[i] = (char)i;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
