/*
 * reputation - see reputation.h. First what costs mail (others' refusals), then listings with their way out, then the
 * clean ones as a number, then what is not known, with the reason.
 *
 * TRUST: answers, TXT records, names and refusals are foreign; all of them pass show.
 */
#include "report/reputation.h"

#include "base/show.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/text.h"
#include "repute/reputation.h"
#include "repute/identity.h"
#include "repute/check.h"
#include "repute/blocklists.h"
#include "model/inquiry.h"

#define HURTS_MOST 8
#define COLUMN 27

static const struct blocklist *list_of(const struct reputation *r, const struct listing *l)
{
	return &r->lists[l->list];
}

/* --- which list hurts ----------------------------------------------------------------------------- */

static void put_refusals(struct pen *p, const struct reputation *r)
{
	size_t n = r->nrefusals < HURTS_MOST ? r->nrefusals : HURTS_MOST;

	for (size_t i = 0; i < n; i++) {
		pen_label(p, i ? "" : "HURTS");
		pen_to(p, SCREEN_LABEL);
		pen_field(p, r->refusals[i].provider, 24);
		pen_to(p, COLUMN + 6);
		pen_text(p, r->refusals[i].list);
		pen_str(p, "  ");
		pen_some(p, r->refusals[i].messages, "message", "messages");
		if (r->refusals[i].last) {
			pen_str(p, ", last ");
			pen_clock(p, r->refusals[i].last, r->now);
		}
		pen_line(p, 0);
	}
	if (r->nrefusals > n) {
		pen_to(p, SCREEN_LABEL);
		pen_fact(p, r->nrefusals - n, "more: --json has all");
		pen_line(p, 0);
	}
	if (r->logs_read && !n) {
		pen_label(p, "HURTS");
		pen_str(p, "no refusal in the logs names a list");
		pen_line(p, 0);
	}
}

/* --- what is listed ------------------------------------------------------------------------------- */

static void put_route(struct pen *p, const char *label, struct span text)
{
	if (!text.n)
		return;
	pen_to(p, SCREEN_LABEL + 2);
	p->indent = SCREEN_LABEL + 10;
	pen_str(p, label);
	pen_to(p, SCREEN_LABEL + 10);
	pen_text(p, text);
	pen_line(p, 0);
}

/* Who wants to leave a list must first know whether anybody has to be asked at all. */
static void put_listed(struct pen *p, const struct reputation *r, const struct listing *l)
{
	const struct blocklist *z = list_of(r, l);

	pen_label(p, l->v.policy ? "POLICY" : "LISTED");
	pen_style(p, l->v.policy ? PEN_YELLOW : PEN_RED);
	pen_text(p, r->subjects[l->subject].text);
	pen_style(p, PEN_PLAIN);
	pen_str(p, "  ");
	pen_text(p, z->name.n ? z->name : z->shown);
	pen_str(p, "  ");
	pen_text(p, l->v.answer);
	pen_str(p, "  ");
	pen_text(p, l->v.text);
	if (l->since) {
		pen_str(p, "  seen since ");
		pen_clock(p, l->since, r->now);
	}
	pen_line(p, 0);
	put_route(p, "ends", z->remove);
	put_route(p, "who", z->who);
	put_route(p, "takes", z->lasts);
	put_route(p, "where", z->form);
}

static void put_clean(struct pen *p, const struct reputation *r)
{
	size_t n = reputation_count(r, LIST_CLEAN);
	bool known = n + reputation_count(r, LIST_LISTED) > 0;

	pen_label(p, known ? "CLEAN" : "LISTS");
	if (!known) {
		pen_str(p, "no list gave an answer that counts: clean or listed is not known");
	} else {
		pen_count(p, n);
		pen_str(p, " of ");
		pen_count(p, r->nlistings);
		pen_str(p, r->nlistings == 1 ? " answer" : " answers");
	}
	pen_line(p, 0);
	for (size_t i = 0; i < r->nlistings; i++) {
		const struct listing *l = &r->listings[i];

		if (l->v.state != LIST_CLEAN || !l->cleared)
			continue;
		pen_to(p, SCREEN_LABEL);
		pen_text(p, r->subjects[l->subject].text);
		pen_str(p, " left ");
		pen_text(p, list_of(r, l)->name);
		pen_str(p, ": clean since ");
		pen_clock(p, l->cleared, r->now);
		pen_line(p, 0);
	}
}

/* --- what is not known ---------------------------------------------------------------------------- */

