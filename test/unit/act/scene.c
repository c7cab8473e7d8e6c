/*
 * scene - see scene.h.
 */
#include "scene.h"
#include "faulty.h"
#include "../../act/driver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HOLD "hold\t2001\t/home/alice\t/home/alice/www/x.php\n"
#define EDIT "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new"
#define MAKE "make\t-\t/\t/etc/postfix/list\t%s/list\t644\n"
#define PUT "put\t2001\t/home/alice\t/home/alice/www/clean.php\t%s/list\t644\n"
#define EXIM "1xYaaa-00005S-2L\t1xYbbb-00005S-2L"
#define CHECKED "\t/usr/sbin/postfix\tcheck\t--\t/usr/sbin/postfix\treload\n"

const struct scene scenes[] = {
	{ .name = "a file is held", .lines = HOLD },
	{ .name = "a file is held, on another file system", .lines = HOLD, .far = true },
	{ .name = "a file with set-id bits and attributes is held",
	  .lines = HOLD,
	  .before = "chmod 6755 root/home/alice/www/x.php; setfattr -n user.a -v b root/home/alice/www/x.php "
		    "|| :",
	  .less = true },
	{ .name = "a held file's name is taken meanwhile",
	  .lines = HOLD,
	  .between = "echo a >root/home/alice/www/x.php" },
	{ .name = "a file is edited", .lines = EDIT "\n" },
	{ .name = "a file is edited, checked and told", .lines = EDIT CHECKED },
	{ .name = "an edited file is changed by others",
	  .lines = EDIT CHECKED,
	  .between = "sed -i 's/one = 1/one = 11/' root/etc/postfix/main.cf" },
	{ .name = "an edited file is gone meanwhile",
	  .lines = EDIT "\n",
	  .between = "rm root/etc/postfix/main.cf" },
	{ .name = "a file is made", .lines = MAKE },
	{ .name = "a made file is gone meanwhile", .lines = MAKE, .between = "rm root/etc/postfix/list" },
	{ .name = "a clean file is put", .lines = PUT, .stays = true },
	{ .name = "a home's file is edited",
	  .lines = "edit\t2001\t/home/alice\t/home/alice/www/.htaccess\t%s/old\t%s/new\n",
	  .before = "cp old root/home/alice/www/.htaccess; setfattr -n user.a -v b "
		    "root/home/alice/www/.htaccess || :;"
		    "chown 2001 root/home/alice/www/.htaccess" },
	{ .name = "rights are taken away",
	  .lines = "modes\t2001\t/home/alice\t644 www/x.php\t755 .\t755 www\n",
	  .before = "chmod 4666 root/home/alice/www/x.php; chmod 777 root/home/alice; chmod 2777 "
		    "root/home/alice/www",
	  .less = true },
	{ .name = "messages of Postfix are held", .lines = "release\tBBBB\nqueue\tpostfix\tAAAA\tBBBB\n" },
	{ .name = "messages of Exim are held", .lines = "queue\texim\t" EXIM "\n" },
	{ .name = "messages are frozen by an old Exim",
	  .lines = "free\t" EXIM "\nqueue\texim\t" EXIM "\n",
	  .before = ": >mail/old-exim; : >has/exim4" },
	{ .name = "held messages of Postfix go on",
	  .lines = "letgo\tpostfix\tAAAA\n",
	  .before = "mv mail/queue/AAAA mail/hold" },
	{ .name = "messages of Postfix are removed",
	  .lines = "remove\tpostfix\tAAAA\tBBBB\n",
	  .forever = true },
	{ .name = "messages of Exim are removed", .lines = "remove\texim\t" EXIM "\n", .forever = true },
	{ .name = "the queue of Postfix is flushed", .lines = "flush\tpostfix\n", .forever = true },
	{ .name = "messages of Postfix are flushed",
	  .lines = "flush\tpostfix\tAAAA\tBBBB\n",
	  .forever = true },
	{ .name = "messages of Exim are flushed", .lines = "flush\texim\t" EXIM "\n", .forever = true },
	{ .name = "a uid is blocked", .lines = "firewall\tuid\t2001\n" },
	{ .name = "the brake is pulled", .lines = "firewall\tbrake\n" },
	{ .name = "a panel's command is run",
	  .lines = "command\t/usr/local/cpanel/bin/"
		   "whmapi1\t--output=json\thold_outgoing_email\tuser=alice\t--\t"
		   "/usr/local/cpanel/bin/whmapi1\t--output=json\trelease_outgoing_email\tuser=alice\n" },
	{ .name = "Exim's configuration is made anew",
	  .lines = EDIT "\t/usr/sbin/exim4\t-C\t{}\t-bV\t--\treload-exim\n",
	  .before = ": >has/update-exim4.conf" },
	{ .name = "cPanel's configuration is made anew",
	  .lines = EDIT "\t/usr/sbin/exim4\t-C\t{}\t-bV\t--\treload-exim\n",
	  .before = ": >has/buildeximconf" },
	{ .name = "a process is stopped", .lines = "stop\t2001\t%p\n" },
	{ .name = "a connection is closed", .lines = "close\t2001\t%c\n", .network = true, .forever = true },
	{ .name = "a client's sessions are closed",
	  .lines = "logout\tsmtp\t127.0.0.1\n",
	  .network = true,
	  .forever = true },
	{ .name = "a login's sessions are ended",
	  .lines = "logout\timap\tinfo@shop.example\n",
	  .forever = true },
};
const unsigned nscenes = sizeof(scenes) / sizeof(*scenes);

