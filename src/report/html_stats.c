/*
 * html_stats - `--stats` on the page.
 * TRUST: keys are foreign and pass show_html.
 */
#include "report/html_parts.h"

#include "base/show.h"
#include "report/text.h"

/* A page is for reading: beyond, the JSON has every row. */
#define ROWS_SHOWN 100

static void put_head(struct buf *out, const char *title)
{
	buf_str(out, "<h2>By ");
	buf_str(out, title);
	buf_str(out, "</h2>\n<table><tr><th>");
	buf_str(out, title);
	buf_str(out,
		"</th><th class=\"n\">messages</th><th class=\"n\">recipients</th><th "
		"class=\"n\">delivered</th>"
		"<th class=\"n\">deferred</th><th class=\"n\">bounced</th><th class=\"n\">bytes</th></tr>\n");
}

static void put_row(struct buf *out, struct span key, const struct counts *c)
{
	const uint64_t cells[] = {
		c->messages, c->recipients, c->delivered, c->deferred, c->bounced, c->bytes
	};

	buf_str(out, "<tr><td>");
	show_html(out, key);
	buf_str(out, "</td>");
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_str(out, "<td class=\"n\">");
		/* most tables know only some of the columns: an empty cell does not claim a zero */
		if (cells[i])
			text_count(out, cells[i]);
		buf_str(out, "</td>");
	}
	buf_str(out, "</tr>\n");
}

static void put_table(struct sink *s, const char *title, const struct stat_row *row, size_t n)
{
	if (n == 0)
		return;
	put_head(&s->text, title);
	for (size_t i = 0; i < n && i < ROWS_SHOWN; i++)
		put_row(&s->text, row[i].key, &row[i].counts);
	buf_str(&s->text, "</table>\n");
	sink_turn(s);
}

void html_stats(struct sink *s, const struct stats *st)
{
	put_head(&s->text, "hour");
	for (unsigned h = 0; h < 24; h++) {
		char hour[5] = { (char)('0' + h / 10), (char)('0' + h % 10), ':', '0', '0' };

		put_row(&s->text, span_of(hour, 5), &st->by_hour[h]);
	}
	buf_str(&s->text, "</table>\n");
	put_table(s, "sender", st->senders, st->nsenders);
	put_table(s, "host", st->hosts, st->nhosts);
	put_table(s, "recipient domain", st->domains, st->ndomains);
	put_table(s, "error text", st->errors, st->nerrors);
	put_table(s, "reject text", st->rejects, st->nrejects);
}
