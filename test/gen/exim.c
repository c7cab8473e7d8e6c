/*
 * exim - a message's steps as Exim's main log tells them (Exim specification, chapter "Log files"), in the
 * manner of cPanel (+arguments +subject +received_recipients) or of Debian.
 *
 * Steps of a message: 0 its caller appears (cwd= or connection), 1 arrival, 2 and on: tries; then frozen ones.
 */
#include "parts.h"

#define SYSLOG_PIECE 870 /* Exim's MAX_SYSLOG_LEN */
#define TRIES 8

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static char *digits(char *to, unsigned n, uint64_t v)
{
	for (unsigned i = n; i--; v /= 62)
		to[i] = base62[v % 62];
	return to + n;
}

void exim_id(struct world *w, char *id, int64_t born, uint32_t pid)
{
	bool old = w->variant & V_IDS16;
	char *p = digits(id, 6, (uint64_t)(w->start + born / SECOND));

	*p++ = '-';
	p = digits(p, old ? 6 : 11, pid);
	*p++ = '-';
	p = digits(p, old ? 2 : 4, (uint64_t)(born % SECOND) / (old ? 500 : 1));
	*p = 0;
}

static struct text *begin(struct world *w, uint32_t pid, const char *id)
{
	struct text *t = &w->line;

	t->n = 0;
	put(t, w->stamp_exim, 19);
	if (w->variant & V_MILLIS) {
		uint32_t ms = (uint32_t)(w->now % SECOND / 1000);
		char d[4] = { '.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
			      (char)('0' + ms % 10) };

		put(t, d, 4);
	}
	if (w->variant & V_ZONE) {
		lit(t, " ");
		puts_(t, w->zone_plain);
	}
	lit(t, " ");
	if (w->variant & V_PID) {
		lit(t, "[");
		put_u(t, pid);
		lit(t, "] ");
	}
	if (id) {
		puts_(t, id);
		lit(t, " ");
	}
	return t;
}

/* In syslog a record longer than 870 bytes comes in pieces, "[1/3] " in front. */
static void end_syslog(struct world *w, uint32_t pid)
{
	static struct text piece;
	const struct text *t = &w->line;
	size_t n = (t->n + SYSLOG_PIECE - 1) / SYSLOG_PIECE;

	for (size_t i = 0; i < n; i++) {
		size_t at = i * SYSLOG_PIECE;

		piece.n = 0;
		puts_(&piece, w->stamp_bsd);
		lit(&piece, " mail7 exim[");
		put_u(&piece, pid);
		lit(&piece, "]: ");
		if (n > 1) {
			lit(&piece, "[");
			put_u(&piece, i + 1);
			lit(&piece, "/");
			put_u(&piece, n);
			lit(&piece, "] ");
		}
		put(&piece, t->b + at, t->n - at < SYSLOG_PIECE ? t->n - at : SYSLOG_PIECE);
		out_line(w, &w->main, "", 0, &piece);
	}
}

static void end(struct world *w, uint32_t pid)
{
	if (w->variant & V_SYSLOG)
		end_syslog(w, pid);
	else
		out_line(w, &w->main, "", 0, &w->line);
}

static void put_client(struct world *w, struct text *t, const struct msg *m)
{
	if (m->role == R_LIST || m->role == R_WEBMAIL) {
		lit(t, "localhost (mail7.hosting.example) [127.0.0.1]:");
	} else if (m->role == R_MONITOR) {
		lit(t, "mon1.noc.test [198.51.100.7]:");
	} else if (m->role == R_MAILBOX || m->role == R_STOLEN || m->role == R_BULK) {
		lit(t, "([192.168.1.");
		put_u(t, m->ip & 63);
		lit(t, "]) [");
		put_ip(t, m->ip);
		lit(t, "]:");
	} else {
		lit(t, "mx");
		put_u(t, m->ip & 7);
		lit(t, ".");
		put_domain(w, t, m->from);
		lit(t, " [");
		put_ip(t, m->ip);
		lit(t, "]:");
	}
	put_u(t, 1024 + m->seed % 60000);
}

static const char *mta_user(const struct world *w)
{
	return w->variant & V_DEBIAN ? "Debian-exim" : "mailnull";
}

static const char *user_of(const struct world *w, const struct msg *m)
{
	if (m->role == R_BOUNCE || m->role == R_VACATION)
		return mta_user(w);
	if (m->account == NOBODY)
		return "root";
	if (w->variant & V_WWWDATA && role_is_script(m->role))
		return "www-data";
	return w->account[m->account].name;
}

static void put_sender(struct world *w, struct text *t, const struct msg *m)
{
	if (m->null_sender) {
		lit(t, "<>");
	} else if (role_is_local(m->role) && !role_names_sender(m->role)) {
		puts_(t, user_of(w, m));
		lit(t, "@mail7.hosting.example");
	} else {
		put_addr(w, t, m->from);
	}
}

