/*
 * trace - see trace.h: one table says which step takes which event.
 */
#include "trace/internal.h"

#include "base/err.h"
#include "base/huge.h"

#include <stdlib.h>

#define MEMORY_DEFAULT ((size_t)436 << 20) /* ten million arrivals fit, 45 bytes each */
#define NAMES_MOST ((size_t)48 << 20)
#define DAY INT64_C(86400)
#define SPLIT_SHOWN 200

static void on_cwd(struct trace *t, const struct step *s)
{
	struct span dir = step_get(s, F_CWD), args = step_get(s, F_TEXT);

	/* a customer may write lines of this log (exim_command.c) */
	t->exim_open |= !span_starts(dir, SPAN("/var/spool/exim")) && dir.n > 1;
	if (args.n)
		script_cwd(&t->script, s->ev, dir, args);
	else if (t->split++ == 0)
		t->split_first = names_put(&t->names, span_head(dir, SPLIT_SHOWN));
}

static void on_notice(struct trace *t, const struct step *s)
{
	if (step_get(s, F_IDENT_USER).n)
		arrive_identity(t, s);
	else
		result_notice_child(t, s);
}

#define WRITER_UNASKED (ACCOUNT_NONE - 1)

uint32_t trace_writer(struct trace *t, const struct step *s)
{
	uint32_t *writer = &t->writer[s->at->file];

	if (*writer == WRITER_UNASKED)
		*writer = accounts_by_path(t->o.accounts, t->o.files[s->at->file].name);
	return *writer;
}

/*
 * A log in somebody's home is written by him: it speaks of his own files only. One that every site's scripts write,
 * as www-data, any of them can forge, and with syslog so can every user: see result.c.
 */
static void on_phpmail(struct trace *t, const struct step *s)
{
	uint32_t writer = trace_writer(t, s);
	struct php_line *line;

	if (writer != ACCOUNT_NONE && writer != accounts_by_path(t->o.accounts, step_get(s, F_SCRIPT)))
		return;
	line = script_php(&t->script, t->o.accounts, s->ev, s->base);
	if (!line)
		return;
	line->doubted = t->shared_log[s->at->file] || (s->ev->flags & EVF_SYSLOG);
	line->asked = line->doubted && web_asked(&t->web, line->owner, line->at);
}

/* PHP opens its log as the user it runs as. */
static bool is_shared_log(const struct accounts *a, const struct log_file *f)
{
	uint32_t owner = f->uid ? accounts_by_uid(a, f->uid) : ACCOUNT_NONE;

	return (f->mode & 2) || (owner != ACCOUNT_NONE && accounts_get(a, owner)->shared) ||
	       ((f->mode & 020) && f->gid && accounts_shared_group(a, f->gid) != ACCOUNT_NONE);
}

static void on_arrival(struct trace *t, const struct step *s)
{
	if (qid_none(s->ev->id))
		return;
	t->syslog |= (s->ev->flags & EVF_SYSLOG) != 0;
	if (s->ev->dialect == DIALECT_EXIM) {
		t->mta_exim = true;
		arrive_exim(t, s);
	} else {
		t->mta_postfix = true;
		arrive_postfix(t, s);
	}
}

typedef void step_fn(struct trace *t, const struct step *s);

static step_fn *const steps[EV_KINDS] = {
	[EV_SUBMIT] = on_arrival,	 [EV_ACCEPT] = on_arrival,
	[EV_QUEUE] = arrive_queue,	 [EV_MESSAGE_ID] = arrive_message_id,
	[EV_HEADER] = arrive_header,	 [EV_DELIVER] = result_event,
	[EV_DEFER] = result_event,	 [EV_BOUNCE] = result_event,
	[EV_COMPLETE] = result_complete, [EV_REMOVE] = result_complete,
	[EV_NOTICE] = on_notice,	 [EV_COMMAND] = on_cwd,
	[EV_PHPMAIL] = on_phpmail,	 [EV_REQUEST] = web_request,
	[EV_LOGIN_OK] = web_login,	 [EV_UPLOAD] = web_login,
};

static bool is_mail(enum event_kind kind)
{
	return kind >= EV_SUBMIT && kind <= EV_COMPLETE;
}

struct trace *trace_new(const struct trace_options *options)
{
	struct trace *t = xhuge(sizeof(*t));
	struct judge_options judge = { .false_per_account_days = options->false_per_account_days };

