/*
 * show - of a tree everything there is to know but ctime: type, mode, owner, size, mtime, xattrs, links by group, holes, bytes.
 */
#include "driver.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static uint64_t sum_bytes(uint64_t h, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const unsigned char *)p)[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t sum_file(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_NOATIME);
	char piece[65536];
	uint64_t h = 14695981039346656037u;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		h = sum_bytes(h, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	return h;
}

static void show_xattrs(FILE *out, const char *path)
{
	char names[8192], value[8192];
	ssize_t n = llistxattr(path, names, sizeof(names));

	for (ssize_t i = 0; i < n; i += (ssize_t)strlen(names + i) + 1) {
		ssize_t v = lgetxattr(path, names + i, value, sizeof(value));

		fprintf(out, " %s=%016llx", names + i,
			(unsigned long long)sum_bytes(7, value, v > 0 ? (size_t)v : 0));
	}
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

void tree_show(FILE *out, const char *path, int brief)
{
	char text[4096], below[8192];
	struct dirent **list;
	struct stat st;
	int n;

	if (lstat(path, &st) < 0)
		return;
	for (const char *c = path; *c; c++)
		fprintf(out, *c > 32 && *c < 127 && *c != '%' ? "%c" : "%%%02x", (unsigned char)*c);
	fprintf(out, " %o %u:%u", st.st_mode, st.st_uid, st.st_gid);
	if (!brief)
		fprintf(out, " %lld.%09ld ino=%llu", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			(unsigned long long)st.st_ino);
	fprintf(out, " links=%llu", S_ISDIR(st.st_mode) ? 0ull : (unsigned long long)st.st_nlink);
	show_xattrs(out, path);
	if (S_ISREG(st.st_mode))
		fprintf(out, " size=%lld blocks=%lld sum=%016llx", (long long)st.st_size,
			(long long)st.st_blocks, (unsigned long long)sum_file(AT_FDCWD, path));
	if (S_ISLNK(st.st_mode) && (n = (int)readlink(path, text, sizeof(text))) > 0)
		fprintf(out, " to=%016llx", (unsigned long long)sum_bytes(9, text, (size_t)n));
	fprintf(out, "\n");
	if (!S_ISDIR(st.st_mode) || (n = scandir(path, &list, NULL, by_name)) < 0)
		return;
	for (int i = 0; i < n; i++) {
		if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0 &&
		    snprintf(below, sizeof(below), "%s/%s", path, list[i]->d_name) < (int)sizeof(below))
			tree_show(out, below, brief);
		free(list[i]);
	}
	free(list);
}
