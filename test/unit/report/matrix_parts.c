/* matrix_parts - see matrix_parts.h. The texts of a fresh part are ordinary ones. */
#include "matrix_parts.h"

#include "fixture.h"
#include "fixture_letter.h"
#include "fixture_mail.h"
#include "model/inquiry.h"
#include "model/plan.h"
#include "model/queue.h"
#include "model/scan.h"
#include "model/signs.h"
#include "report/alarm.h"
#include "report/complaints.h"
#include "report/doctor.h"
#include "report/history.h"
#include "report/html.h"
#include "report/json.h"
#include "report/mailing.h"
#include "report/plain.h"
#include "report/plan.h"
#include "report/queue.h"
#include "report/queue_deed.h"
#include "report/reputation.h"
#include "report/scan.h"
#include "report/signs.h"
#include "report/stats.h"
#include "report/why.h"
#include "repute/blocklists.h"
#include "repute/check.h"
#include "repute/identity.h"
#include "repute/reputation.h"
#include "store/journal.h"
#include "store/store.h"

#include <string.h>

#define NOW 1796083200
#define ORDINARY SPAN("ordinary")

#define IS(name) (strcmp(type, (name)) == 0)
#define EACH(list, count) go(ctx, (void *)(list), (count), sizeof(*(list)))
#define WITHIN(list, count, member) go(ctx, (void *)&(list)->member, (count), sizeof(*(list)))
/* One T in A with what follows, which is not const. */
#define KEEP(a, T, ...) memcpy(arena_alloc((a), sizeof(T)), &(T)__VA_ARGS__, sizeof(T))

static struct span *one_text(struct arena *a)
{
	struct span *s = arena_alloc(a, sizeof(*s));

	*s = ORDINARY;
	return s;
}

/* --- an investigation ------------------------------------------------------------------------------- */

static void *make_inquiry(struct arena *a)
{
	return fixture_incident(a);
}

static void each_of_row(const char *type, const struct row *r, part_visit *go, void *ctx)
{
	if (IS("reason"))
		EACH(r->reasons, r->nreasons);
	else if (IS("evidence"))
		EACH(r->evidence, r->nevidence);
	else if (IS("place"))
		EACH(r->places, r->nplaces);
	else if (IS("client"))
		EACH(r->clients, r->nclients);
}

static void each_of_inquiry(const char *type, void *of, part_visit *go, void *ctx)
{
	struct inquiry *q = of;
	struct incident *in = &q->incidents[0];
	struct stats *st = &q->stats;

	if (IS("inquiry"))
		EACH(q, 1);
	else if (IS("row"))
		EACH(q->rows, q->nrows);
	else if (IS("input_file"))
		EACH(q->inputs, q->ninputs);
	else if (IS("advice"))
		EACH(q->advice, q->nadvice);
	else if (IS("moment")) {
		EACH(in->entry, in->nentry);
		EACH(in->timeline, in->ntimeline);
	} else if (IS("stat_row")) {
		EACH(st->senders, st->nsenders);
		EACH(st->hosts, st->nhosts);
		EACH(st->domains, st->ndomains);
		EACH(st->errors, st->nerrors);
		EACH(st->rejects, st->nrejects);
	}
	for (size_t i = 0; i < q->nrows; i++)
		each_of_row(type, &q->rows[i], go, ctx);
}

static struct why_target claim_of(const struct inquiry *q)
{
	return (struct why_target){ &q->incidents[0], 0 };
}

static void inquiry_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };
	const struct why_target t = claim_of(of);

	screen_inquiry(s, of, &screen);
	stats_text(s, of, &screen, 0);
	why_text(s, of, &t, &screen);
	doctor_text(s, of, &screen);
}

static void inquiry_scripts(struct sink *s, void *of)
{
	const struct why_target t = claim_of(of);

	plain_inquiry(s, of, NULL, true);
	plain_advice(s, of);
	why_plain(s, of, &t);
}

static void inquiry_to_json(struct sink *s, void *of)
{
	const struct why_target t = claim_of(of);

	json_inquiry(s, of, NULL, true);
	why_json(s, of, &t, NULL);
	doctor_json(s, of);
}

static void inquiry_page(struct sink *s, void *of)
{
	html_inquiry(s, of, NULL, true);
}

/* --- reputation, complaints, signs --------------------------------------------------------------------- */

static void *make_reputation(struct arena *a)
{
	return fixture_reputation(a, ORDINARY);
}

