/*
 * egress - mail past the mail server: the culprit's uid gets no new connection to the mail ports, and those that are open
 * are closed.
 *
 * By our own nft table. Where csf owns the firewall its own list gets the rule as well, so that who looks there finds it;
 * csf lets loopback pass, so our table stays for that. The mail server's own port is closed to him, too: from this host it
 * relays without a password (mynetworks). A reset and no drop, so that his scripts fail at once instead of piling up.
 *
 * csf's readme.txt, "Advanced Allow/Deny Filters"; "do not delete" in a comment keeps a line from being rotated out. Seen on csf
 * 15.09 with FASTSTART on and off: the line becomes an owner match in DENYOUT, of IPv4 and IPv6, "csf -r" leaves our table
 * alone, and without the line both tables are as they were. A line with "Include" anywhere in it is none to csf.
 * proc(5), /proc/net/tcp.
 *
 * TRUST: /proc is the kernel's. The account's name gets into a comment of csf's only where it is plain.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include "base/buf.h"
#include "sys/beneath.h"

#include <arpa/inet.h>

/* who opens more at once is stopped by the reset of the next ones */
#define SOCKETS_MOST 200 /* limit contain: connections that are closed */
#define UID_FIELD 7
#define ESTABLISHED 1
#define SYN_SENT 2

static void block_by_nft(struct draft *d, const struct culprit *c)
{
	struct action *v = draft_action(d, ACTION_FIREWALL, c->grade);

	v->uid = c->uid;
	v->args = draft_words(d, 2, SPAN("uid"), draft_text(d, "%u", c->uid));
	v->nargs = 2;
	v->what = draft_text(
		d, "connections of %.*s (uid %u) to ports 25, 465 and 587 are reset, to this server too",
		ARG(c->account), c->uid);
	v->command = draft_text(
		d,
		"nft add rule inet spamtrail output meta skuid %u tcp dport '{25,465,587}' reject with tcp "
		"reset",
		c->uid);
	v->undo = SPAN("nft delete the rule");
}

static bool csf_owns(struct draft *d)
{
	return draft_exists(d, SPAN("/etc/csf/csf.conf")) && draft_exists(d, SPAN("/usr/sbin/csf")) &&
	       !d->io->status(d->io->host.ctx, SPAN("/etc/csf/csf.disable"), &(struct file_status){ 0 });
}

static void block_by_csf(struct draft *d, const struct culprit *c)
{
	struct span path = SPAN("/etc/csf/csf.deny"), bytes = SPAN_NONE, rule, conf = SPAN_NONE,
		    who = c->account;
	struct action *v;
	struct buf more;
	bool there = draft_read(d, path, &bytes);

	if (draft_read(d, SPAN("/etc/csf/csf.conf"), &conf) &&
	    span_search(conf, 0, SPAN("\nTESTING = \"1\"")) >= 0)
		draft_note(d, "csf is in testing mode and clears its own rules every few minutes (TESTING in "
			      "/etc/csf/csf.conf): only our table stays");
	rule = draft_text(d, "tcp|out|d=25,465,587||u=%u", c->uid);
	if (span_search(bytes, 0, rule) >= 0) {
		draft_already(d, "csf blocks uid %u already", c->uid);
		return;
	}
	more = BUF_MAX(bytes.n + 4096);
	buf_span(&more, bytes);
	if (bytes.n && bytes.p[bytes.n - 1] != '\n')
		buf_byte(&more, '\n');
	if (!draft_is_plain_name(who) || span_search(who, 0, SPAN("Include")) >= 0)
		who = SPAN("an account");
	buf_addf(&more, "%.*s # do not delete: spamtrail, %.*s\n", ARG(rule), ARG(who));
	v = there ? draft_edit(d, path, bytes, arena_span(d->arena, buf_view(&more)), c->grade)
		  : draft_new_file(d, path, arena_span(d->arena, buf_view(&more)), c->grade);
	buf_free(&more);
	v->mode = 0600;
	v->back = draft_words(d, 2, SPAN("/usr/sbin/csf"), SPAN("-r"));
	v->nback = 2;
	v->what = draft_text(d, "csf blocks ports 25, 465 and 587 for %.*s (uid %u), but for loopback",
			     ARG(c->account), c->uid);
	v->command = draft_text(d, "echo '%.*s # do not delete' >>%.*s && csf -r", ARG(rule), ARG(path));
	v->undo = draft_text(d, "%.*s without that line, csf -r", ARG(path));
}

