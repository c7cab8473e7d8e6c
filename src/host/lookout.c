/*
 * lookout - see lookout.h.
 *
 * Promises: a caller is told only where its child still had it as its parent after it was looked at; else
 * nobody is named. Each look costs what the kernel has to list, so looks are spared rather than repeated.
 *
 * TRUST: the kernel's numbers; names and arguments are the suspect's. He may fork, end and start anew at any
 * moment, so what cannot be told apart is nobody's, and all that grows has a limit that is told.
 */
#include "host/lookout.h"

#include "base/err.h"
#include "base/hash.h"
#include "host/numbers.h"
#include "host/sockets.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ANCESTORS_MOST 16 /* mail server's programs and shells between a script and the queue */
#define LOCAL_MOST 8192
#define LOOK_EVERY 10000 /* microseconds */
#define CHAIN_MOST 4 /* callers that are told */

static uint64_t process_hash_of(const struct observed_process *p)
{
	uint64_t h = hash_span(p->exe, p->uid);

	h = hash_span(p->cwd, h + p->pid);
	h = hash_span(p->args, h);
	return hash_span(p->chain, h + p->deleted);
}

static bool process_same(const void *owner, uint32_t index, const void *key)
{
	const struct observed_process *a = &((const struct lookout *)owner)->o.process[index];
	const struct observed_process *b = key;

	return a->uid == b->uid && a->pid == b->pid && a->deleted == b->deleted && span_eq(a->exe, b->exe) &&
	       span_eq(a->cwd, b->cwd) && span_eq(a->args, b->args) && span_eq(a->chain, b->chain);
}

void lookout_begin(struct lookout *l, struct arena *a, int proc_fd, int netlink, uint32_t self,
		   uint32_t command_line)
{
	*l = (struct lookout){ .self = self, .netlink = netlink, .arena = a };
	proc_begin(&l->proc, proc_fd, self, command_line);
	table_init(&l->processes, 8);
}

void lookout_end(struct lookout *l)
{
	table_free(&l->processes);
	free(l->o.process);
	free(l->o.connection);
	free(l->o.handover);
	free(l->wanted);
	free(l->local);
}

/* Room for one more of the things in *P; false at MOST. */
static bool room(struct lookout *l, void *p, size_t n, size_t *have, size_t size, size_t most)
{
	void **array = p;

	if (n == most) {
		l->o.full = true;
		return false;
	}
	if (n == *have) {
		*have = *have ? *have * 2 : 64;
		*array = xrealloc(*array, *have * size);
	}
	return true;
}

static uint32_t keep_process(struct lookout *l, const struct observed_process *seen)
{
	uint64_t hash = process_hash_of(seen);
	uint32_t index = table_find(&l->processes, hash, process_same, l, seen);
	struct observed_process *p;

	if (index != TABLE_NONE)
		return index;
	if (!room(l, &l->o.process, l->o.nprocesses, &l->process_room, sizeof(*l->o.process),
		  OBSERVED_PROCESSES))
		return OBSERVED_NONE;
	index = (uint32_t)l->o.nprocesses++;
	p = &l->o.process[index];
	*p = *seen;
	p->exe = arena_span(l->arena, seen->exe);
	p->cwd = arena_span(l->arena, seen->cwd);
	p->args = arena_span(l->arena, seen->args);
	p->script = arena_span(l->arena, seen->script);
	p->cgroup = arena_span(l->arena, seen->cgroup);
	p->chain = arena_span(l->arena, seen->chain);
	table_put(&l->processes, hash, index);
	return index;
}

static void put_callers(struct lookout *l, uint32_t pid, struct buf *out)
{
	for (unsigned i = 0; i < CHAIN_MOST && pid > 1; i++) {
		struct process p;

		if (!process_read(&l->proc, pid, &p))
			return;
		buf_addf(out, "%s%.*s (uid %u)", out->n ? " < " : "", (int)p.exe.n, p.exe.p, p.uid);
		pid = p.parent;
	}
}