static void caller(struct world *w, struct msg *m)
{
	struct text *t = begin(w, m->pid, NULL);

	if (role_is_local(m->role)) {
		char dir[256] = "/root";

		if (m->actor != NOBODY && m->account != NOBODY)
			script_dir(w, &w->actor[m->actor], dir, sizeof dir);
		lit(t, "cwd=");
		puts_(t, dir);
		if (role_is_script(m->role)) {
			side_request(w, m);
			t = begin(w, m->pid, NULL);
			lit(t, "cwd=");
			puts_(t, dir);
			puts_(t, role_names_sender(m->role) ? " 4 args: /usr/sbin/sendmail -t -i -f"
							    : " 3 args: /usr/sbin/sendmail -t -i");
			if (role_names_sender(m->role))
				put_addr(w, t, m->from);
		} else {
			lit(t, " 5 args: /usr/sbin/sendmail -FCronDaemon -i -B8BITMIME -oem ");
			puts_(t, user_of(w, m));
		}
	} else {
		lit(t, "SMTP connection from [");
		put_ip(t, m->ip);
		lit(t, "]:");
		put_u(t, 1024 + m->seed % 60000);
		lit(t, " (TCP/IP connection count = ");
		put_u(t, 1 + m->seed % 9);
		lit(t, ")");
	}
	end(w, m->pid);
}

static void delivery_process(struct world *w, const struct msg *m)
{
	struct text *t = begin(w, m->pid + 1, NULL);

	lit(t, "cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc ");
	puts_(t, m->id);
	end(w, m->pid + 1);
}

static void arrival(struct world *w, struct msg *m)
{
	struct text *t;

	exim_id(w, m->id, w->now, m->pid);
	t = begin(w, m->pid, m->id);
	lit(t, "<= ");
	put_sender(w, t, m);
	if (m->role == R_BOUNCE || m->role == R_VACATION) {
		lit(t, " R=");
		if (m->parent[0])
			puts_(t, m->parent);
		else
			puts_(t, w->variant & V_IDS16 ? "1vKxyz-0003Qh-2x" : "1vKxyz-00000000Qhx-2xYz");
	}
	if (role_is_local(m->role)) {
		lit(t, " U=");
		puts_(t, user_of(w, m));
		lit(t, " P=local");
	} else {
		lit(t, " H=");
		put_client(w, t, m);
		if (m->role == R_MAILBOX || m->role == R_STOLEN || m->role == R_BULK) {
			lit(t, " P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=dovecot_login:");
			put_addr(w, t, m->from);
		} else if (m->role == R_INBOUND || m->role == R_FORWARD) {
			lit(t, " P=esmtps X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no");
		} else {
			lit(t, " P=esmtp");
		}
	}
	lit(t, " S=");
	put_u(t, m->size);
	if (m->role != R_BOUNCE) {
		lit(t, " id=");
		put_hash(t, m->seed, 12);
		lit(t, ".");
		put_hash(t, mix64(m->seed), 8);
		lit(t, "@");
		puts_(t, role_is_local(m->role) ? "mail7.hosting.example" : "client.test");
	}
	lit(t, " T=\"");
	put_subject(w, t, m);
	lit(t, "\"");
	if (!(w->variant & V_NOFOR)) {
		lit(t, " for");
		for (unsigned i = 0; i < m->nrcpt; i++) {
			lit(t, " ");
			put_addr(w, t, m->r[i].orig);
		}
	}
	end(w, m->pid);
	row_arrival(w, m->row, w->variant & V_NOFOR ? 0 : m->nrcpt);
	if (!role_is_local(m->role)) {
		t = begin(w, m->pid, NULL);
		lit(t, "SMTP connection from ");
		put_client(w, t, m);
		lit(t, " closed by QUIT");
		end(w, m->pid);
	}
	delivery_process(w, m);
}

/* The address as a result line shows it: local part alone when it stays here, the written one behind it. */
static void put_final(struct world *w, struct text *t, const struct rcpt *r)
{
	if (is_local(w, r->a)) {
		puts_(t, mailbox_name(r->a.local));
		lit(t, " <");
		put_addr(w, t, r->a);
		lit(t, ">");
		return;
	}
	put_addr(w, t, r->a);
	if (is_local(w, r->orig)) {
		lit(t, " <");
		put_addr(w, t, r->orig);
		lit(t, ">");
	}
}

static void put_host(struct world *w, struct text *t, const struct rcpt *r)
{
	uint32_t ip;

	lit(t, " H=");
	put_mx(w, t, r->a, &ip);
	lit(t, " [");
	put_ip(t, ip);
	lit(t, "]");
}

