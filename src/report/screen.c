/*
 * screen - see screen.h. Order is by what the reader needs at three in the morning: is it still going
 * on, who, how sure, what was done, what was not looked at, what to type next.
 * A line whose subject the program does not know yet (queue, scan, blocklists) is absent.
 * TRUST: names, paths, claims and subjects are foreign; they reach the terminal only through pen.
 */
#include "report/screen.h"

#include "report/claims.h"
#include "model/plan.h"
#include "model/rows.h"
#include "report/pen.h"
#include "report/quiet.h"
#include "report/sender.h"
#include "report/text.h"
#include "report/unseen.h"
#include "report/who.h"

/* A first screen has six lines for the answer: what is not accused may take no more than this. */
#define ASIDE_SHOWN 3

static void put_window(struct pen *p, const struct inquiry *q)
{
	if (q->to <= q->from)
		return;
	pen_dot(p);
	if (q->now >= q->to && q->now - q->to < 300) {
		pen_str(p, "last ");
		pen_duration(p, q->to - q->from);
		return;
	}
	pen_clock(p, q->from, q->now);
	pen_str(p, " to ");
	/* the day again only where it is another */
	pen_clock(p, q->to, q->from);
}

static void put_size(struct pen *p, const struct inquiry *q)
{
	struct buf b = BUF_MAX(64);

	pen_dot(p);
	text_bytes(&b, q->input_bytes);
	if (q->microseconds) {
		buf_str(&b, " in ");
		text_duration(&b, (int64_t)((q->microseconds + 999999) / 1000000));
	}
	pen_field(p, buf_view(&b), b.n);
	buf_free(&b);
}

static void put_head(struct pen *p, const struct inquiry *q)
{
	p->indent = 2;
	pen_str(p, "spamtrail " SPAMTRAIL_VERSION);
	if (q->host.n) {
		pen_dot(p);
		pen_field(p, q->host, 40);
	}
	if (q->mta.n) {
		pen_dot(p);
		pen_field(p, q->mta, 30);
	}
	if (q->panel.n) {
		pen_str(p, q->mta.n ? "/" : " ");
		pen_field(p, q->panel, 20);
	}
	put_window(p, q);
	put_size(p, q);
	if (!q->complete) {
		pen_dot(p);
		pen_style(p, PEN_YELLOW);
		pen_str(p, "INCOMPLETE");
		pen_style(p, PEN_PLAIN);
	}
	pen_line(p, 0);
	if (p->screen->root) {
		pen_beneath(p);
		pen_line(p, 0);
	}
}

/* Messages of an incident's senders, column by column, and their last one's time. */
struct history {
	uint64_t column[INQUIRY_SPARK];
	uint64_t messages;
	int64_t last;
};

static struct history sum_history(const struct inquiry *q, const struct incident *in)
{
	struct history h = { 0 };

	for (size_t i = 0; i < in->nrows; i++) {
		const struct row *r = &q->rows[in->rows[i]];

		row_history_add(r, h.column);
		h.messages += r->counts.messages;
		h.last = r->last > h.last ? r->last : h.last;
	}
	return h;
}

/* Messages an hour over the newest columns that make up at least five minutes, but not over what lies before it began. */
static double rate_now(const struct inquiry *q, const struct incident *in, const struct history *h)
{
	int64_t window = q->to - q->from, age = q->to - in->since, columns;
	uint64_t sum = 0;

	/* Below a minute the columns say nothing: everything counts as one minute's. */
	if (window < 60)
		return 60.0 * (double)h->messages;
	columns = 300 * INQUIRY_SPARK / window + 1;
	if (columns > INQUIRY_SPARK)
		columns = INQUIRY_SPARK;
	for (int64_t i = INQUIRY_SPARK - columns; i < INQUIRY_SPARK; i++)
		sum += h->column[i];
	if (age < 60)
		age = 60;
	if (in->since && age * INQUIRY_SPARK < columns * window)
		return (double)sum * 3600 / (double)age;
	return (double)sum * 3600 * INQUIRY_SPARK / ((double)columns * (double)window);
}

