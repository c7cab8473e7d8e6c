/*
 * channel and clock: messages of every size and order, and a peer that breaks each rule in turn.
 */
#include "base/pack.h"
#include "sys/channel.h"
#include "sys/clock.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { HEAD = 20, PART = 65536 };

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void open_both(struct channel *a, struct channel *b, size_t max)
{
	int fds[2];

	assert_int_equal(channel_pair(fds, NULL), 0);
	channel_open(a, fds[0], max, 0);
	channel_open(b, fds[1], max, 0);
}

struct job {
	struct channel *c;
	struct span body;
	int r;
};

static void *send_job(void *arg)
{
	struct job *j = arg;

	j->r = channel_send(j->c, 7, j->body, NULL, 0, NULL);
	return NULL;
}

static void round_trip(size_t n)
{
	char *bytes = calloc(1, n + 1);
	struct job job;
	struct message m;
	struct channel a, b;
	pthread_t thread;
	struct err err;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 31 + i / 65536);
	open_both(&a, &b, CHANNEL_MAX_BODY);
	job = (struct job){ &a, { bytes, n }, -1 };
	pthread_create(&thread, NULL, send_job, &job);
	assert_int_equal(channel_receive(&b, &m, &err), 1);
	pthread_join(thread, NULL);
	assert_int_equal(job.r, 0);
	assert_int_equal(m.type, 7);
	assert_int_equal(m.nfds, 0);
	assert_true(span_eq(m.body, job.body));
	channel_close(&a);
	assert_int_equal(channel_receive(&b, &m, &err), 0);
	channel_close(&b);
	free(bytes);
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, PART - 1, PART, PART + 1, 3 * PART, 5000000, CHANNEL_MAX_BODY };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		round_trip(sizes[i]);
}

static void test_order(void **state)
{
	struct channel a, b;
	struct message m;

	open_both(&a, &b, 100);
	for (uint32_t type = 1; type < 20; type++)
		assert_int_equal(channel_send(&a, type, span_head(SPAN("abcdefghijklmnopqrstuvwxyz"), type),
					      NULL, 0, NULL),
				 0);
	for (uint32_t type = 1; type < 20; type++) {
		assert_int_equal(channel_receive(&b, &m, NULL), 1);
		assert_int_equal(m.type, type);
		assert_int_equal(m.body.n, type);
	}
	channel_close(&a);
	channel_close(&b);
}

static void test_descriptors(void **state)
{
	unsigned before = open_descriptors();
	int fds[CHANNEL_MAX_FDS];
	struct stat sent, got;
	struct channel a, b;
	struct message m;

	open_both(&a, &b, CHANNEL_MAX_BODY);
	for (size_t i = 0; i < CHANNEL_MAX_FDS; i++)
		fds[i] = open(i % 2 ? "/dev/null" : "/", O_RDONLY);
	assert_int_equal(channel_send(&a, 1, SPAN("files"), fds, CHANNEL_MAX_FDS, NULL), 0);
	assert_int_equal(channel_send(&a, 2, SPAN(""), fds, 1, NULL), 0);
	assert_int_equal(channel_receive(&b, &m, NULL), 1);
	assert_int_equal(m.nfds, CHANNEL_MAX_FDS);
	for (size_t i = 0; i < m.nfds; i++) {
		fstat(fds[i], &sent);
		fstat(m.fds[i], &got);
		assert_int_equal(sent.st_ino, got.st_ino);
		assert_int_equal(fcntl(m.fds[i], F_GETFD), FD_CLOEXEC);
		close(m.fds[i]);
		close(fds[i]);
	}
	assert_int_equal(channel_receive(&b, &m, NULL), 1);
	assert_int_equal(m.nfds, 1);
	close(m.fds[0]);
	channel_close(&a);
	channel_close(&b);
	assert_int_equal(open_descriptors(), before);
}

/* One packet by hand, with FD beside it unless that is -1. */
static void put(int fd, uint32_t magic, uint32_t version, uint32_t type, uint32_t length, uint32_t at,
		size_t body, int beside)
{
	static char packet[HEAD + PART + 100];
	struct buf b = { .p = packet, .cap = sizeof(packet), .max = sizeof(packet) };
	struct packer p = { &b };
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { packet, HEAD + body };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	pack_u32(&p, magic);
	pack_u32(&p, version);
	pack_u32(&p, type);
	pack_u32(&p, length);
	pack_u32(&p, at);
	if (beside >= 0) {
		struct cmsghdr *c;

		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &beside, sizeof(int));
	}
	assert_true(sendmsg(fd, &m, 0) >= 0);
}

enum { MAGIC = 0x4c525453 };

static void break_magic(int fd)
{
	put(fd, MAGIC + 1, 1, 1, 0, 0, 0, 0);
}

static void break_version(int fd)
{
	put(fd, MAGIC, 2, 1, 0, 0, 0, 0);
}

static void break_type(int fd)
{
	put(fd, MAGIC, 1, 0, 0, 0, 0, 0);
}

static void break_length(int fd)
{
	put(fd, MAGIC, 1, 1, 1001, 0, 1001, 0);
}

static void break_huge(int fd)
{
	put(fd, MAGIC, 1, 1, UINT32_MAX, 0, 100, 0);
}

static void break_start(int fd)
{
	put(fd, MAGIC, 1, 1, 100, 50, 50, 0);
}

static void break_surplus(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 11, 0);
}