/* P as it will be told. PID 0 is told of processes that come and go. */
static uint32_t tell_process(struct lookout *l, struct process *p, bool lasting)
{
	char script[PROCESS_PATH];
	struct buf callers = BUF_MAX(2048);
	struct observed_process seen = {
		.pid = lasting ? p->pid : 0,
		.uid = p->uid,
		.deleted = p->deleted,
		.exe = span_of(p->exe.p, p->exe.n),
		.elsewhere = lasting && process_elsewhere(&l->proc, p->pid),
	};
	uint32_t index;

	process_read_more(&l->proc, p);
	seen.cwd = span_of(p->cwd.p, p->cwd.n);
	seen.cgroup = span_of(p->cgroup, p->ncgroup);
	seen.args = span_of(p->args, p->nargs);
	seen.script = span_of(script, process_script(seen.exe, seen.args, seen.cwd, script, sizeof(script)));
	/* the last argument's end is no word's */
	while (p->nargs && !p->args[p->nargs - 1])
		seen.args.n = --p->nargs;
	for (size_t i = 0; i < p->nargs; i++)
		if (!p->args[i])
			p->args[i] = ' ';
	put_callers(l, p->parent, &callers);
	seen.chain = buf_view(&callers);
	index = keep_process(l, &seen);
	buf_free(&callers);
	return index;
}

/* popen's shell says nothing of its own where its caller still waits for it. */
static bool is_between(struct lookout *l, struct process *p)
{
	struct process above;

	process_read_more(&l->proc, p);
	return process_is_shell(span_of(p->exe.p, p->exe.n), span_of(p->args, p->nargs)) && p->parent > 1 &&
	       process_read(&l->proc, p->parent, &above) && above.uid == p->uid;
}

enum caller lookout_caller(struct lookout *l, uint32_t pid, uint32_t *ret_process)
{
	uint32_t line[ANCESTORS_MOST];
	unsigned programs = 0;
	struct process p;
	unsigned n = 0;

	*ret_process = OBSERVED_NONE;
	/* first only who is whose child: the youngest are gone the soonest */
	for (; pid && n < ANCESTORS_MOST; pid = process_parent(&l->proc, pid))
		line[n++] = pid;
	for (unsigned i = 0; i < n; i++) {
		if (!process_read(&l->proc, line[i], &p)) {
			/* postdrop and sendmail above it: what has gone there says nothing about who waited */
			if (i + 1 < n && i < 2)
				continue;
			return CALLER_GONE;
		}
		if (observed_mta_program(span_of(p.exe.p, p.exe.n))) {
			programs++;
			continue;
		}
		/* init adopts the daemon, and what has lost its caller */
		if (line[i] == 1)
			break;
		if (is_between(l, &p))
			continue;
		*ret_process = tell_process(l, &p, false);
		/* a caller that no longer waits may be at somebody else's work by now */
		if (i && process_parent(&l->proc, line[i - 1]) != line[i])
			*ret_process = OBSERVED_NONE;
		return *ret_process == OBSERVED_NONE ? CALLER_GONE : CALLER_FOUND;
	}
	/* one program alone may have been left by its caller; a daemon's child has the daemon above it */
	return programs > 1 ? CALLER_DAEMON : CALLER_GONE;
}

void lookout_handover(struct lookout *l, enum observed_door door, uint32_t process, struct span id)
{
	if (!room(l, &l->o.handover, l->o.nhandovers, &l->handover_room, sizeof(*l->o.handover),
		  OBSERVED_HANDOVERS))
		return;
	l->o.handover[l->o.nhandovers++] = (struct observed_handover){
		.at = l->now,
		.door = (uint8_t)door,
		.process = process,
		.id = arena_span(l->arena, id),
	};
}

/* --- connections --------------------------------------------------------------------------------- */

static bool is_mail_port(uint16_t port)
{
	return port == 25 || port == 465 || port == 587;
}

