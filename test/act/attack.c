/*
 * attack - for tests: an account that exchanges things under our eyes, for some seconds, as uid 2001 (the mount as root):
 * attack KIND HOME OUTSIDE SECONDS. HOME/www/x.php is what is acted on; OUTSIDE holds what must not be touched.
 *
 * "attack naive HOME OUTSIDE SECONDS" is the victim that looks first and acts by name afterwards.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static char www[4096], x[4096], outside[4096], spare[4096], other[4096];

static void swap(const char *a, const char *b)
{
	syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

static void file_made(const char *path, const char *bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0666);

	if (fd >= 0 && write(fd, bytes, strlen(bytes)) < 0)
		exit(9);
	if (fd >= 0)
		close(fd);
}

static void dirlink(int i)
{
	if (i == 0 && symlink(outside, spare) < 0)
		exit(9);
	swap(www, spare);
}

static void filelink(int i)
{
	if (i == 0 && symlink(other, spare) < 0)
		exit(9);
	swap(x, spare);
}

static void hardlink(int i)
{
	unlink(x);
	if (i & 1)
		swap(x, x), (void)!link(other, x);
	else
		file_made(x, "mine");
}

static void parentmove(int i)
{
	rename(www, spare);
	if (i % 3 == 0)
		mkdir(www, 0755);
	rmdir(www);
	rename(spare, www);
}

static void namereuse(int i)
{
	file_made(spare, i & 1 ? "one" : "two");
	if (i & 2)
		rename(spare, x);
	else
		swap(spare, x);
}

static void mounted(int i)
{
	if (mount(outside, www, NULL, MS_BIND, NULL) == 0)
		umount2(www, MNT_DETACH);
}

static void fifo(int i)
{
	if (i == 0)
		mkfifo(spare, 0666);
	swap(x, spare);
}

static void inodereuse(int i)
{
	unlink(x);
	file_made(x, i & 1 ? "a" : "b");
}

static void acl(int i)
{
	static const unsigned wide[] = { 2,   0x00070001, ~0u, 0x00070002, 1234, 0x00070004,
					 ~0u, 0x00070010, ~0u, 0x00070020, ~0u };

	if (i & 1)
		setxattr(x, "system.posix_acl_access", wide, sizeof(wide), 0);
	else
		removexattr(x, "system.posix_acl_access");
	chmod(x, i & 2 ? 0666 : 0644);
}

static void lease(int i)
{
	static int fd = -1;

	if (fd < 0 && (fd = open(x, O_RDONLY | O_NONBLOCK)) >= 0)
		fcntl(fd, F_SETLEASE, F_WRLCK);
	if (i % 1000 == 999 && fd >= 0) {
		close(fd);
		fd = -1;
	}
}

static void sock(int i)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (i == 0) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		snprintf(a.sun_path, sizeof(a.sun_path), "%.100s", spare);
		if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
			exit(9);
	}
	swap(x, spare);
}

static void writing(int i)
{
	static int fd = -1;

	if (fd < 0 || i % 50 == 0) {
		if (fd >= 0)
			close(fd);
		fd = open(x, O_WRONLY | O_NONBLOCK | O_CREAT, 0666);
	}
	if (ftruncate(fd, i % 7) < 0 || pwrite(fd, "w", 1, i % 9) < 0)
		return;
}

/* Who looks at his files runs as him: whatever of ours he may stop or end is stopped, and ended in the end. */
static void stopping(int i)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc && (d = readdir(proc))) {
		char path[300], name[32] = "";
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/comm", d->d_name);
		fd = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
		if (fd < 0)
			continue;
		if (read(fd, name, sizeof(name) - 1) > 0 && strcmp(name, "spamtrail\n") == 0)
			kill(atoi(d->d_name), i % 4 < 3 ? SIGSTOP : SIGKILL);
		close(fd);
	}
	if (proc)
		closedir(proc);
}

/* Looks, then acts by name: what a script with chmod and mv does. */
static void naive(int i)
{
	struct stat st;

	if (lstat(x, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 2001)
		chmod(x, st.st_mode & 0700);
	(void)i;
}

static const struct {
	const char *name;
	void (*go)(int i);
} kinds[] = {
	{ "dirlink", dirlink },
	{ "filelink", filelink },
	{ "hardlink", hardlink },
	{ "parentmove", parentmove },
	{ "namereuse", namereuse },
	{ "mount", mounted },
	{ "fifo", fifo },
	{ "inodereuse", inodereuse },
	{ "acl", acl },
	{ "lease", lease },
	{ "socket", sock },
	{ "writing", writing },
	{ "stopping", stopping },
	{ "naive", naive },
};

int main(int argc, char **argv)
{
	time_t end;
	size_t k = 0;

	if (argc != 5)
		return 64;
	while (k < sizeof(kinds) / sizeof(*kinds) && strcmp(kinds[k].name, argv[1]) != 0)
		k++;
	if (k == sizeof(kinds) / sizeof(*kinds))
		return 64;
	snprintf(www, sizeof(www), "%.2000s/www", argv[2]);
	snprintf(x, sizeof(x), "%.2000s/www/x.php", argv[2]);
	snprintf(spare, sizeof(spare), "%.2000s/spare", argv[2]);
	snprintf(outside, sizeof(outside), "%s", argv[3]);
	snprintf(other, sizeof(other), "%.2000s/x.php", argv[3]);
	signal(SIGIO, SIG_IGN);
	umask(0);
	if (strcmp(argv[1], "mount") != 0 && strcmp(argv[1], "naive") != 0 &&
	    (setgid(2001) < 0 || setuid(2001) < 0))
		return 9;
	end = time(NULL) + atoi(argv[4]);
	for (int i = 0; time(NULL) < end; i++)
		kinds[k].go(i);
	return 0;
}
