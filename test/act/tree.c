/*
 * tree - for tests: "tree show DIR" prints everything there is to know of a tree but ctime (type, mode, owner, size,
 * mtime, xattrs, links by group, holes, bytes); "tree grow DIR SEED UID" makes a random one and prints a plan that holds or
 * shuts each of its files.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* --- grow --------------------------------------------------------------------------------------- */

static uint64_t seed;

static unsigned dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static void name_made(char *out, unsigned number)
{
	static const char *const odd[] = { "\n",	   " ", "\x1b[31m", "\xff\xfe", "-rf",
					   "\xe2\x80\xae", "%", "'\"$(x)",  ".",	"ä" };

	snprintf(out, 256, "%s%u%s", dice(3) ? "f" : odd[dice(10)], number, dice(3) ? ".php" : odd[dice(8)]);
	if (dice(15) == 0) {
		memset(out, 'n', 240);
		snprintf(out + 240, 15, "%u", number);
	}
}

static void fill(int fd)
{
	char bytes[5000];
	unsigned n = dice(3) ? dice(5000) : 0;

	for (unsigned i = 0; i < n; i++)
		bytes[i] = (char)dice(256);
	if (write(fd, bytes, n) < 0)
		exit(9);
	if (dice(5) == 0 && ftruncate(fd, 100000 + dice(1000000)) == 0 && pwrite(fd, bytes, n, 70000) < 0)
		exit(9);
}

static void times(const char *path)
{
	struct timespec t[2] = { { 1000000000 + dice(700000000), dice(1000000000) },
				 { 1000000000 + dice(700000000), dice(1000000000) } };

	utimensat(AT_FDCWD, path, t, AT_SYMLINK_NOFOLLOW);
}

static void encode(const char *path)
{
	for (; *path; path++)
		printf(*path > 32 && *path < 127 && *path != '%' ? "%c" : "%%%02x", (unsigned char)*path);
}

/* user::rw-, user:1234:r--, group::r--, mask::r--, other::--- as in the kernel's posix_acl_xattr.h */
static void acl(const char *path)
{
	static const uint32_t list[] = { 2,	     0x00060001, UINT32_MAX, 0x00040002,
					 1234,	     0x00040004, UINT32_MAX, 0x00040010,
					 UINT32_MAX, 0x00000020, UINT32_MAX };

	if (setxattr(path, "system.posix_acl_access", list, sizeof(list), 0) < 0)
		fprintf(stderr, "no ACLs here: %s\n", strerror(errno));
}

static void grow_file(const char *top, const char *home, const char *path, unsigned uid)
{
	static const mode_t modes[] = { 0644, 0600, 0444, 0755, 0666, 0777, 0, 0640 };
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	bool shut = dice(4) == 0, locked = dice(2);
	mode_t mode = modes[dice(8)];

	if (fd < 0)
		return;
	fill(fd);
	if (fchown(fd, uid, uid) < 0 || fchmod(fd, mode) < 0)
		exit(9);
	close(fd);
	if (dice(3) == 0)
		setxattr(path, "user.note", path, strlen(path) % 60, 0);
	if (dice(4) == 0)
		acl(path);
	/* an action that finds no right to take away is refused */
	if (shut && !(mode & (locked ? 0777 : 0133)))
		return;
	printf(shut ? "modes\t%u\t%s\t%s " : "hold\t%u\t%s\t", uid, home, locked ? "000" : "644");
	encode(path + strlen(top) + (shut ? strlen(home) + 1 : 0));
	printf("\n");
}

/* TOP/home/alice is HOME. */
static void grow(const char *top, const char *home, unsigned uid)
{
	char folders[12][4096], path[8192], name[256];
	unsigned nfolders = 1, n = 3 + dice(15);

	snprintf(folders[0], sizeof(folders[0]), "%s%s", top, home);
	for (unsigned i = 0; i < n; i++) {
		name_made(name, i);
		if (snprintf(path, sizeof(path), "%s/%s", folders[dice(nfolders)], name) >= 3500)
			continue;
		switch (dice(8)) {
		case 0:
		case 1:
			if (nfolders < 12 && mkdir(path, 0700) == 0 && lchown(path, uid, uid) == 0 &&
			    chmod(path, dice(2) ? 0755 : 02750) == 0)
				snprintf(folders[nfolders++], sizeof(folders[0]), "%.4095s", path);
			break;
		case 2:
			if (symlink(dice(2) ? "/etc/passwd" : name, path) == 0 && lchown(path, uid, uid) == 0)
				times(path);
			break;
		case 3:
			if (mkfifo(path, 0600) == 0 && lchown(path, uid, uid) == 0)
				times(path);
			break;
		default:
			grow_file(top, home, path, uid);
			times(path);
		}
	}
	while (nfolders--)
		times(folders[nfolders]);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "show") == 0) {
		if (chdir(argv[2]) < 0)
			return 9;
		tree_show(stdout, ".", 0);
		return 0;
	}
	if (argc != 5 || strcmp(argv[1], "grow") != 0)
		return 64;
	seed = strtoull(argv[3], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	umask(0);
	grow(argv[2], "/home/alice", (unsigned)strtoul(argv[4], NULL, 10));
	return 0;
}
