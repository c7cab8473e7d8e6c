/*
 * The language of templates, and every letter, page, JSON and list of `report` and of the queue's deeds under hostile
 * input (trust: S7).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fixture_letter.h"
#include "hostile.h"
#include "model/plan.h"
#include "report/jsonw.h"
#include "report/mailing.h"
#include "report/queue.h"
#include "report/queue_deed.h"

/* One letter filled in: *RET is for the caller to free. */
static void fill(struct arena *a, const struct letter_facts *f, const char *name, enum letter_form form,
		 struct buf *out, struct buf *subject)
{
	struct err err = { 0 };

	if (letter_fill(fixture_letter(a, f, name), fixture_template(a, name), name, form, out, subject,
			&err) < 0)
		fail_msg("%s", err.text);
}

static void texts_are_harmless(void **state)
{
	for (size_t n = 0; n < LETTERS; n++)
		for (size_t i = 0; i < HOSTILE; i++) {
			struct arena *a = arena_new();
			struct buf out = BUF_MAX(4u << 20), subject = BUF_MAX(1u << 16);

			fill(a, fixture_letter_facts(a, hostile[i]), letter_names[n], LETTER_TEXT, &out,
			     &subject);
			assert_true(out.n > 100);
			assert_harmless(buf_view(&out), "\n");
			assert_harmless(buf_view(&subject), "");
			buf_free(&out);
			buf_free(&subject);
			arena_free(a);
		}
}

static char *page_of(struct arena *a, const struct letter_facts *f)
{
	struct mailing *list = arena_alloc(a, LETTERS * sizeof(*list));
	struct mailings m = { .name = "customer", .facts = f, .list = list, .n = LETTERS };
	struct sink s = sink_new(-1);
	struct buf html, subject, json = BUF_MAX(1u << 20);
	struct jsonw w = { .out = &json };
	const struct client client = { .ip = f->organization, .messages = 5 };
	char *tags;

	xarf_login(&w, NULL, f, &f->q->rows[0], &client);
	for (size_t n = 0; n < LETTERS; n++) {
		html = BUF_MAX(4u << 20);
		subject = BUF_MAX(1u << 16);
		fill(a, f, letter_names[n], LETTER_HTML, &html, &subject);
		list[n] = (struct mailing){ .to = f->organization,
					    .subject = arena_span(a, buf_view(&subject)),
					    .text = SPAN("text"),
					    .html = arena_span(a, buf_view(&html)),
					    .xarf = arena_span(a, buf_view(&json)) };
		buf_free(&html);
		buf_free(&subject);
	}
	mailings_html(&s, &m);
	assert_harmless(buf_view(&s.text), "\n");
	tags = tags_of(buf_view(&s.text));
	buf_free(&s.text);
	buf_free(&json);
	return tags;
}

static void pages_hold_only_our_tags(void **state)
{
	struct arena *a = arena_new();
	char *want = page_of(a, fixture_letter_facts(a, SPAN("x")));

	for (size_t i = 0; i < HOSTILE; i++) {
		char *got;

		if (hostile[i].n == 0)
			continue;
		got = page_of(a, fixture_letter_facts(a, hostile[i]));
		assert_string_equal(got, want);
		free(got);
	}
	assert_null(strstr(want, "<script"));
	assert_null(strstr(want, "href"));
	assert_null(strstr(want, "src="));
	free(want);
	arena_free(a);
}

