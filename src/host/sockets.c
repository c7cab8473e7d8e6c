/*
 * sockets - see sockets.h. Only states that have an owner are asked for: a connection in TIME_WAIT belongs to nobody,
 * and a listening one speaks to nobody.
 *
 * Reviewed against: iproute2's ss and sock_diag(7); attributes are not asked for, so the fixed record is all.
 */
#include "host/sockets.h"

#include "host/process.h"
#include "sys/procroot.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* include/net/tcp_states.h: established, syn_sent, fin_wait1, fin_wait2, close_wait, last_ack, closing */
#define STATES (1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 8 | 1u << 9 | 1u << 11)
#define TEXT_CHUNK 16384

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool socket_is_loopback(const uint8_t ip[16])
{
	static const uint8_t six[16] = { [15] = 1 };

	return memcmp(ip, six, 16) == 0 || (memcmp(ip, v4_prefix, 12) == 0 && ip[12] == 127);
}

static void address_of(uint8_t family, const __be32 *words, uint8_t ip[16])
{
	if (family == AF_INET6) {
		memcpy(ip, words, 16);
		return;
	}
	memcpy(ip, v4_prefix, 12);
	memcpy(ip + 12, words, 4);
}

int sockets_parse_netlink(struct span packet, uint32_t sequence, socket_fn *each, void *ctx)
{
	const struct nlmsghdr *nlh = (const void *)packet.p;
	int left = (int)packet.n;

	/* libmnl compares lengths as signed numbers */
	for (; left >= (int)sizeof(*nlh) && nlh->nlmsg_len <= (unsigned)left && mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		const struct inet_diag_msg *d = mnl_nlmsg_get_payload(nlh);
		struct tcp_socket s;

		if (nlh->nlmsg_seq != sequence)
			continue;
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 0;
		if (nlh->nlmsg_type == NLMSG_ERROR || mnl_nlmsg_get_payload_len(nlh) < sizeof(*d))
			return -1;
		s = (struct tcp_socket){
			.local_port = ntohs(d->id.idiag_sport),
			.remote_port = ntohs(d->id.idiag_dport),
			.uid = d->idiag_uid,
			.inode = d->idiag_inode,
		};
		address_of(d->idiag_family, d->id.idiag_src, s.local);
		address_of(d->idiag_family, d->id.idiag_dst, s.remote);
		each(ctx, &s);
	}
	return left == 0 ? 1 : -1;
}

/* Answers are taken until the dump ends, so that the next one does not meet this one's rest. */
static int dump(int fd, uint8_t family, uint32_t sequence, socket_fn *each, void *ctx)
{
	_Alignas(struct nlmsghdr) char packet[32768];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(packet);
	struct inet_diag_req_v2 *ask = mnl_nlmsg_put_extra_header(nlh, sizeof(*ask));
	int more = 1;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = sequence;
	ask->sdiag_family = family;
	ask->sdiag_protocol = IPPROTO_TCP;
	ask->idiag_states = STATES;
	if (send(fd, packet, nlh->nlmsg_len, 0) < 0)
		return -1;
	while (more > 0) {
		ssize_t n = recv(fd, packet, sizeof(packet), 0);

		if (n <= 0)
			return -1;
		more = sockets_parse_netlink(span_of(packet, (size_t)n), sequence, each, ctx);
	}
	return more;
}

/* --- /proc/net/tcp ------------------------------------------------------------------------------ */

static bool hex_number(struct span s, uint64_t *ret)
{
	uint64_t value = 0;

	if (!s.n || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
							: 16;

		if (digit > 15)
			return false;
		value = value << 4 | digit;
	}
	*ret = value;
	return true;
}

/* "0100007F:0019": words of four bytes as the processor holds them. */
static bool address(struct span s, bool six, uint8_t ip[16], uint16_t *ret_port)
{
	size_t digits = six ? 32 : 8;
	uint64_t value;

	if (s.n != digits + 5 || s.p[digits] != ':' || !hex_number(span_from(s, digits + 1), &value))
		return false;
	*ret_port = (uint16_t)value;
	memcpy(ip, v4_prefix, 12);
	for (size_t word = 0; word < digits / 8; word++) {
		uint32_t bytes;

		if (!hex_number(span_of(s.p + word * 8, 8), &value))
			return false;
		bytes = (uint32_t)value;
		memcpy(ip + (six ? word * 4 : 12), &bytes, 4);
	}
	return true;
}

static struct span word_of(struct span *line)
{
	struct span word;
	size_t n = 0;

	while (line->n && line->p[0] == ' ')
		*line = span_from(*line, 1);
	while (n < line->n && line->p[n] != ' ')
		n++;
	word = span_head(*line, n);
	*line = span_from(*line, n);
	return word;
}

static bool parse_line(struct span line, bool six, struct tcp_socket *ret)
{
	struct span word[10];
	uint64_t state, uid;

	for (size_t i = 0; i < 10; i++)
		word[i] = word_of(&line);
	if (!address(word[1], six, ret->local, &ret->local_port) ||
	    !address(word[2], six, ret->remote, &ret->remote_port) || !hex_number(word[3], &state) ||
	    state > 31 || !(STATES >> state & 1) || !span_u64(word[7], &uid) || uid > UINT32_MAX ||
	    !span_u64(word[9], &ret->inode))
		return false;
	ret->uid = (uint32_t)uid;
	return true;
}

void sockets_parse_text(struct span text, bool six, socket_fn *each, void *ctx)
{
	while (text.n) {
		ptrdiff_t end = span_find(text, 0, '\n');
		struct span line = end < 0 ? text : span_head(text, (size_t)end);
		struct tcp_socket s;

		text = span_from(text, line.n + 1);
		if (parse_line(line, six, &s))
			each(ctx, &s);
	}
}

static int read_text(const struct proc *p, uint32_t self, bool six, socket_fn *each, void *ctx)
{
	char text[TEXT_CHUNK], name[64];
	size_t kept = 0;
	ssize_t got;
	int fd;

	snprintf(name, sizeof(name), "%u/net/tcp%s", self, six ? "6" : "");
	fd = procroot_open(p->fd, name, false);
	if (fd < 0)
		return -1;
	while ((got = read(fd, text + kept, sizeof(text) - kept)) > 0) {
		struct span all = span_of(text, kept + (size_t)got);
		ptrdiff_t end = span_rfind(all, '\n');

		if (end < 0) {
			kept = 0;
			continue;
		}
		sockets_parse_text(span_head(all, (size_t)end + 1), six, each, ctx);
		kept = all.n - (size_t)end - 1;
		memmove(text, text + end + 1, kept);
	}
	close(fd);
	return got < 0 ? -1 : 0;
}

int sockets_list(int netlink, const struct proc *p, uint32_t self, socket_fn *each, void *ctx,
		 bool *ret_by_proc)
{
	*ret_by_proc = false;
	if (netlink >= 0 && dump(netlink, AF_INET, 1, each, ctx) == 0) {
		/* a kernel without IPv6 answers with an error */
		dump(netlink, AF_INET6, 2, each, ctx);
		return 0;
	}
	*ret_by_proc = true;
	if (read_text(p, self, false, each, ctx) < 0)
		return -1;
	read_text(p, self, true, each, ctx);
	return 0;
}