const struct scene *scene_of(const char *name)
{
	for (unsigned i = 0; i < nscenes; i++)
		if (strcmp(scenes[i].name, name) == 0)
			return &scenes[i];
	abort();
}

static pid_t sleeper;
static int listener = -1, client = -1, served = -1;
static char ends[100], *answers;
static bool networked, attributes;

void scene_shell(const char *line)
{
	char all[2048];

	snprintf(all, sizeof(all), "cd %s && { %s; }", dir, line);
	if (system(all) != 0)
		abort();
}

bool scene_is_so(const char *line)
{
	char all[1024];

	snprintf(all, sizeof(all), "cd %s && { %s; } >/dev/null 2>&1", dir, line);
	return system(all) == 0;
}

static void file(const char *name, const char *text, uid_t uid)
{
	const struct timespec then[2] = { { .tv_sec = 1700000000 }, { .tv_sec = 1700000001, .tv_nsec = 5 } };
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chown(path, uid, uid) < 0 ||
	    utimensat(AT_FDCWD, path, then, 0) < 0)
		abort();
}

static void folder(const char *name, mode_t mode, uid_t uid)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (mkdir(path, 0700) < 0 || chmod(path, mode) < 0 || chown(path, uid, uid) < 0)
		abort();
}

static int drop(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	if (at->level && strcmp(path + strlen(dir), "/far") != 0)
		return remove(path);
	return 0;
}

/* A folder's time shows whoever has changed it since. */
static int age(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	const struct timespec then[2] = { { .tv_sec = 1700000002 }, { .tv_sec = 1700000003, .tv_nsec = 7 } };

	return flag == FTW_D ? utimensat(AT_FDCWD, path, then, 0) : 0;
}

/* One connection of uid 2001's to port 25 of this network. */
static void connect_anew(void)
{
	struct sockaddr_in far = { .sin_family = AF_INET,
				   .sin_port = htons(25),
				   .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in own;
	socklen_t n = sizeof(own);

	if (client >= 0)
		close(client);
	if (served >= 0)
		close(served);
	if (seteuid(2001) < 0 || (client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
	    seteuid(0) < 0 || connect(client, (struct sockaddr *)&far, sizeof(far)) < 0 ||
	    (served = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0 ||
	    getsockname(client, (struct sockaddr *)&own, &n) < 0)
		abort();
	snprintf(ends, sizeof(ends), "127.0.0.1:%u\t127.0.0.1:25", ntohs(own.sin_port));
}

void scene_fresh(const struct scene *s)
{
	fault.after = -1;
	nftw(dir, drop, 20, FTW_DEPTH | FTW_PHYS);
	folder("root", 0755, 0);
	folder("root/etc", 0755, 0);
	folder("root/etc/postfix", 0755, 0);
	folder("root/home", 0755, 0);
	folder("root/home/alice", 0711, 2001);
	folder("root/home/alice/www", 0755, 2001);
	folder(s->far ? "far/state" : "state", 0700, 0);
	folder("mail", 0755, 0);
	folder("mail/queue", 0755, 0);
	folder("mail/hold", 0755, 0);
	folder("mail/frozen", 0755, 0);
	folder("mail/locked", 0755, 0);
	folder("has", 0755, 0);
	file("root/etc/passwd", "root:x:0:0::/root:/bin/sh\npostfix:x:2090:2090::/:/bin/false\n", 0);
	file("root/etc/postfix/main.cf", "one = 1\ntwo = 2\nthree = 3\n", 0);
	file("old", "one = 1\ntwo = 2\nthree = 3\n", 0);
	file("new", "one = 1\ntwo = 2\n  alice\nthree = 3\n", 0);
	file("list", "alice HOLD\n", 0);
	file("root/home/alice/www/x.php", "<?php mail(); ?>", 2001);
	file("mail/queue/AAAA", "a", 0);
	file("mail/queue/BBBB", "b", 0);
	file("mail/queue/1xYaaa-00005S-2L", "c", 0);
	file("mail/queue/1xYbbb-00005S-2L", "d", 0);
	kill(sleeper, SIGCONT);
	if (s->network)
		connect_anew();
	if (s->before)
		scene_shell(s->before);
	nftw(dir, age, 20, FTW_PHYS);
}

/* TEXT with DIR, the process and the connection put in. */
static void fill(const char *text, char *out, size_t room)
{
	size_t n = 0;

	for (; *text && n + 100 < room; text++) {
		if (text[0] != '%')
			out[n++] = *text;
		else if (*++text == 's')
			n += (size_t)snprintf(out + n, room - n, "%s", dir);
		else if (*text == 'p')
			n += (size_t)snprintf(out + n, room - n, "%d", sleeper);
		else
			n += (size_t)snprintf(out + n, room - n, "%s", ends);
	}
	out[n] = '\0';
}

const char *scene_drive(const char *lines, int *ret_rc)
{
	char in[20000], state[96], root[96];
	FILE *from, *to;
	struct stat st;
	size_t n;
	int rc;

	fill(lines, in, sizeof(in));
	free(answers);
	from = fmemopen(in, strlen(in), "r");
	to = open_memstream(&answers, &n);
	snprintf(state, sizeof(state), "%s/state", dir);
	if (lstat(state, &st) < 0)
		snprintf(state, sizeof(state), "%s/far/state", dir);
	snprintf(root, sizeof(root), "%s/root", dir);
	rc = drive(state, root, from, to);
	if (ret_rc)
		*ret_rc = rc;
	fclose(from);
	fclose(to);
	return answers;
}

const char *scene_do(const struct scene *s)
{
	char lines[1024];

	snprintf(lines, sizeof(lines), "incident\tk\n%sapply\n", s->lines);
	return scene_drive(lines, NULL);
}

void scene_between(const struct scene *s)
{
	if (s->between)
		scene_shell(s->between);
}

static char state_of(pid_t pid)
{
	char path[64], text[512] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f) || !strrchr(text, ')'))
		return '?';
	fclose(f);
	return strrchr(text, ')')[2];
}

/* Hold stores are no part of the machine. */
static char *without_stores(char *text)
{
	char *to = text;

	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		if (memmem(line, (size_t)(end - line), ".spamtrail-hold", 15))
			continue;
		memmove(to, line, (size_t)(end + 1 - line));
		to += end + 1 - line;
	}
	*to = '\0';
	return text;
}

