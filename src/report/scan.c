/*
 * scan - see scan.h. Worst first on the screen, by path elsewhere.
 * TRUST: paths, code and decoded text are an attacker's: through pen and show alone.
 */
#include "report/scan.h"

#include "base/show.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/text.h"

enum { SKIPS_SHOWN = 8, DECODED_LINES = 20, NAME_ROOM = 16384 };

static const char *label_of(enum scan_class c)
{
	static const char *const labels[SCAN_CLASSES] = {
		"",	    "mailer",  "credential mailer", "web shell",     "uploader", "dropper",
		"backdoor", "doorway", "obfuscated",	    "configuration", "signature"
	};

	return labels[c < SCAN_CLASSES ? c : 0];
}

static void put_place(struct pen *p, uint32_t line, uint32_t column, uint32_t layer)
{
	if (!line)
		return;
	pen_str(p, layer ? "decoded text " : "line ");
	if (layer) {
		pen_count(p, layer);
		pen_str(p, ", line ");
	}
	pen_count(p, line);
	pen_str(p, ":");
	pen_count(p, column);
}

/* What was decoded, line by line, as much as a person reads. */
static void put_decoded(struct pen *p, struct span text)
{
	for (int i = 0; text.n && i < DECODED_LINES; i++) {
		ptrdiff_t end = span_find(text, 0, '\n');
		struct span line = end < 0 ? text : span_head(text, (size_t)end);

		pen_to(p, 9);
		p->indent = 9;
		pen_text(p, line);
		pen_line(p, 0);
		text = end < 0 ? SPAN_NONE : span_from(text, (size_t)end + 1);
	}
}

static void put_step(struct pen *p, uint32_t line, uint32_t column, uint32_t layer, struct span what,
		     struct span code)
{
	pen_to(p, 7);
	p->indent = 9;
	put_place(p, line, column, layer);
	pen_str(p, "  ");
	pen_text(p, what);
	pen_line(p, 0);
	if (!code.n)
		return;
	pen_to(p, 9);
	p->indent = 9;
	pen_text(p, code);
	pen_line(p, 0);
}

static void put_reason(struct pen *p, const struct scan_reason *r, bool explain)
{
	pen_to(p, 5);
	p->indent = 7;
	pen_text(p, r->text);
	if (r->line) {
		pen_str(p, " (");
		put_place(p, r->line, r->column, r->layer);
		pen_str(p, ")");
	}
	pen_line(p, 0);
	if (!explain)
		return;
	for (size_t i = 0; i < r->steps; i++)
		put_step(p, r->step[i].line, r->step[i].column, r->step[i].layer, r->step[i].what,
			 r->step[i].code);
	if (r->line)
		put_step(p, r->line, r->column, r->layer, r->rule, r->code);
	if (r->decoded.n) {
		pen_to(p, 7);
		pen_str(p, "decoded:");
		pen_line(p, 0);
		put_decoded(p, r->decoded);
	}
}

/* A file in an archive is ARCHIVE!MEMBER, which scan takes, too. */
static struct span name_of(const struct scan_finding *f, struct buf *room)
{
	if (!f->member.n)
		return f->path;
	buf_span(room, f->path);
	buf_byte(room, '!');
	buf_span(room, f->member);
	return buf_view(room);
}

static void put_finding(struct pen *p, const struct scan_finding *f, bool explain)
{
	bool bad = f->verdict == SCAN_MALICIOUS;
	struct buf room = BUF_MAX(NAME_ROOM);

	pen_style(p, bad ? PEN_RED : PEN_YELLOW);
	pen_str(p, bad ? "MALICIOUS" : "suspicious");
	pen_style(p, PEN_PLAIN);
	pen_to(p, 12);
	pen_str(p, label_of(f->class));
	pen_to(p, 31);
	p->indent = 5;
	pen_style(p, PEN_BOLD);
	pen_field(p, name_of(f, &room), 1000);
	pen_style(p, PEN_PLAIN);
	pen_line(p, 0);
	buf_free(&room);
	for (size_t i = 0; i < f->reasons && (explain || i < 3); i++)
		put_reason(p, &f->reason[i], explain);
}

