/*
 * table: against a plain array of "is it in", through growth, collisions and deletions in every order.
 */
#include "base/hash.h"
#include "base/table.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { KEYS = 5000 };

struct keys {
	uint64_t key[KEYS];
	bool in[KEYS];
	uint64_t spread; /* hashes are taken modulo this: 1 = all collide */
};

static uint64_t hash_of_key(const struct keys *k, uint64_t key)
{
	return hash_mix(key) % k->spread;
}

static uint64_t hash_of(const void *owner, uint32_t index)
{
	const struct keys *k = owner;

	return hash_of_key(k, k->key[index]);
}

static bool same(const void *owner, uint32_t index, const void *key)
{
	return ((const struct keys *)owner)->key[index] == *(const uint64_t *)key;
}

static void compare(const struct table *t, const struct keys *k)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < KEYS; i++) {
		uint32_t found = table_find(t, hash_of(k, i), same, k, &k->key[i]);

		assert_int_equal(found, k->in[i] ? i : TABLE_NONE);
		used += k->in[i];
	}
	assert_int_equal(t->used, used);
}

static void in_and_out(uint64_t spread, uint32_t steps)
{
	static struct keys k;
	struct table t;
	uint64_t dice = 1;

	memset(&k, 0, sizeof(k));
	k.spread = spread;
	for (uint32_t i = 0; i < KEYS; i++)
		k.key[i] = i * UINT64_C(7919);
	table_init(&t, 1);
	for (uint32_t step = 0; step < steps; step++) {
		uint32_t i = (uint32_t)((dice = hash_mix(dice + step)) % KEYS);

		if (k.in[i])
			table_drop(&t, hash_of(&k, i), i);
		else
			table_put(&t, hash_of(&k, i), i);
		k.in[i] = !k.in[i];
	}
	compare(&t, &k);
	for (uint32_t i = 0; i < KEYS; i++) {
		if (k.in[i])
			table_drop(&t, hash_of(&k, i), i);
		k.in[i] = false;
	}
	compare(&t, &k);
	/* what thousands made large was halved on the way */
	assert_true(t.mask < 512);
	for (uint32_t i = 0; i <= t.mask; i++)
		assert_int_equal(t.slot[i].index, 0);
	table_free(&t);
	assert_null(t.slot);
}

static void test_spread(void **state)
{
	in_and_out(UINT64_MAX, 40000);
}

static void test_crowded(void **state)
{
	in_and_out(300, 6000);
}

static void test_all_collide(void **state)
{
	in_and_out(1, 1500);
}

static void drop_what_is_not_in(void)
{
	static struct keys k = { .spread = 10 };
	struct table t;

	close(2);
	table_init(&t, 4);
	table_put(&t, hash_of(&k, 1), 1);
	table_drop(&t, hash_of(&k, 2), 2);
}

static void make_too_big(void)
{
	struct table t;

	close(2);
	table_init(&t, 32);
}

static void must_abort(void (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		what();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_bugs(void **state)
{
	must_abort(drop_what_is_not_in);
	must_abort(make_too_big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_crowded),
		cmocka_unit_test(test_all_collide),
		cmocka_unit_test(test_bugs),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
