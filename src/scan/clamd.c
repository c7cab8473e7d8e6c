/*
 * clamd - see clamd.h. One connection for each question: clamd closes it behind its answer, and a worker of it that hangs
 * takes one question with it.
 *
 * Source: clamd(8), "COMMANDS": zFILDES, zVERSION; a z in front: words end with NUL.
 * TRUST: as in clamd.h. Every wait has an end.
 */
#include "scan/clamd.h"

#include "base/civil.h"
#include "sys/local.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MOST = 1024 };

static bool say(int s, const char *word)
{
	size_t n = strlen(word) + 1;

	return send(s, word, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool hand_over(int s, int fd)
{
	char none = 0;
	struct iovec one = { &none, 1 };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &one,
			    .msg_iovlen = 1,
			    .msg_control = control.room,
			    .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(s, &m, MSG_NOSIGNAL) == 1;
}

/* Up to the NUL, or the end; empty where nothing came. */
static struct span answer(int s, char *room)
{
	size_t n = 0;

	while (n < ANSWER_MOST && !memchr(room, '\0', n)) {
		ssize_t got = recv(s, room + n, ANSWER_MOST - n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return span_of(room, memchr(room, '\0', n) ? strlen(room) : n);
}

enum clamd_state clamd_ask(const char *socket, int fd, struct buf *name)
{
	int s = local_connect(socket, CLAMD_SECONDS);
	char room[ANSWER_MOST];
	struct span said = SPAN_NONE;
	ptrdiff_t colon;

	if (s >= 0 && say(s, "zFILDES") && hand_over(s, fd))
		said = span_trim(answer(s, room));
	if (s >= 0)
		close(s);
	colon = span_search(said, 0, SPAN(": "));
	if (colon >= 0)
		said = span_from(said, (size_t)colon + 2);
	if (span_eq(said, SPAN("OK")))
		return CLAMD_CLEAN;
	if (span_ends(said, SPAN(" FOUND"))) {
		buf_span(name, span_head(said, said.n - 6));
		return CLAMD_FOUND;
	}
	buf_span(name, said.n ? said : SPAN("it does not answer"));
	return CLAMD_NO_ANSWER;
}

struct span clamd_socket_of(struct span conf)
{
	while (conf.n) {
		ptrdiff_t end = span_find(conf, 0, '\n');
		struct span line = span_trim(end < 0 ? conf : span_head(conf, (size_t)end));

		conf = end < 0 ? SPAN_NONE : span_from(conf, (size_t)end + 1);
		if (span_starts(line, SPAN("LocalSocket ")) || span_starts(line, SPAN("LocalSocket\t")))
			return span_trim(span_from(line, 12));
	}
	return SPAN_NONE;
}

/* The next word of S, blanks before it gone. */
static struct span word(struct span *s)
{
	ptrdiff_t blank;
	struct span w;

	*s = span_trim(*s);
	blank = span_find(*s, 0, ' ');
	w = blank < 0 ? *s : span_head(*s, (size_t)blank);
	*s = span_from(*s, w.n);
	return w;
}

int64_t clamd_time_of(struct span version)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	ptrdiff_t slash = span_rfind(version, '/');
	struct span left = slash < 0 ? SPAN_NONE : span_from(version, (size_t)slash + 1), month;
	struct civil c = { 0 };
	uint64_t day, year;

	word(&left);
	month = word(&left);
	for (unsigned i = 0; i < 12 && month.n == 3; i++)
		if (memcmp(month.p, months + 3 * i, 3) == 0)
			c.month = i + 1;
	if (!span_u64(word(&left), &day) || word(&left).n != 8 || !span_u64(word(&left), &year) || day > 31 ||
	    year > 9999)
		return 0;
	c.day = (unsigned)day;
	c.year = (int)year;
	return civil_valid(&c) ? civil_seconds(&c) : 0;
}

int clamd_version(const char *socket, struct buf *version, int64_t *ret_at, struct err *err)
{
	int s = local_connect(socket, CLAMD_HELLO_SECONDS);
	char room[ANSWER_MOST];
	struct span said = SPAN_NONE;

	if (s >= 0 && say(s, "zVERSION"))
		said = span_trim(answer(s, room));
	if (s >= 0)
		close(s);
	if (!said.n)
		return err_sys(err, EXIT_IO, "clamd does not answer at %s", socket);
	buf_span(version, said);
	*ret_at = clamd_time_of(said);
	return 0;
}