static void put_state(struct pen *p, const struct inquiry *q, const struct incident *in,
		      const struct history *h)
{
	double hourly = rate_now(q, in, h);

	if (!in->sending) {
		pen_str(p, p->screen->ascii ? "o stopped " : "○ stopped ");
		if (h->last)
			pen_clock(p, h->last, q->to);
		return;
	}
	pen_style(p, PEN_RED);
	pen_str(p, p->screen->ascii ? "* STILL SENDING " : "● STILL SENDING ");
	pen_style(p, PEN_PLAIN);
	/* a slow spammer is not sending "0 a minute" */
	if (hourly >= 60)
		pen_fact(p, text_round(hourly / 60), "msg/min");
	else
		pen_fact(p, hourly < 1 ? 1 : text_round(hourly), "msg/h");
}

static void put_incident_head(struct pen *p, const struct inquiry *q, const struct incident *in)
{
	struct history h = sum_history(q, in);
	int64_t end = in->sending || h.last == 0 ? q->to : h.last;
	size_t bars;

	p->indent = 2;
	pen_style(p, PEN_BOLD);
	pen_str(p, "INCIDENT ");
	pen_text(p, incident_id(in));
	pen_style(p, PEN_PLAIN);
	pen_str(p, "  ");
	put_state(p, q, in, &h);
	pen_str(p, "  ");
	bars = pen_room(p) > 30 ? pen_room(p) - 26 : 10;
	pen_spark(p, h.column, INQUIRY_SPARK, bars < 20 ? bars : 20);
	if (in->since) {
		pen_str(p, "  since ");
		pen_clock(p, in->since, q->to);
		pen_str(p, " (");
		pen_duration(p, end - in->since);
		pen_str(p, ")");
	}
	if (in->sending && !q->live) {
		pen_str(p, ", as of the log's last line, ");
		pen_clock(p, q->to, q->now);
	}
	pen_line(p, 0);
}

static void put_incident(struct pen *p, const struct inquiry *q, const struct incident *in, struct arena *a,
			 bool in_full, size_t *left)
{
	struct claim *claims;
	size_t nclaims = claims_list(q, in, a, &claims);
	struct history h = sum_history(q, in);

	put_incident_head(p, q, in);
	if (in_full)
		pen_line(p, 0);
	for (size_t i = 0; i < in->nrows && *left; i++, (*left)--) {
		struct sender_view v = { .q = q,
					 .row = in->rows[i],
					 .suspect_messages = h.messages,
					 .claims = claims,
					 .nclaims = nclaims };

		sender_show(p, &v, in_full && i == 0);
	}
}

/* Suspects that belong to no incident. */
static void put_suspects(struct pen *p, const struct inquiry *q, const bool *told, size_t *left)
{
	for (size_t i = 0; i < q->nrows && *left; i++) {
		struct sender_view v = { .q = q, .row = (uint32_t)i };

		if (told[i] || q->rows[i].verdict < VERDICT_SUSPECT)
			continue;
		sender_show(p, &v, false);
		(*left)--;
	}
}

static void put_more(struct pen *p, const struct inquiry *q, const bool *told, size_t shown)
{
	size_t accused = 0;

	for (size_t i = 0; i < q->nrows; i++)
		accused += told[i] || q->rows[i].verdict >= VERDICT_SUSPECT;
	if (accused <= shown)
		return;
	pen_str(p, "+");
	pen_fact(p, accused - shown, "more: --top ");
	pen_count(p, accused);
	pen_line(p, 0);
}

static void put_aside(struct pen *p, const struct inquiry *q)
{
	/* "No outbreak" has named him already. */
	size_t told_as_highest = q->nincidents ? SIZE_MAX : quiet_highest(q);
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;
	size_t shown = 0, more = 0;

	while ((r = rows_next(&rows)) != NULL) {
		if ((!r->trusted && r->verdict != VERDICT_BULK) || rows.next - 1 == told_as_highest)
			continue;
		if (shown == ASIDE_SHOWN) {
			more++;
			continue;
		}
		shown++;
		p->indent = 4;
		pen_str(p, r->trusted ? "--  trusted: " : "--  legitimate peak set aside: ");
		pen_field(p, r->id, 60);
		pen_str(p, ", ");
		pen_fact(p, r->counts.messages, "msg");
		if (r->aside.n) {
			pen_str(p, " (");
			pen_text(p, r->aside);
			pen_str(p, ")");
		}
		pen_line(p, 0);
	}
	if (more) {
		pen_str(p, "--  ");
		pen_count(p, more);
		pen_str(p, " more set aside");
		pen_line(p, 0);
	}
}

