/*
 * resolve - see resolve.h. libunbound works in a thread of its own; completions come through its pipe.
 *
 * What it would do on its own, and why not here: it opens 16 ports (as a library), which would be the cap; it keeps
 * off loopback, where many servers have their resolver; it cuts names down towards the root and believes an NXDOMAIN
 * for everything below it, which old list servers send for names in between; it counts a late answer against the
 * resolver it asks, though it is one list behind it that is dead, and gives that resolver up where the limit is low.
 *
 * TRUST: packets are anybody's; libunbound parses them, in a confined process. Lengths of what it hands out are
 * checked here all the same.
 */
#include "dns/resolve.h"

#include "base/err.h"
#include "dns/records.h"
#include "repute/spf.h"
#include "sys/clock.h"
#include "repute/ask.h"
#include "base/arena.h"

#include <errno.h>
#include <poll.h>
#include <unbound.h>

enum job_state { JOB_WAITS, JOB_ASKED, JOB_DONE, JOB_TOLD };

struct job {
	struct resolver *owner;
	struct ask ask;
	struct spf *spf; /* ASK_SPF: at work */
	struct job *next; /* in the queue of what waits, then in that of what is on its way */
	enum job_state state;
	int async; /* of the query on its way */
	int64_t began, until; /* microseconds */
	struct answer answer;
};

struct jobs {
	struct job *first, **last;
};

#define GROUPS_LOG2 12

struct resolver {
	struct ub_ctx *ctx;
	struct arena *arena; /* of this round's answers */
	struct arena *work; /* records of SPF at work */
	struct jobs waiting, asked;
	struct job *done[ASK_QUERIES_MOST];
	size_t ndone, nasked, open;
	uint8_t at_once[1u << GROUPS_LOG2]; /* on their way, by group (modulo) */
	struct clock clock;
};

static const struct {
	const char *option, *value;
} settings[] = {
	{ "module-config:", "iterator" },   { "do-not-query-localhost:", "no" },
	{ "outgoing-range:", "256" },	    { "num-queries-per-thread:", "1024" },
	{ "outgoing-num-tcp:", "16" },	    { "qname-minimisation:", "no" },
	{ "harden-below-nxdomain:", "no" }, { "aggressive-nsec:", "no" },
	{ "infra-keep-probing:", "yes" },   { "infra-cache-max-rtt:", "120000" },
	{ "unblock-lan-zones:", "yes" },    { "insecure-lan-zones:", "yes" },
	{ "msg-cache-size:", "8m" },	    { "rrset-cache-size:", "8m" },
};

static int set_up(struct ub_ctx *ctx, const char *how, struct err *err)
{
	int rc = 0;

	/* a setting that an older library does not know is one it does not need */
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		ub_ctx_set_option(ctx, settings[i].option, settings[i].value);
	ub_ctx_debuglevel(ctx, 0);
	if (strcmp(how, "system") == 0)
		rc = ub_ctx_resolvconf(ctx, NULL);
	else if (strcmp(how, "recursive") != 0)
		rc = ub_ctx_set_fwd(ctx, how);
	if (rc == 0)
		rc = ub_ctx_async(ctx, 1);
	return rc ? err_set(err, EXIT_CONFIG, "the resolver %s cannot be used: %s", how, ub_strerror(rc)) : 0;
}

int resolver_new(const char *how, struct resolver **ret, struct err *err)
{
	struct resolver *r = xcalloc(1, sizeof(*r));
	int rc;

	r->ctx = ub_ctx_create();
	if (!r->ctx)
		return err_sys(err, EXIT_IO, "the resolver library cannot start");
	rc = set_up(r->ctx, how, err);
	if (rc < 0)
		return rc;
	r->waiting.last = &r->waiting.first;
	r->asked.last = &r->asked.first;
	r->work = arena_new();
	*ret = r;
	return 0;
}

static void jobs_add(struct jobs *jobs, struct job *j)
{
	j->next = NULL;
	*jobs->last = j;
	jobs->last = &j->next;
}

