/*
 * cost - what a command costs: CPU of all its processes, wall clock, time to its first byte, and the sum of the
 * peak resident memory of the processes it consists of.
 *
 *   cost [-m] [-o FILE] COMMAND...    prints "CPU WALL FIRST PEAK_KIB EXIT" (seconds, microsecond digits)
 *
 * Its output goes through a pipe, to FILE or away (a program whose output is /dev/null may stop early). With -m
 * /proc is looked at every 5 ms: each process's own high-water mark (VmHWM) counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES 256

struct peaks {
	pid_t pid[PROCESSES];
	long kib[PROCESSES];
	size_t n;
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long high_water(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

static void note(struct peaks *p, pid_t pid)
{
	char path[80];
	long kib = high_water(pid);
	size_t i = 0;
	int child;
	FILE *f;

	while (i < p->n && p->pid[i] != pid)
		i++;
	if (i == p->n && p->n < PROCESSES)
		p->pid[p->n++] = pid;
	if (i < PROCESSES && kib > p->kib[i])
		p->kib[i] = kib;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fscanf(f, "%d", &child) == 1)
		note(p, child);
	fclose(f);
}

/* Reads the command's output to its end; returns the time of its first byte. */
static double drain(int from, int to, pid_t pid, struct peaks *peaks)
{
	static char block[1 << 16];
	double first = 0;

	for (;;) {
		struct pollfd fd = { .fd = from, .events = POLLIN };
		ssize_t n;

		if (peaks)
			note(peaks, pid);
		if (poll(&fd, 1, peaks ? 5 : -1) == 0)
			continue;
		n = read(from, block, sizeof(block));
		if (n <= 0)
			return first;
		if (first == 0)
			first = seconds();
		if (to >= 0 && write(to, block, (size_t)n) != n)
			perror("cost: write");
	}
}

int main(int argc, char **argv)
{
	static struct peaks peaks;
	bool memory = false;
	int out = -1, pipes[2], status, c;
	struct rusage ru;
	double began, first;
	long sum = 0;
	pid_t pid;

	while ((c = getopt(argc, argv, "+mo:")) != -1) {
		if (c == 'm')
			memory = true;
		else if (c == 'o')
			out = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		else
			return 64;
	}
	if (optind == argc || pipe2(pipes, O_CLOEXEC))
		return 64;
	began = seconds();
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execvp(argv[optind], argv + optind);
		perror(argv[optind]);
		_exit(127);
	}
	close(pipes[1]);
	first = drain(pipes[0], out, pid, memory ? &peaks : NULL);
	if (pid < 0 || wait4(pid, &status, 0, &ru) < 0)
		return 71;
	for (size_t i = 0; i < peaks.n; i++)
		sum += peaks.kib[i];
	printf("%ld.%06ld %.6f %.6f %ld %d\n",
	       (long)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec +
		      (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000000),
	       (long)((ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) % 1000000), seconds() - began,
	       first > 0 ? first - began : 0, sum ? sum : ru.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}