static void each_of_reputation(const char *type, void *of, part_visit *go, void *ctx)
{
	struct reputation *r = of;

	if (IS("reputation"))
		EACH(r, 1);
	else if (IS("refusal"))
		EACH(r->refusals, r->nrefusals);
	else if (IS("identity"))
		EACH(r->identities, r->nidentities);
	else if (IS("blocklist"))
		EACH(r->lists, r->nlists);
	else if (IS("subject"))
		EACH(r->subjects, r->nsubjects);
	else if (IS("list_verdict"))
		WITHIN(r->listings, r->nlistings, v);
}

static void reputation_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };

	reputation_text(s, of, &screen);
}

static void reputation_scripts(struct sink *s, void *of)
{
	reputation_plain(s, of);
}

static void reputation_to_json(struct sink *s, void *of)
{
	reputation_json(s, of);
}

static void *make_complaints(struct arena *a)
{
	return fixture_complaints(a, ORDINARY);
}

static void each_of_complaints(const char *type, void *of, part_visit *go, void *ctx)
{
	struct complaints *c = of;
	struct tied *list = c->list;

	if (IS("complaints"))
		EACH(c, 1);
	else if (IS("blamed"))
		EACH(c->blamed, c->nblamed);
	else if (IS("tied"))
		EACH(list, c->n);
	else if (IS("complaint"))
		WITHIN(list, c->n, c);
	else if (IS("original"))
		WITHIN(list, c->n, c.original);
	else if (IS("tie"))
		WITHIN(list, c->n, tie);
	for (size_t i = 0; i < c->n; i++) {
		if (IS("failure"))
			EACH(list[i].c.failures, list[i].c.nfailures);
		if (IS("evidence") && list[i].line)
			EACH(list[i].line, 1);
		if (IS("row") && list[i].row)
			EACH(list[i].row, 1);
	}
}

static void complaints_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };

	complaints_text(s, of, &screen);
}

static void complaints_scripts(struct sink *s, void *of)
{
	complaints_plain(s, of);
}

static void complaints_to_json(struct sink *s, void *of)
{
	complaints_json(s, of);
}

static void *make_signs(struct arena *a)
{
	return fixture_signs(a, ORDINARY);
}

static void each_of_signs(const char *type, void *of, part_visit *go, void *ctx)
{
	struct signs *signs = of;

	if (IS("signs"))
		EACH(signs, 1);
	else if (IS("sign"))
		EACH(signs->sign, SIGNS);
}

static void signs_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };

	signs_text(s, of, &screen);
}

static void signs_scripts(struct sink *s, void *of)
{
	signs_plain(s, of);
}

static void signs_to_json(struct sink *s, void *of)
{
	signs_json(s, of);
}

static void signs_monitor(struct sink *s, void *of)
{
	signs_nagios(s, of);
}

static void signs_mail(struct sink *s, void *of)
{
	static const struct span to[] = { SPAN("a@shop.example") };
	const struct alarm_text alarm = { .signs = of, .news = ALARM_BEGINS };

	alarm_mail(&s->text, &alarm, SPAN_NONE, to, 1);
}

static void signs_web_hook(struct sink *s, void *of)
{
	const struct alarm_text alarm = { .signs = of, .news = ALARM_GROWS, .began = NOW };

	alarm_json(&s->text, &alarm);
}

/* --- the queue ------------------------------------------------------------------------------------------ */

struct waiting {
	struct arena *arena;
	struct queue_report report, unjudged;
	struct queued *message;
	struct inquiry past;
	struct queue_deed_view view;
	struct plan plan;
	struct action deed;
};

