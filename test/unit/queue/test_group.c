/* Groups: likeness of subjects, qshape's ages, domains counted once a message, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/pack.h"
#include "queue/group.h"

static void like(const char *a, const char *b, bool want)
{
	char x[SUBJECT_LIKE], y[SUBJECT_LIKE];

	assert_int_equal(span_eq(subject_like(span_str(a), x), subject_like(span_str(b), y)), want);
}

static void subjects(void **state)
{
	like("Order 4711 for bob@x.example", "ORDER 12 for <>", false);
	like("Order 4711 for bob@x.example", "order 12  for alice@y.example", true);
	like("Urgent payment 1", "Urgent payment 99999", true);
	like("Urgent payment", "Urgent payments", false);
	like("", "", true);
}

static void ages(void **state)
{
	assert_int_equal(queue_age(1000, 1000), 0);
	assert_int_equal(queue_age(1000, 1000 + 299), 0);
	assert_int_equal(queue_age(1000, 1000 + 300), 1);
	assert_int_equal(queue_age(1000, 1000 + 79 * 60), 4);
	assert_int_equal(queue_age(1000, 1000 + 1279 * 60), 8);
	assert_int_equal(queue_age(1000, 1000 + 1280 * 60), 9);
	assert_int_equal(queue_age(2000, 1000), 0);
}

static void domains(void **state)
{
	struct queued_recipient list[] = { { .address = SPAN("a@X.example"), .done = true },
					   { .address = SPAN("b@x.example") },
					   { .address = SPAN("c@y.example") },
					   { .address = SPAN("root") } };
	struct queued q = { .recipients = list, .nlisted = 4, .nrecipients = 10, .ndone = 1, .arrival = 100 };
	struct grouping *g = grouping_new(BY_DOMAIN, 200);
	struct queue_group *all;
	uint64_t total;
	bool full;
	size_t n;

	grouping_add(g, &q, NULL);
	all = grouping_end(g, &n, &total, &full);
	assert_int_equal(n, 4);
	assert_false(full);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(all[i].messages, 1);
		if (span_eq(all[i].key, SPAN("x.example")))
			assert_int_equal(all[i].recipients, 2);
		if (span_eq(all[i].key, SPAN("(not listed)")))
			assert_int_equal(all[i].recipients, 6);
	}
	assert_int_equal(grouping_all(g)->recipients, 10);
	grouping_free(g);
}

static void limits(void **state)
{
	struct grouping *g = grouping_new(BY_SENDER, 200);
	struct queue_group *all;
	uint64_t total, sum = 0;
	bool full;
	size_t n;

	for (int i = 0; i < GROUPS_MOST + 500; i++) {
		char sender[40];
		struct queued q = { .arrival = 100 };

		snprintf(sender, sizeof(sender), "s%d@x.example", i);
		q.sender = span_str(sender);
		grouping_add(g, &q, NULL);
	}
	all = grouping_end(g, &n, &total, &full);
	assert_true(full);
	assert_int_equal(n, QUEUE_GROUPS_MOST + 1);
	assert_true(all[n - 1].rest);
	for (size_t i = 0; i < n; i++)
		sum += all[i].messages;
	assert_int_equal(sum, GROUPS_MOST + 500);
	grouping_free(g);
}

/* Every message and group that is packed comes out the same, and not at all when a byte is missing. */
/* What an operator types is what the screen shows, or who it is; never a part of it. */
static void named(void **state)
{
	struct queued_recipient to = { .address = SPAN("u@Defer.test") };
	struct queued q = { .sender = SPAN("Bob@bob.test"),
			    .subject = SPAN("Invoice 4711 for x@y.test"),
			    .recipients = &to,
			    .nlisted = 1,
			    .nrecipients = 1,
			    .arrival = 1000,
			    .door = DOOR_AUTH };
	const struct queue_culprit login = { .kind = KIND_AUTH,
					     .id = SPAN("info@shop.example"),
					     .account = SPAN("shop") };
	const struct queue_culprit user = { .kind = KIND_LOCAL, .id = SPAN("bob"), .account = SPAN("bob") };
	const struct {
		enum queue_by by;
		const struct queue_culprit *who;
		const char *word;
		bool want;
	} table[] = {
		{ BY_CULPRIT, &login, "INFO@shop.example", true },
		{ BY_CULPRIT, &login, "auth:info@shop.example", true },
		{ BY_CULPRIT, &login, "auth info@shop.example", true },
		{ BY_CULPRIT, &login, "mailbox info@shop.example", true },
		{ BY_CULPRIT, &login, "mailbox bob", false },
		{ BY_CULPRIT, &user, "user bob", true },
		{ BY_CULPRIT, &login, "local:info@shop.example", false },
		{ BY_CULPRIT, &login, "info@shop.exampl", false },
		{ BY_CULPRIT, &login, "shop", false },
		{ BY_CULPRIT, &user, "bob", true },
		{ BY_CULPRIT, &user, "local:bob", true },
		{ BY_CULPRIT, &user, "BOB", false },
		{ BY_CULPRIT, &user, "auth:bob", false },
		{ BY_CULPRIT, &user, "", false },
		{ BY_SENDER, &user, "bob@BOB.test", true },
		{ BY_SENDER, &user, "bob", false },
		{ BY_SENDER, &user, "<>", false },
		{ BY_DOMAIN, &user, "defer.test", true },
		{ BY_DOMAIN, &user, "test", false },
		{ BY_SUBJECT, &user, "invoice # for @", true },
		{ BY_SUBJECT, &user, "Invoice 12 for a@b", true },
		{ BY_SUBJECT, &user, "invoice", false },
		{ BY_DOOR, &user, "auth", true },
		{ BY_AGE, &user, "0-5", true },
		{ BY_AGE, &user, "5-10", false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (grouping_is(table[i].by, &q, table[i].who, 1001, span_str(table[i].word)) !=
		    table[i].want)
			fail_msg("%s", table[i].word);
	q.null_sender = true;
	assert_true(grouping_is(BY_SENDER, &q, &user, 1001, SPAN("<>")));
	assert_false(grouping_is(BY_SENDER, &q, &user, 1001, SPAN("bob@bob.test")));
}

static void packed(void **state)
{
	struct queued_recipient list[] = { { .address = SPAN("a@x.example"), .done = true },
					   { .address = SPAN("b@x.example") } };
	struct queued q = { .server = SERVER_EXIM,
			    .state = QUEUE_FROZEN,
			    .door = DOOR_AUTH,
			    .id_text = SPAN("1xXDax-00005S-2L"),
			    .login = SPAN("alice"),
			    .login_grade = 'A',
			    .uid = QUEUED_NO_UID,
			    .recipients = list,
			    .nlisted = 2,
			    .nrecipients = 5,
			    .ndone = 1,
			    .size = 7,
			    .arrival = 9 };
	struct queued_recipient back[QUEUED_LISTED];
	struct buf b = BUF_MAX(10000);
	struct queued out;

	queued_pack(&q, QUEUED_LISTED, &b);
	for (size_t n = 0; n <= b.n; n++) {
		struct unpacker u = { .left = span_of(b.p, n) };

		assert_int_equal(queued_unpack(&u, back, &out), n == b.n);
	}
	assert_true(span_eq(out.login, q.login) && out.nlisted == 2 && back[0].done &&
		    qid_eq(out.id, qid_pack(q.id_text)));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects), cmocka_unit_test(ages),   cmocka_unit_test(domains),
		cmocka_unit_test(limits),   cmocka_unit_test(packed), cmocka_unit_test(named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
