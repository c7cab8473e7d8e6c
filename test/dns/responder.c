/*
 * responder - a DNS server over UDP that behaves as badly as its zones' names say, for tests on loopback.
 *
 *   responder PORT [MILLIS]     every answer MILLIS late; how many waited at once at most goes to stderr, as it
 *                             grows: all questions, and those to lists
 *
 * The label before "lists.example" decides: good (127.0.0.2 and every odd last octet is listed), wild, rewrite, hijack
 * (what is not listed leads elsewhere), refused, odd (an undocumented code), slow (ten seconds), trunc, loop, garbage,
 * short, wrongid, dead, servfail, rcode5, codes (a list that says refused for what is asked, not for its points).
 * Mail for NAME.post.example goes to mail.NAME.post.example, which is 203.0.113.77.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAITING_MOST 4096

struct packet {
	int64_t due; /* milliseconds */
	struct sockaddr_in to;
	uint8_t bytes[512];
	size_t n;
	char question[600]; /* the name as text, its type behind it */
	bool of_list; /* not of a name of its own, as a PTR */
};

static struct packet waiting[WAITING_MOST];
static unsigned nwaiting, most, most_listed;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The question's name as text with dots; returns the bytes of name, type and class, 0 when it is none. */
static size_t question(const uint8_t *p, size_t n, char *name, size_t room)
{
	size_t at = 12, out = 0;

	while (at < n && p[at]) {
		size_t len = p[at];

		if (len > 63 || at + 1 + len >= n || out + len + 2 > room)
			return 0;
		memcpy(name + out, p + at + 1, len);
		out += len;
		name[out++] = '.';
		at += len + 1;
	}
	name[out] = '\0';
	return at + 5 <= n ? at + 5 - 12 : 0;
}

