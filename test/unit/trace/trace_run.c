/* trace_run - see trace_run.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "trace_run.h"

static const struct log_file the_file = { .name = SPAN("/var/log/mail.log") };

bool run_later;

/* One job is always under way while the next is filled, as with two workers. */
static void turn(struct run *r)
{
	if (r->job)
		trace_work(r->trace, r->job);
	r->job = trace_pass(r->trace);
}

void begin(struct run *r, const struct trace_options *options)
{
	*r = (struct run){ .arena = arena_new(), .accounts = accounts_new(), .frame = FRAME_START };
	accounts_add_passwd(r->accounts, SPAN("www-data:x:33:33::/var/www:/bin/false\n"
					      "shop:x:1001:1001::/home/shop:/bin/bash\n"
					      "blog:x:1002:1002::/home/blog:/bin/bash\n"
					      "amavis:x:1009:1009::/var/lib/amavis:/bin/sh\n"));
	accounts_add_domains(r->accounts, SPAN("shop.example: shop\nblog.example: blog\n"));
	accounts_ready(r->accounts);
	wallclock_start(&r->clock, NULL);
	wallclock_file(&r->clock, 0, NOON);
	if (options)
		r->o = *options;
	r->o.accounts = r->accounts;
	r->o.files = &the_file;
	r->o.nfiles = 1;
	r->o.now = NOON;
	r->o.later = r->at.passing = run_later;
	r->trace = trace_new(&r->o);
}

void end(struct run *r)
{
	if (r->job)
		trace_work(r->trace, r->job);
	trace_free(r->trace);
	accounts_free(r->accounts);
	arena_free(r->arena);
	free(r->ev.mem);
}

void feed_line(struct run *r, struct span line)
{
	char text[2048];
	struct maker m = { .out = &r->ev };
	struct event *ev;

	assert_true(line.n + 256 < sizeof(text));
	memcpy(text, line.p, line.n);
	r->ev.base = text;
	r->ev.used = line.n;
	r->ev.cap = sizeof(text);
	r->ev.mem_used = r->ev.events = 0;
	r->at.line++;
	if (frame_line(&r->frame, &m, span_of(text, line.n)) != LINE_EVENT)
		return;
	ev = (struct event *)(void *)r->ev.mem;
	wallclock_resolve(&r->clock, ev);
	trace_event(r->trace, ev, text, &r->at);
	r->at.offset += line.n + 1;
	if (run_later && r->at.line % 3 == 0 && !r->idle)
		turn(r);
}

void feed(struct run *r, const char *text)
{
	for (struct span rest = span_str(text); rest.n;) {
		ptrdiff_t stop = span_find(rest, 0, '\n');
		struct span line = stop < 0 ? rest : span_head(rest, (size_t)stop);

		feed_line(r, line);
		rest = span_from(rest, line.n + 1);
	}
}

/* What holds of every inquiry: each count is exactly one row's. */
void conclude(struct run *r)
{
	struct counts sum = { 0 };

	if (r->job)
		trace_work(r->trace, r->job);
	r->job = NULL;
	r->q = trace_conclude(r->trace, r->arena);
	for (size_t i = 0; i < r->q->nrows; i++)
		counts_add(&sum, &r->q->rows[i].counts);
	assert_memory_equal(&sum, &r->q->totals, sizeof(sum));
}

const struct row *row_of(const struct run *r, enum sender_kind kind, const char *id)
{
	for (size_t i = 0; i < r->q->nrows; i++)
		if (r->q->rows[i].kind == kind && span_eq(r->q->rows[i].id, span_str(id)))
			return &r->q->rows[i];
	for (size_t i = 0; i < r->q->nrows; i++)
		print_error("%s %.*s (%.*s): %d\n", sender_kind_name(r->q->rows[i].kind),
			    (int)r->q->rows[i].id.n, r->q->rows[i].id.p, (int)r->q->rows[i].account.n,
			    r->q->rows[i].account.p, (int)r->q->rows[i].counts.messages);
	fail_msg("no row %s %s", sender_kind_name(kind), id);
	return NULL;
}

void expect(const struct row *row, uint64_t messages, uint64_t recipients, uint64_t delivered,
	    uint64_t deferred, uint64_t bounced)
{
	assert_int_equal(row->counts.messages, messages);
	assert_int_equal(row->counts.recipients, recipients);
	assert_int_equal(row->counts.delivered, delivered);
	assert_int_equal(row->counts.deferred, deferred);
	assert_int_equal(row->counts.bounced, bounced);
}
