/*
 * login - sshd and its file transfer: who came in, who failed, what was written.
 *
 * Sources: OpenSSH auth.c (auth_log), sshd-session.c, packet.c (sshpkt_vfatal), sftp-server.c
 * (process_open, handle_log_close). Solaris puts "[ID 800047 auth.notice] " in front.
 *
 * TRUST: a user name is the client's until it was accepted and may hold " from 1.2.3.4 port 22 ssh2";
 * so the address that counts is the one at the line's end. Only key methods write on behind it, and what
 * they write may be the client's too (the key ID of a certificate): where two readings fit then, neither
 * is taken. A path is the client's and stands between the first and the last quote that the grammar
 * gives it.
 */
#include "logs/fact.h"

struct peer {
	struct span before; /* what stands before " from " */
	struct span address;
	bool ends; /* nothing follows */
};

/* S begins with " from ADDRESS[ port N][ ssh2]", then its end or ": "; AT is where S begins in WHOLE. */
static bool read_peer(struct span whole, size_t at, struct peer *ret_peer)
{
	struct span s = span_from(whole, at + 6), word;
	uint64_t number;
	ptrdiff_t end = span_find(span_head(s, 80), 0, ' ');
	struct span address = end < 0 ? s : span_head(s, (size_t)end);

	if (!fact_is_address(address))
		return false;
	s = span_from(s, address.n);
	if (span_starts(s, SPAN(" port "))) {
		size_t n = 6;

		while (n < s.n && n < 12 && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
		word = span_from(span_head(s, n), 6);
		if (!span_u64(word, &number))
			return false;
		s = span_from(s, n);
	}
	if (span_starts(s, SPAN(" ssh")) && s.n >= 5)
		s = span_from(s, 5);
	if (s.n && !span_starts(s, SPAN(": ")))
		return false;
	*ret_peer = (struct peer){ .before = span_head(whole, at), .address = address, .ends = s.n == 0 };
	return true;
}

/* Counts the readings of S that fit; ret_peer is the first of them, or the last. */
static unsigned find_peer(struct span s, bool first, struct peer *ret_peer)
{
	static const struct span from = { " from ", 6 };
	unsigned found = 0;

	for (ptrdiff_t at = span_search(s, 0, from); at >= 0; at = span_search(s, (size_t)at + 1, from)) {
		struct peer peer;

		if (!read_peer(s, (size_t)at, &peer))
			continue;
		if (!first || found == 0)
			*ret_peer = peer;
		found++;
	}
	return found;
}

/* Accepted METHOD for U from ...: U is an account, so the first reading is the daemon's. S starts at METHOD. */
static enum line_result ssh_accepted(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	struct peer peer;

	if (!fact_cut(&s, SPAN(" for "), &fact.method) || !find_peer(s, true, &peer))
		return LINE_OTHER;
	fact.user = peer.before;
	fact.addr = peer.address;
	return fact_write(m, DIALECT_SSH, EV_LOGIN_OK, &fact);
}

/* Failed METHOD for [invalid user ]U from ...; S starts at METHOD. */
static enum line_result ssh_failed(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	struct peer peer;
	unsigned found;

	if (!fact_cut(&s, SPAN(" for "), &fact.method) || span_find(fact.method, 0, ' ') >= 0)
		return LINE_OTHER;
	if (span_starts(s, SPAN("invalid user ")) || span_starts(s, SPAN("illegal user "))) {
		fact.text = span_head(s, 12);
		s = span_from(s, 13);
	}

	bool keyed = span_eq(fact.method, SPAN("publickey")) || span_eq(fact.method, SPAN("hostbased"));

	found = find_peer(s, false, &peer);
	if (found && (peer.ends || (keyed && found == 1))) {
		fact.user = peer.before;
		fact.addr = peer.address;
	}
	return fact_write(m, DIALECT_SSH, EV_LOGIN_FAIL, &fact);
}

/* Invalid user U from IP[ port N] */
static enum line_result ssh_invalid(struct maker *m, struct span s)
{
	struct fact fact = { .text = span_head(s, 12) };
	struct peer peer;

	if (!find_peer(span_from(s, 12), false, &peer) || !peer.ends)
		return LINE_OTHER;
	fact.user = span_from(peer.before, 1);
	fact.addr = peer.address;
	return fact_write(m, DIALECT_SSH, EV_LOGIN_FAIL, &fact);
}

/* A notice may name anybody; its address is taken only where one " port N" stands in the line. */
static enum line_result ssh_notice(struct maker *m, struct span s)
{
	static const struct span port = { " port ", 6 };
	struct fact fact = { .text = s };
	ptrdiff_t at = span_search(s, 0, port);

	if (at > 0 && fact_rsearch(s, port) == at) {
		struct span before = span_head(s, (size_t)at);
		struct span address = span_from(before, (size_t)(span_rfind(before, ' ') + 1));

		fact.addr = fact_is_address(address) ? address : SPAN_NONE;
	}
	return fact_write(m, DIALECT_SSH, EV_NOTICE, &fact);
}

/* open "PATH" flags WRITE,CREATE mode 0644 */
static bool sftp_open(struct span s, struct fact *fact)
{
	static const struct span flags = { "\" flags ", 8 };
	ptrdiff_t at = fact_rsearch(s, flags);

	if (!span_starts(s, SPAN("open \"")) || at < 6 || !fact_has(span_from(s, (size_t)at), SPAN("WRITE")))
		return false;
	fact->script = span_of(s.p + 6, (size_t)at - 6);
	return true;
}

/* close "PATH" bytes read 0 written 2048 */
static bool sftp_close(struct span s, struct fact *fact)
{
	static const struct span bytes = { "\" bytes read ", 13 }, written = { " written ", 9 };
	ptrdiff_t at = fact_rsearch(s, bytes), count = fact_rsearch(s, written);
	uint64_t n;

	if (!span_starts(s, SPAN("close \"")) || at < 7 || count < at ||
	    !span_u64(span_from(s, (size_t)count + written.n), &n) || n == 0)
		return false;
	fact->script = span_of(s.p + 7, (size_t)at - 7);
	fact->size = span_from(s, (size_t)count + written.n);
	return true;
}

/* session opened for local user U from [IP] */
static void sftp_session(struct span s, struct fact *fact)
{
	static const struct span opened = { "session opened for local user ", 30 }, from = { " from [", 7 };
	ptrdiff_t at = fact_rsearch(s, from);

	if (!span_starts(s, opened) || at < (ptrdiff_t)opened.n || !span_ends(s, SPAN("]")))
		return;
	fact->user = span_of(s.p + opened.n, (size_t)at - opened.n);
	fact->addr = span_of(s.p + at + from.n, s.n - (size_t)at - from.n - 1);
}

static enum line_result sftp_line(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };

	if (sftp_open(s, &fact) || sftp_close(s, &fact))
		return fact_write(m, DIALECT_SSH, EV_UPLOAD, &fact);
	fact.text = s;
	sftp_session(s, &fact);
	return fact_write(m, DIALECT_SSH, EV_NOTICE, &fact);
}

enum line_result ssh_line(struct maker *m)
{
	struct span s = m->line->text, program = m->line->program, skipped;
	enum line_result result = LINE_OTHER;

	if (span_starts(s, SPAN("[ID ")))
		fact_cut(&s, SPAN("] "), &skipped);
	if (span_starts(program, SPAN("sftp-server")) || span_starts(program, SPAN("internal-sftp")))
		return sftp_line(m, s);
	if (fact_is_pam(s))
		return fact_pam_line(m, DIALECT_SSH);
	if (span_starts(s, SPAN("Accepted ")))
		result = ssh_accepted(m, span_from(s, 9));
	else if (span_starts(s, SPAN("Failed ")))
		result = ssh_failed(m, span_from(s, 7));
	else if (span_starts(s, SPAN("Invalid user ")) || span_starts(s, SPAN("Illegal user ")))
		result = ssh_invalid(m, s);
	return result == LINE_OTHER && s.n ? ssh_notice(m, s) : result;
}
