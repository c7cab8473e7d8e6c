/*
 * Every output under hostile input (trust.md S7): all 256 bytes and crafted texts in every foreign field.
 * Terminal: no control but newline (and tab in --plain), no bidirectional mark. JSON parses with somebody
 * else's reader and says what was put in. HTML: nothing but our own tags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "fixture.h"
#include "hostile.h"
#include "fixture_mail.h"
#include "report/doctor.h"
#include "report/html.h"
#include "report/json.h"
#include "report/plain.h"
#include "report/stats.h"
#include "report/why.h"
#include "report/alarm.h"
#include "report/reputation.h"
#include "report/signs.h"
#include "model/signs.h"

static void assert_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		assert_true((unsigned char)s.p[i] < 0x7f);
}

static void terminal(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++)
		for (unsigned columns = 40; columns <= 120; columns += 20)
			for (int ascii = 0; ascii < 2; ascii++) {
				struct arena *a = arena_new();
				struct inquiry *q = fixture_hostile(a, hostile[i]);
				struct screen screen = { .columns = columns, .ascii = ascii, .top = 100 };
				struct sink s = sink_new(-1);
				struct why_target t;

				assert_int_equal(why_find(q, SPAN("1123a"), &t, NULL), 0);
				screen_inquiry(&s, q, &screen);
				stats_text(&s, q, &screen, 0);
				why_text(&s, q, &t, &screen);
				doctor_text(&s, q, &screen);
				q->nincidents = 0;
				screen_inquiry(&s, q, &screen);
				reputation_text(&s, fixture_reputation(a, hostile[i]), &screen);
				complaints_text(&s, fixture_complaints(a, hostile[i]), &screen);
				signs_text(&s, fixture_signs(a, hostile[i]), &screen);
				assert_true(s.text.n > 1000);
				assert_harmless(buf_view(&s.text), "\n");
				if (ascii)
					assert_ascii(buf_view(&s.text));
				buf_free(&s.text);
				arena_free(a);
			}
}

static void plain(void **state)
{
	size_t lines = 0, tabs = 0;

	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_hostile(a, hostile[i]);
		struct sink s = sink_new(-1);
		struct why_target t;

		/* An empty claim is no claim. */
		if (hostile[i].n == 0)
			q = fixture_hostile(a, SPAN("-"));
		assert_int_equal(why_find(q, SPAN("1123a"), &t, NULL), 0);
		plain_inquiry(&s, q, NULL, true);
		plain_advice(&s, q);
		why_plain(&s, q, &t);
		reputation_plain(&s, fixture_reputation(a, hostile[i]));
		complaints_plain(&s, fixture_complaints(a, hostile[i]));
		signs_plain(&s, fixture_signs(a, hostile[i]));
		assert_harmless(buf_view(&s.text), "\n\t");
		if (i == 0) {
			lines = count(buf_view(&s.text), '\n');
			tabs = count(buf_view(&s.text), '\t');
		}
		assert_int_equal(count(buf_view(&s.text), '\n'), lines);
		assert_int_equal(count(buf_view(&s.text), '\t'), tabs);
		buf_free(&s.text);
		arena_free(a);
	}
}

static struct json_object *inquiry_object(const struct inquiry *q, bool with_stats)
{
	struct sink s = sink_new(-1);
	struct json_object *o;

	json_inquiry(&s, q, NULL, with_stats);
	assert_int_equal(s.text.p[s.text.n - 1], '\n');
	assert_int_equal(count(buf_view(&s.text), '\n'), 1);
	assert_harmless(buf_view(&s.text), "\n");
	o = parse(buf_view(&s.text));
	buf_free(&s.text);
	return o;
}

static void expect(struct json_object *o, const char *path, const char *want)
{
	assert_string_equal(json_object_get_string(at(o, path)), want);
}