static bool zone_is(const char *name, const char *kind)
{
	const char *end = strstr(name, ".lists.example.");
	const char *from = end;

	while (from && from > name && from[-1] != '.')
		from--;
	return end && strncmp(from, kind, strlen(kind)) == 0;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

static bool on_list(const char *name)
{
	if (strncmp(name, "2.0.0.127.", 10) == 0 || strncmp(name, "test.", 5) == 0 ||
	    strncmp(name, "2.0.0.0.0.0.f.7.f.f.f.f.", 24) == 0)
		return true;
	if (strncmp(name, "1.0.0.127.", 10) == 0 || strncmp(name, "1.0.0.0.0.0.f.7.f.f.f.f.", 24) == 0)
		return false;
	return name[0] >= '0' && name[0] <= '9' && atoi(name) % 2 == 1;
}

static bool is_point(const char *name)
{
	return strncmp(name, "2.0.0.127.", 10) == 0 || strncmp(name, "1.0.0.127.", 10) == 0;
}

/* The address to answer with; 0: NXDOMAIN. */
static uint32_t address_for(const char *name)
{
	if (zone_is(name, "wild"))
		return 0x7f000002;
	if (zone_is(name, "rewrite"))
		return 0xc6336401;
	if (zone_is(name, "refused") || (zone_is(name, "codes") && !is_point(name)))
		return 0x7ffffffe;
	if (zone_is(name, "odd") && !is_point(name))
		return 0x7f000063;
	if (strncmp(name, "mail.", 5) == 0 && ends_with(name, ".post.example."))
		return 0xcb00714d;
	if (on_list(name))
		return 0x7f000002;
	return zone_is(name, "hijack") ? 0xc6336401 : 0;
}

static size_t put_answer(uint8_t *p, size_t at, uint16_t type, const void *data, size_t n)
{
	const uint8_t head[] = { 0xc0, 12, 0, (uint8_t)type, 0, 1, 0, 0, 0, 60, 0, (uint8_t)n };

	memcpy(p + at, head, sizeof(head));
	memcpy(p + at + sizeof(head), data, n);
	p[7] = 1;
	return at + sizeof(head) + n;
}

/* What the zone makes of a packet that was right so far. */
static size_t spoil(const char *name, uint8_t *p, size_t n)
{
	if (zone_is(name, "trunc")) {
		p[2] |= 2;
		p[7] = 0;
		return n;
	}
	if (zone_is(name, "loop")) {
		/* the answer's name is a pointer to itself */
		uint8_t loop[] = { 0xc0, (uint8_t)n, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 2 };

		memcpy(p + n, loop, sizeof(loop));
		p[7] = 1;
		return n + sizeof(loop);
	}
	if (zone_is(name, "garbage"))
		for (size_t i = 2; i < n; i++)
			p[i] = (uint8_t)(p[i] * 31 + i * 7);
	if (zone_is(name, "short"))
		return 9;
	if (zone_is(name, "wrongid"))
		p[0] ^= 0x55;
	if (zone_is(name, "servfail"))
		p[3] = 2;
	if (zone_is(name, "rcode5"))
		p[3] = 5;
	return n;
}

/* A resolver that has waited long asks again: that is no further question. */
static bool is_again(unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (strcasecmp(waiting[k].question, waiting[i].question) == 0)
			return true;
	return false;
}

static void tell_most(void)
{
	unsigned all = 0, listed = 0;

	for (unsigned i = 0; i < nwaiting; i++)
		if (!is_again(i)) {
			all++;
			listed += waiting[i].of_list;
		}
	if (all <= most && listed <= most_listed)
		return;
	most = all > most ? all : most;
	most_listed = listed > most_listed ? listed : most_listed;
	fprintf(stderr, "most at once: %u %u\n", most, most_listed);
}

static void answer(int fd, const uint8_t *q, size_t n, const struct sockaddr_in *to, int64_t late)
{
	struct packet *out = &waiting[nwaiting];
	char name[512];
	size_t asked = n > 12 ? question(q, n, name, sizeof(name)) : 0;
	uint16_t type;
	uint32_t address;

	if (!asked || nwaiting == WAITING_MOST || zone_is(name, "dead"))
		return;
	*out = (struct packet){ .to = *to, .due = now() + late + (zone_is(name, "slow") ? 10000 : 0) };
	memcpy(out->bytes, q, 12 + asked);
	memcpy(out->bytes + 2, "\x84\x00\0\1\0\0\0\0\0\0", 10);
	out->bytes[2] |= q[2] & 1;
	out->n = 12 + asked;
	type = (uint16_t)(q[12 + asked - 4] << 8 | q[12 + asked - 3]);
	address = zone_is(name, "servfail") || zone_is(name, "rcode5") || zone_is(name, "trunc") ||
				  zone_is(name, "loop")
			  ? 0
			  : address_for(name);
	if (type == 15 && ends_with(name, ".post.example.")) {
		/* preference 10, "mail", and the name that was asked */
		out->n = put_answer(out->bytes, out->n, 15, "\0\012\4mail\300\014", 9);
	} else if (address && type == 1) {
		uint32_t net = htonl(address);

		out->n = put_answer(out->bytes, out->n, 1, &net, 4);
	} else if (address && type == 16) {
		out->n = put_answer(out->bytes, out->n, 16,
				    "\x10"
				    "sent spam to us\007",
				    17);
	} else if (!address) {
		out->bytes[3] = 3;
	}
	out->n = spoil(name, out->bytes, out->n);
	out->of_list = ends_with(name, ".lists.example.");
	snprintf(out->question, sizeof(out->question), "%s %u", name, type);
	if (out->due > now()) {
		nwaiting++;
		tell_most();
	} else
		sendto(fd, out->bytes, out->n, 0, (const struct sockaddr *)to, sizeof(*to));
}

static void send_due(int fd)
{
	for (unsigned i = 0; i < nwaiting;)
		if (waiting[i].due <= now()) {
			sendto(fd, waiting[i].bytes, waiting[i].n, 0, (struct sockaddr *)&waiting[i].to,
			       sizeof(waiting[i].to));
			waiting[i] = waiting[--nwaiting];
		} else {
			i++;
		}
}

int main(int argc, char **argv)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20;
	int64_t late = argc > 2 ? atoi(argv[2]) : 0;

	if (argc < 2)
		return 64;
	here.sin_port = htons((uint16_t)atoi(argv[1]));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0) {
		perror("responder");
		return 69;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct sockaddr_in from;
		socklen_t size_of = sizeof(from);
		uint8_t q[512];
		ssize_t n;

		poll(&p, 1, nwaiting ? 1 : -1);
		while ((n = recvfrom(fd, q, sizeof(q), MSG_DONTWAIT, (struct sockaddr *)&from, &size_of)) > 0)
			answer(fd, q, (size_t)n, &from, late);
		send_due(fd);
	}
}
