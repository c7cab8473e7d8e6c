/*
 * html - see html.h. The content policy allows nothing but the one style sheet, named by its hash: were an
 * escape ever missed, no browser would run or fetch what comes of it.
 * TRUST: every name, path, subject and raw line is foreign; all of it passes show_html.
 */
#include "report/html.h"

#include "base/show.h"
#include "model/rows.h"
#include "report/claims.h"
#include "report/html_parts.h"
#include "report/quiet.h"
#include "report/text.h"
#include "report/who.h"

const char html_style[] =
	":root{--ink:#1b1b1b;--pale:#666;--line:#ccc;--paper:#fff;--bad:#b3261e}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--pale:#a0a0a0;--line:#444;--paper:#161616;--"
	"bad:#ff8a80}}"
	"body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62em;"
	"margin:1em auto;padding:0 1em}"
	"h1{font-size:1.4em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid var(--line)}"
	"table{border-collapse:collapse;width:100%;margin:.5em 0}"
	"td,th{text-align:left;vertical-align:top;padding:.15em .6em .15em 0;border-bottom:1px solid "
	"var(--line);"
	"overflow-wrap:anywhere}td.n,th.n{text-align:right;overflow-wrap:normal;white-space:nowrap}"
	"th,td.k{overflow-wrap:normal}td.k{white-space:nowrap}"
	"code,pre{font:12px/1.4 "
	"ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap;margin:.1em 0}"
	".bad{color:var(--bad);font-weight:bold}.pale{color:var(--pale)}"
	".plot{width:100%;height:auto}.plot text{font:11px system-ui,sans-serif;fill:var(--pale)}"
	"@page{size:A4;margin:15mm}"
	"@media print{body{font-size:10pt;max-width:none}tr,pre{break-inside:avoid}h2{break-after:avoid}}";
/*
 * Of html_style, byte for byte: with a wrong one a browser shows the page without any style. A test compares.
 */
const char html_style_hash[] = "sha256-994oxihLHzNIH6jmFw7wAhcYiIvhU6ZD+Yyu8tC9T8k=";