/* The connection that S is one end of; the index, or OBSERVED_NONE at the limit. */
static uint32_t keep_connection(struct lookout *l, const struct tcp_socket *s)
{
	struct observed_connection *c;
	size_t had = l->connection_room;

	for (size_t i = 0; i < l->before; i++)
		if (l->wanted[i].inode == s->inode) {
			l->wanted[i].last = l->looked;
			return (uint32_t)i;
		}
	if (!room(l, &l->o.connection, l->o.nconnections, &l->connection_room, sizeof(*l->o.connection),
		  OBSERVED_CONNECTIONS))
		return OBSERVED_NONE;
	if (had != l->connection_room)
		l->wanted = xrealloc(l->wanted, l->connection_room * sizeof(*l->wanted));
	l->wanted[l->o.nconnections] = (struct wanted_socket){
		.inode = s->inode,
		.uid = s->uid,
		.last = l->looked,
	};
	c = &l->o.connection[l->o.nconnections++];
	*c = (struct observed_connection){
		.process = OBSERVED_NONE,
		.uid = s->uid,
		.port = s->remote_port,
		.at = l->now,
	};
	memcpy(c->remote, s->remote, sizeof(c->remote));
	/* over one of its own addresses a host speaks to itself, too */
	if (memcmp(s->remote, s->local, sizeof(c->remote)) == 0)
		memcpy(c->remote, (uint8_t[16]){ [10] = 0xff, 0xff, 127, 0, 0, 1 }, sizeof(c->remote));
	return (uint32_t)l->o.nconnections - 1;
}

static void on_socket(void *ctx, const struct tcp_socket *s)
{
	struct lookout *l = ctx;

	if (!s->inode)
		return;
	if (memcmp(s->remote, s->local, sizeof(s->local)) == 0 || socket_is_loopback(s->remote)) {
		if (room(l, &l->local, l->nlocal, &l->local_room, sizeof(*l->local), LOCAL_MOST))
			l->local[l->nlocal++] = *s;
	}
	if (is_mail_port(s->remote_port))
		keep_connection(l, s);
}

static bool socket_inode(const struct lookout *l, uint32_t pid, uint32_t fd, uint64_t *ret_inode)
{
	char name[64], text[64];
	ssize_t n;

	snprintf(name, sizeof(name), "%u/fd/%u", pid, fd);
	/* proc(5): "socket:[INODE]" */
	n = readlinkat(l->proc.fd, name, text, sizeof(text));
	return n >= 10 && memcmp(text, "socket:[", 8) == 0 &&
	       span_u64(span_of(text + 8, (size_t)n - 9), ret_inode);
}

/* Which of the sockets from FIRST on does PID hold? */
static size_t look_into(struct lookout *l, uint32_t pid, size_t first, size_t missing)
{
	struct numbers fds;
	uint32_t index = OBSERVED_NONE;
	char name[64];
	size_t found = 0;
	uint32_t fd;

	snprintf(name, sizeof(name), "%u/fd", pid);
	if (numbers_open(&fds, l->proc.fd, name) < 0) {
		l->o.hidden++;
		return 0;
	}
	while (found < missing && numbers_next(&fds, &fd)) {
		uint64_t inode;

		if (!socket_inode(l, pid, fd, &inode))
			continue;
		for (size_t i = first; i < l->o.nconnections; i++) {
			struct process p;

			if (l->wanted[i].found || l->wanted[i].inode != inode)
				continue;
			if (index == OBSERVED_NONE && process_read(&l->proc, pid, &p))
				index = tell_process(l, &p, true);
			l->o.connection[i].process = index;
			l->wanted[i].found = true;
			found++;
		}
	}
	numbers_close(&fds);
	return found;
}

static bool uid_wanted(const struct lookout *l, size_t first, uint32_t uid)
{
	for (size_t i = first; i < l->o.nconnections; i++)
		if (!l->wanted[i].found && l->wanted[i].uid == uid)
			return true;
	return false;
}

