/*
 * process, sockets, observed: what /proc and the kernel say, on texts and records made here and on a tree of files
 * that looks like /proc. The suspect chooses names, arguments and how many of them there are.
 */
#include "base/arena.h"
#include "host/lookout.h"
#include "host/observed.h"
#include "host/process.h"
#include "host/sockets.h"
#include "host/watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define ALL(literal) ((struct span){ (literal), sizeof(literal) - 1 })

/* --- texts ---------------------------------------------------------------------------------------- */

static void test_parent_survives_names(void **state)
{
	assert_int_equal(process_parse_parent(ALL("12 (bash) S 3 12 12 0")), 3);
	assert_int_equal(process_parse_parent(ALL("12 (x) S 666 (y) S 7 12 0")), 7);
	assert_int_equal(process_parse_parent(ALL("12 (a\n) R 9 1 2")), 9);
	assert_int_equal(process_parse_parent(ALL("12 (dead) Z 3 12 12")), 0);
	assert_int_equal(process_parse_parent(ALL("12 (x) S")), 0);
	assert_int_equal(process_parse_parent(ALL("")), 0);
}

static void test_usage(void **state)
{
	uint64_t ticks = 0, pages = 0;

	assert_true(process_parse_usage(
		ALL("12 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 70 30 13 14 15 16 17 18 19 20 555 22\n"), &ticks,
		&pages));
	assert_int_equal(ticks, 100);
	assert_int_equal(pages, 555);
	assert_false(process_parse_usage(ALL("12 (a) S 1 2 3"), &ticks, &pages));
	assert_false(process_parse_usage(
		ALL("12 (a) S 1 2 3 4 5 6 7 8 9 10 x 30 13 14 15 16 17 18 19 20 555"), &ticks, &pages));
	assert_false(process_parse_usage(ALL(""), &ticks, &pages));
}

static void test_status(void **state)
{
	struct process p;

	assert_true(process_parse_status(ALL("Name:\tUid:\\n\nPPid:\t41\nUid:\t2001\t0\t0\t0\n"), &p));
	assert_int_equal(p.parent, 41);
	assert_int_equal(p.uid, 0);
	assert_false(process_parse_status(ALL("PPid:\t41\nUid:\t2001\n"), &p));
	assert_false(process_parse_status(ALL("PPid:\t-1\nUid:\t1\t1\t1\t1\n"), &p));
}

static void script(const char *exe, struct span args, const char *want)
{
	char out[64];
	size_t n = process_script(span_str(exe), args, ALL("/home/alice"), out, sizeof(out));

	assert_int_equal(n, strlen(want));
	assert_memory_equal(out, want, n);
}