static void *make_queue(struct arena *a)
{
	struct waiting *w = arena_alloc(a, sizeof(*w));
	struct queue_group *g = arena_alloc(a, 2 * sizeof(*g));
	struct queued *q = arena_alloc(a, sizeof(*q));
	struct incident *in = KEEP(a, struct incident, { .id = "1128a", .nrows = 1 });

	in->rows = KEEP(a, uint32_t, { 0 });
	w->arena = a;
	w->past = (struct inquiry){ .incidents = in, .nincidents = 1, .nrows = 1 };
	w->past.rows =
		KEEP(a, struct row,
		     { .kind = KIND_AUTH, .id = ORDINARY, .verdict = VERDICT_COMPROMISED, .nreasons = 1 });
	w->past.rows->reasons = KEEP(a, struct reason, { .text = ORDINARY });
	*q = (struct queued){ .id_text = ORDINARY,
			      .queue = ORDINARY,
			      .arrival = NOW,
			      .sender = ORDINARY,
			      .nlisted = 1,
			      .nrecipients = 2,
			      .login = ORDINARY,
			      .uid = QUEUED_NO_UID,
			      .user = ORDINARY,
			      .client = ORDINARY,
			      .subject = ORDINARY,
			      .reason = ORDINARY,
			      .class = CLASS_SPAM,
			      .accused = 1,
			      .nnew = 1 };
	q->recipients = KEEP(a, struct queued_recipient, { .address = ORDINARY, .novelty = NOVELTY_NEW });
	for (int i = 0; i < 2; i++) {
		g[i] = (struct queue_group){ .key = ORDINARY,
					     .kind = KIND_AUTH,
					     .account = ORDINARY,
					     .grade = 'B',
					     .messages = 3,
					     .recipients = 3,
					     .oldest = NOW - 600,
					     .newest = NOW,
					     .fresh = 1,
					     .accused = i == 0,
					     .by_class = { [CLASS_SPAM] = 3 },
					     .script = ORDINARY,
					     .scripted = 2,
					     .scripts_read = 3,
					     .nsamples = 1 };
		g[i].sample[0] = queue_sample_of(a, q);
	}
	w->report = (struct queue_report){ .host = ORDINARY,
					   .now = NOW,
					   .spool = { { SERVER_EXIM, ORDINARY, false, 0 } },
					   .nspools = 1,
					   .all = g[0],
					   .groups = g,
					   .ngroups = 2,
					   .groups_total = 2,
					   .past = &w->past };
	w->unjudged = w->report;
	w->unjudged.by = BY_SUBJECT;
	w->unjudged.past = NULL;
	w->unjudged.unjudged = ORDINARY;
	w->report.unseen = w->unjudged.unseen = one_text(a);
	w->report.nunseen = w->unjudged.nunseen = 1;
	w->view.unseen = one_text(a);
	w->view.nunseen = 1;
	w->message = q;
	w->deed = (struct action){
		.kind = ACTION_REMOVE_QUEUE, .what = ORDINARY, .command = ORDINARY, .mta = SPAN("exim")
	};
	w->plan = (struct plan){ .sender = ORDINARY, .actions = &w->deed, .nactions = 1 };
	return w;
}

static void each_of_queue(const char *type, void *of, part_visit *go, void *ctx)
{
	struct waiting *w = of;

	if (IS("queue_report")) {
		EACH(&w->report, 1);
		EACH(&w->unjudged, 1);
	} else if (IS("queue_spool"))
		WITHIN(&w->report, 1, spool[0]);
	else if (IS("queue_group")) {
		EACH(w->report.groups, 2);
		WITHIN(&w->report, 1, all);
	} else if (IS("queue_sample"))
		WITHIN(w->report.groups, 2, sample[0]);
	else if (IS("queued"))
		EACH(w->message, 1);
	else if (IS("queued_recipient"))
		EACH(w->message->recipients, 1);
	else if (IS("row"))
		EACH(w->past.rows, 1);
	else if (IS("action"))
		EACH(&w->deed, 1);
	else if (IS("queue_deed_view"))
		EACH(&w->view, 1);
	each_of_row(type, w->past.rows, go, ctx);
}

static void list(struct sink *s, struct waiting *w, int form, const struct screen *screen)
{
	struct queue_list l = { .sink = s, .screen = screen, .past = &w->past };

	l.form = form == 0 ? QUEUE_LIST_TEXT : form == 1 ? QUEUE_LIST_JSON : QUEUE_LIST_PLAIN;
	queue_list_begin(&l);
	queue_list_put(&l, w->message);
	queue_list_end(&l, &w->report);
}

static void queue_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };
	struct waiting *w = of;

	queue_text(s, &w->report, &screen);
	queue_text(s, &w->unjudged, &screen);
	list(s, w, 0, &screen);
	queue_deed_view_add(&w->view, w->arena, w->message, false);
	queue_deed_text(s, &w->view, &w->plan, &screen);
}

static void queue_scripts(struct sink *s, void *of)
{
	const struct screen screen = { .columns = 80 };
	struct waiting *w = of;

	queue_plain(s, &w->report, NULL);
	queue_plain(s, &w->unjudged, NULL);
	list(s, w, 2, &screen);
}