/* --- open connections --------------------------------------------------------------------------- */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(struct span s, uint32_t *ret)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (digit(s.p[i]) < 0)
			return false;
		n = n << 4 | (uint32_t)digit(s.p[i]);
	}
	*ret = n;
	return s.n > 0 && s.n <= 8;
}

/* "0100007F:0019" as 127.0.0.1:25, or 32 digits as an IPv6 address: words as they lie in memory. */
static bool read_end(struct draft *d, struct span s, struct span *ret_text, uint32_t *ret_port)
{
	ptrdiff_t colon = span_find(s, 0, ':');
	struct span host = colon < 0 ? SPAN_NONE : span_head(s, (size_t)colon);
	char text[INET6_ADDRSTRLEN];
	uint32_t words[4];

	if ((host.n != 8 && host.n != 32) || !read_hex(span_from(s, (size_t)colon + 1), ret_port))
		return false;
	for (size_t i = 0; i < host.n / 8; i++)
		if (!read_hex(span_of(host.p + 8 * i, 8), &words[i]))
			return false;
	if (!inet_ntop(host.n == 8 ? AF_INET : AF_INET6, words, text, sizeof(text)))
		return false;
	*ret_text = host.n == 8 ? draft_text(d, "%s:%u", text, *ret_port)
				: draft_text(d, "[%s]:%u", text, *ret_port);
	return true;
}

static struct span word(struct span *line)
{
	size_t n = 0;
	struct span s;

	*line = span_trim(*line);
	while (n < line->n && line->p[n] != ' ')
		n++;
	s = span_head(*line, n);
	*line = span_from(*line, n);
	return s;
}

static bool close_one(struct draft *d, const struct culprit *c, struct span line)
{
	struct span fields[UID_FIELD + 1], own, far;
	uint32_t state, own_port, port;
	struct action *v;
	uint64_t uid;

	for (size_t i = 0; i <= UID_FIELD; i++)
		fields[i] = word(&line);
	if (!span_u64(fields[UID_FIELD], &uid) || uid != c->uid || !read_hex(fields[3], &state) ||
	    (state != ESTABLISHED && state != SYN_SENT) || !read_end(d, fields[1], &own, &own_port) ||
	    !read_end(d, fields[2], &far, &port) || (port != 25 && port != 465 && port != 587))
		return false;
	v = draft_action(d, ACTION_CLOSE_SOCKET, c->grade);
	v->uid = c->uid;
	v->args = draft_words(d, 2, own, far);
	v->nargs = 2;
	v->what = draft_text(d, "the open connection of %.*s to %.*s is closed", ARG(c->account), ARG(far));
	v->command = draft_text(d, "ss -K src %.*s dst %.*s", ARG(own), ARG(far));
	return true;
}

static void close_sockets(struct draft *d, const struct culprit *c)
{
	static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	size_t closed = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct span bytes;

		if (!draft_read(d, span_str(tables[i]), &bytes))
			continue;
		for (size_t at = 0; at < bytes.n && closed < SOCKETS_MOST;) {
			ptrdiff_t end = span_find(bytes, at, '\n');
			struct span line = span_of(bytes.p + at, (end < 0 ? bytes.n : (size_t)end) - at);

			at += line.n + 1;
			closed += close_one(d, c, line);
		}
	}
}

void egress_block(struct draft *d, const struct culprit *c)
{
	if (c->uid == PLAN_NO_UID)
		return;
	if (csf_owns(d))
		block_by_csf(d, c);
	block_by_nft(d, c);
	/* behind the block: what is closed now is not opened again */
	close_sockets(d, c);
}
