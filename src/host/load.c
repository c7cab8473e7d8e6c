/*
 * load - see lookout_load: processes of the mail server, what they keep in memory and what they compute.
 *
 * Whose program it is, its place on disk says (observed_mta_program), never its name. All users' programs at those
 * places count: a queue runner started by hand is load of the mail server, too.
 *
 * TRUST: the kernel's numbers. A process may end or become another program between the two looks: then its ticks are
 * taken as they come, bounded by what so many processors can do.
 */
#include "base/err.h"
#include "host/lookout.h"
#include "host/numbers.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MOST 100000 /* limit live: processes looked at for the mail server's load */

struct usage {
	uint32_t pid;
	uint64_t ticks;
};

struct look {
	struct usage *usage; /* rising by pid */
	size_t n, room;
	uint64_t pages;
};

static int by_pid(const void *a, const void *b)
{
	const struct usage *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void look(const struct proc *p, struct look *to)
{
	char exe[PROCESS_PATH];
	struct numbers pids;
	uint64_t ticks, pages;
	uint32_t pid;

	if (numbers_open(&pids, p->fd, ".") < 0)
		return;
	while (to->n < PROCESSES_MOST && numbers_next(&pids, &pid)) {
		size_t n = process_program(p, pid, exe, sizeof(exe));

		if (!n || !observed_mta_program(span_of(exe, n)) || !process_usage(p, pid, &ticks, &pages))
			continue;
		if (to->n == to->room) {
			to->room = to->room * 2 + 64;
			to->usage = xrealloc(to->usage, to->room * sizeof(*to->usage));
		}
		to->usage[to->n++] = (struct usage){ pid, ticks };
		to->pages += pages;
	}
	numbers_close(&pids);
	/* /proc lists them so; nobody promises it */
	if (to->n)
		qsort(to->usage, to->n, sizeof(*to->usage), by_pid);
}

/* Ticks that were used between the looks; who is new used all of his there. */
static uint64_t used(const struct look *before, const struct look *after)
{
	uint64_t sum = 0;

	for (size_t i = 0, k = 0; i < after->n; i++) {
		const struct usage *now = &after->usage[i];

		while (k < before->n && before->usage[k].pid < now->pid)
			k++;
		if (k < before->n && before->usage[k].pid == now->pid)
			sum += now->ticks > before->usage[k].ticks ? now->ticks - before->usage[k].ticks : 0;
		else
			sum += now->ticks;
	}
	return sum;
}

void lookout_load(struct lookout *l, unsigned processors)
{
	const struct timespec pause = { .tv_nsec = LOAD_MICROS * 1000L };
	uint64_t second = (uint64_t)sysconf(_SC_CLK_TCK), whole = second * LOAD_MICROS / 1000000 * processors;
	struct look before = { 0 }, after = { 0 };
	struct mta_load *load = &l->o.load;
	uint64_t ticks;

	look(&l->proc, &before);
	nanosleep(&pause, NULL);
	look(&l->proc, &after);
	ticks = used(&before, &after);
	if (ticks > whole)
		ticks = whole;
	*load = (struct mta_load){
		.measured = true,
		.processes = (uint32_t)after.n,
		.cpu = whole ? (uint32_t)(ticks * 1000 / whole) : 0,
		.memory = after.pages * (uint64_t)sysconf(_SC_PAGESIZE),
	};
	free(before.usage);
	free(after.usage);
}