static void json_says_what_was_put_in(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct letter_facts *f = fixture_letter_facts(a, hostile[i]);
		struct buf xarf = BUF_MAX(1u << 20), text = BUF_MAX(4u << 20);
		struct jsonw w = { .out = &xarf };
		const struct client client = { .ip = hostile[i], .messages = 5 };
		struct mailing one = { .to = hostile[i] };
		struct mailings m = { .name = "delist",
				      .facts = f,
				      .list = &one,
				      .n = 1,
				      .gated = true,
				      .unseen = (struct span *)&hostile[i],
				      .nunseen = 1 };
		struct sink s = sink_new(-1);
		bool utf8 = i != 0 && i != 8;
		struct json_object *o, *v;

		xarf_login(&w, NULL, f, &f->q->rows[0], &client);
		fill(a, f, "delist", LETTER_TEXT, &text, NULL);
		one.xarf = buf_view(&xarf);
		one.text = buf_view(&text);
		mailings_json(&s, &m);
		assert_int_equal(count(buf_view(&s.text), '\n'), 1);
		assert_harmless(buf_view(&s.text), "\n");
		o = parse(buf_view(&s.text));
		assert_string_equal(json_object_get_string(at(o, "schema")), "spamtrail.report/1");
		assert_string_equal(json_object_get_string(at(o, "gate.points.0.state")), "open");
		assert_string_equal(json_object_get_string(at(o, "letters.0.xarf.type")), "login_attack");
		v = at(o, "letters.0.xarf.source_identifier");
		if (utf8)
			assert_memory_equal(json_object_get_string(v), hostile[i].p, hostile[i].n);
		v = at(o, "letters.0.to");
		if (utf8)
			assert_memory_equal(json_object_get_string(v), hostile[i].p, hostile[i].n);
		v = at(o, "letters.0.text");
		assert_int_equal(json_object_get_string_len(v), text.n);
		json_object_put(o);
		m.refused = true;
		s.text.n = 0;
		mailings_json(&s, &m);
		o = parse(buf_view(&s.text));
		assert_string_equal(json_object_get_string(at(o, "letters")), "[ ]");
		json_object_put(o);
		buf_free(&s.text);
		buf_free(&xarf);
		buf_free(&text);
		arena_free(a);
	}
}

/* What could not be looked at is not done: the letter waits for it as for what is open. */
static void gate_opens_when_all_is_closed(void **state)
{
	struct letter_point points[] = { { POINT_CLOSED, SPAN("a"), SPAN_NONE },
					 { POINT_CLOSED, SPAN("b"), SPAN_NONE } };
	const struct letter_facts f = { .points = points, .npoints = 2 };

	assert_false(letters_open(&f));
	points[1].state = POINT_OPEN;
	assert_true(letters_open(&f));
	points[1].state = POINT_UNKNOWN;
	assert_true(letters_open(&f));
	points[0].state = POINT_UNKNOWN;
	points[1].state = POINT_CLOSED;
	assert_true(letters_open(&f));
}

/* The gate on the screen, --plain, and what a deed on the queue is about to touch. */
static void screens_are_harmless(void **state)
{
	size_t lines = 0;

	for (size_t i = 0; i < HOSTILE; i++)
		for (int ascii = 0; ascii < 2; ascii++) {
			struct arena *a = arena_new();
			struct letter_facts *f = fixture_letter_facts(a, hostile[i]);
			const struct screen screen = { .columns = 80, .ascii = ascii };
			struct mailing one = { .to = hostile[i] };
			struct mailings m = { .facts = f,
					      .list = &one,
					      .n = 1,
					      .unseen = (struct span *)&hostile[i],
					      .nunseen = 1 };
			struct action act = { .kind = ACTION_REMOVE_QUEUE,
					      .what = hostile[i],
					      .mta = SPAN("exim") };
			const struct plan plan = { .actions = &act, .nactions = 1 };
			struct queued_recipient to = { .address = hostile[i] };
			const struct queued q = { .id_text = hostile[i],
						  .sender = hostile[i],
						  .subject = hostile[i],
						  .reason = hostile[i],
						  .class = CLASS_SPAM,
						  .accused = 1,
						  .recipients = &to,
						  .nlisted = 1,
						  .nrecipients = 2 };
			struct queue_deed_view view = { .unseen = (struct span *)&hostile[i], .nunseen = 1 };
			struct sink s = sink_new(-1);

			mailings_text(&s, &m, &screen);
			m.name = "customer";
			mailings_text(&s, &m, &screen);
			queue_deed_view_add(&view, a, &q, false);
			queue_deed_text(&s, &view, &plan, &screen);
			assert_harmless(buf_view(&s.text), "\n");
			for (size_t k = 0; ascii && k < s.text.n; k++)
				assert_true((unsigned char)s.text.p[k] < 0x7f);
			s.text.n = 0;
			mailings_plain(&s, &m);
			assert_harmless(buf_view(&s.text), "\n\t");
			lines = lines ? lines : count(buf_view(&s.text), '\n');
			assert_int_equal(count(buf_view(&s.text), '\n'), lines);
			buf_free(&s.text);
			arena_free(a);
		}
}

