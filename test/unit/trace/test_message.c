/*
 * Messages in flight: found by id, dropped with all that hangs on them, given up in the order that costs least.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "trace/message.h"

static struct qid id_of(unsigned i)
{
	char text[] = "1tAaaa-000000-2x";

	for (unsigned at = 7; at < 13; at++, i /= 10)
		text[at] = (char)('0' + i % 10);
	return qid_pack(SPAN(text));
}

static void finds_what_was_added(void **state)
{
	struct messages m;

	messages_init(&m, 1 << 20);
	for (unsigned i = 0; i < 20000; i++)
		assert_int_equal(messages_add(&m, id_of(i), i), i);
	assert_int_equal(m.live, 20000);
	for (unsigned i = 0; i < 20000; i += 3)
		messages_drop(&m, messages_find(&m, id_of(i)));
	for (unsigned i = 0; i < 20000; i++)
		assert_int_equal(messages_find(&m, id_of(i)), i % 3 == 0 ? NO_MESSAGE : i);
	/* Slots are used again, the newest free one first. */
	assert_int_equal(messages_add(&m, id_of(0), 7), 19998);
	assert_int_equal(message_at(&m, 19998)->arrived, 7);
	assert_int_equal(messages_find(&m, id_of(0)), 19998);
	messages_free(&m);
}

static void small_messages_grow_an_extra(void **state)
{
	const uint8_t ip[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7 };
	struct messages m;
	struct message *msg;
	struct extra *x;
	uint32_t v4;

	messages_init(&m, 1 << 20);
	msg = message_at(&m, messages_add(&m, id_of(1), 1));
	assert_null(message_has_extra(&m, msg));
	memcpy(&v4, ip + 12, 4);
	message_small(msg, v4, 500);
	message_set_size(&m, msg, 700);
	assert_int_equal(m.nextra, 0);
	x = message_has_extra(&m, msg);
	assert_non_null(x);
	assert_int_equal(x->size, 700);
	assert_int_equal(x->undecided, WAIT_RESULT);
	assert_memory_equal(x->ip, ip, 16);
	assert_int_equal(msg->sender, NO_SENDER);
	assert_false(msg->flags & M_SMALL);
	assert_ptr_equal(message_extra(&m, msg), x);
	message_set_size(&m, msg, 900);
	assert_int_equal(x->size, 900);
	messages_drop(&m, 0);
	/* The extra is used again, under another serial, empty. */
	msg = message_at(&m, messages_add(&m, id_of(2), 1));
	assert_ptr_equal(message_extra(&m, msg), x);
	assert_int_equal(x->serial, 2);
	assert_int_equal(x->size, 0);
	messages_free(&m);
}

static void recipients_have_a_last_status(void **state)
{
	struct messages m;
	uint32_t a, b;

	messages_init(&m, 1 << 20);
	a = messages_add(&m, id_of(1), 1);
	b = messages_add(&m, id_of(2), 1);
	assert_int_equal(message_rcpt(&m, a, 11, RCPT_DEFERRED), RCPT_NEW);
	assert_int_equal(message_rcpt(&m, a, 11, RCPT_DEFERRED), RCPT_DEFERRED);
	assert_int_equal(message_rcpt(&m, a, 12, RCPT_FINAL), RCPT_NEW);
	assert_int_equal(message_rcpt(&m, b, 11, RCPT_DEFERRED), RCPT_NEW);
	assert_int_equal(message_extra(&m, message_at(&m, a))->deferred_now, 1);
	assert_int_equal(message_rcpt(&m, a, 11, RCPT_FINAL), RCPT_DEFERRED);
	assert_int_equal(message_rcpt(&m, a, 11, RCPT_FINAL), RCPT_FINAL);
	assert_int_equal(message_extra(&m, message_at(&m, a))->deferred_now, 0);
	assert_int_equal(message_extra(&m, message_at(&m, b))->deferred_now, 1);
	messages_drop(&m, a);
	/* Its pairs went with it, and their room is used again. */
	a = messages_add(&m, id_of(3), 1);
	assert_int_equal(message_rcpt(&m, a, 11, RCPT_FINAL), RCPT_NEW);
	assert_int_equal(message_rcpt(&m, a, 12, RCPT_FINAL), RCPT_NEW);
	assert_int_equal(m.npair, 3);
	messages_free(&m);
}

static void recipients_have_a_ceiling(void **state)
{
	struct messages m;
	uint32_t slot;

	messages_init(&m, 64 << 10);
	slot = messages_add(&m, id_of(1), 1);
	for (uint64_t i = 0; i < 4000; i++)
		message_rcpt(&m, slot, i, RCPT_DEFERRED);
	assert_true(m.pairs_lost > 0);
	assert_int_equal(m.npair + m.pairs_lost, 4000);
	assert_true(m.npair * sizeof(struct pair) <= (64 << 10) / 8 + sizeof(struct pair));
	messages_free(&m);
}

static void hidden_ones_are_reached_by_slot_only(void **state)
{
	struct messages m;
	uint32_t first, second;

	messages_init(&m, 1 << 20);
	first = messages_add(&m, id_of(1), 1);
	messages_hide(&m, first);
	assert_int_equal(messages_find(&m, id_of(1)), NO_MESSAGE);
	second = messages_add(&m, id_of(1), 2);
	assert_int_not_equal(first, second);
	messages_hide(&m, second);
	assert_int_equal(m.live, 2);
	messages_drop(&m, first);
	messages_drop(&m, second);
	assert_int_equal(m.live, 0);
	messages_free(&m);
}

static void give_up(void *ctx, uint32_t slot)
{
	messages_drop(ctx, slot);
}

/* Thirds: not seen to arrive, arrived without recipients, arrived with them; all ages in each. */
static void fill(struct messages *m, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct message *msg = message_at(m, messages_add(m, id_of(i), 1000 + i * 7));

		if (i % 3)
			msg->flags |= M_ARRIVED;
		msg->nrcpt = i % 3 == 2;
	}
}

static void gives_up_what_matters_least(void **state)
{
	struct messages m;

	messages_init(&m, 3000 * sizeof(struct message));
	assert_false(messages_full(&m));
	fill(&m, 3000);
	assert_true(messages_full(&m));
	messages_evict(&m, give_up, &m);
	assert_int_equal(m.evicted_unseen, 376);
	assert_int_equal(m.evicted_empty + m.evicted_old, 0);
	assert_false(messages_full(&m));
	/* The oldest of them went. */
	for (unsigned i = 0; i < 3000; i++)
		assert_int_equal(messages_find(&m, id_of(i)) == NO_MESSAGE, i % 3 == 0 && i < 376 * 3);
	while (m.live > 1400)
		messages_evict(&m, give_up, &m);
	assert_int_equal(m.evicted_unseen, 1000);
	assert_true(m.evicted_empty > 0 && m.evicted_empty < 1000);
	assert_int_equal(m.evicted_old, 0);
	while (m.live)
		messages_evict(&m, give_up, &m);
	assert_int_equal(m.evicted_unseen + m.evicted_empty + m.evicted_old, 3000);
	messages_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(small_messages_grow_an_extra),
		cmocka_unit_test(recipients_have_a_last_status),
		cmocka_unit_test(recipients_have_a_ceiling),
		cmocka_unit_test(hidden_ones_are_reached_by_slot_only),
		cmocka_unit_test(gives_up_what_matters_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
