/*
 * process - see process.h; and stop: a process of the account's is stopped, its memory kept as evidence, and goes on
 * when that is taken back.
 *
 * The order matters: the descriptor first, then the look. A pid that was given to somebody else in between shows another
 * birth, and a descriptor whose process has ended reaches nobody.
 *
 * TRUST: /proc/PID/stat holds the process's own name, in brackets: what counts is read behind the last bracket.
 */
#include "act/process.h"
#include "act/act.h"
#include "act/record.h"
#include "sys/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STAT_MOST 4096
#define BORN_FIELD 19 /* blanks between the state and field 22 */
/* of 5 ms each: what waits for a disk stops only behind that, and is told */
#define STOP_TRIES 200
#define BOOT_ID_CHARS 36

static ssize_t read_proc(uint32_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, out, size);
	fd_close(fd);
	return n;
}

bool process_stat(uint32_t pid, char *ret_state, uint64_t *ret_born)
{
	char text[STAT_MOST];
	ssize_t n = read_proc(pid, "stat", text, sizeof(text));
	struct span s = span_of(text, n > 0 ? (size_t)n : 0);
	ptrdiff_t at = span_rfind(s, ')');
	char state;

	if (at < 0 || (size_t)at + 2 >= s.n)
		return false;
	s = span_from(s, (size_t)at + 2);
	state = s.p[0];
	for (unsigned i = 0; i < BORN_FIELD; i++) {
		at = span_find(s, 0, ' ');
		s = span_from(s, (size_t)(at + 1));
	}
	at = span_find(s, 0, ' ');
	if (at < 0 || !span_u64(span_head(s, (size_t)at), ret_born))
		return false;
	*ret_state = state;
	return true;
}

int process_open(uint32_t pid, uint64_t born, uint32_t uid, struct err *err)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	uint64_t now = 0;
	char path[32], state;
	struct stat st;

	if (fd < 0)
		return errno == ESRCH ? err_set(err, EXIT_NOINPUT, "process %u has ended", pid)
				      : err_sys(err, EXIT_IO, "process %u cannot be reached", pid);
	snprintf(path, sizeof(path), "/proc/%u", pid);
	errno = ENOENT;
	if (!process_stat(pid, &state, &now) && errno != ENOENT && errno != ESRCH)
		err_sys(err, EXIT_IO, "%s/stat cannot be read", path);
	else if (now != born)
		err_set(err, EXIT_NOINPUT, "process %u has ended", pid);
	else if (stat(path, &st) < 0 || (uid != PLAN_NO_UID && st.st_uid != uid))
		err_set(err, EXIT_NOPERM, "process %u is not that account's: left alone", pid);
	else
		return fd;
	close(fd);
	return -err->code;
}

int process_signal(int pidfd, int signal, struct err *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0)
		return 0;
	return errno == ESRCH ? err_set(err, EXIT_NOINPUT, "the process has ended")
			      : err_sys(err, EXIT_IO, "the process cannot be signalled");
}

struct span process_boot(struct arena *a)
{
	char text[BOOT_ID_CHARS];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	fd_close(fd);
	return n > 0 ? arena_span(a, span_of(text, (size_t)n)) : SPAN_NONE;
}

