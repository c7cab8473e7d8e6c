/*
 * html_plot - messages a minute by sender as an inline SVG: stacked columns over the window, the accused at
 * the bottom. Colours and patterns are attributes, not styles, so the content policy needs no exception;
 * each series is named in the legend in the order in which it is stacked.
 * TRUST: names pass show_html; counts may be anything and are drawn as shares of the highest column.
 */
#include "report/html_parts.h"

#include "base/show.h"
#include "model/rows.h"
#include "report/text.h"
#include "report/who.h"

#define SERIES 7 /* the last one is all others */
/* In the units of the SVG's viewBox: room for the numbers at the left and below. */
#define LEFT 50.0
#define TOP 10.0
#define WIDTH 700.0
#define HEIGHT 180.0

struct plot {
	size_t row[SERIES]; /* index */
	double column[SERIES][INQUIRY_SPARK]; /* messages a minute */
	size_t n; /* rows found */
	double highest; /* of all columns, all series together */
};

static const char *const colours[SERIES] = { "#b3261e", "#e07b39", "#e0b339", "#3b7dd8",
					     "#3aa17e", "#8e6bbf", "#9a9a9a" };

/* Rows come ranked: the accused first, then by size. */
static void choose(struct plot *p, const struct inquiry *q)
{
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;

	for (size_t i = 0; i < q->nrows && p->n < SERIES - 1; i++)
		if (q->rows[i].verdict >= VERDICT_SUSPECT)
			p->row[p->n++] = i;
	while (p->n < SERIES - 1 && (r = rows_next(&rows)) != NULL)
		if (r->verdict < VERDICT_SUSPECT && who_is_local(r->kind))
			p->row[p->n++] = rows.next - 1;
	rows_stop(&rows);
}

static size_t series_of(const struct plot *p, size_t row)
{
	size_t i = 0;

	while (i < p->n && p->row[i] != row)
		i++;
	return i < p->n ? i : SERIES - 1;
}

static void fill(struct plot *p, const struct inquiry *q)
{
	double minutes = (double)(q->to - q->from) / 60 / INQUIRY_SPARK;

	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;

	while ((r = rows_next(&rows)) != NULL) {
		size_t to = series_of(p, rows.next - 1);

		for (size_t k = 0; k < r->nhistory; k++)
			p->column[to][r->history[k].at] += (double)r->history[k].messages / minutes;
	}
	for (size_t k = 0; k < INQUIRY_SPARK; k++) {
		double sum = 0;

		for (size_t i = 0; i < SERIES; i++)
			sum += p->column[i][k];
		p->highest = sum > p->highest ? sum : p->highest;
	}
}

static void put_attribute(struct buf *out, const char *name, double v)
{
	buf_byte(out, ' ');
	buf_str(out, name);
	buf_str(out, "=\"");
	text_fixed(out, v, 1);
	buf_byte(out, '"');
}

static void put_columns(struct buf *out, const struct plot *p)
{
	double width = WIDTH / INQUIRY_SPARK, base[INQUIRY_SPARK] = { 0 };

	for (size_t i = 0; i < SERIES; i++) {
		buf_str(out, "<g fill=\"");
		buf_str(out, colours[i]);
		buf_str(out, "\">\n");
		for (size_t k = 0; k < INQUIRY_SPARK; k++) {
			double h = p->column[i][k] / p->highest * HEIGHT;

			/* Less than what one decimal can say: it would be a rectangle of height 0. */
			if (h < 0.05)
				continue;
			buf_str(out, "<rect");
			put_attribute(out, "x", LEFT + (double)k * width);
			put_attribute(out, "y", TOP + HEIGHT - base[k] - h);
			put_attribute(out, "width", width - 0.5);
			put_attribute(out, "height", h);
			buf_str(out, "/>\n");
			base[k] += h;
		}
		buf_str(out, "</g>\n");
	}
}

static void put_label(struct buf *out, double x, double y, const char *anchor)
{
	buf_str(out, "<text");
	put_attribute(out, "x", x);
	put_attribute(out, "y", y);
	buf_str(out, " text-anchor=\"");
	buf_str(out, anchor);
	buf_str(out, "\">");
}

static void put_axes(struct buf *out, const struct plot *p, const struct inquiry *q, const struct zone *zone)
{
	for (int i = 0; i <= 2; i++) {
		double y = TOP + HEIGHT - HEIGHT * i / 2;

		buf_str(out, "<line stroke=\"#999\" stroke-width=\"0.5\"");
		put_attribute(out, "x1", LEFT);
		put_attribute(out, "x2", LEFT + WIDTH);
		put_attribute(out, "y1", y);
		put_attribute(out, "y2", y);
		buf_str(out, "/>\n");
		put_label(out, LEFT - 5, y + 4, "end");
		text_fixed(out, p->highest * i / 2, p->highest < 10 ? 1 : 0);
		buf_str(out, "</text>\n");
	}
	for (int i = 0; i <= 4; i++) {
		put_label(out, LEFT + WIDTH * i / 4, TOP + HEIGHT + 16,
			  i == 0   ? "start"
			  : i == 4 ? "end"
				   : "middle");
		text_clock(out, q->from + (q->to - q->from) / 4 * i, q->to, zone);
		buf_str(out, "</text>\n");
	}
}

static void put_legend(struct buf *out, const struct plot *p, const struct inquiry *q)
{
	struct arena *a = arena_new();

	buf_str(out, "<p>Messages a minute, from the bottom: ");
	for (size_t i = 0; i <= p->n; i++) {
		size_t series = i < p->n ? i : SERIES - 1;

		buf_str(out, "<svg viewBox=\"0 0 10 10\" width=\"10\" height=\"10\"><rect width=\"10\" "
			     "height=\"10\" "
			     "fill=\"");
		buf_str(out, colours[series]);
		buf_str(out, "\"/></svg> ");
		if (i == p->n) {
			buf_str(out, "all others");
			break;
		}
		show_html(out, rows_get(q, p->row[i], a)->id);
		buf_str(out, ", ");
	}
	buf_str(out, ".</p>\n");
	arena_free(a);
}

void html_plot(struct buf *out, const struct inquiry *q, const struct zone *zone)
{
	struct plot p = { .n = 0 };

	/* A rate by the minute needs a minute. */
	if (q->to - q->from < 60)
		return;
	choose(&p, q);
	fill(&p, q);
	if (p.highest <= 0)
		return;
	buf_str(out, "<svg class=\"plot\" viewBox=\"0 0 760 215\" role=\"img\" aria-label=\"messages a "
		     "minute by sender\">\n");
	put_columns(out, &p);
	put_axes(out, &p, q, zone);
	buf_str(out, "</svg>\n");
	put_legend(out, &p, q);
}
