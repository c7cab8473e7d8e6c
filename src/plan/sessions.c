/*
 * sessions - open SMTP sessions from the addresses that a stolen login was used from: their sockets are closed, as a
 * session that is logged in would go on with the lists it has read.
 *
 * The kernel's table tells who is connected; nothing tells which of them is logged in as whom. Who shares an address
 * with the culprit loses a connection and comes again; what was not acknowledged is sent again.
 */
#include "plan/door.h"

#include <arpa/inet.h>

#define SESSIONS_MOST 1000

static bool is_submission(uint32_t port)
{
	return port == 25 || port == 465 || port == 587;
}

struct end {
	uint8_t address[16]; /* v4 mapped */
	uint32_t port;
};

static bool hex(struct span s, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')))
			return false;
		value = value << 4 | digit;
	}
	*ret = value;
	return s.n > 0 && s.n <= 8;
}

/* "0100007F:0019": words of four bytes as the machine stores them. */
static bool read_end(struct span s, bool six, struct end *ret)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	size_t digits = six ? 32 : 8, start = six ? 0 : 12;
	uint32_t value;

	if (s.n != digits + 5 || s.p[digits] != ':')
		return false;
	memcpy(ret->address, mapped, sizeof(mapped));
	for (size_t word = 0; word < digits / 8; word++) {
		if (!hex(span_of(s.p + 8 * word, 8), &value))
			return false;
		memcpy(ret->address + start + 4 * word, &value, 4);
	}
	if (!hex(span_from(s, digits + 1), &value))
		return false;
	ret->port = value;
	return true;
}

static bool parse_address(struct span s, uint8_t ret[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char text[64];

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	memcpy(ret, mapped, 12);
	return inet_pton(AF_INET, text, ret + 12) == 1 || inet_pton(AF_INET6, text, ret) == 1;
}

static bool is_loopback(const uint8_t a[16])
{
	static const uint8_t six[16] = { [15] = 1 };

	return a[12] == 127 || memcmp(a, six, 16) == 0;
}

static struct span show_end(struct draft *d, const struct end *e, bool six)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(six ? AF_INET6 : AF_INET, six ? e->address : e->address + 12, text, sizeof(text));
	return draft_text(d, six ? "[%s]:%u" : "%s:%u", text, e->port);
}

static struct span word(struct span *line)
{
	struct span s = span_trim(*line);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\n')
		n++;
	*line = span_from(s, n);
	return span_head(s, n);
}

static bool is_his(const struct culprit *c, const uint8_t far[16])
{
	uint8_t ip[16];

	for (size_t i = 0; i < c->row->nclients; i++)
		if (parse_address(c->row->clients[i].ip, ip) && memcmp(ip, far, 16) == 0)
			return true;
	return false;
}

static void close_one(struct draft *d, const struct culprit *c, const struct end *own, const struct end *far, bool six,
		      uint32_t uid)
{
	struct action *v = draft_action(d, ACTION_CLOSE_SOCKET, c->grade);
	struct span own_text = show_end(d, own, six), far_text = show_end(d, far, six);

	v->uid = uid;
	v->args = draft_words(d, 2, own_text, far_text);
	v->nargs = 2;
	v->what = draft_text(d, "the open session from %.*s ends", ARG(far_text));
	v->command = draft_text(d, "ss -K src %.*s dst %.*s", ARG(own_text), ARG(far_text));
}

static void look(struct draft *d, const struct culprit *c, const char *table, bool six)
{
	struct span bytes;

	if (!draft_read(d, span_str(table), &bytes))
		return;
	for (size_t at = 0, n = 0; at < bytes.n && n < SESSIONS_MOST;) {
		ptrdiff_t line_end = span_find(bytes, at, '\n');
		struct span line = span_of(bytes.p + at, (line_end < 0 ? bytes.n : (size_t)line_end) - at);
		struct end own, far;
		struct span own_word, far_word, uid_word;
		uint64_t uid;

		at += line.n + 1;
		word(&line);
		own_word = word(&line);
		far_word = word(&line);
		if (!span_eq(word(&line), SPAN("01")) || !read_end(own_word, six, &own) ||
		    !read_end(far_word, six, &far) || !is_submission(own.port) || is_loopback(far.address) ||
		    !is_his(c, far.address))
			continue;
		word(&line);
		word(&line);
		word(&line);
		uid_word = word(&line);
		if (span_u64(uid_word, &uid) && uid > 0 && uid < PLAN_NO_UID) {
			close_one(d, c, &own, &far, six, (uint32_t)uid);
			n++;
		}
	}
}

void end_sessions(struct draft *d, const struct culprit *c)
{
	if (!d->facts->postfix_spool.n)
		return;
	look(d, c, "/proc/net/tcp", false);
	look(d, c, "/proc/net/tcp6", true);
	if (c->row->clients_total > c->row->nclients)
		draft_note(d, "%.*s was used from %llu addresses, and the %zu busiest are looked for: a session that is open "
			      "from another one goes on until it ends",
			   ARG(c->id), (unsigned long long)c->row->clients_total, c->row->nclients);
}
