/*
 * socket - transient: one connection of an account's is closed by the kernel (SOCK_DESTROY), both ends named in full; or
 * all mail sessions of some clients (end_login.c), whose server must not be killed for it.
 *
 * The kernel is first asked whose it is. The cookie of that answer goes with the second question, so that a connection
 * opened meanwhile between the same ends is not the one that is closed.
 *
 * sock_diag(7). A kernel without CONFIG_INET_DIAG_DESTROY refuses the second question: that is said, and the
 * connection goes on. There is no way back, so nothing is kept and nothing undone.
 *
 * TRUST: ends and addresses come from a plan: inet_pton takes them or they are none. Answers are the
 * kernel's.
 */
#include "act/act.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#define ADDRESS_MOST 64

struct end {
	uint8_t family;
	uint32_t address[4];
	uint16_t port; /* network order */
};

static bool address_read(struct span s, uint8_t family, uint32_t address[4])
{
	char text[ADDRESS_MOST];

	if (s.n >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)s.n, s.p);
	memset(address, 0, 4 * sizeof(*address));
	return inet_pton(family, text, address) == 1;
}

/* "192.0.2.1:25" or "[2001:db8::1]:25". */
static bool end_read(struct span s, struct end *ret)
{
	ptrdiff_t colon = span_rfind(s, ':');
	struct end e = { .family = AF_INET };
	uint64_t port;
	struct span host;

	if (colon < 1 || !span_u64(span_from(s, (size_t)colon + 1), &port) || port == 0 || port > UINT16_MAX)
		return false;
	host = span_head(s, (size_t)colon);
	if (host.p[0] == '[' && span_ends(host, SPAN("]"))) {
		e.family = AF_INET6;
		host = span_of(host.p + 1, host.n - 2);
	}
	e.port = htons((uint16_t)port);
	if (!address_read(host, e.family, e.address))
		return false;
	*ret = e;
	return true;
}

static bool ends_read(const struct action *v, struct end *ret_own, struct end *ret_far)
{
	return v->nargs == 2 && end_read(v->args[0], ret_own) && end_read(v->args[1], ret_far) &&
	       ret_own->family == ret_far->family;
}

static bool is_mail_port(unsigned port)
{
	return port == 25 || port == 465 || port == 587;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	struct end own, far;

	if (v->uid == PLAN_NO_UID || v->uid == 0 || !ends_read(v, &own, &far))
		return err_set(err, EXIT_NOPERM, "a connection is closed only by both its ends and its uid");
	if (act_is_mta(a, v->uid) && !is_mail_port(ntohs(own.port)))
		return err_set(err, EXIT_NOPERM,
			       "of the mail server's connections only those to its mail ports are closed");
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

/* --- all mail sessions of a client ---------------------------------------------------------------- */

/* of everybody's on this host; those beyond are not seen, and go on until they end */
#define SESSIONS_MOST 4096
#define ESTABLISHED 1 /* TCP_ESTABLISHED */

struct session {
	struct end own, far;
	uint32_t cookie[2];
};

struct sessions {
	struct session *at;
	size_t n;
};

static int take_session(const struct nlmsghdr *h, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	struct sessions *all = data;
	struct session *s = &all->at[all->n];
	uint16_t port;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return MNL_CB_ERROR;
	port = ntohs(m->id.idiag_sport);
	if (!is_mail_port(port) || all->n == SESSIONS_MOST)
		return MNL_CB_OK;
	*s = (struct session){ .own = { .family = m->idiag_family, .port = m->id.idiag_sport },
			       .far = { .family = m->idiag_family, .port = m->id.idiag_dport } };
	memcpy(s->own.address, m->id.idiag_src, sizeof(s->own.address));
	memcpy(s->far.address, m->id.idiag_dst, sizeof(s->far.address));
	memcpy(s->cookie, m->id.idiag_cookie, sizeof(s->cookie));
	all->n++;
	return MNL_CB_OK;
}

static int list_sessions(struct mnl_socket *nl, uint8_t family, struct sessions *all)
{
	char bytes[1 << 14] __attribute__((aligned(8)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(bytes);
	struct inet_diag_req_v2 *q;
	ssize_t n;
	int more = MNL_CB_OK;

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = family;
	q = mnl_nlmsg_put_extra_header(h, sizeof(*q));
	q->sdiag_family = family;
	q->sdiag_protocol = IPPROTO_TCP;
	q->idiag_states = 1u << ESTABLISHED;
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -1;
	while (more > MNL_CB_STOP) {
		n = mnl_socket_recvfrom(nl, bytes, sizeof(bytes));
		more = n < 0 ? -1
			     : mnl_cb_run(bytes, (size_t)n, family, mnl_socket_get_portid(nl), take_session,
					  all);
	}
	return more < 0 ? -1 : 0;
}

/* An IPv4 client is the same whether the socket is IPv6 or not. */
static void as_ipv6(uint8_t family, uint32_t address[4])
{
	if (family != AF_INET)
		return;
	address[3] = address[0];
	address[2] = htonl(0xffff);
	address[1] = address[0] = 0;
}

bool socket_read_address(struct span s, uint32_t ret_ipv6[4])
{
	if (address_read(s, AF_INET6, ret_ipv6))
		return true;
	if (!address_read(s, AF_INET, ret_ipv6))
		return false;
	as_ipv6(AF_INET, ret_ipv6);
	return true;
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, 4 * sizeof(uint32_t));
}

int socket_end_sessions(const struct span *clients, size_t nclients, size_t *ret_closed, struct err *err)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct sessions all = { .at = xcalloc(SESSIONS_MOST + 1, sizeof(*all.at)) };
	uint32_t(*wanted)[4] = xcalloc(nclients, sizeof(*wanted));
	struct answer unused;
	int rc = 0;

	*ret_closed = 0;
	for (size_t i = 0; i < nclients; i++)
		socket_read_address(clients[i], wanted[i]);
	qsort(wanted, nclients, sizeof(*wanted), by_address);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 || list_sessions(nl, AF_INET, &all) < 0 ||
	    list_sessions(nl, AF_INET6, &all) < 0)
		rc = err_sys(err, EXIT_IO, "the kernel does not tell the open mail sessions");
	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		struct end far = all.at[i].far;

		as_ipv6(far.family, far.address);
		if (!bsearch(far.address, wanted, nclients, sizeof(*wanted), by_address))
			continue;
		if (ask(nl, SOCK_DESTROY, &all.at[i].own, &all.at[i].far, all.at[i].cookie, &unused) == 0)
			++*ret_closed;
		else if (errno != ENOENT)
			rc = err_sys(err, EXIT_IO, "the kernel does not close a mail session");
	}
	if (nl)
		mnl_socket_close(nl);
	free(wanted);
	free(all.at);
	return rc;
}

/* --- one connection ------------------------------------------------------------------------------- */

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

const struct kind kind_close_socket = { .transient = true, .check = check, .make = make };
