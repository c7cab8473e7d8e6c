/*
 * by_hand - what an administrator can do about a sender whom no action of ours stops.
 *
 * Steps of his own, told apart and never run. Each names whom else it touches: what is left when nothing finer can be had is
 * coarse.
 *
 * TRUST: names and addresses are what logs said. They are quoted for a shell; an address that is none in form is not put into
 * a command.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include <arpa/inet.h>

#define ADDRESSES_TOLD 3

static bool is_address(struct draft *d, struct span s, int *ret_family)
{
	const char *text = arena_str(d->arena, s);
	unsigned char bytes[16];

	*ret_family = span_find(s, 0, ':') >= 0 ? AF_INET6 : AF_INET;
	return s.n < INET6_ADDRSTRLEN && inet_pton(*ret_family, text, bytes) == 1;
}

static void refuse_address(struct draft *d, struct span ip, const char *whom)
{
	int family;

	if (is_address(d, ip, &family) && !span_starts(ip, SPAN("127.")) && !span_eq(ip, SPAN("::1")))
		draft_apart(d,
			    "no mail from %.*s, %s: %s -I INPUT -s %.*s -p tcp -m multiport --dports "
			    "25,465,587 -j REJECT",
			    ARG(ip), whom, family == AF_INET6 ? "ip6tables" : "iptables", ARG(ip));
}

static void stop_login(struct draft *d, const struct row *r)
{
	for (size_t i = 0; i < r->nclients && i < ADDRESSES_TOLD; i++)
		refuse_address(d, r->clients[i].ip, "which he sends from, until his password is changed");
	draft_apart(d, "his open logins, once his password is changed: doveadm kick %.*s",
		    ARG(draft_quoted(d, r->id)));
}

static void stop_relay(struct draft *d, const struct row *r)
{
	draft_apart(d,
		    "take %.*s out of mynetworks (postconf mynetworks) or relay_from_hosts (exim -bP "
		    "+relay_from_hosts), and reload the mail server: then that host needs a password",
		    ARG(r->id));
	refuse_address(d, r->id, "nor from anybody behind it");
}

static void stop_user(struct draft *d, const struct row *r)
{
	struct span who = r->account.n ? r->account : r->id;

	if (r->kind == KIND_SCRIPT)
		draft_apart(
			d,
			"read %.*s; what mails and is nobody's loses its rights: chmod 000 FILE (chmod 644 "
			"FILE gives them back)",
			ARG(r->id));
	else if (r->kind == KIND_DIRECT)
		draft_apart(
			d,
			"see what runs, and stop it: ps -fC NAME for %.*s, then kill -STOP PID (kill -CONT "
			"PID lets it go on)",
			ARG(r->id));
	else
		draft_apart(
			d,
			"see what runs as %.*s, and stop it: ps -fu %.*s, then kill -STOP PID (kill -CONT "
			"PID lets it go on)",
			ARG(who), ARG(draft_quoted(d, who)));
	if (d->facts->postfix_spool.n && r->kind == KIND_LOCAL && draft_is_plain_name(who))
		draft_apart(d,
			    "no sendmail for %.*s and all who share that user: !%.*s first in "
			    "authorized_submit_users (postconf -e 'authorized_submit_users = !%.*s, "
			    "static:all' where it is not set)",
			    ARG(who), ARG(who), ARG(who));
}

/* Last, as it stops honest people's mail, too: nothing for a name that no log knows. */
static void stop_all(struct draft *d)
{
	bool sends = false;

	for (size_t i = 0; i < d->want->nrows; i++)
		sends |= d->want->rows[i].counts.messages > 0;
	if (!sends)
		return;
	if (d->want->elsewhere)
		draft_apart(d,
			    "only files are acted on beneath another root: the same command on that server "
			    "itself, without --root");
	else
		draft_apart(d,
			    "nothing leaves this server while you look, nobody's mail: spamtrail contain "
			    "--all%.*s",
			    ARG(d->want->again[PLAN_SAY_CONTAIN]));
}

void by_hand(struct draft *d)
{
	for (size_t i = 0; i < d->want->nrows; i++) {
		const struct row *r = &d->want->rows[i];

		/* as plan.c acts: the others of an incident are left alone with a note of their own */
		if (d->want->incident.n && r->grade != 'A')
			continue;
		switch (r->kind) {
		case KIND_AUTH:
			stop_login(d, r);
			break;
		case KIND_RELAY:
			stop_relay(d, r);
			break;
		case KIND_SCRIPT:
		case KIND_LOCAL:
		case KIND_DIRECT:
			stop_user(d, r);
			break;
		case KIND_FORWARD:
			draft_apart(d,
				    "end the forwarding of %.*s where it is set (aliases, .forward, the "
				    "panel), after its owner was told",
				    ARG(r->id));
			break;
		default:
			draft_apart(d, "it comes from outside: refuse it at the door, by its sender "
				       "(check_sender_access, or an ACL at RCPT) or its address (firewall)");
		}
	}
	stop_all(d);
}
