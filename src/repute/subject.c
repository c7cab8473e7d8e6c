/*
 * subject - addresses and domains as the lists want them asked (check.h): RFC 5782 2.1 (reversed bytes), 2.4 (reversed
 * nibbles) and 4 (domains as they are).
 *
 * TRUST: words of the operator, names out of logs and settings.
 */
#include "repute/check.h"
#include "repute/ask.h"
#include "base/buf.h"

#include <arpa/inet.h>

#define TEXT_MOST 253

static bool is_domain(struct span s)
{
	if (!ask_name_fits(s) || span_find(s, 0, '.') <= 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_' || c == '.'))
			return false;
	}
	return true;
}

bool subject_parse(struct span text, struct subject *ret_subject)
{
	struct subject s = { .text = text };
	char copy[TEXT_MOST + 1];

	if (text.n == 0 || text.n > TEXT_MOST || memchr(text.p, '\0', text.n))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET, copy, s.ip) == 1)
		s.nip = 4;
	else if (inet_pton(AF_INET6, copy, s.ip) == 1)
		s.nip = 16;
	else if (!is_domain(text) || (text.p[text.n - 1] >= '0' && text.p[text.n - 1] <= '9'))
		return false; /* no top-level domain ends in a digit: a mistyped address */
	*ret_subject = s;
	return true;
}

struct block {
	uint32_t net, mask;
};

bool subject_is_private(const struct subject *s)
{
	/* RFC 6890: this network, private, shared, loopback, link-local, multicast and above */
	static const struct block blocks[] = {
		{ 0x00000000, 0xff000000 }, { 0x0a000000, 0xff000000 }, { 0x64400000, 0xffc00000 },
		{ 0x7f000000, 0xff000000 }, { 0xa9fe0000, 0xffff0000 }, { 0xac100000, 0xfff00000 },
		{ 0xc0a80000, 0xffff0000 }, { 0xe0000000, 0xe0000000 },
	};
	uint32_t v4 =
		(uint32_t)s->ip[0] << 24 | (uint32_t)s->ip[1] << 16 | (uint32_t)s->ip[2] << 8 | s->ip[3];

	if (s->nip == 16)
		return (s->ip[0] & 0xe0) != 0x20; /* global unicast is 2000::/3 */
	for (size_t i = 0; s->nip == 4 && i < sizeof(blocks) / sizeof(*blocks); i++)
		if ((v4 & blocks[i].mask) == blocks[i].net)
			return true;
	return false;
}

void subject_name(const struct subject *s, struct span zone, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";

	if (s->nip == 4)
		for (int i = 3; i >= 0; i--)
			buf_addf(out, "%u.", s->ip[i]);
	for (int i = 15; s->nip == 16 && i >= 0; i--) {
		buf_byte(out, hex[s->ip[i] & 15]);
		buf_byte(out, '.');
		buf_byte(out, hex[s->ip[i] >> 4]);
		buf_byte(out, '.');
	}
	if (s->nip == 0) {
		buf_span(out, s->text);
		if (s->text.n && s->text.p[s->text.n - 1] != '.')
			buf_byte(out, '.');
	}
	buf_span(out, zone);
}
