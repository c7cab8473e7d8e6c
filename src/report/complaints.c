/*
 * complaints - see complaints.h.
 *
 * TRUST: every text is what a stranger wrote into a mail, or a log line; all of it passes show.
 */
#include "report/complaints.h"

#include "base/show.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/text.h"
#include "model/inquiry.h"

#define SHOWN_MOST 20

/* The word of --plain and JSON. */
static const char *tie_state_name(enum tie_state s)
{
	static const char *const names[] = { "logged",	    "contradicted", "claimed", "address",
					     "backscatter", "elsewhere",    "nothing" };

	return s < TIE_STATES ? names[s] : "nothing";
}

static const char *tie_words(enum tie_state s)
{
	static const char *const words[] = {
		"the logs know this message",
		"logged with other contents: it may be made up, and counts against nobody",
		"it says that it passed this server; the logs at hand do not know it",
		"it names an address of this server and no message",
		"backscatter: this server never sent it, somebody forged the sender",
		"nothing in it was written by this server",
		"it speaks of no message",
	};

	return words[s < TIE_STATES ? s : TIE_NOTHING];
}

/* Of one bit of enum sought_about. */
static const char *about_name(unsigned bit)
{
	return bit == ABOUT_SUBJECT	 ? "subject"
	       : bit == ABOUT_RECIPIENT	 ? "recipient"
	       : bit == ABOUT_MESSAGE_ID ? "message_id"
					 : "time";
}

/* The log line's own grade; a claim is the writer's word, whoever it names. */
static char grade_of(const struct tied *t)
{
	return t->line ? t->line->grade : t->state == TIE_CLAIMED ? 'C' : 0;
}

/* --- screen --------------------------------------------------------------------------------------- */

static void put_fact(struct pen *p, const char *label, struct span value)
{
	if (!value.n)
		return;
	pen_to(p, SCREEN_LABEL);
	p->indent = SCREEN_LABEL + 11;
	pen_str(p, label);
	pen_to(p, SCREEN_LABEL + 11);
	pen_text(p, value);
	pen_line(p, 0);
}

static void put_sender(struct pen *p, const struct row *row)
{
	pen_to(p, SCREEN_LABEL);
	p->indent = SCREEN_LABEL + 11;
	pen_str(p, "sender");
	pen_to(p, SCREEN_LABEL + 11);
	pen_style(p, PEN_BOLD);
	pen_str(p, sender_kind_name(row->kind));
	pen_str(p, " ");
	pen_text(p, row->id);
	pen_style(p, PEN_PLAIN);
	if (row->account.n) {
		pen_str(p, "  account ");
		pen_text(p, row->account);
	}
	pen_line(p, 0);
}

static void put_line(struct pen *p, char grade, struct span text)
{
	if (!text.n)
		return;
	pen_to(p, SCREEN_LABEL);
	p->indent = SCREEN_LABEL + 2;
	pen_text(p, span_of(&grade, 1));
	pen_str(p, " ");
	pen_text(p, text);
	pen_line(p, 0);
}

/* What of it was held against the log: the line itself shows the log's side. */
static void put_compared(struct pen *p, const char *label, uint32_t about)
{
	struct buf text = BUF_MAX(100);

	for (unsigned bit = 1; bit <= ABOUT_ALL; bit <<= 1)
		if (about & bit) {
			buf_str(&text, text.n ? ", " : "");
			buf_str(&text, about_name(bit));
		}
	put_fact(p, label, buf_view(&text));
	buf_free(&text);
}

static void put_complaint(struct pen *p, const struct tied *t)
{
	pen_label(p, t->c.bounce ? "BOUNCE" : t->state == TIE_NOTHING ? "MAIL" : "SPAM");
	pen_str(p, complaint_kind_name((enum complaint_kind)t->c.kind));
	if (t->c.type.n) {
		pen_str(p, " ");
		pen_text(p, t->c.type);
	}
	pen_str(p, " from ");
	pen_text(p, t->c.reporter.n ? t->c.reporter : SPAN("nobody named"));
	pen_str(p, ": ");
	pen_str(p, tie_words(t->state));
	pen_line(p, 0);
	if (t->row)
		put_sender(p, t->row);
	put_fact(p, "source", t->state == TIE_ADDRESS ? t->c.source : SPAN_NONE);
	put_fact(p, "recipient", t->c.nrecipients ? t->c.recipients[0] : SPAN_NONE);
	put_fact(p, "subject", t->c.original.subject);
	put_fact(p, "script", t->tie.script);
	put_fact(p, "login", t->tie.login);
	put_fact(p, "note", t->c.why);
	put_compared(p, "as logged", t->agrees);
	put_compared(p, "not so", t->differs);
	put_compared(p, "in doubt", t->doubts);
	if (t->line)
		put_line(p, t->line->grade, t->line->text);
	else if (t->tie.ours)
		put_line(p, 'C', t->tie.raw);
}