char *scene_see(bool brief)
{
	char path[96], *text, c = 0;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	snprintf(path, sizeof(path), "%s/root", dir);
	tree_show(out, path, brief);
	snprintf(path, sizeof(path), "%s/mail", dir);
	tree_show(out, path, 1);
	fprintf(out, "process %c\n", state_of(sleeper) == 'T' ? 'T' : 'S');
	if (client >= 0)
		fprintf(out, "connection %s\n",
			recv(client, &c, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN ? "open" : "closed");
	fclose(out);
	return without_stores(text);
}

bool scene_networked(void)
{
	return networked;
}

static int held;

static int count(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	const char *name = path + at->base;

	if (flag == FTW_F && (strstr(path, "/.spamtrail-hold/") || strstr(path, "/hold/")) &&
	    !strstr(path, "/mail/") && !strstr(name, ".rec"))
		held++;
	return 0;
}

int scene_held(void)
{
	held = 0;
	nftw(dir, count, 20, FTW_PHYS);
	return held;
}

static void begin_network(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(25),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int one = 1;

	if (unshare(CLONE_NEWNET) < 0)
		return;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	networked = listener >= 0 && ioctl(listener, SIOCSIFFLAGS, &lo) == 0 &&
		    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
		    bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(listener, 5) == 0;
	if (networked)
		connect_anew();
}

/* Memory is faster, but attributes are kept there since Linux 6.6 only. */
static bool folder_in(const char *place)
{
	bool last = strcmp(place, "/tmp") == 0;

	snprintf(dir, sizeof(dir), "%s/spamtrail-scene.XXXXXX", place);
	if (!mkdtemp(dir) || chmod(dir, 0755) < 0)
		return false;
	attributes = setxattr(dir, "user.a", "b", 1, 0) == 0;
	if (!attributes && !last)
		rmdir(dir);
	return attributes || last;
}

bool scene_keeps_attributes(void)
{
	return attributes;
}

int scene_make(void **state)
{
	char far[96], none;
	int ready[2];

	if (geteuid() != 0)
		return 0;
	umask(022);
	/* nohup has it ignored, and a shell cannot take back what was ignored when it began */
	signal(SIGHUP, SIG_DFL);
	faulty_begin();
	if (!folder_in("/dev/shm") && !folder_in("/tmp"))
		return -1;
	snprintf(far, sizeof(far), "%s/far", dir);
	if (mkdir(far, 0755) < 0)
		return -1;
	/* else it is the same file system, and the tests of that say less */
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("far", far, "tmpfs", 0, "mode=755") < 0)
		fprintf(stderr, "# no other file system can be mounted\n");
	begin_network();
	if (pipe(ready) < 0)
		return -1;
	sleeper = fork();
	if (sleeper == 0) {
		if (setresgid(2001, 2001, 2001) < 0 || setresuid(2001, 2001, 2001) < 0)
			_exit(9);
		prctl(PR_SET_DUMPABLE, 1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	/* its end: he is who he shall be */
	if (read(ready[0], &none, 1) != 0)
		return -1;
	close(ready[0]);
	return 0;
}

int scene_drop(void **state)
{
	char far[96];

	if (geteuid() != 0)
		return 0;
	kill(sleeper, SIGKILL);
	waitpid(sleeper, NULL, 0);
	nftw(dir, drop, 20, FTW_DEPTH | FTW_PHYS);
	snprintf(far, sizeof(far), "%s/far", dir);
	umount(far);
	rmdir(far);
	rmdir(dir);
	return 0;
}
