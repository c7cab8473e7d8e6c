/*
 * usual - see usual.h.
 *
 * TRUST: the packed bytes come from the state; every number is checked, and a wrong one forgets all of it, which costs
 * learning time and no wrong answer.
 */
#include "judge/usual.h"

#include "base/err.h"
#include "base/pack.h"

#include <stdlib.h>

#define MAGIC UINT32_C(0x75537453) /* "StSu" */
#define HOUR 3600
#define HOURS 168 /* of a week */
#define WEEKS 8 /* that are remembered */
#define ENOUGH 3 /* figures that make a usual one */
#define FIGURE_MOST 1e12
#define POOL_MOST (HOURS * WEEKS)
/* A figure that was reached before is no alarm by itself. */
#define ABOVE_HIGH 1.5
#define FAR_ABOVE_HIGH 3.0

struct slot {
	uint8_t n, next; /* next: the oldest, to be written over */
	float figure[WEEKS];
};

struct usual {
	int64_t hour; /* that was learnt last */
	struct slot slot[SIGNS][HOURS];
};

/* Below FLOOR nothing is an alarm, whatever is usual; ALONE holds while there is no usual; negative: never. */
struct limits {
	bool learns;
	double floor_warning, floor_critical, alone_warning, alone_critical, most;
};

/* Set by reason, not measured: what a server of any size may do in an hour without anybody having to get up. */
static const struct limits table[SIGNS] = {
	[SIGN_SENDERS] = { false, 1, 1, 1, 1, 0 },
	[SIGN_QUEUE] = { true, 200, 1000, 500, 2000, 0 },
	[SIGN_GROWTH] = { true, 20, 100, 30, 200, 0 },
	[SIGN_MESSAGES] = { true, 100, 500, -1, -1, 0 },
	[SIGN_RECIPIENTS] = { true, 200, 1000, -1, -1, 0 },
	[SIGN_UNKNOWN] = { true, 10, 25, 15, 30, 95 },
	[SIGN_REFUSED] = { true, 10, 100, 10, 100, 0 },
	[SIGN_COMPLAINTS] = { true, 1, 5, 1, 5, 0 },
	[SIGN_LISTED] = { false, 1, 3, 1, 3, 0 },
	[SIGN_DIRECT] = { false, 1, -1, 1, -1, 0 },
	[SIGN_RELAY] = { true, 10, 100, 10, 100, 0 },
	[SIGN_NETWORKS] = { false, 1, -1, 1, -1, 0 },
	[SIGN_CPU] = { true, 40, 80, 60, 90, 98 },
	[SIGN_MEMORY] = { true, 512, 2048, -1, -1, 0 },
	[SIGN_PROCESSES] = { true, 100, 400, 300, 1000, 0 },
};

struct usual *usual_new(void)
{
	return xcalloc(1, sizeof(struct usual));
}

void usual_free(struct usual *u)
{
	free(u);
}

/* --- the state ---------------------------------------------------------------------------------- */

void usual_pack(const struct usual *u, struct buf *out)
{
	struct packer p = { .out = out };

	pack_u32(&p, MAGIC);
	pack_i64(&p, u->hour);
	for (size_t i = 0; i < SIGNS; i++)
		for (size_t h = 0; table[i].learns && h < HOURS; h++) {
			const struct slot *s = &u->slot[i][h];

			pack_u8(&p, s->n);
			pack_u8(&p, s->next);
			for (size_t k = 0; k < s->n; k++)
				pack_f64(&p, (double)s->figure[k]);
		}
}

static bool figure_ok(double v)
{
	return v >= 0 && v <= FIGURE_MOST;
}

bool usual_unpack(struct usual *u, struct span bytes)
{
	struct unpacker in = { .left = bytes };
	bool good = unpack_u32(&in) == MAGIC;

	u->hour = unpack_i64(&in);
	for (size_t i = 0; i < SIGNS; i++)
		for (size_t h = 0; table[i].learns && h < HOURS && good && !in.failed; h++) {
			struct slot *s = &u->slot[i][h];

			s->n = unpack_u8(&in);
			s->next = unpack_u8(&in);
			good = s->n <= WEEKS && s->next < WEEKS;
			for (size_t k = 0; good && k < s->n; k++) {
				double v = unpack_f64(&in);

				good = figure_ok(v);
				s->figure[k] = (float)v;
			}
		}
	if (good && unpack_done(&in))
		return true;
	*u = (struct usual){ 0 };
	return false;
}

