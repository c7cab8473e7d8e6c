/*
 * queue - see queue.h.
 * TRUST: addresses, subjects and paths are foreign and go through show or pen.
 */
#include "report/queue.h"

#include "base/show.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/text.h"
#include "report/who.h"

#define GROUPS_SHOWN 20
#define FIELD_MAX 120

/* --- the screen --------------------------------------------------------------------------- */

static void put_states(struct pen *p, const struct queue_group *g)
{
	bool first = true;

	for (int s = 0; s < QUEUE_STATES; s++) {
		if (!g->by_state[s])
			continue;
		if (!first)
			pen_dot(p);
		first = false;
		pen_fact(p, g->by_state[s], queue_state_name((enum queue_state)s));
	}
	if (g->bounces) {
		pen_dot(p);
		pen_fact(p, g->bounces, "bounces");
	}
	if (g->damaged) {
		pen_dot(p);
		pen_fact(p, g->damaged, "damaged");
	}
}

static void put_size(struct pen *p, const struct queue_group *g, int64_t now)
{
	struct buf text = BUF_MAX(64);

	pen_count(p, g->messages);
	pen_str(p, g->messages == 1 ? " message to " : " messages to ");
	pen_count(p, g->recipients);
	if (g->done) {
		pen_str(p, " (");
		pen_fact(p, g->done, "done");
		pen_str(p, ")");
	}
	pen_dot(p);
	text_bytes(&text, g->bytes);
	pen_text(p, buf_view(&text));
	if (g->oldest && now > g->oldest) {
		pen_dot(p);
		pen_str(p, "oldest ");
		pen_duration(p, now - g->oldest);
	}
	buf_free(&text);
}

/* qshape's grid, what is in it. */
static void put_ages(struct pen *p, const struct queue_group *g)
{
	bool first = true;

	for (unsigned i = 0; i < QUEUE_AGES; i++) {
		if (!g->by_age[i])
			continue;
		pen_str(p, first ? "minutes " : " ");
		first = false;
		pen_str(p, queue_age_name(i));
		pen_str(p, ":");
		pen_count(p, g->by_age[i]);
	}
}

static void put_key(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	pen_style(p, PEN_BOLD);
	if (g->rest) {
		pen_str(p, "all others");
	} else if (q->by == BY_CULPRIT) {
		pen_str(p, sender_kind_word(g->kind));
		pen_str(p, " ");
		pen_field(p, g->key, FIELD_MAX);
	} else {
		pen_field(p, g->key.n ? g->key : SPAN("(none)"), FIELD_MAX);
	}
	pen_style(p, PEN_PLAIN);
	if (g->account.n) {
		pen_str(p, "  account ");
		pen_field(p, g->account, FIELD_MAX);
	}
	if (g->grade) {
		const char text[] = { ' ', ' ', '[', g->grade, ']', '\0' };

		pen_str(p, text);
	}
}

static void put_group(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	p->indent = 9;
	pen_count(p, g->messages);
	pen_to(p, 9);
	put_key(p, q, g);
	pen_line(p, 9);
	pen_to(p, 9);
	put_size(p, g, q->now);
	pen_dot(p);
	put_states(p, g);
	pen_line(p, 9);
	pen_to(p, 9);
	put_ages(p, g);
	pen_line(p, 9);
	if (g->scripts_read) {
		pen_to(p, 9);
		pen_count(p, g->scripted);
		pen_str(p, " of ");
		pen_count(p, g->scripts_read);
		pen_str(p, " queue files with PHP's header name ");
		pen_field(p, g->script, FIELD_MAX);
		pen_str(p, "  [C]");
		pen_line(p, 9);
	}
	for (size_t i = 0; i < g->nsamples; i++) {
		const struct queue_sample *s = &g->sample[i];

		pen_to(p, 9);
		p->indent = 12;
		pen_field(p, s->id, 40);
		pen_str(p, " ");
		pen_field(p, s->sender.n ? s->sender : SPAN("<>"), 60);
		pen_str(p, " > ");
		pen_field(p, s->recipient, 60);
		if (s->recipients > 1) {
			pen_str(p, " +");
			pen_count(p, s->recipients - 1);
		}
		if (s->subject.n) {
			pen_str(p, "  \"");
			pen_text(p, s->subject);
			pen_str(p, "\"");
		}
		if (s->reason.n) {
			pen_str(p, "  waits: ");
			pen_text(p, s->reason);
		}
		pen_line(p, 0);
	}
}

