/*
 * postfix - a message's steps as Postfix logs them (log-formats in doc/; Postfix 3.7 on Debian 12), with mail()
 * calls in PHP's own log beside it.
 *
 * Steps: 0 client or pickup, 1 cleanup and queue, 2 and on: tries; 5 the filter's second id; 9 removed.
 */
#include "parts.h"

#include <stdlib.h>

#define TRIES 9

static void id_short(struct world *w, char *id, uint32_t *inode)
{
	/* Postfix: five hex digits of the microsecond, then the inode. Few microseconds are used here, and a
	 * freed inode at once, so that ids come back soon, as they do on a server with a small queue. */
	uint32_t usec = rng_below(&w->rng, 40) * 24000;

	if (w->ninode_free)
		*inode = w->inode_free[--w->ninode_free];
	else
		*inode = w->next_inode++;
	snprintf(id, 24, "%05X%X", usec, *inode);
}

static void id_long(struct world *w, char *id, uint32_t *inode)
{
	static const char set[] = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
	uint64_t sec = (uint64_t)(w->start + w->now / SECOND), usec = w->id_low++ % 1000000;
	uint32_t ino;

	*inode = 0;
	ino = 300000 + w->id_low % 65000;
	for (int i = 5; i >= 0; i--, sec /= 52)
		id[i] = set[sec % 52];
	for (int i = 9; i >= 6; i--, usec /= 52)
		id[i] = set[usec % 52];
	id[10] = 'z';
	for (int i = 13; i >= 11; i--, ino /= 51)
		id[i] = set[ino % 51];
	id[14] = 0;
}

void postfix_id(struct world *w, char *id, uint32_t *inode)
{
	(w->variant & V_SHORT ? id_short : id_long)(w, id, inode);
}

static void id_free(struct world *w, uint32_t inode)
{
	if (!inode)
		return;
	w->inode_free = realloc(w->inode_free, (w->ninode_free + 1) * sizeof *w->inode_free);
	w->inode_free[w->ninode_free++] = inode;
}

static struct text *begin(struct world *w, const char *daemon, uint32_t pid, const char *id)
{
	struct text *t = &w->line;

	t->n = 0;
	if (w->variant & V_BSD) {
		put(t, w->stamp_bsd, 15);
	} else {
		uint32_t us = (uint32_t)(w->now % SECOND);
		char d[7] = { '.' };

		for (int i = 6; i > 0; i--, us /= 10)
			d[i] = (char)('0' + us % 10);
		put(t, w->stamp_rfc, 19);
		put(t, d, 7);
		put(t, w->zone_colon, 6);
	}
	lit(t, " mail7 ");
	puts_(t, daemon);
	lit(t, "[");
	put_u(t, pid);
	lit(t, "]: ");
	if (id) {
		puts_(t, id);
		lit(t, ": ");
	}
	return t;
}

static void end(struct world *w)
{
	out_line(w, &w->main, "", 0, &w->line);
}

static bool is_auth(const struct msg *m)
{
	return m->role == R_MAILBOX || m->role == R_STOLEN || m->role == R_BULK;
}

static const char *smtpd(const struct msg *m)
{
	return is_auth(m) ? "postfix/submission/smtpd" : "postfix/smtpd";
}

static void put_client(struct world *w, struct text *t, const struct msg *m)
{
	if (m->role == R_LIST || m->role == R_WEBMAIL) {
		lit(t, "localhost[127.0.0.1]");
		return;
	}
	if (m->role == R_MONITOR) {
		lit(t, "mon1.noc.test[198.51.100.7]");
		return;
	}
	if (m->role == R_INBOUND || m->role == R_FORWARD) {
		lit(t, "mx.");
		put_domain(w, t, m->from);
	} else {
		lit(t, "unknown");
	}
	lit(t, "[");
	put_ip(t, m->ip);
	lit(t, "]");
}

static uint32_t uid_of(const struct world *w, const struct msg *m)
{
	if (m->role == R_VACATION)
		return 5000;
	if (m->account == NOBODY)
		return 0;
	return w->variant & V_WWWDATA && role_is_script(m->role) ? 33 : w->account[m->account].uid;
}