static void put_route(struct world *w, struct text *t)
{
	puts_(t, w->variant & V_DEBIAN ? " R=dnslookup T=remote_smtp" : " R=lookuphost T=dkim_remote_smtp");
}

static void delivered(struct world *w, struct msg *m, struct rcpt *r, bool further)
{
	struct text *t = begin(w, m->pid + 1, m->id);

	puts_(t, further ? "-> " : "=> ");
	put_final(w, t, r);
	if (r->fate == F_LOCAL) {
		lit(t, " R=virtual_user T=dovecot_virtual_delivery C=\"250 2.0.0 <");
		put_addr(w, t, r->a);
		lit(t, "> ");
	} else {
		put_route(w, t);
		put_host(w, t, r);
		lit(t, " X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes C=\"250 2.0.0 OK ");
	}
	put_hash(t, mix64(m->seed + 1), 11);
	lit(t, "\"");
	end(w, m->pid + 1);
	w->row[m->row].delivered++;
}

static void bounced(struct world *w, struct msg *m, struct rcpt *r, bool expired)
{
	struct text *t = begin(w, m->pid + 1, m->id);

	lit(t, "** ");
	put_final(w, t, r);
	put_route(w, t);
	if (expired) {
		lit(t, ": retry timeout exceeded");
	} else {
		put_host(w, t, r);
		lit(t,
		    " X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes: SMTP error from remote mail server after ");
		if (r->fate == F_SPAM) {
			lit(t, "end of data: 554 5.7.1 Message rejected as spam by content filtering");
		} else {
			lit(t, "RCPT TO:<");
			put_addr(w, t, r->a);
			lit(t, ">: 550-5.1.1 The email account that you tried to reach does not exist.\\n550 "
			       "5.1.1 User unknown");
		}
	}
	end(w, m->pid + 1);
	w->row[m->row].bounced++;
}

static void deferred(struct world *w, struct msg *m, struct rcpt *r)
{
	struct text *t = begin(w, m->pid + 1, m->id);

	lit(t, "== ");
	put_final(w, t, r);
	put_route(w, t);
	if (r->fate == F_DEAD && m->tries % 3 == 2) {
		lit(t, " defer (-53): retry time not reached for any host for '");
		put_domain(w, t, r->a);
		lit(t, "'");
	} else if (r->fate == F_DEAD) {
		lit(t, " defer (110)");
		put_host(w, t, r);
		lit(t, ": Connection timed out");
	} else {
		lit(t, " defer (-44)");
		put_host(w, t, r);
		lit(t, ": SMTP error from remote mail server after RCPT TO:<");
		put_addr(w, t, r->a);
		puts_(t, r->fate == F_FULL
				 ? ">: 452 4.2.2 The email account that you tried to reach is over quota"
				 : ">: 451 4.7.1 Greylisting in action, please come back later");
	}
	end(w, m->pid + 1);
	w->row[m->row].deferred++;
}

static void word(struct world *w, const struct msg *m, const char *text)
{
	puts_(begin(w, m->pid + 1, m->id), text);
	end(w, m->pid + 1);
}

static void try_all(struct world *w, struct msg *m)
{
	bool waiting = false, failed = false;
	const struct rcpt *last = NULL;

	for (unsigned i = 0; i < m->nrcpt; i++) {
		struct rcpt *r = &m->r[i];
		enum fate f;

		if (r->done)
			continue;
		if (!r->seen && w->variant & V_NOFOR)
			w->row[m->row].recipients++;
		r->seen = true;
		f = fate_now(w, m, r);
		if (f == F_OK || f == F_LOCAL) {
			delivered(w, m, r, last && last->a.domain == r->a.domain);
			last = r;
			r->done = 1;
		} else if (f == F_UNKNOWN || f == F_SPAM || m->tries >= TRIES) {
			bounced(w, m, r, f == F_DEAD || f == F_FULL);
			r->done = 1;
			failed = true;
		} else {
			deferred(w, m, r);
			waiting = true;
		}
	}
	if (failed) {
		uint32_t index = (uint32_t)(m - w->msg);
		struct msg *b = msg_bounce(w, m);

		m = &w->msg[index];
		if (b) {
			b->step = 1;
			schedule_msg(w, b, w->now + 1000);
		} else {
			word(w, m, "Frozen (delivery error message)");
			m->step = 10;
			m->tries = 0;
			schedule_msg(w, m, w->now + 30 * MINUTE);
			return;
		}
	}
	if (waiting) {
		schedule_msg(w, m, w->now + retry_delay(m));
		m->tries++;
		return;
	}
	m->step = 9;
	schedule_msg(w, m, w->now + 3000);
}

static void frozen(struct world *w, struct msg *m)
{
	if (m->tries++ < 2) {
		word(w, m, "Message is frozen");
		schedule_msg(w, m, w->now + 30 * MINUTE);
		return;
	}
	word(w, m, "removed by root");
	m->step = 9;
	schedule_msg(w, m, w->now + 1000);
}