/* --- what is usual ------------------------------------------------------------------------------ */

/* The hour that has just gone by: most of what is judged was counted in it. */
static size_t hour_of(int64_t local)
{
	int64_t hours = (local - HOUR / 2) / HOUR + 96; /* 1970 began on a Thursday */

	return (size_t)(((hours % HOURS) + HOURS) % HOURS);
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static size_t gather(const struct slot *slots, size_t from, size_t step, float *pool, size_t n)
{
	for (size_t h = from; h < HOURS; h += step)
		for (size_t k = 0; k < slots[h].n; k++)
			pool[n++] = slots[h].figure[k];
	return n;
}

/* Sorted into POOL; 0: too few of any. */
static size_t pool_of(const struct slot *slots, size_t hour, float pool[POOL_MOST])
{
	size_t n = gather(slots, hour, HOURS, pool, 0);

	if (n < ENOUGH)
		n = gather(slots, hour % 24, 24, pool, 0);
	if (n < ENOUGH)
		n = gather(slots, 0, 1, pool, 0);
	if (n < ENOUGH)
		return 0;
	qsort(pool, n, sizeof(*pool), by_size);
	return n;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double limit(const struct limits *l, double floor, double times_usual, double above_high)
{
	double v = larger(floor, larger(times_usual, above_high));

	if (floor < 0)
		return -1;
	return l->most > 0 && v > l->most ? l->most : v;
}

static enum sign_state state_of(const struct sign *s)
{
	if (s->critical >= 0 && s->value >= s->critical)
		return SIGN_CRITICAL;
	return s->warning >= 0 && s->value >= s->warning ? SIGN_WARNING : SIGN_NORMAL;
}

void usual_judge(const struct usual *u, int64_t local, const struct usual_factors *factors, enum sign_id id,
		 struct sign *sign)
{
	const struct limits *l = &table[id];
	float *pool = xmalloc(POOL_MOST * sizeof(*pool));
	size_t n = l->learns ? pool_of(u->slot[id], hour_of(local), pool) : 0;

	sign->learns = l->learns;
	sign->samples = (unsigned)n;
	sign->warning = l->alone_warning;
	sign->critical = l->alone_critical;
	if (n) {
		/* the second highest: one outbreak that was learnt must not excuse the next */
		double high = (double)pool[n - 2];

		sign->usual = (double)(n % 2 ? pool[n / 2] : (pool[n / 2 - 1] + pool[n / 2]) / 2);
		sign->warning = limit(l, l->floor_warning, factors->warning * sign->usual, ABOVE_HIGH * high);
		sign->critical =
			limit(l, l->floor_critical, factors->critical * sign->usual, FAR_ABOVE_HIGH * high);
	}
	free(pool);
	if (!sign->sure && sign->state != SIGN_NOT_KNOWN)
		sign->state = state_of(sign);
}

static void add(struct slot *s, double v)
{
	s->figure[s->next] = (float)v;
	s->next = (uint8_t)((s->next + 1) % WEEKS);
	s->n = s->n < WEEKS ? s->n + 1 : WEEKS;
}

bool usual_learn(struct usual *u, int64_t now, int64_t local, const struct signs *s)
{
	if (now / HOUR == u->hour || s->sign[SIGN_SENDERS].state == SIGN_CRITICAL)
		return false;
	for (size_t i = 0; i < SIGNS; i++) {
		const struct sign *one = &s->sign[i];
		bool alarm = one->state >= SIGN_WARNING;

		/* before anything is usual, an alarm's figure would be the first to become it */
		if (!table[i].learns || one->state == SIGN_NOT_KNOWN || !figure_ok(one->value) ||
		    (alarm && !one->samples))
			continue;
		add(&u->slot[i][hour_of(local)],
		    alarm && one->value > one->warning ? one->warning : one->value);
	}
	u->hour = now / HOUR;
	return true;
}