static const char *user_of(const struct world *w, const struct msg *m)
{
	uint32_t uid = uid_of(w, m);

	return uid == 0 ? "root" : uid == 33 ? "www-data" : uid == 5000 ? "" : w->account[m->account].name;
}

static void put_sender(struct world *w, struct text *t, const struct msg *m)
{
	lit(t, "from=<");
	if (m->null_sender) {
		;
	} else if (role_is_local(m->role) && !role_names_sender(m->role)) {
		puts_(t, user_of(w, m));
		lit(t, "@mail7.hosting.example");
	} else {
		put_addr(w, t, m->from);
	}
	lit(t, ">");
}

static void php_log(struct world *w, const struct msg *m)
{
	static struct text t;
	char dir[256];

	if (w->variant & V_NOMAILLOG)
		return;
	script_dir(w, &w->actor[m->actor], dir, sizeof dir);
	t.n = 0;
	lit(&t, "[");
	puts_(&t, w->stamp_php);
	lit(&t, " ");
	puts_(&t, w->zone);
	lit(&t, "] mail() on [");
	puts_(&t, dir);
	lit(&t, "/");
	puts_(&t, w->actor[m->actor].file);
	lit(&t, ":");
	put_u(&t, 3 + m->account % 200);
	lit(&t, "]: To: ");
	for (unsigned i = 0; i < m->nrcpt; i++) {
		if (i)
			lit(&t, ", ");
		put_addr(w, &t, m->r[i].a);
	}
	lit(&t, " -- Headers: From: info@");
	puts_(&t, w->account[m->account].domain);
	lit(&t, " -- Subject: ");
	put_subject(w, &t, m);
	out_line(w, &w->php, "", 0, &t);
}

static void entrance(struct world *w, struct msg *m)
{
	struct text *t;

	postfix_id(w, m->id, &m->inode);
	if (role_is_local(m->role)) {
		t = begin(w, "postfix/pickup", 612, m->id);
		lit(t, "uid=");
		put_u(t, uid_of(w, m));
		lit(t, " from=<");
		if (role_names_sender(m->role))
			put_addr(w, t, m->from);
		else
			puts_(t, user_of(w, m));
		lit(t, ">");
		end(w);
		return;
	}
	t = begin(w, smtpd(m), m->pid, NULL);
	lit(t, "connect from ");
	put_client(w, t, m);
	end(w);
	t = begin(w, smtpd(m), m->pid, m->id);
	lit(t, "client=");
	put_client(w, t, m);
	if (is_auth(m)) {
		lit(t, ", sasl_method=PLAIN, sasl_username=");
		put_addr(w, t, m->from);
	}
	end(w);
}

static void message_id(struct world *w, const struct msg *m, const char *id)
{
	struct text *t = begin(w, "postfix/cleanup", 700 + m->pid % 9, id);

	lit(t, "message-id=<");
	put_hash(t, m->seed, 12);
	lit(t, ".");
	put_hash(t, mix64(m->seed), 8);
	puts_(t, role_is_local(m->role) ? "@mail7.hosting.example>" : "@client.test>");
	end(w);
}

static void active(struct world *w, const struct msg *m, const char *id)
{
	struct text *t = begin(w, "postfix/qmgr", 613, id);

	put_sender(w, t, m);
	lit(t, ", size=");
	put_u(t, m->size);
	lit(t, ", nrcpt=");
	put_u(t, m->nrcpt);
	lit(t, " (queue active)");
	end(w);
}

static void queued(struct world *w, struct msg *m)
{
	struct text *t;

	if (role_is_script(m->role) && !(w->variant & V_NOHEADER)) {
		const struct actor *a = &w->actor[m->actor];

		t = begin(w, "postfix/cleanup", 700 + m->pid % 9, m->id);
		lit(t, "warning: header X-PHP-Originating-Script: ");
		put_u(t, uid_of(w, m));
		lit(t, ":");
		puts_(t, a->file);
		lit(t, " from local; ");
		put_sender(w, t, m);
		lit(t, " to=<");
		put_addr(w, t, m->r[0].orig);
		lit(t, ">");
		end(w);
	}
	message_id(w, m, m->id);
	active(w, m, m->id);
	row_arrival(w, m->row, m->nrcpt);
	if (!role_is_local(m->role)) {
		t = begin(w, smtpd(m), m->pid, NULL);
		lit(t, "disconnect from ");
		put_client(w, t, m);
		puts_(t, is_auth(m) ? " ehlo=2 starttls=1 auth=1 mail=1 rcpt="
				    : " ehlo=2 starttls=1 mail=1 rcpt=");
		put_u(t, m->nrcpt);
		lit(t, " data=1 quit=1 commands=");
		put_u(t, 7 + m->nrcpt);
		end(w);
	}
}