static void put_findings(struct sink *s, struct pen *p, const struct scan_report *r,
			 const struct screen *screen, bool explain)
{
	size_t most = screen->top ? screen->top : SIZE_MAX, shown = 0;

	/* around the script that mailed in the order they come in, who mails first; of the rest the worst first */
	for (int rank = RANK_MAILER; rank < SCAN_RANKS; rank++)
		for (int verdict = SCAN_MALICIOUS; verdict >= SCAN_SUSPICIOUS; verdict--)
			for (size_t i = 0; i < r->findings && shown < most; i++) {
				const struct scan_finding *f = &r->finding[i];
				bool now = rank == RANK_REST ? (int)f->verdict == verdict
							     : verdict == SCAN_MALICIOUS;

				if (now && (int)f->rank == rank && !f->shown) {
					put_finding(p, f, explain);
					shown++;
					sink_turn(s);
				}
			}
}

/* Once, however many: what to make of them is the same. */
static void put_packed(struct pen *p, const struct scan_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings; i++)
		n += r->finding[i].member.n > 0;
	if (!n)
		return;
	pen_label(p, "PACKED");
	pen_count(p, n);
	pen_str(p, n == 1 ? " finding is a file" : " findings are files");
	pen_str(p, " in an archive (ARCHIVE!FILE): nothing runs it there and contain leaves it, but to "
		   "unpack or "
		   "restore that backup brings it back");
	pen_line(p, 0);
}

static void put_notes(struct pen *p, const struct scan_report *r)
{
	for (size_t i = 0; i < r->notes; i++) {
		pen_label(p, i ? "" : "NOTE");
		pen_text(p, r->note[i]);
		pen_line(p, 0);
	}
}

static void put_skips(struct pen *p, const struct scan_report *r)
{
	for (size_t i = 0; i < r->skips && i < SKIPS_SHOWN; i++) {
		pen_label(p, i ? "" : "SKIPPED");
		pen_field(p, r->skip[i].path, 1000);
		pen_str(p, "  ");
		pen_text(p, r->skip[i].why);
		pen_line(p, 0);
	}
	if (r->skips + r->skips_more > SKIPS_SHOWN) {
		pen_label(p, "");
		pen_str(p, "and ");
		pen_count(p, r->skips + r->skips_more - SKIPS_SHOWN);
		pen_str(p, " more: --json lists them");
		pen_line(p, 0);
	}
}

/* Some lay around the script that mailed and stand above; these come besides. */
static bool more_to_show(const struct scan_report *r)
{
	size_t shown = 0;

	for (size_t i = 0; i < r->findings; i++)
		shown += r->finding[i].shown;
	return shown && shown < r->findings;
}

static void put_next(struct pen *p, const struct scan_report *r, const struct screen *screen, bool explain)
{
	if (!r->findings)
		return;
	if (screen->again.n) {
		pen_label(p, "NEXT");
		pen_text(p, screen->again);
		pen_str(p, "   the plan that stops them; nothing is done yet");
		pen_line(p, 0);
	} else if (!explain) {
		struct buf command = BUF_MAX(16384);

		pen_label(p, "NEXT");
		buf_str(&command, "spamtrail scan --explain FILE");
		if (screen->repeat)
			screen->repeat(screen->repeat_ctx, "scan", &command);
		pen_whole(p, buf_view(&command));
		buf_free(&command);
		pen_str(p, "   the proof, step by step");
		pen_line(p, 0);
	}
}

