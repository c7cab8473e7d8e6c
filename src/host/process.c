/*
 * process - see process.h. proc(5): status, stat, exe, cwd, cmdline, cgroup, root, ns/net.
 *
 * Promises: allocates nothing; what cannot be read is empty, and a process that ended meanwhile is false.
 * What was read of one pid in several calls may be of two processes: whoever names somebody asks for the
 * parent once more.
 *
 * TRUST: see process.h. Of a script only a path without ".." is told, as the folder is known from the kernel.
 */
#include "host/process.h"

#include "sys/procroot.h"

#include <stdio.h>
#include <unistd.h>

static size_t read_name(const struct proc *p, uint32_t pid, const char *what, char *out, size_t room)
{
	char name[64];
	size_t n = 0;
	ssize_t got = 1;
	int fd;

	snprintf(name, sizeof(name), "%u/%s", pid, what);
	fd = procroot_open(p->fd, name, false);
	if (fd < 0)
		return 0;
	while (n < room && (got = read(fd, out + n, room - n)) > 0)
		n += (size_t)got;
	close(fd);
	return n;
}

static size_t read_link(const struct proc *p, uint32_t pid, const char *what, char *out, size_t room)
{
	char name[64];
	ssize_t n;

	snprintf(name, sizeof(name), "%u/%s", pid, what);
	n = readlinkat(p->fd, name, out, room);
	return n < 0 ? 0 : (size_t)n;
}

static uint64_t net_namespace(const struct proc *p, uint32_t pid)
{
	char text[64];
	size_t n = read_link(p, pid, "ns/net", text, sizeof(text));
	struct span s = span_of(text, n);
	uint64_t id = 0;

	/* net:[4026531840] */
	if (n < 7 || !span_starts(s, SPAN("net:[")) || !span_u64(span_of(text + 5, n - 6), &id))
		return 0;
	return id;
}

void proc_begin(struct proc *p, int fd, uint32_t self, uint32_t command_line)
{
	*p = (struct proc){ .fd = fd };
	p->nroot = read_link(p, command_line, "root", p->root, sizeof(p->root));
	if (p->nroot == 1 || p->nroot == sizeof(p->root))
		p->nroot = 0;
	p->netns = net_namespace(p, self);
}

bool process_elsewhere(const struct proc *p, uint32_t pid)
{
	uint64_t id = p->netns ? net_namespace(p, pid) : 0;

	return id && id != p->netns;
}

/* A path as the command line would see it: without its root, where it lies beneath that. */
static size_t without_root(const struct proc *p, char *path, size_t n)
{
	struct span root = span_of(p->root, p->nroot);

	if (!root.n || !span_starts(span_of(path, n), root) || (n > root.n && path[root.n] != '/'))
		return n;
	if (n == root.n) {
		path[0] = '/';
		return 1;
	}
	memmove(path, path + root.n, n - root.n);
	return n - root.n;
}

/* The N-th number behind KEY at a line's start. Names in this file have their newlines escaped by the kernel. */
static bool status_number(struct span text, struct span key, unsigned nth, uint32_t *ret)
{
	size_t from = 0;

	while (from < text.n) {
		ptrdiff_t end = span_find(text, from, '\n');
		struct span line = span_of(text.p + from, (end < 0 ? text.n : (size_t)end) - from);
		uint64_t value;

		from += line.n + 1;
		if (!span_starts(line, key))
			continue;
		line = span_from(line, key.n);
		for (unsigned i = 0; line.n; i++) {
			struct span word;

			while (line.n && (line.p[0] == '\t' || line.p[0] == ' '))
				line = span_from(line, 1);
			for (word = span_of(line.p, 0); word.n < line.n && line.p[word.n] != '\t';)
				word.n++;
			line = span_from(line, word.n);
			if (i < nth)
				continue;
			if (!span_u64(word, &value) || value > UINT32_MAX)
				return false;
			*ret = (uint32_t)value;
			return true;
		}
		return false;
	}
	return false;
}

bool process_parse_status(struct span text, struct process *ret_process)
{
	/* proc(5): real, effective, saved, file system; the second is what it acts as */
	return status_number(text, SPAN("PPid:"), 0, &ret_process->parent) &&
	       status_number(text, SPAN("Uid:"), 1, &ret_process->uid);
}

uint32_t process_parse_parent(struct span text)
{
	/* "12 (name) S 3 ...": the name is the process's own word and may hold brackets */
	ptrdiff_t end = span_rfind(text, ')');
	uint64_t parent = 0;
	struct span rest;
	ptrdiff_t blank;

	if (end < 0)
		return 0;
	rest = span_from(text, (size_t)end + 1);
	if (rest.n < 5 || rest.p[0] != ' ' || rest.p[1] == 'Z' || rest.p[1] == 'X' || rest.p[2] != ' ')
		return 0;
	rest = span_from(rest, 3);
	blank = span_find(rest, 0, ' ');
	if (blank < 0 || !span_u64(span_head(rest, (size_t)blank), &parent) || parent > UINT32_MAX)
		return 0;
	return (uint32_t)parent;
}

/* proc(5): utime and stime are fields 14 and 15, rss is 24; the third stands behind the name's last bracket. */
bool process_parse_usage(struct span text, uint64_t *ret_ticks, uint64_t *ret_pages)
{
	ptrdiff_t end = span_rfind(text, ')');
	struct span rest = end < 0 ? SPAN_NONE : span_from(text, (size_t)end + 2);
	uint64_t value, ticks = 0;

	for (unsigned field = 3; rest.n; field++) {
		ptrdiff_t blank = span_find(rest, 0, ' ');
		struct span word = blank < 0 ? rest : span_head(rest, (size_t)blank);

		rest = span_from(rest, word.n + 1);
		if (field != 14 && field != 15 && field != 24)
			continue;
		if (!span_u64(word, &value) || value > UINT64_MAX / 4)
			return false;
		if (field == 24) {
			*ret_ticks = ticks;
			*ret_pages = value;
			return true;
		}
		ticks += value;
	}
	return false;
}

