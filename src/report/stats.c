/*
 * stats - see stats.h. Totals in full, then tables; a narrow screen shows fewer columns, the JSON all.
 * TRUST: keys are foreign (addresses, host names, remote servers' texts).
 */
#include "report/stats.h"

#include "report/jsonw.h"
#include "report/json.h"
#include "report/pen.h"
#include "report/text.h"
#include "report/unseen.h"

#define CELL 10
#define NARROW 50 /* columns of the screen that leave room for two cells and a key */

/* What a table's rows can know: an arrival names no result. The bytes of a domain are those delivered there. */
enum known { ARRIVALS = 1, RESULTS = 2 };

/* A table's columns; one of all is shown from so many columns of the screen on. */
static const struct {
	const char *head;
	size_t offset; /* in struct counts */
	size_t from_width;
	enum known known;
	bool bytes;
} columns[] = {
	{ "messages", offsetof(struct counts, messages), 0, ARRIVALS, false },
	{ "rcpts", offsetof(struct counts, recipients), 0, ARRIVALS, false },
	{ "delivered", offsetof(struct counts, delivered), 100, RESULTS, false },
	{ "deferred", offsetof(struct counts, deferred), 100, RESULTS, false },
	{ "bounced", offsetof(struct counts, bounced), 60, RESULTS, false },
	{ "bytes", offsetof(struct counts, bytes), 70, ARRIVALS | RESULTS, true },
};

static void put_cell(struct pen *p, size_t end, struct span s)
{
	pen_to(p, end > s.n ? end - s.n : 0);
	pen_text(p, s);
}

/* C's row of a table, or the heads where C is NULL; then to where the key begins. */
static void put_cells(struct pen *p, unsigned known, const struct counts *c)
{
	const bool all = known == (ARRIVALS | RESULTS);
	size_t end = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		struct buf b = BUF_MAX(64);
		uint64_t v = 0;

		if (!(known & columns[i].known) || (all && p->width < columns[i].from_width) ||
		    (p->width < NARROW && end == 2 * CELL))
			continue;
		if (c)
			memcpy(&v, (const char *)c + columns[i].offset, sizeof(v));
		if (!c)
			buf_str(&b, columns[i].head);
		else if (columns[i].bytes)
			text_bytes(&b, v);
		else
			text_count(&b, v);
		end += CELL;
		put_cell(p, end - 1, buf_view(&b));
		buf_free(&b);
	}
	pen_to(p, end + 1);
	p->indent = end + 1;
}

static void put_title(struct pen *p, unsigned known, const char *title)
{
	pen_line(p, 0);
	pen_style(p, PEN_BOLD);
	put_cells(p, known, NULL);
	pen_str(p, title);
	pen_style(p, PEN_PLAIN);
	pen_line(p, 0);
}

static void put_table(struct sink *s, struct pen *p, const char *title, enum known known,
		      const struct stat_row *row, size_t n, unsigned top)
{
	size_t shown = n < top ? n : top;

	if (n == 0)
		return;
	put_title(p, known, title);
	for (size_t i = 0; i < shown; i++) {
		put_cells(p, known, &row[i].counts);
		pen_field(p, row[i].key, 160);
		pen_line(p, 0);
		sink_turn(s);
	}
	if (n > shown) {
		pen_str(p, "+");
		pen_count(p, n - shown);
		pen_str(p, " more");
		pen_line(p, 0);
	}
}

/* Refusals: how often, and the text, which is what one reads. A text is a result's or a rejected client's. */
static void put_texts(struct sink *s, struct pen *p, const char *title, const struct stat_row *row, size_t n,
		      unsigned top)
{
	if (n == 0)
		return;
	pen_line(p, 0);
	pen_style(p, PEN_BOLD);
	pen_str(p, title);
	pen_style(p, PEN_PLAIN);
	pen_line(p, 0);
	for (size_t i = 0; i < n && i < top; i++) {
		struct buf b = BUF_MAX(64);

		text_count(&b, row[i].counts.messages + row[i].counts.deferred + row[i].counts.bounced);
		put_cell(p, CELL - 1, buf_view(&b));
		buf_free(&b);
		p->indent = CELL + 1;
		pen_to(p, CELL + 1);
		pen_text(p, row[i].key);
		pen_line(p, 0);
		sink_turn(s);
	}
}

