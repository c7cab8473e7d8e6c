/* net - see net.h. IPv4 by hand since it is on the path of every arrival; the rest through inet_pton. */
#include "trace/net.h"

#include "base/err.h"
#include "base/hash.h"
#include "logs/bytes.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* The four bytes at P, the first lowest. */
static uint32_t four(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap32(v) : v;
}

/*
 * Seven to fifteen bytes, held as a number of two words, the first byte lowest. No branch, since no two addresses have their
 * dots in the same places: a part is what stands before the first byte that is no digit, at most three bytes, moved up so that
 * its last digit is the highest of four.
 */
static bool parse_v4(struct span text, uint8_t *ip)
{
	uint64_t low = text.n < 8 ? (uint64_t)four(text.p + 3) << 24 | four(text.p) : bytes_word(text.p);
	uint64_t high = text.n > 8 ? bytes_word(text.p + text.n - 8) >> 8 * (16 - text.n) : 0;
	unsigned wrong = 0, used = 0;
	uint8_t got[4];

	for (unsigned i = 0; i < 4; i++) {
		uint32_t digits = (uint32_t)low ^ 0x30303030;
		/* a carry goes up only, behind what is looked for */
		uint32_t others = ((digits + 0x76767676) | digits) & 0x80808080;
		unsigned bits = (unsigned)__builtin_ctz(others | UINT32_C(1) << 31) & 24;

		wrong |= (unsigned char)(low >> bits) ^ (i < 3 ? '.' : '\0');
		low = low >> bits >> 8 | high << (56 - bits);
		high = high >> bits >> 8;
		used += bits / 8 + 1;
		/* where the first is none, it is the highest of all and too much */
		digits <<= (32 - bits) & 31;
		wrong |= __builtin_bswap32(digits) > 0x020505;
		got[i] = (uint8_t)(digits * (1 | 10 << 8 | 100 << 16) >> 24);
	}
	if (wrong || used != text.n + 1)
		return false;
	memcpy(ip, got, sizeof(got));
	return true;
}

bool net_parse(struct span text, uint8_t ret_ip[16])
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n >= 7 && text.n <= 15 && parse_v4(text, ret_ip + 12)) {
		memcpy(ret_ip, v4_prefix, 12);
		return true;
	}
	if (text.n < 2 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return inet_pton(AF_INET6, copy, ret_ip) == 1;
}

bool net_is_v4(const uint8_t ip[16])
{
	return memcmp(ip, v4_prefix, 12) == 0;
}

bool net_is_loopback(const uint8_t ip[16])
{
	static const uint8_t one[16] = { [15] = 1 };

	return net_is_v4(ip) ? ip[12] == 127 : memcmp(ip, one, 16) == 0;
}

bool net_is_inner(const uint8_t ip[16])
{
	if (net_is_loopback(ip))
		return true;
	if (net_is_v4(ip))
		return ip[12] == 10 || (ip[12] == 172 && (ip[13] & 0xf0) == 16) ||
		       (ip[12] == 192 && ip[13] == 168) || (ip[12] == 169 && ip[13] == 254);
	return (ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80);
}

uint32_t net_block(const uint8_t ip[16])
{
	uint32_t hash = (uint32_t)hash_bytes(ip, net_is_v4(ip) ? 15 : 6, 0);

	return hash ? hash : 1;
}

struct span net_show(const uint8_t ip[16], char ret_text[46])
{
	char *out = ret_text;

	if (!net_is_v4(ip))
		return span_str(inet_ntop(AF_INET6, ip, ret_text, 46));
	for (unsigned i = 12; i < 16; i++) {
		if (i > 12)
			*out++ = '.';
		if (ip[i] >= 100)
			*out++ = (char)('0' + ip[i] / 100);
		if (ip[i] >= 10)
			*out++ = (char)('0' + ip[i] / 10 % 10);
		*out++ = (char)('0' + ip[i] % 10);
	}
	return span_of(ret_text, (size_t)(out - ret_text));
}

static bool network_parse(struct span text, struct network *ret_net)
{
	ptrdiff_t slash = span_rfind(text, '/');
	struct span address = slash < 0 ? text : span_head(text, (size_t)slash);
	uint64_t bits;

	if (address.n > 2 && address.p[0] == '[' && address.p[address.n - 1] == ']')
		address = span_of(address.p + 1, address.n - 2);
	if (!net_parse(address, ret_net->ip))
		return false;
	bits = net_is_v4(ret_net->ip) ? 32 : 128;
	if (slash >= 0 && (!span_u64(span_from(text, (size_t)slash + 1), &bits) || bits > 128))
		return false;
	if (net_is_v4(ret_net->ip))
		bits += 96;
	if (bits > 128)
		return false;
	for (unsigned i = 0; i < 16; i++) {
		unsigned left = bits < 8 * i ? 0 : (unsigned)bits - 8 * i;

		ret_net->mask[i] = (uint8_t)(left < 8 ? 0xff00 >> left : 0xff);
	}
	return true;
}

void networks_init(struct networks *n, const struct span *text, size_t count)
{
	n->net = xcalloc(count + 1, sizeof(*n->net));
	n->n = 0;
	for (size_t i = 0; i < count; i++)
		if (network_parse(text[i], &n->net[n->n]))
			n->n++;
}

void networks_free(struct networks *n)
{
	free(n->net);
}

bool networks_hold(const struct networks *n, const uint8_t ip[16])
{
	for (size_t i = 0; i < n->n; i++) {
		const struct network *net = &n->net[i];
		uint8_t differ = 0;

		for (unsigned k = 0; k < 16; k++)
			differ |= (ip[k] ^ net->ip[k]) & net->mask[k];
		if (!differ)
			return true;
	}
	return false;
}