static void test_script(void **state)
{
	script("/usr/bin/php8.2", ALL("php\0-q\0x.php\0a"), "/home/alice/x.php");
	script("/usr/bin/perl", ALL("postfix\0-w\0/srv/m.pl"), "/srv/m.pl");
	script("/usr/bin/php", ALL("php\0-d\0a=b\0-f\0m.php\0"), "/home/alice/m.php");
	script("/bin/dash", ALL("sh\0-c\0/home/innocent/x"), "");
	/* argv says php, the kernel says otherwise */
	script("/home/alice/postfix", ALL("php\0/home/innocent/x.php"), "");
	script("/usr/sbin/php-fpm8.2", ALL("php-fpm: pool www"), "");
	script("/usr/bin/php", ALL("php\0/home/innocent/../alice/x.php"), "");
	script("/usr/bin/php", ALL("php\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	       "");
	script("/usr/bin/php", ALL(""), "");
}

static void test_mta_program(void **state)
{
	assert_true(observed_mta_program(ALL("/usr/lib/postfix/sbin/smtp")));
	assert_true(observed_mta_program(ALL("/usr/sbin/exim4")));
	assert_true(observed_mta_program(ALL("/usr/sbin/exim-4.98-1")));
	assert_false(observed_mta_program(ALL("/home/a/usr/lib/postfix/sbin/smtp")));
	assert_false(observed_mta_program(ALL("/usr/sbin/exim-4/x")));
	assert_false(observed_mta_program(ALL("/tmp/postfix")));
	assert_false(observed_mta_program(ALL("")));
}

/* --- sockets -------------------------------------------------------------------------------------- */

struct seen {
	struct tcp_socket s[4];
	int n;
};

static void see(void *ctx, const struct tcp_socket *s)
{
	struct seen *seen = ctx;

	if (seen->n < 4)
		seen->s[seen->n] = *s;
	seen->n++;
}

static void test_proc_net_tcp(void **state)
{
	static const char text[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
				   "retrnsmt   uid  timeout inode\n"
				   "   0: 0100007F:9C40 0A0200C0:0019 01 00000000:00000000 00:00000000 "
				   "00000000  2001        0 4711 1 x\n"
				   "   1: 0100007F:0019 00000000:0000 0A 00000000:00000000 00:00000000 "
				   "00000000     0        0 12 1 x\n"
				   "   2: 0100007F:zzzz 0A0200C0:0019 01 0:0 0:0 0  2001 0 4711\n"
				   "   3: 0100007F";
	struct seen seen = { .n = 0 };

	sockets_parse_text(ALL(text), false, see, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.s[0].remote_port, 25);
	assert_int_equal(seen.s[0].uid, 2001);
	assert_int_equal(seen.s[0].inode, 4711);
	assert_memory_equal(seen.s[0].remote + 12, "\xc0\x00\x02\x0a", 4);
	assert_true(socket_is_loopback(seen.s[0].local));
}

static size_t record(char *at, uint32_t sequence, uint16_t type, uint16_t port)
{
	struct nlmsghdr h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_msg)),
			      .nlmsg_type = type,
			      .nlmsg_seq = sequence };
	struct inet_diag_msg d = { .idiag_family = AF_INET, .idiag_uid = 2001, .idiag_inode = 99 };

	d.id.idiag_dport = htons(port);
	d.id.idiag_dst[0] = htonl(0xc0000201);
	memcpy(at, &h, sizeof(h));
	memcpy(at + NLMSG_HDRLEN, &d, sizeof(d));
	return NLMSG_ALIGN(h.nlmsg_len);
}

static void test_netlink(void **state)
{
	_Alignas(8) char packet[512];
	struct seen seen = { .n = 0 };
	size_t n = record(packet, 1, 20, 25);

	n += record(packet + n, 9, 20, 587); /* of another question */
	assert_int_equal(sockets_parse_netlink(span_of(packet, n), 1, see, &seen), 1);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.s[0].remote_port, 25);
	assert_int_equal(seen.s[0].inode, 99);
	assert_memory_equal(seen.s[0].remote, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
	for (size_t cut = 1; cut < n; cut++)
		assert_true(sockets_parse_netlink(span_of(packet, cut), 1, see, &seen) <= 1);
	n = record(packet, 1, NLMSG_DONE, 0);
	assert_int_equal(sockets_parse_netlink(span_of(packet, n), 1, see, &seen), 0);
	n = record(packet, 1, NLMSG_ERROR, 0);
	assert_int_equal(sockets_parse_netlink(span_of(packet, n), 1, see, &seen), -1);
}

/* --- a tree of files that looks like /proc ---------------------------------------------------------- */

static char tree[64];

static void put(const char *name, struct span text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
}