static struct text *result(struct world *w, const struct msg *m, const struct rcpt *r, const char *daemon,
			   const char *id)
{
	struct text *t = begin(w, daemon, 800 + m->pid % 40, id);

	lit(t, "to=<");
	put_addr(w, t, r->a);
	lit(t, ">");
	if (r->orig.domain != r->a.domain || r->orig.local != r->a.local) {
		lit(t, ", orig_to=<");
		put_addr(w, t, r->orig);
		lit(t, ">");
	}
	lit(t, ", relay=");
	return t;
}

static void put_delays(struct text *t, const struct msg *m, const char *dsn_status)
{
	lit(t, ", delay=");
	put_u(t, m->seed % 4);
	lit(t, ".");
	put_u(t, 10 + m->seed % 89);
	lit(t, ", delays=0.03/0.01/0.2/");
	put_u(t, m->seed % 4);
	puts_(t, dsn_status);
}

static void put_relay(struct world *w, struct text *t, const struct rcpt *r)
{
	uint32_t ip;

	put_mx(w, t, r->a, &ip);
	lit(t, "[");
	put_ip(t, ip);
	lit(t, "]:25");
}

static void said(struct world *w, struct text *t, const struct rcpt *r, const char *what)
{
	uint32_t ip;

	lit(t, " (host ");
	put_mx(w, t, r->a, &ip);
	lit(t, "[");
	put_ip(t, ip);
	lit(t, "] said: ");
	puts_(t, what);
	lit(t, " (in reply to RCPT TO command))");
}

static void delivered(struct world *w, struct msg *m, const struct rcpt *r, const char *id)
{
	struct text *t = result(w, m, r, r->fate == F_LOCAL ? "postfix/lmtp" : "postfix/smtp", id);

	if (r->fate == F_LOCAL) {
		lit(t, "mail7.hosting.example[private/dovecot-lmtp]");
		put_delays(t, m, ", dsn=2.0.0, status=sent (250 2.0.0 <");
		put_addr(w, t, r->a);
		lit(t, "> ");
		put_hash(t, m->seed, 14);
		lit(t, " Saved)");
	} else {
		put_relay(w, t, r);
		put_delays(t, m, ", dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ");
		put_hash(t, mix64(m->seed + 2), 11);
		lit(t, ")");
	}
	end(w);
	w->row[m->row].delivered++;
}

static void bounced(struct world *w, struct msg *m, const struct rcpt *r, const char *id)
{
	struct text *t = result(w, m, r, "postfix/smtp", id);

	put_relay(w, t, r);
	if (r->fate == F_SPAM) {
		put_delays(t, m, ", dsn=5.7.1, status=bounced");
		said(w, t, r, "554 5.7.1 Message rejected as spam by content filtering");
	} else {
		put_delays(t, m, ", dsn=5.1.1, status=bounced");
		said(w, t, r,
		     "550 5.1.1 <recipient>: Recipient address rejected: User unknown in virtual mailbox "
		     "table");
	}
	end(w);
	w->row[m->row].bounced++;
}

static void deferred(struct world *w, struct msg *m, const struct rcpt *r, const char *id)
{
	struct text *t = result(w, m, r, "postfix/smtp", id);

	if (r->fate == F_DEAD) {
		uint32_t ip;

		lit(t, "none");
		put_delays(t, m, ", dsn=4.4.1, status=deferred (connect to ");
		put_mx(w, t, r->a, &ip);
		lit(t, "[");
		put_ip(t, ip);
		lit(t, "]:25: Connection timed out)");
	} else {
		put_relay(w, t, r);
		put_delays(t, m,
			   r->fate == F_FULL ? ", dsn=4.2.2, status=deferred"
					     : ", dsn=4.7.1, status=deferred");
		said(w, t, r,
		     r->fate == F_FULL ? "452 4.2.2 The email account that you tried to reach is over quota"
				       : "451 4.7.1 Greylisting in action, please come back later");
	}
	end(w);
	w->row[m->row].deferred++;
}

