/*
 * exim_put - fields of Exim events: what is there and wanted goes in, decoded where explain asks.
 *
 * TRUST: foreign text passes through unchanged or unescaped into the batch's own text; nothing here
 * prints it. A batch without room loses the decoding, not the field.
 */
#include "logs/exim_parts.h"

void exim_put_word(struct maker *m, enum field_key key, struct span word)
{
	char *room = m->all ? maker_text(m, word.n) : NULL;

	if (!room)
		return;
	memcpy(room, word.p, word.n);
	maker_field(m, key, span_of(room, word.n));
}

void exim_put_client(struct maker *m, const struct exim_host *host)
{
	struct span ip = exim_host_ip(host);

	exim_put(m, F_CLIENT_IP, ip);
	exim_tell(m, F_CLIENT_NAME, host->name);
	exim_tell(m, F_HELO, host->helo);
	/* Panels name the unix user behind a connection from localhost by its port. */
	if (host->port.p && (m->all || exim_is_loopback(ip)))
		maker_field(m, F_PORT, host->port);
}

/* One escape behind a backslash (string.c, string_printing): returns how many bytes it took. */
static size_t unescape_one(const char *p, size_t n, char *ret_byte)
{
	static const char names[] = "nrtbvf", bytes[] = "\n\r\t\b\v\f";
	const char *hit = memchr(names, *p, sizeof(names) - 1);

	if (n >= 3 && p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' &&
	    p[2] <= '7') {
		*ret_byte = (char)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
		return 3;
	}
	*ret_byte = hit ? bytes[hit - names] : *p;
	return 1;
}

static struct span unescape(struct maker *m, struct span s)
{
	char *room = maker_text(m, s.n);
	size_t n = 0;

	if (!room)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i += unescape_one(s.p + i + 1, s.n - i - 1, &room[n++]);
		else
			room[n++] = s.p[i];
	}
	return span_of(room, n);
}

void exim_put_escaped(struct maker *m, enum field_key key, struct span s)
{
	if (!s.p || !maker_wants(m, key))
		return;
	if (m->all && memchr(s.p, '\\', s.n))
		s = unescape(m, s);
	maker_field(m, key, s);
}
