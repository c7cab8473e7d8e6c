/*
 * The machine that asks lists, against answers of every kind: what may count as listed, and what must not. The table of
 * lists that is shipped is read, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "repute/check.h"
#include "repute/identity.h"
#include "unit/repute/source_dir.h"
#include "repute/blocklists.h"
#include "repute/ask.h"
#include "base/err.h"
#include "base/buf.h"
#include "base/arena.h"

static const char two_lists[] =
	"[one.example]\nname = One\nkind = address\nipv6 = yes\n"
	"answer = 127.0.0.2 spam\npolicy = 127.0.0.10-127.0.0.11 dynamic\n"
	"good = 127.0.0.20 fine\nerror = 127.0.0.255 blocked\n"
	"[two.example]\nkind = domain\nbit = 1 error: blocked\nbit = 8 phishing\nbit = 64 abuse\n";

static struct blocklist *lists(struct arena *a, const char *text, size_t *ret_n)
{
	struct blocklists b = { .arena = a };
	struct blocklist *list;
	struct err err = { 0 };

	if (blocklists_read(&b, span_str(text), "test", &err) < 0)
		fail_msg("%s", err.text);
	*ret_n = blocklists_choose(&b, NULL, 0, NULL, 0, &list);
	return list;
}

static struct list_verdict of(const struct blocklist *z, unsigned n, const uint32_t *addresses)
{
	static uint8_t bytes[8][4];
	static struct span record[8];
	static struct arena *a;
	struct answer answer = { .state = n ? ANSWER_DATA : ANSWER_NONE, .record = record, .nrecords = n };

	if (!a)
		a = arena_new();
	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; k < 4; k++)
			bytes[i][k] = (uint8_t)(addresses[i] >> (24 - 8 * k));
		record[i] = span_of((const char *)bytes[i], 4);
	}
	return verdict_of(a, z, &answer);
}

#define OF(z, ...) \
	of((z), sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), (uint32_t[]){ __VA_ARGS__ })

static void verdicts(void **state)
{
	struct arena *a = arena_new();
	size_t n;
	struct blocklist *z = lists(a, two_lists, &n);

	assert_int_equal(n, 2);
	assert_int_equal(OF(z, 0x7f000002).state, LIST_LISTED);
	assert_int_equal(OF(z, 0x7f00000a).state, LIST_LISTED);
	assert_true(OF(z, 0x7f00000a).policy);
	assert_false(OF(z, 0x7f00000a, 0x7f000002).policy);
	assert_int_equal(OF(z, 0x7f000014).state, LIST_CLEAN);
	assert_int_equal(OF(z, 0x7f0000ff).state, LIST_REFUSED);
	assert_int_equal(OF(z, 0x7f000001).state, LIST_LYING);
	assert_int_equal(OF(z, 0x7f000003).state, LIST_LYING);
	assert_int_equal(OF(z, 0xc0000201).state, LIST_LYING);
	assert_int_equal(OF(z, 0x7f000002, 0xc0000201).state, LIST_LYING);
	for (uint32_t i = 0; i < 256; i++)
		assert_int_equal(OF(z, 0x7fffff00 + i).state, LIST_REFUSED);
	assert_int_equal(OF(z, 0x7f000002, 0x7ffffffe).state, LIST_REFUSED);
	assert_int_equal(OF(&z[1], 0x7f000008).state, LIST_LISTED);
	assert_int_equal(OF(&z[1], 0x7f000048).state, LIST_LISTED);
	assert_int_equal(OF(&z[1], 0x7f000001).state, LIST_REFUSED);
	assert_int_equal(OF(&z[1], 0x7f000009).state, LIST_REFUSED);
	assert_int_equal(OF(&z[1], 0x7f000002).state, LIST_LYING);
	assert_int_equal(OF(&z[1], 0x7f000000).state, LIST_LYING);
	assert_int_equal(OF(&z[1], 0x7f000108).state, LIST_LYING);
	arena_free(a);
}

/* What each of the 2^32 addresses means: listed only where the table says so. Every 251st is enough. */
static void only_documented(void **state)
{
	struct arena *a = arena_new();
	size_t n;
	struct blocklist *z = lists(a, two_lists, &n);

	for (uint64_t v = 0; v <= UINT32_MAX; v += 251) {
		struct list_verdict r = OF(z, (uint32_t)v);

		if (r.state == LIST_LISTED && v != 0x7f000002 && v != 0x7f00000a && v != 0x7f00000b)
			fail_msg("%08x counts as listed", (uint32_t)v);
	}
	arena_free(a);
}