static void notify(struct world *w, struct msg *m, const char *id)
{
	uint32_t index = (uint32_t)(m - w->msg);
	struct msg *b = msg_bounce(w, m);
	struct text *t;

	if (!b)
		return;
	m = &w->msg[index];
	postfix_id(w, b->id, &b->inode);
	message_id(w, b, b->id);
	t = begin(w, "postfix/bounce", 900, id);
	lit(t, "sender non-delivery notification: ");
	puts_(t, b->id);
	end(w);
	b->step = 1;
	schedule_msg(w, b, w->now + 2000);
}

/* The filter takes it, hands it back under a second id, and answers with that id. */
static void filter(struct world *w, struct msg *m)
{
	struct text *t;

	postfix_id(w, m->id2, &m->inode2);
	t = begin(w, "postfix/amavis/smtpd", 950, m->id2);
	lit(t, "client=localhost[127.0.0.1]");
	if (w->variant & V_XFORWARD) {
		lit(t, ", orig_queue_id=");
		puts_(t, m->id);
		lit(t, ", orig_client=");
		put_client(w, t, m);
	}
	end(w);
	message_id(w, m, m->id2);
	active(w, m, m->id2);
	for (unsigned i = 0; i < m->nrcpt; i++) {
		t = result(w, m, &m->r[i], "postfix/amavis/smtp", m->id);
		lit(t, "127.0.0.1[127.0.0.1]:10024");
		put_delays(t, m,
			   ", dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 "
			   "Ok: queued as ");
		puts_(t, m->id2);
		lit(t, ")");
		end(w);
	}
	lit(begin(w, "postfix/qmgr", 613, m->id), "removed");
	end(w);
	m->step = 5;
	schedule_msg(w, m, w->now + 100000 + (int64_t)(m->seed % (3 * SECOND)));
}

static void try_all(struct world *w, struct msg *m)
{
	const char *id = m->id2[0] ? m->id2 : m->id;
	bool waiting = false, failed = false;
	struct text *t;

	if (m->tries)
		active(w, m, id);
	for (unsigned i = 0; i < m->nrcpt; i++) {
		struct rcpt *r = &m->r[i];
		enum fate f;

		if (r->done)
			continue;
		f = fate_now(w, m, r);
		if (f == F_OK || f == F_LOCAL) {
			delivered(w, m, r, id);
			r->done = 1;
		} else if (f == F_UNKNOWN || f == F_SPAM) {
			bounced(w, m, r, id);
			r->done = 1;
			failed = true;
		} else if (m->tries < TRIES) {
			deferred(w, m, r, id);
			waiting = true;
		} else {
			r->done = 2;
			waiting = true;
		}
	}
	if (waiting && m->tries >= TRIES) {
		/* qmgr gives up: every recipient still deferred is bounced by one line */
		t = begin(w, "postfix/qmgr", 613, id);
		put_sender(w, t, m);
		lit(t, ", status=expired, returned to sender");
		end(w);
		for (unsigned i = 0; i < m->nrcpt; i++)
			w->row[m->row].bounced += m->r[i].done == 2;
		failed = true;
		waiting = false;
	}
	if (failed) {
		uint32_t index = (uint32_t)(m - w->msg);
		char copy[24];

		memcpy(copy, id, sizeof copy);
		notify(w, m, copy);
		m = &w->msg[index];
	}
	if (waiting) {
		schedule_msg(w, m, w->now + retry_delay(m));
		m->tries++;
		return;
	}
	m->step = 9;
	schedule_msg(w, m, w->now + 2000);
}