static void json_contract(void **state)
{
	struct arena *a = arena_new();
	struct json_object *o = inquiry_object(fixture_incident(a), false), *none;

	expect(o, "schema", "spamtrail.investigate/1");
	expect(o, "tool", "spamtrail " SPAMTRAIL_VERSION);
	expect(o, "window.to", "2026-11-23T02:07:00Z");
	expect(o, "complete", "false");
	expect(o, "unseen.0", "maillog-20261122.gz: damaged at 61 %");
	expect(o, "input.0.path", "/var/log/exim_mainlog");
	expect(o, "input.0.dialects.0", "exim");
	expect(o, "input.2.dialects.1", "ssh");
	expect(o, "totals.messages", "40266");
	expect(o, "totals.bytes", "145437779");
	expect(o, "senders.0.rank", "1");
	expect(o, "senders.0.kind", "script");
	expect(o, "senders.0.verdict", "compromised");
	assert_true(json_object_get_double(at(o, "senders.0.score")) == 41.25);
	assert_true(json_object_get_double(at(o, "senders.0.confidence")) == 0.9987);
	expect(o, "senders.0.grade", "A");
	expect(o, "senders.0.since", "2026-11-23T00:52:00Z");
	expect(o, "senders.0.places.0.grade", "C");
	expect(o, "senders.0.clients.3.ip", "192.0.2.99");
	expect(o, "senders.0.clients_total", "4");
	expect(o, "senders.0.reasons.0.signal", "unknown_recipients");
	expect(o, "senders.0.evidence.1.offset", "16893290");
	expect(o, "senders.3.reasons.0.signal", "aside");
	expect(o, "senders.4.reasons.0.signal", "trusted");
	assert_false(json_object_object_get_ex(at(o, "senders.4"), "account", &none));
	assert_false(json_object_object_get_ex(at(o, "senders.4"), "since", &none));
	expect(o, "incidents.0.id", "1123a");
	expect(o, "incidents.0.state", "sending");
	expect(o, "incidents.0.senders", "[ 1, 2 ]");
	expect(o, "incidents.0.entry.0.evidence", "[ 4 ]");
	expect(o, "incidents.0.timeline.2.sender", "2");
	assert_false(json_object_object_get_ex(at(o, "incidents.0.entry.0"), "sender", &none));
	expect(o, "incidents.0.plan", "[ ]");
	assert_false(json_object_object_get_ex(o, "stats", &none));
	json_object_put(o);
	arena_free(a);
}

static void json_key_order(void **state)
{
	static const char *const keys[] = { "schema",	"tool",	     "host",  "mta",   "window",
					    "complete", "unseen",    "notes", "input", "totals",
					    "senders",	"incidents", "stats" };
	struct arena *a = arena_new();
	struct json_object *o = inquiry_object(fixture_incident(a), true);
	size_t n = 0;

	json_object_object_foreach(o, key, value)
	{
		(void)value;
		assert_string_equal(key, keys[n++]);
	}
	assert_int_equal(n, sizeof(keys) / sizeof(*keys));
	json_object_put(o);
	arena_free(a);
}

static void json_hostile(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_hostile(a, hostile[i]);
		struct json_object *o = inquiry_object(q, true), *id, *none;
		bool utf8 = i != 0 && i != 8;

		id = at(o, "senders.0.id");
		if (utf8) {
			assert_int_equal(json_object_get_string_len(id), hostile[i].n);
			assert_memory_equal(json_object_get_string(id), hostile[i].p, hostile[i].n);
		}
		assert_int_equal(json_object_object_get_ex(at(o, "senders.0"), "path_b64", &none), !utf8);
		assert_int_equal(json_object_object_get_ex(at(o, "input.0"), "path_b64", &none), !utf8);
		expect(o, "senders.0.verdict", "compromised");
		if (utf8)
			assert_memory_equal(json_object_get_string(at(o, "notes.0")), hostile[i].p,
					    hostile[i].n);
		json_object_put(o);
		arena_free(a);
	}
}

static void json_verbs(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct inquiry *q = fixture_hostile(a, hostile[i]);
		struct sink s = sink_new(-1);
		struct why_target t;
		struct json_object *o;

		assert_int_equal(why_find(q, SPAN("1123a"), &t, NULL), 0);
		why_json(&s, q, &t, NULL);
		o = parse(buf_view(&s.text));
		expect(o, "schema", "spamtrail.why/1");
		expect(o, "claims.0.n", "1");
		json_object_put(o);
		s.text.n = 0;
		doctor_json(&s, q);
		o = parse(buf_view(&s.text));
		expect(o, "schema", "spamtrail.doctor/1");
		expect(o, "advice.0.ok", "false");
		json_object_put(o);
		buf_free(&s.text);
		arena_free(a);
	}
}

