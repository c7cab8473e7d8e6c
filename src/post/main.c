/*
 * spamtrail-post - hands one message to a web server or a mail relay: spamtrail-post [--unconfined]
 *
 * A program of its own so that libcurl, TLS and what servers answer are not linked into spamtrail. Takes one job
 * (model/post.h) on standard input, a socket; as root reads the file of authorities and marks its sockets (so that our own
 * brake lets them pass, act/firewall.c), becomes nobody, resolves the name, confines itself (no file any more, IP sockets
 * only), sends, answers, ends.
 *
 * Ends with 0 where it has answered; 74 when the socket fails; 77 when the kernel cannot confine.
 *
 * TRUST: the job is ours; name servers and the server it speaks to may be anybody. Nothing they say is handed on but
 * a number.
 */
#include "post/deliver.h"
#include "post/prepare.h"
#include "sys/channel.h"
#include "sys/confine.h"

#include <stdio.h>
#include <unistd.h>

#define FILES_MOST 32
#define ADDRESS_SPACE ((uint64_t)1 << 30)
#define JOB_MOST (4u << 20)

/* TLS and libc look for their settings late, and find none */
static const struct confine_want confined = {
	.channel = STDIN_FILENO,
	.complaints = -1,
	.files = FILES_MOST,
	.memory = ADDRESS_SPACE,
	.network = true,
	.charsets = true,
};

static int hear(struct channel *c, struct arena *a, struct post_job *ret, struct err *err)
{
	struct message m = { 0 };
	int rc = channel_receive(c, &m, err);

	if (rc <= 0 || m.type != POST_JOB || m.nfds || !post_job_unpack(a, arena_span(a, m.body), ret))
		return -EXIT_IO;
	return 0;
}

static int answer(struct channel *c, const struct post_done *done, struct err *err)
{
	struct buf body = BUF_MAX(4096);
	int rc;

	post_done_pack(done, &body);
	rc = channel_send(c, POST_DONE, buf_view(&body), NULL, 0, err);
	buf_free(&body);
	return rc;
}

int main(int argc, char **argv)
{
	bool unconfined = argc > 1 && strcmp(argv[1], "--unconfined") == 0;
	struct arena *a = arena_new();
	struct post_done done = { 0 };
	struct prepared ready;
	struct post_job job;
	struct err err = { 0 };
	struct channel c;
	int rc;

	if (argc != 1 + unconfined) {
		fputs("usage: spamtrail-post [--unconfined]\n", stderr);
		return EXIT_USAGE;
	}
	channel_open(&c, STDIN_FILENO, JOB_MOST, 0);
	rc = hear(&c, a, &job, &err);
	if (rc < 0)
		_exit(EXIT_IO);
	if (prepare(&job, a, &ready, &done)) {
		rc = confine_helper(&confined, unconfined, &err);
		if (rc == 0)
			deliver(&job, &ready, &done);
	}
	if (rc == 0)
		rc = answer(&c, &done, &err);
	/* once confined, only the socket may be written to: the code says it all */
	_exit(rc < 0 ? -rc : 0);
}
