/*
 * killat - runs a program and kills it with SIGKILL before its Nth system call takes effect; N 0: lets it run, and writes
 * what it calls to LOG, one name or number a line. Usage: killat N LOG PROGRAM [ARGUMENT...]
 *
 * With a call's name in place of N, the program LOG is run before the first of these calls takes effect: what somebody else
 * does at just that moment.
 *
 * strace(1) cannot: the count of its inject=all:when=N is each system call's own, so that most gaps between two calls are
 * never hit. Only the program itself is counted, nobody it starts. Exit: its own, or 128 and the signal.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Those that the suites look for. */
static const char *name_of(unsigned long long nr, char room[24])
{
	switch (nr) {
	case SYS_recvmsg:
		return "recvmsg";
	case SYS_renameat2:
		return "renameat2";
	case SYS_clone:
	case SYS_clone3:
#ifdef SYS_fork
	case SYS_fork:
	case SYS_vfork:
#endif
		return "fork";
	case SYS_ppoll:
#ifdef SYS_poll
	case SYS_poll:
#endif
		return "poll";
	default:
		snprintf(room, 24, "%llu", nr);
		return room;
	}
}

static unsigned long long entered(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return ~0ull;
	return info.entry.nr;
}

/* Somebody else's program, to its end. */
static void let(const char *program)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int ended(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	const char *call = argc > 3 && (argv[1][0] < '0' || argv[1][0] > '9') ? argv[1] : NULL;
	unsigned long at = argc > 3 ? strtoul(argv[1], NULL, 10) : 0, n = 0;
	FILE *log = argc > 3 ? fopen(call ? "/dev/null" : argv[2], "we") : NULL;
	int status, signal = 0;
	char room[24];
	pid_t pid;

	if (!log || (pid = fork()) < 0) {
		fputs("usage: killat N|CALL LOG|PROGRAM PROGRAM [ARGUMENT...]\n", stderr);
		return 64;
	}
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			_exit(71);
		execv(argv[3], argv + 3);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		return 71;
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (;;) {
		unsigned long long nr;

		ptrace(PTRACE_SYSCALL, pid, 0, signal);
		if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
			break;
		signal = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
		nr = signal ? ~0ull : entered(pid);
		if (nr == ~0ull)
			continue;
		if (call && strcmp(name_of(nr, room), call) == 0) {
			let(argv[2]);
			call = NULL;
		}
		if (++n == at)
			kill(pid, SIGKILL);
		if (at == 0)
			fprintf(log, "%s\n", name_of(nr, room));
	}
	fclose(log);
	return ended(status);
}