/* Every text comes back as it was put in, or with U+FFFD where it was not UTF-8. */
static void json_mail(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct sink s = sink_new(-1);
		struct json_object *o, *text;
		bool utf8 = i != 0 && i != 8;

		reputation_json(&s, fixture_reputation(a, hostile[i]));
		assert_int_equal(count(buf_view(&s.text), '\n'), 1);
		assert_harmless(buf_view(&s.text), "\n");
		o = parse(buf_view(&s.text));
		expect(o, "schema", "spamtrail.reputation/1");
		expect(o, "complete", "false");
		expect(o, "checks.1.state", "listed");
		expect(o, "checks.1.since", "2026-11-30T00:00:00Z");
		expect(o, "refusals.0.messages", "412");
		text = at(o, "checks.1.text");
		if (utf8)
			assert_memory_equal(json_object_get_string(text), hostile[i].p, hostile[i].n);
		json_object_put(o);
		s.text.n = 0;
		complaints_json(&s, fixture_complaints(a, hostile[i]));
		assert_int_equal(count(buf_view(&s.text), '\n'), 1);
		assert_harmless(buf_view(&s.text), "\n");
		o = parse(buf_view(&s.text));
		expect(o, "schema", "spamtrail.complaints/1");
		expect(o, "complaints.0.tie", "logged");
		expect(o, "complaints.0.grade", "A");
		expect(o, "accounts.0.complaints", "3");
		json_object_put(o);
		buf_free(&s.text);
		arena_free(a);
	}
}

/* The signs: JSON comes back as it was, alone and within an alarm; what a monitor reads has its one bar. */
static void json_signs(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct signs *signs = fixture_signs(a, hostile[i]);
		struct alarm_text t = { .signs = signs, .news = ALARM_GROWS, .began = signs->now };
		struct sink s = sink_new(-1);
		bool utf8 = i != 0 && i != 8;
		struct json_object *o, *text;

		signs_json(&s, signs);
		assert_int_equal(count(buf_view(&s.text), '\n'), 1);
		assert_harmless(buf_view(&s.text), "\n");
		o = parse(buf_view(&s.text));
		expect(o, "schema", "spamtrail.signs/1");
		expect(o, "complete", "false");
		expect(o, "signs.3.state", "critical");
		expect(o, "signs.3.usual", "12");
		text = at(o, "unseen.1");
		if (utf8)
			assert_memory_equal(json_object_get_string(text), hostile[i].p, hostile[i].n);
		json_object_put(o);
		s.text.n = 0;
		alarm_json(&s.text, &t);
		assert_int_equal(count(buf_view(&s.text), '\n'), 1);
		assert_harmless(buf_view(&s.text), "\n");
		o = parse(buf_view(&s.text));
		expect(o, "schema", "spamtrail.alarm/1");
		expect(o, "news", "grows");
		expect(o, "signs.schema", "spamtrail.signs/1");
		json_object_put(o);
		buf_free(&s.text);
		arena_free(a);
	}
}

static void monitoring(void **state)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct signs *signs = fixture_signs(a, hostile[i]);
		struct sink s = sink_new(-1);
		struct span first;

		signs_nagios(&s, signs);
		assert_harmless(buf_view(&s.text), "\n");
		assert_ascii(buf_view(&s.text));
		assert_int_equal(count(buf_view(&s.text), '\n'), 3);
		first = span_head(buf_view(&s.text), (size_t)span_find(buf_view(&s.text), 0, '\n'));
		assert_true(span_starts(first, SPAN("SIGNS CRITICAL - ")));
		assert_int_equal(count(buf_view(&s.text), '|'), 1);
		/* fifteen figures behind the bar */
		assert_int_equal(count(span_from(first, (size_t)span_find(first, 0, '|')), '='), SIGNS);
		assert_int_equal(signs_nagios_code(signs), 2);
		signs->state = SIGN_NORMAL;
		assert_int_equal(signs_nagios_code(signs), 3);
		signs->complete = true;
		assert_int_equal(signs_nagios_code(signs), 0);
		buf_free(&s.text);
		arena_free(a);
	}
}

/* Nothing foreign in a header, no header more than there are, and a body in ASCII. */
static void alarm_by_mail(void **state)
{
	static const struct span to[] = { SPAN("a@shop.example"), SPAN("b@shop.example") };
	size_t lines = 0;

	for (size_t i = 0; i < HOSTILE; i++) {
		struct arena *a = arena_new();
		struct alarm_text t = { .signs = fixture_signs(a, hostile[i]), .news = ALARM_BEGINS };
		struct buf out = BUF_MAX(1 << 20);
		struct span head;
		ptrdiff_t end;

		alarm_mail(&out, &t, SPAN_NONE, to, 2);
		assert_harmless(buf_view(&out), "\n");
		assert_ascii(buf_view(&out));
		end = span_search(buf_view(&out), 0, SPAN("\n\n"));
		assert_true(end > 0);
		head = span_head(buf_view(&out), (size_t)end);
		if (i == 0)
			lines = count(head, '\n');
		assert_int_equal(count(head, '\n'), lines);
		assert_true(span_search(head, 0, SPAN("To: a@shop.example,\n b@shop.example\n")) > 0);
		assert_true(span_search(head, 0, SPAN("\nDate: Tue, 01 Dec 2026 00:00:00 +0000\n")) > 0);
		assert_true(span_search(head, 0, SPAN("\nAuto-Submitted: auto-generated\n")) > 0);
		for (size_t k = 0; k < head.n; k++)
			assert_true(head.p[k] != '<' ||
				    span_starts(span_from(head, k), SPAN("<spamtrail.signs.")));
		buf_free(&out);
		arena_free(a);
	}
}