static void queue_to_json(struct sink *s, void *of)
{
	const struct screen screen = { .columns = 80 };
	struct waiting *w = of;

	queue_json(s, &w->report, NULL);
	queue_json(s, &w->unjudged, NULL);
	list(s, w, 1, &screen);
}

/* --- the scan ------------------------------------------------------------------------------------------- */

static void *make_scan(struct arena *a)
{
	struct scan_report *r = arena_alloc(a, sizeof(*r));
	struct scan_finding *f = arena_alloc(a, 3 * sizeof(*f));

	for (int i = 0; i < 3; i++) {
		f[i] = (struct scan_finding){ .path = ORDINARY,
					      .verdict = i ? SCAN_MALICIOUS : SCAN_SUSPICIOUS,
					      .class = CLASS_MAILER,
					      .score = 12,
					      .sha256 = ORDINARY,
					      .size = 100,
					      .mtime = NOW,
					      .ctime = NOW,
					      .reasons = 1,
					      .engines = 1,
					      .rank = i == 1 ? RANK_MAILER : RANK_REST };
		f[i].reason = KEEP(a, struct scan_reason,
				   { .rule = ORDINARY,
				     .text = ORDINARY,
				     .line = 3,
				     .column = 1,
				     .layer = (uint32_t)i,
				     .code = ORDINARY,
				     .decoded = ORDINARY,
				     .weight = 10,
				     .steps = 1 });
		f[i].reason->step = KEEP(a, struct scan_step, { 3, 1, 0, ORDINARY, ORDINARY });
		f[i].engine = one_text(a);
	}
	*r = (struct scan_report){ .finding = f, .findings = 3, .skips = 1, .files = 9, .notes = 1 };
	r->skip = KEEP(a, struct scan_skip, { ORDINARY, ORDINARY, false });
	r->note = one_text(a);
	return r;
}

static void each_of_scan(const char *type, void *of, part_visit *go, void *ctx)
{
	struct scan_report *r = of;

	if (IS("scan_report"))
		EACH(r, 1);
	else if (IS("scan_finding"))
		EACH(r->finding, r->findings);
	else if (IS("scan_skip"))
		EACH(r->skip, r->skips);
	for (size_t i = 0; i < r->findings; i++) {
		if (IS("scan_reason"))
			EACH(r->finding[i].reason, 1);
		else if (IS("scan_step"))
			EACH(r->finding[i].reason->step, 1);
	}
}

static void scan_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii, .top = 100 };

	scan_text(s, of, &screen, true, false);
	scan_text(s, of, &screen, false, false);
	scan_text_first(s, of, &screen, true);
}

static void scan_scripts(struct sink *s, void *of)
{
	scan_plain(s, of);
}

static const char *owner(uint32_t uid)
{
	(void)uid;
	return "acme";
}

static void scan_to_json(struct sink *s, void *of)
{
	scan_json(s, of, NULL, owner);
}

/* --- plans, and what was done ------------------------------------------------------------------------------ */

static void *make_plan(struct arena *a)
{
	struct action *v = arena_alloc(a, ACTION_KINDS * sizeof(*v));
	struct plan *p = arena_alloc(a, sizeof(*p));

	for (unsigned i = 0; i < ACTION_KINDS; i++)
		v[i] = (struct action){ .kind = (enum action_kind)i,
					.what = ORDINARY,
					.command = ORDINARY,
					.undo = ORDINARY,
					.grade = 'A',
					.transient = i == ACTION_CLOSE_SOCKET,
					.lifetime = i == ACTION_FIREWALL ? 3600 : 0,
					.base = SPAN("/"),
					.path = ORDINARY,
					.old_bytes = ORDINARY,
					.new_bytes = SPAN("another"),
					.mta = SPAN("exim") };
	*p = (struct plan){
		.incident = ORDINARY, .sender = ORDINARY, .actions = v, .nactions = ACTION_KINDS
	};
	p->apart = one_text(a);
	p->notes = one_text(a);
	p->napart = p->nnotes = 1;
	return p;
}

static void each_of_plan(const char *type, void *of, part_visit *go, void *ctx)
{
	struct plan *p = of;

	if (IS("plan"))
		EACH(p, 1);
	else if (IS("action"))
		EACH(p->actions, p->nactions);
}

static void plan_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii };

	plan_text(s, of, &screen, true, NULL, SPAN("spamtrail contain --apply"));
}

