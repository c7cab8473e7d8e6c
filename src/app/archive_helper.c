/*
 * archive_helper - see archive_helper.h.
 * TRUST: as there.
 */
#include "app/archive_helper.h"

#include "app/helper.h"
#include "app/interrupt.h"
#include "app/scanning.h"
#include "base/codec.h"
#include "sys/channel.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MOST (1u << 20)
#define DEATHS_MOST 5
#define SILENCE 60 /* limit scan, s: for spamtrail-archive to say that it is still at work */
/* For each second of CPU that an archive may take; a machine that is busy lets it wait. */
#define SECONDS_EACH 10
/* Of one archive: findings, files that were not read, and that it is still at work. */
#define TOLD_MOST (ARCHIVE_FOUND_MOST + 10 * ARCHIVE_SKIPS_MOST)
#define TOLD_BYTES ((size_t)16 << 20)

static const char program[] = "spamtrail-archive";

struct archive_helper {
	const struct scanning *s;
	struct channel channel;
	pid_t pid;
	unsigned deaths;
	bool runs;
};

struct archive_helper *archive_helper_new(const struct scanning *s)
{
	struct archive_helper *h;

	if (!helper_installed(program))
		return NULL;
	h = xcalloc(1, sizeof(*h));
	h->s = s;
	return h;
}

/* True: it had ended itself, for it took too much time. */
static bool end(struct archive_helper *h)
{
	struct err err;
	int status = 0;

	if (!h->runs)
		return false;
	channel_close(&h->channel);
	/* it may be in the middle of an archive */
	kill(h->pid, SIGKILL);
	helper_wait(h->pid, program, &status, &err);
	h->runs = false;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_INCOMPLETE;
}

void archive_helper_end(struct archive_helper *h)
{
	if (!h)
		return;
	end(h);
	h->deaths = 0;
}

void archive_helper_free(struct archive_helper *h)
{
	if (!h)
		return;
	end(h);
	free(h);
}

static int give_rule(struct archive_helper *h, const struct rule_file *r, struct err *err)
{
	int fd = memfd_create("rules", MFD_CLOEXEC), rc;
	size_t at = 0;
	ssize_t n = 1;

	while (fd >= 0 && at < r->bytes.n && (n = write(fd, r->bytes.p + at, r->bytes.n - at)) > 0)
		at += (size_t)n;
	if (fd < 0 || n <= 0)
		rc = err_sys(err, EXIT_IO, "signatures cannot be given to %s", program);
	else
		rc = channel_send(&h->channel, ARCHIVE_RULES, span_head(r->name, 200), &fd, 1, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int begin(struct archive_helper *h, struct err *err)
{
	struct helper_want want = { .name = program };
	int ends[2];
	int rc = channel_pair(ends, err);

	if (rc < 0)
		return rc;
	if (h->s->o->unconfined)
		want.args[0] = "--unconfined";
	memcpy(want.fds, (int[]){ ends[1], -1, -1, -1 }, sizeof(want.fds));
	rc = helper_start(&want, &h->pid, err);
	close(ends[1]);
	if (rc < 0) {
		close(ends[0]);
		return rc;
	}
	h->runs = true;
	channel_open(&h->channel, ends[0], ANSWER_MOST, SILENCE);
	for (size_t i = 0; i < h->s->rules && rc == 0; i++)
		if (h->s->rule[i].kind == RULE_SIGNATURES)
			rc = give_rule(h, &h->s->rule[i], err);
	if (rc < 0)
		end(h);
	return rc;
}

/* It may say for ever that it is still at work. */
static bool is_late(const struct archive_helper *h, int64_t began, uint64_t micros)
{
	uint64_t spent = (uint64_t)(clock_steady_micros(&h->s->clock) - began);

	return spent > SILENCE * UINT64_C(1000000) + SECONDS_EACH * micros;
}

static int listen_to(struct archive_helper *h, uint64_t micros,
		     void (*told)(void *ctx, uint32_t type, struct span body), void *ctx, struct err *err)
{
	int64_t began = clock_steady_micros(&h->s->clock);
	size_t n = 0, bytes = 0;

	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(&h->channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (interrupt_came())
			return -EXIT_INCOMPLETE;
		if (rc <= 0)
			return err_set(err, EXIT_SOFTWARE, "spamtrail-archive was ended by it");
		if (is_late(h, began, micros))
			return err_set(err, EXIT_SOFTWARE, "it takes more time than the limit allows");
		if (m.type == ARCHIVE_PROGRESS)
			continue;
		bytes += m.body.n;
		if (++n > TOLD_MOST || bytes > TOLD_BYTES)
			return err_set(err, EXIT_SOFTWARE, "spamtrail-archive said too much of it");
		told(ctx, m.type, m.body);
		if (m.type == ARCHIVE_DONE)
			return 0;
	}
}

int archive_helper_ask(struct archive_helper *h, int fd, struct archive_ask *ask,
		       void (*told)(void *ctx, uint32_t type, struct span body), void *ctx, struct err *err)
{
	struct buf body = BUF_MAX(64u << 10);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	int rc = 0;

	if (h->deaths > DEATHS_MOST)
		return err_set(
			err, EXIT_SOFTWARE,
			"spamtrail-archive was ended by too many archives, this one was not looked at");
	if (!h->runs)
		rc = begin(h, err);
	archive_code_ask(&c, ask);
	if (rc == 0 && channel_send(&h->channel, ARCHIVE_LOOK, buf_view(&body), &fd, 1, err) < 0)
		rc = err_set(err, EXIT_SOFTWARE, "spamtrail-archive ended before it could be asked");
	if (rc == 0)
		rc = listen_to(h, ask->most.micros, told, ctx, err);
	buf_free(&body);
	if (rc < 0) {
		if (end(h))
			err_set(err, EXIT_SOFTWARE, "it takes more time than the limit allows");
		h->deaths++;
	}
	return rc;
}