void postfix_step(struct world *w, struct msg *m)
{
	switch (m->step) {
	case 0:
		if (role_is_script(m->role) && m->tries == 0) {
			/* mail() is logged before the message is handed over */
			side_request(w, m);
			php_log(w, m);
			m->tries = 1;
			schedule_msg(w, m, w->now + 30000);
			return;
		}
		m->tries = 0;
		entrance(w, m);
		m->step = 1;
		schedule_msg(w, m, w->now + 20000 + (int64_t)(m->seed % 40000));
		break;
	case 1:
		if (m->role == R_BOUNCE) {
			active(w, m, m->id);
			row_arrival(w, m->row, m->nrcpt);
		} else {
			queued(w, m);
		}
		m->step = 2;
		schedule_msg(w, m,
			     w->now + 150000 +
				     (int64_t)(m->seed >> 20) %
					     (m->r[0].fate == F_LOCAL ? SECOND : 6 * SECOND));
		break;
	case 2:
		if (w->variant & V_AMAVIS && m->role != R_BOUNCE && !m->id2[0]) {
			filter(w, m);
			break;
		}
		try_all(w, m);
		break;
	case 5:
		id_free(w, m->inode);
		m->inode = 0;
		m->step = 2;
		try_all(w, m);
		break;
	default:
		lit(begin(w, "postfix/qmgr", 613, m->id2[0] ? m->id2 : m->id), "removed");
		end(w);
		id_free(w, m->inode);
		id_free(w, m->inode2);
		msg_end(w, m);
		break;
	}
}

/* --- lines that belong to no message --------------------------------------------------------- */

static void old_message(struct world *w)
{
	struct row *row = &w->row[row_find(w, K_UNKNOWN, "unknown", NOBODY)];
	struct rcpt r = { .a = { 16 + rng_below(&w->rng, 1000), rng_below(&w->rng, 90000) }, .fate = F_OK };
	struct msg m = { .role = R_MAILBOX,
			 .pid = w->next_pid++,
			 .seed = rng_u64(&w->rng),
			 .row = (uint32_t)(row - w->row) };

	r.orig = r.a;
	snprintf(m.id, sizeof m.id, "%s%X", w->variant & V_SHORT ? "3FFFF7" : "4bPrev1Mz",
		 0x100000 + w->next_pid);
	row->recipients++; /* its arrival lies before the input: no message is counted */
	delivered(w, &m, &r, m.id);
	lit(begin(w, "postfix/qmgr", 613, m.id), "removed");
	end(w);
}

void postfix_noise(struct world *w, struct actor *a)
{
	uint64_t h = rng_u64(&w->rng);
	uint32_t account = (uint32_t)(h % w->naccounts), pid = w->next_pid++;
	struct addr to = { w->nexternal + account, (uint32_t)(h >> 20 & 15) };
	struct text *t;

	if (a->role == R_OLD) {
		old_message(w);
		return;
	}
	if (a->role == R_QUEUECOUNT)
		return;
	t = begin(w, "postfix/smtpd", pid, NULL);
	lit(t, "connect from unknown[");
	put_ip(t, (uint32_t)(h >> 8));
	lit(t, "]");
	end(w);
	if (h >> 60 < 8) {
		t = begin(w, "postfix/submission/smtpd", pid, NULL);
		lit(t, "warning: unknown[");
		put_ip(t, (uint32_t)(h >> 8));
		lit(t, "]: SASL LOGIN authentication failed: UGFzc3dvcmQ6");
		side_login(w, account, to.local, (uint32_t)(h >> 8), false);
	} else {
		t = begin(w, "postfix/smtpd", pid, NULL);
		lit(t, "NOQUEUE: reject: RCPT from unknown[");
		put_ip(t, (uint32_t)(h >> 8));
		lit(t, "]: 550 5.1.1 <");
		put_hash(t, mix64(h), 6);
		lit(t, "@");
		put_domain(w, t, to);
		lit(t, ">: Recipient address rejected: User unknown in virtual mailbox table; from=<");
		put_hash(t, h, 6);
		lit(t, "@gmail.com> to=<");
		put_hash(t, mix64(h), 6);
		lit(t, "@");
		put_domain(w, t, to);
		lit(t, "> proto=ESMTP helo=<");
		put_hash(t, h, 7);
		lit(t, ".test>");
	}
	end(w);
	t = begin(w, "postfix/smtpd", pid, NULL);
	lit(t, "disconnect from unknown[");
	put_ip(t, (uint32_t)(h >> 8));
	lit(t, "] ehlo=1 auth=0/1 quit=1 commands=2/3");
	end(w);
	if (!(h & 15))
		side_noise(w, account);
	if ((h & 7) == 1)
		side_login(w, account, 0,
			   0x55000000u + (uint32_t)(mix64((uint64_t)account << 8) % 0x500000) * 256 + 20,
			   true);
}