/* By whose fault it is: a refusal is about our resolver, a lie about the list, silence may pass. */
static const char *what_to_do(const struct reputation *r, enum list_state state)
{
	if (reputation_deaf(r))
		return "not counted: all lists at once fail by the resolver or the network, not by "
		       "themselves; "
		       "ask by another resolver ([reputation] resolver)";
	switch (state) {
	case LIST_REFUSED:
		return "ask by a resolver of your own ([reputation] resolver = recursive), register it, or "
		       "get a key";
	case LIST_LYING:
		return "not counted; if it stays so the list is dead: off = yes in blocklists.d, or another "
		       "resolver";
	default:
		if (r->stopped)
			return "not asked to the end";
		return "try again; a list that never answers is dead: off = yes in blocklists.d";
	}
}

static bool same_trouble(const struct listing *a, const struct listing *b)
{
	return a->v.state == b->v.state && span_eq(a->v.text, b->v.text);
}

/* The first listing before INDEX with the same trouble; WITH_LIST: of the same list, too. */
static bool said_before(const struct reputation *r, size_t index, bool with_list)
{
	for (size_t i = 0; i < index; i++)
		if (same_trouble(&r->listings[i], &r->listings[index]) &&
		    (!with_list || r->listings[i].list == r->listings[index].list))
			return true;
	return false;
}

/* One trouble, and every list that has it, with what it answered. */
static void put_trouble(struct pen *p, const struct reputation *r, size_t first)
{
	const struct listing *l = &r->listings[first];
	bool any = false;

	pen_label(p, "UNKNOWN");
	if (!span_starts(l->v.text, SPAN("refused:"))) {
		pen_str(p, l->v.state == LIST_NO_ANSWER ? "no answer" : list_state_name(l->v.state));
		pen_str(p, ": ");
	}
	pen_text(p, l->v.text);
	pen_line(p, 0);
	pen_to(p, SCREEN_LABEL);
	p->indent = SCREEN_LABEL;
	for (size_t i = first; i < r->nlistings; i++) {
		const struct blocklist *z = list_of(r, &r->listings[i]);

		if (!same_trouble(&r->listings[i], l) || said_before(r, i, true))
			continue;
		pen_str(p, any ? ", " : "");
		any = true;
		pen_text(p, z->name.n ? z->name : z->shown);
		/* that there is no such name is said by the trouble itself */
		if (span_eq(r->listings[i].v.answer, SPAN("none")))
			continue;
		pen_str(p, " (");
		pen_text(p, r->listings[i].v.answer);
		pen_str(p, ")");
	}
	pen_line(p, 0);
}

/* What the silent ones said when they last spoke. */
static void put_before(struct pen *p, const struct reputation *r)
{
	for (size_t i = 0; i < r->nlistings; i++) {
		const struct listing *l = &r->listings[i];

		if (l->v.state == LIST_LISTED || l->v.state == LIST_CLEAN || !l->since || l->cleared)
			continue;
		pen_to(p, SCREEN_LABEL);
		p->indent = SCREEN_LABEL;
		pen_text(p, r->subjects[l->subject].text);
		pen_str(p, " was listed by ");
		pen_text(p, list_of(r, l)->name.n ? list_of(r, l)->name : list_of(r, l)->shown);
		pen_str(p, " when it last answered, since ");
		pen_clock(p, l->since, r->now);
		pen_line(p, 0);
	}
}

static void put_unknown(struct pen *p, const struct reputation *r)
{
	/* What the operator can change stands first. */
	enum list_state order[] = { LIST_REFUSED, LIST_NO_ANSWER, LIST_LYING };

	for (size_t k = 0; k < 3; k++) {
		bool any = false;

		for (size_t i = 0; i < r->nlistings; i++) {
			if (r->listings[i].v.state != order[k] || said_before(r, i, false))
				continue;
			any = true;
			put_trouble(p, r, i);
		}
		if (!any)
			continue;
		pen_to(p, SCREEN_LABEL + 2);
		p->indent = SCREEN_LABEL + 2;
		pen_str(p, what_to_do(r, order[k]));
		pen_line(p, 0);
	}
}

/* --- names and policies --------------------------------------------------------------------------- */

