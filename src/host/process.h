/*
 * process - one process as /proc tells it.
 *
 * Everything is read through a descriptor of /proc with plain relative names, so that it works inside the confined
 * process reader and on a tree of files that a test has made.
 *
 * TRUST: the kernel's text; but names of executables and folders and the command line are the suspect's own
 * spelling: any byte but NUL, newlines too. Nothing is searched in them for keys, all lengths are capped.
 */
#ifndef SPAMTRAIL_HOST_PROCESS_H
#define SPAMTRAIL_HOST_PROCESS_H

#include "base/span.h"

#define PROCESS_PATH 1024
#define PROCESS_ARGS 1024
#define PROCESS_CGROUP 256

struct process {
	uint32_t pid, parent;
	uint32_t uid; /* effective */
	bool deleted;
	struct {
		char p[PROCESS_PATH];
		size_t n;
	} exe, cwd;
	char args[PROCESS_ARGS]; /* each ended by NUL */
	size_t nargs;            /* bytes */
	char cgroup[PROCESS_CGROUP];
	size_t ncgroup;
};

/* Where /proc is, and what the names in it count from. */
struct proc {
	int fd;
	char root[PROCESS_PATH]; /* of the command line, as this process sees it: "" or "/srv/chroot"; taken off names */
	size_t nroot;
	uint64_t netns; /* of this process, 0 = unknown */
};

/* FD of /proc stays the caller's. SELF and COMMAND_LINE are pids; the latter's root is taken off names. */
void proc_begin(struct proc *p, int fd, uint32_t self, uint32_t command_line);
/* The parent of PID, alone and quickly; 0: it has gone (or is only waited for). */
uint32_t process_parent(const struct proc *p, uint32_t pid);
/* Clock ticks that PID has used, with its threads, and its resident pages. False: it has gone. */
bool process_usage(const struct proc *p, uint32_t pid, uint64_t *ret_ticks, uint64_t *ret_pages);
/* Its executable alone, into OUT; 0: it has gone, or may not be looked into. */
size_t process_program(const struct proc *p, uint32_t pid, char *out, size_t room);
/* Identity only: uid, parent, executable. False: it has gone, or may not be looked into. */
bool process_read(const struct proc *p, uint32_t pid, struct process *ret_process);
/* The rest: folder, arguments, cgroup. */
bool process_read_more(const struct proc *p, struct process *process);
/* In another network namespace than ours? Unknown counts as no. */
bool process_elsewhere(const struct proc *p, uint32_t pid);

/* Of /proc/PID/status: the effective uid and the parent. Also for fuzzing. */
bool process_parse_status(struct span text, struct process *ret_process);
/* Of /proc/PID/stat: the parent, 0 of a zombie or where it makes no sense. Also for fuzzing. */
uint32_t process_parse_parent(struct span text);
/* Of /proc/PID/stat: utime + stime, and rss. Also for fuzzing. */
bool process_parse_usage(struct span text, uint64_t *ret_ticks, uint64_t *ret_pages);
/* The file that an interpreter was given (php x.php, perl -w x.pl), beneath CWD where it is relative, into OUT;
 * 0 where there is none. EXE decides what an interpreter is, never argv[0]. */
size_t process_script(struct span exe, struct span args, struct span cwd, char *out, size_t room);
/* A shell that was given a command (-c): it stands between its caller and the program, and says nothing itself. */
bool process_is_shell(struct span exe, struct span args);

#endif
