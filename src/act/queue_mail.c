/*
 * queue_mail - see queue_mail.h.
 */
#include "act/queue_mail.h"

#include "act/act.h"
#include "act/record.h"
#include "act/talk.h"
#include "base/codec.h"
#include "sys/channel.h"

#include <stdlib.h>
#include <unistd.h>

#define ID_MOST 40
/* 80 KB of arguments, far from the kernel's limit; one call for each id would take minutes */
#define BATCH 2000
/* QUEUE_IDS_MOST ids of ID_MOST bytes with their lengths are 44,000,000; less than ACT_BODY_MOST */
#define BODY_MOST (48u << 20)

bool queue_is_exim(const struct action *v)
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

int queue_check(const struct action *v, const struct span *ids, size_t n, struct err *err)
{
	if (!queue_is_exim(v) && !span_eq(v->mta, SPAN("postfix")))
		return err_set(err, EXIT_NOPERM, "messages are handled in Postfix or Exim only");
	for (size_t i = 0; i < n; i++)
		if (!id_plain(ids[i]))
			return err_set(err, EXIT_NOPERM, "a queue id in the plan is none");
	if (n > QUEUE_IDS_MOST)
		return err_set(err, EXIT_NOPERM, "too many queue ids in one action");
	return 0;
}

int queue_check_some(const struct actor *a, const struct action *v, struct err *err)
{
	return v->nargs ? queue_check(v, v->args, v->nargs, err)
			: err_set(err, EXIT_NOPERM, "an action of the queue needs queue ids");
}

int queue_look(struct work *w, struct err *err)
{
	w->record->ids = w->action->args;
	w->record->nids = w->action->nargs;
	return 0;
}

/* Postfix's way: all ids on standard input. */
int queue_postsuper(const char *flag, const struct span *ids, size_t n, struct err *err)
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

int queue_postqueue(const struct span *ids, size_t n, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct span one[] = { SPAN("/usr/sbin/postqueue"), SPAN("-i"), ids[i] };

		rc = run_program(one, 3, SPAN_NONE, err);
	}
	return rc;
}

struct span queue_exim_program(void)
{
	return access("/usr/sbin/exim4", X_OK) == 0 ? SPAN("/usr/sbin/exim4") : SPAN("/usr/sbin/exim");
}

/*
 * Exim's way: ids as arguments, some at a time. WORDS come before them. A call ends with 1 when one of its ids is locked or
 * gone: the others are done all the same, and who looks at the spool again sees which. Negative: it could not be run.
 */
int queue_exim(const struct span *words, size_t nwords, const struct span *ids, size_t n, struct err *err)
{
	struct span args[BATCH + QUEUE_WORDS_MOST];

	for (size_t at = 0; at < n; at += BATCH) {
		size_t many = n - at < BATCH ? n - at : BATCH;

		memcpy(args, words, nwords * sizeof(*words));
		memcpy(args + nwords, ids + at, many * sizeof(*ids));
		if (run_program(args, nwords + many, SPAN_NONE, err) < 0 && err->code != EXIT_INCOMPLETE)
			return -err->code;
	}
	return 0;
}

int queue_hold_ids(const struct work *w, const struct span *ids, size_t n, struct err *err)
{
	const struct span words[] = { queue_exim_program(), SPAN("-MG"), SPAN("spamtrail") };

	return queue_is_exim(w->action) ? queue_exim(words, 3, ids, n, err)
					: queue_postsuper("-h", ids, n, err);
}

static int by_bytes(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* A copy in the order that is_among finds them by: a million ids are not looked through for each of a million. */
static struct span *sorted(const struct work *w, const struct span *ids, size_t n)
{
	struct span *copy = arena_alloc(w->arena, (n + 1) * sizeof(*copy));

	if (n) {
		memcpy(copy, ids, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), by_bytes);
	}
	return copy;
}

static bool is_among(const struct span *sorted_ids, size_t n, struct span id)
{
	return bsearch(&id, sorted_ids, n, sizeof(id), by_bytes);
}

/* What was frozen lies in the queue it was in. One that nobody has frozen stays as it is. */
static int thaw(const struct work *w, const struct span *ids, size_t n, struct err *err)
{
	const struct span words[] = { queue_exim_program(), SPAN("-Mt") };
	struct span *frozen = arena_alloc(w->arena, (n + 1) * sizeof(*frozen));
	struct span *ours = sorted(w, w->record->frozen, w->record->nfrozen);
	size_t many = 0;

	for (size_t i = 0; i < n; i++)
		if (is_among(ours, w->record->nfrozen, ids[i]))
			frozen[many++] = ids[i];
	return queue_exim(words, 2, frozen, many, err);
}

int queue_release_ids(const struct work *w, const struct span *ids, size_t n, struct err *err)
{
	const struct span words[] = { queue_exim_program(), SPAN("-qGspamtrail"), SPAN("-MG"), SPAN("") };
	int rc;

	if (n == 0)
		return 0;
	if (!queue_is_exim(w->action))
		return queue_postsuper("-H", ids, n, err);
	rc = queue_exim(words, 4, ids, n, err);
	return rc < 0 ? rc : thaw(w, ids, n, err);
}

static bool all_among(const struct span *all, size_t nall, const struct span *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_among(all, nall, ids[i]))
			return false;
	return true;
}

int queue_ask_again(struct work *w, const struct span *all, size_t nall, struct act_looked *ret,
		    struct err *err)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct packer p = { .out = &body };
	struct codec out = { .to = &p };
	struct act_looked looked = { 0 };
	struct message m = { 0 };
	struct unpacker u = { 0 };
	struct codec in = { .from = &u, .arena = w->arena };
	struct span *ids = (struct span *)all, *known = sorted(w, all, nall);
	size_t n = nall;
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
		close(m.fds[i]);
	if (m.type != ACT_RELEASE || m.nfds || !unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the command line did not say which messages to release");
	if (!all_among(known, nall, looked.innocent, looked.ninnocent) ||
	    !all_among(known, nall, looked.free, looked.nfree))
		return err_set(err, EXIT_SOFTWARE, "a message was named that was not to be held");
	*ret = looked;
	return 0;
}

size_t queue_without(struct work *w, const struct span *ids, size_t nids, const struct span *gone,
		     size_t ngone, struct span **ret_ids)
{
	struct span *left = arena_alloc(w->arena, (nids + 1) * sizeof(*left));
	struct span *out = sorted(w, gone, ngone);
	size_t n = 0;

	for (size_t i = 0; i < nids; i++)
		if (!is_among(out, ngone, ids[i]))
			left[n++] = ids[i];
	*ret_ids = left;
	return n;
}