/* The queue in all its forms: groups, list, what the logs say of it. */
static void queues_are_harmless(void **state)
{
	for (size_t i = 0; i < HOSTILE * 2; i++) {
		struct span bad = hostile[i / 2];
		const struct screen screen = { .columns = 80, .ascii = i % 2 };
		struct arena *a = arena_new();
		struct sink s = sink_new(-1);
		struct reason because = { .text = bad };
		struct row row = { .kind = KIND_AUTH,
				   .id = bad,
				   .verdict = VERDICT_COMPROMISED,
				   .reasons = &because,
				   .nreasons = 1 };
		uint32_t zero = 0;
		struct incident incident = { .id = "1128a", .rows = &zero, .nrows = 1 };
		const struct inquiry past = {
			.rows = &row, .nrows = 1, .incidents = &incident, .nincidents = 1
		};
		struct queued_recipient to = { .address = bad, .novelty = NOVELTY_NEW };
		const struct queued q = { .id_text = bad,
					  .sender = bad,
					  .subject = bad,
					  .reason = bad,
					  .login = bad,
					  .uid = QUEUED_NO_UID,
					  .class = CLASS_SPAM,
					  .accused = 1,
					  .nnew = 1,
					  .recipients = &to,
					  .nlisted = 1,
					  .nrecipients = 1 };
		struct queue_group g = { .key = bad,
					 .kind = KIND_AUTH,
					 .messages = 1,
					 .recipients = 1,
					 .fresh = 1,
					 .accused = 1,
					 .by_class = { [CLASS_SPAM] = 1 } };
		struct queue_report r = { .all = g, .groups = &g, .ngroups = 1, .past = &past };
		struct queue_list l = { .sink = &s, .screen = &screen, .past = &past };

		g.sample[0] = queue_sample_of(a, &q);
		g.nsamples = 1;
		queue_text(&s, &r, &screen);
		queue_list_begin(&l);
		queue_list_put(&l, &q);
		queue_list_end(&l, &r);
		assert_harmless(buf_view(&s.text), "\n");
		for (size_t k = 0; screen.ascii && k < s.text.n; k++)
			assert_true((unsigned char)s.text.p[k] < 0x7f);
		s.text.n = 0;
		queue_plain(&s, &r, NULL);
		l.form = QUEUE_LIST_PLAIN;
		queue_list_put(&l, &q);
		assert_harmless(buf_view(&s.text), "\n\t");
		assert_int_equal(count(buf_view(&s.text), '\n'), 5);
		s.text.n = 0;
		queue_json(&s, &r, NULL);
		json_object_put(parse(buf_view(&s.text)));
		s.text.n = 0;
		l.form = QUEUE_LIST_JSON;
		queue_list_begin(&l);
		queue_list_put(&l, &q);
		queue_list_end(&l, &r);
		json_object_put(parse(buf_view(&s.text)));
		/* a child may name a row that is not there */
		g.accused = r.all.accused = 7;
		queue_text(&s, &r, &screen);
		buf_free(&s.text);
		arena_free(a);
	}
}

/* --- the language ----------------------------------------------------------------------------------- */

static struct letter *small(struct arena *a)
{
	struct letter *l = arena_alloc(a, sizeof(*l));
	struct letter_item *item;
	struct letter_list *list;

	l->arena = a;
	letter_set(l, "name", SPAN("{host} <b>"));
	letter_set(l, "host", SPAN("mx1"));
	letter_set(l, "empty", SPAN_NONE);
	list = letter_list(l, "rows");
	item = letter_add(l, list);
	letter_item_set(item, "path", SPAN("/a"));
	letter_item_set(item, "note", SPAN("old"));
	item = letter_add(l, list);
	letter_item_set(item, "path", SPAN("/b"));
	letter_item_set(item, "note", SPAN_NONE);
	letter_list(l, "none");
	return l;
}