/* Of all that incidents accuse, shown above or not; each row once, also where two incidents name it. */
static void put_damage(struct pen *p, const struct inquiry *q, const bool *told)
{
	struct counts c = { 0 };
	uint64_t queued = 0, complaints = 0;

	for (size_t i = 0; i < q->nincidents; i++)
		complaints += q->incidents[i].complaints;
	for (size_t i = 0; i < q->nrows; i++)
		if (told[i]) {
			counts_add(&c, &q->rows[i].counts);
			queued += q->rows[i].queued;
		}
	pen_label(p, "DAMAGE");
	pen_fact(p, c.messages, "sent to");
	pen_str(p, " ");
	pen_count(p, c.recipients);
	pen_dot(p);
	if (q->queue_read) {
		pen_str(p, "queued ");
		pen_count(p, queued);
		pen_dot(p);
	}
	pen_fact(p, c.delivered, "delivered");
	pen_dot(p);
	pen_some(p, c.deferred, "deferral", "deferrals");
	pen_dot(p);
	pen_fact(p, c.bounced, "bounced");
	pen_str(p, " (");
	pen_percent(p, c.bounced, c.bounced + c.delivered);
	pen_str(p, ")");
	if (complaints) {
		pen_dot(p);
		pen_some(p, complaints, "complaint", "complaints");
	}
	pen_line(p, 0);
}

/* "close 2 doors": so many actions of these kinds. */
static void put_stops(struct pen *p, const struct plan *plan)
{
	static const struct {
		enum action_kind kind;
		const char *one, *many;
	} words[] = {
		{ ACTION_EDIT, "file edited (his door, his password)",
		  "files edited (his door, his password)" },
		{ ACTION_COMMAND, "command of the panel", "commands of the panel" },
		{ ACTION_HOLD_QUEUE, "queue held", "queues held" },
		{ ACTION_FIREWALL, "outbound block", "outbound blocks" },
		{ ACTION_HOLD_FILE, "script locked", "scripts locked" },
		{ ACTION_STOP, "process stopped (memory kept)", "processes stopped (memory kept)" },
	};
	bool first = true;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = 0;

		for (size_t k = 0; k < plan->nactions; k++)
			n += plan->actions[k].kind == words[i].kind;
		if (n == 0)
			continue;
		if (!first)
			pen_dot(p);
		first = false;
		pen_some(p, n, words[i].one, words[i].many);
	}
}

/* An incident's own plan would be empty, and sending him there a walk in a circle; a forward is no incident. It is for the operator
 * to name them. */
static void put_stop_by_name(struct pen *p, bool incident)
{
	pen_line(p, 0);
	pen_label(p, "STOP IT");
	pen_whole(p, p->screen->by_name);
	pen_line(p, SCREEN_LABEL);
	pen_to(p, SCREEN_LABEL);
	pen_str(p,
		incident ? "on your word: no proof here is of grade A. Read it first (NEXT); this shows the "
			   "plan, --apply does it"
			 : "most of what strangers send through it is refused, and this server is who sends "
			   "it on; this shows how to hold it, --apply does it");
}