/* Names and policies come last: they cost mail, too, but no list says so. */
static void put_identity(struct pen *p, const struct identity *f)
{
	static const char *const labels[] = { "PTR", "HELO", "SPF", "DKIM", "DMARC" };
	static const enum pen_style styles[] = { PEN_YELLOW, PEN_GREEN, PEN_RED, PEN_YELLOW };

	pen_label(p, labels[f->what]);
	pen_style(p, styles[f->state]);
	pen_str(p, f->state == IDENTITY_NO_ANSWER ? "no answer" : identity_state_name(f->state));
	pen_style(p, PEN_PLAIN);
	pen_to(p, SCREEN_LABEL + 11);
	p->indent = SCREEN_LABEL + 11;
	pen_text(p, f->subject);
	if (f->address.n) {
		pen_str(p, " from ");
		pen_text(p, f->address);
	}
	if (f->value.n && f->state != IDENTITY_MISSING) {
		pen_str(p, f->what == IDENTITY_PTR ? " is " : " ");
		pen_text(p, f->value);
	}
	if (f->text.n) {
		pen_str(p, f->what == IDENTITY_SPF && f->value.n && f->state != IDENTITY_MISSING ? " by "
												 : ": ");
		pen_text(p, f->text);
	}
	pen_line(p, 0);
}

/* By a deaf resolver they are all unknown, for the one reason that put_unknown tells. */
static void put_identities(struct pen *p, const struct reputation *r)
{
	size_t silent = 0;

	for (size_t i = 0; i < r->nidentities; i++)
		if (r->identities[i].state == IDENTITY_NO_ANSWER && reputation_deaf(r))
			silent++;
		else
			put_identity(p, &r->identities[i]);
	if (!silent)
		return;
	pen_label(p, "NAMES");
	pen_some(p, silent, "check", "checks");
	pen_text(p, SPAN(" of names and policies (PTR, SPF, DKIM, DMARC) without an answer that counts"));
	pen_line(p, 0);
}

static void put_texts(struct pen *p, const char *label, const struct span *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pen_label(p, label);
		pen_text(p, texts[i]);
		pen_line(p, 0);
	}
}

static void put_head(struct pen *p, const struct reputation *r)
{
	pen_str(p, "spamtrail " SPAMTRAIL_VERSION);
	pen_dot(p);
	pen_some(p, r->nlists, "list", "lists");
	pen_dot(p);
	pen_some(p, r->nsubjects, "address or domain", "addresses and domains");
	pen_dot(p);
	pen_str(p, "resolver ");
	pen_text(p, r->resolver);
	pen_line(p, 0);
}

/* One command. A list asked before the cause is gone keeps an address longer the next time. */
static void put_next(struct pen *p, const struct reputation *r, const struct screen *screen)
{
	bool listed = reputation_count(r, LIST_LISTED) > 0;
	bool some = listed || reputation_count(r, LIST_CLEAN) > 0;

	pen_line(p, 0);
	pen_label(p, "NEXT");
	if (r->nsubjects == 0 && !r->nrefusals) {
		pen_whole(p, SPAN("spamtrail reputation ADDRESS"));
		pen_whole(p, screen->again);
		pen_str(p, "   the address that other servers see this server's mail come from");
	} else if (listed || r->nrefusals) {
		pen_whole(p, SPAN("spamtrail investigate"));
		pen_whole(p, screen->doctor_again);
		pen_str(p, "   who sends it: ask no list to forget before that has ended");
	} else if (!r->complete) {
		pen_whole(p, SPAN("spamtrail reputation"));
		pen_whole(p, screen->again);
		/* asked the same way again, all lists at once would fail again */
		pen_str(p, r->stopped ? "   again, to its end"
			   : some     ? "   again: some lists did not answer"
				  : "   again, when [reputation] resolver names another: this one gets no "
				    "answer");
	} else {
		pen_whole(p, SPAN("spamtrail doctor"));
		pen_whole(p, screen->doctor_again);
		pen_str(p, "   what would name the next culprit");
	}
	pen_line(p, 0);
}

void reputation_text(struct sink *s, const struct reputation *r, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);

	put_head(&p, r);
	put_refusals(&p, r);
	for (int policy = 0; policy < 2; policy++)
		for (size_t i = 0; i < r->nlistings; i++)
			if (r->listings[i].v.state == LIST_LISTED && r->listings[i].v.policy == policy)
				put_listed(&p, r, &r->listings[i]);
	if (r->nlistings)
		put_clean(&p, r);
	put_unknown(&p, r);
	put_before(&p, r);
	put_identities(&p, r);
	put_texts(&p, "UNSEEN", r->unseen, r->nunseen);
	put_texts(&p, "NOTE", r->notes, r->nnotes);
	put_next(&p, r, screen);
}