/* First the processes of the uids that opened the sockets: mostly that is enough. */
static void find_owners(struct lookout *l, size_t first)
{
	size_t missing = l->o.nconnections - first;
	struct numbers pids;
	uint32_t pid, uid;

	for (int everybody = 0; everybody < 2 && missing; everybody++) {
		if (numbers_open(&pids, l->proc.fd, ".") < 0)
			return;
		/* the second pass sees the same ones again */
		l->o.hidden = 0;
		while (missing && numbers_next(&pids, &pid)) {
			if (!everybody &&
			    (!numbers_owner(l->proc.fd, pid, &uid) || !uid_wanted(l, first, uid)))
				continue;
			missing -= look_into(l, pid, first, missing);
		}
		numbers_close(&pids);
	}
}

void lookout_connections(struct lookout *l, int64_t now)
{
	size_t first = l->o.nconnections;

	l->now = l->looked = now;
	l->before = first;
	l->nlocal = 0;
	if (sockets_list(l->netlink, &l->proc, l->self, on_socket, l, &l->o.by_proc) < 0)
		l->o.full = true;
	find_owners(l, first);
}

/* Looks are dear on a busy server: two within a few milliseconds are one. */
static void look_again(struct lookout *l, int64_t now)
{
	if (now - l->looked >= LOOK_EVERY || now < l->looked)
		lookout_connections(l, now);
}

uint32_t lookout_loopback(struct lookout *l, int64_t now)
{
	uint32_t owner = OBSERVED_NONE;

	look_again(l, now);
	for (size_t i = 0; i < l->o.nconnections; i++) {
		const struct observed_connection *c = &l->o.connection[i];

		if (l->wanted[i].last != l->looked || !socket_is_loopback(c->remote))
			continue;
		/* two speak at once: to guess would accuse one of them for the other's mail */
		if (owner != OBSERVED_NONE && owner != c->process)
			return OBSERVED_NONE;
		owner = c->process;
	}
	return owner;
}

/* The other end of S. */
static const struct tcp_socket *other_end(const struct lookout *l, const struct tcp_socket *s)
{
	for (size_t i = 0; i < l->nlocal; i++) {
		const struct tcp_socket *o = &l->local[i];

		if (o->local_port == s->remote_port && o->remote_port == s->local_port &&
		    memcmp(o->local, s->remote, 16) == 0 && memcmp(o->remote, s->local, 16) == 0)
			return o;
	}
	return NULL;
}

/* A socket that PID holds, of those in the last look's loopback connections. */
static const struct tcp_socket *socket_of(struct lookout *l, uint32_t pid)
{
	const struct tcp_socket *hit = NULL;
	struct numbers fds;
	char name[64];
	uint64_t inode;
	uint32_t fd;

	snprintf(name, sizeof(name), "%u/fd", pid);
	if (numbers_open(&fds, l->proc.fd, name) < 0)
		return NULL;
	while (!hit && numbers_next(&fds, &fd)) {
		if (!socket_inode(l, pid, fd, &inode))
			continue;
		for (size_t i = 0; i < l->nlocal && !hit; i++)
			if (l->local[i].inode == inode)
				hit = &l->local[i];
	}
	numbers_close(&fds);
	return hit;
}

uint32_t lookout_peer(struct lookout *l, int64_t now, uint32_t pid)
{
	const struct tcp_socket *ours, *theirs;
	size_t first;
	uint32_t index;

	lookout_connections(l, now);
	ours = socket_of(l, pid);
	theirs = ours ? other_end(l, ours) : NULL;
	if (!theirs)
		return OBSERVED_NONE;
	first = l->before = l->o.nconnections;
	index = keep_connection(l, theirs);
	if (index != OBSERVED_NONE && index >= first)
		find_owners(l, first);
	return index == OBSERVED_NONE ? OBSERVED_NONE : l->o.connection[index].process;
}

void lookout_count(struct lookout *l)
{
	struct numbers pids;
	uint32_t pid;

	l->o.elsewhere = 0;
	if (!l->proc.netns || numbers_open(&pids, l->proc.fd, ".") < 0)
		return;
	while (numbers_next(&pids, &pid))
		l->o.elsewhere += process_elsewhere(&l->proc, pid);
	numbers_close(&pids);
}
