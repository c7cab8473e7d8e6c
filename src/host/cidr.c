/*
 * cidr - see cidr.h.
 *
 * RFC 1918 and RFC 6598 say what is private, RFC 4291 what is link-local and how IPv4 stands in IPv6. Forms
 * as in postconf(5), mynetworks, and the Exim specification, "Domain, host, address, and local part lists".
 *
 * TRUST: text of a configuration: what inet_pton does not take, or has too many bits, is no network.
 */
#include "host/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>

bool cidr_parse(struct span text, struct cidr *ret_net)
{
	struct cidr net = { .bits = 128 };
	char copy[INET6_ADDRSTRLEN];
	ptrdiff_t slash = span_find(text, 0, '/');
	struct span ip = slash < 0 ? text : span_head(text, (size_t)slash);
	uint64_t bits;

	if (span_eq(text, SPAN("*"))) {
		*ret_net = (struct cidr){ .v4 = true };
		return true;
	}
	/* postconf(5): Postfix wants IPv6 in brackets, since a colon means a table there */
	if (ip.n > 2 && ip.p[0] == '[' && ip.p[ip.n - 1] == ']')
		ip = span_of(ip.p + 1, ip.n - 2);
	if (ip.n == 0 || ip.n >= sizeof(copy))
		return false;
	memcpy(copy, ip.p, ip.n);
	copy[ip.n] = '\0';
	if (inet_pton(AF_INET, copy, net.ip + 12) == 1) {
		net.v4 = true;
		net.bits = 32;
	} else if (inet_pton(AF_INET6, copy, net.ip) != 1) {
		return false;
	}
	if (slash >= 0) {
		if (!span_u64(span_from(text, (size_t)slash + 1), &bits) || bits > net.bits)
			return false;
		net.bits = (unsigned)bits;
	}
	*ret_net = net;
	return true;
}

static bool is_private_v4(const uint8_t *ip, unsigned bits)
{
	return (ip[0] == 10 && bits >= 8) || (ip[0] == 172 && (ip[1] & 0xf0) == 16 && bits >= 12) ||
	       (ip[0] == 192 && ip[1] == 168 && bits >= 16) ||
	       (ip[0] == 100 && (ip[1] & 0xc0) == 64 && bits >= 10);
}

/* ::ffff:a.b.c.d/n is IPv4 with n - 96 bits. */
static struct cidr unmapped(const struct cidr *net)
{
	static const uint8_t prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct cidr plain = *net;

	if (!net->v4 && net->bits >= 96 && memcmp(net->ip, prefix, sizeof(prefix)) == 0) {
		plain.v4 = true;
		plain.bits -= 96;
	}
	return plain;
}

bool cidr_is_wide(const struct cidr *net)
{
	struct cidr n = unmapped(net);

	if (!n.v4)
		return n.bits < 48 && !(n.ip[0] == 0xfe && (n.ip[1] & 0xc0) == 0x80 && n.bits >= 10);
	if (n.bits >= 8 && n.ip[12] == 127)
		return false;
	/* a /22 is what a small provider gets as a whole: wider, and strangers are among them */
	return n.bits < (is_private_v4(n.ip + 12, n.bits) ? 16u : 22u);
}

struct span cidr_size(const struct cidr *net, char ret_text[40])
{
	struct cidr n = unmapped(net);
	unsigned free_bits = (n.v4 ? 32 : 128) - n.bits;
	char digits[24];
	int len, out = 0;

	if (free_bits > 32) {
		len = snprintf(ret_text, 40, "2^%u addresses", free_bits);
		return span_of(ret_text, (size_t)len);
	}
	len = snprintf(digits, sizeof(digits), "%llu", 1ULL << free_bits);
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			ret_text[out++] = ',';
		ret_text[out++] = digits[i];
	}
	out += snprintf(ret_text + out, (size_t)(40 - out), " address%s", free_bits ? "es" : "");
	return span_of(ret_text, (size_t)out);
}
