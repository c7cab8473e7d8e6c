/*
 * quiet - see quiet.h. "Usual" is the middle of this same input: the rate between the 10th and the 90th
 * percentile of the history's columns; nothing outside the input is claimed.
 * TRUST: names go through pen; numbers may be anything.
 */
#include "report/quiet.h"

#include "model/event.h"
#include "model/rows.h"
#include "report/pen.h"
#include "report/text.h"
#include "report/who.h"

#include <stdlib.h>

#define HOUR 3600

/* What this server sent, column by column, and each column's rate per hour in rising order. */
struct volume {
	uint64_t column[INQUIRY_SPARK];
	double sorted[INQUIRY_SPARK];
	double now; /* msg/h over the newest columns that make an hour */
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct volume sum_volume(const struct inquiry *q)
{
	struct volume v = { 0 };
	double hours = q->to > q->from ? (double)(q->to - q->from) / HOUR : 1, per_column;
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;
	size_t newest;

	while ((r = rows_next(&rows)) != NULL)
		if (who_is_local(r->kind))
			row_history_add(r, v.column);
	per_column = hours / INQUIRY_SPARK;
	newest = per_column < 1 ? (size_t)(1 / per_column + 0.5) : 1;
	if (newest > INQUIRY_SPARK)
		newest = INQUIRY_SPARK;
	for (size_t k = 0; k < INQUIRY_SPARK; k++) {
		v.sorted[k] = (double)v.column[k] / per_column;
		v.now += k >= INQUIRY_SPARK - newest ? (double)v.column[k] : 0;
	}
	v.now /= per_column * (double)newest;
	qsort(v.sorted, INQUIRY_SPARK, sizeof(v.sorted[0]), by_value);
	return v;
}

static size_t count_suspects(const struct inquiry *q)
{
	size_t n = 0;

	/* accused rows are never packed */
	for (size_t i = 0; i < q->nrows; i++)
		n += q->rows[i].verdict >= VERDICT_SUSPECT;
	return n;
}

size_t quiet_highest(const struct inquiry *q)
{
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;
	size_t highest = SIZE_MAX;
	uint64_t messages = 0;

	while ((r = rows_next(&rows)) != NULL)
		if (who_is_local(r->kind) && (highest == SIZE_MAX || r->counts.messages > messages)) {
			highest = rows.next - 1;
			messages = r->counts.messages;
		}
	return highest;
}

static void put_highest(struct pen *p, const struct row *r)
{
	pen_str(p, "highest");
	pen_to(p, SCREEN_LABEL);
	p->indent = SCREEN_LABEL;
	pen_str(p, sender_kind_word(r->kind));
	pen_str(p, " ");
	pen_field(p, r->id, 120);
	pen_str(p, "  ");
	pen_fact(p, r->counts.messages, "msg");
	if (r->trusted)
		pen_str(p, ", trusted");
	else if (r->verdict == VERDICT_BULK)
		pen_str(p, ", set aside");
	if (r->aside.n) {
		pen_str(p, ": ");
		pen_text(p, r->aside);
	}
	pen_line(p, 0);
}

bool quiet_has_mail(const struct inquiry *q)
{
	const struct counts *c = &q->totals;

	return c->messages || c->delivered || c->deferred || c->bounced;
}

void quiet_show(struct pen *p, const struct inquiry *q)
{
	struct volume v = sum_volume(q);
	size_t highest = quiet_highest(q);
	size_t suspects = count_suspects(q);
	struct arena *a;

	p->indent = 2;
	if (!quiet_has_mail(q)) {
		pen_style(p, PEN_YELLOW);
		pen_str(p, "NO MAIL READ");
		pen_style(p, PEN_PLAIN);
		pen_str(p, "  no message in this input and time: nothing can be said about spam");
		pen_line(p, 0);
		return;
	}
	/* green is for who has looked at everything */
	pen_style(p, suspects || !q->complete ? PEN_YELLOW : PEN_GREEN);
	pen_str(p, q->complete ? "NO OUTBREAK" : "NO OUTBREAK IN WHAT WAS READ");
	pen_style(p, PEN_PLAIN);
	if (suspects) {
		pen_str(p, ", ");
		pen_count(p, suspects);
		pen_str(p, suspects == 1 ? " suspect" : " suspects");
	}
	pen_str(p, "  ");
	pen_fact(p, text_round(v.now), "msg/h,");
	pen_str(p, " usual ");
	pen_count(p, text_round(v.sorted[INQUIRY_SPARK / 10]));
	pen_str(p, "-");
	pen_count(p, text_round(v.sorted[INQUIRY_SPARK * 9 / 10]));
	pen_str(p, "  ");
	pen_spark(p, v.column, INQUIRY_SPARK, 20);
	pen_line(p, 0);
	if (highest == SIZE_MAX)
		return;
	a = arena_new();
	put_highest(p, rows_get(q, highest, a));
	arena_free(a);
}

/* What each kind of log would show; a mail server's own log is always there or there were no rows. */
static const struct {
	uint32_t dialects;
	const char *name;
} log_kinds[] = {
	{ 1u << DIALECT_EXIM | 1u << DIALECT_POSTFIX, "mail log" },
	{ 1u << DIALECT_WEB, "web log" },
	{ 1u << DIALECT_PHP, "PHP mail.log" },
	{ 1u << DIALECT_DOVECOT, "mailbox logins" },
	{ 1u << DIALECT_SSH | 1u << DIALECT_FTP, "ssh and ftp logins" },
};

static uint32_t all_dialects(const struct inquiry *q)
{
	uint32_t all = 0;

	for (size_t i = 0; i < q->ninputs; i++)
		all |= q->inputs[i].dialects;
	return all;
}

void quiet_missing_logs(const struct inquiry *q, struct buf *out)
{
	uint32_t all = all_dialects(q);

	out->n = 0;
	for (size_t i = 0; i < sizeof(log_kinds) / sizeof(log_kinds[0]); i++) {
		if (all & log_kinds[i].dialects)
			continue;
		buf_str(out, out->n ? ", " : "not in the input: ");
		buf_str(out, log_kinds[i].name);
	}
}

void quiet_checked(struct pen *p, const struct inquiry *q)
{
	uint32_t all = all_dialects(q);
	const char *separator = ": ";

	pen_label(p, "CHECKED");
	pen_count(p, q->totals.messages);
	pen_str(p, " messages of ");
	pen_count(p, rows_all(q));
	pen_str(p, rows_all(q) == 1 ? " sender in " : " senders in ");
	pen_count(p, q->ninputs);
	pen_str(p, q->ninputs == 1 ? " file" : " files");
	for (size_t i = 0; i < sizeof(log_kinds) / sizeof(log_kinds[0]); i++)
		if (all & log_kinds[i].dialects) {
			pen_str(p, separator);
			pen_str(p, log_kinds[i].name);
			separator = ", ";
		}
	pen_line(p, 0);
}