/* What would stop the first incident, and how it comes back. */
static void put_stop(struct pen *p, const struct inquiry *q)
{
	const struct screen *screen = p->screen;
	struct buf command = BUF_MAX(8192);
	struct span id;

	if (screen->by_name.n) {
		put_stop_by_name(p, q->nincidents > 0);
		return;
	}
	if (q->nincidents == 0 || !q->incidents[0].plan || q->incidents[0].plan->nactions == 0)
		return;
	id = incident_id(&q->incidents[0]);
	pen_line(p, 0);
	pen_label(p, "STOP IT");
	buf_addf(&command, "spamtrail contain %.*s --apply", (int)id.n, id.p);
	buf_add(&command, screen->contain_again.p, screen->contain_again.n);
	pen_whole(p, buf_view(&command));
	pen_str(p, "   asks first, deletes nothing");
	pen_line(p, SCREEN_LABEL);
	pen_to(p, SCREEN_LABEL);
	put_stops(p, q->incidents[0].plan);
	pen_line(p, SCREEN_LABEL);
	pen_to(p, SCREEN_LABEL);
	pen_str(p, "back any time: ");
	command.n = 0;
	buf_addf(&command, "spamtrail undo %.*s", (int)id.n, id.p);
	buf_add(&command, screen->undo_again.p, screen->undo_again.n);
	pen_whole(p, buf_view(&command));
	buf_free(&command);
}

/*
 * One command, not a menu: look into the incident, else have everything read, else mend a blind spot, else read the day's
 * numbers.
 */
static void put_next(struct pen *p, const struct inquiry *q)
{
	size_t off = 0;
	struct span id = SPAN_NONE, again = p->screen->again;
	struct buf command = BUF_MAX(8192);
	const char *verb = "investigate --stats", *what = "the day in numbers";

	for (size_t i = 0; i < q->nadvice; i++)
		off += !q->advice[i].ok;
	if (q->nincidents) {
		verb = "why ";
		id = incident_id(&q->incidents[0]);
		what = "the raw lines behind every number above";
	} else if (q->stopped) {
		verb = "investigate";
		what = "the same again, to its end";
	} else if (q->nunseen > q->unseen_for_good) {
		verb = "investigate";
		what = "the same again, once what is UNSEEN can be read";
	} else if (!quiet_has_mail(q) && p->screen->elsewhere) {
		verb = "investigate";
		again = p->screen->here_again;
		what = "without a path: the logs that the server's configuration names";
	} else if (off) {
		verb = "doctor";
		again = p->screen->doctor_again;
		what = off == 1 ? "one setting that would show more" : "settings that would show more";
	}
	pen_line(p, 0);
	pen_label(p, "NEXT");
	pen_style(p, PEN_BOLD);
	buf_str(&command, "spamtrail ");
	buf_str(&command, verb);
	buf_add(&command, id.p, id.n);
	buf_add(&command, again.p, again.n);
	pen_whole(p, buf_view(&command));
	buf_free(&command);
	pen_style(p, PEN_PLAIN);
	/* all on the command's line, or all below it */
	if (pen_room(p) < strlen(what) + 3)
		pen_line(p, SCREEN_LABEL);
	pen_to(p, p->col ? p->col + 3 : SCREEN_LABEL);
	pen_str(p, what);
	pen_line(p, 0);
}

/* Rows that an incident accuses: said with it, so not a second time among the suspects. */
static bool *mark_told(const struct inquiry *q, struct arena *a)
{
	bool *told = arena_alloc(a, q->nrows + 1);

	for (size_t i = 0; i < q->nincidents; i++)
		for (size_t k = 0; k < q->incidents[i].nrows; k++)
			told[q->incidents[i].rows[k]] = true;
	return told;
}

void screen_inquiry(struct sink *s, const struct inquiry *q, const struct screen *screen)
{
	struct pen pen = pen_new(&s->text, screen), *p = &pen;
	struct arena *a = arena_new();
	const bool *told = mark_told(q, a);
	const size_t top = screen->top ? screen->top : 5;
	size_t left = top;

	put_head(p, q);
	for (size_t i = 0; i < q->nincidents && left; i++)
		put_incident(p, q, &q->incidents[i], a, i == 0, &left);
	if (q->nincidents == 0)
		quiet_show(p, q);
	put_suspects(p, q, told, &left);
	put_more(p, q, told, top - left);
	put_aside(p, q);
	pen_line(p, 0);
	if (q->nincidents)
		put_damage(p, q, told);
	else
		quiet_checked(p, q);
	unseen_show(p, q);
	put_stop(p, q);
	put_next(p, q);
	arena_free(a);
	sink_turn(s);
}