static void says(const char *template, const char *text, const char *html)
{
	struct arena *a = arena_new();
	struct buf out = BUF_MAX(65536);
	struct err err = { 0 };

	assert_int_equal(letter_fill(small(a), span_str(template), "t", LETTER_TEXT, &out, NULL, &err), 0);
	buf_byte(&out, '\0');
	assert_string_equal(out.p, text);
	out.n = 0;
	assert_int_equal(letter_fill(small(a), span_str(template), "t", LETTER_HTML, &out, NULL, &err), 0);
	buf_byte(&out, '\0');
	assert_string_equal(out.p, html);
	buf_free(&out);
	arena_free(a);
}

static void language(void **state)
{
	says("# no\nSubject: On {host}\nHello\n{host}.\n", "Subject: On mx1\n\nHello mx1.\n",
	     "<h1>On mx1</h1>\n<p>Hello\nmx1.</p>\n");
	says("a {{b} c\n", "a {b} c\n", "<p>a {b} c</p>\n");
	says("{name}\n", "{host} <b>\n", "<p>{host} &lt;b&gt;</p>\n");
	says("= Head\nx\n", "Head\nx\n", "<h2>Head</h2>\n<p>x</p>\n");
	says("?host here\n!host gone\n?empty no\n!empty yes\n", "here yes\n", "<p>here\nyes</p>\n");
	says("?rows some\n?none no\n!none none\n", "some none\n", "<p>some\nnone</p>\n");
	says("*rows - {path}{host}\n*rows ?note   {note}\n", "- /amx1\n  old\n- /bmx1\n",
	     "<ul><li>/amx1</li></ul>\n<pre>  old</pre>\n<ul><li>/bmx1</li></ul>\n");
	says("x\n\n*none - {path}\n\ny\n", "x\n\ny\n", "<p>x</p>\n<p>y</p>\n");
	says("- one\n- two\r\n", "- one\n- two\n", "<ul><li>one</li><li>two</li></ul>\n");
	says("?host ?empty x\n?host !empty y\n", "y\n", "<p>y</p>\n");
	says("", "", "");
}

static void refuses(const char *template, const char *want)
{
	struct arena *a = arena_new();
	struct buf out = BUF_MAX(65536);
	struct err err = { 0 };

	assert_int_equal(letter_fill(small(a), span_str(template), "t", LETTER_TEXT, &out, NULL, &err),
			 -EXIT_CONFIG);
	assert_string_equal(err.text, want);
	buf_free(&out);
	arena_free(a);
}

/* Also in a line that is not there now: a mistake must not wait for the night it is needed. */
static void mistakes(void **state)
{
	refuses("x\n{nobody}\n", "t:2: no such name \"nobody\"");
	refuses("{path}\n", "t:1: no such name \"path\"");
	refuses("{host\n", "t:1: a brace is not closed: \"{host\"");
	refuses("*nolist {x}\n", "t:1: no such list \"nolist\"");
	refuses("a\n*rows - {path}\n*rows - {pat}\n", "t:3: no such name \"pat\"");
	refuses("?nothing x\n", "t:1: no such name \"nothing\"");
	refuses("?empty ?nothing x\n", "t:1: no such name \"nothing\"");
	refuses("{\n", "t:1: a brace is not closed: \"{\"");
	refuses("{}\n", "t:1: no such name \"\"");
}

/* Any bytes as a template: an answer or an error, and always an end. */
static void any_template(void **state)
{
	static const char alphabet[] = "{}*?!#=- \nabrowshostnamepath";
	uint64_t seed = 88172645463325252;

	for (unsigned round = 0; round < 20000; round++) {
		struct arena *a = arena_new();
		struct buf out = BUF_MAX(1u << 16);
		struct err err = { 0 };
		char text[120];

		for (size_t i = 0; i < sizeof(text); i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			text[i] = alphabet[seed % (sizeof(alphabet) - 1)];
		}
		letter_fill(small(a), span_of(text, seed % sizeof(text)), "t",
			    round % 2 ? LETTER_HTML : LETTER_TEXT, &out, NULL, &err);
		buf_free(&out);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_harmless),
		cmocka_unit_test(pages_hold_only_our_tags),
		cmocka_unit_test(json_says_what_was_put_in),
		cmocka_unit_test(gate_opens_when_all_is_closed),
		cmocka_unit_test(screens_are_harmless),
		cmocka_unit_test(queues_are_harmless),
		cmocka_unit_test(language),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(any_template),
	};

	for (unsigned i = 0; i < 256; i++)
		every_byte[i] = (char)i;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