static void break_empty_part(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 0, 0);
}

static void break_second_type(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 5, 0);
	put(fd, MAGIC, 1, 2, 10, 5, 5, -1);
}

static void break_second_length(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 5, 0);
	put(fd, MAGIC, 1, 1, 11, 5, 6, -1);
}

static void break_place(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 5, 0);
	put(fd, MAGIC, 1, 1, 10, 4, 5, -1);
}

static void break_again(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 5, 0);
	put(fd, MAGIC, 1, 1, 10, 0, 5, -1);
}

static void break_late_descriptor(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 5, -1);
	put(fd, MAGIC, 1, 1, 10, 5, 5, 0);
}

static void break_short(int fd)
{
	assert_int_equal(send(fd, "STRL", 4, 0), 4);
}

static void break_too_long_packet(int fd)
{
	put(fd, MAGIC, 1, 1, 900, 0, PART + 50, 0);
}

static void break_off(int fd)
{
	put(fd, MAGIC, 1, 1, 10, 0, 5, 0);
	shutdown(fd, SHUT_WR);
}

/* An empty packet looks like the end, but for what came along. */
static void break_empty_packet(int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	struct msghdr m = { .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	assert_int_equal(sendmsg(fd, &m, 0), 0);
}

/* What the kernel adds of its own accord, here who sent it, is no descriptor. */
static void test_credentials_are_none(void **state)
{
	struct channel from, to;
	struct message m = { 0 };
	int fds[2], yes = 1;

	assert_int_equal(channel_pair(fds, NULL), 0);
	assert_int_equal(setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)), 0);
	channel_open(&from, fds[0], 100, 5);
	channel_open(&to, fds[1], 100, 5);
	assert_int_equal(channel_send(&from, 7, SPAN("text"), NULL, 0, NULL), 0);
	assert_int_equal(channel_receive(&to, &m, NULL), 1);
	assert_true(m.type == 7 && m.nfds == 0 && span_eq(m.body, SPAN("text")));
	channel_close(&from);
	channel_close(&to);
}

static void test_broken_rules(void **state)
{
	static void (*const breaks[])(int) = {
		break_magic,
		break_version,
		break_type,
		break_length,
		break_huge,
		break_start,
		break_surplus,
		break_empty_part,
		break_second_type,
		break_second_length,
		break_place,
		break_again,
		break_late_descriptor,
		break_short,
		break_too_long_packet,
		break_off,
		break_empty_packet,
	};
	unsigned before = open_descriptors();

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		struct message m = { .type = 99 };
		struct err err = { 0 };
		struct channel c;
		int fds[2];

		assert_int_equal(channel_pair(fds, NULL), 0);
		channel_open(&c, fds[0], 1000, 0);
		breaks[i](fds[1]);
		assert_int_equal(channel_receive(&c, &m, &err), -EXIT_SOFTWARE);
		assert_true(span_starts(span_str(err.text), SPAN("the other process sent a bad message")));
		/* Nothing was handed out, the channel is shut, and nothing that came along stayed open. */
		assert_int_equal(m.type, 99);
		assert_int_equal(c.fd, -1);
		assert_true(channel_receive(&c, &m, &err) < 0);
		channel_close(&c);
		close(fds[1]);
		assert_int_equal(open_descriptors(), before);
	}
}

static void test_limits_and_silence(void **state)
{
	struct channel a, b;
	struct message m;
	struct err err;
	int fds[2];
	char *big = calloc(1, (size_t)CHANNEL_MAX_BODY + 1);

	assert_int_equal(channel_pair(fds, NULL), 0);
	channel_open(&a, fds[0], 10, 1);
	channel_open(&b, fds[1], 10, 1);
	assert_int_equal(channel_send(&a, 1, span_of(big, (size_t)CHANNEL_MAX_BODY + 1), NULL, 0, &err),
			 -EXIT_INCOMPLETE);
	/* A peer that says nothing, and one that reads nothing. */
	assert_int_equal(channel_receive(&b, &m, &err), -EXIT_IO);
	assert_non_null(strstr(err.text, "does not answer"));
	channel_close(&b);
	assert_int_equal(channel_send(&a, 1, SPAN("x"), NULL, 0, &err), -EXIT_IO);
	channel_close(&a);
	assert_int_equal(channel_pair(fds, NULL), 0);
	channel_open(&a, fds[0], 10, 1);
	assert_int_equal(channel_send(&a, 1, span_of(big, CHANNEL_MAX_BODY), NULL, 0, &err), -EXIT_IO);
	assert_non_null(strstr(err.text, "does not answer"));
	channel_close(&a);
	close(fds[1]);
	free(big);
}

static void test_clock(void **state)
{
	struct clock machine = { 0 }, still = { .fixed = true, .micros = INT64_C(1795420862999999) };
	struct clock past = { .fixed = true, .micros = -1 };
	int64_t first = clock_steady_micros(&machine);

	assert_int_equal(clock_seconds(&still), 1795420862);
	assert_int_equal(clock_micros(&still), INT64_C(1795420862999999));
	assert_int_equal(clock_steady_micros(&still), clock_micros(&still));
	assert_int_equal(clock_seconds(&past), -1);
	assert_true(clock_seconds(&machine) > 1700000000);
	assert_true(clock_steady_micros(&machine) >= first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_broken_rules),
		cmocka_unit_test(test_credentials_are_none),
		cmocka_unit_test(test_limits_and_silence),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