bool process_usage(const struct proc *p, uint32_t pid, uint64_t *ret_ticks, uint64_t *ret_pages)
{
	char text[1024];

	return process_parse_usage(span_of(text, read_name(p, pid, "stat", text, sizeof(text))), ret_ticks,
				   ret_pages);
}

size_t process_program(const struct proc *p, uint32_t pid, char *out, size_t room)
{
	return without_root(p, out, read_link(p, pid, "exe", out, room));
}

uint32_t process_parent(const struct proc *p, uint32_t pid)
{
	char text[512];

	return process_parse_parent(span_of(text, read_name(p, pid, "stat", text, sizeof(text))));
}

bool process_read(const struct proc *p, uint32_t pid, struct process *ret_process)
{
	static const struct span gone = { " (deleted)", 10 };
	char text[2048];
	size_t n = read_name(p, pid, "status", text, sizeof(text));

	ret_process->pid = pid;
	ret_process->deleted = false;
	ret_process->cwd.n = ret_process->nargs = ret_process->ncgroup = ret_process->exe.n = 0;
	if (!n || !process_parse_status(span_of(text, n), ret_process))
		return false;
	n = read_link(p, pid, "exe", ret_process->exe.p, sizeof(ret_process->exe.p));
	/* a file may be called so, too: its owner chose to look like one that is gone */
	if (span_ends(span_of(ret_process->exe.p, n), gone)) {
		ret_process->deleted = true;
		n -= gone.n;
	}
	ret_process->exe.n = without_root(p, ret_process->exe.p, n);
	return n > 0;
}

bool process_read_more(const struct proc *p, struct process *process)
{
	struct span line;
	ptrdiff_t end;
	size_t n;

	n = read_link(p, process->pid, "cwd", process->cwd.p, sizeof(process->cwd.p));
	process->cwd.n = without_root(p, process->cwd.p, n);
	process->nargs = read_name(p, process->pid, "cmdline", process->args, sizeof(process->args));
	n = read_name(p, process->pid, "cgroup", process->cgroup, sizeof(process->cgroup));
	/* the first line: "0::/system.slice/cron.service", or the first of the old controllers */
	line = span_of(process->cgroup, n);
	end = span_find(line, 0, '\n');
	process->ncgroup = end < 0 ? n : (size_t)end;
	return process->cwd.n > 0;
}

/* --- what the arguments tell ------------------------------------------------------------------ */

static struct span base_name(struct span path)
{
	return span_from(path, (size_t)(span_rfind(path, '/') + 1));
}

static struct span next_argument(struct span *rest)
{
	ptrdiff_t end = span_find(*rest, 0, '\0');
	struct span word = end < 0 ? *rest : span_head(*rest, (size_t)end);

	*rest = span_from(*rest, word.n + 1);
	return word;
}

static bool is_shell(struct span exe)
{
	static const char *const names[] = { "sh", "dash", "bash", "busybox", "ash", "ksh", "zsh" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(base_name(exe), span_str(names[i])))
			return true;
	return false;
}

/* php8.2, python3.11, perl5.36: the name and then only version's bytes. php-fpm takes no script. */
static bool is_interpreter(struct span exe)
{
	static const char *const names[] = { "php", "php-cgi", "python", "perl", "ruby", "node", "lua" };
	struct span name = base_name(exe);

	if (is_shell(exe))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct span known = span_str(names[i]);
		size_t at = known.n;

		if (!span_starts(name, known))
			continue;
		while (at < name.n && ((name.p[at] >= '0' && name.p[at] <= '9') || name.p[at] == '.'))
			at++;
		if (at == name.n)
			return true;
	}
	return false;
}

bool process_is_shell(struct span exe, struct span args)
{
	struct span rest = args;

	next_argument(&rest);
	return is_shell(exe) && span_eq(next_argument(&rest), SPAN("-c"));
}

size_t process_script(struct span exe, struct span args, struct span cwd, char *out, size_t room)
{
	/* options whose value is the next argument; -c, -e and -r run text, no file */
	static const char with_value[] = "dzIWXm";
	struct span rest = args;
	size_t n = 0;

	if (!is_interpreter(exe))
		return 0;
	next_argument(&rest);
	while (rest.n) {
		struct span word = next_argument(&rest);

		if (word.n > 1 && word.p[0] == '-') {
			if (word.n == 2 && strchr("cer", word.p[1]))
				return 0;
			if (word.n == 2 && word.p[1] == 'f')
				continue;
			if (word.n == 2 && strchr(with_value, word.p[1]))
				next_argument(&rest);
			continue;
		}
		/* where "a/../b" leads is the suspect's to say: his folder is known from the kernel */
		if (!word.n || word.p[0] == '-' || span_search(word, 0, SPAN("..")) >= 0)
			return 0;
		if (word.p[0] != '/') {
			if (!cwd.n || cwd.n + 1 + word.n > room)
				return 0;
			memcpy(out, cwd.p, cwd.n);
			n = cwd.n;
			out[n++] = '/';
		}
		if (n + word.n > room)
			return 0;
		memcpy(out + n, word.p, word.n);
		return n + word.n;
	}
	return 0;
}