static bool is_exim(uint32_t pid)
{
	char path[64], exe[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	n = readlink(path, exe, sizeof(exe));
	return n > 0 && (span_eq(span_of(exe, (size_t)n), SPAN("/usr/sbin/exim4")) ||
			 span_eq(span_of(exe, (size_t)n), SPAN("/usr/sbin/exim")));
}

/* A container's, which the host's /proc shows under the same name, is not this server's. */
static bool is_here(uint32_t pid)
{
	struct stat its, ours;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/ns/pid", pid);
	return stat(path, &its) == 0 && stat("/proc/self/ns/pid", &ours) == 0 && its.st_ino == ours.st_ino;
}

/* Its children have the same words; the daemon is the one whose parent is another program. */
static bool is_exim_daemon(uint32_t pid)
{
	char text[STAT_MOST];
	ssize_t n = read_proc(pid, "cmdline", text, sizeof(text) - 1);
	struct span s = span_of(text, n > 0 ? (size_t)n : 0);
	uint64_t parent;
	ptrdiff_t at;

	if (span_search(s, 0, span_of("\0-bd", 4)) < 0 || !is_exim(pid))
		return false;
	n = read_proc(pid, "stat", text, sizeof(text));
	s = span_of(text, n > 0 ? (size_t)n : 0);
	at = span_rfind(s, ')');
	s = span_from(s, at < 0 ? s.n : (size_t)at + 4);
	at = span_find(s, 0, ' ');
	return at > 0 && span_u64(span_head(s, (size_t)at), &parent) && !is_exim((uint32_t)parent);
}

/* A pid file may be missing or another's: the process itself is asked what it is. */
void process_reload_exim(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL) {
		uint64_t pid, born;
		struct err unheard;
		char state;
		int fd;

		if (!span_u64(span_str(e->d_name), &pid) || pid < 2 || pid > INT32_MAX ||
		    !is_exim((uint32_t)pid) || !is_here((uint32_t)pid) ||
		    !process_stat((uint32_t)pid, &state, &born))
			continue;
		fd = process_open((uint32_t)pid, born, PLAN_NO_UID, &unheard);
		if (fd >= 0 && is_exim_daemon((uint32_t)pid))
			process_signal(fd, SIGHUP, &unheard);
		fd_close(fd);
	}
	if (dir)
		closedir(dir);
}

/* --- stop --------------------------------------------------------------------------------------- */

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == PLAN_NO_UID || v->pid < 2 || v->pid > INT32_MAX || v->born == 0)
		return err_set(err, EXIT_NOPERM, "a process is stopped only by pid, birth and uid");
	return 0;
}

static int look(struct work *w, struct err *err)
{
	int fd = process_open(w->action->pid, w->action->born, w->action->uid, err);

	if (fd < 0)
		return fd;
	close(fd);
	w->record->boot = process_boot(w->arena);
	/* without it nobody could tell later whether it is still that process */
	return w->record->boot.n ? 0 : err_sys(err, EXIT_IO, "this boot's number cannot be read");
}

static bool is_stopped(const struct action *v)
{
	uint64_t born;
	char state;

	return process_stat(v->pid, &state, &born) && born == v->born && (state == 'T' || state == 't');
}

static int make(struct work *w, struct err *err)
{
	const struct timespec nap = { .tv_nsec = 5000000 };
	int fd = process_open(w->action->pid, w->action->born, w->action->uid, err);
	int rc = fd < 0 ? fd : process_signal(fd, SIGSTOP, err);

	for (unsigned i = 0; rc == 0 && i < STOP_TRIES && !is_stopped(w->action); i++)
		nanosleep(&nap, NULL);
	if (rc == 0 && !is_stopped(w->action))
		buf_str(&w->text, "it will stop once the kernel lets go of it");
	fd_close(fd);
	return rc;
}

static int undo(struct work *w, struct err *err)
{
	struct span boot = process_boot(w->arena);
	int fd, rc = -EXIT_NOINPUT;

	if (boot.n == 0)
		return err_sys(err, EXIT_IO, "this boot's number cannot be read");
	/* after a boot the same pid, and even the same birth, may be another process */
	if (span_eq(boot, w->record->boot)) {
		fd = process_open(w->action->pid, w->action->born, PLAN_NO_UID, err);
		rc = fd < 0 ? fd : process_signal(fd, SIGCONT, err);
		fd_close(fd);
	}
	if (rc != -EXIT_NOINPUT)
		return rc;
	buf_str(&w->text, "it has ended meanwhile");
	return 0;
}

static int settle(struct work *w, enum settled *ret, struct err *err)
{
	*ret = is_stopped(w->action) ? MADE : NOT_MADE;
	return 0;
}

const struct kind kind_stop = { check, look, make, undo, settle, .closes = true };