/* How many of each kind, and who is meant most: the answer before its parts. */
static void put_head(struct pen *p, const struct complaints *c)
{
	uint64_t of[TIE_STATES] = { 0 };

	for (size_t i = 0; i < c->n; i++)
		of[c->list[i].state]++;
	pen_str(p, "spamtrail " SPAMTRAIL_VERSION);
	pen_dot(p);
	pen_some(p, c->n, "message", "messages");
	for (unsigned s = 0; s < TIE_STATES; s++)
		if (of[s]) {
			pen_dot(p);
			pen_fact(p, of[s], tie_state_name((enum tie_state)s));
		}
	pen_line(p, 0);
	for (size_t i = 0; i < c->nblamed; i++) {
		pen_label(p, i ? "" : "WHO");
		pen_to(p, SCREEN_LABEL);
		pen_style(p, PEN_RED);
		pen_text(p, c->blamed[i].who);
		pen_style(p, PEN_PLAIN);
		pen_str(p, "  ");
		pen_some(p, c->blamed[i].complaints, "complaint", "complaints");
		pen_str(p, ", ");
		pen_some(p, c->blamed[i].bounces, "bounce", "bounces");
		pen_line(p, 0);
	}
}

/* By tie, the surest first: who has a hundred complaints wants to see those that the logs confirm. */
void complaints_text(struct sink *s, const struct complaints *c, const struct screen *screen)
{
	struct buf command = BUF_MAX(16384);
	struct pen p = pen_new(&s->text, screen);
	size_t most = screen->top ? screen->top : SHOWN_MOST, shown = 0, left = 0;

	put_head(&p, c);
	for (unsigned state = 0; state < TIE_STATES; state++)
		for (size_t i = 0; i < c->n; i++) {
			if (c->list[i].state != state)
				continue;
			if (shown++ < most)
				put_complaint(&p, &c->list[i]);
			else
				left++;
		}
	if (left) {
		pen_to(&p, SCREEN_LABEL);
		pen_fact(&p, left, "more: --top N, or --json");
		pen_line(&p, 0);
	}
	for (size_t i = 0; i < c->nunseen; i++) {
		pen_label(&p, "UNSEEN");
		pen_text(&p, c->unseen[i]);
		pen_line(&p, 0);
	}
	pen_line(&p, 0);
	pen_label(&p, "NEXT");
	buf_str(&command, c->nblamed ? "spamtrail investigate" : "spamtrail reputation");
	buf_span(&command, screen->again);
	pen_whole(&p, buf_view(&command));
	buf_free(&command);
	pen_str(&p, c->nblamed ? "   is he still sending, and how did he get in?"
			       : "   does anybody refuse this server's mail?");
	pen_line(&p, 0);
}

/* --- machines ------------------------------------------------------------------------------------- */

static void json_text(struct jsonw *w, const char *key, struct span s)
{
	if (s.n)
		jsonw_span(w, key, s);
}

static void json_original(struct jsonw *w, const struct tied *t)
{
	json_text(w, "message_id", t->c.original.message_id);
	json_text(w, "queue_id", t->tie.queue_id);
	json_text(w, "sender", t->c.original.sender);
	json_text(w, "from", t->c.original.from);
	json_text(w, "subject", t->c.original.subject);
	json_text(w, "script", t->tie.script);
	json_text(w, "login", t->tie.login);
	json_text(w, "source_dir", t->c.original.source_dir);
	jsonw_open(w, "recipients", '[');
	for (size_t i = 0; i < t->c.nrecipients; i++)
		jsonw_span(w, NULL, t->c.recipients[i]);
	jsonw_close(w, ']');
}

static void json_compared(struct jsonw *w, const char *key, uint32_t about)
{
	jsonw_open(w, key, '[');
	for (unsigned bit = 1; bit <= ABOUT_ALL; bit <<= 1)
		if (about & bit)
			jsonw_str(w, NULL, about_name(bit));
	jsonw_close(w, ']');
}