static char *page_tags(struct inquiry *q)
{
	struct sink s = sink_new(-1);
	char *tags;

	html_inquiry(&s, q, NULL, true);
	assert_harmless(buf_view(&s.text), "\n");
	tags = tags_of(buf_view(&s.text));
	buf_free(&s.text);
	return tags;
}

static void html_hostile(void **state)
{
	struct arena *a = arena_new();
	char *want = page_tags(fixture_hostile(a, SPAN("x")));

	for (size_t i = 0; i < HOSTILE; i++) {
		char *got;

		if (hostile[i].n == 0)
			continue;
		got = page_tags(fixture_hostile(a, hostile[i]));
		assert_string_equal(got, want);
		free(got);
	}
	assert_null(strstr(want, "<script"));
	assert_null(strstr(want, "href"));
	assert_null(strstr(want, "src="));
	free(want);
	arena_free(a);
}

/* Claims and timeline say "#1" only: the names come before them. */
static void html_names_first(void **state)
{
	struct arena *a = arena_new();
	struct sink s = sink_new(-1);
	struct span page;
	ptrdiff_t who, claims;

	html_inquiry(&s, fixture_incident(a), NULL, false);
	page = buf_view(&s.text);
	who = span_search(page, 0, SPAN("#2 mailbox <b>info@shop.example</b>, account <b>shop</b>"));
	claims = span_search(page, 0, SPAN("1123a.1<"));
	assert_true(who > 0);
	assert_true(who < claims);
	buf_free(&s.text);
	arena_free(a);
}

static void html_style_is_the_hashed_one(void **state)
{
	char command[] = "sha256sum", line[128] = "", path[] = "/tmp/style-XXXXXX", shell[64];
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char sum[33] = { 0 };
	char want[64] = "sha256-";
	int fd = mkstemp(path);
	FILE *f;
	size_t n = 7;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, html_style, strlen(html_style)), strlen(html_style));
	close(fd);
	snprintf(shell, sizeof(shell), "%s %s", command, path);
	f = popen(shell, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	pclose(f);
	unlink(path);
	for (int i = 0; i < 32; i++) {
		unsigned byte;

		assert_int_equal(sscanf(line + 2 * i, "%2x", &byte), 1);
		sum[i] = (unsigned char)byte;
	}
	for (int i = 0; i < 33; i += 3) {
		want[n++] = digit[sum[i] >> 2];
		want[n++] = digit[(sum[i] & 3) << 4 | sum[i + 1] >> 4];
		want[n++] = digit[(sum[i + 1] & 15) << 2 | (i + 2 < 32 ? sum[i + 2] >> 6 : 0)];
		want[n++] = i + 2 < 32 ? digit[sum[i + 2] & 63] : '=';
	}
	want[n] = '\0';
	assert_string_equal(html_style_hash, want);
}

/* A full disk is told; what was written in pieces is what was kept in one. */
static void sink(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct sink whole = sink_new(-1), full = sink_new(open("/dev/full", O_WRONLY));
	struct err err = { 0 };

	json_inquiry(&whole, q, NULL, true);
	assert_int_equal(sink_end(&whole, "x", &err), 0);
	json_inquiry(&full, q, NULL, true);
	assert_int_equal(sink_end(&full, "r.html", &err), -EXIT_IO);
	assert_non_null(strstr(err.text, "r.html: cannot write the report: No space left"));
	close(full.fd);
	buf_free(&whole.text);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminal),
		cmocka_unit_test(plain),
		cmocka_unit_test(json_contract),
		cmocka_unit_test(json_key_order),
		cmocka_unit_test(json_hostile),
		cmocka_unit_test(json_verbs),
		cmocka_unit_test(json_signs),
		cmocka_unit_test(monitoring),
		cmocka_unit_test(alarm_by_mail),
		cmocka_unit_test(json_mail),
		cmocka_unit_test(html_names_first),
		cmocka_unit_test(html_hostile),
		cmocka_unit_test(html_style_is_the_hashed_one),
		cmocka_unit_test(sink),
	};

	for (int i = 0; i < 256; i++)
		every_byte[i] = (char)i;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