void exim_step(struct world *w, struct msg *m)
{
	switch (m->step) {
	case 0:
		if (m->role != R_VACATION)
			caller(w, m);
		m->step = 1;
		schedule_msg(w, m,
			     w->now + (role_is_local(m->role) ? 20000 + (int64_t)(m->seed % 60000)
							      : SECOND / 2 + (int64_t)(m->seed % SECOND)));
		break;
	case 1:
		arrival(w, m);
		m->step = 2;
		schedule_msg(w, m,
			     w->now + 150000 +
				     (int64_t)(m->seed >> 20) %
					     (m->r[0].fate == F_LOCAL ? SECOND : 6 * SECOND));
		break;
	case 2:
		try_all(w, m);
		break;
	case 9:
		word(w, m, "Completed");
		msg_end(w, m);
		break;
	default:
		frozen(w, m);
		break;
	}
}

/* --- lines that belong to no message --------------------------------------------------------- */

static void put_stranger(struct text *t, uint64_t h)
{
	lit(t, "H=(");
	put_hash(t, h, 7);
	lit(t, ".test) [");
	put_ip(t, 0x50000000u + (uint32_t)(h >> 8 & 0x3fffffff));
	lit(t, "]:");
	put_u(t, 1024 + (h >> 40) % 60000);
}

static void old_message(struct world *w)
{
	struct row *row = &w->row[row_find(w, K_UNKNOWN, "unknown", NOBODY)];
	struct rcpt r = { .a = { 16 + rng_below(&w->rng, 1000), rng_below(&w->rng, 90000) }, .fate = F_OK };
	struct msg m = { .role = R_MAILBOX,
			 .pid = w->next_pid++,
			 .seed = rng_u64(&w->rng),
			 .row = (uint32_t)(row - w->row) };

	r.orig = r.a;
	exim_id(w, m.id, -(int64_t)rng_below(&w->rng, 86400) * SECOND - 1, m.pid);
	delivery_process(w, &m);
	row->recipients++; /* its arrival lies before the input: no message is counted */
	delivered(w, &m, &r, false);
	word(w, &m, "Completed");
}

void exim_noise(struct world *w, struct actor *a)
{
	uint64_t h = rng_u64(&w->rng);
	uint32_t account = (uint32_t)(h % w->naccounts), pid = w->next_pid++;
	struct addr to = { w->nexternal + account, (uint32_t)(h >> 20 & 15) };
	struct text *t;

	if (a->role == R_OLD) {
		old_message(w);
		return;
	}
	t = begin(w, pid, NULL);
	if (a->role == R_QUEUECOUNT) {
		lit(t, "cwd=/ 2 args: /usr/sbin/exim -bpc");
	} else if (h >> 60 < 5) {
		lit(t, "SMTP connection from [");
		put_ip(t, (uint32_t)(h >> 8));
		lit(t, "]:2525 lost D=");
		put_u(t, h >> 50 & 31);
		lit(t, "s");
	} else if (h >> 60 < 9) {
		lit(t, "dovecot_login authenticator failed for ");
		put_stranger(t, h);
		lit(t, ": 535 Incorrect authentication data (set_id=");
		put_addr(w, t, to);
		lit(t, ")");
		side_login(w, account, to.local, (uint32_t)(h >> 8), false);
	} else {
		put_stranger(t, h);
		lit(t, " F=<");
		put_hash(t, h, 6);
		lit(t, "@gmail.com> rejected RCPT <");
		put_hash(t, mix64(h), 6);
		lit(t, "@");
		put_domain(w, t, to);
		lit(t, ">: No Such User Here");
		if (!(w->variant & V_SYSLOG))
			out_line(w, &w->reject, "", 0, t);
	}
	end(w, pid);
	if (!(h & 15))
		side_noise(w, account);
	if ((h & 7) == 1)
		side_login(w, account, 0,
			   0x55000000u + (uint32_t)(mix64((uint64_t)account << 8) % 0x500000) * 256 + 20,
			   true);
}

/* N messages' worth of lines whose arrival was never logged, or that arrive and are never completed. */
void flood_write(struct world *w, uint64_t n, bool arrivals)
{
	char id[24];

	for (uint64_t i = 0; i < n; i++) {
		struct text *t;

		stamps_at(w, (int64_t)(i * 40));
		exim_id(w, id, w->now, (uint32_t)(i % 4000000));
		t = begin(w, 1, id);
		if (arrivals) {
			lit(t, "<= a@flood.test H=[192.0.2.9] P=esmtp S=400");
		} else {
			lit(t,
			    "== b@flood.test R=lookuphost T=remote_smtp defer (110): Connection timed out");
		}
		end(w, 1);
	}
}