static void put_process(int pid, int parent, int uid, const char *exe, const char *cwd, struct span args)
{
	char path[128], text[200];

	snprintf(path, sizeof(path), "%s/%d", tree, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%d/exe", tree, pid);
	assert_int_equal(symlink(exe, path), 0);
	snprintf(path, sizeof(path), "%s/%d/cwd", tree, pid);
	assert_int_equal(symlink(cwd, path), 0);
	snprintf(path, sizeof(path), "%d/status", pid);
	snprintf(text, sizeof(text), "Name:\tx\nPPid:\t%d\nUid:\t%d\t%d\t%d\t%d\n", parent, uid, uid, uid,
		 uid);
	put(path, span_str(text));
	snprintf(path, sizeof(path), "%d/stat", pid);
	snprintf(text, sizeof(text), "%d (x) S %d 1 1", pid, parent);
	put(path, span_str(text));
	snprintf(path, sizeof(path), "%d/cmdline", pid);
	put(path, args);
	snprintf(path, sizeof(path), "%d/cgroup", pid);
	put(path, ALL("0::/user.slice\n"));
}

static int make_tree(void **state)
{
	strcpy(tree, "/tmp/spamtrail-proc-XXXXXX");
	assert_non_null(mkdtemp(tree));
	put_process(1, 0, 0, "/usr/lib/systemd/systemd", "/", ALL("init\0"));
	/* a site under php-fpm */
	put_process(10, 1, 0, "/usr/sbin/php-fpm8.2", "/", ALL("php-fpm: master process\0"));
	put_process(11, 10, 33, "/usr/sbin/php-fpm8.2", "/srv/a/plugins", ALL("php-fpm: pool www\0"));
	put_process(12, 11, 33, "/usr/bin/dash", "/srv/a/plugins", ALL("sh\0-c\0/usr/sbin/sendmail -t -i\0"));
	put_process(13, 12, 33, "/usr/sbin/sendmail", "/var/spool/postfix", ALL("sendmail\0-t\0-i\0"));
	put_process(14, 13, 33, "/usr/sbin/postdrop", "/var/spool/postfix", ALL("postdrop\0-r\0"));
	/* a program that calls itself postfix, from a folder whose name plays a log line, and is gone from disk */
	put_process(20, 1, 2001, "/home/eve/ cwd=/home/innocent/postfix (deleted)",
		    "/home/eve/ cwd=/home/innocent", ALL("/usr/lib/postfix/sbin/smtp\0-t\0unix\0"));
	put_process(21, 20, 2001, "/usr/sbin/sendmail", "/var/spool/postfix", ALL("sendmail\0"));
	/* an SMTP session of Exim's daemon */
	put_process(30, 1, 0, "/usr/sbin/exim4", "/", ALL("exim4\0-bd\0"));
	put_process(31, 30, 0, "/usr/sbin/exim4", "/", ALL("exim4\0-bd\0"));
	return 0;
}

static int drop_tree(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", tree);
	return system(command);
}

static void begin(struct lookout *l, struct arena **ret_arena)
{
	*ret_arena = arena_new();
	lookout_begin(l, *ret_arena, open(tree, O_RDONLY | O_DIRECTORY), -1, 10, 1);
}

static void end(struct lookout *l, struct arena *a)
{
	close(l->proc.fd);
	lookout_end(l);
	arena_free(a);
}

static void put_stat(unsigned pid, unsigned ticks, unsigned pages)
{
	char path[128], text[200];
	int fd, n;

	snprintf(path, sizeof(path), "%s/%u/stat", tree, pid);
	n = snprintf(text, sizeof(text), "%u (x) S 1 2 3 4 5 6 7 8 9 10 %u 0 13 14 15 16 17 18 19 20 %u 22\n",
		     pid, ticks, pages);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, (size_t)n), n);
	close(fd);
}

/* The mail server's programs by their place on disk: five here, and the one that only calls itself so is none. */
static void test_load(void **state)
{
	static const unsigned pids[] = { 13, 14, 20, 21, 30, 31 };
	struct arena *a;
	struct lookout l;

	for (size_t i = 0; i < sizeof(pids) / sizeof(*pids); i++)
		put_stat(pids[i], 10, 100);
	begin(&l, &a);
	lookout_load(&l, 2);
	assert_true(l.o.load.measured);
	assert_int_equal(l.o.load.processes, 5);
	assert_int_equal(l.o.load.memory, 500 * (uint64_t)sysconf(_SC_PAGESIZE));
	assert_int_equal(l.o.load.cpu, 0);
	lookout_load(&l, 0);
	assert_int_equal(l.o.load.cpu, 0);
	end(&l, a);
}

