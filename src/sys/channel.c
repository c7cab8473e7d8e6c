/*
 * channel - packets of at most 64 KiB with a 20-byte head: magic, version, type, length, place.
 *
 * Packets keep their borders (unix(7), SOCK_SEQPACKET), so a peer cannot shift us out of step by
 * sending half a head. Descriptors ride on a message's first packet only. What arrives beside the
 * rules is closed at once, or a taken-over reader could fill our descriptor table.
 *
 * TRUST: every byte and every descriptor of the peer.
 */
#include "sys/channel.h"

#include "base/pack.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PART = 64 * 1024, HEAD = 20, VERSION = 1, DESCRIPTORS_WAIT = 120000 /* ms */ };

#define MAGIC UINT32_C(0x4c525453) /* "STRL" */

struct head {
	uint32_t type, length, at;
};

void channel_open(struct channel *c, int fd, size_t max_body, unsigned seconds)
{
	struct timeval patience = { .tv_sec = seconds };

	*c = (struct channel){
		.fd = fd,
		.max_body = max_body < CHANNEL_MAX_BODY ? max_body : CHANNEL_MAX_BODY,
		.body = BUF_MAX(CHANNEL_MAX_BODY),
	};
	if (seconds) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	}
}

static void hang_up(struct channel *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void channel_close(struct channel *c)
{
	hang_up(c);
	buf_free(&c->body);
}

static int ended(struct channel *c, struct err *err, const char *why)
{
	hang_up(c);
	return err_set(err, EXIT_SOFTWARE,
		       "the other process sent a bad message (%s), so it is not listened to any more", why);
}

static int failed(struct channel *c, struct err *err, const char *doing)
{
	int r;

	if (errno == EAGAIN)
		r = err_set(err, EXIT_IO, "the other process does not answer (%s)", doing);
	else
		r = err_sys(err, EXIT_IO, "%s the other process failed", doing);
	hang_up(c);
	return r;
}

/* Space for descriptors, aligned as the CMSG macros want it. */
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * CHANNEL_MAX_FDS)];
};

static void put_fds(struct msghdr *m, union control *control, const int *fds, size_t nfds)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	m->msg_control = control->bytes;
	m->msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
}

static ssize_t send_part(int fd, const struct head *h, struct span part, const int *fds, size_t nfds)
{
	char text[HEAD];
	struct buf head = { .p = text, .cap = sizeof(text), .max = sizeof(text) };
	struct packer p = { &head };
	struct iovec iov[] = { { text, sizeof(text) }, { (char *)(uintptr_t)part.p, part.n } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = part.n ? 2 : 1 };
	union control control;
	const uint32_t words[] = { MAGIC, VERSION, h->type, h->length, h->at };
	int waits = DESCRIPTORS_WAIT;
	ssize_t sent;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		pack_u32(&p, words[i]);
	if (nfds)
		put_fds(&m, &control, fds, nfds);
	/* as many descriptors of this user are on their way as one process of his may hold: that is no room, too */
	do
		sent = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (sent < 0 && (errno == EINTR || (errno == ETOOMANYREFS && waits-- && poll(NULL, 0, 1) == 0)));
	return sent;
}

int channel_send(struct channel *c, uint32_t type, struct span body, const int *fds, size_t nfds,
		 struct err *err)
{
	struct head h = { .type = type, .length = (uint32_t)body.n };

	if (type == 0 || nfds > CHANNEL_MAX_FDS)
		bug("a message without type or with too many descriptors");
	if (body.n > CHANNEL_MAX_BODY)
		return err_set(err, EXIT_INCOMPLETE, "a message of %zu bytes is over the limit of %d", body.n,
			       CHANNEL_MAX_BODY);
	do {
		struct span part = span_head(span_from(body, h.at), PART);

		if (send_part(c->fd, &h, part, fds, h.at == 0 ? nfds : 0) < 0)
			return failed(c, err, "writing to");
		h.at += (uint32_t)part.n;
	} while (h.at < body.n);
	return 0;
}

/* Takes over the descriptors that came with a packet. */
static void take_fds(struct msghdr *m, int *fds, size_t *ret_nfds)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds + *ret_nfds, CMSG_DATA(c), n * sizeof(int));
		*ret_nfds += n;
	}
}

static void drop_fds(struct message *message)
{
	while (message->nfds > 0)
		close(message->fds[--message->nfds]);
}

static bool head_read(struct span packet, struct head *ret_head)
{
	struct unpacker u = { .left = span_head(packet, HEAD) };
	bool known = unpack_u32(&u) == MAGIC && unpack_u32(&u) == VERSION;

	ret_head->type = unpack_u32(&u);
	ret_head->length = unpack_u32(&u);
	ret_head->at = unpack_u32(&u);
	return unpack_done(&u) && known && ret_head->type != 0;
}

/* Why this packet cannot be the next one of *MESSAGE (type 0: of none yet), or NULL. */
static const char *objection(const struct channel *c, const struct message *message, const struct head *first,
			     const struct head *h, struct span part)
{
	if (h->length > c->max_body)
		return "too long";
	if (message->type == 0 ? h->at != 0 : h->type != first->type || h->length != first->length)
		return "out of order";
	if (h->at != c->body.n || part.n > h->length - h->at)
		return "wrong place";
	if (part.n == 0 && h->length > 0)
		return "empty part";
	return NULL;
}

/* One packet into PART: its size, 0 when the peer has closed, -1 with errno, -2 for a broken rule. */
static ssize_t receive_part(struct channel *c, char packet[HEAD + PART], struct message *message, bool first)
{
	union control control;
	struct iovec iov = { packet, HEAD + PART };
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	size_t had = message->nfds;
	ssize_t n;

	do
		n = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	if (first)
		take_fds(&m, message->fds, &message->nfds);
	else if (m.msg_controllen > 0) {
		struct message late = { 0 };

		take_fds(&m, late.fds, &late.nfds);
		drop_fds(&late);
		return -2;
	}
	if (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -2;
	return n == 0 && message->nfds > had ? -2 : n;
}

int channel_receive(struct channel *c, struct message *ret_message, struct err *err)
{
	struct message message = { 0 };
	struct head first = { 0 }, h;
	char packet[HEAD + PART];
	const char *why;

	c->body.n = 0;
	c->body.over = false;
	do {
		ssize_t n = receive_part(c, packet, &message, message.type == 0);
		struct span part;

		if (n == 0 && message.type == 0)
			return 0;
		if (n == 0 || n == -1) {
			drop_fds(&message);
			return n ? failed(c, err, "reading from") : ended(c, err, "it stopped in the middle");
		}
		part = span_from(span_of(packet, n < 0 ? 0 : (size_t)n), HEAD);
		why = n < HEAD || !head_read(span_of(packet, (size_t)n), &h)
			      ? "no head"
			      : objection(c, &message, &first, &h, part);
		if (why) {
			drop_fds(&message);
			return ended(c, err, why);
		}
		if (message.type == 0)
			first = h;
		message.type = h.type;
		buf_span(&c->body, part);
	} while (c->body.n < first.length);
	message.body = buf_view(&c->body);
	*ret_message = message;
	return 1;
}
