/*
 * socket - transient: one connection of an account's is closed by the kernel (SOCK_DESTROY), both ends named in full.
 *
 * The kernel is first asked whose it is. The cookie of that answer goes with the second question, so that a connection
 * opened meanwhile between the same ends is not the one that is closed.
 */
#include "act/act.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <time.h>

#define ADDRESS_MOST 64

struct end {
	uint8_t family;
	uint32_t address[4];
	uint16_t port; /* network order */
};

/* "192.0.2.1:25" or "[2001:db8::1]:25". */
static bool end_read(struct span s, struct end *ret)
{
	ptrdiff_t colon = span_rfind(s, ':');
	struct end e = { .family = AF_INET };
	char text[ADDRESS_MOST];
	uint64_t port;
	struct span host;

	if (colon < 1 || (size_t)colon >= sizeof(text) || !span_u64(span_from(s, (size_t)colon + 1), &port) ||
	    port == 0 || port > UINT16_MAX)
		return false;
	host = span_head(s, (size_t)colon);
	if (host.p[0] == '[' && span_ends(host, SPAN("]"))) {
		e.family = AF_INET6;
		host = span_of(host.p + 1, host.n - 2);
	}
	snprintf(text, sizeof(text), "%.*s", (int)host.n, host.p);
	e.port = htons((uint16_t)port);
	if (inet_pton(e.family, text, e.address) != 1)
		return false;
	*ret = e;
	return true;
}

static bool ends_read(const struct action *v, struct end *ret_own, struct end *ret_far)
{
	return v->nargs == 2 && end_read(v->args[0], ret_own) && end_read(v->args[1], ret_far) &&
	       ret_own->family == ret_far->family;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	struct end own, far;

	if (v->uid == PLAN_NO_UID || v->uid == 0 || !ends_read(v, &own, &far))
		return err_set(err, EXIT_NOPERM, "a connection is closed only by both its ends and its uid");
	return 0;
}

struct answer {
	bool seen;
	uint32_t uid, cookie[2];
};

static int take(const struct nlmsghdr *h, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	struct answer *a = data;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return MNL_CB_ERROR;
	*a = (struct answer){ .seen = true, .uid = m->idiag_uid };
	memcpy(a->cookie, m->id.idiag_cookie, sizeof(a->cookie));
	return MNL_CB_STOP;
}

/* One question about the connection; -1 with errno, ENOENT when there is none such. */
static int ask(struct mnl_socket *nl, uint16_t type, const struct end *own, const struct end *far,
	       const uint32_t cookie[2], struct answer *ret)
{
	char bytes[8192] __attribute__((aligned(8)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(bytes);
	struct inet_diag_req_v2 *q;
	ssize_t n;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | (type == SOCK_DESTROY ? NLM_F_ACK : 0);
	h->nlmsg_seq = type;
	q = mnl_nlmsg_put_extra_header(h, sizeof(*q));
	q->sdiag_family = own->family;
	q->sdiag_protocol = IPPROTO_TCP;
	q->idiag_states = UINT32_MAX;
	q->id.idiag_sport = own->port;
	q->id.idiag_dport = far->port;
	memcpy(q->id.idiag_src, own->address, sizeof(own->address));
	memcpy(q->id.idiag_dst, far->address, sizeof(far->address));
	memcpy(q->id.idiag_cookie, cookie, sizeof(q->id.idiag_cookie));
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -1;
	n = mnl_socket_recvfrom(nl, bytes, sizeof(bytes));
	return n < 0 ? -1 : mnl_cb_run(bytes, (size_t)n, type, mnl_socket_get_portid(nl), take, ret);
}

static int look(struct work *w, struct err *err)
{
	return 0;
}

static int make(struct work *w, struct err *err)
{
	const uint32_t any[2] = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE };
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct answer a = { .seen = false };
	struct end own, far;
	int rc = 0;

	if (!nl || !ends_read(w->action, &own, &far) || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		rc = err_sys(err, EXIT_IO, "the kernel cannot be asked for connections");
	else if (ask(nl, SOCK_DIAG_BY_FAMILY, &own, &far, any, &a) < 0 && errno != ENOENT)
		rc = err_sys(err, EXIT_IO, "the kernel does not tell whose the connection is");
	else if (!a.seen)
		buf_str(&w->text, "it was closed already");
	else if (a.uid != w->action->uid)
		rc = err_set(err, EXIT_NOPERM, "the connection is not that account's: left alone");
	else if (ask(nl, SOCK_DESTROY, &own, &far, a.cookie, &a) < 0 && errno != ENOENT)
		rc = err_sys(err, EXIT_IO, "the kernel does not close the connection");
	if (nl)
		mnl_socket_close(nl);
	return rc;
}

static int undo(struct work *w, struct err *err)
{
	return 0;
}

static int settle(struct work *w, enum settled *ret, struct err *err)
{
	*ret = NOT_MADE;
	return 0;
}

const struct kind kind_close_socket = { check, look, make, undo, settle };