static void test_caller(void **state)
{
	struct arena *a;
	struct lookout l;
	uint32_t index;
	const struct observed_process *p;

	begin(&l, &a);
	assert_int_equal(lookout_caller(&l, 14, &index), CALLER_FOUND);
	p = &l.o.process[index];
	assert_int_equal(p->uid, 33);
	assert_memory_equal(p->exe.p, "/usr/sbin/php-fpm8.2", p->exe.n);
	assert_int_equal(p->cwd.n, strlen("/srv/a/plugins"));
	assert_memory_equal(p->cwd.p, "/srv/a/plugins", p->cwd.n);
	assert_int_equal(lookout_caller(&l, 21, &index), CALLER_FOUND);
	p = &l.o.process[index];
	assert_true(p->deleted);
	assert_int_equal(p->exe.n, strlen("/home/eve/ cwd=/home/innocent/postfix"));
	assert_int_equal(p->script.n, 0);
	assert_int_equal(lookout_caller(&l, 31, &index), CALLER_DAEMON);
	assert_int_equal(lookout_caller(&l, 30, &index), CALLER_GONE);
	assert_int_equal(lookout_caller(&l, 99, &index), CALLER_GONE);
	assert_int_equal(lookout_caller(&l, 0, &index), CALLER_GONE);
	end(&l, a);
}

/* --- events ------------------------------------------------------------------------------------------- */

#define DIR_HANDLE "maildrop"

static size_t put_event(char *at, uint64_t mask, int pid, const char *handle, const char *name)
{
	struct fanotify_event_metadata m = { .vers = FANOTIFY_METADATA_VERSION,
					     .metadata_len = sizeof(m),
					     .mask = mask,
					     .fd = FAN_NOFD,
					     .pid = pid };
	struct fanotify_event_info_fid info = { .hdr.info_type = FAN_EVENT_INFO_TYPE_DFID_NAME };
	struct file_handle h = { .handle_bytes = 8 };
	size_t body = sizeof(info) + sizeof(h) + 8 + strlen(name) + 1;

	body = (body + 3) & ~(size_t)3;
	info.hdr.len = (uint16_t)body;
	m.event_len = (uint32_t)(sizeof(m) + body);
	memset(at, 0, m.event_len);
	memcpy(at, &m, sizeof(m));
	memcpy(at + sizeof(m), &info, sizeof(info));
	memcpy(at + sizeof(m) + sizeof(info), &h, sizeof(h));
	memcpy(at + sizeof(m) + sizeof(info) + sizeof(h), handle, 8);
	strcpy(at + sizeof(m) + sizeof(info) + sizeof(h) + 8, name);
	return m.event_len;
}

static void test_postfix_way(void **state)
{
	static struct watch w = {
		.dir = { { WATCH_MAILDROP, 8, "maildrop" }, { WATCH_INCOMING, 8, "incoming" } }, .ndirs = 2
	};
	struct watch_state *s = calloc(1, sizeof(*s));
	_Alignas(8) char events[2048];
	struct lookout l;
	struct arena *a;
	size_t n = 0;

	put_process(40, 1, 100, "/usr/lib/postfix/sbin/pickup", "/", ALL("pickup\0"));
	begin(&l, &a);
	s->watch = &w;
	n += put_event(events + n, FAN_CREATE | FAN_OPEN, 14, "maildrop", "77.14");
	n += put_event(events + n, FAN_MOVED_TO, 14, "maildrop", "AAAA");
	/* somebody speaks SMTP meanwhile, from outside */
	n += put_event(events + n, FAN_MOVED_TO, 50, "incoming", "FFFF");
	n += put_event(events + n, FAN_OPEN, 40, "maildrop", "AAAA");
	n += put_event(events + n, FAN_MOVED_TO, 50, "incoming", "BBBB");
	n += put_event(events + n, FAN_DELETE, 40, "maildrop", "AAAA");
	n += put_event(events + n, FAN_MOVED_TO, 50, "incoming", "CCCC");
	watch_take(s, &l, 5, span_of(events, n));
	assert_int_equal(l.o.submitted, 1);
	assert_int_equal(l.o.unnamed, 0);
	assert_int_equal(l.o.nhandovers, 1);
	assert_memory_equal(l.o.handover[0].id.p, "BBBB", 4);
	assert_memory_equal(l.o.process[l.o.handover[0].process].cwd.p, "/srv/a/plugins", 14);
	for (size_t cut = 0; cut < n; cut++)
		watch_take(s, &l, 5, span_of(events, cut));
	end(&l, a);
	free(s);
}

