/*
 * flow - time: actors cause messages, messages take steps, everything in order of one clock.
 *
 * What becomes of each recipient is decided here, once per try; the MTA's file only words it.
 */
#include "parts.h"

#include <stdlib.h>

#define IS_MSG UINT32_C(0x80000000)

void schedule(struct world *w, int64_t at, uint32_t what)
{
	uint32_t i;

	if (w->nheap == w->heap_room) {
		w->heap_room = w->heap_room ? w->heap_room * 2 : 4096;
		w->heap = realloc(w->heap, w->heap_room * sizeof *w->heap);
	}
	for (i = w->nheap++; i && w->heap[(i - 1) / 2].at > at; i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = (struct item){ at, what };
}

static struct item heap_pop(struct world *w)
{
	struct item top = w->heap[0], last = w->heap[--w->nheap];
	uint32_t i = 0, child;

	while ((child = 2 * i + 1) < w->nheap) {
		if (child + 1 < w->nheap && w->heap[child + 1].at < w->heap[child].at)
			child++;
		if (w->heap[child].at >= last.at)
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = last;
	return top;
}

void schedule_msg(struct world *w, struct msg *m, int64_t at)
{
	schedule(w, at, (uint32_t)(m - w->msg) | IS_MSG);
}

/* Pointers to messages are good until the next msg_new: the pool may move. */
struct msg *msg_new(struct world *w)
{
	struct msg *m;

	if (w->msg_free) {
		m = &w->msg[w->msg_free - 1];
		w->msg_free = m->actor;
	} else {
		if (w->nmsgs == w->msgs_room) {
			w->msgs_room = w->msgs_room ? w->msgs_room * 2 : 1024;
			w->msg = realloc(w->msg, w->msgs_room * sizeof *w->msg);
		}
		m = &w->msg[w->nmsgs++];
	}
	memset(m, 0, offsetof(struct msg, r));
	m->born = w->now;
	m->seed = rng_u64(&w->rng);
	m->row = m->account = m->actor = NOBODY;
	return m;
}

void msg_end(struct world *w, struct msg *m)
{
	m->actor = w->msg_free;
	w->msg_free = (uint32_t)(m - w->msg) + 1;
}

bool role_is_script(enum role role)
{
	return role == R_FORM || role == R_SHOP || role == R_NEWSLETTER || role == R_PLUGIN || role == R_SLOW;
}

/* Programs that set an envelope sender of their own (-f); plain mail() leaves user@host. */
bool role_names_sender(enum role role)
{
	return role == R_NEWSLETTER || role == R_SHOP;
}

bool role_is_local(enum role role)
{
	return role_is_script(role) || role == R_CRON || role == R_CRONSPAM || role == R_VACATION ||
	       role == R_BOUNCE;
}

/* --- recipients ------------------------------------------------------------------------------ */

static struct addr outside(struct world *w, uint64_t h)
{
	/* half of all addresses at freemail providers */
	uint32_t domain =
		h & 1 ? (uint32_t)(h >> 1 & 15) : 16 + (uint32_t)((h >> 8 & 0xffffff) % (w->nexternal - 16));

	return (struct addr){ domain, (uint32_t)(h >> 32) };
}

static struct addr inside(const struct world *w, uint32_t account, uint32_t mailbox)
{
	return (struct addr){ w->nexternal + account, mailbox };
}

/* What awaits an outside address, in 1/1000: unknown, refused as spam, greylisted, dead host, mailbox full. */
static const struct outlook {
	uint16_t unknown, spam, grey, dead, full;
} outlook[ROLES] = {
	[R_MAILBOX] = { 6, 1, 20, 1, 1 },      [R_SHOP] = { 14, 2, 20, 2, 2 },
	[R_NEWSLETTER] = { 5, 2, 15, 1, 3 },   [R_BULK] = { 6, 1, 15, 1, 2 },
	[R_FORWARD] = { 2, 25, 15, 0, 3 },     [R_LIST] = { 4, 1, 15, 1, 1 },
	[R_WEBMAIL] = { 6, 1, 15, 1, 1 },      [R_VACATION] = { 40, 5, 30, 10, 2 },
	[R_STOLEN] = { 170, 130, 50, 20, 10 }, [R_PLUGIN] = { 220, 160, 50, 25, 10 },
	[R_SLOW] = { 180, 70, 40, 20, 10 },    [R_CRONSPAM] = { 240, 120, 50, 25, 10 },
	[R_BOUNCE] = { 10, 0, 20, 30, 0 },
};

static enum fate fate_draw(struct world *w, enum role role, struct addr a)
{
	const struct outlook *o = &outlook[role];
	uint32_t x;

	if (is_local(w, a))
		return F_LOCAL;
	/* A list's address is dead or alive for good; everybody else's luck is drawn each time. */
	x = role == R_NEWSLETTER || role == R_BULK || role == R_LIST
		    ? (uint32_t)(mix64((uint64_t)a.domain << 32 | a.local) % 1000)
		    : rng_below(&w->rng, 1000);
	if (x < o->unknown)
		return F_UNKNOWN;
	if ((x -= o->unknown) < o->spam)
		return F_SPAM;
	if ((x -= o->spam) < o->grey)
		return F_GREY;
	if ((x -= o->grey) < o->dead)
		return F_DEAD;
	return x - o->dead < o->full ? F_FULL : F_OK;
}

/* The fate of this try: grey turns to ok with the second, full with the fourth; dead stays dead. */
enum fate fate_now(struct world *w, const struct msg *m, struct rcpt *r)
{
	if (r->fate == F_GREY && m->tries >= 1)
		return F_OK;
	if (r->fate == F_FULL && m->tries >= 3)
		return chance(w, 0.5) ? F_OK : F_FULL;
	return r->fate;
}

int64_t retry_delay(const struct msg *m)
{
	int64_t d = 15 * MINUTE << (m->tries < 4 ? m->tries : 4);

	return d + (int64_t)(m->seed % 60) * SECOND;
}

static void rcpt_add(struct world *w, struct msg *m, struct addr a)
{
	struct rcpt *r;

	for (unsigned i = 0; i < m->nrcpt; i++)
		if (m->r[i].a.domain == a.domain && m->r[i].a.local == a.local)
			return;
	if (m->nrcpt == MAX_RCPTS)
		return;
	r = &m->r[m->nrcpt++];
	*r = (struct rcpt){ .a = a, .orig = a, .fate = (uint8_t)fate_draw(w, m->role, a) };
}

/* One of a mailbox's own correspondents, seldom somebody new. */
static struct addr contact(struct world *w, uint64_t who)
{
	uint32_t known = 8 + (uint32_t)(mix64(who) % 50);
	uint32_t k = rng_below(&w->rng, known), j = rng_below(&w->rng, known);
	uint64_t h;

	if (chance(w, 0.06))
		return outside(w, rng_u64(&w->rng));
	h = mix64(who * 1009 + (k < j ? k : j));
	if (h >> 40 & 1 && h >> 41 & 1)
		return inside(w, (uint32_t)(h % w->naccounts),
			      (uint32_t)(h >> 33 & 7) % w->account[h % w->naccounts].mailboxes);
	return outside(w, h);
}

static void recipients(struct world *w, struct msg *m, const struct actor *a)
{
	uint64_t who = (uint64_t)a->account << 8 | a->mailbox;
	unsigned n = 1;

	switch (a->role) {
	case R_MAILBOX:
		while (n < 8 && chance(w, 0.25))
			n++;
		while (n--)
			rcpt_add(w, m, contact(w, who));
		break;
	case R_INBOUND:
	case R_BACKSCATTER:
		rcpt_add(w, m, inside(w, a->account, a->mailbox));
		if (a->role == R_INBOUND && w->account[a->account].mailboxes > 1 && chance(w, 0.08))
			rcpt_add(w, m,
				 inside(w, a->account, (a->mailbox + 1) % w->account[a->account].mailboxes));
		break;
	case R_FORWARD:
		rcpt_add(w, m, outside(w, mix64(who + 17)));
		m->r[0].orig = inside(w, a->account, a->mailbox);
		break;
	case R_FORM:
		rcpt_add(w, m,
			 a->account % 4 ? inside(w, a->account, 0)
					: outside(w, mix64(who + 3) & ~UINT64_C(1)));
		break;
	case R_SHOP:
		rcpt_add(w, m, outside(w, rng_u64(&w->rng)));
		if (chance(w, 0.5))
			rcpt_add(w, m, inside(w, a->account, 0));
		break;
	case R_CRON:
		rcpt_add(w, m, inside(w, a->account == NOBODY ? 0 : a->account, 9));
		break;
	case R_NEWSLETTER:
		rcpt_add(w, m, outside(w, mix64(who * 7919 + a->sent % (a->audience + 1))));
		break;
	case R_BULK:
		for (unsigned i = 0; i < 20; i++)
			rcpt_add(w, m,
				 outside(w, mix64(who * 7919 + (a->sent * 20 + i) % (a->audience + 1))));
		break;
	case R_LIST:
		n = 5 + rng_below(&w->rng, 26);
		for (unsigned i = 0; i < n; i++)
			rcpt_add(w, m, outside(w, mix64(who * 523 + rng_below(&w->rng, 90))));
		break;
	case R_MONITOR:
		rcpt_add(w, m, outside(w, mix64(4711 + rng_below(&w->rng, 2)) & ~UINT64_C(1)));
		break;
	case R_STOLEN:
		for (n = 5 + rng_below(&w->rng, 16); n; n--)
			rcpt_add(w, m, outside(w, rng_u64(&w->rng)));
		break;
	case R_WEBMAIL:
		rcpt_add(w, m, contact(w, who + 99));
		break;
	default:
		rcpt_add(w, m, outside(w, rng_u64(&w->rng)));
		break;
	}
}

/* Office mailboxes come from one to three networks; a stolen one from a thousand. */
static uint32_t client_ip(struct world *w, const struct actor *a)
{
	uint64_t home = mix64((uint64_t)a->account << 8 | a->mailbox);
	uint32_t base = 0x55000000u + (uint32_t)(home % 0x500000) * 256;

	switch (a->role) {
	case R_STOLEN:
		return 0x2d000000u + (uint32_t)(mix64(rng_below(&w->rng, 900)) % 0x8fffff) * 256 + 7;
	case R_PLUGIN:
	case R_SLOW:
		return 0xcb007100u + 0x300u * rng_below(&w->rng, 4) + 40;
	case R_FORM:
	case R_SHOP:
		return 0x50000000u + (uint32_t)(rng_u64(&w->rng) % 0x30000000u);
	case R_MAILBOX:
	case R_BULK:
	case R_WEBMAIL:
		return base + 20 +
		       (uint32_t)(chance(w, 0.8) ? 0 : (1 + rng_below(&w->rng, 1 + home % 2)) * 70000);
	case R_MONITOR:
		return 0xc6336407u;
	case R_LIST:
		return 0x7f000001u;
	default:
		return 0x50000000u + (uint32_t)(rng_u64(&w->rng) % 0x40000000u);
	}
}

static void message_start(struct world *w, uint32_t index)
{
	struct actor *a = &w->actor[index];
	struct msg *m = msg_new(w);
	int64_t at = w->now;

	m->role = a->role;
	m->actor = index;
	m->account = a->account;
	m->row = a->row;
	m->size = 700 + (uint32_t)(rng_exp(&w->rng) *
				   (a->role == R_MAILBOX || a->role == R_INBOUND ? 40000 : 2500));
	if (a->role == R_NEWSLETTER || a->role == R_PLUGIN || a->role == R_STOLEN)
		m->size = 4000 + a->account * 10 + m->size % 40;
	m->pid = w->next_pid++;
	m->ip = client_ip(w, a);
	m->null_sender = a->role == R_BACKSCATTER || a->role == R_VACATION;
	m->from = a->role == R_INBOUND || a->role == R_FORWARD ? outside(w, rng_u64(&w->rng))
		  : a->account == NOBODY		       ? (struct addr){ 20, 20 }
							       : inside(w, a->account, a->mailbox);
	recipients(w, m, a);
	a->sent++;
	if (role_is_local(m->role)) {
		/* One submission of a user at a time: which folder's line belongs to which arrival is then never open. */
		bool shared = (w->variant & V_WWWDATA && role_is_script(m->role)) || a->account == NOBODY ||
			      m->role == R_VACATION;
		int64_t *busy = shared ? &w->shared_busy : &w->account[a->account].busy;

		at = at > *busy ? at : *busy;
		*busy = at + 120000;
	}
	schedule_msg(w, m, at);
}

struct msg *msg_bounce(struct world *w, const struct msg *failed)
{
	uint32_t parent = (uint32_t)(failed - w->msg);
	struct msg *m;

	if (failed->null_sender)
		return NULL;
	m = msg_new(w);
	failed = &w->msg[parent];
	m->role = R_BOUNCE;
	m->row = row_find(w, K_BOUNCE, "bounce", NOBODY);
	m->null_sender = 1;
	m->size = 1900 + (uint32_t)(m->seed % 900);
	m->pid = w->next_pid++;
	memcpy(m->parent, failed->id, sizeof m->parent);
	rcpt_add(w, m, failed->from);
	return m;
}

/* --- actors ---------------------------------------------------------------------------------- */

/* When the actor's share of mail has grown by one exponential step of its rate. */
static int64_t next_time(struct world *w, const struct actor *a, int64_t now)
{
	const double *p = w->profile[a->profile];
	double hours = (double)now / (double)HOUR, want, have;
	unsigned h = (unsigned)hours;
	bool whole = a->from == 0 && a->to == w->span;

	if (a->n <= 0)
		return INT64_MAX;
	if (!whole)
		return now + (int64_t)(rng_exp(&w->rng) / a->n * (double)(a->to - a->from));
	have = p[h] + (p[h + 1] - p[h]) * (hours - h);
	want = have + rng_exp(&w->rng) / a->n;
	while (h < 168 && p[h + 1] < want)
		h++;
	if (h >= 168)
		return INT64_MAX;
	return (int64_t)((h + (want - p[h]) / (p[h + 1] - p[h])) * (double)HOUR);
}

static void culprit_begins(struct world *w, struct actor *a)
{
	struct row *r = &w->row[a->row];

	if (r->culprit)
		return;
	r->culprit = a->role == R_STOLEN   ? "stolen mailbox"
		     : a->role == R_PLUGIN ? "plugin"
		     : a->role == R_SLOW   ? "slow form"
					   : "cron mailer";
	r->since = w->now;
	r->since_message = r->messages + 1;
	side_entry(w, a);
}

static void act(struct world *w, uint32_t index)
{
	struct actor *a = &w->actor[index];

	if (w->now > a->to || w->now >= w->span)
		return;
	/* what is still without a result at the end could be no forward nor relay to any reader */
	if ((a->role == R_FORWARD || a->role == R_MONITOR) && w->now > w->span - 5 * MINUTE)
		return;
	if (a->role >= R_STOLEN && a->role <= R_CRONSPAM)
		culprit_begins(w, a);
	if (a->role == R_NOISE || a->role == R_OLD || a->role == R_QUEUECOUNT) {
		(w->mta == MTA_EXIM ? exim_noise : postfix_noise)(w, a);
	} else if (a->period) {
		for (uint32_t i = 0; i < a->batch; i++) {
			w->now += i * (300000 + rng_below(&w->rng, 500000));
			message_start(w, index);
			a = &w->actor[index];
		}
	} else {
		message_start(w, index);
	}
	a = &w->actor[index];
	if (a->period)
		schedule(w, a->from + ((w->now - a->from) / a->period + 1) * a->period, index);
	else {
		int64_t next = next_time(w, a, w->now);

		if (next < a->to)
			schedule(w, next, index);
	}
}

static void start_actors(struct world *w)
{
	for (uint32_t i = 0; i < w->nactors; i++) {
		struct actor *a = &w->actor[i];
		int64_t at = a->period ? a->from : next_time(w, a, a->from);

		if (at < w->span && at < a->to)
			schedule(w, at, i);
	}
}

void run(struct world *w)
{
	int64_t part = 1;

	start_actors(w);
	while (w->nheap) {
		struct item it = heap_pop(w);

		if (it.at >= w->span)
			break;
		stamps_at(w, it.at);
		while (part < w->rotate && it.at >= w->span / w->rotate * part)
			out_rotate(w, &w->main, (unsigned)part++);
		if (it.what & IS_MSG)
			(w->mta == MTA_EXIM ? exim_step : postfix_step)(w, &w->msg[it.what & ~IS_MSG]);
		else
			act(w, it.what);
	}
}
