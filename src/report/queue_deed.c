/*
 * queue_deed - see queue_deed.h.
 * TRUST: senders, recipients and subjects are foreign and go through pen.
 */
#include "report/queue_deed.h"

#include "model/plan.h"
#include "report/pen.h"
#include "report/queue_line.h"
#include "report/text.h"

void queue_deed_view_add(struct queue_deed_view *v, struct arena *a, const struct queued *q, bool held)
{
	v->waiting += !held;
	v->held += held;
	v->recipients += q->nrecipients;
	v->bytes += q->size < UINT32_MAX ? q->size : UINT32_MAX;
	if (v->nsamples < QUEUE_DEED_SAMPLES)
		v->sample[v->nsamples++] = queue_sample_of(a, q);
}

/* The same by hand; ids are many, so they come from the list. */
static const char *by_hand(const struct action *v)
{
	bool exim = span_eq(v->mta, SPAN("exim"));

	switch (v->kind) {
	case ACTION_FLUSH_QUEUE:
		return exim	  ? v->nargs ? "exim -M ID..." : "exim -qf"
		       : v->nargs ? "postqueue -i ID"
				  : "postqueue -f";
	case ACTION_RELEASE_QUEUE:
		return exim ? "exim -qGspamtrail -MG '' ID..." : "postsuper -H - (ids on its input)";
	default:
		return exim ? "exim -Mrm ID..." : "postsuper -d - (ids on its input)";
	}
}

void queue_deed_text(struct sink *s, const struct queue_deed_view *v, const struct plan *p,
		     const struct screen *screen)
{
	struct pen pen = pen_new(&s->text, screen);
	struct buf size = BUF_MAX(64);

	text_bytes(&size, v->bytes);
	pen_label(&pen, "QUEUE");
	pen_fact(&pen, v->waiting, "waiting");
	pen_dot(&pen);
	pen_fact(&pen, v->held, "held");
	pen_dot(&pen);
	pen_str(&pen, "to ");
	pen_some(&pen, v->recipients, "recipient", "recipients");
	pen_dot(&pen);
	pen_text(&pen, buf_view(&size));
	pen_line(&pen, 0);
	buf_free(&size);
	for (size_t i = 0; i < v->nsamples; i++)
		queue_sample_put(&pen, SCREEN_LABEL, &v->sample[i]);
	for (size_t i = 0; i < p->nactions; i++) {
		pen_label(&pen, i ? "" : "WILL");
		pen_to(&pen, SCREEN_LABEL);
		pen_text(&pen, p->actions[i].what);
		pen_line(&pen, 0);
		pen_to(&pen, SCREEN_LABEL);
		pen_str(&pen, "by hand: ");
		pen_str(&pen, by_hand(&p->actions[i]));
		pen_line(&pen, 0);
	}
	if (p->nactions == 0) {
		pen_label(&pen, "WILL");
		pen_str(&pen, "nothing: no message is meant");
		pen_line(&pen, 0);
	} else if (p->actions[0].kind == ACTION_REMOVE_QUEUE) {
		pen_label(&pen, "NOTE");
		pen_str(&pen, "removed messages do not come back; samples of them are kept first");
		pen_line(&pen, 0);
	}
	for (size_t i = 0; i < v->nunseen; i++) {
		pen_label(&pen, "UNSEEN");
		pen_text(&pen, v->unseen[i]);
		pen_line(&pen, 0);
	}
}
