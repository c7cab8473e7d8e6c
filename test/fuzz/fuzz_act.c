/*
 * fuzz_act - any messages to the actor: a plan is refused, or what is done stays beneath its base. Only files of a made-up
 * root can be acted on, and a canary beside the home must stay as it is. Answers are read by a thread and dropped.
 *
 * Input: messages, each a type, a length of two bytes and a body; "P" before a body of type ACT_PLAN gives it a head that
 * fits, so that not every input ends there.
 */
#include "act/serve.h"
#include "act/act.h"
#include "base/codec.h"
#include "sys/channel.h"
#include "act/talk.h"
#include "base/err.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];
static struct stat canary;
static bool is_root;
static unsigned runs; /* a journal of many makes each start slow: a new one now and then */

static void make(const char *name, mode_t mode, uid_t uid, bool folder)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	if (folder) {
		mkdir(path, mode);
	} else if ((fd = open(path, O_WRONLY | O_CREAT, mode)) >= 0) {
		if (write(fd, "x", 1) < 0)
			abort();
		close(fd);
	}
	if (chown(path, uid, uid) < 0)
		is_root = false;
}

static void look(struct stat *st)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/root/home/bob/x", top);
	if (stat(path, st) < 0)
		bug("the canary is gone");
}

static void remove_all(void)
{
	char command[128];

	snprintf(command, sizeof(command), "%s", top);
	execl("/bin/rm", "rm", "-rf", command, (char *)NULL);
}

static void begin(void)
{
	snprintf(top, sizeof(top), "/dev/shm/spamtrail-fuzz-act.XXXXXX");
	if (!mkdtemp(top))
		abort();
	is_root = geteuid() == 0;
	chmod(top, 0755);
	make("root", 0755, 0, true);
	make("root/home", 0755, 0, true);
	make("root/home/alice", 0755, 2001, true);
	make("root/home/bob", 0755, 2002, true);
	make("root/home/alice/x", 0644, 2001, false);
	make("root/home/bob/x", 0644, 2002, false);
	look(&canary);
	atexit(remove_all);
}

static void *drop(void *fd)
{
	char piece[1 << 16];

	while (read(*(int *)fd, piece, sizeof(piece)) > 0)
		;
	return NULL;
}

static int send_begin(struct actor *a, struct err *err)
{
	char state[96], root[96];
	struct buf body = BUF_MAX(4096);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct act_begin b = { .who = SPAN("fuzz") };
	struct message m = { .type = ACT_BEGIN };
	int rc;

	snprintf(state, sizeof(state), "%s/state%u", top, runs / 64);
	mkdir(state, 0700);
	snprintf(root, sizeof(root), "%s/root", top);
	b.state_dir = span_str(state);
	b.root = span_str(root);
	act_code_begin(&c, &b);
	m.body = buf_view(&body);
	rc = act_serve(a, &m, err);
	buf_free(&body);
	return rc;
}

/* A plan with one action whose fields are the input's. */
static void plan_of(struct span bytes, struct buf *out)
{
	struct packer p = { .out = out };

	pack_u32(&p, UINT32_C(0x4c507453));
	pack_u32(&p, 1);
	pack_span(&p, SPAN("1123a"));
	pack_span(&p, SPAN_NONE);
	pack_u32(&p, 1);
	buf_span(out, bytes);
}

static void feed(struct actor *a, struct span s)
{
	struct err err = { 0 };
	struct buf head = BUF_MAX(1 << 20);

	for (int i = 0; s.n >= 3 && i < 16; i++) {
		size_t n = ((size_t)(uint8_t)s.p[1] << 8 | (uint8_t)s.p[2]) % 4096;
		struct message m = { .type = (uint8_t)s.p[0] % 12 };

		m.body = span_head(span_from(s, 3), n);
		s = span_from(s, 3 + n);
		if (m.type == ACT_PLAN && m.body.n && m.body.p[0] == 'P') {
			head.n = 0;
			plan_of(span_from(m.body, 1), &head);
			m.body = buf_view(&head);
		}
		if (act_serve(a, &m, &err) < 0)
			break;
	}
	buf_free(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel channel;
	struct actor a = { .arena = arena_new(), .channel = &channel, .lock = -1, .root = -1 };
	struct err err = { 0 };
	struct stat st;
	pthread_t thread;
	struct plan *plan;
	int ends[2];

	if (!top[0])
		begin();
	plan_unpack(a.arena, span_of((const char *)data, size), &plan, &err);
	if (!is_root) {
		arena_free(a.arena);
		return 0;
	}
	runs++;
	make("root/home/alice/x", 0644, 2001, false);
	if (channel_pair(ends, &err) < 0)
		abort();
	pthread_create(&thread, NULL, drop, &ends[1]);
	channel_open(&channel, ends[0], ACT_BODY_MOST, 5);
	if (send_begin(&a, &err) == 0)
		feed(&a, span_of((const char *)data, size));
	channel_close(&channel);
	pthread_join(thread, NULL);
	close(ends[1]);
	act_end(&a);
	look(&st);
	if (st.st_ino != canary.st_ino || st.st_mode != canary.st_mode || st.st_size != canary.st_size ||
	    st.st_mtime != canary.st_mtime)
		bug("an act outside the home");
	return 0;
}
