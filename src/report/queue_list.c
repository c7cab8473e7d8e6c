/*
 * queue_list - the list of messages, see queue.h: one after the other while the queue is read; nothing is kept of any.
 * TRUST: addresses, subjects and reasons are foreign and go through show.
 */
#include "base/show.h"
#include "model/inquiry.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/queue.h"
#include "report/queue_line.h"
#include "report/text.h"

void queue_list_begin(struct queue_list *l)
{
	struct jsonw w = { .out = &l->sink->text };

	if (l->form == QUEUE_LIST_JSON) {
		queue_json_head(&w);
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
	const struct incident *in = queue_incident(l->past, q->accused);

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
	if (q->reason.n)
		jsonw_span(&w, "reason", q->reason);
	jsonw_str(&w, "class", queue_class_name((enum queue_class)q->class));
	if (in)
		jsonw_span(&w, "incident", incident_id(in));
	jsonw_u64(&w, "recipients_total", q->nrecipients);
	jsonw_u64(&w, "done", q->ndone);
	jsonw_open(&w, "recipients", '[');
	for (uint32_t i = 0; i < q->nlisted; i++) {
		jsonw_open(&w, NULL, '{');
		jsonw_span(&w, "address", q->recipients[i].address);
		if (q->recipients[i].done)
			jsonw_bool(&w, "done", true);
		if (q->recipients[i].novelty)
			jsonw_bool(&w, "new", q->recipients[i].novelty == NOVELTY_NEW);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	l->comma = true;
}

static const struct span novelty[] = { SPAN(""), SPAN("known"), SPAN("new") };

static void list_plain(struct queue_list *l, const struct queued *q)
{
	struct buf *out = &l->sink->text;
	const struct incident *in = queue_incident(l->past, q->accused);

	buf_str(out, "message");
	queue_cell(out, span_str(mail_server_name(q->server)));
	queue_cell(out, q->id_text);
	queue_cell(out, span_str(queue_state_name(q->state)));
	queue_cell_number(out, q->size);
	queue_cell_time(out, q->arrival, l->screen->zone);
	queue_cell(out, q->null_sender ? SPAN("<>") : q->sender);
	queue_cell_number(out, q->nrecipients);
	queue_cell_number(out, q->ndone);
	queue_cell(out, span_str(queue_door_name(q->door)));
	queue_cell_grade(out, best_grade(q));
	queue_cell(out, q->login);
	if (q->uid != QUEUED_NO_UID)
		queue_cell_number(out, q->uid);
	else
		queue_cell(out, SPAN_NONE);
	queue_cell(out, q->client);
	queue_cell(out, q->subject);
	queue_cell(out, q->reason);
	queue_cell(out, span_str(queue_class_name((enum queue_class)q->class)));
	queue_cell(out, in ? incident_id(in) : SPAN_NONE);
	queue_cell_number(out, q->nnew);
	queue_cell_number(out, q->nknown);
	buf_byte(out, '\n');
	for (uint32_t i = 0; i < q->nlisted; i++) {
		buf_str(out, "to");
		queue_cell(out, q->id_text);
		queue_cell(out, q->recipients[i].done ? SPAN("yes") : SPAN("no"));
		queue_cell(out, q->recipients[i].address);
		queue_cell(out, novelty[q->recipients[i].novelty]);
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
	buf_str(out, q->damage ? "  (damaged)" : "");
	if (q->class == CLASS_SPAM || q->class == CLASS_SPAM_BOUNCE)
		buf_addf(out, "  [%s]", q->class == CLASS_SPAM ? "spam" : "bounce of spam");
	buf_byte(out, '\n');
	if (q->reason.n) {
		buf_str(out, "    (");
		show_text(out, q->reason, ascii);
		buf_str(out, ")\n");
	}
	for (uint32_t i = 0; i < q->nlisted; i++) {
		pad(out, 0, q->recipients[i].done ? 61 : 63);
		if (q->recipients[i].done)
			buf_str(out, "D ");
		show_text(out, q->recipients[i].address, ascii);
		buf_str(out, q->recipients[i].novelty == NOVELTY_NEW ? "  (new)" : "");
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
		queue_json_report(&w, q);
		jsonw_close(&w, '}');
		buf_byte(w.out, '\n');
	} else if (l->form == QUEUE_LIST_PLAIN) {
		queue_plain_report(w.out, q);
	} else {
		pen_label(&p, "QUEUE");
		pen_count(&p, l->messages);
		pen_str(&p, " messages, ");
		pen_count(&p, l->bytes);
		pen_str(&p, " bytes");
		pen_line(&p, 0);
		if (!q->past) {
			pen_label(&p, "NOTE");
			pen_str(&p, "spam and new recipients are not marked: ");
			pen_text(&p, q->unjudged);
			pen_line(&p, 0);
		}
		queue_unseen_put(&p, q);
	}
}