static void test_exim_way(void **state)
{
	static struct watch w = { .dir = { { WATCH_EXIM, 8, "eximinpt" } }, .ndirs = 1 };
	struct watch_state *s = calloc(1, sizeof(*s));
	_Alignas(8) char events[2048];
	struct lookout l;
	struct arena *a;
	size_t n = 0;

	begin(&l, &a);
	s->watch = &w;
	/* a new folder of a split spool; its first message is missed */
	n += put_event(events + n, FAN_CREATE | FAN_ONDIR, 14, "eximinpt", "a");
	watch_take(s, &l, 5, span_of(events, n));
	assert_true(s->new_folder);
	assert_int_equal(l.o.submitted, 1);
	assert_int_equal(l.o.unnamed, 1);
	/* or, watched in time, it is not */
	n = put_event(events, FAN_CREATE, 14, "eximin/a", "1xXEO3-000030-2s-D");
	watch_take(s, &l, 6, span_of(events, n));
	assert_int_equal(l.o.submitted, 1);
	assert_int_equal(l.o.unnamed, 0);
	assert_int_equal(l.o.nhandovers, 1);
	assert_memory_equal(l.o.process[l.o.handover[0].process].cwd.p, "/srv/a/plugins", 14);
	/* the very first: input and the folder in it are one message's; other folders are nobody's */
	n = put_event(events, FAN_CREATE | FAN_ONDIR, 15, "eximinpt", "input");
	n += put_event(events + n, FAN_CREATE | FAN_ONDIR, 15, "eximin/i", "b");
	n += put_event(events + n, FAN_CREATE | FAN_ONDIR, 16, "eximinpt", "msglog");
	watch_take(s, &l, 7, span_of(events, n));
	assert_int_equal(l.o.submitted, 2);
	assert_int_equal(l.o.unnamed, 1);
	end(&l, a);
	free(s);
}

/* --- there and back --------------------------------------------------------------------------------- */

static void test_pack(void **state)
{
	struct observed_process p = {
		.pid = 7, .uid = 2001, .deleted = true, .exe = ALL("/x\n\x1b[2J"), .cwd = ALL("/")
	};
	struct observed_connection c = { .process = 0, .uid = 2001, .port = 25, .at = 5 };
	struct observed_handover h = {
		.at = 6, .process = OBSERVED_NONE, .door = OBSERVED_SENDMAIL, .id = ALL("AB")
	};
	struct observed o = { .process = &p,
			      .nprocesses = 1,
			      .connection = &c,
			      .nconnections = 1,
			      .handover = &h,
			      .nhandovers = 1,
			      .submitted = 3,
			      .watched = true };
	struct arena *a = arena_new();
	struct buf out = BUF_MAX(4096);
	struct observed back;

	observed_pack(&o, &out);
	assert_true(observed_unpack(a, buf_view(&out), &back));
	assert_true(span_eq(back.process[0].exe, p.exe) && back.process[0].deleted);
	assert_int_equal(back.connection[0].port, 25);
	assert_int_equal(back.handover[0].process, OBSERVED_NONE);
	assert_int_equal(back.submitted, 3);
	for (size_t cut = 0; cut < out.n; cut++)
		assert_false(observed_unpack(a, span_of(out.p, cut), &back));
	/* an index of a process that is not there */
	c.process = 1;
	out.n = 0;
	observed_pack(&o, &out);
	assert_false(observed_unpack(a, buf_view(&out), &back));
	buf_free(&out);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parent_survives_names),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_mta_program),
		cmocka_unit_test(test_proc_net_tcp),
		cmocka_unit_test(test_netlink),
		cmocka_unit_test(test_caller),
		cmocka_unit_test(test_postfix_way),
		cmocka_unit_test(test_exim_way),
		/* last of the tree's: it writes other parents */
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, make_tree, drop_tree);
}