static uint8_t *group_of(struct resolver *r, const struct job *j)
{
	return &r->at_once[j->ask.group & ((1u << GROUPS_LOG2) - 1)];
}

static void finish(struct job *j)
{
	struct resolver *r = j->owner;

	if (j->state == JOB_ASKED) {
		r->nasked--;
		--*group_of(r, j);
	}
	j->state = JOB_DONE;
	j->answer.id = j->ask.id;
	j->answer.millis = (uint32_t)((clock_steady_micros(&r->clock) - j->began) / 1000);
	r->done[r->ndone++] = j;
}

void resolver_ask(struct resolver *r, const struct asks *asks)
{
	for (size_t i = 0; i < asks->n && r->open < ASK_QUERIES_MOST; i++) {
		struct job *j = xcalloc(1, sizeof(*j));

		j->owner = r;
		j->ask = asks->list[i];
		jobs_add(&r->waiting, j);
		r->open++;
	}
}

/* --- one query --------------------------------------------------------------------------------------- */

static const char *const rcodes[] = { "no error", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" };

static void read_result(struct arena *a, enum ask_type type, const struct ub_result *result,
			struct answer *ret_answer)
{
	struct answer answer = { .state = ANSWER_NONE };

	if (result->rcode != 0 && result->rcode != 3) {
		answer.state = ANSWER_FAILED;
		answer.text = span_str(result->rcode > 0 && result->rcode < 6 ? rcodes[result->rcode]
									      : "an unknown error code");
	} else if (result->havedata) {
		answer.record = arena_alloc(a, ASK_RECORDS_MOST * sizeof(*answer.record));
		for (size_t i = 0; result->data[i] && answer.nrecords < ASK_RECORDS_MOST; i++)
			if (result->len[i] >= 0 &&
			    record_read(a, type, span_of(result->data[i], (size_t)result->len[i]),
					&answer.record[answer.nrecords]))
				answer.nrecords++;
		answer.state = answer.nrecords ? ANSWER_DATA : ANSWER_FAILED;
		answer.text = answer.nrecords ? SPAN_NONE : SPAN("records that cannot be read");
	}
	*ret_answer = answer;
}

static void on_result(void *ctx, int failed, struct ub_result *result);

static bool send_query(struct job *j, enum ask_type type, struct span name)
{
	static const int rrtypes[ASK_TYPES] = {
		[ASK_A] = 1, [ASK_AAAA] = 28, [ASK_TXT] = 16, [ASK_PTR] = 12, [ASK_MX] = 15
	};
	char text[ASK_NAME_MOST + 2];
	int rc;

	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	rc = ub_resolve_async(j->owner->ctx, text, rrtypes[type], 1, j, on_result, &j->async);
	if (rc == 0)
		return true;
	j->answer = (struct answer){ .state = ANSWER_FAILED, .text = span_str(ub_strerror(rc)) };
	return false;
}

/* The next name that SPF wants, or what it has come to. False: over. */
static bool spf_goes_on(struct job *j)
{
	struct span why;
	struct ask ask = { .type = ASK_TXT };

	if (spf_next(j->spf, &ask))
		return send_query(j, (enum ask_type)ask.type, ask.name);
	j->answer = (struct answer){ .state = ANSWER_DATA, .nrecords = 1 };
	j->answer.record = arena_alloc(j->owner->arena, sizeof(*j->answer.record));
	j->answer.record[0] = span_str(spf_result_name(spf_decided(j->spf, &why)));
	j->answer.text = arena_span(j->owner->arena, why);
	return false;
}

static enum ask_type type_at_work(const struct job *j)
{
	struct ask ask = { .type = ASK_TXT };

	return j->spf && spf_next(j->spf, &ask) ? (enum ask_type)ask.type : (enum ask_type)j->ask.type;
}

static void on_result(void *ctx, int failed, struct ub_result *result)
{
	struct job *j = ctx;
	struct answer answer = { .state = ANSWER_FAILED, .text = SPAN("the resolver library failed") };

	if (j->state != JOB_ASKED) {
		ub_resolve_free(result);
		return;
	}
	if (!failed)
		read_result(j->owner->arena, type_at_work(j), result, &answer);
	ub_resolve_free(result);
	if (j->spf) {
		spf_take(j->spf, &answer);
		if (spf_goes_on(j))
			return;
	} else {
		j->answer = answer;
	}
	finish(j);
}

static void start(struct job *j)
{
	bool sent;

	j->state = JOB_ASKED;
	j->began = clock_steady_micros(&j->owner->clock);
	j->until = j->began + (int64_t)j->ask.millis * 1000;
	j->owner->nasked++;
	++*group_of(j->owner, j);
	jobs_add(&j->owner->asked, j);
	if (j->ask.type == ASK_SPF)
		j->spf = spf_new(j->owner->work, j->ask.name, j->ask.address);
	sent = j->spf ? spf_goes_on(j) : send_query(j, (enum ask_type)j->ask.type, j->ask.name);
	if (!sent)
		finish(j);
}

/* Sends what the caps allow, in order. */
static void start_some(struct resolver *r)
{
	struct jobs left = { .last = &left.first };
	struct job *next;

	left.first = NULL;
	for (struct job *j = r->waiting.first; j; j = next) {
		next = j->next;
		if (r->nasked < ASK_AT_ONCE && *group_of(r, j) < ASK_GROUP_AT_ONCE)
			start(j);
		else
			jobs_add(&left, j);
	}
	r->waiting = left;
	if (!left.first)
		r->waiting.last = &r->waiting.first;
}

/* Ends what is late and forgets what is done; returns when the next is late, or INT64_MAX. */
static int64_t look_at_clock(struct resolver *r)
{
	int64_t now = clock_steady_micros(&r->clock), next_late = INT64_MAX;
	struct jobs left = { .first = NULL, .last = &left.first };
	struct job *next;

	for (struct job *j = r->asked.first; j; j = next) {
		next = j->next;
		if (j->state == JOB_ASKED && j->until <= now) {
			ub_cancel(r->ctx, j->async);
			j->answer = (struct answer){ .state = ANSWER_LATE };
			finish(j);
		}
		if (j->state != JOB_ASKED)
			continue;
		jobs_add(&left, j);
		if (j->until < next_late)
			next_late = j->until;
	}
	r->asked = left;
	if (!left.first)
		r->asked.last = &r->asked.first;
	return next_late;
}

/* What is told is forgotten. */
static void give(struct resolver *r, struct answers *ret)
{
	ret->list = arena_alloc(r->arena, (r->ndone + 1) * sizeof(*ret->list));
	ret->n = r->ndone;
	for (size_t i = 0; i < r->ndone; i++) {
		ret->list[i] = r->done[i]->answer;
		free(r->done[i]);
	}
	r->open -= r->ndone;
	r->ndone = 0;
}

int resolver_wait(struct resolver *r, struct arena *a, struct answers *ret, struct err *err)
{
	int rc = 0;

	r->arena = a;
	while (rc == 0) {
		int64_t late, now;
		struct pollfd fd = { .fd = ub_fd(r->ctx), .events = POLLIN };

		start_some(r);
		late = look_at_clock(r);
		if (r->ndone || r->nasked == 0)
			break;
		now = clock_steady_micros(&r->clock);
		if (poll(&fd, 1, late <= now ? 0 : (int)((late - now) / 1000) + 1) < 0 && errno != EINTR)
			return err_sys(err, EXIT_IO, "waiting for answers failed");
		rc = ub_process(r->ctx);
	}
	if (rc)
		return err_set(err, EXIT_IO, "the resolver library failed: %s", ub_strerror(rc));
	/* no job that is done is on a list any more */
	look_at_clock(r);
	give(r, ret);
	return 0;
}
