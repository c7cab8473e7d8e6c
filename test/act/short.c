/*
 * short - preloaded: the Nth write of the program does only half of what it was asked for. Usage: SHORT_AT=N LD_PRELOAD=libshort.so
 *
 * strace(1) can make calls fail but not shorten them.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t shortened(size_t n)
{
	static long calls;
	const char *at = getenv("SHORT_AT");

	return at && n > 1 && ++calls == strtol(at, NULL, 10) ? n / 2 : n;
}

ssize_t write(int fd, const void *p, size_t n)
{
	return syscall(SYS_write, fd, p, shortened(n));
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	return syscall(SYS_pwrite64, fd, p, shortened(n), at);
}