static void put_fact(struct pen *p, uint64_t n, const char *what)
{
	struct buf b = BUF_MAX(64);

	text_count(&b, n);
	put_cell(p, CELL - 1, buf_view(&b));
	buf_free(&b);
	pen_str(p, "  ");
	pen_str(p, what);
	pen_line(p, 0);
}

static void put_hours(struct pen *p, const struct stats *st)
{
	put_title(p, ARRIVALS | RESULTS, "hour");
	for (unsigned h = 0; h < 24; h++) {
		char hour[5] = { (char)('0' + h / 10), (char)('0' + h % 10), ':', '0', '0' };

		put_cells(p, ARRIVALS | RESULTS, &st->by_hour[h]);
		pen_text(p, span_of(hour, 5));
		pen_line(p, 0);
	}
}

void stats_text(struct sink *s, const struct inquiry *q, const struct screen *screen, unsigned top)
{
	struct pen p = pen_new(&s->text, screen);
	const struct stats *st = &q->stats;

	top = top ? top : 20;
	put_fact(&p, q->totals.messages, "messages");
	put_fact(&p, q->totals.recipients, "recipients");
	put_fact(&p, q->totals.delivered, "delivered");
	put_fact(&p, q->totals.deferred, "deferred");
	put_fact(&p, q->totals.bounced, "bounced");
	put_fact(&p, (q->totals.bytes + 500000) / 1000000, "MB");
	put_fact(&p, st->rejected, "rejected");
	put_fact(&p, st->connections, "connections");
	put_fact(&p, st->auth_failures, "failed logins");
	put_fact(&p, st->held, "held");
	put_fact(&p, st->removed, "removed by hand");
	put_hours(&p, st);
	put_table(s, &p, "sender", ARRIVALS, st->senders, st->nsenders, top);
	put_table(s, &p, "host", ARRIVALS, st->hosts, st->nhosts, top);
	put_table(s, &p, "recipient domain", RESULTS, st->domains, st->ndomains, top);
	put_texts(s, &p, "errors by text", st->errors, st->nerrors, top);
	put_texts(s, &p, "rejects by text", st->rejects, st->nrejects, top);
	if (!q->complete) {
		pen_line(&p, 0);
		unseen_show(&p, q);
	}
}

static void json_table(struct jsonw *w, struct sink *s, const char *name, const struct stat_row *row,
		       size_t n)
{
	jsonw_open(w, name, '[');
	for (size_t i = 0; i < n; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_span(w, "key", row[i].key);
		json_counts(w, &row[i].counts);
		jsonw_close(w, '}');
		sink_turn(s);
	}
	jsonw_close(w, ']');
}

void stats_json(struct jsonw *w, struct sink *s, const struct stats *st)
{
	jsonw_open(w, "stats", '{');
	jsonw_u64(w, "rejected", st->rejected);
	jsonw_u64(w, "connections", st->connections);
	jsonw_u64(w, "auth_failures", st->auth_failures);
	jsonw_u64(w, "held", st->held);
	jsonw_u64(w, "removed", st->removed);
	jsonw_open(w, "hours", '[');
	for (unsigned h = 0; h < 24; h++) {
		jsonw_open(w, NULL, '{');
		jsonw_u64(w, "hour", h);
		json_counts(w, &st->by_hour[h]);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	json_table(w, s, "senders", st->senders, st->nsenders);
	json_table(w, s, "hosts", st->hosts, st->nhosts);
	json_table(w, s, "domains", st->domains, st->ndomains);
	json_table(w, s, "errors", st->errors, st->nerrors);
	json_table(w, s, "rejects", st->rejects, st->nrejects);
	jsonw_close(w, '}');
}
