/*
 * queue_hold - queued messages are held by the mail server's own program, and released by it.
 *
 * Postfix: postsuper -h from its standard input. Exim: -MG into the named queue "spamtrail", which no ordinary queue run
 * touches. Seen on Postfix 3.7: what is under delivery is held and delivered on, each recipient is marked done in the
 * file as it is served, and a release meanwhile waits for the lock, so nobody gets a second copy. Seen on Exim 4.96: such
 * a message is locked and stays; the others of the call move, and it is tried again.
 *
 * A queue id may be given to another message between plan and hold; so once they are held the command line is
 * asked to have each looked at again, and what is not the culprit's is released at once. Undo releases what
 * we held.
 *
 * TRUST: ids come from a plan made of foreign bytes; only their shape is believed.
 */
#include "act/act.h"
#include "act/record.h"
#include "base/codec.h"
#include "sys/channel.h"
#include "act/talk.h"

#include <unistd.h>

#define ID_MOST 40
/* 20 KB of arguments, far from the kernel's limit; one call for each id would take minutes */
#define BATCH 500
#define IDS_MOST 1000000
/* IDS_MOST ids of ID_MOST bytes with their lengths are 44,000,000; less than ACT_BODY_MOST */
#define BODY_MOST (48u << 20)

static bool is_exim(const struct action *v)
{
	return span_eq(v->mta, SPAN("exim"));
}

/* Postfix: hexadecimal, or its long base 52; Exim: three parts with dashes. Never a dash first. */
static bool id_plain(struct span id)
{
	if (id.n == 0 || id.n > ID_MOST || id.p[0] == '-')
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
			return false;
	}
	return true;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (!is_exim(v) && !span_eq(v->mta, SPAN("postfix")))
		return err_set(err, EXIT_NOPERM, "messages are held in Postfix or Exim only");
	for (size_t i = 0; i < v->nargs; i++)
		if (!id_plain(v->args[i]))
			return err_set(err, EXIT_NOPERM, "a queue id in the plan is none");
	if (v->nargs == 0 || v->nargs > IDS_MOST)
		return err_set(err, EXIT_NOPERM, "a hold needs queue ids");
	return 0;
}

static int look(struct work *w, struct err *err)
{
	w->record->ids = w->action->args;
	w->record->nids = w->action->nargs;
	return 0;
}

/* Postfix's way: all ids on standard input. */
static int postsuper(const char *flag, const struct span *ids, size_t n, struct err *err)
{
	struct span args[] = { SPAN("/usr/sbin/postsuper"), span_str(flag), SPAN("-") };
	struct buf input = BUF_MAX(BODY_MOST);
	int rc;

	for (size_t i = 0; i < n; i++) {
		buf_span(&input, ids[i]);
		buf_byte(&input, '\n');
	}
	rc = run_program(args, sizeof(args) / sizeof(*args), buf_view(&input), err);
	buf_free(&input);
	return rc;
}

static struct span exim_program(void)
{
	return access("/usr/sbin/exim4", X_OK) == 0 ? SPAN("/usr/sbin/exim4") : SPAN("/usr/sbin/exim");
}

/* Exim's way: ids as arguments, some at a time. WORDS come before them. A call fails when one of its ids is locked or
 * gone: the others are done all the same, so the rest of the batches follow. */
static int exim(const struct span *words, size_t nwords, const struct span *ids, size_t n, struct err *err)
{
	struct span args[BATCH + 8];
	int rc = 0;

	for (size_t at = 0; at < n; at += BATCH) {
		size_t many = n - at < BATCH ? n - at : BATCH;

		memcpy(args, words, nwords * sizeof(*words));
		memcpy(args + nwords, ids + at, many * sizeof(*ids));
		if (run_program(args, nwords + many, SPAN_NONE, err) < 0)
			rc = -err->code;
	}
	return rc;
}

static int hold(const struct work *w, const struct span *ids, size_t n, struct err *err)
{
	const struct span words[] = { exim_program(), SPAN("-MG"), SPAN("spamtrail") };
	struct err locked;

	if (!is_exim(w->action))
		return postsuper("-h", ids, n, err);
	exim(words, 3, ids, n, &locked);
	return 0;
}

static bool among(const struct span *ids, size_t n, struct span id)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(ids[i], id))
			return true;
	return false;
}

/* What was frozen lies in the queue it was in. One that nobody has frozen stays as it is. */
static void thaw(const struct work *w, const struct span *ids, size_t n)
{
	const struct span words[] = { exim_program(), SPAN("-Mt") };
	struct span *frozen = arena_alloc(w->arena, (n + 1) * sizeof(*frozen));
	struct err gone;
	size_t many = 0;

	for (size_t i = 0; i < n && w->record->nfrozen; i++)
		if (among(w->record->frozen, w->record->nfrozen, ids[i]))
			frozen[many++] = ids[i];
	exim(words, 2, frozen, many, &gone);
}