static void plan_scripts(struct sink *s, void *of)
{
	plan_plain(s, of, NULL);
}

static void plan_to_json(struct sink *s, void *of)
{
	plan_json(s, of, NULL, "contain");
}

static void *make_history(struct arena *a)
{
	struct journal_row *r = arena_alloc(a, ACT_STATES * sizeof(*r));

	for (unsigned i = 0; i < ACT_STATES; i++)
		r[i] = (struct journal_row){ .id = i + 1,
					     .state = (enum act_state)i,
					     .grade = 'A',
					     .planned = NOW,
					     .changed = NOW,
					     .expires = NOW,
					     .incident = i % 2 ? ORDINARY : SPAN_NONE,
					     .sender = ORDINARY,
					     .who = ORDINARY,
					     .what = ORDINARY,
					     .text = ORDINARY };
	return r;
}

static void each_of_history(const char *type, void *of, part_visit *go, void *ctx)
{
	struct journal_row *r = of;

	if (IS("journal_row"))
		EACH(r, ACT_STATES);
}

static void history_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii };
	const struct journal_row *r = of;

	for (unsigned i = 0; i < ACT_STATES; i++)
		history_text(s, &r[i], &screen);
}

static void history_scripts(struct sink *s, void *of)
{
	const struct journal_row *r = of;

	for (unsigned i = 0; i < ACT_STATES; i++)
		history_plain(s, &r[i]);
}

static void history_to_json(struct sink *s, void *of)
{
	const struct journal_row *r = of;

	history_json_begin(s, "spamtrail.history/1");
	for (unsigned i = 0; i < ACT_STATES; i++)
		history_json(s, &r[i]);
	history_json_end(s, true);
}

/* --- letters -------------------------------------------------------------------------------------------- */

struct post {
	struct arena *arena;
	struct letter_facts *facts;
	struct mailings m;
	struct mailing list[LETTERS];
	bool filled;
};

static void *make_letters(struct arena *a)
{
	struct post *p = arena_alloc(a, sizeof(*p));

	p->arena = a;
	p->facts = fixture_letter_facts(a, ORDINARY);
	p->m = (struct mailings){ .facts = p->facts, .list = p->list, .n = LETTERS, .again = ORDINARY };
	p->m.unseen = one_text(a);
	p->m.nunseen = 1;
	for (unsigned i = 0; i < LETTERS; i++)
		p->list[i].to = p->list[i].contact = ORDINARY;
	return p;
}

static void each_of_letters(const char *type, void *of, part_visit *go, void *ctx)
{
	struct post *p = of;
	struct letter_facts *f = p->facts;

	if (IS("letter_facts"))
		EACH(f, 1);
	else if (IS("letter_deed"))
		EACH(f->deeds, f->ndeeds);
	else if (IS("letter_point"))
		EACH(f->points, f->npoints);
	else if (IS("blocklist"))
		EACH(f->lists, f->nlists);
	else if (IS("store_listing"))
		EACH(f->listings, f->nlistings);
	else if (IS("refusal"))
		EACH(f->q->refusals, f->q->nrefusals);
	else if (IS("refused"))
		EACH(f->q->refused, f->q->nrefused);
	else if (IS("mailings"))
		EACH(&p->m, 1);
	else if (IS("mailing"))
		EACH(p->list, LETTERS);
	else if (IS("inquiry") || IS("row") || IS("moment"))
		each_of_inquiry(type, (void *)f->q, go, ctx);
	else
		for (size_t i = 0; i < f->q->nrows; i++)
			each_of_row(type, &f->q->rows[i], go, ctx);
}

/* Each is read once. */
static struct span template(struct arena *a, unsigned i)
{
	static char text[LETTERS][1u << 14];
	static size_t n[LETTERS];
	struct span s;

	if (n[i] == 0) {
		s = fixture_template(a, letter_names[i]);
		n[i] = s.n < sizeof(text[i]) ? s.n : sizeof(text[i]);
		memcpy(text[i], s.p, n[i]);
	}
	return span_of(text[i], n[i]);
}

static struct span filled(struct post *p, const struct letter *l, unsigned i, enum letter_form form,
			  struct span *subject)
{
	struct buf text = BUF_MAX(4u << 20), head = BUF_MAX(1u << 16);
	struct err err = { 0 };
	struct span s;