static void json_failures(struct jsonw *w, const struct complaint *c)
{
	if (!c->nfailures)
		return;
	jsonw_open(w, "failures", '[');
	for (size_t i = 0; i < c->nfailures; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_span(w, "recipient", c->failures[i].recipient);
		json_text(w, "action", c->failures[i].action);
		json_text(w, "status", c->failures[i].status);
		json_text(w, "text", c->failures[i].text);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

/* Evidence: the log's line first, then ours in the message, which alone proves nothing. */
static void json_tie(struct jsonw *w, const struct tied *t)
{
	jsonw_str(w, "tie", tie_state_name(t->state));
	jsonw_grade(w, grade_of(t));
	if (t->row) {
		jsonw_str(w, "sender_kind", sender_kind_name(t->row->kind));
		jsonw_span(w, "sender_id", t->row->id);
		json_text(w, "account", t->row->account);
	}
	if (t->line) {
		json_compared(w, "agrees", t->agrees);
		json_compared(w, "differs", t->differs);
		json_compared(w, "doubts", t->doubts);
	}
	jsonw_open(w, "evidence", '[');
	if (t->line)
		json_evidence(w, t->line);
	if (t->tie.ours) {
		const struct evidence e = { .grade = 'C', .file = t->file, .text = t->tie.raw };

		json_evidence(w, &e);
	}
	jsonw_close(w, ']');
}

void complaints_json(struct sink *s, const struct complaints *c)
{
	struct jsonw w = { .out = &s->text };
	const struct inquiry q = { .complete = c->complete, .unseen = c->unseen, .nunseen = c->nunseen };

	json_schema(&w, "complaints");
	json_complete(&w, &q);
	jsonw_u64(&w, "files", c->files);
	jsonw_u64(&w, "messages", c->n);
	jsonw_open(&w, "complaints", '[');
	for (size_t i = 0; i < c->n; i++) {
		const struct tied *t = &c->list[i];

		jsonw_open(&w, NULL, '{');
		jsonw_path(&w, "file", t->file);
		jsonw_u64(&w, "number", t->c.number);
		jsonw_str(&w, "kind", complaint_kind_name((enum complaint_kind)t->c.kind));
		jsonw_bool(&w, "bounce", t->c.bounce);
		json_text(&w, "type", t->c.type);
		json_text(&w, "reporter", t->c.reporter);
		json_text(&w, "about", t->c.about);
		json_text(&w, "date", t->c.date);
		json_text(&w, "source", t->c.source);
		json_text(&w, "reporting_mta", t->c.reporting_mta);
		json_original(&w, t);
		json_failures(&w, &t->c);
		json_tie(&w, t);
		json_text(&w, "why", t->c.why);
		jsonw_close(&w, '}');
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_open(&w, "accounts", '[');
	for (size_t i = 0; i < c->nblamed; i++) {
		jsonw_open(&w, NULL, '{');
		jsonw_span(&w, "account", c->blamed[i].who);
		jsonw_u64(&w, "complaints", c->blamed[i].complaints);
		jsonw_u64(&w, "bounces", c->blamed[i].bounces);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

static void put_span(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	if (s.n)
		show_text(out, s, false);
	else
		buf_byte(out, '-');
}

static void plain_complaint(struct buf *out, const struct tied *t)
{
	char grade = grade_of(t);
	const struct span fields[] = {
		span_str(complaint_kind_name((enum complaint_kind)t->c.kind)),
		t->c.bounce ? SPAN("bounce") : SPAN("spam"),
		span_str(tie_state_name(t->state)),
		span_of(&grade, grade != 0),
		t->row ? t->row->account : SPAN_NONE,
		t->row ? span_str(sender_kind_name(t->row->kind)) : SPAN_NONE,
		t->row ? t->row->id : SPAN_NONE,
		t->c.reporter,
		t->c.nrecipients ? t->c.recipients[0] : SPAN_NONE,
		t->tie.message_id,
		t->tie.queue_id,
		t->tie.script,
		t->c.about,
	};

	buf_str(out, "complaint");
	put_span(out, t->file);
	buf_byte(out, '\t');
	text_u64(out, t->c.number);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		put_span(out, fields[i]);
	buf_byte(out, '\n');
}

void complaints_plain(struct sink *s, const struct complaints *c)
{
	struct buf *out = &s->text;

	for (size_t i = 0; i < c->n; i++) {
		plain_complaint(out, &c->list[i]);
		sink_turn(s);
	}
	for (size_t i = 0; i < c->nblamed; i++) {
		buf_str(out, "account");
		put_span(out, c->blamed[i].who);
		buf_byte(out, '\t');
		text_u64(out, c->blamed[i].complaints);
		buf_byte(out, '\t');
		text_u64(out, c->blamed[i].bounces);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < c->nunseen; i++) {
		buf_str(out, "unseen");
		put_span(out, c->unseen[i]);
		buf_byte(out, '\n');
	}
}
