/*
 * spamtrail-dns - answers our questions about DNS names: spamtrail-dns [--unconfined] recursive|system|ADDRESS[@PORT]
 *
 * A program of its own so that libunbound, which parses packets from anywhere, is not linked into spamtrail. Reads
 * the resolver's configuration, confines itself (nobody, no file any more, IP sockets only), and then speaks
 * repute/ask.h on standard input, a socket, until that closes.
 *
 * Ends with 0; 74 when the socket fails; 77 when the kernel cannot confine; 78 when the resolver cannot be used.
 *
 * TRUST: the asker is ours; whatever the network sends is not.
 */
#include "base/err.h"
#include "dns/resolve.h"
#include "sys/channel.h"
#include "sys/confine.h"
#include "repute/ask.h"
#include "base/arena.h"

#include <stdio.h>
#include <unistd.h>

#define FILES_MOST 600
#define ADDRESS_SPACE ((uint64_t)4 << 30) /* limit reputation, bytes: memory of spamtrail-dns */
#define ASKS_BYTES (8u << 20)

static const struct confine_want confined = {
	.channel = STDIN_FILENO,
	.complaints = -1,
	.files = FILES_MOST,
	.memory = ADDRESS_SPACE,
	.network = true,
};

/* One turn; 0: the asker has gone. */
static int turn(struct resolver *r, struct channel *c, struct arena *asked, struct err *err)
{
	struct arena *a = arena_new();
	struct message m = { 0 };
	struct answers answers;
	struct asks asks;
	struct buf body = BUF_MAX(CHANNEL_MAX_BODY);
	int rc = channel_receive(c, &m, err);

	if (rc > 0 && (m.type != ASK_QUERIES || m.nfds))
		rc = err_set(err, EXIT_IO, "spoken to out of turn");
	if (rc > 0 && asks_unpack(asked, arena_span(asked, m.body), &asks, err) < 0)
		rc = -EXIT_IO;
	if (rc > 0) {
		resolver_ask(r, &asks);
		if (resolver_wait(r, a, &answers, err) < 0)
			rc = -EXIT_IO;
	}
	if (rc > 0) {
		answers_pack(&answers, &body);
		if (channel_send(c, ASK_ANSWERS, buf_view(&body), NULL, 0, err) < 0)
			rc = -EXIT_IO;
	}
	buf_free(&body);
	arena_free(a);
	return rc;
}

static int serve(struct resolver *r, struct err *err)
{
	struct arena *asked = arena_new();
	struct channel c;
	int rc;

	channel_open(&c, STDIN_FILENO, ASKS_BYTES, 0);
	do
		rc = turn(r, &c, asked, err);
	while (rc > 0);
	return rc;
}

int main(int argc, char **argv)
{
	bool unconfined = argc > 1 && strcmp(argv[1], "--unconfined") == 0;
	struct resolver *r;
	struct err err = { 0 };
	int rc;

	argc -= unconfined;
	argv += unconfined;
	if (argc != 2) {
		fputs("usage: spamtrail-dns [--unconfined] recursive|system|ADDRESS[@PORT]\n", stderr);
		return EXIT_USAGE;
	}
	rc = resolver_new(argv[1], &r, &err);
	if (rc == 0)
		rc = confine_helper(&confined, unconfined, &err);
	if (rc == 0)
		rc = serve(r, &err);
	/* once confined, only the socket may be written to: the code says it all */
	_exit(rc < 0 ? -rc : 0);
}
