/*
 * numbers - see numbers.h. getdents64(2), proc(5).
 *
 * Promises: works where only a few calls are allowed, opens through the descriptor of /proc and nothing else,
 * allocates nothing. A process that ends meanwhile is simply not given.
 *
 * TRUST: the kernel's records; lengths in them are believed.
 */
#include "host/numbers.h"

#include "base/span.h"
#include "sys/beneath.h"
#include "sys/procroot.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int numbers_open(struct numbers *s, int dir, const char *name)
{
	s->fd = procroot_open(dir, name, true);
	s->at = s->n = 0;
	return s->fd;
}

bool numbers_next(struct numbers *s, uint32_t *ret)
{
	for (;;) {
		const struct dirent64 *d;
		uint64_t value;

		if (s->at == s->n) {
			long n = syscall(SYS_getdents64, s->fd, s->entries, sizeof(s->entries));

			if (n <= 0)
				return false;
			s->at = 0;
			s->n = (size_t)n;
		}
		d = (const void *)(s->entries + s->at);
		s->at += d->d_reclen;
		if (!span_u64(span_str(d->d_name), &value) || value > UINT32_MAX)
			continue;
		*ret = (uint32_t)value;
		return true;
	}
}

void numbers_close(struct numbers *s)
{
	close(s->fd);
}

bool numbers_owner(int proc_fd, uint32_t pid, uint32_t *ret_uid)
{
	struct file_status st;
	struct err err;
	char name[16];
	int fd;
	bool known;

	snprintf(name, sizeof(name), "%u", pid);
	fd = procroot_open(proc_fd, name, true);
	if (fd < 0)
		return false;
	known = descriptor_status(fd, &st, &err) == 0;
	close(fd);
	if (known)
		*ret_uid = st.uid;
	return known;
}