/* A whole check played: POINT answers to test points, ELSE to the rest. Returns the state of the only listing. */
enum plays { PLAYS_LISTED, PLAYS_CLEAN, PLAYS_LATE, PLAYS_FAILED, PLAYS_ERROR, PLAYS_OUTSIDE };

static struct answer answer_as(enum plays p)
{
	static const uint8_t code[3][4] = { { 127, 0, 0, 2 }, { 127, 255, 255, 254 }, { 198, 51, 100, 1 } };
	static struct span record;
	unsigned which = p == PLAYS_LISTED ? 0 : p == PLAYS_ERROR ? 1 : 2;

	record = span_of((const char *)code[which], 4);
	switch (p) {
	case PLAYS_CLEAN:
		return (struct answer){ .state = ANSWER_NONE };
	case PLAYS_LATE:
		return (struct answer){ .state = ANSWER_LATE };
	case PLAYS_FAILED:
		return (struct answer){ .state = ANSWER_FAILED, .text = SPAN("SERVFAIL") };
	default:
		return (struct answer){ .state = ANSWER_DATA, .record = &record, .nrecords = 1 };
	}
}

static enum list_state played(const char *address, enum plays listed, enum plays clean, enum plays rest)
{
	struct arena *a = arena_new();
	struct subject s;
	struct asks now = { 0 };
	size_t n, nlists;
	struct blocklist *z = lists(a, two_lists, &nlists);
	struct check *c;
	enum list_state state;

	assert_true(subject_parse(span_str(address), &s));
	c = check_new(a, z, nlists, &s, 1, CHECK_PATIENCE);
	check_start(c, &now);
	while (now.n) {
		struct asks next = { 0 };

		for (size_t i = 0; i < now.n; i++) {
			struct span name = now.list[i].name;
			bool two = span_starts(name, SPAN("2.0.0.127")) ||
				   span_starts(name, SPAN("2.0.0.0.0.0.f.7")) ||
				   span_starts(name, SPAN("test."));
			bool one = span_starts(name, SPAN("1.0.0.127")) ||
				   span_starts(name, SPAN("1.0.0.0.0.0.f.7")) ||
				   span_starts(name, SPAN("invalid."));
			struct answer answer = answer_as(two ? listed : one ? clean : rest);

			answer.id = now.list[i].id;
			if (now.list[i].type == ASK_TXT)
				answer = (struct answer){ .id = now.list[i].id, .state = ANSWER_LATE };
			check_take(c, &answer, &next);
			/* once more: must count for nothing */
			check_take(c, &answer, &next);
		}
		now = next;
	}
	state = check_listings(c, &n)->v.state;
	assert_int_equal(n, 1);
	arena_free(a);
	return state;
}

static void points_first(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "2001:db8::1" };

	for (unsigned i = 0; i < 2; i++)
		for (int listed = 0; listed <= PLAYS_OUTSIDE; listed++)
			for (int clean = 0; clean <= PLAYS_OUTSIDE; clean++)
				for (int rest = 0; rest <= PLAYS_OUTSIDE; rest++) {
					enum list_state s = played(addresses[i], (enum plays)listed,
								   (enum plays)clean, (enum plays)rest);
					bool right = listed == PLAYS_LISTED && clean == PLAYS_CLEAN;

					assert_int_equal(s == LIST_LISTED, right && rest == PLAYS_LISTED);
					assert_int_equal(s == LIST_CLEAN, right && rest == PLAYS_CLEAN);
					if (right && rest == PLAYS_ERROR)
						assert_int_equal(s, LIST_REFUSED);
					if (right && rest == PLAYS_OUTSIDE)
						assert_int_equal(s, LIST_LYING);
					if (listed == PLAYS_CLEAN && clean == PLAYS_CLEAN)
						assert_int_equal(s, LIST_LYING);
				}
}

