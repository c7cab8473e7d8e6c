/*
 * unseen - see unseen.h.
 * TRUST: file names and reasons are foreign; they reach the terminal only through pen.
 */
#include "report/unseen.h"

#include "model/rows.h"
#include "report/pen.h"
#include "report/quiet.h"
#include "report/text.h"

static void put_line(struct pen *p, bool *first, struct span s)
{
	if (*first)
		pen_label(p, "UNSEEN");
	else
		pen_to(p, SCREEN_LABEL);
	*first = false;
	p->indent = SCREEN_LABEL;
	pen_text(p, s);
	pen_line(p, 0);
}

/*
 * Ctrl-C and unread logs first: they say how much of the answer is missing, the rest says where. Notes stand
 * last, since they take nothing away from it.
 */
void unseen_show(struct pen *p, const struct inquiry *q)
{
	bool first = true;
	struct buf b = BUF_MAX(256);
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;

	if (q->past_unread)
		put_line(p, &first, SPAN("older logs: still being read"));
	for (size_t i = 0; i < q->nunseen; i++)
		put_line(p, &first, q->unseen[i]);
	while ((r = rows_next(&rows)) != NULL) {
		if (r->kind != KIND_UNKNOWN || r->counts.recipients == 0)
			continue;
		b.n = 0;
		text_count(&b, r->counts.recipients);
		buf_str(&b, " recipients of mail from before the logs begin: given to nobody");
		put_line(p, &first, buf_view(&b));
	}
	quiet_missing_logs(q, &b);
	if (b.n)
		put_line(p, &first, buf_view(&b));
	if (q->unconfined)
		put_line(p, &first, SPAN("the reader ran unconfined (--unconfined)"));
	for (size_t i = 0; i < q->nnotes; i++) {
		pen_label(p, "NOTE");
		pen_text(p, q->notes[i]);
		pen_line(p, 0);
	}
	buf_free(&b);
}