	letter_fill(l, template(p->arena, i), letter_names[i], form, &text, &head, &err);
	s = arena_span(p->arena, buf_view(&text));
	*subject = arena_span(p->arena, buf_view(&head));
	buf_free(&text);
	buf_free(&head);
	return s;
}

static void fill(struct post *p)
{
	p->m.name = "customer";
	if (p->filled)
		return;
	p->filled = true;
	for (unsigned i = 0; i < LETTERS; i++) {
		struct buf json = BUF_MAX(1u << 20);
		struct jsonw w = { .out = &json };
		const struct client *c = &p->facts->q->rows[0].clients[0];
		const struct letter *l = fixture_letter(p->arena, p->facts, letter_names[i]);

		xarf_login(&w, NULL, p->facts, &p->facts->q->rows[0], c);
		p->list[i].text = filled(p, l, i, LETTER_TEXT, &p->list[i].subject);
		p->list[i].html = filled(p, l, i, LETTER_HTML, &p->list[i].subject);
		p->list[i].xarf = arena_span(p->arena, buf_view(&json));
		buf_free(&json);
	}
}

static void letters_terminal(struct sink *s, void *of, bool ascii)
{
	const struct screen screen = { .columns = 80, .ascii = ascii };
	struct post *p = of;

	p->m.name = NULL;
	mailings_text(s, &p->m, &screen);
	if (ascii)
		return; /* a letter is UTF-8 wherever it is read first */
	fill(p);
	mailings_text(s, &p->m, &screen);
}

static void letters_scripts(struct sink *s, void *of)
{
	struct post *p = of;

	fill(p);
	mailings_plain(s, &p->m);
}

static void letters_to_json(struct sink *s, void *of)
{
	struct post *p = of;
	struct mailings m = p->m;
	struct mailing bare[LETTERS] = { 0 };

	for (unsigned i = 0; i < LETTERS; i++)
		bare[i] = (struct mailing){ .to = p->list[i].to, .contact = p->list[i].contact };
	m.name = NULL;
	m.list = bare;
	mailings_json(s, &m);
}

static void letters_json_letter(struct sink *s, void *of)
{
	struct post *p = of;

	fill(p);
	mailings_json(s, &p->m);
}

static void letters_page(struct sink *s, void *of)
{
	struct post *p = of;

	fill(p);
	mailings_html(s, &p->m);
}

/* --------------------------------------------------------------------------------------------------------- */

const struct part parts[] = {
	{ .name = "investigation",
	  .make = make_inquiry,
	  .each = each_of_inquiry,
	  .terminal = inquiry_terminal,
	  .scripts = inquiry_scripts,
	  .json = inquiry_to_json,
	  .page = inquiry_page },
	{ .name = "reputation",
	  .make = make_reputation,
	  .each = each_of_reputation,
	  .terminal = reputation_terminal,
	  .scripts = reputation_scripts,
	  .json = reputation_to_json },
	{ .name = "complaints",
	  .make = make_complaints,
	  .each = each_of_complaints,
	  .terminal = complaints_terminal,
	  .scripts = complaints_scripts,
	  .json = complaints_to_json },
	{ .name = "signs",
	  .make = make_signs,
	  .each = each_of_signs,
	  .terminal = signs_terminal,
	  .monitor = signs_monitor,
	  .mail = signs_mail,
	  .scripts = signs_scripts,
	  .json = signs_to_json,
	  .json_letter = signs_web_hook },
	{ .name = "queue",
	  .make = make_queue,
	  .each = each_of_queue,
	  .terminal = queue_terminal,
	  .scripts = queue_scripts,
	  .json = queue_to_json },
	{ .name = "scan",
	  .make = make_scan,
	  .each = each_of_scan,
	  .terminal = scan_terminal,
	  .scripts = scan_scripts,
	  .json = scan_to_json },
	{ .name = "plan",
	  .make = make_plan,
	  .each = each_of_plan,
	  .terminal = plan_terminal,
	  .scripts = plan_scripts,
	  .json = plan_to_json },
	{ .name = "history",
	  .make = make_history,
	  .each = each_of_history,
	  .terminal = history_terminal,
	  .scripts = history_scripts,
	  .json = history_to_json },
	{ .name = "letters",
	  .make = make_letters,
	  .each = each_of_letters,
	  .terminal = letters_terminal,
	  .scripts = letters_scripts,
	  .json = letters_to_json,
	  .json_letter = letters_json_letter,
	  .page = letters_page },
};

const size_t nparts = sizeof(parts) / sizeof(parts[0]);
