/*
 * account_reader - see account_reader.h.
 *
 * TRUST: the answer comes from a child that has read foreign configuration: folders are opened as an account's, whatever
 * they are, and read by a scanner that can do nothing else.
 */
#include "app/account_reader.h"

#include "app/confined.h"
#include "app/host_ask.h"
#include "app/serve.h"
#include "app/talk.h"
#include "base/pack.h"
#include "host/accounts.h"

#include <limits.h>
#include <unistd.h>

#define FILES_OPEN 64
#define ADDRESS_SPACE ((uint64_t)1 << 30)
#define ANSWER_MOST ((size_t)1 << 20)
#define FOLDERS_MOST 256

/* --- in the child -------------------------------------------------------------------------------- */

static bool beneath(struct span path, struct span folder)
{
	return folder.n && span_starts(path, folder) &&
	       (path.n == folder.n || folder.p[folder.n - 1] == '/' || path.p[folder.n] == '/');
}

static void find_folders(const struct host_facts *f, const struct account_want *want, struct buf *out)
{
	uint32_t index = want->name.n ? accounts_by_name(f->accounts, want->name)
				      : accounts_by_path(f->accounts, want->path);
	const struct account *account = index == ACCOUNT_NONE ? NULL : accounts_get(f->accounts, index);
	struct packer p = { .out = out };
	size_t n = 0;

	pack_span(&p, account ? account->name : SPAN_NONE);
	pack_u32(&p, account ? account->uid : UINT32_MAX);
	if (!account)
		return;
	if (account->home.n) {
		pack_span(&p, account->home);
		n++;
	}
	for (size_t i = 0; i < f->nsites && n < FOLDERS_MOST; i++) {
		struct span docroot = f->sites[i].docroot;

		if (!docroot.n || beneath(docroot, account->home) ||
		    accounts_by_path(f->accounts, docroot) != index)
			continue;
		pack_span(&p, docroot);
		n++;
	}
}

static void account_child(void *ctx, struct channel *channel, bool unconfined)
{
	const struct host_io io = {
		.ctx = channel, .read = host_io_read, .list = host_io_list, .exists = host_io_exists
	};
	struct arena *a = arena_new();
	struct buf body = BUF_MAX(ANSWER_MOST);
	struct host_facts facts;
	struct err err;

	host_learn(&io, a, &facts);
	find_folders(&facts, ctx, &body);
	if (channel_send(channel, TALK_RESULT, buf_view(&body), NULL, 0, &err) < 0)
		host_ask_lost();
	host_forget(&facts);
	buf_free(&body);
	arena_free(a);
}

/* --- the command line's side ---------------------------------------------------------------------- */

static bool has(const struct account_answer *r, const char *folder)
{
	for (size_t i = 0; i < r->folders; i++)
		if (strcmp(r->folder[i], folder) == 0)
			return true;
	return false;
}

static int take(struct span body, struct arena *a, struct account_answer *ret, struct err *err)
{
	struct unpacker u = { .left = body };
	struct account_answer r = { .name = arena_span(a, unpack_span(&u)),
				    .uid = unpack_u32(&u),
				    .folder = arena_alloc(a, (FOLDERS_MOST + 1) * sizeof(char *)) };

	while (!u.failed && u.left.n && r.folders < FOLDERS_MOST) {
		struct span folder = unpack_span(&u);

		if (folder.n < 2 || folder.p[0] != '/' || folder.n >= PATH_MAX ||
		    memchr(folder.p, '\0', folder.n))
			continue;
		r.folder[r.folders] = arena_str(a, folder);
		r.folders += !has(&r, r.folder[r.folders]);
	}
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the reader of accounts spoke nonsense");
	*ret = r;
	return 0;
}

static int serve(struct confined *child, const struct account_want *want, struct arena *a,
		 struct account_answer *ret, struct err *err)
{
	struct serving serving = { .root = want->root, .arena = a, .channel = &child->channel };

	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(&child->channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the reader of accounts ended without a result");
		if (m.type == TALK_RESULT)
			return take(m.body, a, ret, err);
		if (m.type == TALK_READ)
			rc = serve_read(&serving, m.body, err);
		else if (m.type == TALK_LIST)
			rc = serve_list(&serving, m.body, err);
		else if (m.type == TALK_STATUS)
			rc = serve_status(&serving, m.body, err);
		else
			rc = err_set(err, EXIT_SOFTWARE, "the reader of accounts spoke out of turn (%u)",
				     m.type);
		if (rc < 0)
			return rc;
	}
}

int account_ask(const struct account_want *want, struct arena *a, struct account_answer *ret, struct err *err)
{
	struct confined_want cw = {
		.name = "reader of accounts",
		.unconfined = want->unconfined,
		.files = FILES_OPEN,
		.memory = ADDRESS_SPACE,
		.answer_most = TALK_ANSWER_MOST,
		.ctx = (void *)want,
		.main = account_child,
	};
	struct account_answer answer = { .folders = 0 };
	struct confined child;
	int rc = confined_start(&cw, &child, err);

	if (rc < 0)
		return rc;
	rc = serve(&child, want, a, &answer, err);
	rc = confined_end(&child, cw.name, rc, err);
	if (rc == 0 && answer.folders == 0)
		rc = err_set(err, EXIT_NOINPUT, "%.*s: no account with a home here",
			     (int)span_head(want->name.n ? want->name : want->path, 200).n,
			     want->name.n ? want->name.p : want->path.p);
	if (rc == 0)
		*ret = answer;
	return rc;
}