static void names(void **state)
{
	static const struct {
		const char *text, *name;
	} good[] = { { "192.0.2.77", "77.2.0.192.z" },
		     { "2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.z" },
		     { "shop.example", "shop.example.z" },
		     { "shop.example.", "shop.example.z" } };
	static const char *const bad[] = { "",
					   "1.2.3",
					   "1.2.3.4.5",
					   "a b.example",
					   "shop",
					   "a..b",
					   ".example",
					   "1.2.3.256",
					   "x\xc3\xa4.example",
					   "\001.a",
					   "shop.example/../x" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct buf name = BUF_MAX(300);
		struct subject s;

		assert_true(subject_parse(span_str(good[i].text), &s));
		subject_name(&s, SPAN("z"), &name);
		assert_true(span_eq(buf_view(&name), span_str(good[i].name)));
		buf_free(&name);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct subject s;

		if (subject_parse(span_str(bad[i]), &s))
			fail_msg("%s is taken", bad[i]);
	}
}

static void mistakes(void **state)
{
	static const char *const bad[] = { "[a.example]\nname = no table\n",
					   "[a.example]\nanswer = 192.0.2.1 outside\n",
					   "[a.example]\nanswer = 127.0.0.9-127.0.0.2 backwards\n",
					   "[a.example]\nbit = 3 not one bit\n",
					   "[a.example]\nkind = person\nanswer = 127.0.0.2\n",
					   "[noname]\nanswer = 127.0.0.2\n",
					   "[{key.example]\nanswer = 127.0.0.2\n",
					   "[a.example]\nanwser = 127.0.0.2\n",
					   "answer = 127.0.0.2\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct blocklists b = { .arena = arena_new() };
		struct err err = { 0 };

		if (blocklists_read(&b, span_str(bad[i]), "x.conf", &err) != -EXIT_CONFIG)
			fail_msg("%s is taken", bad[i]);
		assert_int_equal(strncmp(err.text, "x.conf", 6), 0);
		arena_free(b.arena);
	}
}

static void shipped(void **state)
{
	static char text[1 << 20];
	FILE *f = fopen(RULES "/blocklists.conf", "r");
	struct blocklists b = { .arena = arena_new() };
	struct list_key key = { SPAN("spamhaus"), SPAN("abc") };
	struct blocklist *list;
	struct err err = { 0 };
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	if (blocklists_read(&b, span_of(text, n), "blocklists.conf", &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < b.n; i++) {
		assert_true(b.list[i].source.n > 0);
		assert_true(b.list[i].name.n > 0);
		if (!b.list[i].off)
			assert_true(b.list[i].form.n && b.list[i].remove.n);
	}
	n = blocklists_choose(&b, NULL, 0, NULL, 0, &list);
	assert_true(n >= 18);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(list[i].key.n, 0);
	n = blocklists_choose(&b, &key, 1, NULL, 0, &list);
	for (size_t i = 0; i < n; i++) {
		assert_false(span_eq(list[i].shown, SPAN("zen.spamhaus.org")));
		assert_true(span_search(list[i].shown, 0, SPAN("abc")) < 0);
	}
	arena_free(b.arena);
}

/* A name that its forward answer could still have made right is not called wrong where that answer never came. */
static void stopped(void **state)
{
	struct arena *a = arena_new();
	struct subject s;
	struct asks out = { 0 }, more = { 0 };
	struct span name = SPAN("mail.shop.example");
	struct answer answer = { .state = ANSWER_DATA, .record = &name, .nrecords = 1 };
	struct identities *i;
	const struct identity *found;
	size_t n;

	assert_true(subject_parse(SPAN("192.0.2.9"), &s));
	i = identities_new(a, &(struct identity_want){ .subjects = &s, .nsubjects = 1 });
	identities_start(i, &out);
	assert_int_equal(out.n, 1);
	answer.id = out.list[0].id;
	identities_take(i, &answer, &more);
	assert_int_equal(more.n, 1);
	found = identities_found(i, &n);
	assert_int_equal(found[0].state, IDENTITY_WRONG);
	identities_stop(i);
	assert_int_equal(found[0].state, IDENTITY_NO_ANSWER);
	/* what was answered stays so */
	answer = (struct answer){ .state = ANSWER_NONE };
	i = identities_new(a, &(struct identity_want){ .subjects = &s, .nsubjects = 1 });
	identities_start(i, &out);
	answer.id = out.list[0].id;
	identities_take(i, &answer, &more);
	identities_stop(i);
	found = identities_found(i, &n);
	assert_int_equal(found[0].state, IDENTITY_MISSING);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(verdicts),	    cmocka_unit_test(only_documented),
					    cmocka_unit_test(points_first), cmocka_unit_test(names),
					    cmocka_unit_test(mistakes),	    cmocka_unit_test(shipped),
					    cmocka_unit_test(stopped) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