	t->o = *options;
	t->quiet_until = -1;
	names_init(&t->names, NAMES_MOST);
	messages_init(&t->messages, options->memory ? options->memory : MEMORY_DEFAULT);
	senders_init(&t->senders, &t->names, &t->base);
	later_init(t);
	soon_init(t);
	t->naccounts = accounts_count(options->accounts);
	t->account = xcalloc(t->naccounts + 1, sizeof(*t->account));
	t->writer = xcalloc(options->nfiles + 1, sizeof(*t->writer));
	t->shared_log = xcalloc(options->nfiles + 1, sizeof(*t->shared_log));
	for (size_t i = 0; i < options->nfiles; i++) {
		t->writer[i] = WRITER_UNASKED;
		t->shared_log[i] = is_shared_log(options->accounts, &options->files[i]);
	}
	t->script.seed = t->names.seed;
	web_init(&t->web, options);
	sites_init(&t->sites, options);
	freemail_init(&t->freemail);
	networks_init(&t->relay_nets, options->networks, options->nnetworks);
	networks_init(&t->trusted_nets, options->trusted, options->ntrusted);
	t->judge = judge_new(&judge);
	observed_begin(t, options->observed);
	if (options->stats)
		t->stats = stats_new();
	if (options->refusals)
		t->refusals = refusals_new();
	if (options->nseek)
		t->seek = seek_new(options->seek, options->nseek);
	if (options->waiting.n)
		t->wrote = wrote_new(options->waiting);
	return t;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	later_free(t);
	judge_free(t->judge);
	stats_free(t->stats);
	observed_free(t);
	refusals_free(t->refusals);
	seek_free(t->seek);
	wrote_free(t->wrote);
	writers_free(&t->writers);
	networks_free(&t->relay_nets);
	networks_free(&t->trusted_nets);
	free(t->account);
	free(t->ranked);
	free(t->scratch);
	free(t->writer);
	free(t->shared_log);
	web_free(&t->web);
	sites_free(&t->sites);
	senders_free(&t->senders);
	baseline_free(&t->base);
	messages_free(&t->messages);
	names_free(&t->names);
	free(t);
}

/* The first event says from when on nothing may be known yet. */
static void begin(struct trace *t, int64_t first)
{
	struct span bytes = t->o.past ? t->o.past(t->o.ctx, first) : SPAN_NONE;
	struct judge_options judge = { .false_per_account_days = t->o.false_per_account_days };
	struct span novelty;

	t->begun = true;
	t->began = first;
	if (bytes.n == 0)
		return;
	baseline_unpack(&t->base, bytes, &novelty);
	judge.start = t->base.began;
	judge_free(t->judge);
	t->judge = judge_new(&judge);
	if (judge_novelty_load(t->judge, novelty))
		return;
	baseline_free(&t->base);
	t->base = (struct baseline){ 0 };
}

static void give_up(void *ctx, uint32_t slot)
{
	message_settle(ctx, slot);
}

void trace_make_room(struct trace *t)
{
	messages_evict(&t->messages, give_up, t);
}

int32_t trace_zone(struct trace *t, int64_t at)
{
	if (at < t->zone_from || at >= t->zone_until) {
		/* offsets change at full quarters of an hour */
		t->zone_from = at - at % 900;
		t->zone_until = t->zone_from + 900;
		t->zone_now = zone_offset(t->o.zone, at);
	}
	return t->zone_now;
}

/* The step, where somebody asks for more than messages and senders. */
static void watched(struct trace *t, const struct step *s)
{
	if (t->stats && s->counted)
		stats_event(t, s);
	if (t->refusals && s->counted)
		refusals_event(t->refusals, s);
	/* before: Completed takes the message away; after: an arrival makes it */
	if (t->seek)
		seek_event(t, s, false);
	if (steps[s->ev->kind])
		steps[s->ev->kind](t, s);
	if (t->seek)
		seek_event(t, s, true);
	if (t->refusals && s->counted)
		refusals_sender(t, s);
}

/* What nearly every event passes through without a thought: those until then come in order, within all limits. */
static int64_t quiet_until(const struct trace *t)
{
	int64_t until = t->o.now + DAY;

	if (!t->first || t->time < t->o.since || t->stats || t->refusals || t->seek)
		return -1;
	if (t->o.until && t->o.until < until)
		until = t->o.until;
	if (t->grace_n && t->grace[t->grace_first].until < until)
		until = t->grace[t->grace_first].until;
	return until;
}

/* Weighs an event of which anything may be unusual; false: it is not for us. */
static bool admit(struct trace *t, struct step *s)
{
	const struct event *ev = s->ev;

	if (s->time > t->o.now + DAY || s->time < 0) {
		t->astray += ev->flags & (EVF_CLEANUP | EVF_COMPLETED) ? 2 : 1;
		s->time = t->time;
	}
	if (t->o.until && s->time > t->o.until)
		return false;
	if (!t->begun)
		begin(t, s->time);
	if (s->time > t->time)
		t->time = s->time;
	s->counted = s->time >= t->o.since;
	if (s->counted && is_mail(ev->kind)) {
		if (!t->first || s->time < t->first)
			t->first = s->time;
		if (s->time > t->last)
			t->last = s->time;
	}
	if (s->at->copy && ev->kind < EV_PHPMAIL)
		return false;
	if (ev->has >> F_WRITER & 1 && !writer_admits(t, s))
		return false;
	if (t->grace_n && t->grace[t->grace_first].until < t->time)
		result_grace(t, t->time);
	t->quiet_until = quiet_until(t);
	return true;
}

void trace_event(void *ctx, const struct event *ev, const char *base, const struct log_at *at)
{
	struct trace *t = ctx;
	struct step s = { .ev = ev, .base = base, .at = at, .time = ev->at, .counted = true };

	if (s.time >= t->time && s.time <= t->quiet_until && !at->copy && !(ev->has >> F_WRITER & 1)) {
		t->time = s.time;
		if (is_mail(ev->kind))
			t->last = s.time;
	} else if (!admit(t, &s)) {
		return;
	} else if (t->stats || t->refusals || t->seek) {
		watched(t, &s);
		return;
	}
	if (steps[ev->kind])
		steps[ev->kind](t, &s);
	if (ev->flags & EVF_COMPLETED)
		result_complete(t, &s);
}