static int release(const struct work *w, const struct span *ids, size_t n, struct err *err)
{
	const struct span words[] = { exim_program(), SPAN("-qGspamtrail"), SPAN("-MG"), SPAN("") };
	struct err gone;

	if (n == 0)
		return 0;
	if (!is_exim(w->action))
		return postsuper("-H", ids, n, err);
	exim(words, 4, ids, n, &gone);
	thaw(w, ids, n);
	return 0;
}

static bool all_ours(const struct work *w, const struct span *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!among(w->record->ids, w->record->nids, ids[i]))
			return false;
	return true;
}

/* Asks the command line to look at what should be held; only ids of the plan are listened to. */
static int ask(struct work *w, struct act_looked *ret, struct err *err)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct packer p = { .out = &body };
	struct codec out = { .to = &p };
	struct act_looked looked = { 0 };
	struct message m = { 0 };
	struct unpacker u = { 0 };
	struct codec in = { .from = &u, .arena = w->arena };
	struct span *ids = w->record->ids;
	size_t n = w->record->nids;
	int rc;

	CODE_LIST(&out, ids, n, 4, code_span);
	rc = channel_send(w->actor->channel, ACT_HELD, buf_view(&body), NULL, 0, err);
	buf_free(&body);
	if (rc == 0)
		rc = channel_receive(w->actor->channel, &m, err);
	if (rc == 0)
		return err_set(err, EXIT_IO, "the command line ended while messages were held");
	if (rc < 0)
		return rc;
	u = (struct unpacker){ .left = arena_span(w->arena, m.body) };
	act_code_looked(&in, &looked);
	for (size_t i = 0; i < m.nfds; i++)
		code_refuse_if(&in, true);
	if (m.type != ACT_RELEASE || !unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the command line did not say which messages to release");
	if (!all_ours(w, looked.innocent, looked.ninnocent) || !all_ours(w, looked.free, looked.nfree))
		return err_set(err, EXIT_SOFTWARE, "a message was named that was not to be held");
	*ret = looked;
	return 0;
}

static void keep_others(struct work *w, const struct span *gone, size_t ngone)
{
	struct span *ids = arena_alloc(w->arena, w->record->nids * sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < w->record->nids; i++)
		if (!among(gone, ngone, w->record->ids[i]))
			ids[n++] = w->record->ids[i];
	w->record->ids = ids;
	w->record->nids = n;
}

/*
 * Exim without -MG (before named queues) has moved nothing: then what is free is frozen. Where some have moved, what has
 * not is under delivery, and is tried again at the command line's next look.
 */
static void freeze(struct work *w, const struct act_looked *l)
{
	const struct span words[] = { exim_program(), SPAN("-Mf") };
	struct err locked;

	if (!is_exim(w->action) || l->nfree == 0 || l->nfree + l->ninnocent < w->record->nids)
		return;
	exim(words, 2, l->free, l->nfree, &locked);
	w->record->frozen = l->free;
	w->record->nfrozen = l->nfree;
	buf_addf(&w->text, "%s%zu frozen, as this Exim moved none into a queue of its own",
		 w->text.n ? "; " : "", l->nfree);
}

static int make(struct work *w, struct err *err)
{
	struct act_looked looked = { 0 };
	/* first held, then asked: while somebody looks no delivery begins */
	int rc = hold(w, w->record->ids, w->record->nids, err);

	if (rc < 0)
		return rc;
	rc = ask(w, &looked, err);
	/* nobody says whose they are: then nothing stays held */
	if (rc < 0) {
		struct err unheard;

		release(w, w->record->ids, w->record->nids, &unheard);
		return rc;
	}
	rc = release(w, looked.innocent, looked.ninnocent, err);
	if (rc < 0)
		return rc;
	if (looked.ninnocent)
		buf_addf(&w->text, "%zu held; %zu gone meanwhile, or not his and released at once",
			 w->record->nids - looked.ninnocent, looked.ninnocent);
	freeze(w, &looked);
	keep_others(w, looked.innocent, looked.ninnocent);
	return 0;
}

static int undo(struct work *w, struct err *err)
{
	return release(w, w->record->ids, w->record->nids, err);
}

/* Whose they are was not asked, or not yet followed: all are released. */
static int settle(struct work *w, enum settled *ret, struct err *err)
{
	*ret = NOT_MADE;
	return undo(w, err);
}

const struct kind kind_hold_queue = { check, look, make, undo, settle };