static void put_unseen(struct pen *p, const struct queue_report *q)
{
	for (size_t i = 0; i < q->nunseen; i++) {
		pen_label(p, "UNSEEN");
		pen_text(p, q->unseen[i]);
		pen_line(p, 0);
	}
	if (q->unconfined) {
		pen_label(p, "UNSEEN");
		pen_str(p, "the reader was not confined (--unconfined)");
		pen_line(p, 0);
	}
}

void queue_text(struct sink *s, const struct queue_report *q, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);
	size_t shown = screen->top ? screen->top : GROUPS_SHOWN;
	uint64_t maildrop = 0;

	for (size_t i = 0; i < q->nspools; i++)
		maildrop += q->spool[i].maildrop;
	pen_label(&p, "QUEUE");
	put_size(&p, &q->all, q->now);
	pen_line(&p, SCREEN_LABEL);
	if (q->all.messages) {
		pen_to(&p, SCREEN_LABEL);
		put_states(&p, &q->all);
		if (maildrop) {
			pen_dot(&p);
			pen_fact(&p, maildrop, "in maildrop");
		}
		pen_line(&p, 0);
	}
	for (size_t i = 0; i < q->ngroups && i < shown; i++) {
		put_group(&p, q, &q->groups[i]);
		sink_turn(s);
	}
	if (q->ngroups > shown) {
		pen_label(&p, "MORE");
		pen_count(&p, q->groups_total - shown);
		pen_str(&p, " groups: --top N");
		pen_line(&p, 0);
	}
	put_unseen(&p, q);
}

/* --- JSON --------------------------------------------------------------------------------- */

static void json_numbers(struct jsonw *w, const struct queue_group *g, const struct zone *zone)
{
	jsonw_u64(w, "messages", g->messages);
	jsonw_u64(w, "recipients", g->recipients);
	jsonw_u64(w, "done", g->done);
	jsonw_u64(w, "bytes", g->bytes);
	jsonw_u64(w, "bounces", g->bounces);
	jsonw_u64(w, "damaged", g->damaged);
	jsonw_time(w, "oldest", g->oldest, zone);
	jsonw_time(w, "newest", g->newest, zone);
	jsonw_open(w, "states", '{');
	for (int s = 0; s < QUEUE_STATES; s++)
		if (g->by_state[s])
			jsonw_u64(w, queue_state_name((enum queue_state)s), g->by_state[s]);
	jsonw_close(w, '}');
	jsonw_open(w, "ages", '[');
	for (unsigned i = 0; i < QUEUE_AGES; i++)
		jsonw_u64(w, NULL, g->by_age[i]);
	jsonw_close(w, ']');
}

static void json_sample(struct jsonw *w, const struct queue_sample *s, const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "id", s->id);
	jsonw_time(w, "arrival", s->arrival, zone);
	jsonw_span(w, "sender", s->sender);
	jsonw_span(w, "recipient", s->recipient);
	jsonw_u64(w, "recipients", s->recipients);
	if (s->subject.n)
		jsonw_span(w, "subject", s->subject);
	if (s->reason.n)
		jsonw_span(w, "reason", s->reason);
	jsonw_close(w, '}');
}