void html_head(struct buf *out, struct span title)
{
	buf_str(out,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '");
	buf_str(out, html_style_hash);
	/* base-uri and form-action do not fall back to default-src: unnamed, they would be open. */
	buf_str(out, "'; base-uri 'none'; form-action 'none'\">\n"
		     "<meta name=\"referrer\" content=\"no-referrer\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width\">\n<title>spamtrail ");
	show_html(out, title);
	buf_str(out, "</title>\n<style>");
	buf_str(out, html_style);
	buf_str(out, "</style></head><body>\n");
}

static void put_clock(struct buf *out, int64_t utc, const struct inquiry *q, const struct zone *zone)
{
	if (utc)
		text_clock(out, utc, q->to, zone);
}

static void put_summary(struct buf *out, const struct inquiry *q, const struct zone *zone)
{
	buf_str(out, "<h1>");
	show_html(out, q->host);
	buf_str(out, q->nincidents	  ? ": <span class=\"bad\">"
		     : !quiet_has_mail(q) ? ": no mail read"
		     : q->complete	  ? ": no outbreak"
					  : ": no outbreak in what was read");
	if (q->nincidents) {
		text_count(out, q->nincidents);
		buf_str(out, q->nincidents == 1 ? " incident</span>" : " incidents</span>");
	}
	buf_str(out, "</h1>\n<p class=\"pale\">");
	show_html(out, q->mta);
	if (q->panel.n) {
		buf_str(out, "/");
		show_html(out, q->panel);
	}
	buf_str(out, " ");
	if (q->to > q->from) {
		text_rfc3339(out, q->from, zone);
		buf_str(out, " to ");
		text_rfc3339(out, q->to, zone);
		buf_str(out, ", ");
	}
	text_bytes(out, q->input_bytes);
	buf_str(out, " read by spamtrail " SPAMTRAIL_VERSION "</p>\n");
	if (!q->complete)
		buf_str(out, "<p class=\"bad\">Incomplete: see what was not seen.</p>\n");
}

static void put_raw(struct buf *out, const struct evidence *e)
{
	buf_str(out, "<div class=\"pale\"><code>");
	show_html(out, e->file);
	buf_byte(out, ':');
	text_u64(out, e->line);
	buf_str(out, " (byte ");
	text_u64(out, e->offset);
	buf_str(out, ")</code></div><pre>");
	show_html(out, e->text);
	buf_str(out, "</pre>");
}

static void put_claim(struct sink *s, const struct inquiry *q, const struct incident *in,
		      const struct claim *c, size_t n, const struct zone *zone)
{
	struct buf *out = &s->text;
	const struct evidence *e;

	buf_str(out, "<tr><td class=\"n\">");
	buf_span(out, incident_id(in));
	buf_byte(out, '.');
	text_u64(out, n);
	buf_str(out, "</td><td>");
	if (c->grade)
		buf_byte(out, c->grade);
	buf_str(out, "</td><td>#");
	text_u64(out, (uint64_t)c->row + 1);
	buf_byte(out, ' ');
	if (c->moment) {
		put_clock(out, c->moment->at, q, zone);
		buf_byte(out, ' ');
	}
	show_html(out, c->text);
	if (c->reason) {
		buf_str(out, " <span class=\"pale\">(+");
		text_fixed(out, c->reason->weight, 1);
		buf_str(out, ")</span>");
	}
	for (size_t k = 0; (e = claim_line(q, c, k)) != NULL; k++) {
		put_raw(out, e);
		sink_turn(s);
	}
	buf_str(out, "</td></tr>\n");
}

static void put_timeline(struct buf *out, const struct inquiry *q, const struct incident *in,
			 const struct zone *zone)
{
	if (in->ntimeline == 0)
		return;
	buf_str(out, "<table><tr><th>time</th><th>what</th><th>grade</th><th></th></tr>\n");
	for (size_t i = 0; i < in->ntimeline; i++) {
		const struct moment *m = &in->timeline[i];

		buf_str(out, "<tr><td class=\"k\">");
		put_clock(out, m->at, q, zone);
		buf_str(out, "</td><td class=\"k\">");
		show_html(out, m->kind);
		buf_str(out, "</td><td>");
		if (m->grade)
			buf_byte(out, m->grade);
		buf_str(out, "</td><td>");
		show_html(out, m->text);
		buf_str(out, "</td></tr>\n");
	}
	buf_str(out, "</table>\n");
}

/* Who it is comes before anything else: the timeline and the claims only say "#1". */
static void put_accused(struct sink *s, const struct inquiry *q, const struct incident *in)
{
	struct buf *out = &s->text;

	for (size_t i = 0; i < in->nrows; i++) {
		const struct row *r = &q->rows[in->rows[i]];

		buf_str(out, "<p>#");
		text_u64(out, (uint64_t)in->rows[i] + 1);
		buf_byte(out, ' ');
		buf_str(out, sender_kind_word(r->kind));
		buf_str(out, " <b>");
		show_html(out, r->id);
		buf_str(out, "</b>");
		if (r->account.n) {
			buf_str(out, ", account <b>");
			show_html(out, r->account);
			buf_str(out, "</b>");
		}
		buf_str(out, ", confidence ");
		buf_str(out, who_confidence(r->confidence));
		buf_str(out, ": ");
		text_count(out, r->counts.messages);
		buf_str(out, " messages to ");
		text_count(out, r->counts.recipients);
		buf_str(out, "</p>\n");
		sink_turn(s);
	}
}

static void put_incident(struct sink *s, const struct inquiry *q, const struct incident *in,
			 const struct zone *zone)
{
	struct arena *a = arena_new();
	struct buf *out = &s->text;
	struct claim *claims;
	size_t n = claims_list(q, in, a, &claims);

	buf_str(out, "<h2>Incident ");
	buf_span(out, incident_id(in));
	buf_str(out, in->sending ? ": <span class=\"bad\">still sending</span>" : ": stopped");
	if (in->since) {
		buf_str(out, ", since ");
		put_clock(out, in->since, q, zone);
	}
	if (in->sending)
		text_as_of(out, q, zone);
	buf_str(out, "</h2>\n");
	put_accused(s, q, in);
	put_timeline(out, q, in, zone);
	buf_str(out, "<table><tr><th class=\"n\">claim</th><th>grade</th><th>proof</th></tr>\n");
	for (size_t i = 0; i < n; i++)
		put_claim(s, q, in, &claims[i], i + 1, zone);
	buf_str(out, "</table>\n");
	arena_free(a);
}

static void put_cell(struct buf *out, uint64_t v)
{
	buf_str(out, "<td class=\"n\">");
	text_count(out, v);
	buf_str(out, "</td>");
}

static void put_sender(struct buf *out, const struct row *r, size_t rank)
{
	buf_str(out, "<tr>");
	put_cell(out, rank);
	buf_str(out, "<td>");
	buf_str(out, sender_kind_word(r->kind));
	buf_byte(out, ' ');
	show_html(out, r->id);
	if (r->aside.n) {
		buf_str(out, " <span class=\"pale\">");
		show_html(out, r->aside);
		buf_str(out, "</span>");
	}
	buf_str(out, "</td><td>");
	show_html(out, r->account);
	buf_str(out, r->verdict >= VERDICT_SUSPECT ? "</td><td class=\"bad\">" : "</td><td>");
	buf_str(out, verdict_name(r->verdict));
	if (r->trusted)
		buf_str(out, ", trusted");
	buf_str(out, "</td>");
	put_cell(out, r->counts.messages);
	put_cell(out, r->counts.recipients);
	put_cell(out, r->counts.delivered);
	put_cell(out, r->counts.deferred);
	put_cell(out, r->counts.bounced);
	buf_str(out, "</tr>\n");
}

#define SENDERS_SHOWN 500

static void put_senders(struct sink *s, const struct inquiry *q)
{
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	struct buf *out = &s->text;
	const struct row *row;

	buf_str(out, "<h2>Senders</h2>\n<table><tr><th class=\"n\">#</th><th>sender</th><th>account</th>"
		     "<th>verdict</th><th class=\"n\">messages</th><th class=\"n\">recipients</th>"
		     "<th class=\"n\">delivered</th><th class=\"n\">deferred</th><th "
		     "class=\"n\">bounced</th></tr>\n");
	while (rows.next < SENDERS_SHOWN && (row = rows_next(&rows)) != NULL) {
		put_sender(out, row, rows.next);
		sink_turn(s);
	}
	rows_stop(&rows);
	buf_str(out, "</table>\n");
	if (rows_all(q) > SENDERS_SHOWN) {
		buf_str(out, "<p>");
		text_count(out, rows_all(q) - SENDERS_SHOWN);
		buf_str(out, " smaller senders are in --json only.</p>\n");
	}
}

static void put_list(struct buf *out, const char *title, const struct span *list, size_t n)
{
	if (n == 0)
		return;
	buf_str(out, "<h2>");
	buf_str(out, title);
	buf_str(out, "</h2>\n<ul>\n");
	for (size_t i = 0; i < n; i++) {
		buf_str(out, "<li>");
		show_html(out, list[i]);
		buf_str(out, "</li>\n");
	}
	buf_str(out, "</ul>\n");
}

void html_inquiry(struct sink *s, const struct inquiry *q, const struct zone *zone, bool with_stats)
{
	html_head(&s->text, q->host);
	put_summary(&s->text, q, zone);
	html_plot(&s->text, q, zone);
	for (size_t i = 0; i < q->nincidents; i++)
		put_incident(s, q, &q->incidents[i], zone);
	put_list(&s->text, "Not seen", q->unseen, q->nunseen);
	put_senders(s, q);
	if (with_stats)
		html_stats(s, &q->stats);
	put_list(&s->text, "Notes", q->notes, q->nnotes);
	buf_str(&s->text, "</body></html>\n");
}