/* --- machines ------------------------------------------------------------------------------------- */

/* Keys and their order are the contract's; "cleared" is there only beside a past. */
static void json_listing(struct jsonw *w, const struct reputation *r, const struct listing *l)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "address", r->subjects[l->subject].text);
	jsonw_span(w, "list", list_of(r, l)->shown);
	jsonw_str(w, "state", list_state_name(l->v.state));
	jsonw_span(w, "answer", l->v.answer);
	jsonw_span(w, "text", l->v.text);
	if (l->v.state != LIST_CLEAN)
		jsonw_time(w, "since", l->since, NULL);
	if (l->v.state != LIST_LISTED)
		jsonw_time(w, "cleared", l->cleared, NULL);
	jsonw_close(w, '}');
}

static void json_identity(struct jsonw *w, const struct identity *f)
{
	jsonw_open(w, NULL, '{');
	jsonw_str(w, "what", identity_what_name(f->what));
	jsonw_span(w, "subject", f->subject);
	jsonw_str(w, "state", identity_state_name(f->state));
	if (f->address.n)
		jsonw_span(w, "address", f->address);
	if (f->value.n)
		jsonw_span(w, "value", f->value);
	if (f->text.n)
		jsonw_span(w, "text", f->text);
	jsonw_close(w, '}');
}

static void json_refusal(struct jsonw *w, const struct refusal *f)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "provider", f->provider);
	jsonw_span(w, "list", f->list);
	jsonw_u64(w, "messages", f->messages);
	jsonw_time(w, "last", f->last, NULL);
	jsonw_span(w, "text", f->text);
	jsonw_close(w, '}');
}

void reputation_json(struct sink *s, const struct reputation *r)
{
	struct jsonw w = { .out = &s->text };
	const struct inquiry q = { .complete = r->complete, .unseen = r->unseen, .nunseen = r->nunseen };

	json_schema(&w, "reputation");
	json_complete(&w, &q);
	jsonw_open(&w, "checks", '[');
	for (size_t i = 0; i < r->nlistings; i++) {
		json_listing(&w, r, &r->listings[i]);
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_open(&w, "refusals", '[');
	for (size_t i = 0; i < r->nrefusals; i++)
		json_refusal(&w, &r->refusals[i]);
	jsonw_close(&w, ']');
	jsonw_open(&w, "identity", '[');
	for (size_t i = 0; i < r->nidentities; i++)
		json_identity(&w, &r->identities[i]);
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

static void put_time(struct buf *out, int64_t utc)
{
	buf_byte(out, '\t');
	if (utc)
		text_rfc3339(out, utc, NULL);
	else
		buf_byte(out, '-');
}

static void plain_listing(struct buf *out, const struct reputation *r, const struct listing *l)
{
	buf_str(out, "check");
	put_span(out, r->subjects[l->subject].text);
	put_span(out, list_of(r, l)->shown);
	put_span(out, span_str(list_state_name(l->v.state)));
	put_span(out, l->v.answer);
	put_time(out, l->since);
	put_time(out, l->cleared);
	put_span(out, l->v.text);
	buf_byte(out, '\n');
}

static void plain_identity(struct buf *out, const struct identity *f)
{
	buf_str(out, "identity");
	put_span(out, span_str(identity_what_name(f->what)));
	put_span(out, f->subject);
	put_span(out, span_str(identity_state_name(f->state)));
	put_span(out, f->value);
	put_span(out, f->address);
	put_span(out, f->text);
	buf_byte(out, '\n');
}

void reputation_plain(struct sink *s, const struct reputation *r)
{
	struct buf *out = &s->text;

	for (size_t i = 0; i < r->nlistings; i++)
		plain_listing(out, r, &r->listings[i]);
	for (size_t i = 0; i < r->nidentities; i++)
		plain_identity(out, &r->identities[i]);
	for (size_t i = 0; i < r->nrefusals; i++) {
		buf_str(out, "refusal");
		put_span(out, r->refusals[i].provider);
		put_span(out, r->refusals[i].list);
		buf_byte(out, '\t');
		text_u64(out, r->refusals[i].messages);
		put_time(out, r->refusals[i].last);
		put_span(out, r->refusals[i].text);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < r->nunseen; i++) {
		buf_str(out, "unseen");
		put_span(out, r->unseen[i]);
		buf_byte(out, '\n');
	}
}
