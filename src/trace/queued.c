/* queued - see queued.h. */
#include "trace/queued.h"

#include "host/accounts.h"
#include "trace/net.h"
#include "trace/who.h"

#include <stdio.h>

static struct span account_name(const struct accounts *a, uint32_t index)
{
	return index == ACCOUNT_NONE ? SPAN_NONE : accounts_get(a, index)->name;
}

static uint32_t account_of_domain(const struct accounts *a, struct span address)
{
	struct span domain = who_domain(address);

	return domain.n ? accounts_by_domain(a, domain, true) : ACCOUNT_NONE;
}

static struct span lower(struct whose *w, struct span s)
{
	if (s.n > sizeof(w->room))
		return s;
	for (size_t i = 0; i < s.n; i++)
		w->room[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
	return span_of(w->room, s.n);
}

/* As who_auth does: by the login's domain, else the login in passwd; what has several @ is no address. */
static void of_login(const struct queued *q, const struct accounts *a, struct whose *w)
{
	bool several = span_find(q->login, 0, '@') != span_rfind(q->login, '@');
	uint32_t account = several ? ACCOUNT_NONE : account_of_domain(a, q->login);

	if (account == ACCOUNT_NONE)
		account = accounts_by_name(a, q->login);
	w->kind = KIND_AUTH;
	w->id = lower(w, q->login);
	w->account = account_name(a, account);
	w->grade = q->login_grade;
}

/* The unix user who handed it over; a user whom many sites share is no account. */
static void of_uid(const struct queued *q, const struct accounts *a, struct whose *w)
{
	uint32_t index = accounts_by_uid(a, q->uid);
	const struct account *owner = index == ACCOUNT_NONE ? NULL : accounts_get(a, index);

	if (owner && owner->mta) {
		/* what the mail server hands to itself */
		w->kind = KIND_BOUNCE;
		w->id = span_str(sender_kind_name(KIND_BOUNCE));
		w->grade = 'B';
		return;
	}
	w->kind = KIND_LOCAL;
	w->grade = q->uid_grade;
	if (q->user.n)
		w->id = q->user;
	else if (owner)
		w->id = owner->name;
	else
		w->id = span_of(w->room, (size_t)snprintf(w->room, sizeof(w->room), "uid %u", q->uid));
	if (owner && !owner->shared)
		w->account = owner->name;
}

static void of_client(const struct queued *q, const struct accounts *a, const struct networks *networks,
		      struct whose *w)
{
	uint8_t ip[16];
	uint32_t account;

	if (!net_parse(q->client, ip))
		return;
	if (!net_is_loopback(ip) && !networks_hold(networks, ip)) {
		w->kind = KIND_INBOUND;
		w->id = span_str(sender_kind_name(KIND_INBOUND));
		w->grade = 'B';
		return;
	}
	account = account_of_domain(a, q->sender);
	w->kind = KIND_RELAY;
	w->id = net_show(ip, w->room);
	w->account = account_name(a, account);
	/* the account is only what the envelope sender says: enough to count, never to accuse */
	w->grade = account == ACCOUNT_NONE ? 'B' : 'C';
}

void queued_whose(const struct queued *q, const struct accounts *accounts, const struct networks *networks,
		  struct whose *ret)
{
	ret->kind = KIND_UNKNOWN;
	ret->id = span_str(q->damage ? "damaged" : "unknown");
	ret->account = SPAN_NONE;
	ret->grade = 0;
	if (q->damage)
		return;
	if (q->door == DOOR_BOUNCE) {
		ret->kind = KIND_BOUNCE;
		ret->id = span_str(sender_kind_name(KIND_BOUNCE));
		ret->grade = 'B';
	} else if (q->login.n) {
		of_login(q, accounts, ret);
	} else if (q->client.n) {
		of_client(q, accounts, networks, ret);
	} else if (q->uid != QUEUED_NO_UID) {
		of_uid(q, accounts, ret);
	}
}