void scan_text(struct sink *s, const struct scan_report *r, const struct screen *screen, bool explain,
	       bool quiet)
{
	struct pen p = pen_new(&s->text, screen);
	struct buf bytes = BUF_MAX(64);

	if (more_to_show(r)) {
		pen_str(&p, "ELSEWHERE");
		pen_line(&p, 0);
	}
	put_findings(s, &p, r, screen, explain);
	put_packed(&p, r);
	put_skips(&p, r);
	put_notes(&p, r);
	if (screen->root && r->findings + r->skips) {
		pen_beneath(&p);
		pen_line(&p, 0);
	}
	if (quiet)
		return;
	pen_some(&p, r->files, "file, ", "files, ");
	if (r->archives) {
		pen_count(&p, r->members);
		pen_str(&p, " more in ");
		pen_count(&p, r->archives);
		pen_str(&p, r->archives == 1 ? " archive, " : " archives, ");
	}
	if (r->known) {
		pen_count(&p, r->known);
		pen_str(&p, " of them clean before and unchanged, ");
	}
	text_bytes(&bytes, r->bytes);
	pen_text(&p, buf_view(&bytes));
	pen_str(&p, ": ");
	pen_some(&p, r->findings, "finding", "findings");
	pen_str(&p, r->complete ? "" : ", incomplete: see SKIPPED");
	pen_line(&p, 0);
	put_next(&p, r, screen, explain);
	buf_free(&bytes);
}

void scan_text_first(struct sink *s, const struct scan_report *r, const struct screen *screen, bool explain)
{
	struct pen p = pen_new(&s->text, screen);

	pen_str(&p, "AROUND THE SCRIPT THAT MAILED");
	pen_line(&p, 0);
	put_findings(s, &p, r, screen, explain);
	pen_str(&p, "The rest of the home is being read, which may take minutes.");
	pen_line(&p, 0);
	pen_line(&p, 0);
}

/* --- for scripts ----------------------------------------------------------------------------- */

static void field(struct sink *s, struct span text)
{
	buf_byte(&s->text, '\t');
	show_text(&s->text, text, false);
}

static void number(struct sink *s, uint64_t v)
{
	buf_byte(&s->text, '\t');
	text_u64(&s->text, v);
}

static void plain_finding(struct sink *s, const struct scan_finding *f)
{
	struct buf room = BUF_MAX(NAME_ROOM);
	struct span name = name_of(f, &room);

	buf_str(&s->text, "finding");
	field(s, span_str(scan_verdict_name(f->verdict)));
	field(s, span_str(scan_class_name(f->class)));
	buf_byte(&s->text, '\t');
	text_fixed(&s->text, f->score, 1);
	field(s, name);
	buf_byte(&s->text, '\n');
	for (size_t k = 0; k < f->reasons; k++) {
		buf_str(&s->text, "reason");
		field(s, name);
		number(s, f->reason[k].line);
		number(s, f->reason[k].column);
		field(s, f->reason[k].rule);
		field(s, f->reason[k].text);
		buf_byte(&s->text, '\n');
	}
	for (size_t k = 0; k < f->engines; k++) {
		if (span_eq(f->engine[k], SPAN("spamtrail")))
			continue;
		buf_str(&s->text, "engine");
		field(s, name);
		field(s, f->engine[k]);
		buf_byte(&s->text, '\n');
	}
	buf_free(&room);
}

void scan_plain(struct sink *s, const struct scan_report *r)
{
	for (size_t i = 0; i < r->findings; i++) {
		plain_finding(s, &r->finding[i]);
		sink_turn(s);
	}
	for (size_t i = 0; i < r->notes; i++) {
		buf_str(&s->text, "note");
		field(s, r->note[i]);
		buf_byte(&s->text, '\n');
	}
	for (size_t i = 0; i < r->skips; i++) {
		buf_str(&s->text, "skipped");
		field(s, r->skip[i].path);
		field(s, r->skip[i].why);
		buf_byte(&s->text, '\n');
		sink_turn(s);
	}
	buf_str(&s->text, "total");
	number(s, r->files);
	number(s, r->bytes);
	number(s, r->findings);
	number(s, r->skips + r->skips_more);
	field(s, r->complete ? SPAN("yes") : SPAN("no"));
	number(s, r->known);
	buf_byte(&s->text, '\n');
}

