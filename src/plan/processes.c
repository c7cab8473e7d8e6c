/*
 * processes - what runs under the culprit's own uid is stopped, so that its memory stays as evidence.
 *
 * Only where that uid is the account's alone. The servers that let him read his mail are left running: he may
 * still receive and log in. A handing-over that is under way ends by itself. Both are known by their names,
 * which a process may lie about; it gains nothing, as its mail is held and its connections are refused all
 * the same.
 *
 * TRUST: /proc/PID/stat holds the process's own name, in brackets: what counts is read behind the last bracket.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include "sys/beneath.h"

/* a plan is read by a human; who forks faster than this is stopped by his closed doors */
#define PROCESSES_MOST 500 /* limit contain: processes that are stopped */
#define BORN_FIELD 19 /* blanks between the state and field 22 */

static bool is_let_be(struct span name)
{
	static const char *const names[] = { "imap",	 "pop3",     "lmtp",  "managesieve", "indexer-worker",
					     "sendmail", "postdrop", "exim4", "exim" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(name, span_str(names[i])))
			return true;
	return false;
}

static bool read_stat(struct span s, struct span *ret_name, uint64_t *ret_born)
{
	ptrdiff_t open = span_find(s, 0, '('), close = span_rfind(s, ')');
	ptrdiff_t end;

	if (open < 0 || close < open)
		return false;
	*ret_name = span_of(s.p + open + 1, (size_t)(close - open) - 1);
	s = span_from(s, (size_t)close + 2);
	for (int i = 0; i < BORN_FIELD; i++) {
		ptrdiff_t blank = span_find(s, 0, ' ');

		if (blank < 0)
			return false;
		s = span_from(s, (size_t)blank + 1);
	}
	end = span_find(s, 0, ' ');
	return end > 0 && span_u64(span_head(s, (size_t)end), ret_born);
}

static void stop_one(struct draft *d, const struct culprit *c, uint64_t pid)
{
	struct span bytes, name;
	struct action *v;
	uint64_t born;

	if (!draft_read(d, draft_text(d, "/proc/%llu/stat", (unsigned long long)pid), &bytes) ||
	    !read_stat(bytes, &name, &born) || is_let_be(name))
		return;
	v = draft_action(d, ACTION_STOP, c->grade);
	v->uid = c->uid;
	v->pid = (uint32_t)pid;
	/* a pid is given away again: the actor stops only the one that was born then */
	v->born = born;
	v->what = draft_text(d, "process %llu (%.*s) of %.*s stops; its memory is kept",
			     (unsigned long long)pid, ARG(name), ARG(c->account));
	v->command = draft_text(d, "kill -STOP %llu", (unsigned long long)pid);
	v->undo = draft_text(d, "kill -CONT %llu", (unsigned long long)pid);
}

void processes_stop(struct draft *d, const struct culprit *c)
{
	struct span *names;
	size_t n, stopped = 0;

	if (c->shared || c->uid == PLAN_NO_UID)
		return;
	n = d->io->host.list(d->io->host.ctx, d->arena, SPAN("/proc"), &names);
	for (size_t i = 0; i < n && stopped < PROCESSES_MOST; i++) {
		struct file_status st;
		uint64_t pid;

		if (!span_u64(names[i], &pid) || pid < 2 || pid > INT32_MAX ||
		    !d->io->status(d->io->host.ctx, draft_text(d, "/proc/%llu", (unsigned long long)pid),
				   &st) ||
		    st.uid != c->uid)
			continue;
		stop_one(d, c, pid);
		stopped++;
	}
}
