/*
 * processes - what runs under the culprit's own uid is stopped, so that its memory stays as evidence.
 *
 * Only where that uid is the account's alone. The servers that let him read his mail are left running: he may
 * still receive and log in. A handing-over that is under way ends by itself. Both are known by their names,
 * which a process may lie about; it gains nothing, as its mail is held and its connections are refused all
 * the same. A container has numbers of its own for its users: one of his number there is not he, where root made it.
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

/* proc(5): NSpid has a number for each pid namespace below the one of this /proc. */
static bool is_elsewhere(struct span status)
{
	ptrdiff_t at = span_search(status, 0, SPAN("\nNSpid:\t"));
	struct span line = at < 0 ? SPAN_NONE : span_from(status, (size_t)at + 8);
	ptrdiff_t end = span_find(line, 0, '\n');

	return span_find(end < 0 ? line : span_head(line, (size_t)end), 0, '\t') >= 0;
}

/*
 * Where Docker, LXC, Podman, systemd-nspawn and Kubernetes put what root has them run. The first line is enough, and only how
 * its path begins: root alone makes folders there, while beneath his own slice he may call one whatever he likes. That he is
 * in another namespace tells nothing: unshare, and bubblewrap or firejail where they are set-uid, put him into one.
 */
static bool is_of_engine(struct span cgroup)
{
	static const char *const places[] = { "/docker/",	 "/system.slice/docker-", "/lxc",
					      "/machine.slice/", "/libpod_parent/",	  "/kubepods" };
	ptrdiff_t slash = span_find(cgroup, 0, '/'), end = span_find(cgroup, 0, '\n');

	if (slash < 0 || (end >= 0 && slash > end))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (span_starts(span_from(cgroup, (size_t)slash), span_str(places[i])))
			return true;
	return false;
}

static bool is_contained(struct draft *d, uint64_t pid)
{
	struct span bytes;

	return draft_read(d, draft_text(d, "/proc/%llu/cgroup", (unsigned long long)pid), &bytes) &&
	       is_of_engine(bytes) &&
	       draft_read(d, draft_text(d, "/proc/%llu/status", (unsigned long long)pid), &bytes) &&
	       is_elsewhere(bytes);
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
	size_t n, stopped = 0, contained = 0;

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
		if (is_contained(d, pid)) {
			contained++;
			continue;
		}
		stop_one(d, c, pid);
		stopped++;
	}
	if (contained)
		draft_note(d,
			   "%zu process%s in a container of root's that happen%s to have the number of %.*s "
			   "go%s on",
			   contained, contained == 1 ? "" : "es", contained == 1 ? "s" : "", ARG(c->account),
			   contained == 1 ? "es" : "");
}