static void json_steps(struct jsonw *w, const struct scan_reason *r)
{
	jsonw_open(w, "steps", '[');
	for (size_t i = 0; i < r->steps; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_u64(w, "line", r->step[i].line);
		jsonw_u64(w, "column", r->step[i].column);
		if (r->step[i].layer)
			jsonw_u64(w, "layer", r->step[i].layer);
		jsonw_span(w, "what", r->step[i].what);
		jsonw_span(w, "code", r->step[i].code);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void json_reason(struct jsonw *w, const struct scan_reason *r)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "rule", r->rule);
	if (r->line) {
		jsonw_u64(w, "line", r->line);
		jsonw_u64(w, "column", r->column);
	}
	if (r->layer)
		jsonw_u64(w, "layer", r->layer);
	jsonw_span(w, "text", r->text);
	if (r->code.n)
		jsonw_span(w, "code", r->code);
	if (r->steps)
		json_steps(w, r);
	if (r->decoded.n)
		jsonw_span(w, "decoded", r->decoded);
	jsonw_close(w, '}');
}

static void json_finding(struct jsonw *w, const struct scan_finding *f, const struct zone *zone,
			 scan_owner_fn *owner)
{
	const char *name = owner(f->uid);
	struct buf room = BUF_MAX(NAME_ROOM);

	jsonw_open(w, NULL, '{');
	jsonw_path(w, "path", name_of(f, &room));
	if (f->member.n) {
		jsonw_span(w, "archive", f->path);
		jsonw_span(w, "member", f->member);
	}
	buf_free(&room);
	jsonw_str(w, "verdict", scan_verdict_name(f->verdict));
	jsonw_double(w, "score", f->score);
	if (f->sha256.n)
		jsonw_span(w, "sha256", f->sha256);
	jsonw_u64(w, "size", f->size);
	jsonw_time(w, "mtime", f->mtime, zone);
	jsonw_time(w, "ctime", f->ctime, zone);
	if (name) {
		jsonw_str(w, "owner", name);
	} else {
		struct buf text = BUF_MAX(32);

		text_u64(&text, f->uid);
		jsonw_span(w, "owner", buf_view(&text));
		buf_free(&text);
	}
	jsonw_str(w, "class", scan_class_name(f->class));
	jsonw_open(w, "reasons", '[');
	for (size_t i = 0; i < f->reasons; i++)
		json_reason(w, &f->reason[i]);
	jsonw_close(w, ']');
	jsonw_open(w, "engine", '[');
	for (size_t i = 0; i < f->engines; i++)
		jsonw_span(w, NULL, f->engine[i]);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

void scan_json(struct sink *s, const struct scan_report *r, const struct zone *zone, scan_owner_fn *owner)
{
	struct jsonw w = { .out = &s->text };

	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "schema", "spamtrail.scan/1");
	jsonw_bool(&w, "complete", r->complete);
	jsonw_u64(&w, "files", r->files);
	jsonw_u64(&w, "bytes", r->bytes);
	jsonw_u64(&w, "archives", r->archives);
	jsonw_u64(&w, "members", r->members);
	jsonw_u64(&w, "known", r->known);
	jsonw_double(&w, "seconds", r->seconds);
	jsonw_open(&w, "findings", '[');
	for (size_t i = 0; i < r->findings; i++) {
		json_finding(&w, &r->finding[i], zone, owner);
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_open(&w, "skipped", '[');
	for (size_t i = 0; i < r->skips; i++) {
		jsonw_open(&w, NULL, '{');
		jsonw_path(&w, "path", r->skip[i].path);
		jsonw_span(&w, "why", r->skip[i].why);
		jsonw_close(&w, '}');
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	if (r->skips_more)
		jsonw_u64(&w, "skipped_more", r->skips_more);
	jsonw_open(&w, "notes", '[');
	for (size_t i = 0; i < r->notes; i++)
		jsonw_span(&w, NULL, r->note[i]);
	jsonw_close(&w, ']');
	jsonw_open(&w, "unseen", '[');
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}