static void json_group(struct jsonw *w, const struct queue_report *q, const struct queue_group *g,
		       const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	if (g->rest) {
		jsonw_bool(w, "rest", true);
	} else if (q->by == BY_CULPRIT) {
		jsonw_str(w, "kind", sender_kind_name(g->kind));
		jsonw_span(w, "id", g->key);
		if (g->account.n)
			jsonw_span(w, "account", g->account);
		jsonw_grade(w, g->grade);
	} else {
		jsonw_span(w, "key", g->key);
	}
	json_numbers(w, g, zone);
	if (g->scripts_read) {
		jsonw_open(w, "script", '{');
		jsonw_span(w, "text", g->script);
		jsonw_u64(w, "messages", g->scripted);
		jsonw_u64(w, "of", g->scripts_read);
		jsonw_grade(w, 'C');
		jsonw_close(w, '}');
	}
	jsonw_open(w, "samples", '[');
	for (size_t i = 0; i < g->nsamples; i++)
		json_sample(w, &g->sample[i], zone);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

static void json_head(struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_str(w, "schema", "spamtrail.queue/1");
	jsonw_str(w, "tool", "spamtrail " SPAMTRAIL_VERSION);
}

static void json_report(struct jsonw *w, const struct queue_report *q)
{
	jsonw_span(w, "host", q->host);
	jsonw_bool(w, "complete", q->complete);
	jsonw_open(w, "unseen", '[');
	for (size_t i = 0; i < q->nunseen; i++)
		jsonw_span(w, NULL, q->unseen[i]);
	jsonw_close(w, ']');
	jsonw_open(w, "spools", '[');
	for (size_t i = 0; i < q->nspools; i++) {
		const struct queue_spool *s = &q->spool[i];

		jsonw_open(w, NULL, '{');
		jsonw_str(w, "server", mail_server_name(s->server));
		jsonw_path(w, "path", s->path);
		jsonw_str(w, "read", s->by_tool ? "postqueue" : "files");
		if (s->server == SERVER_POSTFIX && !s->by_tool)
			jsonw_u64(w, "maildrop", s->maildrop);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void queue_json(struct sink *s, const struct queue_report *q, const struct zone *zone)
{
	struct jsonw w = { .out = &s->text };

	json_head(&w);
	json_report(&w, q);
	jsonw_str(&w, "by", queue_by_name(q->by));
	jsonw_open(&w, "totals", '{');
	json_numbers(&w, &q->all, zone);
	jsonw_close(&w, '}');
	jsonw_u64(&w, "groups_total", q->groups_total);
	jsonw_open(&w, "groups", '[');
	for (size_t i = 0; i < q->ngroups; i++) {
		json_group(&w, q, &q->groups[i], zone);
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

/* --- tab-separated ------------------------------------------------------------------------ */

static void cell(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	if (s.n)
		show_text(out, s, false);
	else
		buf_byte(out, '-');
}

static void cell_number(struct buf *out, uint64_t v)
{
	buf_byte(out, '\t');
	text_u64(out, v);
}

static void cell_time(struct buf *out, int64_t at, const struct zone *zone)
{
	buf_byte(out, '\t');
	if (at)
		text_rfc3339(out, at, zone);
	else
		buf_byte(out, '-');
}

static void cell_grade(struct buf *out, char grade)
{
	buf_byte(out, '\t');
	buf_byte(out, grade ? grade : '-');
}

static void plain_numbers(struct buf *out, const struct queue_group *g, const struct zone *zone)
{
	cell_number(out, g->messages);
	cell_number(out, g->recipients);
	cell_number(out, g->done);
	cell_number(out, g->bytes);
	cell_number(out, g->bounces);
	cell_number(out, g->damaged);
	cell_time(out, g->oldest, zone);
}

static void plain_report(struct buf *out, const struct queue_report *q)
{
	for (size_t i = 0; i < q->nspools; i++) {
		buf_str(out, "spool");
		cell(out, span_str(mail_server_name(q->spool[i].server)));
		cell(out, q->spool[i].path);
		cell(out, span_str(q->spool[i].by_tool ? "postqueue" : "files"));
		cell_number(out, q->spool[i].maildrop);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < q->nunseen; i++) {
		buf_str(out, "unseen");
		cell(out, q->unseen[i]);
		buf_byte(out, '\n');
	}
}

void queue_plain(struct sink *s, const struct queue_report *q, const struct zone *zone)
{
	struct buf *out = &s->text;

	plain_report(out, q);
	buf_str(out, "total");
	plain_numbers(out, &q->all, zone);
	buf_byte(out, '\n');
	for (size_t i = 0; i < q->ngroups; i++) {
		const struct queue_group *g = &q->groups[i];

		buf_str(out, "group");
		plain_numbers(out, g, zone);
		cell_time(out, g->newest, zone);
		cell(out, span_str(q->by == BY_CULPRIT && !g->rest ? sender_kind_name(g->kind) : ""));
		cell_grade(out, g->grade);
		cell(out, g->account);
		cell(out, g->rest ? SPAN("(all others)") : g->key);
		buf_byte(out, '\n');
		sink_turn(s);
	}
}

/* --- the list ----------------------------------------------------------------------------- */

void queue_list_begin(struct queue_list *l)
{
	struct jsonw w = { .out = &l->sink->text };

	if (l->form == QUEUE_LIST_JSON) {
		json_head(&w);
		jsonw_open(&w, "messages", '[');
	} else if (l->form == QUEUE_LIST_TEXT) {
		buf_str(w.out,
			"Queue ID                      Size  Arrival Time               Sender/Recipient\n");
	}
}

static char best_grade(const struct queued *q)
{
	return q->login.n ? q->login_grade : q->uid != QUEUED_NO_UID ? q->uid_grade : q->client_grade;
}

static void list_json(struct queue_list *l, const struct queued *q)
{
	struct jsonw w = { .out = &l->sink->text, .comma = l->comma };
	const struct zone *zone = l->screen->zone;

	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "server", mail_server_name(q->server));
	jsonw_span(&w, "id", q->id_text);
	jsonw_str(&w, "state", queue_state_name(q->state));
	if (q->queue.n)
		jsonw_span(&w, "queue", q->queue);
	jsonw_u64(&w, "size", q->size);
	jsonw_time(&w, "arrival", q->arrival, zone);
	jsonw_time(&w, "frozen", q->frozen, zone);
	jsonw_span(&w, "sender", q->sender);
	jsonw_str(&w, "door", queue_door_name(q->door));
	if (q->damage)
		jsonw_bool(&w, "damaged", true);
	jsonw_grade(&w, best_grade(q));
	if (q->login.n)
		jsonw_span(&w, "login", q->login);
	if (q->uid != QUEUED_NO_UID)
		jsonw_u64(&w, "uid", q->uid);
	if (q->user.n)
		jsonw_span(&w, "user", q->user);
	if (q->client.n)
		jsonw_span(&w, "client", q->client);
	if (q->subject.n)
		jsonw_span(&w, "subject", q->subject);
	if (q->message_id.n)
		jsonw_span(&w, "message_id", q->message_id);
	if (q->script.n)
		jsonw_span(&w, "script", q->script);
	jsonw_u64(&w, "recipients_total", q->nrecipients);
	jsonw_u64(&w, "done", q->ndone);
	jsonw_open(&w, "recipients", '[');
	for (uint32_t i = 0; i < q->nlisted; i++) {
		jsonw_open(&w, NULL, '{');
		jsonw_span(&w, "address", q->recipients[i].address);
		if (q->recipients[i].done)
			jsonw_bool(&w, "done", true);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	l->comma = true;
}

static void list_plain(struct queue_list *l, const struct queued *q)
{
	struct buf *out = &l->sink->text;

	buf_str(out, "message");
	cell(out, span_str(mail_server_name(q->server)));
	cell(out, q->id_text);
	cell(out, span_str(queue_state_name(q->state)));
	cell_number(out, q->size);
	cell_time(out, q->arrival, l->screen->zone);
	cell(out, q->null_sender ? SPAN("<>") : q->sender);
	cell_number(out, q->nrecipients);
	cell_number(out, q->ndone);
	cell(out, span_str(queue_door_name(q->door)));
	cell_grade(out, best_grade(q));
	cell(out, q->login);
	if (q->uid != QUEUED_NO_UID)
		cell_number(out, q->uid);
	else
		cell(out, SPAN_NONE);
	cell(out, q->client);
	cell(out, q->subject);
	buf_byte(out, '\n');
	for (uint32_t i = 0; i < q->nlisted; i++) {
		buf_str(out, "to");
		cell(out, q->id_text);
		cell(out, q->recipients[i].done ? SPAN("yes") : SPAN("no"));
		cell(out, q->recipients[i].address);
		buf_byte(out, '\n');
	}
}

/* One blank at least, so that a long id or size cannot run into the next column. */
static void pad(struct buf *out, size_t from, size_t to)
{
	do
		buf_byte(out, ' ');
	while (++from < to);
}

/* mailq's marks: * under delivery, ! held. */
static void list_text(struct queue_list *l, const struct queued *q)
{
	struct buf *out = &l->sink->text;
	bool ascii = l->screen->ascii;
	size_t start = out->n;
	const char *mark = q->state == QUEUE_ACTIVE					      ? "*"
			   : q->state == QUEUE_HOLD || q->state == QUEUE_FROZEN || q->queue.n ? "!"
											      : "";
	struct buf size = BUF_MAX(32);

	show_text(out, q->id_text, ascii);
	buf_str(out, mark);
	text_u64(&size, q->size);
	pad(out, out->n - start, 34 - size.n);
	buf_span(out, buf_view(&size));
	buf_str(out, "  ");
	if (q->arrival)
		text_rfc3339(out, q->arrival, l->screen->zone);
	else
		buf_byte(out, '-');
	pad(out, out->n - start, 63);
	show_text(out, q->null_sender ? SPAN("<>") : q->sender, ascii);
	buf_str(out, q->damage ? "  (damaged)\n" : "\n");
	for (uint32_t i = 0; i < q->nlisted; i++) {
		pad(out, 0, q->recipients[i].done ? 61 : 63);
		if (q->recipients[i].done)
			buf_str(out, "D ");
		show_text(out, q->recipients[i].address, ascii);
		buf_byte(out, '\n');
	}
	/* Said, not left out: mailq's list would be complete, and this one looks like it. */
	if (q->nrecipients > q->nlisted)
		buf_addf(out, "%63s... and %u more\n", "", q->nrecipients - q->nlisted);
	buf_free(&size);
}

void queue_list_put(struct queue_list *l, const struct queued *q)
{
	l->messages++;
	l->bytes += q->size;
	if (l->form == QUEUE_LIST_JSON)
		list_json(l, q);
	else if (l->form == QUEUE_LIST_PLAIN)
		list_plain(l, q);
	else
		list_text(l, q);
	sink_turn(l->sink);
}

void queue_list_end(struct queue_list *l, const struct queue_report *q)
{
	struct jsonw w = { .out = &l->sink->text, .comma = l->comma };
	struct pen p = pen_new(&l->sink->text, l->screen);

	if (l->form == QUEUE_LIST_JSON) {
		jsonw_close(&w, ']');
		json_report(&w, q);
		jsonw_close(&w, '}');
		buf_byte(w.out, '\n');
	} else if (l->form == QUEUE_LIST_PLAIN) {
		plain_report(w.out, q);
	} else {
		pen_label(&p, "QUEUE");
		pen_count(&p, l->messages);
		pen_str(&p, " messages, ");
		pen_count(&p, l->bytes);
		pen_str(&p, " bytes");
		pen_line(&p, 0);
		put_unseen(&p, q);
	}
}
